package casework_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/escalation"
)

// last is the last event of an action.
func last(t *testing.T, c *models.Case, action models.Action) models.Event {
	t.Helper()
	for i := len(c.Timeline) - 1; i >= 0; i-- {
		if c.Timeline[i].Action == action {
			return c.Timeline[i]
		}
	}
	require.Failf(t, "no such event", "%s", action)
	return models.Event{}
}

func count(c *models.Case, action models.Action) int {
	n := 0
	for _, e := range c.Timeline {
		if e.Action == action {
			n++
		}
	}
	return n
}

// TestAssessmentGoesWithTheCase: at logging and with each change of the facts, in the same write, with
// its factors in words; and not at all where nothing became another.
func TestAssessmentGoesWithTheCase(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		calm := w.log(t)
		require.Nil(t, calm.Assessment)
		require.Zero(t, count(calm, models.ActionAssess), "what has no factor is not assessed")

		c := w.log(t, func(f *casework.LogForm) { f.Households, f.Petition = 6, true })
		require.Equal(t, models.Yellow, c.Risk)
		e := last(t, c, models.ActionAssess)
		require.Equal(t, "系统评估：黄（一般），30分：涉及6户（10分）；有人扬言上访（20分）", e.Note)
		require.Equal(t, models.RoleSystem, e.Actor.Role)
		require.Equal(t, c.LoggedAt, e.At)
		require.Nil(t, c.Raised, "nobody raised it")

		c = did(t)(w.Accept(t.Context(), chair, ref(c), casework.AcceptForm{}))
		require.Equal(t, 1, count(c, models.ActionAssess), "accepting it changes no fact")
		failed := w.sitting(func(f *casework.SittingForm) { f.Result = "no_agreement" })
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), failed))
		require.Equal(t, 1, count(c, models.ActionAssess))
		due := *c.DueAt
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), failed))
		require.Equal(t, models.Orange, c.Risk, "thirty and ten for two sittings without a result")
		require.Equal(t, 2, count(c, models.ActionAssess))
		require.True(t, c.DueAt.Before(due), "a higher level shortens the clock")
		require.Equal(t, models.AdjustRisk, c.RunningClock().Adjustments[0].Kind)

		c = did(t)(w.Fail(t.Context(), chair, ref(c), casework.FailForm{Reason: "谈不拢", RemediesTold: true}))
		require.Equal(t, 50, c.Assessment.Points, "that mediation failed is one attempt more")
		require.Nil(t, c.RescoreAt)
		require.Equal(t, c.Timeline, w.stored(t, c).Timeline)
	})
}

// TestScoredRedGoesUpAtOnce: as if a person had raised it, at logging and later.
func TestScoredRedGoesUpAtOnce(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		threat := func(f *casework.LogForm) { f.Threat, f.Weapon = true, true }
		c := w.log(t, threat)
		require.Equal(t, models.Red, c.Risk)
		require.Equal(t, models.LevelTownship, c.Level)
		require.Equal(t, models.ReasonRisk, c.Stages[0].Reason)
		require.True(t, c.Police.IsOpen(), "人民调解法第25条")

		c = w.accepted(t)
		c = did(t)(w.ReportSigns(t.Context(), mediator, ref(c), casework.SignsForm{RiskSigns: models.RiskSigns{Weapon: true, Crowd: true}, Note: "带了镰刀"}))
		require.Equal(t, models.LevelTownship, c.Level)
		require.Equal(t, models.ReviewPending, c.Review)
		require.Equal(t, "新出现：有人携带器械、有人聚集；带了镰刀", last(t, c, models.ActionSigns).Note)
		require.True(t, c.Police.IsOpen())
	})
}

// TestRaisedHoldsUntilLowered: a person may raise, and the level holds whatever the system scores below
// it; it is lowered by who may, and never below the score.
func TestRaisedHoldsUntilLowered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.accepted(t, func(f *casework.LogForm) { f.Petition = true })
	require.Equal(t, models.Yellow, c.Risk)
	c = did(t)(w.Assess(t.Context(), mediator, ref(c), casework.RiskForm{Risk: models.Orange, Reason: "家里人多"}))
	require.Equal(t, models.RiskRaise{Level: models.Orange, By: mediator, At: w.Now().UTC(), Reason: "家里人多"}, *c.Raised)
	require.Equal(t, models.Orange, c.Risk)

	c = did(t)(w.ReportSigns(t.Context(), mediator, ref(c), casework.SignsForm{RiskSigns: models.RiskSigns{Petition: true, Court: true}}))
	require.Equal(t, models.Yellow, c.Assessment.Level)
	require.Equal(t, models.Orange, c.Risk, "what a person raised holds")
	require.Contains(t, last(t, c, models.ActionAssess).Note, "陈守义已提高为橙（较高），仍按橙（较高）")

	_, err := w.Assess(t.Context(), mediator, ref(c), casework.RiskForm{Risk: models.Yellow, Reason: "缓和了"})
	require.Equal(t, models.Forbidden, models.AsError(err).Kind)
	_, err = w.Assess(t.Context(), chair, ref(c), casework.RiskForm{Risk: models.Blue, Reason: "缓和了"})
	require.Equal(t, "risk", models.AsError(err).Fields[0].Field, "not below the score")
	c = did(t)(w.Assess(t.Context(), chair, ref(c), casework.RiskForm{Risk: models.Yellow, Reason: "缓和了"}))
	require.Nil(t, c.Raised)
	require.Equal(t, models.Yellow, c.Risk)

	_, err = w.ReportSigns(t.Context(), mediator, ref(c), casework.SignsForm{})
	require.Equal(t, models.Forbidden, models.AsError(err).Kind, "a sign that is over is a lower risk")
	_, err = w.ReportSigns(t.Context(), chair, ref(c), casework.SignsForm{})
	require.Equal(t, "note", models.AsError(err).Fields[0].Field)
	c = did(t)(w.ReportSigns(t.Context(), chair, ref(c), casework.SignsForm{Note: "当面问过，都说不去了"}))
	require.Equal(t, models.Blue, c.Risk)
	require.Equal(t, "系统评估：蓝（低），没有风险因素", last(t, c, models.ActionAssess).Note)
	_, err = w.ReportSigns(t.Context(), chair, ref(c), casework.SignsForm{})
	require.Equal(t, "signs.same", models.AsError(err).Code)
}

