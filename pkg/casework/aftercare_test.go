package casework_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// TestDraftUntilSigned keeps every version of a text, takes signatures as they come, and reaches the
// agreement with the last of them.
func TestDraftUntilSigned(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.sat(t)
		first := drafted(func(f *casework.DraftForm) {
			f.Reason, f.Template, f.Grounds = "", "rent_instalments", []string{"contract-39", "mediation-33", ""}
			f.Instalments = []casework.InstalmentForm{{DueOn: "2026-04-01", AmountFen: 240_000}, {DueOn: "2026-05-01", AmountFen: 240_000}}
		})
		c = did(t)(w.Draft(t.Context(), mediator, ref(c), first))
		require.Equal(t, models.Mediating, c.State, "the clock runs on until it is signed")
		require.Equal(t, "农村土地承包法第39条", c.Draft().Text.Grounds[0].Name())
		require.Len(t, c.Draft().Text.Grounds, 2)

		_, err := w.Draft(t.Context(), mediator, ref(c), first)
		requireFields(t, err, "reason", "前一稿还在，请写明为什么修改")
		c = did(t)(w.Sign(t.Context(), mediator, ref(c), casework.SignForm{ReachedOn: "2026-03-20", Signatures: []models.Signature{{Party: "许来福", SignedOn: "2026-03-20"}, {Party: "丰年农机合作社"}}}))
		require.Equal(t, []string{"丰年农机合作社", "调解员", "调委会印章"}, c.Unsigned(&c.Draft().Text))

		second := first
		second.Reason = "日期推后"
		second.Instalments = []casework.InstalmentForm{{DueOn: "2026-04-10", AmountFen: 480_000}}
		c = did(t)(w.Draft(t.Context(), mediator, ref(c), second))
		require.Len(t, c.Drafts, 2)
		require.Equal(t, "2026-03-20", c.Drafts[0].Text.Signatures[0].SignedOn, "what was signed of the first stays with it")
		require.Empty(t, c.Draft().Text.Signatures, "a new text is signed anew")
		require.Contains(t, c.Timeline[len(c.Timeline)-1].Note, "须重新签名")

		w.at("2026-03-25 10:00")
		form := casework.SignForm{ReachedOn: "2026-03-20", MediatorSigned: "2026-03-21", Sealed: "2026-03-22",
			Signatures: []models.Signature{{Party: "许来福", SignedOn: "2026-03-20"}, {Party: "丰年农机合作社", SignedOn: "2026-03-24"}}}
		early := form
		early.Signatures = []models.Signature{{Party: "许来福", SignedOn: "2026-03-01"}, {Party: "路人", SignedOn: "2026-03-26"}}
		_, err = w.Sign(t.Context(), mediator, ref(c), early)
		requireFields(t, err, "signatures[1].party", "“路人”不是本案当事人", "signatures[0].signedOn", "许来福的签名日期不能早于达成协议日期2026-03-20",
			"signatures[1].signedOn", "路人的签名日期不能晚于今天")
		c = did(t)(w.Sign(t.Context(), mediator, ref(c), form))
		require.Equal(t, models.Agreed, c.State)
		require.Equal(t, "2026-03-24", c.Agreement.InForceOn, "the last of the signatures (人民调解法第29条)")
		require.Equal(t, "2026-04-23", c.Agreement.ConfirmBy)
		require.Equal(t, 2, c.Agreement.Version)
		require.Equal(t, c.Agreement.Grounds, w.stored(t, c).Agreement.Grounds)
	})
}

func TestDraftRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.sat(t)
	for _, test := range []struct {
		name   string
		change func(*casework.DraftForm)
		fields []string
	}{
		{"nothing to say", func(f *casework.DraftForm) { f.Items = []string{" "} }, []string{"items", "协议内容至少填写1项"}},
		{"sums", func(f *casework.DraftForm) {
			f.Instalments = []casework.InstalmentForm{{DueOn: "2026-04-01", AmountFen: 100}, {DueOn: "2026-05-01", AmountFen: 100}}
		}, []string{"instalments", "各期金额合计2.00元，与协议金额4800.00元不一致，请核对"}},
		{"due before anybody sat", func(f *casework.DraftForm) {
			f.Instalments = []casework.InstalmentForm{{DueOn: "2026-01-01", AmountFen: 480_000}}
		}, []string{"instalments[0].dueOn", "履行日期不能早于第一次调解的日期2026-03-04"}},
		{"no such article", func(f *casework.DraftForm) { f.Grounds = []string{"contract-99"} }, []string{"grounds", "没有这一条法律依据，请从列表中勾选"}},
		{"another type's template", func(f *casework.DraftForm) { f.Template = "plan_revised" }, []string{"template", "没有这个范本，请重新选择"}},
	} {
		_, err := w.Draft(t.Context(), mediator, ref(c), drafted(test.change))
		requireFields(t, err, test.fields...)
	}
	blank := did(t)(w.Draft(t.Context(), mediator, ref(c), drafted(func(f *casework.DraftForm) { f.Items = []string{"每年" + models.Blank + "前付清"} })))
	_, err := w.Sign(t.Context(), mediator, ref(blank), casework.SignForm{ReachedOn: "2026-03-20"})
	requireFields(t, err, "reachedOn", "协议里还有没有填的空（＿＿），请先修改协议再登记签名")
	_, err = w.Sign(t.Context(), mediator, ref(w.sat(t)), casework.SignForm{ReachedOn: "2026-03-20"})
	requireTold(t, models.Precondition, "agreement.no_draft", "还没有协议草稿，请先起草协议", err)
}

