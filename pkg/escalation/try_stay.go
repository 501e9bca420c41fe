package escalation

import (
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// stay lets the clocks of one level run, one after another, and says where the case goes from there; nil
// where it stays, or is over.
func (t *trying) stay(at spot) (*spot, error) {
	acts := t.actsAt(at)
	open := &at.since // from when on a risk that must not wait goes up at once: what waits to be signed in is on its way already
	if at.phase == models.PhaseReview {
		open = acts.received
	}
	phase, since := at.phase, at.since
	if at.rung.SingleClock && phase != models.PhaseReturned {
		phase = models.PhaseMediation
	}
	for {
		clock, err := t.clock(at, phase, since)
		if err != nil {
			return nil, err
		}
		var stopped *time.Time
		if acts.ended >= 0 {
			stopped = t.c.Stages[acts.ended].Closed
		}
		received := acts.received != nil && (phase == models.PhaseAcceptance || phase == models.PhaseReview) && (stopped == nil || !acts.received.After(*stopped))
		if received {
			stopped = acts.received
		}
		out, err := t.run(at.rung, &clock, acts, open, stopped)
		if err != nil {
			return nil, err
		}
		t.out.Level, t.out.Phase, t.out.Rule, t.out.DueAt = at.rung.Level, phase, clock.RuleName, out.due
		_, above := t.rules.Policy.Above(at.rung.Level)
		inTime := stopped != nil && (stopped.Before(out.due) || standsStill(&clock, *stopped) || !above) // at the top people may still come late
		switch {
		case out.atOnce != nil:
			return t.rise(at, models.ReasonRisk, *out.atOnce), nil
		case inTime && received:
			phase, since = models.PhaseMediation, *stopped
			continue
		case inTime:
			return t.leave(acts.ended), nil
		case clock.Pause() != nil:
			t.out.Standing, t.out.DueAt = Running, time.Time{}
		case t.now.Before(out.due):
			t.out.Standing = Running
		case at.phase == models.PhaseReview && (acts.arrived == nil || above && !acts.arrived.Before(out.due)):
			t.out.Standing = Unknown
		case !above:
			t.out.Standing = Overdue
		default:
			return t.rise(at, models.ReasonDeadline, movedAt(acts, out.due)), nil
		}
		return nil, nil
	}
}

// clock is one that begins at a level, with the risk at that moment.
func (t *trying) clock(at spot, phase models.Phase, since time.Time) (models.Clock, error) {
	asked := phase
	if phase == models.PhaseReturned {
		asked = models.PhaseMediation
	}
	rule, err := t.ruleAt(at.rung, asked, since)
	if err != nil {
		return models.Clock{}, err
	}
	if phase == models.PhaseReturned && at.days > 0 {
		rule.Days, rule.Unit = at.days, models.CalendarDays
	}
	return models.Clock{Phase: phase, Since: since, Days: rule.Days, Unit: rule.Unit, Rule: rule.ID, RuleName: rule.Name}, nil
}

// ruleAt is the rule of a phase with the risk at a moment.
func (t *trying) ruleAt(rung models.Rung, phase models.Phase, at time.Time) (models.Rule, error) {
	was, _ := t.c.PositionAt(at.Add(time.Millisecond)) // with what happened at that moment
	return t.rules.Policy.Match(t.c.Circumstances(phase, rung.Level, was.Risk))
}

// movedAt is when a case goes up whose deadline has passed: when it really did, if by that deadline.
func movedAt(acts acts, due time.Time) time.Time {
	for _, s := range acts.stages {
		if s.Reason == models.ReasonDeadline && s.Clock() != nil && s.Clock().DueAt.Equal(due) {
			return *s.Closed
		}
	}
	return due
}

// ran is what came of a clock.
type ran struct {
	due    time.Time
	atOnce *time.Time // when the risk rose so high that the case went up
}

// step is something that happened to a clock.
type step struct {
	at     time.Time
	pause  *models.Pause
	adjust *models.Adjustment
	risk   models.RiskLevel
}

// run lets a clock run until somebody stopped it, nil where nobody did: what happened to it comes one
// after another, as far as the deadline had not passed by then, and stays in the clock.
func (t *trying) run(rung models.Rung, clock *models.Clock, acts acts, open, stopped *time.Time) (ran, error) {
	sum, err := t.rules.reckon(clock)
	if err != nil {
		return ran{}, err
	}
	_, above := t.rules.Policy.Above(rung.Level)
	for _, s := range t.steps(clock.Since, acts) {
		if !s.at.Before(sum.Due) && !standsStill(clock, s.at) || stopped != nil && !s.at.Before(*stopped) {
			break
		}
		switch {
		case s.pause != nil:
			t.pause(clock, s.pause)
		case s.adjust != nil && s.adjust.Kind == models.AdjustOrder:
			clock.Adjustments = append(clock.Adjustments, *s.adjust)
		case s.adjust != nil:
			err = t.extend(rung, clock, *s.adjust)
		case above && open != nil && !s.at.Before(*open) && slices.Contains(t.rules.Policy.AtOnce, s.risk):
			return ran{atOnce: &s.at}, nil
		case clock.Phase == models.PhaseMediation:
			err = t.tighten(rung, clock, s)
		}
		if err == nil {
			sum, err = t.rules.reckon(clock)
		}
		if err != nil {
			return ran{}, err
		}
	}
	return ran{due: sum.Due}, nil
}

// standsStill says whether a clock is paused at a moment: nothing is due then.
func standsStill(clock *models.Clock, at time.Time) bool {
	n := len(clock.Pauses)
	return n > 0 && (clock.Pauses[n-1].Until == nil || !clock.Pauses[n-1].Until.Before(at))
}

// steps are what happened from a moment on, in its order.
func (t *trying) steps(since time.Time, acts acts) []step {
	var out []step
	add := func(s step) {
		if !s.at.Before(since) {
			out = append(out, s)
		}
	}
	for _, s := range acts.stages {
		for i := range s.Clocks {
			real := &s.Clocks[i]
			for j := range real.Pauses {
				add(step{at: real.Pauses[j].From, pause: &real.Pauses[j]})
			}
			for j := range real.Adjustments {
				if a := &real.Adjustments[j]; a.Kind != models.AdjustRisk { // that is for these rules to say
					add(step{at: a.At, adjust: a})
				}
			}
		}
	}
	for _, r := range t.rises {
		add(step{at: r.at, risk: r.risk})
	}
	slices.SortStableFunc(out, func(a, b step) int { return a.at.Compare(b.at) })
	return out
}

// pause stops a clock as long as it really stood still, and as these rules have days of pause left.
func (t *trying) pause(clock *models.Clock, real *models.Pause) {
	left := t.rules.Policy.PauseMaxDays - t.paused
	if left <= 0 {
		return
	}
	p := *real
	p.EndsBy = workday.OfTime(p.From).AddDays(left).Start()
	if p.Until == nil && !t.now.Before(p.EndsBy) || p.Until != nil && p.Until.After(p.EndsBy) {
		p.Until = &p.EndsBy
	}
	if p.Until != nil {
		t.paused += days(p.From, *p.Until)
	}
	clock.Pauses = append(clock.Pauses, p)
}

// extend gives a clock of mediation the days of its one extension, as far as these rules allow as many.
func (t *trying) extend(rung models.Rung, clock *models.Clock, a models.Adjustment) error {
	if clock.Phase != models.PhaseMediation || clock.Adjusted(models.AdjustExtend) != nil {
		return nil
	}
	rule, err := t.ruleAt(rung, models.PhaseMediation, a.At)
	if err != nil {
		return err
	}
	if a.Days = min(a.Days, t.rules.Policy.ExtendLimit(&rule)); a.Days > 0 {
		clock.Adjustments = append(clock.Adjustments, a)
	}
	return nil
}

// tighten counts the days of a risk that rose, as Rules.Tighten does.
func (t *trying) tighten(rung models.Rung, clock *models.Clock, s step) error {
	rule, err := t.rules.Policy.Match(t.c.Circumstances(models.PhaseMediation, rung.Level, s.risk))
	if err == nil && rule.ID != clock.Rule {
		clock.Adjustments = append(clock.Adjustments, models.Adjustment{Kind: models.AdjustRisk, At: s.at, Days: rule.Days, Unit: rule.Unit, Rule: rule.Name})
	}
	return err
}
