package escalation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// TestTryOfTheRealRulesIsWhatHappened: with the rules under which a case ran, the trial says of it what the
// clock did, at every level and to the millisecond: however late it was swept, and whatever people did
// before a deadline had passed.
func TestTryOfTheRealRulesIsWhatHappened(t *testing.T) {
	t.Parallel()
	calendar := rulesOf(nil).Calendar
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: calendar}
		c, now := logged(t, r, 1, start), start
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.IntRange(1, 12*24*60).Draw(t, "minutes")) * time.Minute)
			late := time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "late")) * time.Minute
			now = sweptTo(t, r, c, now, late)
			if !c.State.IsOpen() {
				break
			}
			// What the lifecycle does not allow just now changes nothing.
			_ = lived(r, c, rapid.IntRange(0, 9).Draw(t, "kind"), rapid.IntRange(1, 15).Draw(t, "days"), now)
		}
		now = sweptTo(t, r, c, now, 0) // a clock that goes on again may have nothing left
		got, err := r.Try(c, now)
		require.NoError(t, err)
		var want, rises []string
		for i, s := range c.Stages {
			if s.Outcome == models.OutcomeEscalated && s.Reason != models.ReasonFailed {
				due := s.Clock().DueAt
				if s.Reason == models.ReasonRisk {
					due = time.Time{}
				}
				want = append(want, fmt.Sprintf("%s→%s %s %s at %s", s.Level, c.Stages[i+1].Level, s.Reason, due, s.Closed))
			}
		}
		for _, rise := range got.Rises {
			rises = append(rises, fmt.Sprintf("%s→%s %s %s at %s", rise.From, rise.To, rise.Reason, rise.DueAt, rise.At))
		}
		require.Equal(t, want, rises)
		require.Equal(t, c.Level, got.Level)
		switch clock := c.RunningClock(); {
		case clock == nil:
			require.Equal(t, Ended, got.Standing)
		case clock.Pause() != nil:
			require.Equal(t, []any{Running, time.Time{}}, []any{got.Standing, got.DueAt})
		default:
			require.Equal(t, []any{clock.Phase, clock.DueAt}, []any{got.Phase, got.DueAt})
			require.Equal(t, now.Before(clock.DueAt), got.Standing == Running)
			require.Contains(t, []Standing{Running, Overdue}, got.Standing)
		}
	})
}

// sweptTo does to one case what sweeps up to a moment would have done, each so much later than its time;
// it returns the moment after the last.
func sweptTo(t require.TestingT, r Rules, c *models.Case, now time.Time, late time.Duration) time.Time {
	for c.NextAt != nil && !c.NextAt.After(now) {
		at := c.NextAt.Add(late)
		sweepAll(t, r, c, at)
		if at.After(now) {
			now = at
		}
	}
	return now
}

// lived does to a case one of the things that people do, as the use cases do.
func lived(r Rules, c *models.Case, kind, n int, now time.Time) error {
	rung, _ := r.Policy.Rung(c.Level)
	who := models.Actor{ID: "somebody", Name: "周大成", Role: map[models.RegionKind]models.Role{models.RegionVillage: models.RoleChair, models.RegionTownship: models.RoleJudicial, models.RegionCounty: models.RoleCounty}[rung.Seat], Region: c.Office.Region}
	take := func() error {
		stage := c.OpenStage()
		stage.Received, stage.Handler = &now, &who
		if rung.SingleClock || stage.Clock().Phase == models.PhaseReturned {
			return nil
		}
		clock, err := r.Start(c, models.PhaseMediation, rung.Level, now, 0)
		stage.Clocks = append(stage.Clocks, clock)
		return err
	}
	switch kind {
	case 0, 1:
		if c.Review == models.ReviewPending {
			return c.Move(r.Policy, models.ActionReceive, who, now, "", func() error { c.Review = models.ReviewAccepted; return take() })
		}
		return c.Move(r.Policy, models.ActionAccept, who, now, "", take)
	case 2:
		return c.Move(r.Policy, models.ActionPause, who, now, "", func() error { return r.Pause(c, who, models.PauseAbsent, "外出", now) })
	case 3:
		return c.Move(r.Policy, models.ActionResume, who, now, "", func() error { return r.Resume(c, now) })
	case 4:
		return c.Move(r.Policy, models.ActionExtend, who, now, "", func() error { return r.Extend(c, who, n, "同意", now) })
	case 5:
		day := workday.OfTime(now).AddDays(n).String()
		return c.Move(r.Policy, models.ActionOrder, county, now, "", func() error { return r.Order(c, county, day, "快办", now) })
	case 6:
		risk := []models.RiskLevel{models.Yellow, models.Orange, models.Red}[n%3]
		if risk.Rank() <= c.Risk.Rank() {
			return nil
		}
		if err := c.Move(r.Policy, models.ActionRaise, who, now, "", func() error { c.Risk = risk; return r.Tighten(c, who, now) }); err != nil {
			return err
		}
		return r.RaiseUp(c, now, "激化")
	case 7:
		return c.Move(r.Policy, models.ActionEscalate, who, now, "", func() error { return r.HandUp(c, now, HandOver{Reason: models.ReasonFailed}) })
	case 8:
		return c.Move(r.Policy, models.ActionReturn, who, now, "", func() error {
			below := c.Stages[len(c.Stages)-2]
			to, _ := r.Policy.Rung(below.Level)
			clock, err := r.Start(c, models.PhaseReturned, to.Level, now, n)
			c.EndStage(now, models.OutcomeReturned, "", "")
			c.StartStage(to, below.Office, now, clock)
			c.Review = models.ReviewReturned
			return err
		})
	}
	return c.Move(r.Policy, models.ActionWithdraw, who, now, "", func() error { c.EndStage(now, models.OutcomeWithdrawn, "", ""); return nil })
}
