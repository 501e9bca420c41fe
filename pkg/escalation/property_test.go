package escalation

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

// anyPolicy is one of the ladders with any days, warnings and days of pause.
func anyPolicy() *rapid.Generator[*models.Policy] {
	return rapid.Custom(func(t *rapid.T) *models.Policy {
		policy := ladders()[rapid.IntRange(0, 1).Draw(t, "ladder")]
		for i := range policy.Rules {
			rule := &policy.Rules[i]
			rule.Days = rapid.IntRange(1, 90).Draw(t, "days")
			rule.Unit = rapid.SampledFrom([]models.Unit{models.CalendarDays, models.WorkingDays}).Draw(t, "unit")
			rule.WarnDays = rapid.SliceOfN(rapid.IntRange(1, 60), 0, 3).Draw(t, "warnDays")
		}
		policy.PauseMaxDays = rapid.IntRange(1, 60).Draw(t, "pauseMaxDays")
		return policy
	})
}

func anyMoment() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.IntRange(0, 3*365*24*60), func(minutes int) time.Time {
		return local("2025-01-01 00:00").Add(time.Duration(minutes) * time.Minute)
	})
}

// sweepOne is what a sweep does to one case.
func sweepOne(t require.TestingT, r Rules, c *models.Case, now time.Time) Step {
	d := Decide(r.Policy, c, now)
	require.NoError(t, r.Carry(c, d, now))
	return d.Step
}

// sweepAll is what a sweep does to one case: all that is due, up to a move.
func sweepAll(t require.TestingT, r Rules, c *models.Case, now time.Time) []Step {
	var out []Step
	for {
		step := sweepOne(t, r, c, now)
		if step == Nothing {
			return out
		}
		if out = append(out, step); step == Move {
			return out
		}
	}
}

// event is one of the things that people do, some time after the one before it.
type event struct {
	after   time.Duration
	kind, n int // of lived
}

func anyEvent(kinds int) *rapid.Generator[event] {
	return rapid.Custom(func(t *rapid.T) event {
		return event{time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "minutes")) * time.Minute, rapid.IntRange(0, kinds).Draw(t, "kind"), rapid.IntRange(1, 15).Draw(t, "days")}
	})
}

// TestClockProperties: whatever the policy, the calendar and what people do (accept and sign in, pause, extend,
// order, raise the risk, hand up, send back), whenever a case begins and whenever it is swept: before the
// deadline, and while the clock stands still, a sweep does nothing but remind; after it there is exactly
// one escalation, one level up, with a clock of its own; at the top it is told once; a pause ends when its
// days are used up. A sweep at the same moment again, or earlier, does nothing. The store asks for a case
// at NextAt, and before it there is nothing to do. The clock that runs can be made anew from the timeline.
func TestClockProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: anyCalendar().Draw(t, "calendar")}
		now := anyMoment().Draw(t, "start")
		c := logged(t, r, 1, now)
		moves := 0
		for range rapid.IntRange(1, 16).Draw(t, "events") {
			// Half of them are sweeps. What the lifecycle does not allow just now changes nothing.
			e := anyEvent(17).Draw(t, "event")
			now = now.Add(e.after)
			if e.kind < 9 {
				_ = lived(r, c, e.kind, e.n, now)
				continue
			}
			before, stages, level, next := bytesOf(t, c), len(c.Stages), c.Level, c.NextAt
			clock := *c.RunningClock()
			pause, due, told := clock.Pause(), clock.DueAt, clock.OverdueTold
			above, below := r.Policy.Above(level)

			steps := sweepAll(t, r, c, now)
			require.NoError(t, c.VerifyTimeline())
			require.Equal(t, next != nil && !next.After(now), len(steps) > 0, "NextAt says when there is something to do")
			require.Equal(t, len(steps) == 0, bytes.Equal(before, bytesOf(t, c)))
			after := c.Stages[stages-1].Clock()
			switch {
			case pause == nil:
				require.Equal(t, due, after.DueAt)
				require.NotContains(t, steps, Resume)
			case now.Before(pause.EndsBy):
				require.Empty(t, steps, "while the clock stands still")
				continue
			default:
				require.Equal(t, Resume, steps[0])
				require.Equal(t, pause.EndsBy, *after.Pauses[len(after.Pauses)-1].Until, "however late")
				require.False(t, after.DueAt.Before(due), "no pause makes a deadline shorter")
			}
			switch {
			case now.Before(after.DueAt):
				require.Subset(t, []Step{Warn, Resume}, steps)
				require.Len(t, c.Stages, stages)
				require.Equal(t, level, c.Level)
			case below:
				moves++
				require.Equal(t, Move, steps[len(steps)-1])
				require.Len(t, c.Stages, stages+1, "exactly one")
				require.Equal(t, above.Level, c.Level, "one level, never a cascade")
				require.Equal(t, now, c.OpenStage().Opened)
				require.True(t, c.DueAt.After(now))
			case told == nil:
				require.Equal(t, Tell, steps[len(steps)-1])
				require.Equal(t, level, c.Level)
				require.Nil(t, c.NextAt)
			default:
				require.NotContains(t, steps, Tell)
			}

			swept := bytesOf(t, c)
			for _, again := range []time.Time{now, now.Add(-time.Hour)} {
				require.Equal(t, Nothing, sweepOne(t, r, c, again))
				require.Equal(t, swept, bytesOf(t, c))
			}
		}
		expired := 0
		for _, s := range c.Stages {
			if s.Reason == models.ReasonDeadline {
				expired++
			}
		}
		require.Equal(t, moves, expired)

		replayed, rung := c.ReplayClock(), models.Rung{}
		require.NotNil(t, replayed)
		rung, _ = r.Policy.Rung(c.Level)
		require.NoError(t, r.Recount(c, rung, replayed, now))
		require.Equal(t, c.RunningClock().DueAt, replayed.DueAt, "from the timeline")
		require.Equal(t, c.RunningClock().Working, replayed.Working)
	})
}

// TestCasesDoNotTouchEachOther: in whatever order cases are worked off, every one ends the same.
func TestCasesDoNotTouchEachOther(t *testing.T) {
	t.Parallel()
	type life struct {
		start  time.Time
		events []event
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: anyCalendar().Draw(t, "calendar")}
		lives := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) life {
			return life{anyMoment().Draw(t, "start"), rapid.SliceOfN(anyEvent(8), 0, 4).Draw(t, "events")}
		}), 2, 4).Draw(t, "lives")
		now := local("2028-06-01 00:00").Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "hours")) * time.Hour)
		order := make([]int, len(lives))
		for i := range order {
			order[i] = i
		}
		swept := func(order []int) [][]byte {
			out := make([][]byte, len(lives))
			for _, i := range order {
				c, at := logged(t, r, i, lives[i].start), lives[i].start
				for _, e := range lives[i].events {
					at = at.Add(e.after)
					_ = lived(r, c, e.kind, e.n, at)
				}
				sweepAll(t, r, c, now)
				out[i] = bytesOf(t, c)
			}
			return out
		}
		require.Equal(t, swept(order), swept(rapid.Permutation(order).Draw(t, "order")))
	})
}
