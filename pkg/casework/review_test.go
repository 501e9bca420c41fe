package casework_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// queue is whom the reviews of somebody show.
func (w *world) queue(t *testing.T, actor models.Actor) []*models.Case {
	t.Helper()
	page, err := w.Reviews(t.Context(), actor, "", 10)
	require.NoError(t, err)
	return page.Cases
}

func giveBack(days int, missing ...string) casework.ReviewForm {
	return casework.ReviewForm{Decision: "return", Missing: missing, Days: days, Note: "请补充后再报"}
}

// TestReviewCycle goes up, back and up again, and over the township to the county.
func TestReviewCycle(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.waiting(t)
		require.Equal(t, models.ReviewPending, c.Review)
		require.Equal(t, "枫溪镇司法所", c.Office.Name)
		require.Equal(t, models.Mediating, c.State)
		require.Equal(t, "当事人要求：当事人要求上级处理", c.Timeline[2].Note)
		require.True(t, local("2026-03-06 00:00").Equal(*c.DueAt), "three working days to sign it in: %s", c.DueAt)
		require.Len(t, w.queue(t, judicial), 1)
		require.Empty(t, w.queue(t, nextDoor))
		require.Empty(t, w.queue(t, countyMan))
		_, err := w.RecordSitting(t.Context(), mediator, ref(c), w.sitting())
		requireRefused(t, models.Forbidden, "case.not_yours", err)

		// Back to the village, once.
		c = did(t)(w.Review(t.Context(), judicial, ref(c), giveBack(7, " 双方身份证明 ", "", "地块四至")))
		require.Equal(t, models.ReviewReturned, c.Review)
		require.Equal(t, "village", c.Level)
		require.Equal(t, "北坡村人民调解委员会", c.Office.Name)
		require.Equal(t, []string{"双方身份证明", "地块四至"}, c.Stages[1].Missing)
		require.Equal(t, models.OutcomeReturned, c.Stages[1].Outcome)
		require.Equal(t, "退回，7日内补充：双方身份证明；地块四至", c.Timeline[3].Note)
		require.True(t, local("2026-03-10 00:00").Equal(*c.DueAt), "seven days: %s", c.DueAt)
		last := c.Notices[len(c.Notices)-1]
		require.Equal(t, "returned", last.Kind)
		require.Equal(t, models.OfficeID(village, "village"), last.Office)
		require.NotContains(t, last.Text, "许来福")
		require.Empty(t, w.queue(t, judicial))
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting()))

		// And up again by itself, when the days are over.
		w.at("2026-03-09 23:59")
		require.Zero(t, w.sweep(t).Moved)
		w.at("2026-03-10 00:00")
		require.Equal(t, 1, w.sweep(t).Moved)
		c = w.stored(t, c)
		require.Equal(t, models.ReviewPending, c.Review)
		require.Equal(t, "township", c.Level)
		_, err = w.Review(t.Context(), judicial, ref(c), giveBack(7, "再补充"))
		requireRefused(t, models.Precondition, "case.returned_before", err)

		// The township takes it over and has a clock of its own.
		number := c.Number.Text
		c = did(t)(w.Review(t.Context(), judicial, ref(c), casework.ReviewForm{Decision: "accept", Note: "由本所办理"}))
		require.Equal(t, models.ReviewAccepted, c.Review)
		require.Equal(t, number, c.Number.Text)
		require.Equal(t, []string{"周大成", "何明理"}, c.Mediators)
		require.Equal(t, judicial, *c.OpenStage().Handler)
		require.True(t, local("2026-04-10 00:00").Equal(*c.DueAt), "thirty days: %s", c.DueAt)

		// The county gets what the township does not settle, and may send it back to the township.
		w.at("2026-04-10 08:00")
		require.Equal(t, 1, w.sweep(t).Moved)
		c = w.stored(t, c)
		require.Equal(t, "county", c.Level)
		require.Len(t, w.queue(t, countyMan), 1)
		require.Empty(t, w.queue(t, judicial))
		c = did(t)(w.Review(t.Context(), countyMan, ref(c), giveBack(0, "补一次调解")))
		require.Equal(t, "township", c.Level)
		require.Equal(t, 15, c.OpenStage().Clock().Days, "the longest, where no days are said")
		c = did(t)(w.Escalate(t.Context(), judicial, ref(c), casework.EscalateForm{Reason: models.ReasonFailed, Note: "仍未达成"}))
		c = did(t)(w.Review(t.Context(), countyMan, ref(c), casework.ReviewForm{Decision: "accept"}))
		_, err = w.Escalate(t.Context(), countyMan, ref(c), casework.EscalateForm{Reason: models.ReasonFailed, Note: "x"})
		requireRefused(t, models.Precondition, "case.top_level", err)
		c = did(t)(w.Agree(t.Context(), countyMan, ref(c), oral()))
		require.Equal(t, "county", c.Agreement.Level)
	})
}

func TestReturnDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		policy  *models.Policy
		allowed []int
		refused []int
		message string
	}{
		{"default", models.DefaultPolicy(local("2025-01-01 00:00")), []int{0, 5, 15}, []int{1, 4, 16, 400}, "退回后的期限应为5至15日"},
		{"四级七天", models.FourLevelPolicy(local("2025-01-01 00:00")), []int{0, 1, 2}, []int{3, 15}, "退回后的期限应为1至2日"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.policy)
			red := func() *models.Case { // goes up at once, on either ladder to somebody who may return it
				c := w.log(t, func(f *casework.LogForm) { f.Risk = models.Red })
				require.Equal(t, models.ReviewPending, c.Review)
				return c
			}
			reviewer := judicial
			if test.policy.Ladder[1].Seat == models.RegionVillage {
				reviewer = chair
			}
			for _, days := range test.refused {
				_, err := w.Review(t.Context(), reviewer, ref(red()), giveBack(days, "补充"))
				requireFields(t, err, "days", test.message)
			}
			_, err := w.Review(t.Context(), reviewer, ref(red()), giveBack(-1, "补充"))
			requireFields(t, err, "days", "退回后的期限不能小于0")
			for _, days := range test.allowed {
				c := did(t)(w.Review(t.Context(), reviewer, ref(red()), giveBack(days, "补充")))
				if days == 0 {
					days = test.policy.ReturnMaxDays
				}
				clock := c.OpenStage().Clock()
				require.Equal(t, models.PhaseReturned, clock.Phase)
				require.Equal(t, days, clock.Days)
				require.Equal(t, models.CalendarDays, clock.Unit)
			}
		})
	}
}

// TestOnlyWhatWasHandedUpGoesBack: a case that came in at the township cannot be sent to a village
// that never had it.
func TestOnlyWhatWasHandedUpGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, _, err := w.Log(t.Context(), judicial, draft(), "")
	require.NoError(t, err)
	for _, form := range []casework.ReviewForm{giveBack(7, "补充"), {Decision: "accept"}, {Decision: "refer", To: "court", Note: "起诉"}, {}} {
		_, err := w.Review(t.Context(), judicial, ref(own), form)
		requireRefused(t, models.Precondition, "case.no_review", err)
	}
}

// TestReviewRefers: what no mediation will end goes on from the queue.
func TestReviewRefers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := did(t)(w.Review(t.Context(), judicial, ref(w.waiting(t)), casework.ReviewForm{Decision: "refer", To: "administrative", Name: "镇农业农村办", Note: "属于行政争议"}))
	require.Equal(t, models.Referred, c.Ending)
	require.Equal(t, "镇农业农村办", c.Referral.Name)
	require.Empty(t, c.Review)
	require.Equal(t, models.OutcomeReferred, c.LastStage().Outcome)
	require.Empty(t, w.queue(t, judicial))
}

// TestVillageGoesOnWhileItIsAsked: the village below may add sittings while the township asks for it,
// and no longer.
func TestVillageGoesOnWhileItIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.taken(t, casework.ReviewForm{})
	_, err := w.RecordSitting(t.Context(), mediator, ref(alone), w.sitting())
	requireRefused(t, models.Forbidden, "case.not_yours", err)

	asked := w.taken(t, casework.ReviewForm{AskVillage: true})
	asked = did(t)(w.RecordSitting(t.Context(), mediator, ref(asked), w.sitting()))
	require.Equal(t, "township", asked.Sittings[0].Level)
	asked = did(t)(w.RecordSitting(t.Context(), judicial, ref(asked), w.sitting()))
	_, err = w.Agree(t.Context(), chair, ref(asked), oral())
	requireRefused(t, models.Forbidden, "case.not_yours", err)
	for _, actor := range []models.Actor{neighbour, nextDoor} {
		_, err = w.RecordSitting(t.Context(), actor, ref(asked), w.sitting())
		requireTold(t, models.NotFound, "not_found", "没有找到这个纠纷", err)
	}
	up := did(t)(w.Escalate(t.Context(), judicial, ref(asked), casework.EscalateForm{Reason: models.ReasonFailed, Note: "镇级调解不成"}))
	_, err = w.RecordSitting(t.Context(), mediator, ref(up), w.sitting())
	requireRefused(t, models.Forbidden, "case.not_yours", err)
}

