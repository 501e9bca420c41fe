package casework_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// sat is a case logged and accepted on 2 March with sittings on the 5th and the 4th, written down in
// this order. It is the evening of the 20th.
func (w *world) sat(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	c := w.at("2026-03-02 09:00").accepted(t, change...)
	w.at("2026-03-20 20:00")
	for _, held := range []string{"2026-03-05 10:00", "2026-03-04 10:00"} {
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting(func(f *casework.SittingForm) { f.HeldAt = local(held) })))
	}
	return c
}

func TestWhenAnAgreementIsInForce(t *testing.T) {
	t.Parallel()
	both := func(applicant, respondent string) []models.Signature {
		return []models.Signature{{Party: "许来福", SignedOn: applicant}, {Party: "丰年农机合作社", SignedOn: respondent}}
	}
	for _, test := range []struct {
		name                      string
		form                      casework.AgreementForm
		reached, inForce, confirm string
		note                      string
	}{
		{"oral, today", oral(), "2026-03-20", "2026-03-20", "2026-04-20", "达成口头协议，2026-03-20生效"},
		{"oral, on the day it was reached", oral(func(f *casework.AgreementForm) { f.ReachedOn = "2026-03-05" }), "2026-03-05", "2026-03-05", "2026-04-07", "达成口头协议，2026-03-05生效"},
		{"oral, whatever is said of signatures", oral(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Sealed, f.Signatures = "2026-03-05", "2026-03-10", both("2026-03-11", "2026-03-12")
		}), "2026-03-05", "2026-03-05", "2026-04-07", "达成口头协议，2026-03-05生效"},
		{"written, all on one day", written(func(f *casework.AgreementForm) { f.ReachedOn = "2026-03-06" }), "2026-03-06", "2026-03-06", "2026-04-07", "达成书面协议，2026-03-06生效"},
		{"written, a party signed last", written(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Signatures, f.MediatorSigned, f.Sealed = "2026-03-06", both("2026-03-18", ""), "2026-03-07", "2026-03-08"
		}), "2026-03-06", "2026-03-18", "2026-04-17", "达成书面协议，2026-03-18生效"},
		{"written, the mediator signed last", written(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Signatures, f.MediatorSigned, f.Sealed = "2026-03-06", both("2026-03-07", "2026-03-08"), "2026-03-19", ""
		}), "2026-03-06", "2026-03-19", "2026-04-20", "达成书面协议，2026-03-19生效"},
		{"written, sealed last", written(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Signatures, f.Sealed = "2026-03-06", both("2026-03-07", "2026-03-08"), "2026-03-20"
		}), "2026-03-06", "2026-03-20", "2026-04-20", "达成书面协议，2026-03-20生效"},
		{"on the day of the first sitting, which was written down second", oral(func(f *casework.AgreementForm) { f.ReachedOn = "2026-03-04" }), "2026-03-04", "2026-03-04", "2026-04-03", "达成口头协议，2026-03-04生效"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), test.form))
			a := c.Agreement
			require.Equal(t, test.reached, a.ReachedOn)
			require.Equal(t, test.inForce, a.InForceOn)
			require.Equal(t, test.confirm, a.ConfirmBy)
			require.Equal(t, test.note, c.Timeline[len(c.Timeline)-1].Note)
			require.Equal(t, "village", a.Level)
			require.True(t, w.Now().Equal(a.RecordedAt))
			if a.Form == "written" {
				require.Len(t, a.Signatures, 2)
				for _, s := range a.Signatures {
					require.NotEmpty(t, s.SignedOn)
				}
				require.NotEmpty(t, a.MediatorSigned)
				require.NotEmpty(t, a.Sealed)
			}
			require.Equal(t, models.Agreed, c.State)
			require.Equal(t, models.OutcomeAgreed, c.LastStage().Outcome)
			require.Nil(t, c.DueAt, "no clock runs")
			require.Nil(t, c.ClosedAt)
			require.True(t, w.Now().Equal(*c.ConcludedAt))
		})
	}
}

func TestAgreementRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	third := func(f *casework.LogForm) {
		f.Parties = append(f.Parties, casework.PartyForm{Role: models.ThirdParty, Kind: models.Person, Name: "许三婶"})
	}
	c := w.sat(t, third)
	instalments := func(list ...casework.InstalmentForm) func(*casework.AgreementForm) {
		return func(f *casework.AgreementForm) { f.Instalments = list }
	}
	signatures := func(list ...models.Signature) func(*casework.AgreementForm) {
		return func(f *casework.AgreementForm) { f.ReachedOn, f.Signatures = "2026-03-06", list }
	}
	for _, test := range []struct {
		name   string
		form   casework.AgreementForm
		fields []string
	}{
		{"nothing", casework.AgreementForm{}, []string{"form", "请填写协议形式", "items", "协议内容至少填写1项"}},
		{"blank items", oral(func(f *casework.AgreementForm) { f.Items = []string{" ", ""} }), []string{"items", "协议内容至少填写1项"}},
		{"a form that is none", oral(func(f *casework.AgreementForm) { f.Form = "sung" }), []string{"form", "请从列表中选择协议形式"}},
		{"oral without a reason", oral(func(f *casework.AgreementForm) { f.OralReason = "  " }), []string{"oralReason", "请写明不需要书面协议的原因（人民调解法第28条）"}},
		{"days that are none", written(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Sealed, f.MediatorSigned = "2026-3-6", "六日", "2026-02-29"
		}), []string{
			"mediatorSigned", "调解员签名日期请写成年-月-日，例如2026-11-24", "sealed", "调委会盖章日期请写成年-月-日，例如2026-11-24", "reachedOn", "达成协议日期请写成年-月-日，例如2026-11-24",
		}},
		{"reached tomorrow", oral(func(f *casework.AgreementForm) { f.ReachedOn = "2026-03-21" }), []string{"reachedOn", "达成协议日期不能晚于今天"}},
		{"reached before anybody sat", oral(func(f *casework.AgreementForm) { f.ReachedOn = "2026-03-03" }), []string{"reachedOn", "达成协议日期不能早于第一次调解的日期2026-03-04"}},
		{"signed and sealed tomorrow", written(func(f *casework.AgreementForm) { f.MediatorSigned, f.Sealed = "2026-03-21", "2026-03-22" }), []string{
			"mediatorSigned", "调解员签名日期不能晚于今天", "sealed", "盖章日期不能晚于今天",
		}},
		{"sealed before it was reached", written(func(f *casework.AgreementForm) { f.ReachedOn, f.Sealed = "2026-03-06", "2026-03-05" }), []string{"sealed", "盖章日期不能早于达成协议日期2026-03-06"}},
		{"a party signs before it was reached", written(signatures(models.Signature{Party: "许来福", SignedOn: "2026-03-05"}, models.Signature{Party: "丰年农机合作社"})), []string{
			"signatures[0].signedOn", "许来福的签名日期不能早于达成协议日期2026-03-06",
		}},
		{"a party signs on no day", written(signatures(models.Signature{Party: "许来福"}, models.Signature{Party: "丰年农机合作社", SignedOn: "昨天"})), []string{
			"signatures[1].signedOn", "丰年农机合作社的签名日期请写成年-月-日，例如2026-03-20",
		}},
		{"one side has not signed", written(signatures(models.Signature{Party: "许来福"}, models.Signature{Party: "许三婶"})), []string{"signatures", "还缺丰年农机合作社的签名，协议自双方都签名后生效"}},
		{"somebody else signs", written(signatures(models.Signature{Party: "许来福"}, models.Signature{Party: "丰年农机合作社"}, models.Signature{Party: "路人"})), []string{"signatures[2].party", "“路人”不是本案当事人"}},
		{"instalments that do not add up", written(instalments(casework.InstalmentForm{DueOn: "2026-04-01", AmountFen: 240_000}, casework.InstalmentForm{DueOn: "2026-05-01", AmountFen: 239_999})), []string{
			"instalments", "各期金额合计4799.99元，与协议金额4800.00元不一致，请核对",
		}},
		{"an instalment without a day", written(instalments(casework.InstalmentForm{AmountFen: 480_000})), []string{"instalments[0].dueOn", "请填写履行日期"}},
		{"an instalment before it was reached", written(func(f *casework.AgreementForm) {
			f.ReachedOn, f.Instalments = "2026-03-06", []casework.InstalmentForm{{DueOn: "2026-03-05", AmountFen: 480_000}}
		}), []string{"instalments[0].dueOn", "履行日期不能早于达成协议日期2026-03-06"}},
		{"a negative amount", written(func(f *casework.AgreementForm) { f.AmountFen = -1 }), []string{"amountFen", "协议金额不能为负数，也不能超过一千亿元"}},
		{"several faults at once", oral(func(f *casework.AgreementForm) {
			f.OralReason, f.ReachedOn, f.Instalments = "", "2026-03-21", []casework.InstalmentForm{{DueOn: "2026-03-20", AmountFen: 5}}
		}), []string{
			"oralReason", "请写明不需要书面协议的原因（人民调解法第28条）", "instalments", "各期金额合计0.05元，与协议金额0.00元不一致，请核对",
			"reachedOn", "达成协议日期不能晚于今天", "instalments[0].dueOn", "履行日期不能早于达成协议日期2026-03-21",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := w.Agree(t.Context(), mediator, ref(c), test.form)
			requireFields(t, err, test.fields...)
		})
	}
	t.Run("nobody sat yet", func(t *testing.T) {
		t.Parallel()
		_, err := w.Agree(t.Context(), mediator, ref(w.accepted(t)), oral())
		requireTold(t, models.Precondition, "agreement.no_sitting", "请先登记至少一次调解记录，再登记协议", err)
	})
	t.Run("nobody has accepted it", func(t *testing.T) {
		t.Parallel()
		_, err := w.Agree(t.Context(), mediator, ref(w.log(t)), oral())
		requireRefused(t, models.Precondition, "case.state", err)
	})
}

