package casework_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/store"
)

func TestAccept(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := did(t)(w.Accept(t.Context(), mediator, ref(w.log(t)), casework.AcceptForm{}))
		require.Equal(t, models.Mediating, c.State)
		require.Equal(t, "〔2026〕北坡村人调字第1号", c.Number.Text)
		require.Equal(t, []string{"陈守义"}, c.Mediators, "who accepts, where nobody is named")
		require.True(t, w.Now().Equal(*c.AcceptedAt))
		stage := c.OpenStage()
		require.True(t, w.Now().Equal(*stage.Received))
		require.Equal(t, mediator, *stage.Handler)
		require.Len(t, stage.Clocks, 2)
		require.Equal(t, models.PhaseMediation, stage.Clock().Phase)
		require.True(t, local("2026-04-02 00:00").Equal(*c.DueAt), "thirty days: %s", c.DueAt)

		c = did(t)(w.Accept(t.Context(), chair, ref(w.log(t)), casework.AcceptForm{Mediators: []string{" 陈守义 ", "", "周大成"}}))
		require.Equal(t, []string{"陈守义", "周大成"}, c.Mediators)
		require.Equal(t, "〔2026〕北坡村人调字第2号", c.Number.Text)
		found, err := w.store.CaseByNumber(t.Context(), models.Scope{Region: village}, c.Number.Key())
		require.NoError(t, err)
		require.Equal(t, c.ID, found.ID)
	})
}

// TestConflictOfInterest: the village takes on a case against itself with both parties' recorded
// consent alone.
func TestConflictOfInterest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const asked = "被申请人是村集体。请写明双方同意由村里调解，或者上报由司法所受理"
	c := w.log(t, againstTheVillage)
	for _, consent := range []string{"", "   "} {
		_, err := w.Accept(t.Context(), chair, ref(c), casework.AcceptForm{Consent: consent})
		requireFields(t, err, "consent", asked)
	}
	require.Nil(t, w.stored(t, c).Number, "no number is spent")
	accepted := did(t)(w.Accept(t.Context(), chair, ref(c), casework.AcceptForm{Consent: " 双方到场同意 "}))
	require.Equal(t, "双方到场同意", accepted.Conflict.Consent)
	require.Equal(t, "双方到场同意", accepted.Timeline[2].Note, "after logging and its assessment")
	require.True(t, local("2026-03-13 00:00").Equal(*accepted.DueAt), "ten days instead of twenty: %s", accepted.DueAt)

	told := w.log(t, againstTheVillage, func(f *casework.LogForm) { f.Intake, f.Consent = "village", "登记时已同意" })
	accepted = did(t)(w.Accept(t.Context(), chair, ref(told), casework.AcceptForm{}))
	require.Equal(t, "登记时已同意", accepted.Conflict.Consent)

	up := did(t)(w.Escalate(t.Context(), chair, ref(w.log(t, againstTheVillage)), casework.EscalateForm{Reason: models.ReasonConflict, Note: "村集体是被申请人"}))
	require.Equal(t, "本级有利益冲突：村集体是被申请人", up.Timeline[2].Note)
	taken := did(t)(w.Review(t.Context(), judicial, ref(up), casework.ReviewForm{Decision: "accept"}))
	require.Empty(t, taken.Conflict.Consent, "nobody is asked for consent at the township")

	direct := w.log(t, againstTheVillage, func(f *casework.LogForm) { f.Intake = "township" })
	did(t)(w.Accept(t.Context(), judicial, ref(direct), casework.AcceptForm{}))
}

