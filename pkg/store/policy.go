package store

import (
	"context"
	"strconv"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/workday"
)

func policyKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "policies",
		Fields:  []docstore.Field{{Path: "county", Type: docstore.String}, {Path: "effectiveFrom", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "county", Fields: []string{"county", "effectiveFrom"}}},
	}
}

// Policy returns one version.
func (s *Store) Policy(ctx context.Context, county string, number int) (*models.Policy, error) {
	p, err := s.policies.Get(ctx, models.PolicyID(county, number))
	return p, told(err, "时限规则")
}

// PolicyInForce returns the policy of a county at a moment: its own latest one that has taken
// effect, else the latest for every county. It is shared: nobody may change it.
func (s *Store) PolicyInForce(ctx context.Context, county string, now time.Time) (*models.Policy, error) {
	p, err := s.policiesInForce.at(ctx, county, now)
	if p == nil && err == nil {
		return nil, models.Errorf(models.Precondition, "policy.none", "本县还没有生效的时限规则，请管理员先设置")
	}
	return p, told(err, "时限规则")
}

// Policies returns every version of a county, or with "" those for every county without its own: the
// one that takes effect last comes first.
func (s *Store) Policies(ctx context.Context, county string) ([]*models.Policy, error) {
	found, err := s.policies.Find(ctx, docstore.Query{
		Index: "county", Filter: []docstore.Condition{docstore.Equal("county", county)}, Order: "effectiveFrom", Desc: true, Limit: docstore.MaxLimit,
	})
	return found, told(err, "时限规则")
}

// InsertPolicy adds a version after checking it: each field, then all of it together. A taken number
// is IsDuplicate(err, docstore.IDIndex).
func (s *Store) InsertPolicy(ctx context.Context, p *models.Policy) error {
	if err := s.validate.Check(p); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	p.ID = models.PolicyID(p.County, p.Number)
	return told(s.policiesInForce.insert(ctx, p), "时限规则")
}

// calendarYear is the document of one year of the working-day calendar.
type calendarYear struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Number        int          `bson:"year"`
	Data          workday.Year `bson:"data"`
}

func (y *calendarYear) DocID() any { return y.ID }

func calendarKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "calendars",
		Fields:  []docstore.Field{{Path: "year", Type: docstore.Int}},
		Indexes: []docstore.Index{{Name: "year", Fields: []string{"year"}}},
	}
}

// Calendar returns the working-day calendar for deadlines that begin at a moment: the data of that
// year and the two after it, as far as they are kept. A year without data is provisional.
func (s *Store) Calendar(ctx context.Context, now time.Time) (*workday.Calendar, error) {
	return s.CalendarSince(ctx, now, now)
}

// CalendarSince is Calendar for a deadline that began at an earlier moment and is worked out anew: it
// knows the years from that on.
func (s *Store) CalendarSince(ctx context.Context, since, now time.Time) (*workday.Calendar, error) {
	from, to := workday.OfTime(since).Year, workday.OfTime(now).Year+2
	found, err := s.calendars.Raws(ctx, docstore.Query{
		Index:  "year",
		Filter: []docstore.Condition{docstore.AtLeast("year", int64(from)), docstore.AtMost("year", int64(to))},
		Order:  "year", Limit: docstore.MaxLimit,
	})
	if err != nil {
		return nil, told(err, "日历")
	}
	memo, _ := s.calendarMemos.LoadOrStore(from, new(docstore.Memo[*workday.Calendar]))
	return memo.(*docstore.Memo[*workday.Calendar]).Of(found, func() (*workday.Calendar, error) {
		years := make([]workday.Year, len(found))
		for i, raw := range found {
			y, err := s.calendars.Decode(raw)
			if err != nil {
				return nil, err
			}
			years[i] = y.Data
		}
		return workday.NewCalendar(years...), nil
	})
}

// CalendarYears returns every year that is kept.
func (s *Store) CalendarYears(ctx context.Context) ([]workday.Year, error) {
	found, err := s.calendars.Find(ctx, docstore.Query{Index: "year", Order: "year", Limit: docstore.MaxLimit})
	if err != nil {
		return nil, told(err, "日历")
	}
	years := make([]workday.Year, len(found))
	for i, y := range found {
		years[i] = y.Data
	}
	return years, nil
}

// InsertCalendarYear adds a year that is not yet kept.
func (s *Store) InsertCalendarYear(ctx context.Context, y workday.Year) error {
	return told(s.calendars.Insert(ctx, &calendarYear{ID: calendarID(y.Year), Number: y.Year, Data: y}), "年份")
}

// CalendarYear returns one year and the version in which it is kept.
func (s *Store) CalendarYear(ctx context.Context, year int) (workday.Year, int64, error) {
	y, err := s.calendars.Get(ctx, calendarID(year))
	if err != nil {
		return workday.Year{}, 0, told(err, "年份")
	}
	return y.Data, y.Version, nil
}

// ReplaceCalendarYear puts a year right that was kept in a version; IsConflict when somebody else
// changed it meanwhile.
func (s *Store) ReplaceCalendarYear(ctx context.Context, y workday.Year, version int64) error {
	return told(s.calendars.Replace(ctx, &calendarYear{ID: calendarID(y.Year), Head: docstore.Head{Version: version}, Number: y.Year, Data: y}), "年份")
}

func calendarID(year int) string { return strconv.Itoa(year) }
