package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// received is a case that was accepted so many days after it was logged.
func received(t require.TestingT, r Rules, days int) *models.Case {
	c := logged(t, r, 1, start)
	at := start.AddDate(0, 0, days)
	require.NoError(t, c.Move(r.Policy, models.ActionAccept, chair, at, "", func() error {
		stage := c.OpenStage()
		stage.Received, stage.Handler = &at, &chair
		rung, _ := r.Policy.Rung(c.Level)
		if rung.SingleClock {
			return nil
		}
		clock, err := r.Start(c, models.PhaseMediation, c.Level, at, 0)
		stage.Clocks = append(stage.Clocks, clock)
		return err
	}))
	return c
}

// ended ends the open stage so many days after the case was logged.
func ended(t require.TestingT, r Rules, c *models.Case, days int, action models.Action, outcome models.Outcome) *models.Case {
	at := start.AddDate(0, 0, days)
	require.NoError(t, c.Move(r.Policy, action, chair, at, "", func() error { c.EndStage(at, outcome, "", ""); return nil }))
	return c
}

func handedUp(t require.TestingT, r Rules, c *models.Case, days int, reason models.Reason) *models.Case {
	at, action, who := start.AddDate(0, 0, days), models.ActionEscalate, chair
	if reason == models.ReasonDeadline {
		action, who = models.ActionExpire, system
	}
	require.NoError(t, c.Move(r.Policy, action, who, at, "", func() error { return r.HandUp(c, at, HandOver{Reason: reason}) }))
	return c
}

// within is the default policy with other days of acceptance and of land transfers in the village.
func within(acceptance, mediation int) *models.Policy {
	p := models.DefaultPolicy(start.AddDate(-2, 0, 0))
	p.Rules[0].Days, p.Rules[1].Days = acceptance, mediation
	return p
}

