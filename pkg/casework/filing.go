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

// FileForm is 立卷归档. Where 必须 papers are missing it must say that this is known.
type FileForm struct {
	Retention string `json:"retention" validate:"required,oneof=short long permanent" label:"保管期限"`
	On        string `json:"on,omitempty" validate:"omitempty,day" label:"立卷日期"`
	By        string `json:"by,omitempty" validate:"max=30" label:"立卷人"`
	Remark    string `json:"remark,omitempty" validate:"max=300" label:"备注"`
	Known     bool   `json:"known,omitempty" label:"已知缺少材料"`
}

// AddendForm is what comes to a file after filing.
type AddendForm struct {
	Text string `json:"text" validate:"notblank,max=1000" label:"补充说明"`
}

// File closes the case file for good.
func (s *Service) File(ctx context.Context, actor models.Actor, ref Ref, form FileForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionFile, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		filing := &models.Filing{
			On: form.On, By: strings.TrimSpace(form.By), Retention: form.Retention, Remark: strings.TrimSpace(form.Remark), Missing: c.MissingPapers(),
			At: now, Actor: actor, Supplements: []models.Supplement{},
		}
		today := workday.OfTime(now).String()
		if filing.On == "" {
			filing.On = today
		}
		if filing.By == "" {
			filing.By = actor.Name
		}
		var faults []models.FieldError
		switch closed := workday.OfTime(*c.ClosedAt).String(); {
		case filing.On > today:
			faults = append(faults, models.FieldError{Field: "on", Message: "立卷日期不能晚于今天"})
		case filing.On < closed:
			faults = append(faults, models.FieldError{Field: "on", Message: "立卷日期不能早于结案日期" + closed})
		}
		if len(filing.Missing) > 0 && !form.Known {
			faults = append(faults, models.FieldError{Field: "known", Message: "还缺必须的材料：" + strings.Join(filing.Missing, "；") + "。请先补齐；确实补不齐的，勾选此项再立卷"})
		}
		if len(faults) > 0 {
			return invalid(faults)
		}
		note := fmt.Sprintf("立卷归档，保管期限%s", models.NameOf(models.Retentions(), filing.Retention))
		if len(filing.Missing) > 0 {
			note += fmt.Sprintf("，缺%d项材料", len(filing.Missing))
		}
		return c.Move(rules.Policy, models.ActionFile, actor, now, note, func() error {
			c.File(filing)
			return nil
		})
	})
}

// Addend adds a note to a file that was filed. A photo or a PDF comes in by Attach.
func (s *Service) Addend(ctx context.Context, actor models.Actor, ref Ref, form AddendForm) (*models.Case, error) {
	form.Text = strings.TrimSpace(form.Text)
	return s.change(ctx, actor, ref, models.ActionAddend, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		return c.Move(rules.Policy, models.ActionAddend, actor, now, form.Text, func() error {
			c.Filing.Supplement(now, actor, form.Text)
			return nil
		})
	})
}
