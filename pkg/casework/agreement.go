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

// faults gathers what is wrong with a form.
type faults []models.FieldError

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Draft keeps a text of an agreement that is not yet signed. A later one replaces it, with the reason, and
// has to be signed anew; every version is kept.
func (s *Service) Draft(ctx context.Context, actor models.Actor, ref Ref, form DraftForm) (*models.Case, error) {
	form.Items, form.Grounds = trimList(form.Items), trimList(form.Grounds)
	form.OralReason, form.Reason = strings.TrimSpace(form.OralReason), strings.TrimSpace(form.Reason)
	return s.change(ctx, actor, ref, models.ActionDraft, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		var wrong faults
		text := form.terms().text(c, &wrong)
		before := c.Draft()
		if before != nil && form.Reason == "" {
			wrong.add("reason", "前一稿还在，请写明为什么修改")
		}
		for i, in := range text.Instalments {
			if in.DueOn < firstSitting(c) {
				wrong.add(fmt.Sprintf("instalments[%d].dueOn", i), "履行日期不能早于第一次调解的日期%s", firstSitting(c))
			}
		}
		if err := invalid(wrong); err != nil {
			return err
		}
		n := len(c.Drafts) + 1
		note := fmt.Sprintf("协议第%d稿", n)
		if before != nil {
			note += "：" + form.Reason
			if len(before.Text.Signatures) > 0 {
				note += "（前一稿已有的签名作废，须重新签名）"
			}
		}
		return c.Move(rules.Policy, models.ActionDraft, actor, now, note, func() error {
			text.Version, text.RecordedAt, text.Level = n, now, c.Level
			c.Drafts = append(c.Drafts, models.AgreementDraft{Seq: n, At: now, By: actor, Reason: form.Reason, Text: text})
			return nil
		})
	})
}

// Sign puts on record who has signed the current draft, and when. The agreement is reached when nobody's
// signature is missing, nor the seal; until then the clock of mediation runs on.
func (s *Service) Sign(ctx context.Context, actor models.Actor, ref Ref, form SignForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionSign, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if len(c.Sittings) == 0 {
			return noSitting()
		}
		text := c.Draft().Text
		a := signing{&text}
		a.Signatures = slices.Clone(a.Signatures)
		a.ReachedOn = form.ReachedOn
		for _, sign := range form.Signatures {
			i := slices.IndexFunc(a.Signatures, func(s models.Signature) bool { return s.Party == sign.Party })
			switch {
			case i >= 0:
				a.Signatures[i] = sign
			default:
				a.Signatures = append(a.Signatures, sign)
			}
		}
		a.MediatorSigned, a.Sealed = form.MediatorSigned, form.Sealed
		var wrong faults
		a.signed(c, form.Signatures, now, &wrong)
		if a.Blanks() != nil {
			wrong.add("reachedOn", "协议里还有没有填的空（＿＿），请先修改协议再登记签名")
		}
		missing := c.Unsigned(a.Agreement)
		if len(missing) == 0 {
			for _, in := range a.Instalments {
				if in.DueOn < a.InForceOn {
					wrong.add("reachedOn", "第%d期的履行日期%s早于签名日期%s，请先修改协议", in.Seq, in.DueOn, a.InForceOn)
				}
			}
		}
		if err := invalid(wrong); err != nil {
			return err
		}
		if len(missing) > 0 {
			text.InForceOn = "" // not before the last of them
			note := fmt.Sprintf("第%d稿还缺：%s", a.Version, strings.Join(missing, "、"))
			return c.Move(rules.Policy, models.ActionSign, actor, now, note, func() error {
				c.Draft().Text = text
				return nil
			})
		}
		return reach(c, rules, actor, now, a.Agreement)
	})
}

func noSitting() error {
	return models.Errorf(models.Precondition, "agreement.no_sitting", "请先登记至少一次调解记录，再登记协议")
}

// Agree records the agreement that a sitting reached, written and signed elsewhere, and ends the clock.
func (s *Service) Agree(ctx context.Context, actor models.Actor, ref Ref, form AgreementForm) (*models.Case, error) {
	form.Items, form.Grounds, form.OralReason = trimList(form.Items), trimList(form.Grounds), strings.TrimSpace(form.OralReason)
	return s.change(ctx, actor, ref, models.ActionAgree, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if len(c.Sittings) == 0 {
			return noSitting()
		}
		agreement, err := form.agreement(c, now)
		if err != nil {
			return err
		}
		return reach(c, rules, actor, now, agreement)
	})
}

// reach ends mediation with an agreement that is in force, and plans what has to be looked after.
func reach(c *models.Case, rules escalation.Rules, actor models.Actor, now time.Time, a *models.Agreement) error {
	inForce, err := workday.Parse(a.InForceOn)
	if err != nil {
		return err
	}
	by, known, err := rules.ConfirmBy(inForce)
	if err != nil {
		return err
	}
	if !known {
		by = inForce.AddDays(models.ConfirmDays)
	}
	a.ConfirmBy = by.String()
	a.RecordedAt, a.Level = now, c.Level
	note := "达成书面协议，" + a.InForceOn + "生效"
	if a.Form == "oral" {
		note = "达成口头协议，" + a.InForceOn + "生效"
	}
	return c.Move(rules.Policy, models.ActionAgree, actor, now, note, func() error {
		c.Agreement = a
		c.EndStage(now, models.OutcomeAgreed, "", "")
		return rules.PlanPerformance(c, now)
	})
}
