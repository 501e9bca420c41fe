package escalation

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Rules are what a deadline is made from, and what a dispute is assessed by. Without a risk policy
// nothing is assessed.
type Rules struct {
	Policy   *models.Policy
	Calendar *workday.Calendar
	Risk     *models.RiskPolicy
}

// Start makes the clock of a phase that begins now at a level. days are those that a return has set;
// zero, and every other phase, takes the rule's.
func (r Rules) Start(c *models.Case, phase models.Phase, level string, now time.Time, days int) (models.Clock, error) {
	rung, ok := r.Policy.Rung(level)
	if !ok {
		return models.Clock{}, fmt.Errorf("policy %s has no level %q", r.Policy.ID, level)
	}
	if rung.SingleClock && phase != models.PhaseReturned {
		phase = models.PhaseMediation // signing in does not start another clock, so this is no time to sign in
	}
	asked := phase
	if phase == models.PhaseReturned {
		asked = models.PhaseMediation
	}
	rule, err := r.Policy.Match(c.Circumstances(asked, level, c.Risk))
	if err != nil {
		return models.Clock{}, err
	}
	unit := rule.Unit
	if phase == models.PhaseReturned && days > 0 {
		rule.Days, unit = days, models.CalendarDays
	}
	clock := models.Clock{
		Phase: phase, Since: now, Days: rule.Days, Unit: unit, Rule: rule.ID, RuleName: rule.Name, WarnDays: slices.Clone(rule.WarnDays),
		PolicyNumber: r.Policy.Number, PolicyCounty: r.Policy.County,
	}
	return clock, r.Recount(c, rung, &clock, now)
}

// Recount works a clock's deadline out anew from its beginning, its pauses and adjustments, and the
// calendar, and writes its working and its reminders. Nothing else decides the deadline: now only
// says which reminders lie ahead.
func (r Rules) Recount(c *models.Case, rung models.Rung, clock *models.Clock, now time.Time) error {
	sum, err := r.reckon(clock)
	if err != nil {
		return err
	}
	clock.DueAt, clock.Provisional, clock.Calendar = sum.Due, sum.Provisional, r.Calendar.Version()
	if clock.Working, err = r.working(c, rung, clock, sum); err != nil {
		return err
	}
	if clock.OverdueTold != nil && now.Before(clock.DueAt) {
		clock.OverdueTold = nil
	}
	told := map[time.Time]*time.Time{}
	for _, w := range clock.Warnings {
		told[w.At] = w.WarnedAt
	}
	clock.Warnings = []models.Warning{}
	for _, before := range clock.WarnDays {
		at := clock.DueAt.AddDate(0, 0, -before)
		if told[at] != nil || at.After(now) {
			clock.Warnings = append(clock.Warnings, models.Warning{At: at, Days: before, WarnedAt: told[at]})
		}
	}
	// The next one is looked for in this order, however the rule lists them.
	slices.SortFunc(clock.Warnings, func(a, b models.Warning) int { return a.At.Compare(b.At) })
	return nil
}

// reckoning is a deadline and what it came of.
type reckoning struct {
	workday.Counted
	days int                // counted, extensions included
	by   *models.Adjustment // the one that made it shorter, nil for none
}

func (r Rules) reckon(clock *models.Clock) (reckoning, error) {
	sum := reckoning{days: clock.Days + extended(clock, time.Time{})}
	var err error
	if sum.Counted, err = r.count(workday.OfTime(clock.Since), sum.days, clock.Unit, pausedDays(clock)); err != nil {
		return sum, err
	}
	for i := range clock.Adjustments {
		a := &clock.Adjustments[i]
		end, err := r.shortened(clock, a)
		if err != nil {
			return sum, err
		}
		if a.Kind != models.AdjustExtend && end.Due.Before(sum.Due) {
			sum.Counted, sum.by = end, a
		}
	}
	return sum, nil
}

// shortened is the end that a higher risk or an order sets to a clock. Of extensions only a later one
// moves that of a higher risk: what the parties agreed to before, they agreed to for the lower one. An
// extension sets none.
func (r Rules) shortened(clock *models.Clock, a *models.Adjustment) (workday.Counted, error) {
	switch a.Kind {
	case models.AdjustOrder:
		return lastDayOf(a.LastDay)
	case models.AdjustExtend:
		return workday.Counted{}, nil
	}
	return r.count(workday.OfTime(a.At), a.Days+extended(clock, a.At), a.Unit, pausedDays(clock))
}

func (r Rules) count(event workday.Date, days int, unit models.Unit, except []workday.Span) (workday.Counted, error) {
	count := r.Calendar.AddDays
	if unit == models.WorkingDays {
		count = r.Calendar.AddWorkdays
	}
	counted, err := count(event, days, except...)
	if err != nil {
		return counted, fmt.Errorf("count %d days from %s: %w", days, event, err)
	}
	return counted, nil
}

// lastDayOf is a period that ends with a day that somebody has set.
func lastDayOf(day string) (workday.Counted, error) {
	last, err := workday.Parse(day)
	if err != nil {
		return workday.Counted{}, err
	}
	return workday.Counted{Last: last, Due: last.AddDays(1).Start()}, nil
}

// extended is how many days were added after a moment.
func extended(clock *models.Clock, after time.Time) int {
	days := 0
	for _, a := range clock.Adjustments {
		if a.Kind == models.AdjustExtend && a.At.After(after) {
			days += a.Days
		}
	}
	return days
}

// pausedDays are the days of pauses that have ended: from the day on which one begins, which is not
// over when the clock stops, up to the one before it goes on.
func pausedDays(clock *models.Clock) []workday.Span {
	var spans []workday.Span
	for _, p := range clock.Pauses {
		if p.Until == nil {
			continue
		}
		from, to := workday.OfTime(p.From), workday.OfTime(*p.Until).AddDays(-1)
		if !to.Before(from) {
			spans = append(spans, workday.Span{From: from, To: to, Why: "暂停计时（" + p.Ground.Name() + "）"})
		}
	}
	return spans
}
