package rules

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// YearForm is the announced days of a year as they are pasted; see workday.ParseYear.
type YearForm struct {
	Year   string `json:"year" validate:"notblank" label:"年份"`
	Source string `json:"source" validate:"notblank,max=100" label:"依据"`
	Text   string `json:"text" validate:"notblank,max=20000" label:"放假和调休的日期"`
}

// YearPlan is what loading a year does.
type YearPlan struct {
	Year    workday.Year
	Kept    *workday.Year      // what is kept of that year now, nil while it is provisional
	Version int64              // in which it is kept, 0 while it is not
	Days    []DayChange        // what is another than it is kept; nil where nothing is, or nothing was kept
	Missing []string           // movable holidays that no day is called after
	Shifts  []escalation.Shift // the earliest deadline first
	Moved   int                // of the shifts, those whose last day is another
	Faults  error              // cases that could not be decided, nil for none
}

// Settled is how many of the shifts only settle a deadline: its last day stays.
func (p *YearPlan) Settled() int { return len(p.Shifts) - p.Moved }

// IsKept says whether the year is kept just so.
func (p *YearPlan) IsKept() bool { return p.Kept != nil && len(p.Days) == 0 }

// DayChange is a day that a correction changes.
type DayChange struct{ Date, Was, Is string }

// ParseYear reads the form, or says at which field and in which line it is wrong. A year that is over
// stays as it is, and nothing is announced more than two years ahead.
func (s *Service) ParseYear(form YearForm) (workday.Year, error) {
	var faults []models.FieldError
	if err := s.validate.Check(&form); err != nil {
		e := models.AsError(err)
		if e.Kind != models.Invalid {
			return workday.Year{}, err
		}
		faults = e.Fields
	}
	fault := func(field, format string, args ...any) {
		faults = append(faults, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	this := workday.OfTime(s.now()).Year
	year, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(width.Fold.String(form.Year)), "年"))
	switch {
	case strings.TrimSpace(form.Year) == "":
	case err != nil:
		fault("year", "年份请写成四位数字，例如%d", this+1)
	case year < this:
		fault("year", "%d年已经过去，不能再改", year)
	case year > this+2:
		fault("year", "最多提前两年，到%d年", this+2)
	}
	var out workday.Year
	if len(faults) == 0 {
		var lines []workday.LineError
		out, lines = workday.ParseYear(year, form.Text)
		for i, line := range lines {
			if i == maxLines {
				fault("text", "还有%d处", len(lines)-i)
				break
			}
			fault("text", "%s", line.Error())
		}
	}
	if len(faults) > 0 {
		return workday.Year{}, &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
	}
	out.Source = strings.TrimSpace(form.Source)
	return out, nil
}

// maxLines is how many wrong lines are named.
const maxLines = 20

// PlanYear says what loading a year would do to the cases of a scope. It changes nothing.
func (s *Service) PlanYear(ctx context.Context, scope models.Scope, y workday.Year) (*YearPlan, error) {
	plan := &YearPlan{Year: y, Missing: y.Missing()}
	var err error
	if plan.Kept, plan.Version, err = s.kept(ctx, y.Year); err != nil {
		return nil, err
	}
	if plan.Kept != nil {
		plan.Days = dayChanges(plan.Kept.Days, y.Days)
	}
	years, err := s.store.CalendarYears(ctx)
	if err != nil {
		return nil, err
	}
	years = append(slices.DeleteFunc(years, func(k workday.Year) bool { return k.Year == y.Year }), y)
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return nil, err
	}
	for _, county := range counties {
		place := scope.Region
		if scope.Covers(county.Code) {
			place = county.Code
		} else if CountyOf(scope.Region) != county.Code {
			continue
		}
		faults, err := s.sweeper.PreviewRecount(ctx, s.now(), place, years, func(shift escalation.Shift) error {
			plan.Shifts = append(plan.Shifts, shift)
			if shift.IsMove() {
				plan.Moved++
			}
			return nil
		})
		if plan.Faults = errors.Join(plan.Faults, faults); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(plan.Shifts, func(a, b escalation.Shift) int {
		return cmp.Or(strings.Compare(a.Was.String(), b.Was.String()), strings.Compare(a.Place.Village, b.Place.Village))
	})
	return plan, nil
}

// kept is a year as it is kept, nil where it is not.
func (s *Service) kept(ctx context.Context, year int) (*workday.Year, int64, error) {
	y, version, err := s.store.CalendarYear(ctx, year)
	if store.IsNotFound(err) {
		return nil, 0, nil
	}
	return &y, version, err
}

// dayChanges lists the days that are another.
func dayChanges(was, is []workday.Day) []DayChange {
	text := func(days []workday.Day, date string) string {
		for _, d := range days {
			if d.Date == date {
				return d.Name + map[bool]string{true: "调休上班", false: "放假"}[d.Work]
			}
		}
		return "按星期"
	}
	var dates []string
	for _, d := range append(slices.Clone(was), is...) {
		dates = append(dates, d.Date)
	}
	slices.Sort(dates)
	var out []DayChange
	for _, date := range slices.Compact(dates) {
		if before, after := text(was, date), text(is, date); before != after {
			out = append(out, DayChange{date, before, after})
		}
	}
	return out
}

// Loaded is what came of loading a year.
type Loaded struct {
	Changed int // deadlines of the scope that were worked out anew
	Moved   int // of which the last day is another
	All     escalation.Recounted
}

// LoadYear keeps a year and works out anew every deadline of the store that it moves, with an event on
// each case: the calendar is the same for every county. version is the one in which the year was kept
// when the plan was made; where somebody loaded another meanwhile this is a Conflict. Loading the same
// year again changes nothing, and finishes what was broken off. The work on the cases goes on when the
// caller goes away.
func (s *Service) LoadYear(ctx context.Context, actor models.Actor, y workday.Year, version int64) (Loaded, error) {
	var out Loaded
	now := s.now()
	kept, current, err := s.kept(ctx, y.Year)
	if err != nil {
		return out, err
	}
	if kept == nil || len(dayChanges(kept.Days, y.Days)) > 0 {
		if current != version {
			return out, takenYear(y.Year)
		}
		y.Source = fmt.Sprintf("%s（%s于%s录入）", y.Source, actor.Name, workday.OfTime(now))
		if kept == nil {
			err = s.store.InsertCalendarYear(ctx, y)
		} else {
			err = s.store.ReplaceCalendarYear(ctx, y, version)
		}
		if store.IsDuplicate(err, docstore.IDIndex) || store.IsConflict(err) {
			return out, takenYear(y.Year)
		}
		if err != nil {
			return out, err
		}
	}
	scope := actor.Scope()
	out.All, err = s.sweeper.Recount(context.WithoutCancel(ctx), now, func(shift escalation.Shift) error {
		if scope.Covers(shift.Place.Village) {
			out.Changed++
			if shift.IsMove() {
				out.Moved++
			}
		}
		return nil
	})
	return out, err
}

func takenYear(year int) error {
	return models.Errorf(models.Conflict, "calendar.conflict", "刚刚有人改过%d年的放假安排，请重新核对影响，再决定要不要载入", year)
}

// Recount works out anew every deadline that the kept calendar says something else about; see
// escalation.Sweeper.Recount. It says how many it changed. A case that cannot be decided is named in
// the error.
func (s *Service) Recount(ctx context.Context, now time.Time) (int, error) {
	done, err := s.sweeper.Recount(ctx, now, nil)
	return done.Changed, errors.Join(done.Faults, err)
}
