package models_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
)

func readBack(t require.TestingT, raw []byte) *models.Case {
	c := new(models.Case)
	require.NoError(t, bson.Unmarshal(raw, c))
	return c
}

func TestMoveTakesTheStateBackWhenTheChangeFails(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	before := snapshot(t, c)
	failed := errors.New("no")
	require.ErrorIs(t, c.Move(policy, models.ActionDecline, actorOf(models.RoleChair), start, "", func() error { return failed }), failed)
	require.Equal(t, before, snapshot(t, c))
}

// A case that is withdrawn before anybody signed it in leaves the queue of what waits.
func TestWithdrawnBeforeReview(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	for _, action := range []models.Action{models.ActionWithdraw, models.ActionRefer} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			c := logged(policy)
			require.NoError(t, c.Move(policy, models.ActionEscalate, actorOf(models.RoleChair), start, "", func() error { return handUp(policy, c, start) }))
			require.Equal(t, models.ReviewPending, c.Review)
			require.NoError(t, c.Move(policy, action, actorOf(models.RoleJudicial), start, "", func() error {
				c.EndStage(start, models.OutcomeWithdrawn, "", "")
				return nil
			}))
			require.Empty(t, c.Review)
			require.Empty(t, c.Timeline[2].After.Review)
			require.Equal(t, models.ReviewPending, c.Timeline[2].Before.Review)
		})
	}
}

// A group hands up to its own village: somebody there must be able to sign it in, and to go on.
func TestVillageSignsInFromItsGroup(t *testing.T) {
	t.Parallel()
	policy := fourLevels()
	c := logged(policy)
	require.Equal(t, models.LevelGroup, c.Level)
	require.NoError(t, c.Move(policy, models.ActionExpire, models.SystemActor(), start, "", func() error { return handUp(policy, c, start) }))
	require.Equal(t, models.LevelVillage, c.Level)
	chair, mediator := actorOf(models.RoleChair), actorOf(models.RoleMediator)
	require.Contains(t, c.Allowed(policy, chair), models.ActionReceive)
	require.Contains(t, c.Allowed(policy, chair), models.ActionReturn)
	require.NotContains(t, c.Allowed(policy, mediator), models.ActionReceive)
	require.NoError(t, c.Move(policy, models.ActionReceive, chair, start, "", func() error { c.Review = models.ReviewAccepted; return nil }))
	require.Equal(t, models.Mediating, c.State)
	require.True(t, c.May(policy, mediator, models.ActionAgree))
}

// What was written into the timeline does not follow later changes of a clock.
func TestTimelineKeepsItsOwnDeadlines(t *testing.T) {
	t.Parallel()
	c := logged(defaultPolicy())
	c.Stages[0].Clocks[0].DueAt = start.AddDate(1, 0, 0)
	require.NoError(t, c.VerifyTimeline())
	require.Equal(t, start.AddDate(0, 0, 3), *c.Timeline[0].After.DueAt)
}

func TestPositionAt(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	accepted := start.Add(time.Hour)
	require.NoError(t, c.Move(policy, models.ActionAccept, actorOf(models.RoleChair), accepted, "", nil))
	for _, test := range []struct {
		name string
		at   time.Time
		want models.State // "" before it was logged
	}{
		{"before", start.Add(-time.Second), ""},
		{"the moment of logging is not before itself", start, ""},
		{"after logging", start.Add(time.Millisecond), models.Logged},
		{"the moment of acceptance", accepted, models.Logged},
		{"after acceptance", accepted.Add(time.Millisecond), models.Mediating},
		{"long after", accepted.AddDate(9, 0, 0), models.Mediating},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := c.PositionAt(test.at)
			require.Equal(t, test.want != "", ok)
			require.Equal(t, test.want, got.State)
		})
	}
}

func TestLateDays(t *testing.T) {
	t.Parallel()
	due := start.AddDate(0, 0, 3)
	for _, test := range []struct {
		name string
		now  time.Time
		want int
	}{
		{"in time", due.Add(-time.Second), 0},
		{"the first instant after", due, 0},
		{"a day less a second", due.Add(24*time.Hour - time.Second), 0},
		{"a day", due.Add(24 * time.Hour), 1},
		{"forty days", due.AddDate(0, 0, 40), 40},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := logged(defaultPolicy())
			c.EndStage(test.now, models.OutcomeEscalated, models.ReasonDeadline, "届满")
			require.Nil(t, c.OpenStage())
			stage := c.LastStage()
			require.Equal(t, test.want, stage.LateDays)
			require.Equal(t, test.now, *stage.Closed)
			require.Equal(t, models.OutcomeEscalated, stage.Outcome)
			c.EndStage(test.now.AddDate(0, 0, 9), models.OutcomeAgreed, "", "")
			require.Equal(t, models.OutcomeEscalated, stage.Outcome, "a closed stage never changes")
		})
	}
}

// NextAt walks through the warnings to the deadline; at the top it ends when that was told.
func TestNextAt(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	clock := c.OpenStage().Clock()
	warnAt := clock.Warnings[0].At
	require.Equal(t, warnAt, *c.NextAt)
	require.NoError(t, c.Move(policy, models.ActionWarn, models.SystemActor(), warnAt, "", func() error { clock.Warnings[0].WarnedAt = &warnAt; return nil }))
	require.Equal(t, clock.DueAt, *c.NextAt)
	require.False(t, c.IsOverdue(clock.DueAt.Add(-time.Nanosecond)))
	require.True(t, c.IsOverdue(clock.DueAt), "the day has ended")

	for range 2 {
		require.NoError(t, c.Move(policy, models.ActionExpire, models.SystemActor(), clock.DueAt, "", func() error { return handUp(policy, c, clock.DueAt) }))
	}
	require.Equal(t, models.LevelCounty, c.Level)
	top := c.OpenStage().Clock()
	require.NoError(t, c.Move(policy, models.ActionOverdue, models.SystemActor(), top.DueAt, "", func() error {
		top.OverdueTold, top.Warnings[0].WarnedAt = &top.DueAt, &top.DueAt
		return nil
	}))
	require.Nil(t, c.NextAt)
	require.Equal(t, top.DueAt, *c.DueAt)
}

func TestCaseNumber(t *testing.T) {
	t.Parallel()
	committee := &models.Region{Code: village, ShortName: "北坡村"}
	twelve, hundred := models.NewCaseNumber(committee, 2026, 12), models.NewCaseNumber(committee, 2026, 100)
	require.Equal(t, "〔2026〕北坡村人调字第12号", twelve.Text)
	require.Equal(t, village+"/2026/00000012", twelve.Key())
	require.Less(t, twelve.Key(), hundred.Key(), "keys sort by sequence")
	c := logged(defaultPolicy())
	require.Equal(t, "（未受理，暂无卷号）", c.NumberText())
	c.Number = twelve
	require.Equal(t, twelve.Text, c.NumberText())
}

func TestNoticeKeysAreDistinct(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	keys := map[string]bool{}
	for range 3 {
		require.NoError(t, c.Move(policy, models.ActionRaise, actorOf(models.RoleChair), start, "", func() error {
			c.Notify("escalated", start, c.Office, "一")
			c.Notify("escalated", start, c.Office, "二")
			return nil
		}))
	}
	for _, n := range c.Notices {
		keys[n.Key] = true
	}
	require.Len(t, keys, 6)
}