// TestScoredBeforeItIsLogged: the last step of the form says what logging then does.
func TestScoredBeforeItIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := draft(againstTheVillage, func(f *casework.LogForm) { f.Households, f.Crowd = 12, true })
	scored, err := w.Scored(t.Context(), mediator, form)
	require.NoError(t, err)
	c, _, err := w.Log(t.Context(), mediator, form, "")
	require.NoError(t, err)
	require.True(t, scored.Same(c.Assessment), "%s; %s", scored.Text(), c.Assessment.Text())
	require.Equal(t, 20+30+10+5, scored.Points)
}

// TestNightlyRunScoresWhatTimeHasChanged: each open case whose moment has come, once, however late the
// run is; and all of a county when its rules become others.
func TestNightlyRunScoresWhatTimeHasChanged(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		sweeper := escalation.NewSweeper(w.store)
		harvest := w.accepted(t, func(f *casework.LogForm) { f.Land.PressingOn, f.Petition = "2026-03-25", true })
		calm := w.accepted(t)
		require.Equal(t, local("2026-03-10 00:00").UTC(), harvest.RescoreAt.UTC())
		began := w.Now()
		did, err := sweeper.Rescore(t.Context(), w.Now(), began)
		require.NoError(t, err)
		require.Equal(t, escalation.Rescored{}, did, "nothing is due")

		w.at("2026-03-12 00:40") // two days late
		did, err = sweeper.Rescore(t.Context(), w.Now(), began)
		require.NoError(t, err)
		require.Equal(t, escalation.Rescored{Looked: 1, Changed: 1}, did)
		c := w.stored(t, harvest)
		require.Equal(t, 30, c.Assessment.Points)
		require.Contains(t, last(t, c, models.ActionAssess).Note, "收获或者交租日期在13日后")
		require.Equal(t, local("2026-03-26 00:00").UTC(), c.RescoreAt.UTC())
		did, err = sweeper.Rescore(t.Context(), w.Now(), began)
		require.NoError(t, err)
		require.Equal(t, escalation.Rescored{}, did, "once")

		stricter := models.DefaultRiskPolicy(local("2026-03-13 00:00"))
		stricter.County, stricter.Number, stricter.OrangeFrom = county, 1, 30
		require.NoError(t, w.store.InsertRiskPolicy(t.Context(), stricter))
		before := w.stored(t, calm)
		w.at("2026-03-13 00:40")
		did, err = sweeper.Rescore(t.Context(), w.Now(), local("2026-03-12 00:40"))
		require.NoError(t, err)
		require.Equal(t, 2, did.Looked, "every open case of the county")
		require.Equal(t, 1, did.Changed)
		require.Equal(t, models.Orange, w.stored(t, harvest).Risk)
		require.Equal(t, before.Version, w.stored(t, calm).Version, "what is scored the same is not written")
		did, err = sweeper.Rescore(t.Context(), w.Now(), w.Now())
		require.NoError(t, err)
		require.Equal(t, escalation.Rescored{}, did)
	})
}

// TestRiskBeforeAssessments: the level of a case that was logged before there were assessments is one
// that a person gave it.
func TestRiskBeforeAssessments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.accepted(t)
	old := w.stored(t, c)
	old.Risk, old.Raised, old.Assessment = models.Orange, nil, nil
	w.at("2026-03-03 09:00")
	require.NoError(t, w.store.ReplaceCase(t.Context(), old))
	_, err := escalation.NewSweeper(w.store).Rescore(t.Context(), w.Now(), time.Time{})
	require.NoError(t, err)
	c = did(t)(w.ReportSigns(t.Context(), mediator, casework.Ref{ID: c.ID}, casework.SignsForm{RiskSigns: models.RiskSigns{Court: true}}))
	require.Equal(t, models.Orange, c.Risk)
	require.Equal(t, mediator, c.Raised.By)
}
