package screening_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

// kept is a store with a history in it, and the service on it at a moment after it.
type kept struct {
	*history
	store   *store.Store
	service *screening.Service
}

var everything = models.Scope{Region: county.Code}

func keep(t testing.TB, h *history) *kept {
	t.Helper()
	engine := enginetest.Embedded(t)
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	for _, r := range regions() {
		copied := *r
		require.NoError(t, st.PutRegion(t.Context(), &copied))
	}
	for _, c := range h.cases {
		require.NoError(t, st.InsertCase(t.Context(), c))
	}
	for _, g := range h.grids {
		require.NoError(t, st.PutGrid(t.Context(), g))
	}
	for _, r := range h.returns {
		require.NoError(t, st.InsertReturn(t.Context(), r))
	}
	require.NoError(t, st.PutScreeningSettings(t.Context(), &models.ScreeningSettings{County: county.Code, Rules: h.screeningRules}))
	return &kept{h, st, screening.New(st, func() time.Time { return h.now })}
}

// keepShort is a history of some months, ending on a day in the middle of one.
func keepShort(t testing.TB) *kept {
	h := newHistory(t, policy(), seeded(3))
	h.live(400, 16, nil)
	h.now = local(month(h.now) + "-20 10:00")
	return keep(t, h)
}

func (k *kept) months() []string {
	var all []string
	first := k.cases[0].LoggedAt
	for _, g := range k.grids {
		if at := g.Cells[0].Spans[0].RecordedAt; at.Before(first) {
			first = at
		}
	}
	for m := month(first); m < month(k.now); m = next(m) {
		all = append(all, m)
	}
	return all
}

func TestBuildMissingBuildsEveryMonthOnce(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	months := k.months()
	require.Greater(t, len(months), 2)
	last := -1
	built, err := k.service.BuildMissing(t.Context(), func(done, total int) {
		require.Equal(t, last+1, done)
		require.Equal(t, len(months)*len(townships), total)
		last = done
	})
	require.NoError(t, err)
	require.Equal(t, len(months)*len(regions()), built)
	require.Equal(t, len(months)*len(townships), last, "one pass for each township and month")

	for _, r := range regions() {
		stored, err := k.store.Reports(t.Context(), r.Code, "2000-01", "2999-12")
		require.NoError(t, err)
		require.Len(t, stored, len(months))
		for i, report := range stored {
			require.Equal(t, months[i], report.Month)
			require.Empty(t, cmp.Diff(compute(t, k.history, r, report.Month), report, cmpopts.IgnoreFields(models.Report{}, "Head", "BuiltAt")))
		}
	}
	built, err = k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, built)

	k.now = k.now.AddDate(0, 1, 0)
	built, err = k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, len(regions()), built)
}

func TestBuildMissingFillsGaps(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	months := k.months()
	_, err := k.service.Build(t.Context(), everything, townships[1].Code, months[len(months)-1])
	require.NoError(t, err)
	built, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, len(months)*len(regions())-1, built)
}

// TestBuildMissingByTwoAtOnce holds that what two processes build is stored once.
func TestBuildMissingByTwoAtOnce(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	now := k.now
	var group sync.WaitGroup
	built, errs := make([]int, 3), make([]error, 3)
	for i := range built {
		group.Go(func() {
			service := screening.New(k.store, func() time.Time { return now })
			built[i], errs[i] = service.BuildMissing(context.WithoutCancel(t.Context()), nil)
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, len(k.months())*len(regions()), built[0]+built[1]+built[2])
}

func TestBuildMissingStopsWhenAsked(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	ctx, cancel := context.WithCancel(t.Context())
	built, err := k.service.BuildMissing(ctx, func(done, _ int) {
		if done == 1 {
			cancel()
		}
	})
	require.Error(t, err)
	require.Equal(t, 3, built, "the first township and its villages")
	more, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, len(k.months())*len(regions())-3, more)
}

func TestBuildMissingWithoutCases(t *testing.T) {
	t.Parallel()
	k := keep(t, newHistory(t, policy(), seeded(1)))
	built, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, built)
}

