package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

const benchPassword = "a password of the bench alone"

// site is a store with the keys of its numbers.
type site struct {
	storeFlags
	sealFlags
}

func fileSite(data string) site { return site{storeFlags: storeFlags{Data: data}} }

// loadStore makes a store with a county's cases.
func loadStore(ctx context.Context, where site, count int, end time.Time, advance func(int)) (err error) {
	a, ring, err := openBench(ctx, where, end)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	rules, err := a.benchRules(ctx, end)
	if err != nil {
		return err
	}
	loader, err := demo.NewLoader(ctx, a.store, ring, rules, end, 1)
	if err != nil {
		return err
	}
	return loader.Load(ctx, count, advance)
}

// openBench opens a store whose clock stands at end when it is opened.
func openBench(ctx context.Context, where site, end time.Time) (*application, *seal.Ring, error) {
	ring, err := where.ring(&where.storeFlags)
	if err != nil {
		return nil, nil, err
	}
	opened := time.Now()
	a, err := where.open(ctx, func() time.Time { return end.Add(time.Since(opened)) })
	if err != nil {
		return nil, nil, err
	}
	if err := a.seed(ctx); err != nil {
		return nil, nil, errors.Join(err, a.close())
	}
	return a, ring, nil
}

func (a *application) benchRules(ctx context.Context, end time.Time) (escalation.Rules, error) {
	policy, err := a.store.PolicyInForce(ctx, demo.LoadCounty, end)
	if err != nil {
		return escalation.Rules{}, err
	}
	years, err := a.store.CalendarYears(ctx)
	return escalation.Rules{Policy: policy, Calendar: workday.NewCalendar(years...)}, err
}

// login makes an account and a session for it.
func (a *application) login(ctx context.Context, username string, role models.Role, region string) (string, error) {
	_, err := a.accounts.Create(ctx, account.AccountForm{Username: username, Name: "测速", Role: role, Region: region, Password: benchPassword})
	if err != nil {
		return "", err
	}
	token, _, _, err := a.accounts.Login(ctx, account.Credentials{Username: username, Password: benchPassword})
	return token, err
}

// measureStore measures reading and sweeping on a loaded store.
func measureStore(ctx context.Context, data string, end time.Time, e effort) (m measured, err error) {
	a, ring, err := openBench(ctx, fileSite(data), end)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	handler, err := a.handler(ring, a.notices(ring, outgoing{}), slog.New(slog.DiscardHandler), facing{})
	if err != nil {
		return m, err
	}
	reader := &reader{handler: handler}
	if reader.token, err = a.login(ctx, "bench-county", models.RoleCounty, demo.LoadCounty); err != nil {
		return m, err
	}
	sample, err := a.sample(ctx, end, e.reads)
	if err != nil {
		return m, err
	}
	at := func(i int) *models.Case { return sample[i%len(sample)] }
	rows := func(least int, found *int) func([]byte) error {
		return func(body []byte) error {
			var list struct{ Items []json.RawMessage }
			if err := json.Unmarshal(body, &list); err != nil {
				return err
			}
			*found += len(list.Items)
			if len(list.Items) < least {
				return fmt.Errorf("%d rows, want %d", len(list.Items), least)
			}
			return nil
		}
	}
	search := func(i int) string {
		return "/api/v1/cases?limit=20&q=" + url.QueryEscape(at(i).PartyNames(models.Applicant))
	}
	found := 0 // by the searches within a township
	last := screening.AddMonths(screening.MonthOf(end), -1)
	begun := time.Now()
	if m.Built, err = a.reports.BuildMonth(ctx, last, nil); err != nil {
		return m, err
	}
	m.Reports = time.Since(begun)
	for _, x := range []struct {
		into  *time.Duration
		path  func(i int) string
		check func([]byte) error
	}{
		{&m.Queue, func(i int) string {
			return "/api/v1/cases?overdue=true&limit=20&township=" + at(i).Place.Township
		}, rows(20, new(int))},
		{&m.Search, search, rows(1, new(int))},
		{&m.SearchTown, func(i int) string { return search(i) + "&township=" + at(i).Place.Township }, rows(1, &found)},
		{&m.Page, func(i int) string { return "/cases/" + at(i).ID.Hex() }, nil},
		{&m.Report, func(i int) string {
			return "/api/v1/reports/" + at(i).Place.Township + "/" + screening.MonthOf(end)
		}, nil},
		{&m.Sheet, func(i int) string { return "/reports/" + at(i).Place.Township + "/" + last }, nil},
	} {
		if *x.into, err = reader.median(ctx, e.reads, x.path, x.check); err != nil {
			return m, err
		}
	}
	m.SearchTownRows = float64(found) / float64(e.reads+warmUps)
	if err := a.measureSweep(ctx, ring, end, e, &m); err != nil {
		return m, err
	}
	m.Resident, m.Peak, err = memory()
	return m, err
}

