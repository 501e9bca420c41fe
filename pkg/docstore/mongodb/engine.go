package mongodb

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"fengqiao/pkg/docstore"
)

// Limits of time where the URI states none.
const (
	selectTimeout = 5 * time.Second  // to find a primary, and to connect
	callTimeout   = 30 * time.Second // one call, when its context has no deadline
	closeTimeout  = 10 * time.Second // Close waits so long for calls that run
)

// engine is a database of a server. Closing it ends its connections.
type engine struct {
	client   *mongo.Client
	db       *mongo.Database
	logger   *slog.Logger
	slow     time.Duration
	declared sync.Map // names of the kinds that Ensure was called with
	closed   atomic.Bool
}

var _ docstore.Engine = (*engine)(nil)

// Option changes what Open does.
type Option func(*engine)

// WithLogger sends the log of slow calls there; without it they go nowhere.
func WithLogger(logger *slog.Logger) Option { return func(e *engine) { e.logger = logger } }

// WithSlow logs calls that take at least so long, 200 milliseconds without this option.
func WithSlow(slow time.Duration) Option { return func(e *engine) { e.slow = slow } }

// Open connects to the server of a MongoDB URI and returns the engine on the database that the
// URI's path names, "fengqiao" where it names none. The write concern, read concern and read
// preference of the contract win over those of the URI. A server that does not answer is
// ErrUnavailable; no error carries any part of the URI.
func Open(ctx context.Context, uri string, opts ...Option) (docstore.Engine, error) {
	name, err := databaseOf(uri)
	if err != nil {
		return nil, err
	}
	journal := true
	settings := options.Client().
		SetAppName("fengqiao").
		SetServerSelectionTimeout(selectTimeout).
		SetConnectTimeout(selectTimeout).
		SetTimeout(callTimeout).
		ApplyURI(uri).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Local()).
		SetReadPreference(readpref.Primary())
	if settings.Validate() != nil {
		return nil, errURI
	}
	client, err := mongo.Connect(settings)
	if err != nil {
		return nil, errURI
	}
	e := &engine{client: client, db: client.Database(name), logger: slog.New(slog.DiscardHandler), slow: 200 * time.Millisecond}
	for _, option := range opts {
		option(e)
	}
	if err := e.Ping(ctx); err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

// Ping asks the primary for an answer.
func (e *engine) Ping(ctx context.Context) error {
	return e.call(ctx, "ping", nil, func() error {
		return e.db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
	})
}

// Close waits for the calls that run, for a while, and disconnects.
func (e *engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := e.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("%w: calls were cut off at closing", docstore.ErrUnavailable)
	}
	return nil
}

// call runs the work of one operation, on a kind if it is not nil, logs it if it was slow, and tells
// its error in the words of the contract.
func (e *engine) call(ctx context.Context, operation string, kind *docstore.Kind, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.closed.Load() {
		return fmt.Errorf("%w: it is closed", docstore.ErrUnavailable)
	}
	name := ""
	if kind != nil {
		name = kind.Name
		if _, ok := e.declared.Load(name); !ok {
			return fmt.Errorf("kind %s was not declared to the store", name)
		}
	}
	begun := time.Now()
	err := work()
	if took := time.Since(begun); took >= e.slow {
		e.logger.LogAttrs(ctx, slog.LevelWarn, "slow call to MongoDB",
			slog.String("operation", operation), slog.String("kind", name), slog.Duration("took", took))
	}
	return told(ctx, operation, name, err)
}