func TestDeclineWithdrawRefer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refused := did(t)(w.Decline(t.Context(), chair, ref(w.log(t)), casework.DeclineForm{Reason: "一方明确拒绝调解"}))
	require.Equal(t, models.Closed, refused.State)
	require.Equal(t, models.Declined, refused.Ending)
	require.Nil(t, refused.OpenStage())
	require.Equal(t, models.OutcomeDeclined, refused.LastStage().Outcome)
	require.Nil(t, refused.DueAt)
	require.Nil(t, refused.NextAt)
	require.Nil(t, refused.Number)

	back := did(t)(w.Withdraw(t.Context(), mediator, ref(w.accepted(t)), casework.ReasonForm{Reason: "申请人撤回"}))
	require.Equal(t, models.Withdrawn, back.Ending)
	require.True(t, w.Now().Equal(*back.ClosedAt))
	require.True(t, w.Now().Equal(back.ActiveUntil))

	for _, test := range []struct {
		name string
		form casework.ReferForm
		to   string
		note string
	}{
		{"to whom the list says", casework.ReferForm{To: "court", Reason: "当事人要求起诉"}, "人民法院", "转出至人民法院：当事人要求起诉"},
		{"to whom is named", casework.ReferForm{To: "police", Name: "枫溪派出所", Reason: "有殴打行为"}, "枫溪派出所", "转出至枫溪派出所：有殴打行为"},
	} {
		c := did(t)(w.Refer(t.Context(), mediator, ref(w.accepted(t)), test.form))
		require.Equal(t, models.Referred, c.Ending, test.name)
		require.Equal(t, test.to, c.Referral.Name, test.name)
		require.Equal(t, test.form.To, c.Referral.To, test.name)
		require.Equal(t, test.note, c.Timeline[len(c.Timeline)-1].Note, test.name)
	}
	failed := did(t)(w.Fail(t.Context(), mediator, ref(w.mediated(t)), casework.FailForm{Reason: "差距太大", RemediesTold: true}))
	later := did(t)(w.Refer(t.Context(), mediator, ref(failed), casework.ReferForm{To: "arbitration", Reason: "申请仲裁"}))
	require.Equal(t, models.OutcomeFailed, later.LastStage().Outcome, "it had failed before")
	require.True(t, later.Referral.RemediesTold, "when it failed")
}

// At the top a referral is the end: the parties are told of their remedies (人民调解法第26条).
func TestReferAtTheTopTellsTheRemedies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	logged, _, err := w.Log(ctx, countyMan, draft(), "")
	require.NoError(t, err)
	form := casework.ReferForm{To: "court", Reason: "分歧太大"}
	_, err = w.Refer(ctx, countyMan, ref(logged), form)
	requireFields(t, err, "remediesTold", "转出前，请先告知当事人可以仲裁、行政处理或起诉（人民调解法第26条），并在此勾选")
	form.RemediesTold = true
	c := did(t)(w.Refer(ctx, countyMan, ref(logged), form))
	require.True(t, c.Referral.RemediesTold)
	require.Equal(t, models.Remedies(c.Type), c.Referral.RemediesText)

	lower := did(t)(w.Refer(ctx, mediator, ref(w.accepted(t)), casework.ReferForm{To: "court", Reason: "分歧太大"}))
	require.False(t, lower.Referral.RemediesTold)
	require.Empty(t, lower.Referral.RemediesText)
}

func TestRecordSitting(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.accepted(t)
		w.at("2026-03-10 15:30")
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting(func(f *casework.SittingForm) { f.HeldAt = local("2026-03-02 00:00") })))
		c = did(t)(w.RecordSitting(t.Context(), chair, ref(c), w.sitting(func(f *casework.SittingForm) {
			f.Mediators, f.Recorder, f.Participants, f.Online, f.Result = []string{"周大成", " 许三婶 "}, "小李", []string{"老邻居", " "}, true, "agreed"
		})))
		require.Len(t, c.Sittings, 2)
		require.Equal(t, models.Sitting{
			Seq: 1, HeldAt: local("2026-03-02 00:00").UTC(), RecordedAt: w.Now().UTC(), Place: "村委会", Mediators: []string{"陈守义"}, Recorder: "陈守义",
			Participants: []string{}, RightsTold: true, Course: "双方各说了经过。", Result: "continue", Level: "village",
		}, c.Sittings[0], "held on the day of logging, written down later")
		require.Equal(t, 2, c.Sittings[1].Seq)
		require.Equal(t, []string{"周大成", "许三婶"}, c.Sittings[1].Mediators)
		require.Equal(t, []string{"老邻居"}, c.Sittings[1].Participants)
		require.Equal(t, "第2次调解：达成一致", c.Timeline[len(c.Timeline)-1].Note)
		require.Equal(t, models.Mediating, c.State)
	})
}

func TestFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediated(t)
	_, err := w.Fail(t.Context(), mediator, ref(c), casework.FailForm{Reason: "差距太大"})
	requireFields(t, err, "remediesTold", "终止调解前，请先告知当事人可以仲裁、行政处理或起诉（人民调解法第26条），并在此勾选")
	c = did(t)(w.Fail(t.Context(), mediator, ref(c), casework.FailForm{Reason: "差距太大", RemediesTold: true}))
	require.Equal(t, models.Failed, c.State)
	require.Contains(t, c.Failure.RemediesText, "农村土地承包仲裁委员会", "what is told goes by the type")
	require.True(t, c.Failure.RemediesTold)
	require.True(t, w.Now().Equal(*c.ConcludedAt))
	require.Nil(t, c.ClosedAt)
	require.Nil(t, c.DueAt, "no clock runs")

	c = did(t)(w.Close(t.Context(), chair, ref(c), casework.CloseForm{Note: "当事人没有其他要求"}))
	require.Equal(t, models.Closed, c.State)
	require.Equal(t, models.Lapsed, c.Ending)
	require.Equal(t, "当事人没有其他要求", c.Timeline[len(c.Timeline)-1].Note)
}

