package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
)

// Trial is what would have become of a case at the level where it began, had these rules been in
// force.
type Trial struct {
	Level   string       // the level where it would have begun
	Phase   models.Phase // whose deadline decides
	Rule    string       // name of the rule that gave it
	DueAt   time.Time    // that deadline; zero where the clock stands still
	Up      bool         // it would have gone up by the clock, at DueAt
	Pending bool         // nobody knows yet: the clock still runs, or stands still
}

// Try asks what these rules would have made of the first stage of a case, as it is known at now. It
// is a dry run of the clock, not of people: they are taken to have done what they did.
//
// The clock of acceptance runs from LoggedAt with the risk at that moment, the clock of mediation
// from when the stage was received (受理, 签收) with the risk at that moment; where one clock runs
// through the stage, it is that of mediation from LoggedAt. The pauses and extensions that the stage
// really had are kept, as far as they came before the deadline that is worked out: a case that has
// gone up is extended no more. A shortening by a higher risk or by an order is left out.
//
// A stage that people ended before the deadline, by an agreement, a failure, a withdrawal, a refusal,
// a referral or by handing it up, did not go up by the clock. One that the real clock moved up
// earlier than these rules would is taken to go up at their deadline: what people would have done
// with the days between nobody knows. The later levels are not tried.
func (r Rules) Try(c *models.Case, now time.Time) (Trial, error) {
	if len(c.Stages) == 0 {
		return Trial{}, fmt.Errorf("try case %s: it has no stage", c.ID.Hex())
	}
	stage := &c.Stages[0]
	rung, ok := r.Policy.Intake(models.RegionKindOf(stage.Office.Region))
	if !ok {
		return Trial{}, fmt.Errorf("try case %s: policy %s has no level at a place like %s", c.ID.Hex(), r.Policy.ID, stage.Office.Region)
	}
	t := trying{rules: r, c: c, stage: stage, now: now, level: rung.Level}
	if rung.SingleClock {
		return t.run(models.PhaseMediation, c.LoggedAt, stage.Closed)
	}
	accepted, err := t.run(models.PhaseAcceptance, c.LoggedAt, cmp.Or(stage.Received, stage.Closed))
	if err != nil || accepted.Up || stage.Received == nil {
		return accepted, err
	}
	return t.run(models.PhaseMediation, *stage.Received, stage.Closed)
}

// trying is one case at its first level.
type trying struct {
	rules Rules
	c     *models.Case
	stage *models.Stage
	now   time.Time
	level string
}

// run lets one clock run from its beginning until somebody stopped it, nil where nobody did.
func (t *trying) run(phase models.Phase, since time.Time, stopped *time.Time) (Trial, error) {
	was, _ := t.c.PositionAt(since.Add(time.Millisecond)) // with what happened at that moment
	rule, err := t.rules.Policy.Match(t.c.Circumstances(phase, t.level, was.Risk))
	if err != nil {
		return Trial{}, fmt.Errorf("try case %s: %w", t.c.ID.Hex(), err)
	}
	clock := models.Clock{Phase: phase, Since: since, Days: rule.Days, Unit: rule.Unit}
	due, err := t.due(&clock)
	if err != nil {
		return Trial{}, fmt.Errorf("try case %s: %w", t.c.ID.Hex(), err)
	}
	out := Trial{Level: t.level, Phase: phase, Rule: rule.Name, DueAt: due}
	switch {
	case stopped != nil && stopped.Before(due) && !(stopped == t.stage.Closed && movedByClock(t.stage)):
	case stopped == nil && clock.Pause() != nil:
		out.DueAt, out.Pending = time.Time{}, true
	case t.now.Before(due):
		out.Pending = true
	default:
		out.Up = true
	}
	return out, nil
}

// movedByClock says whether a stage ended because its deadline had passed.
func movedByClock(s *models.Stage) bool {
	return s.Outcome == models.OutcomeEscalated && s.Reason == models.ReasonDeadline
}

// due works out the deadline with the pauses and extensions that came before it, one after another,
// and leaves them in the clock.
func (t *trying) due(clock *models.Clock) (time.Time, error) {
	sum, err := t.rules.reckon(clock)
	if err != nil || clock.Phase != models.PhaseMediation {
		return sum.Due, err
	}
	type step struct {
		at     time.Time
		pause  *models.Pause
		extend *models.Adjustment
	}
	var steps []step
	for i := range t.stage.Clocks {
		real := &t.stage.Clocks[i]
		for j := range real.Pauses {
			steps = append(steps, step{at: real.Pauses[j].From, pause: &real.Pauses[j]})
		}
		for j := range real.Adjustments {
			if a := &real.Adjustments[j]; a.Kind == models.AdjustExtend {
				steps = append(steps, step{at: a.At, extend: a})
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range steps {
		if !s.at.Before(sum.Due) {
			break
		}
		if s.pause != nil {
			clock.Pauses = append(clock.Pauses, *s.pause)
		} else {
			clock.Adjustments = append(clock.Adjustments, *s.extend)
		}
		if sum, err = t.rules.reckon(clock); err != nil {
			return time.Time{}, err
		}
	}
	return sum.Due, nil
}