// kinds are those of the notices that wait in a case.
func kinds(c *models.Case, kind string) []string {
	var texts []string
	for _, n := range c.Notices {
		if n.Kind == kind {
			texts = append(texts, n.Text)
		}
	}
	return texts
}

// TestReminders walks through the days after an agreement: each thing is told once, whenever the sweep
// comes, and no more when it is done.
func TestReminders(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), written(func(f *casework.AgreementForm) {
			f.Instalments = []casework.InstalmentForm{{DueOn: "2026-04-01", AmountFen: 240_000}, {DueOn: "2026-05-06", AmountFen: 240_000}}
		})))
		require.Equal(t, local("2026-03-29 00:00").UTC(), c.NextAt.UTC(), "three days before")
		told := func(kind string, want ...string) {
			t.Helper()
			for range 2 { // a second sweep finds nothing
				w.sweep(t)
			}
			var texts []string
			for _, text := range kinds(w.stored(t, c), kind) {
				texts = append(texts, text[len("〔2026〕北坡村人调字第1号（北坡村）"):])
			}
			require.Equal(t, want, texts)
		}
		w.at("2026-03-28 23:59")
		told(models.NoticeDue)
		w.at("2026-03-29 00:00")
		told(models.NoticeDue, "第1期4月1日到期")
		w.at("2026-04-01 08:00")
		told(models.NoticeDue, "第1期4月1日到期", "第1期今天到期，请登记履行情况")
		w.at("2026-04-02 08:00")
		told(models.NoticeDue, "第1期4月1日到期", "第1期今天到期，请登记履行情况", "第1期已于4月1日到期，没有登记履行，请督促")
		w.at("2026-04-09 08:00")
		told(models.NoticeConfirm, "双方共同申请司法确认的期限到4月20日24时（人民调解法第33条）")
		c = did(t)(w.Confirm(t.Context(), mediator, ref(w.stored(t, c)), casework.ConfirmForm{Step: "applied", On: "2026-04-09", Court: "青禾县人民法院"}))
		w.at("2026-04-16 08:00")
		told(models.NoticeConfirm, "双方共同申请司法确认的期限到4月20日24时（人民调解法第33条）")
		c = did(t)(w.Perform(t.Context(), mediator, ref(w.stored(t, c)), casework.PerformForm{Seq: 1, On: "2026-04-16", PaidFen: 240_000, Receipt: "收条一张"}))
		w.at("2026-05-20 08:00") // the system was down for a month
		told(models.NoticeDue, "第1期4月1日到期", "第1期今天到期，请登记履行情况", "第1期已于4月1日到期，没有登记履行，请督促", "第2期已于5月6日到期，没有登记履行，请督促")

		c = did(t)(w.Perform(t.Context(), mediator, ref(w.stored(t, c)), casework.PerformForm{Seq: 2, On: "2026-05-20"}))
		require.Equal(t, models.Closed, c.State)
		require.Equal(t, "2026-06-19", c.After.VisitBy)
		w.at("2026-06-12 01:00")
		told(models.NoticeVisit, "请在6月19日前回访")
		c = did(t)(w.Visit(t.Context(), mediator, ref(w.stored(t, c)), casework.VisitForm{On: "2026-06-12", How: "home", Visited: []string{"许来福"}, Satisfaction: "satisfied", Signs: "又在为水口争"}))
		require.Nil(t, c.NextAt)
		w.at("2026-06-20 01:00")
		told(models.NoticeVisit, "请在6月19日前回访")
	})
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), written()))
	applied := casework.ConfirmForm{Step: "applied", On: "2026-03-20", Court: "青禾县人民法院"}
	refuses := func(form casework.ConfirmForm, field, message string) {
		t.Helper()
		_, err := w.Confirm(t.Context(), mediator, ref(c), form)
		requireFields(t, err, field, message)
	}
	refuses(casework.ConfirmForm{Step: "confirmed", On: "2026-03-20"}, "step", "还没有登记申请，请先登记“双方已经共同申请”")
	refuses(casework.ConfirmForm{Step: "applied", On: "2026-03-20"}, "court", "请填写向哪个人民法院申请")
	refuses(casework.ConfirmForm{Step: "applied", On: "2026-03-19", Court: "法院"}, "on", "申请日期不能早于协议生效日期2026-03-20")
	w.at("2026-04-21 09:00")
	refuses(casework.ConfirmForm{Step: "applied", On: "2026-04-21", Court: "法院"}, "on", "申请司法确认应在协议生效之日起三十日内，已于2026-04-20届满（人民调解法第33条）")
	monday := did(t)(w.Agree(t.Context(), mediator, ref(w.at("2026-03-20 09:00").sat(t)), written()))
	w.at("2026-04-21 09:00")
	did(t)(w.Confirm(t.Context(), mediator, ref(monday), casework.ConfirmForm{Step: "applied", On: "2026-04-20", Court: "法院"})) // the thirtieth day is a Sunday

	// While a year is not announced nobody is told of a later day; who applied in time by the calendar of then is not refused.
	far := newWorld(t)
	late := far.at("2026-12-04 09:00").mediated(t)
	late = did(t)(far.Agree(t.Context(), mediator, ref(late), written()))
	require.Equal(t, "2027-01-03", late.Agreement.ConfirmBy)
	far.at("2027-01-05 09:00")
	did(t)(far.Confirm(t.Context(), mediator, ref(late), casework.ConfirmForm{Step: "applied", On: "2027-01-04", Court: "法院"}))
	c = did(t)(w.Confirm(t.Context(), mediator, ref(c), applied))
	refuses(applied, "step", "已经登记过2026-03-20的申请")
	refuses(casework.ConfirmForm{Step: "refused", On: "2026-04-20"}, "reason", "请写明法院的理由")
	refuses(casework.ConfirmForm{Step: "confirmed", On: "2026-03-19"}, "on", "裁定日期不能早于申请日期2026-03-20")
	c = did(t)(w.Confirm(t.Context(), mediator, ref(c), casework.ConfirmForm{Step: "refused", On: "2026-04-01", Number: "〔2026〕调确字第3号", Reason: "内容不明确"}))
	require.False(t, c.Agreement.Confirmation.IsConfirmed())
	require.Equal(t, "〔2026〕调确字第3号", c.Agreement.Confirmation.Number)
	refuses(casework.ConfirmForm{Step: "confirmed", On: "2026-04-01"}, "step", "法院的裁定已经登记过了")

	c = did(t)(w.Reopen(t.Context(), mediator, ref(c), casework.ReopenForm{Reason: "refused", Note: "改明白了再签"}))
	require.Equal(t, models.Mediating, c.State)
	require.Equal(t, "refused", c.Rounds[0].Agreement.Confirmation.Decision)
}

