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
	for _, of := range []string{county, ""} {
		found, err := s.policies.Raws(ctx, docstore.Query{
			Index:  "county",
			Filter: []docstore.Condition{docstore.Equal("county", of), docstore.AtMost("effectiveFrom", now)},
			Order:  "effectiveFrom", Desc: true, Limit: 1,
		})
		if err != nil {
			return nil, told(err, "时限规则")
		}
		if len(found) > 0 {
			return s.policyMemo(of).Of(found, func() (*models.Policy, error) { return s.policies.Decode(found[0]) })
		}
	}
	return nil, models.Errorf(models.Precondition, "policy.none", "本县还没有生效的时限规则，请管理员先设置")
}

// InsertPolicy adds a version after checking it as a whole.
func (s *Store) InsertPolicy(ctx context.Context, p *models.Policy) error {
	if err := p.Check(); err != nil {
		return err
	}
	p.ID = models.PolicyID(p.County, p.Number)
	return told(s.policies.Insert(ctx, p), "时限规则")
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

// policyMemo is that of a county's policy in force.
func (s *Store) policyMemo(county string) *docstore.Memo[*models.Policy] {
	memo, _ := s.policyMemos.LoadOrStore(county, new(docstore.Memo[*models.Policy]))
	return memo.(*docstore.Memo[*models.Policy])
}

// Calendar returns the working-day calendar for deadlines that begin at a moment: the data of that
// year and the two after it, as far as they are kept. A year without data is provisional.
func (s *Store) Calendar(ctx context.Context, now time.Time) (*workday.Calendar, error) {
	year := workday.OfTime(now).Year
	found, err := s.calendars.Raws(ctx, docstore.Query{
		Index:  "year",
		Filter: []docstore.Condition{docstore.AtLeast("year", int64(year)), docstore.AtMost("year", int64(year+2))},
		Order:  "year", Limit: 3,
	})
	if err != nil {
		return nil, told(err, "日历")
	}
	return s.calendarMemo.Of(found, func() (*workday.Calendar, error) {
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

func calendarID(year int) string { return strconv.Itoa(year) }
