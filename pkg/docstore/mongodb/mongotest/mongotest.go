// Package mongotest gives tests a Mongo-wire server. Which one, the environment says:
//
//   - FENGQIAO_TEST_MONGODB_URI names any server, and everything that runs on MongoDB runs on it;
//   - else FENGQIAO_TEST_FERRETDB names the FerretDB that scripts/test.sh has started;
//   - else the FerretDB that scripts/test.sh has built is started for the process of the test.
//
// Where there is none of these, a test that needs one fails; none is skipped. What the server is not
// able to do is asked of itself, and printed.
package mongotest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/mongodb"
)

const patience = time.Minute

// Server is a Mongo-wire server and what it can do.
type Server struct {
	Name         string // what it says it is
	Capabilities docstoretest.Capabilities
	uri          string
	lifeline     io.Closer // input of the server that was started, which ends with it
}

// Find returns the server of this run, and prints what it is.
func Find(tb testing.TB) Server {
	tb.Helper()
	server, err := find()
	require.NoError(tb, err, "a Mongo-wire server for the tests: run ./scripts/test.sh, which builds and starts one, or set FENGQIAO_TEST_MONGODB_URI")
	tb.Logf("Mongo-wire server under test: %s at %s, capabilities %+v", server.Name, mongodb.Redact(server.uri), server.Capabilities)
	return server
}

// Database returns the URI of a fresh database, which is dropped at the end of the test.
func (s Server) Database(tb testing.TB) string {
	tb.Helper()
	name := "test_" + bson.NewObjectID().Hex()
	uri := withDatabase(s.uri, name)
	tb.Cleanup(func() {
		require.NoError(tb, onServer(uri, func(ctx context.Context, client *mongo.Client) error {
			return client.Database(name).Drop(ctx)
		}))
	})
	return uri
}

// Open returns an engine on a fresh database. It is closed, and the database dropped, at the end of
// the test.
func (s Server) Open(tb testing.TB, opts ...mongodb.Option) docstore.Engine {
	tb.Helper()
	engine, err := mongodb.Open(tb.Context(), s.Database(tb), opts...)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, engine.Close()) })
	return engine
}

// find looks for the server once in a process.
var find = sync.OnceValues(func() (Server, error) {
	uri := os.Getenv("FENGQIAO_TEST_MONGODB_URI")
	if uri == "" {
		uri = os.Getenv("FENGQIAO_TEST_FERRETDB")
	}
	server := Server{uri: uri}
	if uri == "" {
		var err error
		if server.uri, server.lifeline, err = start(); err != nil {
			return Server{}, err
		}
	}
	err := onServer(server.uri, func(ctx context.Context, client *mongo.Client) error {
		info, err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Raw()
		if err != nil {
			return fmt.Errorf("buildInfo: %w", err)
		}
		server.Name, server.Capabilities = capabilities(info)
		if server.Capabilities.Explain {
			server.Capabilities.Explain = explains(ctx, client)
		}
		return nil
	})
	return server, err
})

// capabilities reads what a server says of itself. FerretDB 1 tells its version at the top, FerretDB
// 2 in a document; what is missing in 1 was measured at v1.24.2 with the SQLite handler.
func capabilities(info bson.Raw) (string, docstoretest.Capabilities) {
	version, _ := info.Lookup("version").StringValueOK()
	if _, one := info.Lookup("ferretdbVersion").StringValueOK(); one {
		caps := docstoretest.All
		caps.AtomicUpdates = false
		caps.DuplicateOnUpdate = false
		caps.SeveralAccumulators = false
		caps.Explain = false
		return "FerretDB 1 (as MongoDB " + version + ")", caps
	}
	if two, ok := info.Lookup("ferretdb", "version").StringValueOK(); ok {
		return "FerretDB " + two + " (as MongoDB " + version + ")", docstoretest.All
	}
	return "MongoDB " + version, docstoretest.All
}

// explains says whether the server tells the index of a query in the shape of MongoDB.
func explains(ctx context.Context, client *mongo.Client) bool {
	db := client.Database("test_" + bson.NewObjectID().Hex())
	defer func() { _ = db.Drop(ctx) }()
	if _, err := db.Collection("probe").Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "a", Value: 1}}}); err != nil {
		return false
	}
	answer, err := db.RunCommand(ctx, bson.D{
		{Key: "explain", Value: bson.D{{Key: "find", Value: "probe"}, {Key: "filter", Value: bson.D{{Key: "a", Value: 1}}}, {Key: "hint", Value: "a_1"}}},
		{Key: "verbosity", Value: "queryPlanner"},
	}).Raw()
	return err == nil && strings.Contains(answer.Lookup("queryPlanner", "winningPlan").String(), "a_1")
}

func onServer(uri string, work func(context.Context, *mongo.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return errors.New("connect to " + mongodb.Redact(uri))
	}
	return errors.Join(work(ctx, client), client.Disconnect(ctx))
}

// start starts the FerretDB that was built. It ends when this process does: then its standard input
// ends, which is returned to be kept.
func start() (string, io.Closer, error) {
	binary, err := built()
	if err != nil {
		return "", nil, err
	}
	command := exec.Command(binary)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("%s printed no URI: %w", binary, err), input.Close(), command.Wait())
	}
	return strings.TrimSpace(line), input, nil
}

// built finds .cache/ferretdb beside the go.mod of the module.
func built() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			binary := filepath.Join(dir, ".cache", "ferretdb")
			_, err := os.Stat(binary)
			return binary, err
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// withDatabase puts a database into a URI, and keeps where its user is known.
func withDatabase(uri, name string) string {
	base, query, _ := strings.Cut(uri, "?")
	scheme, rest, _ := strings.Cut(base, "://")
	hosts, old, _ := strings.Cut(rest, "/")
	if strings.Contains(hosts, "@") && !strings.Contains(strings.ToLower(query), "authsource=") {
		if old == "" {
			old = "admin"
		}
		query = strings.TrimPrefix(query+"&authSource="+old, "&")
	}
	uri = scheme + "://" + hosts + "/" + name
	if query != "" {
		uri += "?" + query
	}
	return uri
}