// TestBrokenAgreement urges, and then goes each of the ways that are left.
func TestBrokenAgreement(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		owed := func(confirmed bool) *models.Case {
			c := did(t)(w.Agree(t.Context(), mediator, ref(w.at("2026-03-02 09:00").sat(t)), written(func(f *casework.AgreementForm) {
				f.Instalments = []casework.InstalmentForm{{DueOn: "2026-04-01", AmountFen: 480_000}}
			})))
			if confirmed {
				c = did(t)(w.Confirm(t.Context(), mediator, ref(c), casework.ConfirmForm{Step: "applied", On: "2026-03-20", Court: "法院"}))
				c = did(t)(w.Confirm(t.Context(), mediator, ref(c), casework.ConfirmForm{Step: "confirmed", On: "2026-03-20"}))
			}
			w.at("2026-04-10 09:00")
			return c
		}
		c := owed(false)
		_, err := w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{Seq: 1, On: "2026-04-10", PaidFen: 100_000})
		requireFields(t, err, "paidFen", "第1期应付4800.00元，还差3800.00元。没有付清的，请先不登记履行，用“督促履行”记下")
		_, err = w.Breach(t.Context(), mediator, ref(c), casework.BreachForm{Way: "sue", Told: true, Note: "不付"})
		requireTold(t, models.Precondition, "agreement.not_urged", "请先督促履行并登记，再转执行或者诉讼（人民调解法第31条）", err)
		_, err = w.Reopen(t.Context(), mediator, ref(c), casework.ReopenForm{Reason: "broken", Note: "再谈"})
		requireFields(t, err, "reason", "请先督促履行并登记，再重新调解（人民调解法第31条）")
		urge := casework.PressForm{Seq: 1, On: "2026-04-10", How: "上门", Answer: "月底付"}
		c = did(t)(w.Press(t.Context(), mediator, ref(c), urge))
		require.Equal(t, models.Agreed, c.State)
		require.Equal(t, "月底付", c.Agreement.Urgings[0].Answer)
		_, err = w.Breach(t.Context(), mediator, ref(c), casework.BreachForm{Way: "enforce", Told: true, Note: "不付"})
		requireFields(t, err, "way", "协议没有经法院确认有效，不能申请强制执行，请选择起诉")

		again := did(t)(w.Reopen(t.Context(), mediator, ref(c), casework.ReopenForm{Reason: "broken", Note: "愿意再谈"}))
		require.Equal(t, models.Mediating, again.State)
		require.Nil(t, again.Agreement)
		require.Len(t, again.Stages, 2, "one history, a new stage")
		require.Nil(t, again.ConcludedAt)
		require.Equal(t, local("2026-05-12 00:00").UTC(), again.DueAt.UTC(), "thirty days from now; the last is a Sunday")
		require.Equal(t, int64(480_000), w.stored(t, again).Rounds[0].Agreement.AmountFen)
		run := w.sweep(t)
		require.Zero(t, run.Reminded, "nobody is reminded of what no longer holds")

		sued := did(t)(w.Breach(t.Context(), mediator, ref(did(t)(w.Press(t.Context(), mediator, ref(owed(false)), urge))), casework.BreachForm{Way: "sue", Told: true, Note: "不愿再谈"}))
		require.Equal(t, models.Breached, sued.Ending)
		require.NotEmpty(t, sued.After.VisitBy)
		enforced := did(t)(w.Breach(t.Context(), mediator, ref(did(t)(w.Press(t.Context(), mediator, ref(owed(true)), urge))), casework.BreachForm{Way: "enforce", Told: true, Note: "申请执行"}))
		require.Equal(t, "enforce", enforced.Agreement.Breach.Way)
	})
}

