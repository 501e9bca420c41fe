package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// TestDeadlineIsAFunctionOfTheFile: whatever happened to a clock, working it out anew from the file
// gives the same, also where the clock is replayed from the timeline alone; and a second life that goes through
// the same changes ends in the same bytes.
func TestDeadlineIsAFunctionOfTheFile(t *testing.T) {
	t.Parallel()
	type change struct {
		kind  int
		after time.Duration
		days  int
	}
	rapid.Check(t, func(t *rapid.T) {
		policy := anyPolicy().Draw(t, "policy")
		policy.Rules = policy.Rules[:len(policy.Rules):len(policy.Rules)]
		r := Rules{Policy: policy, Calendar: anyCalendar().Draw(t, "calendar")}
		changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) change {
			return change{rapid.IntRange(0, 4).Draw(t, "kind"), time.Duration(rapid.IntRange(1, 10*24*60).Draw(t, "minutes")) * time.Minute, rapid.IntRange(1, 15).Draw(t, "days")}
		}), 0, 8).Draw(t, "changes")
		live := func() *models.Case {
			c, now := mediating(t, r), start
			for _, x := range changes {
				now = now.Add(x.after)
				// What the lifecycle does not allow just now changes nothing.
				_ = apply(r, c, x.kind, x.days, now)
			}
			return c
		}
		c := live()
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, bytesOf(t, c), bytesOf(t, live()))

		clock := *c.RunningClock()
		rung, ok := policy.Rung(c.Level)
		require.True(t, ok)
		require.NoError(t, r.Recount(c, rung, &clock, c.Timeline[len(c.Timeline)-1].At))
		require.Equal(t, c.RunningClock().DueAt, clock.DueAt)
		require.Equal(t, c.RunningClock().Working, clock.Working)

		replayed := c.ReplayClock()
		require.NotNil(t, replayed)
		require.NoError(t, r.Recount(c, rung, replayed, c.Timeline[len(c.Timeline)-1].At))
		require.Equal(t, clock.DueAt, replayed.DueAt, "from the timeline")
		require.Equal(t, clock.Working, replayed.Working)

		for _, a := range clock.Adjustments {
			if a.Kind == models.AdjustOrder {
				last, err := workday.Parse(a.LastDay)
				require.NoError(t, err)
				require.False(t, clock.DueAt.After(last.AddDays(1).Start()), "an order holds")
			}
		}
	})
}

// anyCalendar has days off and worked weekends anywhere in the year of the changes and the next, of which either may
// be without data.
func anyCalendar() *rapid.Generator[*workday.Calendar] {
	return rapid.Custom(func(t *rapid.T) *workday.Calendar {
		var years []workday.Year
		for _, number := range []int{start.Year(), start.Year() + 1} {
			if !rapid.Bool().Draw(t, "announced") {
				continue
			}
			year := workday.Year{Year: number, Source: "抽取"}
			first := workday.Date{Year: number, Month: time.January, Day: 1}
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 364), 0, 60, rapid.ID).Draw(t, "days") {
				day := first.AddDays(n)
				weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
				year.Days = append(year.Days, workday.Day{Date: day.String(), Name: "节日", Work: weekend})
			}
			years = append(years, year)
		}
		return workday.NewCalendar(years...)
	})
}

func apply(r Rules, c *models.Case, kind, n int, now time.Time) error {
	switch kind {
	case 0:
		return c.Move(r.Policy, models.ActionPause, chair, now, "", func() error { return r.Pause(c, chair, models.PauseAbsent, "外出", now) })
	case 1:
		return c.Move(r.Policy, models.ActionResume, chair, now, "", func() error { return r.Resume(c, now) })
	case 2:
		return c.Move(r.Policy, models.ActionExtend, chair, now, "", func() error { return r.Extend(c, chair, n, "同意", now) })
	case 3:
		day := workday.OfTime(now).AddDays(n).String()
		return c.Move(r.Policy, models.ActionOrder, county, now, "", func() error { return r.Order(c, county, day, "快办", now) })
	}
	if c.Risk == models.Orange {
		return nil
	}
	return c.Move(r.Policy, models.ActionRaise, chair, now, "", func() error { c.Risk = models.Orange; return r.Tighten(c, chair, now) })
}
