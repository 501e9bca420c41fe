package rules

import (
	"cmp"
	"context"
	"runtime"
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

// Trial is what two versions would have made of the same cases at the level where each began, as
// escalation.Rules.Try works it out. Where two numbers stand together, the first is of Against.
type Trial struct {
	Year       int        `json:"year"`
	Cases      int        `json:"cases"`
	Untried    int        `json:"untried"` // no rule fits them: their levels are in no ladder any more
	Up         Pair       `json:"up"`      // gone up by the clock
	Pending    Pair       `json:"pending"` // the deadline has not come yet, or the clock stands still
	More       int        `json:"more"`    // up with With, and not with Against
	Fewer      int        `json:"fewer"`   // the other way round
	Moved      int        `json:"moved"`   // up with both, on another day
	Months     []TrialRow `json:"months"`  // in which they go up
	Townships  []TrialRow `json:"townships"`
	Types      []TrialRow `json:"types"`
	Levels     []TrialRow `json:"levels"`    // where they would have begun
	Differing  []Differ   `json:"differing"` // More, then Fewer, then Moved; by township and day of logging
	Calendar   string     `json:"calendar"`
	Candidates [2]string  `json:"versions"` // names of Against and With
}

// Pair is a number by each of the two versions.
type Pair struct {
	Was int `json:"was"`
	Is  int `json:"is"`
}

// TrialRow is how many went up in one month, place or type.
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
	return map[Way]string{WayMore: "改为上报", WayFewer: "改为不上报", WayMoved: "上报的日期不同"}[w]
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
	Up      bool   `json:"up"`
	Pending bool   `json:"pending"`
	Phase   string `json:"phase"`   // whose deadline decides: 受理, 调解
	Rule    string `json:"rule"`    // that gave it
	LastDay string `json:"lastDay"` // "" where the clock stands still
}

func endOf(t escalation.Trial) End {
	e := End{Up: t.Up, Pending: t.Pending, Phase: t.Phase.Name(), Rule: t.Rule}
	if !t.DueAt.IsZero() {
		e.LastDay = workday.OfTime(t.DueAt.Add(-time.Millisecond)).String()
	}
	return e
}

// Text says the end in a few words.
func (e End) Text() string {
	switch {
	case e.Up:
		return e.Phase + "期限" + e.LastDay + "届满，自动上报"
	case e.Pending && e.LastDay == "":
		return "暂停计时中"
	case e.Pending:
		return e.Phase + "期限到" + e.LastDay + "，还没有到"
	}
	return "不上报"
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
			p := policies{was: escalation.Rules{Policy: q.Against, Calendar: calendar}, is: escalation.Rules{Policy: q.With, Calendar: calendar}, now: now}
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
}

// part is what came of one township.
type part struct {
	Trial
	months, types, levels map[string]*Pair
}

func newPart() *part {
	return &part{months: map[string]*Pair{}, types: map[string]*Pair{}, levels: map[string]*Pair{}}
}

func (p *part) add(with policies, c *models.Case) {
	p.Cases++
	was, err1 := with.was.Try(c, with.now)
	is, err2 := with.is.Try(c, with.now)
	if err1 != nil || err2 != nil {
		p.Untried++
		return
	}
	p.count(was, with.was.Policy, c, func(pair *Pair) *int { return &pair.Was })
	p.count(is, with.is.Policy, c, func(pair *Pair) *int { return &pair.Is })
	way := Way("")
	switch {
	case is.Up && !was.Up:
		way = WayMore
		p.More++
	case was.Up && !is.Up:
		way = WayFewer
		p.Fewer++
	case was.Up && !was.DueAt.Equal(is.DueAt):
		way = WayMoved
		p.Moved++
	default:
		return
	}
	p.Differing = append(p.Differing, Differ{
		ID: c.ID, Number: c.NumberText(), Title: c.Title, Place: c.Place.TownshipName + c.Place.VillageName, Type: c.Type,
		LoggedOn: workday.OfTime(c.LoggedAt).String(), Way: way, Was: endOf(was), Is: endOf(is), township: c.Place.Township, logged: c.LoggedAt,
	})
}

// count counts an end by one version; of picks its number of a pair.
func (p *part) count(t escalation.Trial, policy *models.Policy, c *models.Case, of func(*Pair) *int) {
	if t.Pending {
		*of(&p.Pending)++
	}
	if !t.Up {
		return
	}
	*of(&p.Up)++
	at := func(rows map[string]*Pair, key string) {
		if rows[key] == nil {
			rows[key] = &Pair{}
		}
		*of(rows[key])++
	}
	last := workday.OfTime(t.DueAt.Add(-time.Millisecond))
	at(p.months, last.String()[:len("2006-01")])
	at(p.types, string(c.Type))
	rung, _ := policy.Rung(t.Level)
	at(p.levels, rung.Name)
}

// sum puts the townships together.
func (t *Trial) sum(parts []*part, townships []*models.Region, q TrialQuery) {
	months, types, levels := map[string]*Pair{}, map[string]*Pair{}, map[string]*Pair{}
	merge := func(into, from map[string]*Pair) {
		for key, pair := range from {
			if into[key] == nil {
				into[key] = &Pair{}
			}
			into[key].Was += pair.Was
			into[key].Is += pair.Is
		}
	}
	for i, p := range parts {
		t.Cases += p.Cases
		t.Untried += p.Untried
		t.More += p.More
		t.Fewer += p.Fewer
		t.Moved += p.Moved
		t.Up = Pair{t.Up.Was + p.Up.Was, t.Up.Is + p.Up.Is}
		t.Pending = Pair{t.Pending.Was + p.Pending.Was, t.Pending.Is + p.Pending.Is}
		t.Townships = append(t.Townships, TrialRow{townships[i].Code, townships[i].Name, p.Up})
		merge(months, p.months)
		merge(types, p.types)
		merge(levels, p.levels)
		t.Differing = append(t.Differing, p.Differing...)
	}
	t.Months = monthRows(months)
	for _, choice := range models.DisputeTypes() {
		if pair := types[choice.Code]; pair != nil {
			t.Types = append(t.Types, TrialRow{choice.Code, choice.Name, *pair})
		}
	}
	for _, p := range []*models.Policy{q.Against, q.With} {
		for _, rung := range p.Ladder {
			if pair := levels[rung.Name]; pair != nil {
				t.Levels = append(t.Levels, TrialRow{rung.Level, rung.Name, *pair})
				delete(levels, rung.Name)
			}
		}
	}
	ways := []Way{WayMore, WayFewer, WayMoved}
	slices.SortFunc(t.Differing, func(a, b Differ) int {
		return cmp.Or(cmp.Compare(slices.Index(ways, a.Way), slices.Index(ways, b.Way)), strings.Compare(a.township, b.township), a.logged.Compare(b.logged), strings.Compare(a.ID.Hex(), b.ID.Hex()))
	})
	if q.Most > 0 && len(t.Differing) > q.Most {
		t.Differing = t.Differing[:q.Most]
	}
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