func TestReopenNeedsAnEarlierMediation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := did(t)(w.Withdraw(t.Context(), mediator, ref(w.log(t)), casework.ReasonForm{Reason: "和解"}))
	_, err := w.Reopen(t.Context(), mediator, ref(c), casework.ReopenForm{Reason: "again", Note: "又吵了"})
	requireTold(t, models.Precondition, "case.never_accepted", "本案没有受理过，请重新登记一件", err)
}

func TestAffirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.log(t, func(f *casework.LogForm) { f.DictatedBy = "许来福" })
	require.Equal(t, "许来福口述，陈守义代录，等待本人确认", c.Timeline[0].Note)
	good := casework.AffirmForm{By: "许来福", On: "2026-03-02", Mark: "fingerprint"}
	other := good
	other.By = "邵兴旺"
	_, err := w.Affirm(t.Context(), mediator, ref(c), other)
	requireFields(t, err, "by", "应由口述人许来福本人确认")
	c = did(t)(w.Affirm(t.Context(), mediator, ref(c), good))
	require.False(t, c.Dictation.IsOpen())
	_, err = w.Affirm(t.Context(), mediator, ref(c), good)
	requireTold(t, models.Precondition, "case.nothing_to_affirm", "本案没有等待本人确认的代录", err)
	draft := draft()
	draft.Typist = "小林"
	_, _, err = w.Log(t.Context(), mediator, draft, "")
	requireFields(t, err, "dictatedBy", "有代录人的，请写明是谁口述的")
}

// TestADifferentCountyRemindsOnOtherDays: the days after mediation are the policy's.
func TestADifferentCountyRemindsOnOtherDays(t *testing.T) {
	t.Parallel()
	policy := models.DefaultPolicy(local("2025-01-01 00:00"))
	policy.VisitDays, policy.VisitWarnDays, policy.DueWarnDays, policy.ConfirmDays = 10, []int{2}, []int{5}, []int{15}
	w := newWorld(t, policy)
	c := w.log(t)
	c = did(t)(w.Accept(t.Context(), mediator, ref(c), casework.AcceptForm{}))
	c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting()))
	c = did(t)(w.Agree(t.Context(), mediator, ref(c), oral(func(f *casework.AgreementForm) {
		f.Instalments = []casework.InstalmentForm{{DueOn: "2026-03-20", What: "付清"}}
	})))
	days := func(kind string) (out []string) {
		for _, r := range c.After.Reminders {
			if r.Kind == kind {
				out = append(out, workday.OfTime(r.At).String())
			}
		}
		return out
	}
	require.Equal(t, []string{"2026-03-15", "2026-03-21"}, days(models.NoticeDue), "five days before, and the day after")
	require.Equal(t, []string{"2026-03-17"}, days(models.NoticeConfirm))
	c = did(t)(w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{Seq: 1, On: "2026-03-02"}))
	if c.State != models.Closed {
		c = did(t)(w.Close(t.Context(), mediator, ref(c), casework.CloseForm{}))
	}
	require.Equal(t, "2026-03-12", c.After.VisitBy)
	require.Equal(t, []string{"2026-03-10"}, days(models.NoticeVisit))
}