func TestReportWithWhatItIsComparedWith(t *testing.T) {
	t.Parallel()
	h := newHistory(t, policy(), seeded(5))
	h.live(900, 30, nil)
	h.now = local(month(h.now) + "-20 10:00")
	k := keep(t, h)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	months := k.months()
	require.Greater(t, len(months), 14)

	ended := months[len(months)-1]
	view, err := k.service.Report(t.Context(), everything, townships[0].Code, ended)
	require.NoError(t, err)
	require.False(t, view.Provisional)
	require.Equal(t, "枫溪镇", view.Region.Name)
	require.Equal(t, screening.AddMonths(ended, -1), view.Last.Month)
	require.Equal(t, screening.AddMonths(ended, -12), view.LastYear.Month)
	require.Len(t, view.Trend, 13)
	require.Same(t, view.Report, view.Trend[12])
	require.True(t, slices.IsSortedFunc(view.Trend, func(a, b *models.Report) int { return cmpMonth(a, b) }))

	view, err = k.service.Report(t.Context(), everything, county.Code, month(k.now))
	require.NoError(t, err)
	require.True(t, view.Provisional)
	require.Equal(t, ended, view.Last.Month)
	_, err = k.store.Report(t.Context(), county.Code, month(k.now))
	require.True(t, store.IsNotFound(err), "a month that is not over is not stored")

	view, err = k.service.Report(t.Context(), everything, villages[0].Code, months[0])
	require.NoError(t, err)
	require.Nil(t, view.Last)
	require.Nil(t, view.LastYear)
	require.Len(t, view.Trend, 1)
}

func cmpMonth(a, b *models.Report) int {
	if a.Month < b.Month {
		return -1
	}
	return 1
}

// TestReportIsKeptOnlyWhenItsMonthIsSettled: not while a late write may still be on its way, and
// not for months before the first case.
func TestReportIsKeptOnlyWhenItsMonthIsSettled(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	ended := k.months()[1]
	k.now = window(t, ended).End
	report, err := k.service.Build(t.Context(), everything, county.Code, ended)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(compute(t, k.history, county, ended), report, cmpopts.IgnoreFields(models.Report{}, "BuiltAt")))
	_, err = k.store.Report(t.Context(), county.Code, ended)
	require.True(t, store.IsNotFound(err))

	k.now = k.now.Add(10 * time.Minute)
	report, err = k.service.Build(t.Context(), everything, county.Code, ended)
	require.NoError(t, err)
	k.now = k.now.Add(time.Hour)
	again, err := k.service.Build(t.Context(), everything, county.Code, ended)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(report, again), "the stored report, not a new one")

	_, err = k.service.Build(t.Context(), everything, county.Code, "2001-01")
	require.NoError(t, err)
	_, err = k.store.Report(t.Context(), county.Code, "2001-01")
	require.True(t, store.IsNotFound(err))
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	ended := k.months()[0]
	for name, ask := range map[string]struct {
		scope         models.Scope
		region, month string
		kind          models.Kind
	}{
		"another township":     {models.Scope{Region: townships[0].Code}, townships[1].Code, ended, models.NotFound},
		"the place above":      {models.Scope{Region: villages[0].Code}, townships[0].Code, ended, models.NotFound},
		"no scope":             {models.Scope{}, county.Code, ended, models.NotFound},
		"no such village":      {everything, "330681101299", ended, models.NotFound},
		"a province":           {models.Scope{Region: "33"}, "33", ended, models.NotFound},
		"no code":              {everything, "330681-x", ended, models.NotFound},
		"no month":             {everything, county.Code, "soon", models.Invalid},
		"a month not yet here": {everything, county.Code, screening.AddMonths(month(k.now), 1), models.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := k.service.Report(t.Context(), ask.scope, ask.region, ask.month)
			require.Equal(t, ask.kind, models.AsError(err).Kind, "%v", err)
			_, err = k.service.Build(t.Context(), ask.scope, ask.region, ask.month)
			require.Equal(t, ask.kind, models.AsError(err).Kind, "%v", err)
			_, err = k.service.Cases(t.Context(), ask.scope, ask.region, ask.month, "opened")
			require.Equal(t, ask.kind, models.AsError(err).Kind, "%v", err)
			require.Equal(t, ask.kind, models.AsError(k.service.Workbook(t.Context(), models.Actor{Region: ask.scope.Region}, ask.region, ask.month, &bytes.Buffer{})).Kind)
		})
	}
	_, err := k.service.Cases(t.Context(), everything, county.Code, ended, "nothing")
	require.Equal(t, models.Invalid, models.AsError(err).Kind)
}

