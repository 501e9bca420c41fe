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
	rule, err := r.Policy.Match(models.Circumstances{Phase: asked, Level: level, Type: c.Type, Risk: c.Risk, Conflict: c.Conflict.Exists})
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
	clock.Working = r.working(c, rung, clock, sum)
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
	base  workday.Counted    // before a shorter one took its place
	days  int                // counted, extensions included
	by    *models.Adjustment // the one that made it shorter, nil for none
	pause []workday.Span
}

func (r Rules) reckon(clock *models.Clock) (reckoning, error) {
	sum := reckoning{days: clock.Days + extended(clock, time.Time{}), pause: pausedDays(clock)}
	var err error
	if sum.base, err = r.count(workday.OfTime(clock.Since), sum.days, clock.Unit, sum.pause); err != nil {
		return sum, err
	}
	sum.Counted = sum.base
	for i := range clock.Adjustments {
		a := &clock.Adjustments[i]
		var end workday.Counted
		switch a.Kind {
		case models.AdjustRisk:
			end, err = r.count(workday.OfTime(a.At), a.Days+extended(clock, a.At), a.Unit, sum.pause)
		case models.AdjustOrder:
			end, err = lastDayOf(a.LastDay)
		default:
			continue
		}
		if err != nil {
			return sum, err
		}
		if end.Due.Before(sum.Due) {
			sum.Counted, sum.by = end, a
		}
	}
	return sum, nil
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

// working writes the deadline's sum in plain Chinese: the summary first, then each step.
func (r Rules) working(c *models.Case, rung models.Rung, clock *models.Clock, sum reckoning) []models.WorkLine {
	event := workday.OfTime(clock.Since)
	then := "到期由" + rung.Name + "报告逾期，并转请仲裁或诉讼"
	if above, ok := r.Policy.Above(rung.Level); ok {
		then = "到期自动上报" + models.OfficeOf(above, c.Place).Name
	}
	first := event.AddDays(1)
	summary := fmt.Sprintf("从%s起算%s，至%s24时；%s", speak(first, event), daysOf(sum.days, clock.Unit), speak(sum.Last, event), then)
	if sum.by != nil {
		summary = fmt.Sprintf("%s，至%s24时；%s", map[models.AdjustmentKind]string{models.AdjustRisk: "风险提高后期限缩短", models.AdjustOrder: "上级督办"}[sum.by.Kind], speak(sum.Last, event), then)
	}
	var lines []models.WorkLine
	line := func(kind string, from, to workday.Date, format string, args ...any) {
		lines = append(lines, models.WorkLine{Kind: kind, From: from.String(), To: to.String(), Text: fmt.Sprintf(format, args...)})
	}
	line("summary", first, sum.Last, "%s", summary)
	line("start", event, event, "%s%s，当日不计（民法典第201条）", speak(event, event), begins[clock.Phase])
	line("count", first, sum.base.Last, "%s期限%s，依据时限规则第%d版“%s”", clock.Phase.Name(), daysOf(clock.Days, clock.Unit), clock.PolicyNumber, clock.RuleName)
	for _, a := range clock.Adjustments {
		if a.Kind == models.AdjustExtend {
			on := workday.OfTime(a.At)
			line("extend", on, on, "%s延期%s：%s", speak(on, event), daysOf(a.Days, clock.Unit), a.Note)
		}
	}
	// What lies behind the day on which a shorter deadline ends counts for nothing.
	skipped := slices.DeleteFunc(slices.Clone(sum.base.Skipped), func(skip workday.Skip) bool { return sum.Last.Before(skip.Date) })
	for _, skip := range joinSkips(skipped) {
		if skip.from != skip.to {
			line("skip", skip.from, skip.to, "%s至%s不计：%s", speak(skip.from, event), speak(skip.to, event), skip.why)
			continue
		}
		line("skip", skip.from, skip.to, "%s不计：%s", speak(skip.from, event), skip.why)
	}
	if from := sum.base.MovedFrom; from != (workday.Date{}) && !sum.Last.Before(from) {
		line("moved", from, sum.base.Last, "%s是%s，顺延至%s（民法典第203条）", speak(from, event), r.Calendar.Why(from), speak(sum.base.Last, event))
	}
	for i := range clock.Adjustments {
		r.adjusted(&clock.Adjustments[i], event, sum, line)
	}
	if p := clock.Pause(); p != nil {
		on, last := workday.OfTime(p.From), workday.OfTime(p.EndsBy.Add(-time.Millisecond))
		line("pause", on, last, "%s起暂停计时（%s）：%s；最迟%s24时自动恢复", speak(on, event), p.Ground.Name(), p.Note, speak(last, event))
	}
	if clock.Provisional {
		lines = append(lines, models.WorkLine{Kind: "provisional", Text: "暂定：所经年份的放假安排尚未公布，公布后重新计算"})
	}
	return append(lines, models.WorkLine{Kind: "then", Text: then})
}

// begins is what happens on the day from which a phase is counted.
var begins = map[models.Phase]string{
	models.PhaseAcceptance: "登记", models.PhaseReview: "上报送达", models.PhaseMediation: "开始调解", models.PhaseReturned: "退回送达",
}

// adjusted writes the line of what may have made a deadline shorter.
func (r Rules) adjusted(a *models.Adjustment, event workday.Date, sum reckoning, line func(kind string, from, to workday.Date, format string, args ...any)) {
	on := workday.OfTime(a.At)
	end := "原期限更早，不变"
	if sum.by == a {
		end = "期限改为" + speak(sum.Last, event) + "24时"
	}
	switch a.Kind {
	case models.AdjustRisk:
		line("risk", on, sum.Last, "%s%s，次日起算%s（规则“%s”），%s", speak(on, event), a.Note, daysOf(a.Days, a.Unit), a.Rule, end)
	case models.AdjustOrder:
		line("order", on, sum.Last, "%s督办：%s，%s", speak(on, event), a.Note, end)
	}
}

func daysOf(n int, unit models.Unit) string {
	if unit == models.WorkingDays {
		return fmt.Sprintf("%d个工作日", n)
	}
	return fmt.Sprintf("%d日", n)
}

// speak writes a date as people say it; the year only where it is not that of the event.
func speak(d, event workday.Date) string {
	if d.Year == event.Year {
		return fmt.Sprintf("%d月%d日", d.Month, d.Day)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

type skipRun struct {
	from, to workday.Date
	why      string
}

// joinSkips makes one line of neighbouring days that are skipped for the same reason.
func joinSkips(skips []workday.Skip) []skipRun {
	var runs []skipRun
	for _, s := range skips {
		if n := len(runs); n > 0 && runs[n-1].why == s.Why && runs[n-1].to.AddDays(1) == s.Date {
			runs[n-1].to = s.Date
			continue
		}
		runs = append(runs, skipRun{s.Date, s.Date, s.Why})
	}
	return runs
}
