package escalation

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

// anyPolicy is one of the ladders with any days and warnings.
func anyPolicy() *rapid.Generator[*models.Policy] {
	return rapid.Custom(func(t *rapid.T) *models.Policy {
		policy := ladders()[rapid.IntRange(0, 1).Draw(t, "ladder")]
		for i := range policy.Rules {
			rule := &policy.Rules[i]
			rule.Days = rapid.IntRange(1, 90).Draw(t, "days")
			rule.Unit = rapid.SampledFrom([]models.Unit{models.CalendarDays, models.WorkingDays}).Draw(t, "unit")
			rule.WarnDays = rapid.SliceOfN(rapid.IntRange(1, 60), 0, 3).Draw(t, "warnDays")
		}
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

// TestClockProperties: whatever the policy, whenever a case begins and whenever it is swept: before
// the deadline a sweep does nothing but remind, after it there is exactly one escalation, one level
// up, with a clock of its own; at the top it is told once. A sweep at the same moment again, or
// earlier, does nothing. The store asks for a case at NextAt, and before it there is nothing to do.
func TestClockProperties(t *testing.T) {
	t.Parallel()
	calendar := rulesOf(nil).Calendar
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: calendar}
		now := anyMoment().Draw(t, "start")
		c := logged(t, r, 1, now)
		for range rapid.IntRange(1, 8).Draw(t, "sweeps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "minutes")) * time.Minute)
			before, stages, level := bytesOf(t, c), len(c.Stages), c.Level
			due, next, told := *c.DueAt, c.NextAt, c.OpenStage().Clock().OverdueTold
			_, below := r.Policy.Above(level)

			step := sweepOne(t, r, c, now)
			require.NoError(t, c.VerifyTimeline())
			require.Equal(t, next != nil && !next.After(now), step != Nothing, "NextAt says when there is something to do")
			switch {
			case now.Before(due):
				require.Contains(t, []Step{Nothing, Warn}, step)
				require.Len(t, c.Stages, stages)
				require.Equal(t, level, c.Level)
				require.Equal(t, due, *c.DueAt)
				require.Equal(t, step == Nothing, bytes.Equal(before, bytesOf(t, c)))
			case below:
				require.Equal(t, Move, step)
				above, _ := r.Policy.Above(level)
				require.Len(t, c.Stages, stages+1, "exactly one")
				require.Equal(t, above.Level, c.Level, "one level, never a cascade")
				require.Equal(t, now, c.OpenStage().Opened)
				require.True(t, c.DueAt.After(now))
			case told == nil:
				require.Equal(t, Tell, step)
				require.Equal(t, level, c.Level)
				require.Nil(t, c.NextAt)
			default:
				require.Equal(t, Nothing, step)
			}

			after := bytesOf(t, c)
			for _, again := range []time.Time{now, now.Add(-time.Hour)} {
				require.Equal(t, Nothing, sweepOne(t, r, c, again))
				require.Equal(t, after, bytesOf(t, c))
			}
		}
		require.Equal(t, len(c.Stages)-1, happened(c, models.ActionExpire))
		require.LessOrEqual(t, happened(c, models.ActionOverdue), 1)
	})
}

// TestCasesDoNotTouchEachOther: in whatever order a batch is worked off, every case ends the same.
func TestCasesDoNotTouchEachOther(t *testing.T) {
	t.Parallel()
	calendar := rulesOf(nil).Calendar
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: calendar}
		starts := rapid.SliceOfN(anyMoment(), 2, 6).Draw(t, "starts")
		now := rapid.SampledFrom(starts).Draw(t, "one").Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "hours")) * time.Hour)
		order := make([]int, len(starts))
		for i := range order {
			order[i] = i
		}
		swept := func(order []int) [][]byte {
			out := make([][]byte, len(starts))
			for _, i := range order {
				if starts[i].After(now) {
					continue
				}
				c := logged(t, r, i, starts[i])
				sweepOne(t, r, c, now)
				out[i] = bytesOf(t, c)
			}
			return out
		}
		require.Equal(t, swept(order), swept(rapid.Permutation(order).Draw(t, "order")))
	})
}
