package escalation

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
)

// Trial is what would have become of a case on its way up the ladder, had these rules been in force.
type Trial struct {
	Rises []Rise // by the clock or at once, one after another; what people handed up is none of them

	// Where it stands after that.
	Standing Standing
	Level    string
	Phase    models.Phase // whose deadline runs there, or ran last
	Rule     string       // name of the rule that gave it
	DueAt    time.Time    // that deadline; zero where the clock stands still
}

// Rise is one move up that nobody made by hand.
type Rise struct {
	From, To string
	Reason   models.Reason // the deadline, or a risk that must not wait
	Phase    models.Phase  // whose deadline ran
	Rule     string        // name of the rule that gave it
	DueAt    time.Time     // that deadline; zero for a move at once
	At       time.Time
}

// Standing is how a trial ends.
type Standing string

const (
	Ended   Standing = "ended"   // people ended it in time
	Running Standing = "running" // the deadline has not come yet, or the clock stands still
	Overdue Standing = "overdue" // the deadline of the top level has passed: there is nobody above
	Unknown Standing = "unknown" // it would have been at a level where the real case was not: see Try
)

// Try asks what these rules would have made of a case through all levels, as it is known at now. It is a
// dry run of the clock, not of people: they are taken to have done what they did, when they did it.
//
// The first stage begins where the case came in, with the clock of acceptance; after each move up the
// clock of signing in runs at the next level, and after 签收 that of mediation; where one clock runs
// through a level, it is that of mediation. Each has the days of the rule for the risk at its beginning.
// A risk that rises meanwhile shortens the clock of mediation, or moves the case up at once where these
// rules say so. Pauses, extensions and orders that the real case had at that level count as far as they
// came before the deadline that is worked out, and as far as these rules allow as many days.
//
// What people did at a level counts where the real case was at that level at that time: that they
// accepted or signed in, ended it, handed it up, sent it back, took it up again. Two things nobody knows:
//   - A case that the real clock moved up earlier than these rules would is taken to go up at their
//     deadline, as if people had done nothing in the days between.
//   - A case that these rules bring to a level at which the real one did not arrive before they would
//     move it on, stays there: what people would have done with it is Unknown, and nothing is guessed.
//
// A move by the clock counts from its deadline; where the real one came of the very same deadline, from
// when a sweep made it. The type of the dispute and its conflict of interest are those it has now.
func (r Rules) Try(c *models.Case, now time.Time) (Trial, error) {
	if len(c.Stages) == 0 {
		return Trial{}, fmt.Errorf("try case %s: it has no stage", c.ID.Hex())
	}
	first := &c.Stages[0]
	rung, ok := r.Policy.Intake(models.RegionKindOf(first.Office.Region))
	if !ok {
		return Trial{}, fmt.Errorf("try case %s: policy %s has no level at a place like %s", c.ID.Hex(), r.Policy.ID, first.Office.Region)
	}
	t := trying{rules: r, c: c, now: now, foreign: first.Level != rung.Level, rises: risesOf(c)}
	next, err := &spot{rung: rung, since: c.LoggedAt, phase: models.PhaseAcceptance}, error(nil)
	for next != nil && err == nil {
		next, err = t.stay(*next)
	}
	if err != nil {
		return Trial{}, fmt.Errorf("try case %s: %w", c.ID.Hex(), err)
	}
	return t.out, nil
}

// trying is one case on its way through the levels.
type trying struct {
	rules   Rules
	c       *models.Case
	now     time.Time
	foreign bool   // it began under another ladder: levels are told by the place where they sit
	from    int    // the first real stage that still lies ahead, or is on
	paused  int    // days of pause that are used up
	rises   []rise // of the risk
	out     Trial
}

// spot is where a trial has a case: at a level since a moment.
type spot struct {
	rung  models.Rung
	since time.Time
	phase models.Phase // of the clock that begins then
	days  int          // that a return has set, else 0
}

// rise is a moment at which the risk rose; being logged is one.
type rise struct {
	at   time.Time
	risk models.RiskLevel
}

