package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// Agree records the agreement that a sitting reached and ends the clock.
func (s *Service) Agree(ctx context.Context, actor models.Actor, ref Ref, form AgreementForm) (*models.Case, error) {
	form.Items, form.OralReason = trimList(form.Items), strings.TrimSpace(form.OralReason)
	return s.change(ctx, actor, ref, models.ActionAgree, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if len(c.Sittings) == 0 {
			return models.Errorf(models.Precondition, "agreement.no_sitting", "请先登记至少一次调解记录，再登记协议")
		}
		agreement, err := form.agreement(c, now)
		if err != nil {
			return err
		}
		note := "达成书面协议，" + agreement.InForceOn + "生效"
		if agreement.Form == "oral" {
			note = "达成口头协议，" + agreement.InForceOn + "生效"
		}
		return c.Move(rules.Policy, models.ActionAgree, actor, now, note, func() error {
			c.Agreement = agreement
			c.EndStage(now, models.OutcomeAgreed, "", "")
			return nil
		})
	})
}

// agreement checks dates and sums and works out when the agreement came into force.
func (f *AgreementForm) agreement(c *models.Case, now time.Time) (*models.Agreement, error) {
	var faults []models.FieldError
	fault := func(field, format string, args ...any) {
		faults = append(faults, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	today := workday.OfTime(now).String()
	a := &models.Agreement{
		Form: f.Form, OralReason: f.OralReason, Facts: f.Facts, Items: f.Items, Manner: f.Manner, AmountFen: f.AmountFen,
		Signatures: slices.Clone(f.Signatures), MediatorSigned: f.MediatorSigned, Sealed: f.Sealed, ReachedOn: f.ReachedOn, RecordedAt: now, Level: c.Level,
	}
	if a.ReachedOn == "" {
		a.ReachedOn = today
	}
	if a.ReachedOn > today {
		fault("reachedOn", "达成协议日期不能晚于今天")
	}
	// Sittings stand in the order in which they were written down.
	first := slices.MinFunc(c.Sittings, func(a, b models.Sitting) int { return a.HeldAt.Compare(b.HeldAt) })
	if day := workday.OfTime(first.HeldAt).String(); a.ReachedOn < day {
		fault("reachedOn", "达成协议日期不能早于第一次调解的日期%s", day)
	}
	a.InForceOn = a.ReachedOn
	if a.Form == "written" {
		for i := range a.Signatures {
			s := &a.Signatures[i]
			if s.SignedOn == "" {
				s.SignedOn = a.ReachedOn
			}
			if !slices.ContainsFunc(c.Parties, func(p models.Party) bool { return p.Name == s.Party }) {
				fault(fmt.Sprintf("signatures[%d].party", i), "“%s”不是本案当事人", s.Party)
			}
		}
		for _, p := range c.Parties {
			signed := slices.ContainsFunc(a.Signatures, func(s models.Signature) bool { return s.Party == p.Name })
			switch {
			case p.Role == models.ThirdParty || signed:
			case len(f.Signatures) == 0: // nothing was said of signatures: all signed on that day
				a.Signatures = append(a.Signatures, models.Signature{Party: p.Name, SignedOn: a.ReachedOn})
			default:
				fault("signatures", "还缺%s的签名，协议自双方都签名后生效", p.Name)
			}
		}
		for _, day := range []*string{&a.MediatorSigned, &a.Sealed} {
			if *day == "" {
				*day = a.ReachedOn
			}
		}
		days := []struct{ field, day, what string }{{"mediatorSigned", a.MediatorSigned, "调解员签名日期"}, {"sealed", a.Sealed, "盖章日期"}}
		for i, s := range a.Signatures {
			days = append(days, struct{ field, day, what string }{fmt.Sprintf("signatures[%d].signedOn", i), s.SignedOn, s.Party + "的签名日期"})
		}
		for _, d := range days {
			switch _, err := workday.Parse(d.day); {
			case err != nil:
				fault(d.field, "%s请写成年-月-日，例如%s", d.what, today)
			case d.day > today:
				fault(d.field, "%s不能晚于今天", d.what)
			case d.day < a.ReachedOn:
				fault(d.field, "%s不能早于达成协议日期%s", d.what, a.ReachedOn)
			}
			a.InForceOn = max(a.InForceOn, d.day)
		}
	} else if a.OralReason == "" {
		fault("oralReason", "请写明不需要书面协议的原因（人民调解法第28条）")
	}
	var sum int64
	for i, in := range f.Instalments {
		if in.DueOn < a.ReachedOn {
			fault(fmt.Sprintf("instalments[%d].dueOn", i), "履行日期不能早于达成协议日期%s", a.ReachedOn)
		}
		sum += in.AmountFen
		a.Instalments = append(a.Instalments, models.Instalment{Seq: i + 1, DueOn: in.DueOn, AmountFen: in.AmountFen, What: in.What})
	}
	if len(f.Instalments) > 0 && sum > 0 && sum != f.AmountFen {
		fault("instalments", "各期金额合计%s元，与协议金额%s元不一致，请核对", yuan(sum), yuan(f.AmountFen))
	}
	if len(faults) > 0 {
		return nil, invalid(faults)
	}
	inForce, err := workday.Parse(a.InForceOn)
	if err != nil {
		return nil, err
	}
	// 人民调解法第33条: within thirty days from the day the agreement is in force.
	a.ConfirmBy = inForce.AddDays(30).String()
	return a, nil
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// Perform ticks off what was performed. When nothing is left the case closes as 履行完毕.
func (s *Service) Perform(ctx context.Context, actor models.Actor, ref Ref, form PerformForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionPerform, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if form.On > workday.OfTime(now).String() {
			return models.FieldErrorf("on", "履行日期不能晚于今天")
		}
		note := form.Note
		if form.Seq > 0 {
			note = strings.TrimSpace(fmt.Sprintf("第%d期已履行 %s", form.Seq, form.Note))
		}
		err := c.Move(rules.Policy, models.ActionPerform, actor, now, note, func() error {
			a := c.Agreement
			if form.On < a.ReachedOn {
				return models.FieldErrorf("on", "履行日期不能早于达成协议日期%s", a.ReachedOn)
			}
			if len(a.Instalments) == 0 {
				if form.Seq > 0 {
					return models.FieldErrorf("seq", "本协议没有分期，请不要填写期次")
				}
				return nil
			}
			if form.Seq < 1 || form.Seq > len(a.Instalments) {
				return models.FieldErrorf("seq", "请选择第1期至第%d期中的一期", len(a.Instalments))
			}
			in := &a.Instalments[form.Seq-1]
			if in.PerformedOn != "" {
				return models.FieldErrorf("seq", "第%d期已于%s登记履行", form.Seq, in.PerformedOn)
			}
			in.PerformedOn, in.RecordedAt, in.Note = form.On, &now, form.Note
			return nil
		})
		if err != nil {
			return err
		}
		for _, in := range c.Agreement.Instalments {
			if in.PerformedOn == "" {
				return nil
			}
		}
		return c.Move(rules.Policy, models.ActionClose, actor, now, "协议全部履行", nil)
	})
}
