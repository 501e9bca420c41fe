package rules

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// TrialQuery says what is tried on which cases: those that were logged in a year in a county. With is
// compared with Against.
type TrialQuery struct {
	County        string
	Year          int
	With, Against *models.Policy
	Most          int             // how many cases that differ are listed, 0 for all
	Progress      func(done int)  // told how many cases are done, from several goroutines; nil for nobody
	Counted       func(total int) // told how many there are, before; nil for nobody
}

// Trial is what two versions would have made of the same cases on their way up the ladder, as
// escalation.Rules.Try works it out. Where two numbers stand together, the first is of Against. Rows count
// the moves up: a case that goes up twice counts twice, each time in its month.
type Trial struct {
	Year       int        `json:"year"`
	Cases      int        `json:"cases"`
	Untried    int        `json:"untried"` // no rule fits them: their levels are in no ladder any more
	Up         Pair       `json:"up"`      // cases that go up by themselves, by the clock or at once
	Rises      Pair       `json:"rises"`   // and how often
	Pending    Pair       `json:"pending"` // the deadline has not come yet, or the clock stands still
	Overdue    Pair       `json:"overdue"` // the deadline of the top level has passed
	Unknown    Pair       `json:"unknown"` // at a level where the real case was not: nobody knows what people would have done
	More       int        `json:"more"`    // up more often with With than with Against
	Fewer      int        `json:"fewer"`   // the other way round
	Moved      int        `json:"moved"`   // up with both, on another day or from another level
	Levels     []TrialRow `json:"levels"`  // from which level to which
	Reasons    []TrialRow `json:"reasons"`
	Months     []TrialRow `json:"months"` // in which they go up
	Townships  []TrialRow `json:"townships"`
	Types      []TrialRow `json:"types"`
	Differing  []Differ   `json:"differing"` // More, then Fewer, then Moved; by township and day of logging
	Calendar   string     `json:"calendar"`
	Candidates [2]string  `json:"versions"` // names of Against and With
}

// Pair is a number by each of the two versions.
type Pair struct {
	Was int `json:"was"`
	Is  int `json:"is"`
}

// TrialRow is how many moves up there are of one kind, in one month, place or type.
type TrialRow struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Pair
}

// Way is how the two versions differ about a case.
type Way string

const (
	WayMore  Way = "more"
	WayFewer Way = "fewer"
	WayMoved Way = "moved"
)

// Name is the way as people say it.
func (w Way) Name() string {
	return map[Way]string{WayMore: "多上报", WayFewer: "少上报", WayMoved: "上报的日期或层级不同"}[w]
}

// Differ is a case about which the versions differ.
type Differ struct {
	ID       bson.ObjectID      `json:"id"`
	Number   string             `json:"number"`
	Title    string             `json:"-"`
	Place    string             `json:"place"`
	Type     models.DisputeType `json:"type"`
	LoggedOn string             `json:"loggedOn"`
	Way      Way                `json:"way"`
	Was      End                `json:"was"`
	Is       End                `json:"is"`

	township string
	logged   time.Time
}

// End is what became of a case by one version.
type End struct {
	Rises    []EndRise           `json:"rises"`
	Standing escalation.Standing `json:"standing"`
	Level    string              `json:"level"`   // where it stands after that: 村级
	Phase    string              `json:"phase"`   // whose deadline runs there, or ran last: 受理, 签收, 调解
	Rule     string              `json:"rule"`    // that gave it
	LastDay  string              `json:"lastDay"` // "" where the clock stands still
}

// EndRise is one move up.
type EndRise struct {
	From   string        `json:"from"` // 村级
	To     string        `json:"to"`
	Reason models.Reason `json:"reason"`
	Phase  string        `json:"phase"`
	Rule   string        `json:"rule"`
	Day    string        `json:"day"` // the last day of the deadline, or that on which the risk rose
}

