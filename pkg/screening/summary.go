package screening

import (
	"context"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Counts are how the returns of a unit stand in one period.
type Counts struct {
	Cells     int // returns that are owed
	Returned  int // of those, sent
	Zero      int // of those, 零报告
	Late      int // of those, sent when the period was over
	Waiting   int // not sent, and there is time, or grace
	Missing   int // 未报
	Findings  int // findings of the period's returns
	Cases     int // of those, became cases
	Prevented int // of those, solved on the spot
	Open      int // of those, still to be settled
}

func (c *Counts) add(d *Duty) {
	c.Cells++
	switch {
	case d.State.IsFiled():
		c.Returned++
		if d.State == DutyZero {
			c.Zero++
		}
		if d.Late {
			c.Late++
		}
	case d.State == DutyMissing:
		c.Missing++
	default:
		c.Waiting++
	}
}

func (c *Counts) addLead(l *Lead) {
	c.Findings++
	switch {
	case l.Outcome == nil:
		c.Open++
	case l.Outcome.As == models.FindingCase:
		c.Cases++
	case l.Outcome.As == models.FindingPrevented:
		c.Prevented++
	}
}

// Unit is one line of a summary: a place, or a cell with those below it.
type Unit struct {
	Code  string // region code or cell id
	Name  string
	Kind  string // 镇, 村党支部
	Inner bool   // it can be opened: something lies below it
	Alone bool   // of a cell: without those below it
	Counts
}

// Summary is how the returns of a unit stand in one period, by the units directly below it.
type Summary struct {
	Unit   Unit
	Up     string // code of the unit above, "" at the top
	Region string // code of the region it is, or lies in
	Period Period
	Prev   string // first day of the period before, "" where no grid had been drawn
	Next   string // of the one after, "" where that has not begun
	Units  []Unit
	Duties []Duty
	Leads  []Lead
}

// Summary returns how the returns of a unit stand in the period that begins on a day, "" for the one that
// is running. unit is the code of a county, township or village, or the id of a cell. What is unknown, or
// outside the scope, is NotFound.
func (s *Service) Summary(ctx context.Context, scope models.Scope, unit, from string) (*Summary, error) {
	region, number := unit, 0
	if village, n, ok := models.ParseCellID(unit); ok {
		region, number = village, n
	}
	kind := models.RegionKindOf(region)
	if !scope.Covers(region) || kind != models.RegionCounty && kind != models.RegionTownship && kind != models.RegionVillage {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个地方")
	}
	r, err := s.store.Region(ctx, region)
	if err != nil {
		return nil, err
	}
	now, rules, err := s.PeriodNow(ctx, region[:6])
	if err != nil {
		return nil, err
	}
	out := &Summary{Region: region, Period: now, Unit: Unit{Code: region, Name: r.Name, Kind: "地区"}}
	if from != "" {
		p, ok := PeriodFrom(rules, from)
		if !ok || now.From.Before(p.From) {
			return nil, models.Errorf(models.NotFound, "not_found", "没有这一期")
		}
		out.Period = p
	}
	if next := out.Period.To.AddDays(1); !now.From.Before(next) {
		out.Next = next.String()
	}
	if scope.Covers(r.Parent) {
		out.Up = r.Parent
	}
	drawn, err := s.collect(ctx, region, out)
	if err != nil {
		return nil, err
	}
	if drawn.Before(out.Period.Start()) {
		out.Prev = PeriodOn(rules, out.Period.From.AddDays(-1)).From.String()
	}
	if kind == models.RegionVillage {
		return out, s.byCell(ctx, scope, out, number)
	}
	return out, s.byRegion(ctx, out)
}

// collect reads the duties and findings of a place, and says when its first cell was drawn.
func (s *Service) collect(ctx context.Context, region string, out *Summary) (drawn time.Time, err error) {
	drawn = models.FarFuture()
	townships, err := s.townshipsOf(ctx, region)
	if err != nil {
		return drawn, err
	}
	inside := models.Scope{Region: region}
	from := out.Period.From.String()
	for _, township := range townships {
		grids, err := s.store.GridsIn(ctx, inside, township)
		if err != nil {
			return drawn, err
		}
		returns, err := s.store.ReturnsOf(ctx, inside, township, from)
		if err != nil {
			return drawn, err
		}
		known := byID(returns)
		for _, g := range grids {
			for _, c := range g.Cells {
				if at := c.Spans[0].RecordedAt; at.Before(drawn) {
					drawn = at
				}
			}
			out.Duties = append(out.Duties, duties(g, out.Period, known, s.before())...)
		}
		for _, r := range returns {
			out.Leads = append(out.Leads, leads(r, s.before())...)
		}
	}
	return drawn, nil
}

// byRegion sums up by the places directly inside.
func (s *Service) byRegion(ctx context.Context, out *Summary) error {
	inside, err := s.store.RegionsIn(ctx, out.Region)
	if err != nil {
		return err
	}
	at := map[string]*Unit{}
	for _, r := range inside {
		out.Units = append(out.Units, Unit{Code: r.Code, Name: r.Name, Inner: true, Kind: map[models.RegionKind]string{models.RegionTownship: "乡镇", models.RegionVillage: "村"}[r.Kind]})
	}
	for i := range out.Units {
		at[out.Units[i].Code] = &out.Units[i]
	}
	unitOf := func(village string) *Unit {
		if u := at[village]; u != nil {
			return u
		}
		return at[models.PlaceOf(village).Township]
	}
	for i := range out.Duties {
		d := &out.Duties[i]
		out.Unit.add(d)
		if u := unitOf(d.Village); u != nil {
			u.add(d)
		}
	}
	for i := range out.Leads {
		l := &out.Leads[i]
		out.Unit.addLead(l)
		if u := unitOf(l.Return.Village); u != nil {
			u.addLead(l)
		}
	}
	return nil
}

// byCell narrows the summary of a village to one of its cells, 0 for all, and sums up by the cells
// directly below. What the cell itself sent stands in a line of its own.
func (s *Service) byCell(ctx context.Context, scope models.Scope, out *Summary, number int) error {
	g, err := s.store.Grid(ctx, scope, out.Region)
	if store.IsNotFound(err) && number == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	known := out.Period.End()
	if s.before().Before(known) {
		known = s.before()
	}
	standing := g.Standing(out.Period.To.String(), known)
	if number != 0 {
		i := slices.IndexFunc(standing, func(c models.StandingCell) bool { return c.Number == number })
		if i < 0 {
			return noGrid()
		}
		cell := standing[i]
		out.Up = out.Region
		if n := len(cell.Above); n > 0 {
			out.Up = models.CellID(out.Region, cell.Above[n-1])
		}
		out.Unit = Unit{Code: models.CellID(out.Region, number), Name: cell.Name, Kind: cell.Kind.Name()}
	}
	line := map[int]int{} // number of a cell → its unit
	for _, c := range standing {
		path := append(slices.Clone(c.Above), c.Number)
		depth := 0
		if number != 0 {
			depth = slices.Index(path, number)
			if depth < 0 {
				continue
			}
			if c.Number != number {
				depth++
			}
		}
		if c.Number == path[depth] {
			line[c.Number] = len(out.Units)
			out.Units = append(out.Units, Unit{Code: models.CellID(out.Region, c.Number), Name: c.Name, Kind: c.Kind.Name()})
			continue
		}
		line[c.Number] = line[path[depth]]
		out.Units[line[c.Number]].Inner = true
	}
	if number != 0 && len(out.Units) > 0 {
		out.Units[0].Inner, out.Units[0].Alone = false, true
	}
	out.Duties = slices.DeleteFunc(out.Duties, func(d Duty) bool { _, ok := line[d.Cell.Number]; return !ok })
	out.Leads = slices.DeleteFunc(out.Leads, func(l Lead) bool {
		_, n, _ := models.ParseCellID(l.Return.Cell)
		_, ok := line[n]
		return number != 0 && !ok
	})
	for i := range out.Duties {
		d := &out.Duties[i]
		out.Unit.add(d)
		out.Units[line[d.Cell.Number]].add(d)
	}
	for i := range out.Leads {
		l := &out.Leads[i]
		out.Unit.addLead(l)
		_, n, _ := models.ParseCellID(l.Return.Cell)
		at, ok := line[n]
		if !ok { // it was ended before the period was over
			at = len(out.Units)
			line[n] = at
			out.Units = append(out.Units, Unit{Name: l.Return.CellName, Kind: "已撤销"})
		}
		out.Units[at].addLead(l)
	}
	return nil
}

// Own are the returns of a village that wait to be sent: those of the running period and those of earlier
// ones that are late and may still be sent, the earliest first.
func (s *Service) Own(ctx context.Context, scope models.Scope, village string) ([]Duty, error) {
	g, err := s.Grid(ctx, scope, village)
	if err != nil {
		return nil, err
	}
	rules, err := s.Rules(ctx, village[:6])
	if err != nil {
		return nil, err
	}
	today := workday.OfTime(s.now())
	out := []Duty{}
	periods := append(periodsEnding(rules, today.AddDays(-lateShown), today.AddDays(-1)), PeriodOn(rules, today))
	for _, p := range periods {
		returns, err := s.store.ReturnsOf(ctx, models.Scope{Region: village}, models.PlaceOf(village).Township, p.From.String())
		if err != nil {
			return nil, err
		}
		for _, d := range duties(g, p, byID(returns), s.before()) {
			if !d.State.IsFiled() {
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// lateShown is for how many days a return that is missing stands among what is to be done.
const lateShown = 31
