package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// PlanPerformance notes when the office is reminded of an agreement's instalments and of the days that are
// left to have it confirmed. What lies behind now is not planned, but for the question why an
// instalment that was due is not ticked off. It is called inside Case.Move.
func (r Rules) PlanPerformance(c *models.Case, now time.Time) error {
	a, care, days := c.Agreement, c.Care(), r.Policy.AfterDays()
	for i := range a.Instalments {
		in := &a.Instalments[i]
		due, err := workday.Parse(in.DueOn)
		if err != nil {
			return fmt.Errorf("instalment %d: %w", in.Seq, err)
		}
		for _, before := range days.DueWarn {
			plan(care, models.NoticeDue, in.Seq, due, -before, now, false)
		}
		// The day after asks why it is not ticked off, however the policy is.
		plan(care, models.NoticeDue, in.Seq, due, 1, now, true)
	}
	inForce, err := workday.Parse(a.InForceOn)
	if err != nil {
		return err
	}
	for _, after := range days.Confirm {
		plan(care, models.NoticeConfirm, 0, inForce, after, now, false)
	}
	return nil
}

// ConfirmBy is the last day on which both parties may apply for judicial confirmation: the thirtieth after that
// on which the agreement came into force (人民调解法第33条), or where it is off the next that is worked (民法典第203条).
// While the days off of its year are not announced nobody is told of a later day than the thirtieth; known says
// whether they are.
func (r Rules) ConfirmBy(inForce workday.Date) (by workday.Date, known bool, err error) {
	counted, err := r.Calendar.AddDays(inForce, models.ConfirmDays)
	return counted.Last, !counted.Provisional, err
}

// PlanVisit notes by which day a dispute that is closed is visited again, and when its office is reminded
// of it. It is called inside Case.Move.
func (r Rules) PlanVisit(c *models.Case, now time.Time) {
	if c.After != nil {
		c.After.Forget(models.NoticeDue, 0)
		c.After.Forget(models.NoticeConfirm, 0)
	}
	if !c.Ending.Visited() {
		return
	}
	care, days := c.Care(), r.Policy.AfterDays()
	by := workday.OfTime(now).AddDays(days.Visit)
	care.VisitBy = by.String()
	for _, before := range days.VisitWarn {
		plan(care, models.NoticeVisit, 0, by, -before, now, false)
	}
}

// plan adds a reminder of a day, so many days after it, unless that moment is over.
func plan(care *models.Aftercare, kind string, seq int, day workday.Date, after int, now time.Time, late bool) {
	at := day.AddDays(after).Start()
	if at.After(now) || late {
		care.Reminders = append(care.Reminders, models.Reminder{At: at, Kind: kind, Seq: seq, Day: day.String()})
	}
}

// reminding says what a case's reminders that are due are about, each thing once however many days
// were missed.
func reminding(c *models.Case, now time.Time) string {
	today := workday.OfTime(now)
	var parts []string
	for _, r := range c.After.Due(now) {
		if text := reminderText(c, r, today); !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "；")
}

func reminderText(c *models.Case, r models.Reminder, today workday.Date) string {
	day, err := workday.Parse(r.Day)
	if err != nil {
		return ""
	}
	switch r.Kind {
	case models.NoticeConfirm:
		by := day.AddDays(models.ConfirmDays)
		if a := c.Agreement; a != nil {
			if told, err := workday.Parse(a.ConfirmBy); err == nil {
				by = told
			}
		}
		if by.Before(today) {
			return fmt.Sprintf("申请司法确认的三十日已于%s届满", speak(by, today))
		}
		return fmt.Sprintf("双方共同申请司法确认的期限到%s24时（人民调解法第33条）", speak(by, today))
	case models.NoticeVisit:
		return fmt.Sprintf("请在%s前回访", speak(day, today))
	}
	switch {
	case day == today:
		return fmt.Sprintf("第%d期今天到期，请登记履行情况", r.Seq)
	case day.Before(today):
		return fmt.Sprintf("第%d期已于%s到期，没有登记履行，请督促", r.Seq, speak(day, today))
	}
	return fmt.Sprintf("第%d期%s到期", r.Seq, speak(day, today))
}