func TestCasesBehindAStoredNumber(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	for _, r := range regions() {
		for _, month := range append(k.months(), month(k.now)) {
			view, err := k.service.Report(t.Context(), everything, r.Code, month)
			require.NoError(t, err)
			for _, ref := range []string{"opened", "pending", "opened@type=land_transfer", "pending@village=" + villages[0].Code} {
				cases, err := k.service.Cases(t.Context(), everything, r.Code, month, ref)
				require.NoError(t, err)
				parsed, err := screening.ParseRef(ref)
				require.NoError(t, err)
				if parsed.Dimension == "" {
					require.Len(t, cases, int(value(t, view.Report, ref)), "%s %s", view.Report.ID, ref)
				}
				require.True(t, slices.IsSortedFunc(cases, func(a, b *models.Case) int { return b.LoggedAt.Compare(a.LoggedAt) }))
				for _, c := range cases {
					require.True(t, models.Scope{Region: r.Code}.Covers(c.Place.Village))
				}
			}
		}
	}
}

func TestWorkbookOfAMonth(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	ended := k.months()[1]
	actor := models.Actor{ID: "judicial", Name: "林所长", Role: models.RoleJudicial, Region: townships[0].Code}
	var file bytes.Buffer
	require.NoError(t, k.service.Workbook(t.Context(), actor, townships[0].Code, ended, &file))

	book, err := excelize.OpenReader(&file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	report := compute(t, k.history, townships[0], ended)
	overview, err := book.GetRows(papers.SheetOverview)
	require.NoError(t, err)
	for _, row := range overview {
		if len(row) > 1 && row[0] == "新收" {
			f, _ := report.Figure("opened")
			require.Equal(t, screening.Text(f), row[1])
		}
	}
	ledger, err := book.GetRows(papers.SheetLedger)
	require.NoError(t, err)
	states := map[string]int64{}
	for _, row := range ledger[3:] {
		states[row[10]]++
	}
	require.Equal(t, value(t, report, "pending"), states["已登记"]+states["调解中"], "as the cases stood at the month's end: %v", states)
	require.Equal(t, value(t, report, "mediating"), states["调解中"])

	records, err := k.store.Accesses(t.Context(), everything, k.now.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, "export", records[0].What)
	require.Equal(t, models.ReportID(townships[0].Code, ended), records[0].Case)
	require.Equal(t, actor, records[0].Actor)
}

// TestActiveCasesSeesOneThatIsClosedMeanwhile: a case that moves in the order while the pages are
// read is neither missed nor counted twice.
func TestActiveCasesSeesOneThatIsClosedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHistory(t, policy(), seeded(9))
	for range 450 { // more than two pages
		h.log()
		h.cases[len(h.cases)-1].Place.Township = townships[0].Code
	}
	k := keep(t, h)
	w := window(t, month(k.now))
	seen := map[string]int{}
	var order []*models.Case
	require.NoError(t, k.store.ActiveCases(t.Context(), townships[0].Code, w.Start, w.End, func(c *models.Case) error {
		order = append(order, c)
		return nil
	}))
	require.NoError(t, k.store.ActiveCases(t.Context(), townships[0].Code, w.Start, w.End, func(c *models.Case) error {
		if len(seen) == 0 {
			// The first and the last that would be read are closed now.
			for _, moved := range []*models.Case{order[0], order[len(order)-1]} {
				moved.ActiveUntil = k.now
				require.NoError(t, k.store.ReplaceCase(t.Context(), moved))
			}
		}
		seen[c.ID.Hex()]++
		return nil
	}))
	require.Len(t, seen, 450)
	for id, times := range seen {
		require.Equal(t, 1, times, id)
	}
}

// BenchmarkCompute is the cost of one active case in a township's report, nothing read.
func BenchmarkCompute(b *testing.B) {
	h := newHistory(b, policy(), seeded(2))
	h.live(3000, 4, nil)
	w := window(b, month(h.now.AddDate(0, -1, 0)))
	for b.Loop() {
		screening.Compute(county, w, slices.Values(h.cases), townships)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(h.cases)), "ns/case")
}

// BenchmarkReport is a township's running month from the embedded store, and a stored one.
func BenchmarkReport(b *testing.B) {
	k := keepShort(b)
	months := k.months()
	for name, month := range map[string]string{"running": month(k.now), "stored": months[len(months)-1]} {
		b.Run(name, func(b *testing.B) {
			_, err := k.service.Report(b.Context(), everything, townships[0].Code, month)
			require.NoError(b, err)
			for b.Loop() {
				_, err := k.service.Report(b.Context(), everything, townships[0].Code, month)
				require.NoError(b, err)
			}
		})
	}
}
