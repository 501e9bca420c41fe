package screening

import (
	"context"
	"slices"
	"time"

	"fengqiao/models"
)

// BuildMissing stores the report of every county, township and village for every month that is over
// and has none, from the month of the county's first case or grid on. It may be called at any time, again,
// and by several processes at once: what is there stays, and what two of them build is the same and
// stored once. A township's cases are read once for a month: its villages, itself and the county's
// sum come out of the same pass. progress, which may be nil, is told of passes done and to do; built
// counts the reports this call stored, also when it fails.
func (s *Service) BuildMissing(ctx context.Context, progress func(done, total int)) (built int, err error) {
	return s.buildAll(ctx, progress, func(townships []*models.Region) ([]string, error) { return s.months(ctx, townships) })
}

// BuildMonth is BuildMissing for one month alone. A month that is not settled, or has not begun, is not
// stored: nothing is built.
func (s *Service) BuildMonth(ctx context.Context, month string, progress func(done, total int)) (built int, err error) {
	w, err := NewWindow(month, s.now())
	if err != nil {
		return 0, err
	}
	return s.buildAll(ctx, progress, func(townships []*models.Region) ([]string, error) {
		all, err := s.months(ctx, townships)
		if err != nil || !slices.Contains(all, w.Month) {
			return nil, err
		}
		return []string{w.Month}, nil
	})
}

// buildAll builds what is missing of the months that a county's townships call for.
func (s *Service) buildAll(ctx context.Context, progress func(done, total int), months func(townships []*models.Region) ([]string, error)) (built int, err error) {
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return 0, err
	}
	var plans []*plan
	total := 0
	for _, county := range counties {
		p, err := s.plan(ctx, county, months)
		if err != nil {
			return 0, err
		}
		plans = append(plans, p...)
	}
	for _, p := range plans {
		total += len(p.passes)
	}
	tell := func(done int) {
		if progress != nil {
			progress(done, total)
		}
	}
	tell(0)
	done := 0
	for _, p := range plans {
		n, err := s.carryOut(ctx, p, func() { done++; tell(done) })
		built += n
		if err != nil {
			return built, err
		}
	}
	return built, nil
}

// plan is what is missing of one county in one month.
type plan struct {
	window    Window
	county    *models.Region // nil where its own report is there
	townships []*models.Region
	passes    []pass
}

// pass is the reading of one township's cases.
type pass struct {
	township *models.Region
	villages []*models.Region
	missing  map[string]bool // codes of the township and villages without a report
}

// plan finds what is missing in a county, month by month, the oldest first.
func (s *Service) plan(ctx context.Context, county *models.Region, wanted func(townships []*models.Region) ([]string, error)) ([]*plan, error) {
	townships, err := s.store.RegionsIn(ctx, county.Code)
	if err != nil {
		return nil, err
	}
	months, err := wanted(townships)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	missing := map[string]map[string]bool{} // month → region
	note := func(r *models.Region) error {
		absent, err := s.absent(ctx, r.Code, months)
		for _, month := range absent {
			if missing[month] == nil {
				missing[month] = map[string]bool{}
			}
			missing[month][r.Code] = true
		}
		return err
	}
	if err := note(county); err != nil {
		return nil, err
	}
	villages := map[string][]*models.Region{}
	for _, t := range townships {
		if villages[t.Code], err = s.store.RegionsIn(ctx, t.Code); err != nil {
			return nil, err
		}
		for _, r := range append(villages[t.Code], t) {
			if err := note(r); err != nil {
				return nil, err
			}
		}
	}
	var plans []*plan
	for _, month := range months {
		lacks := missing[month]
		if len(lacks) == 0 {
			continue
		}
		window, err := NewWindow(month, s.now())
		if err != nil {
			return nil, err
		}
		p := &plan{window: window, townships: townships}
		if lacks[county.Code] {
			p.county = county
		}
		for _, t := range townships {
			ps := pass{township: t, villages: villages[t.Code], missing: lacks}
			if p.county != nil || ps.needed() {
				p.passes = append(p.passes, ps)
			}
		}
		plans = append(plans, p)
	}
	return plans, nil
}

