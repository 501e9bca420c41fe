package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
)

// sweptAway is one large sweep among many open cases. The times of pages are of one with people reading
// cases meanwhile.
type sweptAway struct {
	Due      int           `json:"due"`
	Took     time.Duration `json:"took"`
	Rest     time.Duration `json:"rest"`  // 99th percentile of the case page with no sweep
	Busy     time.Duration `json:"busy"`  // and during one
	Pages    int           `json:"pages"` // asked for during the sweep
	Resident int64         `json:"residentKiB"`
	Peak     int64         `json:"peakKiB"`
}

// perSecond is how many cases a second were handed up.
func (s *sweptAway) perSecond() float64 { return float64(s.Due) / s.Took.Seconds() }

// readEvery is how often somebody opens a case while a sweep is measured: a hundred a second is what
// a large county has at its busiest.
const readEvery = 10 * time.Millisecond

// largeSweep makes a store of open cases and sweeps it twice, each time in a process of its own: with
// nobody there, and with people reading cases.
func (c *benchCommand) largeSweep(ctx context.Context, t *terminal, r *results, data string, end time.Time) error {
	where := fileSite(data)
	advance, finish := t.progress(fmt.Sprintf("装入%d件未结案件", c.Open), c.Open)
	err := withLoader(ctx, where, end, demo.NewLoader, func(l *demo.Loader) error { return l.LoadOpen(ctx, c.Open, advance) })
	finish()
	if err != nil {
		return err
	}
	for i, into := range []*sweptAway{&r.SweepAlone, &r.SweepRead} {
		load := func(l *demo.Loader) error { return l.LoadDue(ctx, c.effort().dueMany, uint64(i)+1) }
		if err := withLoader(ctx, where, end, demo.ReopenLoader, load); err != nil {
			return err
		}
		if err := c.call(ctx, t, into, []string{"sweep", "sweepread"}[i], data, end); err != nil {
			return err
		}
	}
	return nil
}

type loaderOf func(context.Context, *store.Store, *seal.Ring, escalation.Rules, time.Time, uint64) (*demo.Loader, error)

// withLoader opens a store to load cases into it.
func withLoader(ctx context.Context, where site, end time.Time, make loaderOf, load func(*demo.Loader) error) (err error) {
	a, ring, err := openBench(ctx, where, end)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	rules, err := a.benchRules(ctx, end)
	if err != nil {
		return err
	}
	loader, err := make(ctx, a.store, ring, rules, end, 1)
	if err != nil {
		return err
	}
	return load(loader)
}

// measureLargeSweep sweeps what is due, with people reading cases or without. What is due was loaded
// by another process, so that the memory measured is the sweep's.
func measureLargeSweep(ctx context.Context, data string, end time.Time, e effort, read bool) (m sweptAway, err error) {
	a, ring, err := openBench(ctx, fileSite(data), end)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	sweep := func() error {
		begun := time.Now()
		swept, err := a.sweeper.Run(ctx, end)
		m.Took, m.Due = time.Since(begun), swept.Moved
		if err == nil && swept.Moved != e.dueMany {
			err = fmt.Errorf("the sweep moved %d of %d", swept.Moved, e.dueMany)
		}
		return err
	}
	if read {
		err = a.readMeanwhile(ctx, ring, e, &m, sweep)
	} else {
		err = sweep()
	}
	if err != nil {
		return m, err
	}
	m.Resident, m.Peak, err = memory()
	return m, err
}

// readMeanwhile opens case pages for a while, and then while something is done.
func (a *application) readMeanwhile(ctx context.Context, ring *seal.Ring, e effort, m *sweptAway, do func() error) error {
	handler, err := a.handler(ring, a.notices(ring, outgoing{}), slog.New(slog.DiscardHandler), facing{})
	if err != nil {
		return err
	}
	reader := &pacedReader{handler: handler}
	if reader.token, err = a.login(ctx, "bench-sweep", models.RoleCounty, demo.LoadCounty); err != nil {
		return err
	}
	if reader.ids, err = a.openIDs(ctx, 500); err != nil {
		return err
	}
	if _, err := reader.run(ctx, e.rest/4, nil); err != nil { // warms up
		return err
	}
	rest, err := reader.run(ctx, e.rest, nil)
	if err != nil {
		return err
	}
	busy, err := reader.run(ctx, 5*time.Minute, do)
	m.Rest, m.Busy, m.Pages = percentile(rest, 99), percentile(busy, 99), len(busy)
	return err
}

// openIDs picks cases that are open and not due.
func (a *application) openIDs(ctx context.Context, count int) ([]bson.ObjectID, error) {
	page, err := a.store.Cases(ctx, models.Scope{Region: demo.LoadCounty}, store.CaseFilter{State: models.Mediating}, "", count)
	if err != nil {
		return nil, err
	}
	var ids []bson.ObjectID
	for _, c := range page.Cases {
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil, errors.New("no cases to read")
	}
	return ids, nil
}

// pacedReader opens case pages at a steady pace, whether the one before was answered or not: what
// waits counts as slow.
type pacedReader struct {
	handler http.Handler
	token   string
	ids     []bson.ObjectID
}

// run reads until meanwhile has ended, or for so long where it is nil, and returns how long each page
// took from the moment it was due.
func (r *pacedReader) run(ctx context.Context, limit time.Duration, meanwhile func() error) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ended := make(chan error, 1)
	if meanwhile != nil {
		go func() { ended <- meanwhile() }()
	}
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	var group sync.WaitGroup
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	next := time.Now()
	for n := 0; ; {
		select {
		case err := <-ended:
			group.Wait()
			return times, errors.Join(err, failed)
		case <-ctx.Done():
			group.Wait()
			if meanwhile != nil {
				return nil, errors.Join(ctx.Err(), <-ended)
			}
			return times, failed
		case <-tick.C:
		}
		for now := time.Now(); !next.After(now); next, n = next.Add(readEvery), n+1 {
			due, id := next, r.ids[n*131%len(r.ids)]
			group.Go(func() {
				err := r.read(context.WithoutCancel(ctx), id)
				mu.Lock()
				defer mu.Unlock()
				times = append(times, time.Since(due))
				failed = errors.Join(failed, err)
			})
		}
	}
}

func (r *pacedReader) read(ctx context.Context, id bson.ObjectID) error {
	path := "/cases/" + id.Hex()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	request.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: r.token})
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, request)
	if response.Code != http.StatusOK {
		return fmt.Errorf("GET %s: %d %s", path, response.Code, response.Body)
	}
	return nil
}

// percentile is the nth hundredth of some times.
func percentile(list []time.Duration, n int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[min(len(list)*n/100, len(list)-1)]
}
