package casework

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// terms are what a draft and an agreement both say.
func (f *DraftForm) terms() *AgreementForm {
	return &AgreementForm{
		Template: f.Template, Form: f.Form, OralReason: f.OralReason, Facts: f.Facts, Items: f.Items, Manner: f.Manner, AmountFen: f.AmountFen,
		Instalments: f.Instalments, Grounds: f.Grounds,
	}
}

// text is what an agreement says, whoever has signed it. Instalments have to add up.
func (f *AgreementForm) text(c *models.Case, wrong *faults) models.Agreement {
	a := models.Agreement{Form: f.Form, OralReason: f.OralReason, Facts: f.Facts, Items: f.Items, Manner: f.Manner, AmountFen: f.AmountFen}
	if f.Template != "" && !models.HasCode(models.SettlementsFor(c), f.Template) {
		wrong.add("template", "没有这个范本，请重新选择")
	} else {
		a.Template = f.Template
	}
	var unknown []string
	if a.Grounds, unknown = models.CiteArticles(f.Grounds); len(unknown) > 0 {
		wrong.add("grounds", "没有这一条法律依据，请从列表中勾选")
	}
	if a.Form == "oral" && a.OralReason == "" {
		wrong.add("oralReason", "请写明不需要书面协议的原因（人民调解法第28条）")
	}
	var sum int64
	for i, in := range f.Instalments {
		sum += in.AmountFen
		a.Instalments = append(a.Instalments, models.Instalment{Seq: i + 1, DueOn: in.DueOn, AmountFen: in.AmountFen, What: in.What})
	}
	if len(f.Instalments) > 0 && sum > 0 && sum != f.AmountFen {
		wrong.add("instalments", "各期金额合计%s元，与协议金额%s元不一致，请核对", yuan(sum), yuan(f.AmountFen))
	}
	return a
}

// signing is an agreement whose dates are being checked.
type signing struct{ *models.Agreement }

// signed checks the days on which an agreement was reached and signed, and works out when it came into
// force: written, on the last signature or the seal (人民调解法第29条), oral, on the day it was reached (第30条). Of
// signatures only those that are there are looked at; rows are those of the form, by which faults are named.
func (a signing) signed(c *models.Case, rows []models.Signature, now time.Time, wrong *faults) {
	today := workday.OfTime(now).String()
	if a.ReachedOn == "" {
		a.ReachedOn = today
	}
	if a.ReachedOn > today {
		wrong.add("reachedOn", "达成协议日期不能晚于今天")
	}
	if day := firstSitting(c); a.ReachedOn < day {
		wrong.add("reachedOn", "达成协议日期不能早于第一次调解的日期%s", day)
	}
	a.InForceOn = a.ReachedOn
	if a.Form != "written" {
		a.Signatures, a.MediatorSigned, a.Sealed = nil, "", ""
		return
	}
	type dated struct{ field, day, what string }
	days := []dated{{"mediatorSigned", a.MediatorSigned, "调解员签名日期"}, {"sealed", a.Sealed, "盖章日期"}}
	for i, s := range rows {
		if !slices.ContainsFunc(c.Parties, func(p models.Party) bool { return p.Name == s.Party }) {
			wrong.add(fmt.Sprintf("signatures[%d].party", i), "“%s”不是本案当事人", s.Party)
		}
		days = append(days, dated{fmt.Sprintf("signatures[%d].signedOn", i), s.SignedOn, s.Party + "的签名日期"})
	}
	for _, s := range a.Signatures {
		a.InForceOn = max(a.InForceOn, s.SignedOn)
	}
	for _, d := range days {
		if d.day == "" {
			continue
		}
		switch _, err := workday.Parse(d.day); {
		case err != nil:
			wrong.add(d.field, "%s请写成年-月-日，例如%s", d.what, today)
		case d.day > today:
			wrong.add(d.field, "%s不能晚于今天", d.what)
		case d.day < a.ReachedOn:
			wrong.add(d.field, "%s不能早于达成协议日期%s", d.what, a.ReachedOn)
		}
		a.InForceOn = max(a.InForceOn, d.day)
	}
	// A row without a day is one who has not signed yet.
	a.Signatures = slices.DeleteFunc(a.Signatures, func(s models.Signature) bool { return s.SignedOn == "" })
}

// firstSitting is the day of the first sitting, "" before any. Sittings stand in the order in which they
// were written down.
func firstSitting(c *models.Case) string {
	if len(c.Sittings) == 0 {
		return ""
	}
	first := slices.MinFunc(c.Sittings, func(a, b models.Sitting) int { return a.HeldAt.Compare(b.HeldAt) })
	return workday.OfTime(first.HeldAt).String()
}

// agreement checks a whole agreement, with dates and sums. Where nothing is said of a signature or the seal
// it is of the day on which the agreement was reached.
func (f *AgreementForm) agreement(c *models.Case, now time.Time) (*models.Agreement, error) {
	var wrong faults
	rows := slices.Clone(f.Signatures)
	reached := f.ReachedOn
	if reached == "" {
		reached = workday.OfTime(now).String()
	}
	text := f.text(c, &wrong)
	a := signing{&text}
	a.ReachedOn, a.MediatorSigned, a.Sealed = reached, f.MediatorSigned, f.Sealed
	for _, day := range []*string{&a.MediatorSigned, &a.Sealed} {
		if *day == "" {
			*day = reached
		}
	}
	for i := range rows {
		if rows[i].SignedOn == "" {
			rows[i].SignedOn = reached
		}
	}
	a.Signatures = slices.Clone(rows)
	for _, p := range c.Parties {
		signed := slices.ContainsFunc(rows, func(s models.Signature) bool { return s.Party == p.Name })
		switch {
		case f.Form != "written" || p.Role == models.ThirdParty || signed:
		case len(f.Signatures) == 0: // nothing was said of signatures: all signed on that day
			a.Signatures = append(a.Signatures, models.Signature{Party: p.Name, SignedOn: reached})
		default:
			wrong.add("signatures", "还缺%s的签名，协议自双方都签名后生效", p.Name)
		}
	}
	a.signed(c, rows, now, &wrong)
	for i, in := range a.Instalments {
		switch {
		case in.DueOn < a.ReachedOn:
			wrong.add(fmt.Sprintf("instalments[%d].dueOn", i), "履行日期不能早于达成协议日期%s", a.ReachedOn)
		case in.DueOn < a.InForceOn:
			wrong.add(fmt.Sprintf("instalments[%d].dueOn", i), "履行日期不能早于签名日期%s", a.InForceOn)
		}
	}
	for _, field := range a.Blanks() {
		wrong.add(field, "这里还有没有填的空（＿＿），请填好再登记")
	}
	return a.Agreement, invalid(wrong)
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