// TestPerform follows an agreement in two parts to its end.
func TestPerform(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), written(func(f *casework.AgreementForm) {
			f.ReachedOn = "2026-03-06"
			f.Instalments = []casework.InstalmentForm{{DueOn: "2026-03-06", AmountFen: 480_000, What: "付款"}, {DueOn: "2026-04-01", What: "交还土地"}}
		})))
		require.Equal(t, 2, c.Agreement.Instalments[1].Seq)
		for _, test := range []struct {
			form   casework.PerformForm
			fields []string
		}{
			{casework.PerformForm{}, []string{"on", "请填写履行日期"}},
			{casework.PerformForm{Seq: 1, On: "soon"}, []string{"on", "履行日期请写成年-月-日，例如2026-11-24"}},
			{casework.PerformForm{Seq: 1, On: "2026-03-21"}, []string{"on", "履行日期不能晚于今天"}},
			{casework.PerformForm{Seq: 1, On: "2026-03-05"}, []string{"on", "履行日期不能早于达成协议日期2026-03-06"}},
			{casework.PerformForm{On: "2026-03-10"}, []string{"seq", "请选择第1期至第2期中的一期"}},
			{casework.PerformForm{Seq: 3, On: "2026-03-10"}, []string{"seq", "请选择第1期至第2期中的一期"}},
			{casework.PerformForm{Seq: -1, On: "2026-03-10"}, []string{"seq", "期次不能小于0"}},
		} {
			_, err := w.Perform(t.Context(), mediator, ref(c), test.form)
			requireFields(t, err, test.fields...)
		}
		_, err := w.Close(t.Context(), mediator, ref(c), casework.CloseForm{})
		requireTold(t, models.Precondition, "agreement.open", "第1期尚未登记履行，请先登记履行再结案", err)

		c = did(t)(w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{Seq: 1, On: "2026-03-20", Note: "现金"}))
		require.Equal(t, models.Agreed, c.State)
		first := c.Agreement.Instalments[0]
		require.Equal(t, "2026-03-20", first.PerformedOn)
		require.Equal(t, "现金", first.Note)
		require.True(t, w.Now().Equal(*first.RecordedAt))
		require.Equal(t, "第1期已履行 现金", c.Timeline[len(c.Timeline)-1].Note)
		_, err = w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{Seq: 1, On: "2026-03-20"})
		requireFields(t, err, "seq", "第1期已于2026-03-20登记履行")
		_, err = w.Close(t.Context(), mediator, ref(c), casework.CloseForm{})
		requireTold(t, models.Precondition, "agreement.open", "第2期尚未登记履行，请先登记履行再结案", err)

		version := c.Version
		c = did(t)(w.Perform(t.Context(), chair, ref(c), casework.PerformForm{Seq: 2, On: "2026-03-20"}))
		require.Equal(t, version+1, c.Version, "one write")
		require.Equal(t, models.Closed, c.State)
		require.Equal(t, models.Performed, c.Ending)
		require.True(t, w.Now().Equal(*c.ClosedAt))
		require.Equal(t, "协议全部履行", c.Timeline[len(c.Timeline)-1].Note)
		_, err = w.Perform(t.Context(), chair, ref(c), casework.PerformForm{Seq: 2, On: "2026-03-20"})
		requireRefused(t, models.Precondition, "case.state", err)
	})
}

func TestAgreementWithoutInstalments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agree := func() *models.Case { return did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), oral())) }
	c := agree()
	_, err := w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{Seq: 1, On: "2026-03-20"})
	requireFields(t, err, "seq", "本协议没有分期，请不要填写期次")
	c = did(t)(w.Perform(t.Context(), mediator, ref(c), casework.PerformForm{On: "2026-03-20", Note: "当场付清"}))
	require.Equal(t, models.Closed, c.State)
	require.Equal(t, models.Performed, c.Ending)
	require.Equal(t, "当场付清", c.Timeline[len(c.Timeline)-2].Note)

	c = did(t)(w.Close(t.Context(), mediator, ref(agree()), casework.CloseForm{Note: "已履行"}))
	require.Equal(t, models.Performed, c.Ending)
}

// TestSignaturesOfTheFormStayAsTheyWere: a form that lost against another writer is sent again.
func TestSignaturesOfTheFormStayAsTheyWere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := written(func(f *casework.AgreementForm) {
		f.Signatures = []models.Signature{{Party: "许来福"}, {Party: "丰年农机合作社"}}
	})
	c := did(t)(w.Agree(t.Context(), mediator, ref(w.sat(t)), form))
	require.Equal(t, "2026-03-20", c.Agreement.Signatures[0].SignedOn)
	require.Empty(t, form.Signatures[0].SignedOn)
}