func TestAssess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	risk := func(level models.RiskLevel) casework.RiskForm {
		return casework.RiskForm{Risk: level, Reason: "有人扬言打人"}
	}
	t.Run("anybody raises", func(t *testing.T) {
		t.Parallel()
		c := did(t)(w.Assess(t.Context(), mediator, ref(w.accepted(t)), risk(models.Orange)))
		require.Equal(t, models.Orange, c.Risk)
		require.Equal(t, "village", c.Level)
		require.Equal(t, "由蓝（低）改为橙（较高）：有人扬言打人", c.Timeline[2].Note)
		require.Equal(t, models.ActionRaise, c.Timeline[2].Action)
	})
	t.Run("neither the mediator nor the county lowers", func(t *testing.T) {
		t.Parallel()
		c := w.accepted(t, func(f *casework.LogForm) { f.Risk = models.Orange })
		for _, actor := range []models.Actor{mediator, countyMan} {
			_, err := w.Assess(t.Context(), actor, ref(c), risk(models.Blue))
			requireRefused(t, models.Forbidden, "case.not_yours", err)
			require.Contains(t, models.AsError(err).Message, "由村调委会主任、司法所工作人员办理")
		}
		c = did(t)(w.Assess(t.Context(), chair, ref(c), risk(models.Blue)))
		require.Equal(t, models.ActionLower, c.Timeline[2].Action)
	})
	t.Run("red goes up in the same write", func(t *testing.T) {
		t.Parallel()
		before := w.accepted(t)
		c := did(t)(w.Assess(t.Context(), mediator, ref(before), risk(models.Red)))
		require.Equal(t, before.Version+1, c.Version)
		require.Equal(t, models.ReviewPending, c.Review)
		require.Equal(t, "township", c.Level)
		require.Equal(t, models.ReasonRisk, c.Stages[0].Reason)
		require.Len(t, c.Timeline, 4)
		require.Equal(t, models.ActionExpire, c.Timeline[3].Action)
		require.Equal(t, models.SystemActor(), c.Timeline[3].Actor)
		require.Equal(t, "风险等级为红（高），立即上报：有人扬言打人", c.Timeline[3].Note)
	})
	t.Run("what waits already goes no further", func(t *testing.T) {
		t.Parallel()
		c := did(t)(w.Assess(t.Context(), mediator, ref(w.waiting(t)), risk(models.Red)))
		require.Equal(t, "township", c.Level)
		require.Len(t, c.Stages, 2)
	})
	t.Run("at the top there is nowhere to go", func(t *testing.T) {
		t.Parallel()
		c, _, err := w.Log(t.Context(), countyMan, draft(), "")
		require.NoError(t, err)
		c = did(t)(w.Assess(t.Context(), countyMan, ref(c), risk(models.Red)))
		require.Equal(t, "county", c.Level)
		require.Len(t, c.Stages, 1)
	})
	t.Run("not after it is over", func(t *testing.T) {
		t.Parallel()
		c := did(t)(w.Withdraw(t.Context(), mediator, ref(w.accepted(t)), casework.ReasonForm{Reason: "撤回"}))
		_, err := w.Assess(t.Context(), chair, ref(c), risk(models.Red))
		requireRefused(t, models.Precondition, "case.state", err)
	})
}

func TestReviewsAreForThoseWhoSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waiting(t)
	for _, actor := range []models.Actor{mediator, secretary, auditor, admin, {}} {
		_, err := w.Reviews(t.Context(), actor, "", 10)
		requireTold(t, models.Forbidden, "case.reviews", "只有村调委会主任、司法所和县矛调中心签收上报的案件", err)
	}
	require.Empty(t, w.queue(t, chair), "nothing is handed up to a village")
	_, err := w.Reviews(t.Context(), judicial, "broken", 10)
	requireTold(t, models.Malformed, "cursor", "翻页位置不对，请从第一页重新查看", err)

	four := newWorld(t, models.FourLevelPolicy(local("2025-01-01 00:00")))
	require.Empty(t, four.queue(t, countyMan), "the ladder has no rung at the county")
}

// TestFourLevels is the review cycle on the ladder “四级七天”: two rungs at the village, two at the
// township, one clock each.
func TestFourLevels(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.log(t)
		require.Equal(t, models.LevelGroup, c.Level)
		require.True(t, local("2026-03-04 00:00").Equal(*c.DueAt), "one working day: %s", c.DueAt)
		c = did(t)(w.Accept(t.Context(), mediator, ref(c), casework.AcceptForm{}))
		require.Len(t, c.OpenStage().Clocks, 1, "accepting starts no other clock")
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting()))

		// From the group to the village it stays at one place, and waits for the chair.
		w.at("2026-03-04 08:00")
		require.Equal(t, 1, w.sweep(t).Moved)
		c = w.stored(t, c)
		require.Equal(t, models.LevelVillage, c.Level)
		require.Equal(t, models.ReviewPending, c.Review)
		require.Len(t, w.queue(t, chair), 1)
		require.Empty(t, w.queue(t, judicial))
		_, err := w.Review(t.Context(), mediator, ref(c), casework.ReviewForm{Decision: "accept"})
		requireRefused(t, models.Forbidden, "case.not_yours", err)
		due := *c.DueAt
		require.True(t, local("2026-03-07 00:00").Equal(due), "two working days: %s", due)
		c = did(t)(w.Review(t.Context(), chair, ref(c), casework.ReviewForm{Decision: "accept"}))
		require.True(t, due.Equal(*c.DueAt), "signing in starts no other clock")
		require.Equal(t, "〔2026〕北坡村人调字第1号", c.Number.Text)

		// To the judicial office, back to the village once, and up again by itself.
		c = did(t)(w.Escalate(t.Context(), chair, ref(c), casework.EscalateForm{Reason: models.ReasonFailed, Note: "村里调不下来"}))
		require.Equal(t, models.LevelOffice, c.Level)
		require.Equal(t, "枫溪镇司法所", c.Office.Name)
		require.Len(t, w.queue(t, judicial), 1)
		c = did(t)(w.Review(t.Context(), judicial, ref(c), giveBack(2, "地块四至")))
		require.Equal(t, models.LevelVillage, c.Level)
		require.True(t, local("2026-03-07 00:00").Equal(*c.DueAt), "two days: %s", c.DueAt)
		w.at("2026-03-07 00:00")
		require.Equal(t, 1, w.sweep(t).Moved)
		c = w.stored(t, c)
		require.Equal(t, models.LevelOffice, c.Level)
		_, err = w.Review(t.Context(), judicial, ref(c), giveBack(2, "再补充"))
		require.Equal(t, models.Precondition, models.AsError(err).Kind)
		c = did(t)(w.Review(t.Context(), judicial, ref(c), casework.ReviewForm{Decision: "accept", AskVillage: true}))
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting()))

		// The township is the last rung: nothing goes further, it is told once.
		c = did(t)(w.Escalate(t.Context(), judicial, ref(c), casework.EscalateForm{Reason: models.ReasonFailed, Note: "请镇里出面"}))
		require.Equal(t, models.LevelTownship, c.Level)
		require.Equal(t, "枫溪镇人民调解委员会", c.Office.Name)
		require.Len(t, w.queue(t, judicial), 1)
		c = did(t)(w.Review(t.Context(), judicial, ref(c), casework.ReviewForm{Decision: "accept"}))
		w.at("2026-04-01 08:00")
		require.Equal(t, 1, w.sweep(t).Overdue)
		require.Zero(t, w.sweep(t).Overdue)
		c = w.stored(t, c)
		require.NoError(t, c.VerifyTimeline())
		c = did(t)(w.Agree(t.Context(), judicial, ref(c), oral()))
		require.Equal(t, models.LevelTownship, c.Agreement.Level)
	}, models.FourLevelPolicy(local("2025-01-01 00:00")))
}

