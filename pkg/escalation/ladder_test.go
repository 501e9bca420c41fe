package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// TestBothLadders holds the promises of the clock for the default ladder and for “四级七天” alike.
func TestBothLadders(t *testing.T) {
	t.Parallel()
	nothing := map[string]int{}
	for _, policy := range ladders() {
		rules := rulesOf(policy)
		first := logged(t, rules, 1, start)
		due, warnAt := *first.DueAt, first.OpenStage().Clock().Warnings[0].At
		second := policy.Ladder[1].Level
		accepted := func(c *models.Case) {
			require.NoError(t, c.Move(policy, models.ActionAccept, chair, start, "", func() error {
				c.OpenStage().Received, c.OpenStage().Handler = &start, &chair
				return nil
			}))
		}
		for _, test := range []struct {
			name   string
			change func(*models.Case)
			sweeps []time.Time
			want   models.SweepRun // of all sweeps together
			level  string
			events int // beside the first
		}{
			{"nothing is due", nil, []time.Time{start, warnAt.Add(-time.Millisecond)}, models.SweepRun{Skipped: nothing}, first.Level, 0},
			{"a warning", nil, []time.Time{warnAt}, models.SweepRun{Looked: 1, Warned: 1, Skipped: nothing}, first.Level, 1},
			{"a warning is sent once", nil, []time.Time{warnAt, warnAt, warnAt.Add(time.Hour), due.Add(-time.Millisecond)}, models.SweepRun{Looked: 1, Warned: 1, Skipped: nothing}, first.Level, 1},
			{"the last moment", nil, []time.Time{due.Add(-time.Millisecond)}, models.SweepRun{Looked: 1, Warned: 1, Skipped: nothing}, first.Level, 1},
			{"the deadline", nil, []time.Time{due}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 1},
			{"warned, then up", nil, []time.Time{warnAt, due}, models.SweepRun{Looked: 2, Warned: 1, Moved: 1, Skipped: nothing}, second, 2},
			{"up once, however often it is swept", nil, []time.Time{due, due, due.Add(time.Second), due.Add(time.Minute)}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 1},
			{"forty days of downtime", nil, []time.Time{due.AddDate(0, 0, 40), due.AddDate(0, 0, 40)}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 1},
			{"a clock that is set back", nil, []time.Time{due, start}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 1},
			{"with a handler", accepted, []time.Time{due}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 2},
			{"without a handler", func(c *models.Case) { c.OpenStage().Handler = nil }, []time.Time{due}, models.SweepRun{Looked: 1, Moved: 1, Skipped: nothing}, second, 1},
			{"withdrawn", func(c *models.Case) {
				require.NoError(t, c.Move(policy, models.ActionWithdraw, chair, start, "", func() error { c.EndStage(start, models.OutcomeWithdrawn, "", ""); return nil }))
			}, []time.Time{due, due.AddDate(1, 0, 0)}, models.SweepRun{Skipped: nothing}, first.Level, 1},
		} {
			t.Run(policy.Name+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				st := opened(t, policy)
				c := logged(t, rules, 1, start)
				if test.change != nil {
					test.change(c)
				}
				keep(t, st, c)
				total := models.SweepRun{Skipped: map[string]int{}}
				for _, now := range test.sweeps {
					once := run(t, st, now)
					total.Looked, total.Moved, total.Warned, total.Overdue = total.Looked+once.Looked, total.Moved+once.Moved, total.Warned+once.Warned, total.Overdue+once.Overdue
					for why, n := range once.Skipped {
						total.Skipped[why] += n
					}
				}
				require.Equal(t, test.want, total)
				c = read(t, st, c.ID)
				require.Equal(t, test.level, c.Level)
				require.Len(t, c.Timeline, 1+test.events)
				require.Len(t, c.Stages, 1+total.Moved)
				if total.Moved == 0 {
					return
				}
				moved := test.sweeps[len(test.sweeps)-1]
				for _, now := range test.sweeps {
					if !now.Before(due) {
						moved = now
						break
					}
				}
				fresh := c.OpenStage()
				require.Equal(t, moved, fresh.Opened, "the clock of the new level runs from the hand-over")
				require.Equal(t, moved, fresh.Clock().Since)
				require.True(t, c.DueAt.After(moved))
				require.Nil(t, fresh.Handler)
				require.Equal(t, models.ReviewPending, c.Review)
				require.Equal(t, int(moved.Sub(due)/(24*time.Hour)), c.Stages[0].LateDays)
			})
		}
	}
}

// A case that nobody touches climbs rung by rung, each in its own time; at the top it is told once.
func TestClimbToTheTop(t *testing.T) {
	t.Parallel()
	for _, policy := range ladders() {
		t.Run(policy.Name, func(t *testing.T) {
			t.Parallel()
			rules := rulesOf(policy)
			st := opened(t, policy)
			c := logged(t, rules, 1, start)
			keep(t, st, c)
			for i, rung := range policy.Ladder {
				require.Equal(t, rung.Level, c.Level)
				require.Equal(t, models.OfficeOf(rung, c.Place), c.Office)
				require.Len(t, c.Stages, i+1)
				due := *c.DueAt
				swept := run(t, st, due)
				top := i == len(policy.Ladder)-1
				require.Equal(t, !top, swept.Moved == 1)
				require.Equal(t, top, swept.Overdue == 1)
				c = read(t, st, c.ID)
				if top {
					require.Equal(t, due, *c.DueAt, "it stays overdue")
				}
			}
			for _, days := range []int{0, 1, 30, 400} {
				require.Equal(t, models.SweepRun{Skipped: map[string]int{}}, run(t, st, c.DueAt.AddDate(0, 0, days)))
			}
			c = read(t, st, c.ID)
			require.Equal(t, 1, happened(c, models.ActionOverdue))
			require.Equal(t, len(policy.Ladder)-1, happened(c, models.ActionExpire))
			for i, stage := range c.Stages[:len(c.Stages)-1] {
				require.Equal(t, c.Stages[i+1].Opened, *stage.Closed, "no moment without a level")
				require.Equal(t, models.ReasonDeadline, stage.Reason)
			}
		})
	}
}
