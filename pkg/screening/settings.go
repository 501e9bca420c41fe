package screening

import (
	"context"
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// RuleForm is how often the cells of a county send their returns, from a day on.
type RuleForm struct {
	From       string   `json:"from" validate:"required,day" label:"从哪天起"`
	Every      string   `json:"every" validate:"required,oneof=week month" label:"多久报一次"`
	Kinds      []string `json:"kinds" validate:"min=1,max=3,dive,oneof=branch group household" label:"由谁报"`
	RemindDays int      `json:"remindDays" validate:"gte=0,lte=7" label:"提前几天提醒"`
	GraceDays  int      `json:"graceDays" validate:"gte=0,lte=10" label:"宽限几天"`
}

// attempts bounds how often a change is made again after losing against another writer.
const attempts = 32

var errCrowded = models.Errorf(models.Conflict, "conflict", "同时修改的人太多，请稍后再试")

// Rules lists how often the cells of a county send their returns, in the order of their days.
func (s *Service) Rules(ctx context.Context, county string) ([]models.ScreeningRule, error) {
	settings, err := s.store.ScreeningSettings(ctx, county)
	if store.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return settings.Rules, nil
}

// PeriodNow is the period of a county that is running, and the rules that made it.
func (s *Service) PeriodNow(ctx context.Context, county string) (Period, []models.ScreeningRule, error) {
	rules, err := s.Rules(ctx, county)
	return PeriodOn(rules, workday.OfTime(s.now())), rules, err
}

// SetRule adds a rule for the county of the actor. It holds from a day that is still to come: what has
// begun stays as it is.
func (s *Service) SetRule(ctx context.Context, actor models.Actor, form RuleForm) error {
	if actor.Role != models.RoleCounty {
		return models.Errorf(models.Forbidden, "screening.rule", "排查周期由县矛调中心设置")
	}
	form.Kinds = filled(form.Kinds)
	if err := s.validate.Check(&form); err != nil {
		return err
	}
	now := s.now()
	if form.From <= workday.OfTime(now).String() {
		return models.FieldErrorf("from", "请填明天或者以后的日期：已经开始的一期不能改")
	}
	rule := models.ScreeningRule{From: form.From, Every: form.Every, RemindDays: form.RemindDays, GraceDays: form.GraceDays, RecordedAt: now, RecordedBy: actor}
	for _, kind := range form.Kinds {
		rule.Kinds = append(rule.Kinds, models.CellKind(kind))
	}
	for range attempts {
		settings, err := s.store.ScreeningSettings(ctx, actor.Region)
		if store.IsNotFound(err) {
			settings, err = &models.ScreeningSettings{County: actor.Region}, nil
		}
		if err != nil {
			return err
		}
		if n := len(settings.Rules); n > 0 && settings.Rules[n-1].From > form.From {
			return models.FieldErrorf("from", "已经定了从%s起的周期，请填这一天或者以后", dayText(settings.Rules[n-1].From))
		}
		settings.Rules = append(settings.Rules, rule)
		err = s.store.PutScreeningSettings(ctx, settings)
		if !store.IsConflict(err) && !store.IsDuplicate(err, "_id") {
			return err
		}
	}
	return errCrowded
}

// dayText is 2026年11月24日.
func dayText(day string) string {
	d, err := workday.Parse(day)
	if err != nil {
		return day
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}