// TestFormsAreRefused goes through what each form must not lack.
func TestFormsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	logged, accepted, mediated, waiting := w.log(t), w.accepted(t), w.mediated(t), w.waiting(t)
	long := strings.Repeat("长", 1001)
	ctx := t.Context()
	for _, test := range []struct {
		name   string
		call   func() (*models.Case, error)
		fields []string
	}{
		{"ten mediators", func() (*models.Case, error) {
			return w.Accept(ctx, chair, ref(logged), casework.AcceptForm{Mediators: strings.Split("一二三四五六七八九十", "")})
		}, []string{"mediators", "调解员最多9项"}},
		{"decline without a reason", func() (*models.Case, error) {
			return w.Decline(ctx, chair, ref(logged), casework.DeclineForm{Reason: " "})
		}, []string{"reason", "请填写理由"}},
		{"withdraw without a reason", func() (*models.Case, error) { return w.Withdraw(ctx, chair, ref(logged), casework.ReasonForm{}) }, []string{"reason", "请填写理由"}},
		{"a sitting of nothing", func() (*models.Case, error) {
			return w.RecordSitting(ctx, chair, ref(accepted), casework.SittingForm{})
		}, []string{"heldAt", "请填写调解时间", "place", "请填写调解地点", "course", "请填写调解经过", "result", "请填写调解结果"}},
		{"a result that is none", func() (*models.Case, error) {
			return w.RecordSitting(ctx, chair, ref(accepted), w.sitting(func(f *casework.SittingForm) { f.Result = "won" }))
		}, []string{"result", "请从列表中选择调解结果"}},
		{"a sitting to come", func() (*models.Case, error) {
			return w.RecordSitting(ctx, chair, ref(accepted), w.sitting(func(f *casework.SittingForm) { f.HeldAt = f.HeldAt.Add(time.Second) }))
		}, []string{"heldAt", "调解时间不能晚于现在"}},
		{"a sitting on the day before logging", func() (*models.Case, error) {
			return w.RecordSitting(ctx, chair, ref(accepted), w.sitting(func(f *casework.SittingForm) { f.HeldAt = local("2026-03-01 23:59") }))
		}, []string{"heldAt", "调解时间不能早于登记日期2026-03-02"}},
		{"fail without a reason", func() (*models.Case, error) {
			return w.Fail(ctx, chair, ref(mediated), casework.FailForm{RemediesTold: true})
		}, []string{"reason", "请填写不成的原因"}},
		{"refer to nobody", func() (*models.Case, error) { return w.Refer(ctx, chair, ref(mediated), casework.ReferForm{}) }, []string{"to", "请填写转往何处", "reason", "请填写理由"}},
		{"refer to the newspaper", func() (*models.Case, error) {
			return w.Refer(ctx, chair, ref(mediated), casework.ReferForm{To: "press", Reason: "x"})
		}, []string{"to", "请从列表中选择转往何处"}},
		{"hand up without anything", func() (*models.Case, error) { return w.Escalate(ctx, chair, ref(mediated), casework.EscalateForm{}) }, []string{"reason", "请填写上报原因", "note", "请填写情况说明"}},
		{"hand up because of the clock", func() (*models.Case, error) {
			return w.Escalate(ctx, chair, ref(mediated), casework.EscalateForm{Reason: models.ReasonDeadline, Note: "x"})
		}, []string{"reason", "请从列表中选择上报原因"}},
		{"review without a decision", func() (*models.Case, error) { return w.Review(ctx, judicial, ref(waiting), casework.ReviewForm{}) }, []string{"decision", "请填写处理意见"}},
		{"return without what is missing", func() (*models.Case, error) {
			return w.Review(ctx, judicial, ref(waiting), casework.ReviewForm{Decision: "return", Missing: []string{" "}})
		}, []string{"missing", "请逐项写明需要补充什么"}},
		{"review that refers to nobody", func() (*models.Case, error) {
			return w.Review(ctx, judicial, ref(waiting), casework.ReviewForm{Decision: "refer", Note: "x"})
		}, []string{"to", "请选择转往何处"}},
		{"review that refers without a reason", func() (*models.Case, error) {
			return w.Review(ctx, judicial, ref(waiting), casework.ReviewForm{Decision: "refer", To: "court", Note: " "})
		}, []string{"note", "请填写转出的理由"}},
		{"a risk that is none", func() (*models.Case, error) {
			return w.Assess(ctx, chair, ref(mediated), casework.RiskForm{Risk: "black"})
		}, []string{"risk", "请从列表中选择风险等级", "reason", "请填写理由"}},
		{"the risk that it is", func() (*models.Case, error) {
			return w.Assess(ctx, chair, ref(mediated), casework.RiskForm{Risk: models.Blue, Reason: "x"})
		}, []string{"risk", "风险等级已经是蓝（低）"}},
		{"too long a note", func() (*models.Case, error) {
			return w.Refer(ctx, chair, ref(mediated), casework.ReferForm{To: "court", Reason: long})
		}, []string{"reason", "理由最多1000个字，现在有1001个字"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := test.call()
			requireFields(t, err, test.fields...)
			require.Nil(t, c)
		})
	}
}

