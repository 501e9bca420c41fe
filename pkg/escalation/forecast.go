package escalation

import (
	"slices"
	"time"

	"fengqiao/models"
)

// Coming is something that the clock will do to a case if nobody does anything before.
type Coming struct {
	At   time.Time
	Step Step
	Why  string        // plain Chinese
	To   models.Office // who is told, or gets the case
}

// Foresee lists what the clock will do to a case after now and until a moment, in its order, up to
// and with the first hand-over: what comes after that depends on when it is signed in. What is due
// by now comes first, at now.
func Foresee(policy *models.Policy, c *models.Case, now, until time.Time) []Coming {
	stage := c.OpenStage()
	if stage == nil || stage.Clock() == nil {
		return nil
	}
	clock := stage.Clock()
	var list []Coming
	add := func(c *models.Case, at time.Time) {
		if at.Before(now) {
			at = now
		}
		if at.After(until) {
			return
		}
		if d := Decide(policy, c, at); d.Step != Nothing {
			list = append(list, Coming{At: at, Step: d.Step, Why: d.Why, To: addressee(policy, c, d.Step)})
		}
	}
	if c.Police.IsOpen() && c.Police.ToldAt == nil {
		add(c, c.Police.AnswerBy)
	}
	calm := *c // the clock's own steps come whether a report is missing or not
	calm.Police = nil
	switch pause := clock.Pause(); {
	case pause != nil:
		add(&calm, pause.EndsBy)
	case now.Before(clock.DueAt):
		told := false // several reminders that are late are told as one
		for _, w := range clock.Warnings {
			switch {
			case w.WarnedAt != nil:
			case w.At.After(now):
				add(&calm, w.At)
			case !told:
				told = true
				add(&calm, now)
			}
		}
		add(&calm, clock.DueAt)
	default:
		add(&calm, clock.DueAt)
	}
	slices.SortStableFunc(list, func(a, b Coming) int { return a.At.Compare(b.At) })
	return list
}

// addressee is the office above for a hand-over, else the one that has the case.
func addressee(policy *models.Policy, c *models.Case, step Step) models.Office {
	if above, ok := policy.Above(c.Level); ok && step == Move {
		return models.OfficeOf(above, c.Place)
	}
	return c.Office
}

// Horizon is how long before its deadline a case is first warned of: who asks what comes until a
// moment looks at cases that are due so long after it.
func Horizon(policy *models.Policy) time.Duration {
	days := 0
	for _, rule := range policy.Rules {
		for _, before := range rule.WarnDays {
			days = max(days, before)
		}
	}
	return time.Duration(days) * 24 * time.Hour
}
