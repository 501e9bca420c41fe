package escalation

import (
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Rules are what a deadline is made from.
type Rules struct {
	Policy   *models.Policy
	Calendar *workday.Calendar
}

// Start makes the clock of a phase that begins now at a level. days replaces the rule's days where
// it is not zero: a return sets its own.
func (r Rules) Start(c *models.Case, phase models.Phase, level string, now time.Time, days int) (models.Clock, error) {
	rung, ok := r.Policy.Rung(level)
	if !ok {
		return models.Clock{}, fmt.Errorf("policy %s has no level %q", r.Policy.ID, level)
	}
	asked := phase
	if rung.SingleClock || phase == models.PhaseReturned {
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
	event := workday.OfTime(now)
	count := r.Calendar.AddDays
	if unit == models.WorkingDays {
		count = r.Calendar.AddWorkdays
	}
	counted, err := count(event, rule.Days)
	if err != nil {
		return models.Clock{}, fmt.Errorf("count %d days from %s: %w", rule.Days, event, err)
	}
	clock := models.Clock{
		Phase: phase, Since: now, DueAt: counted.Due, Days: rule.Days, Unit: unit,
		Rule: rule.ID, PolicyNumber: r.Policy.Number, PolicyCounty: r.Policy.County,
		Provisional: counted.Provisional, Working: r.working(c, phase, rung, event, unit, rule, counted),
	}
	for _, before := range rule.WarnDays {
		if at := counted.Due.AddDate(0, 0, -before); at.After(now) {
			clock.Warnings = append(clock.Warnings, models.Warning{At: at, Days: before})
		}
	}
	return clock, nil
}

var phaseNames = map[models.Phase]string{
	models.PhaseAcceptance: "受理", models.PhaseReview: "签收", models.PhaseMediation: "调解", models.PhaseReturned: "补充调解",
}

// working writes the deadline's sum in plain Chinese: the summary first, then each step.
func (r Rules) working(c *models.Case, phase models.Phase, rung models.Rung, event workday.Date, unit models.Unit, rule models.Rule, counted workday.Counted) []models.WorkLine {
	unitName := "日"
	if unit == models.WorkingDays {
		unitName = "个工作日"
	}
	then := "到期由" + rung.Name + "报告逾期，并转请仲裁或诉讼"
	if above, ok := r.Policy.Above(rung.Level); ok {
		then = "到期自动上报" + models.OfficeOf(above, c.Place).Name
	}
	first := event.AddDays(1)
	summary := fmt.Sprintf("从%s起算%d%s，至%s24时；%s", speak(first, event), rule.Days, unitName, speak(counted.Last, event), then)
	lines := []models.WorkLine{
		{Kind: "summary", From: first.String(), To: counted.Last.String(), Text: summary},
		{Kind: "start", From: event.String(), To: event.String(), Text: fmt.Sprintf("%s开始%s，当日不计（民法典第201条）", speak(event, event), phaseNames[phase])},
		{Kind: "count", From: first.String(), To: counted.Last.String(), Text: fmt.Sprintf("%s期限%d%s，依据时限规则第%d版“%s”", phaseNames[phase], rule.Days, unitName, r.Policy.Number, rule.ID)},
	}
	for _, skip := range joinSkips(counted.Skipped) {
		text := fmt.Sprintf("%s不计：%s", speak(skip.from, event), skip.why)
		if skip.from != skip.to {
			text = fmt.Sprintf("%s至%s不计：%s", speak(skip.from, event), speak(skip.to, event), skip.why)
		}
		lines = append(lines, models.WorkLine{Kind: "skip", From: skip.from.String(), To: skip.to.String(), Text: text})
	}
	if counted.MovedFrom != (workday.Date{}) {
		lines = append(lines, models.WorkLine{Kind: "moved", From: counted.MovedFrom.String(), To: counted.Last.String(),
			Text: fmt.Sprintf("%s是%s，顺延至%s（民法典第203条）", speak(counted.MovedFrom, event), r.Calendar.Why(counted.MovedFrom), speak(counted.Last, event))})
	}
	if counted.Provisional {
		lines = append(lines, models.WorkLine{Kind: "provisional", Text: "暂定：所经年份的放假安排尚未公布，公布后重新计算"})
	}
	return append(lines, models.WorkLine{Kind: "then", Text: then})
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
