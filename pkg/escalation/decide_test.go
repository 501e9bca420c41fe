package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// atRung is a case whose clock of mediation began at start at one of the default ladder's levels.
func atRung(t require.TestingT, r Rules, level string) *models.Case {
	c := climbed(t, r, 1, level)
	require.NoError(t, c.Move(r.Policy, models.ActionRaise, chair, start, "", func() error {
		clock, err := r.Start(c, models.PhaseMediation, level, start, 0)
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clock)
		return err
	}))
	return c
}

func TestDecide(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	day := 24 * time.Hour
	due := local("2026-12-24 00:00")    // of the village
	dueTop := local("2027-01-23 00:00") // of the county: sixty days
	warned := func(c *models.Case, n int) *models.Case {
		for i := range n {
			c.OpenStage().Clock().Warnings[i].WarnedAt = &start
		}
		return c
	}
	inVillage := func() *models.Case { return atRung(t, rules, models.LevelVillage) }
	inCounty := func() *models.Case { return atRung(t, rules, models.LevelCounty) }
	over := inVillage()
	over.EndStage(start, models.OutcomeAgreed, "", "")
	told := inCounty()
	told.OpenStage().Clock().OverdueTold = &dueTop
	for _, test := range []struct {
		name string
		c    *models.Case
		now  time.Time
		step Step
		why  string
	}{
		{"nothing yet", inVillage(), start, Nothing, "期限未到"},
		{"an instant before the first warning", inVillage(), due.Add(-7*day - 1), Nothing, "期限未到"},
		{"the first warning", inVillage(), due.Add(-7 * day), Warn, "距调解期限届满还有7日"},
		{"the first warning, late", inVillage(), due.Add(-6*day - time.Hour), Warn, "距调解期限届满还有7日"},
		{"between the warnings", warned(inVillage(), 1), due.Add(-3 * day), Nothing, "期限未到"},
		{"the second warning", warned(inVillage(), 1), due.Add(-2 * day), Warn, "距调解期限届满还有2日"},
		{"both are told as one", inVillage(), due.Add(-day), Warn, "距调解期限届满还有1日"},
		{"the last instant", inVillage(), due.Add(-1), Warn, "距调解期限届满还有1日"},
		{"all is told", warned(inVillage(), 2), due.Add(-1), Nothing, "期限未到"},
		{"the deadline", warned(inVillage(), 2), due, Move, "调解期限已于2026年12月23日24时届满，自动上报枫溪镇司法所"},
		{"the deadline goes before a warning", inVillage(), due, Move, "调解期限已于2026年12月23日24时届满，自动上报枫溪镇司法所"},
		{"long after", inVillage(), due.AddDate(3, 0, 0), Move, "调解期限已于2026年12月23日24时届满，自动上报枫溪镇司法所"},
		{"the township's goes to the county", atRung(t, rules, models.LevelTownship), due, Move, "调解期限已于2026年12月23日24时届满，自动上报青禾县矛调中心"},
		{"nobody above", inCounty(), dueTop, Tell, "调解期限已于2027年1月22日24时届满，本案已在最高一级，请转请仲裁或诉讼"},
		{"told once", told, dueTop.AddDate(0, 0, 9), Nothing, "最高一级已逾期并已提示"},
		{"no clock runs", over, due.AddDate(1, 0, 0), Nothing, "没有正在计时的期限"},
		{"no stage", &models.Case{}, due, Nothing, "没有正在计时的期限"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := bytesOf(t, test.c)
			require.Equal(t, Decision{test.step, test.why}, Decide(rules.Policy, test.c, test.now))
			require.Equal(t, before, bytesOf(t, test.c), "deciding changes nothing")
		})
	}
}