// TestReturnByPaper sends single papers back: each with its reason, on the stage, among what is missing, and
// in the list of papers until the case goes up again.
func TestReturnByPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := giveBack(7)
	form.Papers = []casework.ReturnPaperForm{{Paper: "rights", Page: "第2页", Reason: "没有签收日期"}, {Paper: "identity"}, {Paper: "sittings", Reason: " 缺第二次 "}}
	c := w.waiting(t)
	for _, test := range []struct {
		papers []casework.ReturnPaperForm
		fields []string
	}{
		{[]casework.ReturnPaperForm{{Paper: "rights", Page: "2"}}, []string{"papers[0].reason", "请写明这一页要补充什么"}},
		{[]casework.ReturnPaperForm{{Paper: "letter", Reason: "没有"}}, []string{"papers[0].paper", "卷宗里没有这种材料"}},
		{nil, []string{"missing", "请逐项写明需要补充什么"}},
	} {
		bad := giveBack(7)
		bad.Papers = test.papers
		_, err := w.Review(t.Context(), judicial, ref(c), bad)
		requireFields(t, err, test.fields...)
	}
	c = did(t)(w.Review(t.Context(), judicial, ref(c), form))
	require.Equal(t, []string{"权利义务告知书第2页：没有签收日期", "调解记录：缺第二次"}, c.Stages[1].Missing)
	require.Len(t, c.Stages[1].Returned, 2)
	wanting := map[string]string{}
	for _, p := range c.Papers() {
		if p.Returned != "" {
			wanting[p.Code] = p.Returned
		}
	}
	require.Equal(t, map[string]string{"rights": "第2页：没有签收日期", "sittings": "缺第二次"}, wanting)
	c = did(t)(w.Escalate(t.Context(), chair, ref(c), casework.EscalateForm{Reason: models.ReasonFailed, Note: "已补"}))
	for _, p := range c.Papers() {
		require.Empty(t, p.Returned)
	}
}

// TestWhoTakesUpGetsIt: 提级办理 leads to the level of whoever orders it, over those between; where the ladder
// ends below, to its top. A return leads back to where it came from.
func TestWhoTakesUpGetsIt(t *testing.T) {
	t.Parallel()
	from := local("2025-01-01 00:00")
	for _, test := range []struct {
		name   string
		policy *models.Policy
		by     models.Actor
		level  string
		region string
		phase  models.Phase
	}{
		{"the township", models.DefaultPolicy(from), judicial, models.LevelTownship, village[:9], models.PhaseReview},
		{"the county", models.DefaultPolicy(from), countyMan, models.LevelCounty, village[:6], models.PhaseReview},
		{"the township of four levels", models.FourLevelPolicy(from), judicial, models.LevelOffice, village[:9], models.PhaseMediation},
		{"the county above four levels", models.FourLevelPolicy(from), countyMan, models.LevelTownship, village[:9], models.PhaseMediation},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.policy)
			c := w.accepted(t)
			at := c.Level
			c = did(t)(w.Order(t.Context(), test.by, ref(c), casework.OrderForm{Kind: "take", Note: "群众反映强烈"}))
			require.Equal(t, []any{test.level, test.region, models.ReviewPending}, []any{c.Level, c.Office.Region, c.Review})
			require.Len(t, c.Stages, 2, "one entry for each rung that had it")
			require.Equal(t, []any{at, models.OutcomeEscalated, models.ReasonOrdered}, []any{c.Stages[0].Level, c.Stages[0].Outcome, c.Stages[0].Reason})
			require.Equal(t, test.phase, c.OpenStage().Clock().Phase)
			e := last(t, c, models.ActionTake)
			require.Equal(t, []string{at, test.level}, []string{e.Before.Level, e.After.Level})
			require.NoError(t, c.VerifyTimeline())
			h, ok := c.HandoverOf(0)
			require.True(t, ok)
			require.Equal(t, []any{test.by.ID, test.level}, []any{h.By.ID, h.To.Level})

			if c.Office.Region == test.by.Region { // who took it signs it in, or sends it back
				back := did(t)(w.Review(t.Context(), test.by, ref(c), casework.ReviewForm{Decision: "return", Missing: []string{"补一次调解"}, Days: test.policy.ReturnMaxDays}))
				require.Equal(t, at, back.Level)
			}
		})
	}
}
