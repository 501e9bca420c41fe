package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
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
// that writes the very documents that came of it. Rounds alternate, so that what disturbs the
// machine disturbs all of them.
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

	client := creator{url: "http://" + listener.Addr().String() + "/api/v1/cases", token: token, end: end}
	if _, err := client.create(ctx, 16, max(e.creates/20, 16)); err != nil { // warms up
		return c, err
	}
	var bare, many, one []float64
	for round := range e.rounds {
		rate16, err := client.create(ctx, 16, e.creates)
		if err != nil {
			return c, err
		}
		rate1, err := client.create(ctx, 1, e.creates1)
		if err != nil {
			return c, err
		}
		kind, docs, err := a.caseDocuments(ctx, e.creates1)
		if err != nil {
			return c, err
		}
		took, err := embedded.BareLoop(ctx, filepath.Join(data, fmt.Sprintf("bare-%d.db", round)), kind, docs)
		if err != nil {
			return c, err
		}
		many, one, bare = append(many, rate16), append(one, rate1), append(bare, float64(len(docs))/took.Seconds())
		c.Bytes = averageSize(docs)
	}
	c.Clients16, c.Clients1, c.Bare = median(many), median(one), median(bare)
	c.Resident, c.Peak, err = memory()
	return c, err
}

func averageSize(docs []bson.Raw) int {
	total := 0
	for _, d := range docs {
		total += len(d)
	}
	return total / len(docs)
}

// caseDocuments reads cases as the engine keeps them.
func (a *application) caseDocuments(ctx context.Context, count int) (*docstore.Kind, []bson.Raw, error) {
	for _, kind := range store.Kinds() {
		if kind.Name == "cases" {
			docs, err := a.engine.Find(ctx, kind, docstore.Query{Index: docstore.IDIndex, Desc: true, Limit: min(count, docstore.MaxLimit)})
			return kind, docs, err
		}
	}
	return nil, nil, errors.New("the store keeps no cases")
}

// creator logs cases as clients of the API do.
type creator struct {
	url, token string
	end        time.Time
	made       atomic.Int64
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
	transport := &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	web := &http.Client{Transport: transport}
	var next atomic.Int64
	var group sync.WaitGroup
	begun := time.Now()
	for range clients {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				if err := c.post(ctx, web, bodies[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	took := time.Since(begun)
	return float64(count) / took.Seconds(), context.Cause(ctx)
}

func (c *creator) post(ctx context.Context, web *http.Client, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := web.Do(request)
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
	return nil
}