func TestCarryMove(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	for _, test := range []struct {
		name string
		late time.Duration
		days int
		note string
	}{
		{"at once", 0, 0, "受理期限已于2026年11月26日24时届满，自动上报枫溪镇司法所"},
		{"within the day", 23 * time.Hour, 0, "受理期限已于2026年11月26日24时届满，自动上报枫溪镇司法所"},
		{"forty days late", 40 * 24 * time.Hour, 40, "受理期限已于2026年11月26日24时届满，自动上报枫溪镇司法所（迟于期限40日移交）"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := logged(t, rules, 1, start)
			c.Asked = true
			now := c.DueAt.Add(test.late)
			require.NoError(t, rules.Carry(c, Decide(rules.Policy, c, now), now))
			require.Equal(t, models.Logged, c.State, "the state is left alone")
			require.Equal(t, models.LevelTownship, c.Level)
			require.Equal(t, models.ReviewPending, c.Review)
			require.False(t, c.Asked)
			require.Len(t, c.Stages, 2)

			closed, fresh := c.Stages[0], c.Stages[1]
			require.Equal(t, now, *closed.Closed)
			require.Equal(t, models.OutcomeEscalated, closed.Outcome)
			require.Equal(t, models.ReasonDeadline, closed.Reason)
			require.Equal(t, test.note, closed.Note)
			require.Equal(t, test.days, closed.LateDays)
			require.Equal(t, "枫溪镇司法所", fresh.Office.Name)
			require.Equal(t, now, fresh.Opened)
			require.Nil(t, fresh.Handler)
			require.Nil(t, fresh.Received)
			want, err := rules.Start(c, models.PhaseReview, models.LevelTownship, now, 0)
			require.NoError(t, err)
			require.Equal(t, []models.Clock{want}, fresh.Clocks, "a fresh clock from the hand-over")
			require.Equal(t, want.DueAt, *c.DueAt)

			last := c.Timeline[len(c.Timeline)-1]
			require.Equal(t, models.ActionExpire, last.Action)
			require.Equal(t, system, last.Actor)
			require.Equal(t, test.note, last.Note)
			require.Equal(t, want.DueAt, *last.After.DueAt)

			require.Len(t, c.Notices, 2, "both sides are told")
			for i, office := range []models.Office{fresh.Office, closed.Office} {
				require.Equal(t, office.ID, c.Notices[i].Office)
				require.Equal(t, "escalated", c.Notices[i].Kind)
				require.Equal(t, "（未受理，暂无卷号）（北坡村）由北坡村人民调解委员会上报枫溪镇司法所，请签收", c.Notices[i].Text)
			}
			require.NotEqual(t, c.Notices[0].Key, c.Notices[1].Key)
		})
	}
}

func TestCarryWarnAndTell(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	c := atRung(t, rules, models.LevelCounty)
	clock := c.OpenStage().Clock()
	now := clock.Warnings[1].At.Add(time.Hour)
	require.NoError(t, rules.Carry(c, Decide(rules.Policy, c, now), now))
	require.Equal(t, now, *clock.Warnings[0].WarnedAt, "one reminder for both")
	require.Equal(t, now, *clock.Warnings[1].WarnedAt)
	require.Equal(t, 1, happened(c, models.ActionWarn))
	require.Equal(t, clock.DueAt, *c.NextAt)
	notice := c.Notices[len(c.Notices)-1]
	require.Equal(t, "warning", notice.Kind)
	require.Equal(t, c.Office.ID, notice.Office)
	require.Equal(t, "（未受理，暂无卷号）（北坡村）距调解期限届满还有2日", notice.Text)

	late := clock.DueAt.AddDate(0, 0, 3)
	require.NoError(t, rules.Carry(c, Decide(rules.Policy, c, late), late))
	require.Equal(t, late, *clock.OverdueTold)
	require.Equal(t, 1, happened(c, models.ActionOverdue))
	require.Nil(t, c.NextAt, "the clock has no more to say")
	require.Equal(t, clock.DueAt, *c.DueAt, "it stays overdue")
	require.Equal(t, "overdue", c.Notices[len(c.Notices)-1].Kind)
	require.Len(t, c.Stages, 3)

	before := bytesOf(t, c)
	require.NoError(t, rules.Carry(c, Decide(rules.Policy, c, late), late))
	require.Equal(t, before, bytesOf(t, c), "nothing is left to do")
}

// A warning that nobody sent before the deadline is not sent after it.
func TestTellSilencesWarnings(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	c := atRung(t, rules, models.LevelCounty)
	now := c.OpenStage().Clock().DueAt
	require.NoError(t, rules.Carry(c, Decide(rules.Policy, c, now), now))
	require.Nil(t, c.NextAt)
	require.Zero(t, happened(c, models.ActionWarn))
}

func TestHandUpRefusesAtTheTop(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	c := atRung(t, rules, models.LevelCounty)
	err := rules.HandUp(c, start, HandOver{Reason: models.ReasonAsked})
	require.Error(t, err)
	require.Equal(t, models.Precondition, models.AsError(err).Kind)
	require.Len(t, c.Stages, 3)
	require.NotNil(t, c.OpenStage())
}