// remind tells of everything that is due, in one event and one notice for each kind.
func (r Rules) remind(c *models.Case, d Decision, now time.Time) error {
	return c.Move(r.Policy, models.ActionRemind, models.SystemActor(), now, d.Why, func() error {
		today := workday.OfTime(now)
		due := c.After.Due(now)
		for _, kind := range []string{models.NoticeDue, models.NoticeConfirm, models.NoticeVisit} {
			var parts []string
			for _, reminder := range due {
				if text := reminderText(c, reminder, today); reminder.Kind == kind && !slices.Contains(parts, text) {
					parts = append(parts, text)
				}
			}
			if len(parts) > 0 {
				c.Notify(kind, now, c.Office, fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, strings.Join(parts, "；")))
			}
		}
		c.After.Told(now)
		return nil
	})
}

// Reclassify works the running clock's deadline out anew after the case's own fields were put right, where
// the rules give those fields other days. made is the policy that made the clock. The clock keeps its
// beginning, and its risk assessments are read with the fields as they are now: as if they had been so from
// the beginning. A period that a return has set is nobody's rule and stays. It is called inside Case.Move.
func (r Rules) Reclassify(c *models.Case, made *models.Policy, now time.Time) (changed bool, err error) {
	clock := c.RunningClock()
	if clock == nil || clock.Phase == models.PhaseReturned {
		return false, nil
	}
	stage := c.OpenStage()
	match := func(risk models.RiskLevel) (models.Rule, error) {
		return made.Match(c.Circumstances(clock.Phase, stage.Level, risk))
	}
	rule, err := match(riskAt(c, clock.Since, false))
	if err != nil {
		return false, err
	}
	if rule.ID != clock.Rule {
		clock.Rule, clock.RuleName, clock.Days, clock.Unit, clock.WarnDays = rule.ID, rule.Name, rule.Days, rule.Unit, slices.Clone(rule.WarnDays)
		changed = true
	}
	for i := range clock.Adjustments {
		a := &clock.Adjustments[i]
		if a.Kind != models.AdjustRisk {
			continue
		}
		if rule, err = match(riskAt(c, a.At, true)); err != nil {
			return false, err
		}
		if rule.Name != a.Rule {
			a.Days, a.Unit, a.Rule, changed = rule.Days, rule.Unit, rule.Name, true
		}
	}
	if !changed {
		return false, nil
	}
	return true, r.recount(c, now)
}

// riskAt is the risk with which a clock began at a moment, or to which it was assessed then. Both may
// have happened in one millisecond: then the order of the timeline decides.
func riskAt(c *models.Case, at time.Time, assessed bool) models.RiskLevel {
	risk := c.Risk
	for i := range c.Timeline {
		e := &c.Timeline[i]
		if e.At.After(at) {
			break
		}
		is := e.Action == models.ActionRaise || e.Action == models.ActionLower
		if i == 0 || e.At.Before(at) || is == assessed {
			risk = e.After.Risk
		}
	}
	return risk
}

// Reopen mediates a dispute again that was over: the same rung opens a new stage with the clock of mediation. It is called inside Case.Move.
func (r Rules) Reopen(c *models.Case, by models.Actor, now time.Time) error {
	rung, ok := r.Policy.Rung(c.Level)
	if !ok {
		return models.Errorf(models.Precondition, "case.no_rung", "时限规则里没有这一级，请联系管理员")
	}
	clock, err := r.Start(c, models.PhaseMediation, rung.Level, now, 0)
	if err != nil {
		return err
	}
	c.StartStage(rung, c.Office, now, clock)
	stage := c.OpenStage()
	stage.Received, stage.Handler = &now, &by
	return nil
}