func endOf(t escalation.Trial, policy *models.Policy) End {
	name := func(level string) string {
		rung, _ := policy.Rung(level)
		return rung.Name
	}
	e := End{Rises: []EndRise{}, Standing: t.Standing, Level: name(t.Level), Phase: t.Phase.Name(), Rule: t.Rule}
	if !t.DueAt.IsZero() {
		e.LastDay = lastDay(t.DueAt).String()
	}
	for _, r := range t.Rises {
		e.Rises = append(e.Rises, EndRise{name(r.From), name(r.To), r.Reason, r.Phase.Name(), r.Rule, dayOf(r).String()})
	}
	return e
}

func lastDay(due time.Time) workday.Date { return workday.OfTime(due.Add(-time.Millisecond)) }

// dayOf is the day by which a move up counts.
func dayOf(r escalation.Rise) workday.Date {
	if r.DueAt.IsZero() {
		return workday.OfTime(r.At)
	}
	return lastDay(r.DueAt)
}

// Text says the end in a few words. day writes a day as its readers know it.
func (e End) Text(day func(string) string) string {
	var parts []string
	for _, r := range e.Rises {
		if r.Reason == models.ReasonDeadline {
			parts = append(parts, r.From+r.Phase+"期限"+day(r.Day)+"届满，自动上报"+r.To)
		} else {
			parts = append(parts, r.From+day(r.Day)+"因风险升高，立即上报"+r.To)
		}
	}
	switch {
	case e.Standing == escalation.Unknown:
		parts = append(parts, "到"+e.Level+"以后会怎样，不知道")
	case e.Standing == escalation.Overdue:
		parts = append(parts, e.Level+e.Phase+"期限"+day(e.LastDay)+"届满，已在最高一级")
	case e.Standing == escalation.Running && e.LastDay == "":
		parts = append(parts, e.Level+"暂停计时中")
	case e.Standing == escalation.Running:
		parts = append(parts, e.Level+e.Phase+"期限到"+day(e.LastDay)+"，还没有到")
	case len(parts) == 0:
		parts = append(parts, "不上报")
	default:
		parts = append(parts, "在"+e.Level+"按期办结")
	}
	return strings.Join(parts, "；")
}