func (p *pass) needed() bool {
	if p.missing[p.township.Code] {
		return true
	}
	for _, v := range p.villages {
		if p.missing[v.Code] {
			return true
		}
	}
	return false
}

// months lists the months that may be stored, from that of the first case, or of the first cell of a
// grid, in any of the townships.
func (s *Service) months(ctx context.Context, townships []*models.Region) ([]string, error) {
	var first time.Time
	for _, t := range townships {
		at, ok, err := s.store.FirstLogged(ctx, t.Code)
		if err != nil {
			return nil, err
		}
		if ok && (first.IsZero() || at.Before(first)) {
			first = at
		}
		grids, err := s.store.GridsIn(ctx, models.Scope{Region: t.Code}, t.Code)
		if err != nil {
			return nil, err
		}
		for _, g := range grids {
			for _, c := range g.Cells {
				if at := c.Spans[0].RecordedAt; first.IsZero() || at.Before(first) {
					first = at
				}
			}
		}
	}
	if first.IsZero() {
		return nil, nil
	}
	var months []string
	// A moment that is settled lies at least so long after its month's end.
	last := AddMonths(MonthOf(s.now().Add(-settling)), -1)
	for month := MonthOf(first); month <= last; month = AddMonths(month, 1) {
		months = append(months, month)
	}
	return months, nil
}

// absent lists the months of which a place has no report.
func (s *Service) absent(ctx context.Context, region string, months []string) ([]string, error) {
	from, to := months[0], months[len(months)-1]
	n, err := s.store.CountReports(ctx, region, from, to)
	if err != nil || n == int64(len(months)) {
		return nil, err
	}
	there := map[string]bool{}
	if n > 0 {
		reports, err := s.store.Reports(ctx, region, from, to)
		if err != nil {
			return nil, err
		}
		for _, r := range reports {
			there[r.Month] = true
		}
	}
	var absent []string
	for _, month := range months {
		if !there[month] {
			absent = append(absent, month)
		}
	}
	return absent, nil
}

// carryOut builds what a plan lacks.
func (s *Service) carryOut(ctx context.Context, p *plan, passed func()) (built int, err error) {
	m := newMeter(p.window)
	keep := func(t *tally) error {
		report := t.report(p.window)
		report.BuiltAt = s.now()
		_, stored, err := s.keep(ctx, report)
		if stored {
			built++
		}
		return err
	}
	var county *tally
	if p.county != nil {
		county = newTally(m, p.county, p.townships)
	}
	for _, ps := range p.passes {
		township := newTally(m, ps.township, ps.villages)
		villages := map[string]*tally{}
		for _, v := range ps.villages {
			villages[v.Code] = newTally(m, v, nil)
		}
		err := s.store.ActiveCases(ctx, ps.township.Code, p.window.Start, p.window.End, func(c *models.Case) error {
			r := m.read(c)
			township.addCase(r)
			if v := villages[c.Place.Village]; v != nil {
				v.addCase(r)
			}
			if county != nil {
				county.addCase(r)
			}
			return nil
		})
		if err != nil {
			return built, err
		}
		grid, err := s.entriesIn(ctx, ps.township.Code, p.window)
		if err != nil {
			return built, err
		}
		for i := range grid {
			r := m.readEntry(&grid[i])
			township.add(r)
			if v := villages[grid[i].Village]; v != nil {
				v.add(r)
			}
			if county != nil {
				county.add(r)
			}
		}
		for _, t := range append(tallies(villages, ps.villages), township) {
			if !ps.missing[t.region.Code] {
				continue
			}
			if err := keep(t); err != nil {
				return built, err
			}
		}
		passed()
	}
	if county != nil {
		if err := keep(county); err != nil {
			return built, err
		}
	}
	return built, nil
}

func tallies(of map[string]*tally, order []*models.Region) []*tally {
	list := make([]*tally, 0, len(order)+1)
	for _, r := range order {
		list = append(list, of[r.Code])
	}
	return list
}