// TestTry: the case was logged on Monday 23 November 2026; three working days end on the 26th, thirty
// days from the 24th on Thursday 24 December, twenty on Monday 14 December.
func TestTry(t *testing.T) {
	t.Parallel()
	real := rulesOf(ladders()[0])
	year := start.AddDate(1, 0, 0)
	for _, test := range []struct {
		name   string
		of     func() *models.Case
		policy *models.Policy
		now    time.Time
		phase  models.Phase
		last   string // "" where the clock stands still
		up     bool
		wait   bool
	}{
		{"never accepted", func() *models.Case { return logged(t, real, 1, start) }, within(3, 30), year, models.PhaseAcceptance, "2026-11-26", true, false},
		{"never accepted, and more days for it", func() *models.Case { return handedUp(t, real, logged(t, real, 1, start), 4, models.ReasonDeadline) }, within(5, 30), year, models.PhaseAcceptance, "2026-11-30", true, false},
		{"declined in time", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 2, models.ActionDecline, models.OutcomeDeclined)
		}, within(3, 30), year, models.PhaseAcceptance, "2026-11-26", false, false},
		{"declined too late for these rules", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 2, models.ActionDecline, models.OutcomeDeclined)
		}, within(1, 30), year, models.PhaseAcceptance, "2026-11-24", true, false},
		{"accepted too late for these rules", func() *models.Case { return received(t, real, 2) }, within(1, 30), year, models.PhaseAcceptance, "2026-11-24", true, false},
		{"agreed in time", func() *models.Case {
			return ended(t, real, received(t, real, 1), 20, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", false, false},
		{"agreed on the day after", func() *models.Case {
			return ended(t, real, received(t, real, 1), 22, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", true, false},
		{"agreed, with the rules as they were", func() *models.Case {
			return ended(t, real, received(t, real, 1), 22, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 30), year, models.PhaseMediation, "2026-12-24", false, false},
		{"handed up by a person", func() *models.Case {
			return handedUp(t, real, received(t, real, 1), 10, models.ReasonFailed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", false, false},
		{"handed up by a person, too late for these rules", func() *models.Case {
			return handedUp(t, real, received(t, real, 1), 22, models.ReasonAsked)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", true, false},
		{"moved by the clock, later by these rules", func() *models.Case {
			return handedUp(t, real, received(t, real, 1), 32, models.ReasonDeadline)
		}, within(3, 45), year, models.PhaseMediation, "2027-01-08", true, false},
		{"moved by the clock, earlier by these rules", func() *models.Case {
			return handedUp(t, real, received(t, real, 1), 32, models.ReasonDeadline)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", true, false},
		{"moved by the clock, and the later day has not come", func() *models.Case {
			return handedUp(t, real, received(t, real, 1), 32, models.ReasonDeadline)
		}, within(3, 45), start.AddDate(0, 0, 40), models.PhaseMediation, "2027-01-08", false, true},
		{"still running", func() *models.Case { return received(t, real, 1) }, within(3, 20), start.AddDate(0, 0, 20), models.PhaseMediation, "2026-12-14", false, true},
		{"still open on the last day", func() *models.Case { return received(t, real, 1) }, within(3, 20), local("2026-12-14 23:59"), models.PhaseMediation, "2026-12-14", false, true},
		{"still open after the last day", func() *models.Case { return received(t, real, 1) }, within(3, 20), local("2026-12-15 00:00"), models.PhaseMediation, "2026-12-14", true, false},
		{"extended in time", func() *models.Case {
			c := received(t, real, 1)
			extend(t, real, c, start.AddDate(0, 0, 14), 10)
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-24", false, false},
		{"extended when these rules had moved it", func() *models.Case {
			c := received(t, real, 1)
			extend(t, real, c, start.AddDate(0, 0, 22), 10)
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", true, false},
		{"paused", func() *models.Case {
			c := received(t, real, 1)
			pause(t, real, c, start.AddDate(0, 0, 7))   // the 30th
			resume(t, real, c, start.AddDate(0, 0, 17)) // 10 December: ten days do not count
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-24", false, false},
		{"paused when these rules had moved it", func() *models.Case {
			c := received(t, real, 1)
			pause(t, real, c, start.AddDate(0, 0, 22))
			resume(t, real, c, start.AddDate(0, 0, 27))
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", true, false},
		{"an extension that a pause saved", func() *models.Case {
			c := received(t, real, 1)
			pause(t, real, c, start.AddDate(0, 0, 7))
			resume(t, real, c, start.AddDate(0, 0, 17))
			extend(t, real, c, start.AddDate(0, 0, 24), 5)
			return ended(t, real, c, 34, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-29", false, false},
		{"stands still", func() *models.Case {
			c := received(t, real, 1)
			pause(t, real, c, start.AddDate(0, 0, 7))
			return c
		}, within(3, 20), start.AddDate(0, 0, 60), models.PhaseMediation, "", false, true},
		{"the risk rose later", func() *models.Case {
			c := received(t, real, 1)
			at := start.AddDate(0, 0, 5)
			require.NoError(t, c.Move(real.Policy, models.ActionRaise, chair, at, "", func() error { c.Risk = models.Orange; return real.Tighten(c, chair, at) }))
			return ended(t, real, c, 14, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-14", false, false},
		{"the risk had risen before", func() *models.Case {
			c := logged(t, real, 1, start)
			require.NoError(t, c.Move(real.Policy, models.ActionRaise, chair, start.Add(time.Hour), "", func() error { c.Risk = models.Orange; return nil }))
			at := start.AddDate(0, 0, 1)
			require.NoError(t, c.Move(real.Policy, models.ActionAccept, chair, at, "", func() error { c.OpenStage().Received = &at; return nil }))
			return ended(t, real, c, 20, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, models.PhaseMediation, "2026-12-04", true, false},
		{"one clock for the whole level", func() *models.Case {
			return ended(t, real, received(t, real, 1), 2, models.ActionAgree, models.OutcomeAgreed)
		}, ladders()[1], year, models.PhaseMediation, "2026-11-24", true, false},
		{"one clock, and nobody accepted", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 1, models.ActionWithdraw, models.OutcomeWithdrawn)
		}, ladders()[1], year, models.PhaseMediation, "2026-11-24", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := test.of()
			before := bytesOf(t, c)
			got, err := Rules{Policy: test.policy, Calendar: real.Calendar}.Try(c, test.now)
			require.NoError(t, err)
			last := ""
			if !got.DueAt.IsZero() {
				last = workday.OfTime(got.DueAt.Add(-time.Millisecond)).String()
			}
			require.Equal(t, []any{test.phase, test.last, test.up, test.wait}, []any{got.Phase, last, got.Up, got.Pending})
			require.NotEmpty(t, got.Rule)
			require.Equal(t, test.policy.Ladder[0].Level, got.Level)
			require.Equal(t, before, bytesOf(t, c), "nothing is changed")
		})
	}
}

func extend(t require.TestingT, r Rules, c *models.Case, at time.Time, days int) {
	require.NoError(t, c.Move(r.Policy, models.ActionExtend, chair, at, "", func() error { return r.Extend(c, chair, days, "双方同意", at) }))
}

// TestTryAtOtherLevels: a case that came in at the township is tried by the rules for townships; where
// a ladder has no level for it, that is said.
func TestTryAtOtherLevels(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	at := func(level string) *models.Case {
		c := logged(t, r, 1, start)
		rung, _ := r.Policy.Rung(level)
		c.Stages[0].Level, c.Stages[0].Office = level, models.OfficeOf(rung, c.Place)
		return c
	}
	got, err := r.Try(at(models.LevelTownship), start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, models.LevelTownship, got.Level)
	four := rulesOf(ladders()[1])
	got, err = four.Try(at(models.LevelTownship), start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, models.LevelOffice, got.Level, "the lowest level at such a place")
	_, err = four.Try(at(models.LevelCounty), start)
	require.ErrorContains(t, err, "has no level")
	_, err = r.Try(&models.Case{}, start)
	require.ErrorContains(t, err, "has no stage")
}

// TestTryOfTheRealRulesIsWhatHappened: with the rules under which a case ran, the trial says of it what
// the clock did.
func TestTryOfTheRealRulesIsWhatHappened(t *testing.T) {
	t.Parallel()
	calendar := rulesOf(nil).Calendar
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: rapid.SampledFrom(ladders()).Draw(t, "policy"), Calendar: calendar}
		c := logged(t, r, 1, start)
		now := start
		if rapid.Bool().Draw(t, "accepted") {
			c = received(t, r, 0)
		}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.IntRange(1, 8*24*60).Draw(t, "minutes")) * time.Minute)
			sweepAt(t, r, c, now)
			if c.Level != r.Policy.Ladder[0].Level {
				break
			}
			// Orders and higher risks are left out: a trial takes no account of them.
			_ = apply(r, c, rapid.IntRange(0, 2).Draw(t, "kind"), rapid.IntRange(1, 15).Draw(t, "days"), now)
		}
		stillThere := c.Level == r.Policy.Ladder[0].Level
		if stillThere && rapid.Bool().Draw(t, "ended") && c.May(r.Policy, chair, models.ActionWithdraw) {
			now = now.Add(time.Duration(rapid.IntRange(1, 8*24*60).Draw(t, "more minutes")) * time.Minute)
			sweepAt(t, r, c, now)
			if c.Level == r.Policy.Ladder[0].Level {
				require.NoError(t, c.Move(r.Policy, models.ActionWithdraw, chair, now, "", func() error { c.EndStage(now, models.OutcomeWithdrawn, "", ""); return nil }))
			}
		}
		got, err := r.Try(c, now)
		require.NoError(t, err)
		moved := c.Stages[0].Outcome == models.OutcomeEscalated
		require.Equal(t, moved, got.Up, "%+v", got)
		if moved {
			require.Equal(t, c.Stages[0].Clock().DueAt, got.DueAt)
		}
		require.Equal(t, c.Stages[0].Closed == nil, got.Pending)
	})
}

// sweepAt does to one case what sweeps up to a moment would have done.
func sweepAt(t require.TestingT, r Rules, c *models.Case, now time.Time) {
	first := c.Level
	for c.NextAt != nil && !c.NextAt.After(now) && c.Level == first {
		at := *c.NextAt
		d := Decide(r.Policy, c, at)
		if d.Step == Nothing {
			return
		}
		require.NoError(t, r.Carry(c, d, at))
	}
}