// TestWhoSeesACase holds who finds a case, and in a list.
func TestWhoSeesACase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.log(t)
	for _, actor := range []models.Actor{mediator, chair, secretary, judicial, countyMan, auditor} {
		got, err := w.Case(t.Context(), actor, c.ID)
		require.NoError(t, err)
		require.Equal(t, c.ID, got.ID)
		page, err := w.List(t.Context(), actor, store.CaseFilter{}, "", 10)
		require.NoError(t, err)
		require.Len(t, page.Cases, 1)
	}
	for _, actor := range []models.Actor{neighbour, nextDoor, alien} {
		_, err := w.Case(t.Context(), actor, c.ID)
		requireTold(t, models.NotFound, "not_found", "没有找到这个纠纷", err)
		page, err := w.List(t.Context(), actor, store.CaseFilter{}, "", 10)
		require.NoError(t, err)
		require.Empty(t, page.Cases)
	}
	for _, actor := range []models.Actor{admin, {}} {
		const message = "系统管理员不查看案件"
		_, err := w.Case(t.Context(), actor, c.ID)
		requireTold(t, models.Forbidden, "case.no_access", message, err)
		_, err = w.List(t.Context(), actor, store.CaseFilter{}, "", 10)
		requireTold(t, models.Forbidden, "case.no_access", message, err)
		_, err = w.Accept(t.Context(), actor, ref(c), casework.AcceptForm{})
		requireTold(t, models.Forbidden, "case.no_access", message, err)
		_, err = w.Reveal(t.Context(), actor, c.ID)
		requireTold(t, models.Forbidden, "case.no_access", message, err)
	}
	_, err := w.Accept(t.Context(), mediator, casework.Ref{ID: bson.NewObjectID()}, casework.AcceptForm{})
	requireTold(t, models.NotFound, "not_found", "没有找到这个纠纷", err)
}

// TestStatements: what each party said stands by itself, without those who said nothing.
func TestStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.accepted(t)
	for _, test := range []struct {
		name   string
		said   []casework.StatementForm
		faults []string
	}{
		{"a stranger", []casework.StatementForm{{Party: "许来福", Text: "付清"}, {Party: "许来旺", Text: "不付"}}, []string{"statements[1].party", "“许来旺”不是本案当事人"}},
		{"twice", []casework.StatementForm{{Party: "许来福", Text: "付清"}, {Party: "许来福", Text: "不付"}}, []string{"statements[1].text", "许来福的意见填了两次，请写在一处"}},
		{"too long", []casework.StatementForm{{Party: "许来福", Text: strings.Repeat("长", 1001)}}, []string{"statements[0].text", "意见最多1000个字，现在有1001个字"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.RecordSitting(t.Context(), mediator, ref(c), w.sitting(func(f *casework.SittingForm) { f.Statements = test.said }))
			requireFields(t, err, test.faults...)
		})
	}
	c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting(func(f *casework.SittingForm) {
		f.Statements = []casework.StatementForm{{Party: "许来福", Text: " \n"}, {Party: "丰年农机合作社", Text: " 只付一半 "}}
	})))
	require.Equal(t, []models.Statement{{Party: "丰年农机合作社", Text: "只付一半"}}, w.stored(t, c).Sittings[0].Statements)
	require.Nil(t, did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting())).Sittings[1].Statements)
}
