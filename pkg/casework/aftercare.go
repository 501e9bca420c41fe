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

// Confirm puts a step of the judicial confirmation on record: that both parties have applied, within thirty
// days (人民调解法第33条), or what the court has decided.
func (s *Service) Confirm(ctx context.Context, actor models.Actor, ref Ref, form ConfirmForm) (*models.Case, error) {
	form.Court, form.Number, form.Reason = strings.TrimSpace(form.Court), strings.TrimSpace(form.Number), strings.TrimSpace(form.Reason)
	return s.change(ctx, actor, ref, models.ActionConfirm, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		inForce, err := workday.Parse(c.Agreement.InForceOn)
		if err != nil {
			return err
		}
		by, _, err := rules.ConfirmBy(inForce)
		if err != nil {
			return err
		}
		note, err := form.check(c.Agreement, by.String(), workday.OfTime(now).String())
		if err != nil {
			return err
		}
		return c.Move(rules.Policy, models.ActionConfirm, actor, now, note, func() error {
			a := c.Agreement
			if form.Step == models.ConfirmationApplied {
				a.Confirmation = &models.Confirmation{Court: form.Court, AppliedOn: form.On, Number: form.Number}
				c.After.Forget(models.NoticeConfirm, 0)
				return nil
			}
			a.Confirmation.Decision, a.Confirmation.DecidedOn, a.Confirmation.Reason = form.Step, form.On, form.Reason
			if form.Number != "" {
				a.Confirmation.Number = form.Number
			}
			return nil
		})
	})
}

// check holds a step against those before it, and says what is written of it. by is the last day to apply.
func (f *ConfirmForm) check(a *models.Agreement, by, today string) (note string, err error) {
	step := models.NameOf(models.ConfirmationSteps(), f.Step)
	applied := a.Confirmation
	switch {
	case f.On > today:
		return "", models.FieldErrorf("on", "日期不能晚于今天")
	case f.Step == models.ConfirmationApplied && applied != nil:
		return "", models.FieldErrorf("step", "已经登记过%s的申请", applied.AppliedOn)
	case f.Step == models.ConfirmationApplied && f.Court == "":
		return "", models.FieldErrorf("court", "请填写向哪个人民法院申请")
	case f.Step == models.ConfirmationApplied && f.On < a.InForceOn:
		return "", models.FieldErrorf("on", "申请日期不能早于协议生效日期%s", a.InForceOn)
	case f.Step == models.ConfirmationApplied && f.On > by:
		return "", models.FieldErrorf("on", "申请司法确认应在协议生效之日起三十日内，已于%s届满（人民调解法第33条）", by)
	case f.Step == models.ConfirmationApplied:
		return step + "，" + f.Court, nil
	case applied == nil:
		return "", models.FieldErrorf("step", "还没有登记申请，请先登记“双方已经共同申请”")
	case applied.Decision != "":
		return "", models.FieldErrorf("step", "法院的裁定已经登记过了")
	case f.On < applied.AppliedOn:
		return "", models.FieldErrorf("on", "裁定日期不能早于申请日期%s", applied.AppliedOn)
	case f.Step == models.ConfirmationRefused && f.Reason == "":
		return "", models.FieldErrorf("reason", "请写明法院的理由")
	case f.Reason != "":
		return step + "：" + f.Reason, nil
	}
	return step, nil
}

// Visit records a follow-up visit. New signs of trouble are for people to act on: the case can be mediated
// again.
func (s *Service) Visit(ctx context.Context, actor models.Actor, ref Ref, form VisitForm) (*models.Case, error) {
	form.Visited = trimList(form.Visited)
	for _, text := range []*string{&form.Visitor, &form.Kept, &form.Signs, &form.Measures} {
		*text = strings.TrimSpace(*text)
	}
	if form.Visitor == "" {
		form.Visitor = actor.Name
	}
	return s.change(ctx, actor, ref, models.ActionVisit, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		var wrong faults
		if form.On > workday.OfTime(now).String() {
			wrong.add("on", "回访日期不能晚于今天")
		}
		if day := workday.OfTime(*c.ConcludedAt).String(); form.On < day {
			wrong.add("on", "回访日期不能早于调解结束的日期%s", day)
		}
		for _, name := range form.Visited {
			if !slices.ContainsFunc(c.Parties, func(p models.Party) bool { return p.Name == name }) {
				wrong.add("visited", "“%s”不是本案当事人", name)
			}
		}
		if err := invalid(wrong); err != nil {
			return err
		}
		note := fmt.Sprintf("%s回访，%s", models.NameOf(models.VisitWays(), form.How), models.NameOf(models.Satisfactions(), form.Satisfaction))
		if form.Signs != "" {
			note += "；新的苗头：" + form.Signs
		}
		return c.Move(rules.Policy, models.ActionVisit, actor, now, note, func() error {
			c.Visit(models.Visit{
				On: form.On, How: form.How, Visitor: form.Visitor, Visited: form.Visited, Kept: form.Kept,
				Satisfaction: form.Satisfaction, Signs: form.Signs, Measures: form.Measures, RecordedAt: now, By: actor,
			})
			return nil
		})
	})
}

// Affirm puts on record that who dictated a case has confirmed on paper what was typed.
func (s *Service) Affirm(ctx context.Context, actor models.Actor, ref Ref, form AffirmForm) (*models.Case, error) {
	form.By, form.Corrections = strings.TrimSpace(form.By), strings.TrimSpace(form.Corrections)
	return s.change(ctx, actor, ref, models.ActionAffirm, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		switch day := workday.OfTime(c.LoggedAt).String(); {
		case form.On > workday.OfTime(now).String():
			return models.FieldErrorf("on", "确认日期不能晚于今天")
		case form.On < day:
			return models.FieldErrorf("on", "确认日期不能早于登记日期%s", day)
		case form.By != c.Dictation.By:
			return models.FieldErrorf("by", "应由口述人%s本人确认", c.Dictation.By)
		}
		note := fmt.Sprintf("%s%s确认代录的内容", form.By, models.NameOf(models.Marks(), form.Mark))
		if form.Corrections != "" {
			note += "；要改的地方：" + form.Corrections
		}
		return c.Move(rules.Policy, models.ActionAffirm, actor, now, note, func() error {
			d := c.Dictation
			d.AffirmedBy, d.AffirmedOn, d.Mark, d.Corrections, d.RecordedAt = form.By, form.On, form.Mark, form.Corrections, &now
			return nil
		})
	})
}
