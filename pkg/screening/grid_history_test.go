package screening_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// entries are what the grid figures of a window count of the history's grids and returns.
func (h *history) entries(w screening.Window) []screening.Entry {
	return append(screening.EntriesOf(w, h.screeningRules, h.grids, h.returns), screening.GroupsOf(w, h.clusters)...)
}

// screen does something to the grid of a village or to a return of its cells, as the use cases do.
func (h *history) screen() {
	village := choose(h, villages...)
	at := slices.IndexFunc(h.grids, func(g *models.Grid) bool { return g.Village == village.Code })
	if at < 0 {
		h.grids = append(h.grids, &models.Grid{Village: village.Code, Township: village.Parent})
		at = len(h.grids) - 1
	}
	g, today := h.grids[at], workday.OfTime(h.now)
	if len(h.screeningRules) < 3 && h.pick(40) == 0 { // weekly, monthly, weekly
		every := []string{models.EveryWeek, models.EveryMonth, models.EveryWeek}[len(h.screeningRules)]
		from := today.AddDays(1 + h.pick(20)).String()
		if n := len(h.screeningRules); n == 0 || h.screeningRules[n-1].From <= from {
			h.screeningRules = append(h.screeningRules, models.ScreeningRule{From: from, Every: every, GraceDays: 3, RecordedAt: h.now, Kinds: []models.CellKind{models.CellBranch, models.CellHousehold}})
		}
	}
	if len(g.Cells) < 2 || h.pick(12) == 0 {
		kind := choose(h, models.CellBranch, models.CellGroup, models.CellHousehold)
		h.span(g, models.Cell{Number: g.NextNumber(), Kind: kind}, today, false)
		return
	}
	number := 1 + h.pick(len(g.Cells))
	cell := g.Cell(number)
	if h.pick(10) == 0 {
		if !cell.Last().Ended && cell.Last().From <= today.String() {
			h.span(g, *cell, today, h.pick(3) == 0)
		}
		return
	}
	p := screening.PeriodOn(h.screeningRules, today)
	if h.pick(4) == 0 { // late
		p = screening.PeriodOn(h.screeningRules, p.From.AddDays(-1))
	}
	known := p.End()
	if h.now.Before(known) {
		known = h.now.Add(time.Millisecond)
	}
	if _, ok := cell.On(p.To.String(), known); ok && slices.Contains(p.Rule.Kinds, cell.Kind) {
		h.file(g, cell, p)
	}
}

// span adds a span to a cell of a grid, dated some days back but not before the one before it.
func (h *history) span(g *models.Grid, c models.Cell, today workday.Date, ended bool) {
	from := today.AddDays(-h.pick(45)).String()
	if n := len(c.Spans); n > 0 {
		from = max(from, c.Spans[n-1].From)
	}
	c.Spans = append(slices.Clone(c.Spans), models.CellSpan{From: from, Ended: ended, Name: "网格", Responsible: "张三", RecordedAt: h.now})
	if known := g.Cell(c.Number); known != nil {
		*known = c
		return
	}
	g.Cells = append(g.Cells, c)
}

// file sends or corrects a return, or settles a finding of it.
func (h *history) file(g *models.Grid, cell *models.Cell, p screening.Period) {
	id := models.ReturnID(models.CellID(g.Village, cell.Number), p.From.String())
	at := slices.IndexFunc(h.returns, func(r *models.Return) bool { return r.ID == id })
	filing := models.Submission{At: h.now, Late: !h.now.Before(p.End())}
	if at < 0 {
		r := &models.Return{ID: id, Cell: models.CellID(g.Village, cell.Number), Village: g.Village, Township: g.Township, From: p.From.String(), To: p.To.String()}
		for i := range h.pick(3) {
			filing.Findings = append(filing.Findings, models.Finding{Seq: i + 1, Households: 1})
		}
		r.Append(filing)
		h.returns = append(h.returns, r)
		return
	}
	r := h.returns[at]
	for _, f := range r.Latest().Findings {
		if r.Outcome(f.Seq) == nil && h.pick(2) == 0 {
			r.Settle(models.FindingOutcome{Finding: f.Seq, At: h.now, As: choose(h, models.FindingCase, models.FindingPrevented, models.FindingNoDispute)})
			return
		}
	}
	for _, f := range r.Latest().Findings {
		if r.Outcome(f.Seq) != nil || h.pick(3) > 0 {
			filing.Findings = append(filing.Findings, f)
		}
	}
	if h.pick(3) == 0 {
		filing.Findings = append(filing.Findings, models.Finding{Seq: r.NextFinding(), Households: 1})
	}
	r.Append(filing)
}

