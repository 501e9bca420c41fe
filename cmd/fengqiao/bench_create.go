package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/store"
)

// measureCreating compares logging cases through the API, over real connections, with a bare loop
// that writes the very documents that came of it into a file that holds all those before them. Rounds
// alternate, so that what disturbs the machine disturbs all of them.
func measureCreating(ctx context.Context, data string, e effort) (c created, err error) {
	end := time.Now()
	a, ring, err := openBench(ctx, fileSite(data), end)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	for _, r := range demo.LoadRegions() {
		if err := a.store.PutRegion(ctx, r); err != nil {
			return c, err
		}
	}
	token, err := a.login(ctx, "bench-county", models.RoleCounty, demo.LoadCounty)
	if err != nil {
		return c, err
	}
	handler, err := a.handler(ring, a.notices(ring, outgoing{}), slog.New(slog.DiscardHandler), facing{})
	if err != nil {
		return c, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return c, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		err = errors.Join(err, server.Close())
		<-served
	}()

	client := creator{addr: listener.Addr().String(), token: token, end: end}
	if _, err := client.create(ctx, 16, max(e.creates/20, 16)); err != nil { // warms up
		return c, err
	}
	var bare, many, one, ratio16, ratio1 []float64
	for round := range e.rounds {
		rate16, err := client.create(ctx, 16, e.creates)
		if err != nil {
			return c, err
		}
		rate1, err := client.create(ctx, 1, e.creates1)
		if err != nil {
			return c, err
		}
		if c.Resident, c.Peak, err = worst(c.Resident, c.Peak); err != nil {
			return c, err
		}
		kind, docs, err := a.latestCases(ctx, e.creates1)
		if err != nil {
			return c, err
		}
		before := a.casesBefore(ctx, kind, docs[0].Lookup("_id").ObjectID())
		took, err := embedded.BareLoop(ctx, filepath.Join(data, fmt.Sprintf("bare-%d.db", round)), kind, before, docs)
		if err != nil {
			return c, err
		}
		forgetPeak()
		rate := float64(len(docs)) / took.Seconds()
		many, one, bare = append(many, rate16), append(one, rate1), append(bare, rate)
		ratio16, ratio1 = append(ratio16, rate16/rate), append(ratio1, rate1/rate)
		c.Bytes = averageSize(docs)
	}
	c.Clients16, c.Clients1, c.Bare = median(many), median(one), median(bare)
	c.Ratio16, c.Ratio1 = median(ratio16), median(ratio1)
	return c, nil
}

// worst is the more of what a process has and had in memory, and of what was measured before.
func worst(resident, peak int64) (int64, int64, error) {
	r, p, err := memory()
	return max(resident, r), max(peak, p), err
}

// forgetPeak gives back what the bare loop took, and begins anew to measure the most that a process has in
// memory, where the system can.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where it cannot, the peak is too high
}

func averageSize(docs []bson.Raw) int {
	total := 0
	for _, d := range docs {
		total += len(d)
	}
	return total / len(docs)
}

// latestCases reads the cases that came last as the engine keeps them, the first of them first.
func (a *application) latestCases(ctx context.Context, count int) (*docstore.Kind, []bson.Raw, error) {
	for _, kind := range store.Kinds() {
		if kind.Name == "cases" {
			docs, err := a.engine.Find(ctx, kind, docstore.Query{Index: docstore.IDIndex, Desc: true, Limit: min(count, docstore.MaxLimit)})
			slices.Reverse(docs)
			return kind, docs, err
		}
	}
	return nil, nil, errors.New("the store keeps no cases")
}

// casesBefore reads all cases that came before one.
func (a *application) casesBefore(ctx context.Context, kind *docstore.Kind, first bson.ObjectID) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		query := docstore.Query{Index: docstore.IDIndex, Limit: 200}
		for {
			docs, err := a.engine.Find(ctx, kind, query)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, doc := range docs {
				id := doc.Lookup("_id").ObjectID()
				if id == first || !yield(doc, nil) {
					return
				}
				query.After = &docstore.Cursor{ID: id}
			}
			if len(docs) < query.Limit {
				return
			}
		}
	}
}

// creator logs cases as clients of the API do.
type creator struct {
	addr, token string
	end         time.Time
	made        atomic.Int64
}

// create logs count cases with so many clients and returns how many a second. Bodies are made
// before the time is taken.
func (c *creator) create(ctx context.Context, clients, count int) (float64, error) {
	bodies := make([][]byte, count)
	for i := range bodies {
		body, err := json.Marshal(demo.Form(uint64(c.made.Add(1)), c.end))
		if err != nil {
			return 0, err
		}
		bodies[i] = body
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	begun := time.Now()
	for range clients {
		group.Go(func() {
			err := c.work(ctx, func() ([]byte, bool) {
				i := int(next.Add(1)) - 1
				if i >= count {
					return nil, false
				}
				return bodies[i], true
			})
			if err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	took := time.Since(begun)
	return float64(count) / took.Seconds(), context.Cause(ctx)
}

// work is one client: it sends one request after the other on a connection of its own. net/http's client
// would pass every request and every answer between goroutines, which costs more than the server's part
// of the connection, and it is the server that is measured.
func (c *creator) work(ctx context.Context, next func() ([]byte, bool)) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	answers := bufio.NewReader(conn)
	var request []byte
	for body, ok := next(); ok; body, ok = next() {
		request = fmt.Appendf(request[:0], "POST /api/v1/cases HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", c.addr, c.token, len(body), body)
		if _, err := conn.Write(request); err != nil {
			return err
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return err
		}
		if response.StatusCode != http.StatusCreated {
			return fmt.Errorf("log a case: %s %s", response.Status, answer)
		}
	}
	return nil
}