func risesOf(c *models.Case) []rise {
	var out []rise
	before := models.RiskLevel("")
	for i := range c.Timeline {
		e := &c.Timeline[i]
		if e.After.Risk.Rank() > before.Rank() {
			out = append(out, rise{e.At, e.After.Risk})
		}
		before = e.After.Risk
	}
	return out
}

// isAt says whether a real stage was at a level of these rules.
func (t *trying) isAt(s *models.Stage, rung models.Rung) bool {
	if t.foreign {
		return models.RegionKindOf(s.Office.Region) == rung.Seat
	}
	return s.Level == rung.Level
}

// rungOf is the level of these rules that a real stage came to.
func (t *trying) rungOf(s *models.Stage) (models.Rung, bool) {
	if rung, ok := t.rules.Policy.Rung(s.Level); ok && !t.foreign {
		return rung, true
	}
	return t.rules.Policy.Intake(models.RegionKindOf(s.Office.Region))
}

// movedUp says whether a stage ended because a case was moved up by nobody's hand.
func (t *trying) movedUp(s *models.Stage) bool {
	if s.Outcome != models.OutcomeEscalated {
		return false
	}
	return s.Reason == models.ReasonDeadline || s.Reason == models.ReasonRisk && slices.ContainsFunc(t.c.Timeline, func(e models.Event) bool {
		return e.Action == models.ActionExpire && e.At.Equal(*s.Closed)
	})
}

// acts are what people did at a level from a moment on.
type acts struct {
	stages   []*models.Stage
	arrived  *time.Time // when the real case was there, from then on; nil for never
	received *time.Time // 受理, 签收
	ended    int        // the stage that they ended, -1 for none
}

func (t *trying) actsAt(at spot) acts {
	out := acts{ended: -1}
	since := func(moment *time.Time) *time.Time {
		if moment.Before(at.since) {
			return &at.since
		}
		return moment
	}
	for i := t.from; i < len(t.c.Stages) && out.ended < 0; i++ {
		s := &t.c.Stages[i]
		if !t.isAt(s, at.rung) || s.Closed != nil && !s.Closed.After(at.since) && s.Opened.Before(at.since) {
			continue
		}
		out.stages = append(out.stages, s)
		if out.arrived == nil {
			out.arrived = since(&s.Opened)
		}
		if s.Received != nil && out.received == nil {
			out.received = since(s.Received)
		}
		if s.Closed != nil && !t.movedUp(s) && !t.remains(i, at.rung) {
			out.ended = i
		}
	}
	return out
}

// remains says whether a case that people moved from one real stage to the next stays at the same level of
// these rules, which have one where the other ladder has two.
func (t *trying) remains(i int, rung models.Rung) bool {
	outcome := t.c.Stages[i].Outcome
	if outcome != models.OutcomeEscalated && outcome != models.OutcomeReturned || i+1 >= len(t.c.Stages) {
		return false
	}
	next, ok := t.rungOf(&t.c.Stages[i+1])
	return ok && next.Level == rung.Level
}

// leave is where a case goes whose stage people ended, nil where that was the end of it.
func (t *trying) leave(ended int) *spot {
	t.from = ended + 1
	if t.out.Standing = Ended; t.from >= len(t.c.Stages) {
		return nil
	}
	stage := &t.c.Stages[t.from]
	rung, ok := t.rungOf(stage)
	if !ok {
		t.out.Standing = Unknown // there is no such level in these rules
		return nil
	}
	to := &spot{rung: rung, since: stage.Opened}
	switch t.c.Stages[ended].Outcome {
	case models.OutcomeEscalated:
		to.phase = models.PhaseReview
	case models.OutcomeReturned:
		to.phase, to.days = models.PhaseReturned, stage.Clocks[0].Days
	default:
		to.phase = models.PhaseMediation // it was taken up again
	}
	return to
}

// rise notes that a case goes up, and says where to.
func (t *trying) rise(at spot, reason models.Reason, when time.Time) *spot {
	above, _ := t.rules.Policy.Above(at.rung.Level)
	t.out.Rises = append(t.out.Rises, Rise{From: at.rung.Level, To: above.Level, Reason: reason, Phase: t.out.Phase, Rule: t.out.Rule, DueAt: t.out.DueAt, At: when})
	return &spot{rung: above, since: when, phase: models.PhaseReview}
}
