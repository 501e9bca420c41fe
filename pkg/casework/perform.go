package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// Perform ticks off what was performed. When nothing is left the case closes as 履行完毕, and a visit is
// planned.
func (s *Service) Perform(ctx context.Context, actor models.Actor, ref Ref, form PerformForm) (*models.Case, error) {
	form.Note, form.Receipt = strings.TrimSpace(form.Note), strings.TrimSpace(form.Receipt)
	return s.change(ctx, actor, ref, models.ActionPerform, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if form.On > workday.OfTime(now).String() {
			return models.FieldErrorf("on", "履行日期不能晚于今天")
		}
		err := c.Move(rules.Policy, models.ActionPerform, actor, now, form.note(), func() error {
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
			if in.AmountFen > 0 && form.PaidFen > 0 && form.PaidFen < in.AmountFen {
				return models.FieldErrorf("paidFen", "第%d期应付%s元，还差%s元。没有付清的，请先不登记履行，用“督促履行”记下", in.Seq, yuan(in.AmountFen), yuan(in.AmountFen-form.PaidFen))
			}
			in.PerformedOn, in.RecordedAt, in.Note, in.PaidFen, in.Receipt = form.On, &now, form.Note, form.PaidFen, form.Receipt
			c.After.Forget(models.NoticeDue, in.Seq)
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
		return closeCase(c, rules, actor, now, "协议全部履行")
	})
}

func (f *PerformForm) note() string {
	var parts []string
	if f.Seq > 0 {
		parts = append(parts, fmt.Sprintf("第%d期已履行", f.Seq))
	}
	if f.PaidFen > 0 {
		parts = append(parts, "实付"+yuan(f.PaidFen)+"元")
	}
	for _, text := range []string{f.Receipt, f.Note} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

// closeCase is 结案, with the visit that follows it.
func closeCase(c *models.Case, rules escalation.Rules, actor models.Actor, now time.Time, note string) error {
	return c.Move(rules.Policy, models.ActionClose, actor, now, note, func() error {
		rules.PlanVisit(c, now)
		return nil
	})
}

// Press records that a party who does not keep the agreement was urged to (人民调解法第31条).
func (s *Service) Press(ctx context.Context, actor models.Actor, ref Ref, form PressForm) (*models.Case, error) {
	form.How, form.Answer = strings.TrimSpace(form.How), strings.TrimSpace(form.Answer)
	return s.change(ctx, actor, ref, models.ActionPress, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		a := c.Agreement
		switch {
		case form.On > workday.OfTime(now).String():
			return models.FieldErrorf("on", "督促日期不能晚于今天")
		case form.On < a.InForceOn:
			return models.FieldErrorf("on", "督促日期不能早于协议生效日期%s", a.InForceOn)
		case len(a.Instalments) == 0 && form.Seq > 0:
			return models.FieldErrorf("seq", "本协议没有分期，请不要填写期次")
		case len(a.Instalments) > 0 && (form.Seq < 1 || form.Seq > len(a.Instalments)):
			return models.FieldErrorf("seq", "请选择第1期至第%d期中的一期", len(a.Instalments))
		case form.Seq > 0 && a.Instalments[form.Seq-1].PerformedOn != "":
			return models.FieldErrorf("seq", "第%d期已于%s登记履行", form.Seq, a.Instalments[form.Seq-1].PerformedOn)
		}
		note := form.How + "；答复：" + form.Answer
		if form.Seq > 0 {
			note = fmt.Sprintf("第%d期：%s", form.Seq, note)
		}
		return c.Move(rules.Policy, models.ActionPress, actor, now, note, func() error {
			a.Urgings = append(a.Urgings, models.Urging{On: form.On, Seq: form.Seq, How: form.How, Answer: form.Answer, RecordedAt: now, By: actor})
			return nil
		})
	})
}

// Breach ends an agreement that is not kept although somebody was urged: the parties enforce it where the
// court has confirmed it, or sue (人民调解法第32、33条).
func (s *Service) Breach(ctx context.Context, actor models.Actor, ref Ref, form BreachForm) (*models.Case, error) {
	form.Note = strings.TrimSpace(form.Note)
	return s.change(ctx, actor, ref, models.ActionBreach, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		switch {
		case len(c.Agreement.Urgings) == 0:
			return models.Errorf(models.Precondition, "agreement.not_urged", "请先督促履行并登记，再转执行或者诉讼（人民调解法第31条）")
		case form.Way == "enforce" && !c.Agreement.Confirmation.IsConfirmed():
			return models.FieldErrorf("way", "协议没有经法院确认有效，不能申请强制执行，请选择起诉")
		case !form.Told:
			return models.FieldErrorf("told", "请先把这些途径告知当事人，并在此勾选")
		}
		note := models.NameOf(models.BreachWays(), form.Way) + "：" + form.Note
		return c.Move(rules.Policy, models.ActionBreach, actor, now, note, func() error {
			c.Agreement.Breach = &models.Breach{At: now, Way: form.Way, Told: true, Note: form.Note}
			rules.PlanVisit(c, now)
			return nil
		})
	})
}

// Reopen mediates a dispute again that was over: one file, one history, and a new stage with a fresh clock at
// the level that had it last. What the earlier mediation led to is kept as a round of its own.
func (s *Service) Reopen(ctx context.Context, actor models.Actor, ref Ref, form ReopenForm) (*models.Case, error) {
	form.Note = strings.TrimSpace(form.Note)
	return s.change(ctx, actor, ref, models.ActionReopen, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		switch a := c.Agreement; {
		case c.AcceptedAt == nil:
			return models.Errorf(models.Precondition, "case.never_accepted", "本案没有受理过，请重新登记一件")
		case form.Reason == "broken" && (a == nil || len(a.Urgings) == 0):
			return models.FieldErrorf("reason", "请先督促履行并登记，再重新调解（人民调解法第31条）")
		case form.Reason == "refused" && (a == nil || a.Confirmation == nil || a.Confirmation.Decision != models.ConfirmationRefused):
			return models.FieldErrorf("reason", "没有登记过法院不予确认的裁定，请选择别的原因")
		}
		round := models.Round{
			EndedAt: now, State: c.State, Ending: c.Ending, Reason: form.Reason, Note: form.Note,
			Agreement: c.Agreement, Failure: c.Failure, Referral: c.Referral, Drafts: c.Drafts,
		}
		if c.After != nil {
			round.VisitBy = c.After.VisitBy
		}
		note := models.NameOf(models.ReopenReasons(), form.Reason) + "：" + form.Note
		return c.Move(rules.Policy, models.ActionReopen, actor, now, note, func() error {
			c.Rounds = append(c.Rounds, round)
			c.Agreement, c.Failure, c.Referral, c.Drafts = nil, nil, nil, nil
			if c.After != nil {
				for _, kind := range []string{models.NoticeDue, models.NoticeConfirm, models.NoticeVisit} {
					c.After.Forget(kind, 0)
				}
				c.After.VisitBy = ""
			}
			return rules.Reopen(c, actor, now)
		})
	})
}
