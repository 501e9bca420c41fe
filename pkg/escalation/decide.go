package escalation

import (
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Step is what the clock wants done to a case.
type Step string

const (
	Nothing Step = ""        // not yet
	Warn    Step = "warn"    // a reminder is due
	Move    Step = "move"    // the deadline has passed: up one level
	Tell    Step = "overdue" // the deadline of the top rung has passed: there is nobody above
)

// Decision is a step with its reason in plain Chinese.
type Decision struct {
	Step Step
	Why  string
}

// Decide says what is to be done to a case at a moment. It changes nothing.
func Decide(policy *models.Policy, c *models.Case, now time.Time) Decision {
	stage := c.OpenStage()
	if stage == nil || stage.Clock() == nil {
		return Decision{Why: "没有正在计时的期限"}
	}
	clock := stage.Clock()
	if !now.Before(clock.DueAt) {
		above, ok := policy.Above(stage.Level)
		switch {
		case ok:
			return Decision{Move, fmt.Sprintf("%s期限已于%s届满，自动上报%s", phaseNames[clock.Phase], lastDay(clock), models.OfficeOf(above, c.Place).Name)}
		case clock.OverdueTold == nil:
			return Decision{Tell, fmt.Sprintf("%s期限已于%s届满，本案已在最高一级，请转请仲裁或诉讼", phaseNames[clock.Phase], lastDay(clock))}
		}
		return Decision{Why: "最高一级已逾期并已提示"}
	}
	for _, w := range clock.Warnings {
		if w.WarnedAt == nil && !now.Before(w.At) {
			return Decision{Warn, fmt.Sprintf("距%s期限届满还有%d日", phaseNames[clock.Phase], daysLeft(clock, now))}
		}
	}
	return Decision{Why: "期限未到"}
}

// Carry does to the case what was decided. A sweep that comes late moves a case one level only;
// the clock of the new level runs from now.
func (r Rules) Carry(c *models.Case, d Decision, now time.Time) error {
	system := models.SystemActor()
	switch d.Step {
	case Warn:
		return c.Move(r.Policy, models.ActionWarn, system, now, d.Why, func() error {
			clock := c.OpenStage().Clock()
			for i := range clock.Warnings {
				if w := &clock.Warnings[i]; w.WarnedAt == nil && !now.Before(w.At) {
					w.WarnedAt = &now
				}
			}
			c.Notify("warning", now, c.Office, fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, d.Why))
			return nil
		})
	case Tell:
		return c.Move(r.Policy, models.ActionOverdue, system, now, d.Why, func() error {
			clock := c.OpenStage().Clock()
			clock.OverdueTold = &now
			for i := range clock.Warnings {
				if w := &clock.Warnings[i]; w.WarnedAt == nil {
					w.WarnedAt = &now
				}
			}
			c.Notify("overdue", now, c.Office, fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, d.Why))
			return nil
		})
	case Move:
		due := c.OpenStage().Clock().DueAt
		note := d.Why
		if late := int(now.Sub(due) / (24 * time.Hour)); late > 0 {
			note += fmt.Sprintf("（迟于期限%d日移交）", late)
		}
		return c.Move(r.Policy, models.ActionExpire, system, now, note, func() error {
			return r.HandUp(c, now, models.ReasonDeadline, note)
		})
	}
	return nil
}

// HandUp closes the open stage and opens one on the rung above, waiting for its review, with a
// fresh clock from now. It is called inside Case.Move.
func (r Rules) HandUp(c *models.Case, now time.Time, reason models.Reason, note string) error {
	above, ok := r.Policy.Above(c.Level)
	if !ok {
		return models.Errorf(models.Precondition, "case.top_level", "本案已在最高一级，不能再上报")
	}
	clock, err := r.Start(c, models.PhaseReview, above.Level, now, 0)
	if err != nil {
		return err
	}
	from := c.Office
	office := models.OfficeOf(above, c.Place)
	c.EndStage(now, models.OutcomeEscalated, reason, note)
	c.StartStage(above, office, now, clock)
	c.Review, c.Asked = models.ReviewPending, false
	text := fmt.Sprintf("%s（%s）由%s上报%s，请签收", c.NumberText(), c.Place.VillageName, from.Name, office.Name)
	c.Notify("escalated", now, office, text)
	c.Notify("escalated", now, from, text)
	return nil
}

func lastDay(clock *models.Clock) string {
	return workday.OfTime(clock.DueAt.Add(-time.Nanosecond)).String() + "24时"
}

// daysLeft counts whole days to the deadline, rounded up.
func daysLeft(clock *models.Clock, now time.Time) int {
	left := clock.DueAt.Sub(now)
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}