// sample picks cases of every township, spread over the last weeks.
func (a *application) sample(ctx context.Context, end time.Time, count int) ([]*models.Case, error) {
	var out []*models.Case
	from := end.AddDate(0, 0, -40)
	var lists [][]*models.Case
	for _, r := range demo.LoadRegions() {
		if r.Kind != models.RegionTownship {
			continue
		}
		page, err := a.store.Cases(ctx, models.Scope{Region: r.Code}, store.CaseFilter{State: models.Closed, LoggedFrom: &from}, "", count)
		if err != nil {
			return nil, err
		}
		lists = append(lists, page.Cases)
	}
	for i := 0; len(out) < count; i++ {
		added := false
		for _, list := range lists {
			if i < len(list) {
				out, added = append(out, list[i]), true
			}
		}
		if !added {
			break
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no cases to measure with")
	}
	return out, nil
}

// measureSweep times sweeps that move as many cases each, and sweeps with nothing to do.
func (a *application) measureSweep(ctx context.Context, ring *seal.Ring, end time.Time, e effort, m *measured) error {
	rules, err := a.benchRules(ctx, end)
	if err != nil {
		return err
	}
	loader, err := demo.ReopenLoader(ctx, a.store, ring, rules, end, 1)
	if err != nil {
		return err
	}
	if _, err := a.sweeper.Run(ctx, end); err != nil {
		return err
	}
	var busy, idle []time.Duration
	for i := range e.sweeps {
		if err := loader.LoadDue(ctx, e.due, uint64(i)+1); err != nil {
			return err
		}
		begun := time.Now()
		swept, err := a.sweeper.Run(ctx, end)
		busy = append(busy, time.Since(begun))
		if err == nil && swept.Moved != e.due {
			err = fmt.Errorf("the sweep moved %d of %d", swept.Moved, e.due)
		}
		if err != nil {
			return err
		}
	}
	for range e.reads {
		begun := time.Now()
		if _, err := a.sweeper.Run(ctx, end); err != nil {
			return err
		}
		idle = append(idle, time.Since(begun))
	}
	m.Sweep, m.Idle = median(busy), median(idle)
	return nil
}

// reader asks the handler in process, as somebody who is logged in.
type reader struct {
	handler http.Handler
	token   string
}

// warmUps are asked for first and not counted.
const warmUps = 3

func (r *reader) median(ctx context.Context, count int, path func(int) string, check func([]byte) error) (time.Duration, error) {
	var times []time.Duration
	for i := range count + warmUps {
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, path(i), nil)
		if strings.HasPrefix(path(i), "/api/") {
			request.Header.Set("Authorization", "Bearer "+r.token)
		} else {
			request.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: r.token})
		}
		response := httptest.NewRecorder()
		begun := time.Now()
		r.handler.ServeHTTP(response, request)
		took := time.Since(begun)
		if response.Code != http.StatusOK {
			return 0, fmt.Errorf("GET %s: %d %s", path(i), response.Code, response.Body)
		}
		if check != nil {
			if err := check(response.Body.Bytes()); err != nil {
				return 0, fmt.Errorf("GET %s: %w", path(i), err)
			}
		}
		if i >= warmUps {
			times = append(times, took)
		}
	}
	return median(times), nil
}

// memory reads what the process has in memory now and had at most, in KiB; zero where the system
// does not tell.
func memory() (resident, peak int64, err error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(os.Getpid()), "status"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	for row := range strings.Lines(string(status)) {
		fields := strings.Fields(row)
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "VmRSS:":
			resident, err = strconv.ParseInt(fields[1], 10, 64)
		case "VmHWM:":
			peak, err = strconv.ParseInt(fields[1], 10, 64)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return resident, peak, nil
}
