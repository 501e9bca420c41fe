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

// PauseForm stops the clock, on one of the three lawful grounds.
type PauseForm struct {
	Ground models.PauseGround `json:"ground" validate:"required,oneof=survey absent decision" label:"暂停的原因"`
	Note   string             `json:"note" validate:"notblank,max=500" label:"情况说明"`
}

// ResumeForm lets the clock go on.
type ResumeForm struct {
	Note string `json:"note,omitempty" validate:"max=500" label:"情况说明"`
}

// ExtendForm gives more days, once per level. Consent is how both parties agreed.
type ExtendForm struct {
	Days    int    `json:"days" validate:"required,gte=1,lte=60" label:"延期日数"`
	Consent string `json:"consent" validate:"notblank,max=500" label:"双方同意延期的记录"`
}

// OrderForm is 督办 by a higher level: a last day for who has the case, or that the case is taken up
// (提级办理).
type OrderForm struct {
	Kind    string `json:"kind" validate:"required,oneof=deadline take" label:"督办方式"`
	LastDay string `json:"lastDay,omitempty" validate:"omitempty,day" label:"办结日期"` // deadline
	Note    string `json:"note" validate:"notblank,max=500" label:"督办要求"`
}

// PoliceForm puts on record who reported a threat to whom and when (人民调解法第25条).
type PoliceForm struct {
	ReportedAt time.Time `json:"reportedAt" validate:"required" label:"报告时间"`
	ReportedBy string    `json:"reportedBy" validate:"notblank,max=30" label:"报告人"`
	ReportedTo string    `json:"reportedTo" validate:"notblank,max=80" label:"向谁报告"`
	Note       string    `json:"note,omitempty" validate:"max=500" label:"情况说明"`
}

// Pause stops the clock of a mediation. The days of pause count in none of its periods; a case has
// only so many of them.
func (s *Service) Pause(ctx context.Context, actor models.Actor, ref Ref, form PauseForm) (*models.Case, error) {
	form.Note = strings.TrimSpace(form.Note)
	return s.change(ctx, actor, ref, models.ActionPause, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		note := form.Ground.Name() + "：" + form.Note
		return c.Move(rules.Policy, models.ActionPause, actor, now, note, func() error {
			return rules.Pause(c, actor, form.Ground, form.Note, now)
		})
	})
}

// Resume lets the clock go on.
func (s *Service) Resume(ctx context.Context, actor models.Actor, ref Ref, form ResumeForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionResume, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		return c.Move(rules.Policy, models.ActionResume, actor, now, strings.TrimSpace(form.Note), func() error { return rules.Resume(c, now) })
	})
}

// Extend gives a mediation more days with both parties' consent, once per level.
func (s *Service) Extend(ctx context.Context, actor models.Actor, ref Ref, form ExtendForm) (*models.Case, error) {
	form.Consent = strings.TrimSpace(form.Consent)
	return s.change(ctx, actor, ref, models.ActionExtend, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		note := fmt.Sprintf("延期%d日：%s", form.Days, form.Consent)
		return c.Move(rules.Policy, models.ActionExtend, actor, now, note, func() error {
			return rules.Extend(c, actor, form.Days, form.Consent, now)
		})
	})
}

// Order is 督办: a higher level sets a shorter deadline or takes the case up. The order stands on the
// case and who has it is told.
func (s *Service) Order(ctx context.Context, actor models.Actor, ref Ref, form OrderForm) (*models.Case, error) {
	form.Note = strings.TrimSpace(form.Note)
	action := models.ActionOrder
	if form.Kind == "take" {
		action = models.ActionTake
	}
	return s.change(ctx, actor, ref, action, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		from := c.Office
		if action == models.ActionTake {
			return c.Move(rules.Policy, action, actor, now, form.Note, func() error {
				to, _ := rules.Policy.TakenTo(c.Level, actor.Role.Seat())
				return rules.HandUp(c, now, escalation.HandOver{Reason: models.ReasonOrdered, Note: "上级要求提级办理：" + form.Note, To: to.Level})
			})
		}
		if form.LastDay == "" {
			return models.FieldErrorf("lastDay", "请填写办结日期")
		}
		note := fmt.Sprintf("要求在%s前办结：%s", form.LastDay, form.Note)
		return c.Move(rules.Policy, action, actor, now, note, func() error {
			if err := rules.Order(c, actor, form.LastDay, actor.Name+"（"+actor.Role.Name()+"）要求："+form.Note, now); err != nil {
				return err
			}
			c.Notify(models.NoticeOrder, now, from, fmt.Sprintf("%s（%s）被上级督办，请在%s前办结", c.NumberText(), c.Place.VillageName, form.LastDay))
			return nil
		})
	})
}

// ReportPolice puts on record who reported the threat of a dispute, to whom and when.
func (s *Service) ReportPolice(ctx context.Context, actor models.Actor, ref Ref, form PoliceForm) (*models.Case, error) {
	form.ReportedBy, form.ReportedTo, form.Note = strings.TrimSpace(form.ReportedBy), strings.TrimSpace(form.ReportedTo), strings.TrimSpace(form.Note)
	return s.change(ctx, actor, ref, models.ActionPolice, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		at := form.ReportedAt.UTC().Truncate(time.Millisecond)
		switch {
		case at.After(now):
			return models.FieldErrorf("reportedAt", "报告时间不能晚于现在")
		case workday.OfTime(at).Before(workday.OfTime(c.LoggedAt)):
			return models.FieldErrorf("reportedAt", "报告时间不能早于登记日期%s", workday.OfTime(c.LoggedAt))
		}
		note := fmt.Sprintf("%s于%s向%s报告", form.ReportedBy, at.In(workday.Zone).Format("2006年1月2日15:04"), form.ReportedTo)
		return c.Move(rules.Policy, models.ActionPolice, actor, now, note, func() error {
			if c.Police == nil {
				c.Police = &models.PoliceDuty{AskedAt: now, AnswerBy: now}
			}
			p := c.Police
			p.ReportedAt, p.ReportedBy, p.ReportedTo, p.Note = &at, form.ReportedBy, form.ReportedTo, form.Note
			return nil
		})
	})
}

// askPolice notes that a threat waits for its report.
func askPolice(c *models.Case, policy *models.Policy, now time.Time) {
	if c.Police == nil {
		c.Police = &models.PoliceDuty{AskedAt: now, AnswerBy: now.Add(time.Duration(policy.PoliceHours) * time.Hour)}
	}
}