// toldReturns adds to the history a grid in which everything happens in the month of the tales.
func (h *history) toldReturns() {
	group := models.NewCluster(models.PlaceOf(north), models.Root{Kind: models.RootTransferee, Text: "合作社"})
	group.History = []models.ClusterEvent{{At: local(toldMonth + "-05 09:00"), State: models.ClusterSuggested}, {At: local("2026-11-05 09:00"), State: models.ClusterDismissed}}
	h.clusters = append(h.clusters, group)
	g := &models.Grid{Village: "330681101203", Township: "330681101"}
	w, err := screening.NewWindow(toldMonth, local("2030-01-01 00:00"))
	if err != nil {
		panic(err)
	}
	day := func(n int) time.Time { return w.Start.AddDate(0, 0, n) }
	for n := range 6 {
		g.Cells = append(g.Cells, models.Cell{Number: n + 1, Kind: models.CellHousehold, Spans: []models.CellSpan{{From: "2026-01-01", Name: "中心户", Responsible: "张三", RecordedAt: w.Start.AddDate(0, -3, 0)}}})
	}
	g.Village = villages[0].Code
	other := slices.IndexFunc(h.grids, func(x *models.Grid) bool { return x.Village == g.Village })
	for i := range g.Cells {
		g.Cells[i].Number += 1000 // beside those of the history
	}
	if other < 0 {
		h.grids = append(h.grids, g)
	} else {
		h.grids[other].Cells = append(h.grids[other].Cells, g.Cells...)
	}
	file := func(number, days int, findings int) *models.Return {
		p := screening.PeriodOn(h.screeningRules, workday.OfTime(day(10)))
		r := &models.Return{ID: models.ReturnID(models.CellID(g.Village, 1000+number), p.From.String()), Cell: models.CellID(g.Village, 1000+number), Village: g.Village, Township: g.Township, From: p.From.String(), To: p.To.String()}
		f := models.Submission{At: day(days), Late: !day(days).Before(p.End())}
		for i := range findings {
			f.Findings = append(f.Findings, models.Finding{Seq: i + 1, Households: 1})
		}
		r.Append(f)
		h.returns = append(h.returns, r)
		return r
	}
	file(1, 11, 0)
	r := file(2, 11, 3)
	r.Settle(models.FindingOutcome{Finding: 1, At: day(13), As: models.FindingCase})
	r.Settle(models.FindingOutcome{Finding: 2, At: day(14), As: models.FindingPrevented})
	late := file(3, 2, 0) // of the period before
	before := screening.PeriodOn(h.screeningRules, workday.OfTime(w.Start).AddDays(-1))
	late.ID, late.From, late.To = models.ReturnID(late.Cell, before.From.String()), before.From.String(), before.To.String()
	late.Filings[0].Late = !late.FiledAt.Before(before.End())
}

// TestWhatIsNotSentInTimeIsMissing: while a period runs nothing of it is missing, and nothing of it is covered.
func TestWhatIsNotSentInTimeIsMissing(t *testing.T) {
	t.Parallel()
	h := newHistory(t, policy(), seeded(1))
	h.screeningRules = []models.ScreeningRule{{From: "2026-01-01", Every: models.EveryWeek, GraceDays: 3, Kinds: []models.CellKind{models.CellHousehold}}}
	h.toldReturns()
	due := func(now string) int64 {
		w, err := screening.NewWindow(toldMonth, local(now))
		require.NoError(t, err)
		return value(t, screening.Compute(county, w, slices.Values([]*models.Case{}), nil, h.entries(w)...), "screen_due")
	}
	for now, weeks := range map[string]int64{ // Sundays are 4, 11, 18 and 25 October
		"2026-10-04 23:59": 0, "2026-10-05 00:00": 1, "2026-10-25 23:58": 3, "2026-10-26 00:00": 4, "2026-11-01 00:00": 4,
	} {
		require.Equal(t, weeks*6, due(now), now)
	}
}