// Try tries a version on the cases of a year. Nothing is written. Townships are read in parallel, page
// by page; what is kept in memory is the numbers, and the cases that differ.
func (s *Service) Try(ctx context.Context, q TrialQuery) (*Trial, error) {
	now := s.now()
	from, before := time.Date(q.Year, 1, 1, 0, 0, 0, 0, workday.Zone), time.Date(q.Year+1, 1, 1, 0, 0, 0, 0, workday.Zone)
	if q.Year < firstYear || now.Before(from) {
		return nil, models.FieldErrorf("year", "请填写%d年到%d年之间的一年", firstYear, workday.OfTime(now).Year)
	}
	years, err := s.store.CalendarYears(ctx)
	if err != nil {
		return nil, err
	}
	townships, err := s.store.RegionsIn(ctx, q.County)
	if err != nil {
		return nil, err
	}
	if q.Counted != nil {
		total := 0
		for _, t := range townships {
			n, err := s.store.CountLogged(ctx, t.Code, from, before)
			if err != nil {
				return nil, err
			}
			total += int(n)
		}
		q.Counted(total)
	}
	calendar := workday.NewCalendar(years...)
	parts := make([]*part, len(townships))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(townships)) {
		workers.Go(func() {
			defer func() {
				if fault := recover(); fault != nil {
					cancel(fmt.Errorf("panic: %v\n%s", fault, debug.Stack()))
				}
			}()
			p := policies{was: escalation.Rules{Policy: q.Against, Calendar: calendar}, is: escalation.Rules{Policy: q.With, Calendar: calendar}, now: now, most: q.Most}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(townships) || ctx.Err() != nil {
					return
				}
				parts[i] = newPart()
				err := s.store.LoggedCourses(ctx, townships[i].Code, from, before, func(c *models.Case) error {
					parts[i].add(p, c)
					if n := done.Add(1); q.Progress != nil && n%progressStep == 0 {
						q.Progress(int(n))
					}
					return ctx.Err()
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	out := &Trial{Year: q.Year, Calendar: calendar.Version(), Candidates: [2]string{q.Against.VersionName(), q.With.VersionName()}}
	out.sum(parts, townships, q)
	return out, nil
}

const (
	firstYear    = 2000
	progressStep = 64
)

type policies struct {
	was, is escalation.Rules
	now     time.Time
	most    int // cases that are listed
}

// part is what came of one township.
type part struct {
	Trial
	levels, reasons, months, types map[string]*Pair
}

func newPart() *part {
	return &part{levels: map[string]*Pair{}, reasons: map[string]*Pair{}, months: map[string]*Pair{}, types: map[string]*Pair{}}
}

func (p *part) add(with policies, c *models.Case) {
	p.Cases++
	was, err1 := with.was.Try(c, with.now)
	is, err2 := with.is.Try(c, with.now)
	if err1 != nil || err2 != nil {
		p.Untried++
		return
	}
	p.count(was, c, func(pair *Pair) *int { return &pair.Was })
	p.count(is, c, func(pair *Pair) *int { return &pair.Is })
	way := wayOf(was, is, mayRise(was, with.was.Policy), mayRise(is, with.is.Policy))
	switch way {
	case WayMore:
		p.More++
	case WayFewer:
		p.Fewer++
	case WayMoved:
		p.Moved++
	default:
		return
	}
	p.keep(Differ{
		ID: c.ID, Number: c.NumberText(), Title: c.Title, Place: c.Place.TownshipName + c.Place.VillageName, Type: c.Type,
		LoggedOn: workday.OfTime(c.LoggedAt).String(), Way: way, Was: endOf(was, with.was.Policy), Is: endOf(is, with.is.Policy), township: c.Place.Township, logged: c.LoggedAt,
	}, with.most)
}

// mayRise says whether nobody knows how often a case would have gone up in all.
func mayRise(t escalation.Trial, policy *models.Policy) bool {
	_, above := policy.Above(t.Level)
	return above && t.Standing == escalation.Unknown
}

// wayOf says how two versions differ about a case, "" where they do not. A way of which nobody knows the end
// is no shorter than another.
func wayOf(was, is escalation.Trial, wasOpen, isOpen bool) Way {
	same := func(a, b escalation.Rise) bool {
		return a.From == b.From && a.To == b.To && a.Reason == b.Reason && dayOf(a) == dayOf(b)
	}
	switch {
	case len(is.Rises) > len(was.Rises) && !wasOpen:
		return WayMore
	case len(is.Rises) < len(was.Rises) && !isOpen:
		return WayFewer
	case !slices.EqualFunc(was.Rises, is.Rises, same):
		return WayMoved
	}
	return ""
}

// count counts what became of a case by one version; of picks its number of a pair.
func (p *part) count(t escalation.Trial, c *models.Case, of func(*Pair) *int) {
	switch t.Standing {
	case escalation.Running:
		*of(&p.Pending)++
	case escalation.Overdue:
		*of(&p.Overdue)++
	case escalation.Unknown:
		*of(&p.Unknown)++
	}
	if len(t.Rises) > 0 {
		*of(&p.Up)++
	}
	at := func(rows map[string]*Pair, key string) {
		if rows[key] == nil {
			rows[key] = &Pair{}
		}
		*of(rows[key])++
	}
	for _, r := range t.Rises {
		*of(&p.Rises)++
		at(p.levels, r.From+"-"+r.To)
		at(p.reasons, string(r.Reason))
		at(p.months, dayOf(r).String()[:len("2006-01")])
		at(p.types, string(c.Type))
	}
}

// sum puts the townships together.
func (t *Trial) sum(parts []*part, townships []*models.Region, q TrialQuery) {
	all := newPart()
	merge := func(into, from map[string]*Pair) {
		for key, pair := range from {
			if into[key] == nil {
				into[key] = &Pair{}
			}
			into[key].add(*pair)
		}
	}
	for i, p := range parts {
		t.Cases += p.Cases
		t.Untried += p.Untried
		t.More += p.More
		t.Fewer += p.Fewer
		t.Moved += p.Moved
		t.Up.add(p.Up)
		t.Rises.add(p.Rises)
		t.Pending.add(p.Pending)
		t.Overdue.add(p.Overdue)
		t.Unknown.add(p.Unknown)
		t.Townships = append(t.Townships, TrialRow{townships[i].Code, townships[i].Name, p.Rises})
		merge(all.levels, p.levels)
		merge(all.reasons, p.reasons)
		merge(all.months, p.months)
		merge(all.types, p.types)
		t.Differing = append(t.Differing, p.Differing...)
	}
	t.Levels, t.Months = levelRows(all.levels, q.Against, q.With), monthRows(all.months)
	for _, reason := range []models.Reason{models.ReasonDeadline, models.ReasonRisk} {
		if pair := all.reasons[string(reason)]; pair != nil {
			t.Reasons = append(t.Reasons, TrialRow{string(reason), reason.Name(), *pair})
		}
	}
	for _, choice := range models.DisputeTypes() {
		if pair := all.types[choice.Code]; pair != nil {
			t.Types = append(t.Types, TrialRow{choice.Code, choice.Name, *pair})
		}
	}
	sortDiffering(t.Differing)
	if q.Most > 0 && len(t.Differing) > q.Most {
		t.Differing = t.Differing[:q.Most]
	}
}

// keep adds a case that differs. Where only so many are listed, no more than twice as many are kept.
func (p *part) keep(d Differ, most int) {
	p.Differing = append(p.Differing, d)
	if most > 0 && len(p.Differing) >= 2*most {
		sortDiffering(p.Differing)
		p.Differing = slices.Delete(p.Differing, most, len(p.Differing))
	}
}

func sortDiffering(list []Differ) {
	ways := []Way{WayMore, WayFewer, WayMoved}
	slices.SortFunc(list, func(a, b Differ) int {
		return cmp.Or(cmp.Compare(slices.Index(ways, a.Way), slices.Index(ways, b.Way)), strings.Compare(a.township, b.township), a.logged.Compare(b.logged), strings.Compare(a.ID.Hex(), b.ID.Hex()))
	})
}

func (p *Pair) add(other Pair) {
	p.Was += other.Was
	p.Is += other.Is
}

// levelRows are the steps of both ladders, each once, whether anything takes them or not.
func levelRows(levels map[string]*Pair, policies ...*models.Policy) []TrialRow {
	var out []TrialRow
	for _, p := range policies {
		for i := range len(p.Ladder) - 1 {
			from, to := p.Ladder[i], p.Ladder[i+1]
			row := TrialRow{Key: from.Level + "-" + to.Level, Name: from.Name + " → " + to.Name}
			if slices.ContainsFunc(out, func(r TrialRow) bool { return r.Key == row.Key }) {
				continue
			}
			if pair := levels[row.Key]; pair != nil {
				row.Pair = *pair
			}
			out = append(out, row)
		}
	}
	return out
}

// monthRows are the months from the first to the last in which anything went up, without gaps.
func monthRows(months map[string]*Pair) []TrialRow {
	if len(months) == 0 {
		return nil
	}
	first, last := "9999-12", ""
	for key := range months {
		first, last = min(first, key), max(last, key)
	}
	var out []TrialRow
	for at, _ := time.Parse("2006-01", first); at.Format("2006-01") <= last; at = at.AddDate(0, 1, 0) {
		row := TrialRow{Key: at.Format("2006-01"), Name: at.Format("2006年1月")}
		if pair := months[row.Key]; pair != nil {
			row.Pair = *pair
		}
		out = append(out, row)
	}
	return out
}
