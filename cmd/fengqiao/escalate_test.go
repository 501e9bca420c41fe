package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/docstore/mongodb/mongotest"
	"fengqiao/pkg/jobs"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Four real processes sweep one store at once: every due case goes up exactly once, one level. On a
// server whose updates are not atomic, which says so, the four sweep one after the other. No other test
// of this package runs beside it.
func TestFourProcessesEscalateEachCaseOnce(t *testing.T) {
	for _, test := range []struct {
		name string
		open func(t *testing.T) (where site, atOnce bool, due int)
	}{
		{"embedded", func(t *testing.T) (site, bool, int) { return fileSite(t.TempDir()), true, 2_000 }},
		{"mongodb", func(t *testing.T) (site, bool, int) {
			server := mongotest.Find(t)
			where := site{storeFlags{MongodbURI: secret(server.Database(t))}, sealFlags{SealKey: testKey}}
			if !server.Capabilities.AtomicUpdates {
				return where, false, 60
			}
			return where, true, 2_000
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			where, atOnce, due := test.open(t)
			sweepByFour(t, where, atOnce, due)
		})
	}
}

// testKey seals numbers where there is no data directory to keep a key in.
const testKey = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func sweepByFour(t *testing.T, where site, atOnce bool, due int) {
	end := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	require.NoError(t, loadDue(t.Context(), where, end, due))
	args := []string{"escalate", "--now", end.Format(time.RFC3339), "--json"}
	if where.MongodbURI != "" {
		args = append(args, "--mongodb-uri", where.MongodbURI.Reveal())
	} else {
		args = append(args, "--data", where.Data)
	}
	var mu sync.Mutex
	var total models.SweepRun
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		sweep := func() {
			out, err := process(t.Context(), args...)
			var swept models.SweepRun
			if err == nil {
				err = json.Unmarshal([]byte(out), &swept)
			}
			mu.Lock()
			defer mu.Unlock()
			errs[i] = err
			total.Moved += swept.Moved
		}
		if atOnce {
			group.Go(sweep)
		} else {
			sweep()
		}
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, due, total.Moved, "what the four say they moved")

	a, _ := openAt(t, where, end)
	seen := 0
	for _, c := range allCases(t, a, demo.LoadCounty) {
		seen++
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, models.LevelTownship, c.Level, c.ID.Hex())
		moves := 0
		for _, e := range c.Timeline {
			if e.Action == models.ActionExpire {
				moves++
			}
		}
		require.Equal(t, 1, moves, c.ID.Hex())
		require.Len(t, c.Stages, 2)
	}
	require.Equal(t, due, seen)
	runs, err := a.store.Runs(t.Context(), jobs.Command, 10)
	require.NoError(t, err)
	require.Len(t, runs, 4, "each run left its record")
	recorded := 0
	for _, r := range runs {
		require.Equal(t, jobs.StatusDone, r.Status)
		recorded += r.Sweep.Moved
	}
	require.Equal(t, due, recorded)
}

func loadDue(ctx context.Context, where site, end time.Time, count int) error {
	if err := loadStore(ctx, where, 0, end, nil); err != nil {
		return err
	}
	a, ring, err := openBench(ctx, where, end)
	if err != nil {
		return err
	}
	rules, err := a.benchRules(ctx, end)
	if err == nil {
		var loader *demo.Loader
		if loader, err = demo.ReopenLoader(ctx, a.store, ring, rules, end, 1); err == nil {
			err = loader.LoadDue(ctx, count, 1)
		}
	}
	if closing := a.close(); err == nil {
		err = closing
	}
	return err
}

// openAt opens a store for the test, at a moment that stands still.
func openAt(t *testing.T, where site, now time.Time) (*application, *seal.Ring) {
	t.Helper()
	ring, err := where.ring(&where.storeFlags)
	require.NoError(t, err)
	a, err := where.open(t.Context(), func() time.Time { return now })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.close()) })
	require.NoError(t, a.seed(t.Context()))
	return a, ring
}

func allCases(t *testing.T, a *application, region string) []*models.Case {
	t.Helper()
	var all []*models.Case
	for after := ""; ; {
		page, err := a.store.Cases(t.Context(), models.Scope{Region: region}, store.CaseFilter{}, after, 500)
		require.NoError(t, err)
		all = append(all, page.Cases...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	end := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	require.NoError(t, loadDue(t.Context(), fileSite(data), end, 20))
	args := []string{"escalate", "--data", data, "--now", end.Format(time.RFC3339)}
	var list []planned
	require.NoError(t, json.Unmarshal([]byte(mustCall(t, "", append(args, "--dry-run", "--json")...)), &list))
	require.Len(t, list, 20)
	for _, p := range list {
		require.Equal(t, "move", p.Step)
		require.NotEmpty(t, p.Why)
	}
	require.Contains(t, mustCall(t, "", append(args, "--dry-run")...), "共20件")
	require.Contains(t, mustCall(t, "", args...), "上报20件")
	require.Contains(t, mustCall(t, "", args...), "检查0件")
}

// The system stands still for forty days. At the start every deadline that passed is escalated
// once and one level only, with its true due date and how late it was; the new clock runs from the
// hand-over; and the months in between have their reports.
func TestFortyDaysOfDowntime(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	logged := time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC)
	ids := logThree(t, data, logged)

	back := logged.AddDate(0, 0, 72) // due on 10 September; down until 21 October
	a, _ := openAt(t, fileSite(data), back)
	runner, err := jobs.New(a.store, "test", a.now, slog.New(slog.DiscardHandler), jobs.Standard(a.work())...)
	require.NoError(t, err)
	require.NoError(t, runner.Start(t.Context()))
	stopped, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, runner.Stop(stopped), "waits for the runs of the start")

	for _, id := range ids {
		c, err := a.store.Case(t.Context(), models.Scope{Region: demo.CountyCode}, id)
		require.NoError(t, err)
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, models.LevelTownship, c.Level, "one level, never a cascade")
		require.Len(t, c.Stages, 2)
		village, township := c.Stages[0], c.Stages[1]
		require.Equal(t, models.OutcomeEscalated, village.Outcome)
		require.Equal(t, int(back.Sub(village.Clock().DueAt).Hours())/24, village.LateDays)
		require.Equal(t, back, township.Clock().Since, "a fresh clock from the hand-over")
		require.True(t, township.Clock().DueAt.After(back))
		var up []models.Event // other jobs may have assessed its risk before or after
		for _, e := range c.Timeline {
			if e.Action == models.ActionExpire {
				up = append(up, e)
			}
		}
		require.Len(t, up, 1)
		require.Contains(t, up[0].Note, village.Clock().DueAt.Add(-time.Second).In(workday.Zone).Format("2006年1月2日"))
		require.Contains(t, up[0].Note, fmt.Sprintf("%d日", village.LateDays))
	}
	for _, month := range []string{"2026-08", "2026-09"} {
		for _, region := range []string{demo.CountyCode, demo.CountyCode + "101", demo.CountyCode + "101201"} {
			report, err := a.store.Report(t.Context(), region, month)
			require.NoError(t, err, month)
			opened, ok := report.Figure("opened")
			require.True(t, ok)
			require.EqualValues(t, map[string]int{"2026-08": 3, "2026-09": 0}[month], opened.Value)
		}
	}
	_, err = a.store.Report(t.Context(), demo.CountyCode, "2026-10")
	require.True(t, store.IsNotFound(err), "a month that is not over has no report")
	runs, err := a.store.Runs(t.Context(), jobs.Sweep, 10)
	require.NoError(t, err)
	require.Equal(t, 3, runs[0].Sweep.Moved)
}

// logThree logs and accepts three cases of one village.
func logThree(t *testing.T, data string, at time.Time) (ids []bson.ObjectID) {
	t.Helper()
	now := at
	where := storeFlags{Data: data}
	ring, err := (&sealFlags{}).ring(&where)
	require.NoError(t, err)
	a, err := where.open(t.Context(), func() time.Time { return now })
	require.NoError(t, err)
	defer func() { require.NoError(t, a.close()) }()
	require.NoError(t, a.seed(t.Context()))
	for _, r := range demo.Regions() {
		require.NoError(t, a.store.PutRegion(t.Context(), r))
	}
	mediator := demo.Accounts()[0].Actor
	service := a.casework(ring)
	for i := range 3 {
		now = at.Add(time.Duration(i) * time.Minute)
		c, _, err := service.Log(t.Context(), mediator, casework.LogForm{
			Type: models.LandTransfer, VillageCode: mediator.Region, Title: fmt.Sprintf("租金纠纷%d", i), Facts: "租金拖欠。", Requests: []string{"付清租金"},
			Parties: []casework.PartyForm{{Role: models.Applicant, Kind: models.Person, Name: "赵甲"}, {Role: models.Respondent, Kind: models.Person, Name: "钱乙"}},
		}, "")
		require.NoError(t, err)
		_, err = service.Accept(t.Context(), mediator, casework.Ref{ID: c.ID, Version: c.Version}, casework.AcceptForm{})
		require.NoError(t, err)
		ids = append(ids, c.ID)
	}
	return ids
}
