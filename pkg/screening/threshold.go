package screening

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// ThresholdForm is a new version of a county's thresholds, of all of them.
type ThresholdForm struct {
	Seen   int                      `json:"seen,omitempty" validate:"gte=0" label:"版本"` // how many versions there were when the form was opened
	Advice []models.AdviceThreshold `json:"advice" validate:"max=100,dive" label:"建议"`
	Guard  *models.GuardThresholds  `json:"guard" validate:"required" label:"抽查"`
}

// AdviceLimit is a rule of advice with from where on it speaks.
type AdviceLimit struct {
	models.AdviceThreshold
	Name, Unit     string
	Shared, Rising bool // the rule asks for a share of the whole, or for a rise
}

// thresholds are those of a county that were recorded before a moment.
func (s *Service) thresholds(ctx context.Context, county string, before time.Time) (models.Thresholds, error) {
	settings, err := s.store.ScreeningSettings(ctx, county)
	if err != nil && !store.IsNotFound(err) {
		return models.Thresholds{}, err
	}
	return settings.ThresholdsAt(before), nil
}

// Thresholds are the versions of a county's thresholds, the oldest first, without the default.
func (s *Service) Thresholds(ctx context.Context, county string) ([]models.Thresholds, error) {
	settings, err := s.store.ScreeningSettings(ctx, county)
	if store.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return settings.Thresholds, nil
}

// AdviceLimits lists the rules of advice in the order in which they speak, under some thresholds.
func AdviceLimits(t models.Thresholds) []AdviceLimit {
	var out []AdviceLimit
	for _, rule := range adviceRules() {
		rule = rule.limited(&t)
		ref, _ := ParseRef(rule.ref)
		out = append(out, AdviceLimit{
			AdviceThreshold: models.AdviceThreshold{Key: rule.key, Least: rule.least, Share: rule.share, Rise: rule.rise},
			Name:            rule.name, Unit: unitOf(ref.Figure), Shared: rule.share > 0, Rising: rule.rise > 0,
		})
	}
	return out
}

// SetThresholds adds a version for the county of the actor. It holds for the months that end from now on:
// reports and checks of those that are over stay as they are.
func (s *Service) SetThresholds(ctx context.Context, actor models.Actor, form ThresholdForm) error {
	if actor.Role != models.RoleCounty {
		return models.Errorf(models.Forbidden, "screening.thresholds", "门槛由县矛调中心设置")
	}
	if err := s.checkThresholds(&form); err != nil {
		return err
	}
	version := models.Thresholds{Advice: form.Advice, Guard: *form.Guard, RecordedAt: s.now(), RecordedBy: actor}
	for range attempts {
		settings, err := s.store.ScreeningSettings(ctx, actor.Region)
		if store.IsNotFound(err) {
			settings, err = &models.ScreeningSettings{County: actor.Region, Rules: []models.ScreeningRule{}}, nil
		}
		if err != nil {
			return err
		}
		if n := len(settings.Thresholds); n != form.Seen {
			if n == 0 {
				return models.Errorf(models.Malformed, "form", "表单没有完整收到，请重新打开这一页")
			}
			last := settings.Thresholds[n-1]
			return models.Errorf(models.Conflict, "conflict", "门槛在您打开之后已被%s于%s修改。您填写的内容还在，请看过最新情况再提交",
				last.RecordedBy.Name, last.RecordedAt.In(workday.Zone).Format("1月2日15:04"))
		}
		settings.Thresholds = append(settings.Thresholds, version)
		err = s.store.PutScreeningSettings(ctx, settings)
		if !store.IsConflict(err) && !store.IsDuplicate(err, "_id") {
			return err
		}
	}
	return errCrowded
}

// checkThresholds asks for every rule once, with what it asks for itself.
func (s *Service) checkThresholds(form *ThresholdForm) error {
	if err := s.validate.Check(form); err != nil {
		return err
	}
	var faults []models.FieldError
	seen := map[string]bool{}
	limits := AdviceLimits(models.Thresholds{})
	for i, a := range form.Advice {
		at := slices.IndexFunc(limits, func(l AdviceLimit) bool { return l.Key == a.Key })
		field := func(name string) string { return fmt.Sprintf("advice[%d].%s", i, name) }
		switch {
		case at < 0 || seen[a.Key]:
			faults = append(faults, models.FieldError{Field: field("key"), Message: "没有这一条建议，或者写了两次"})
			continue
		case limits[at].Shared && a.Share == 0:
			faults = append(faults, models.FieldError{Field: field("share"), Message: "请填百分之几，至少1"})
		case limits[at].Rising && a.Rise == 0:
			faults = append(faults, models.FieldError{Field: field("rise"), Message: "请填百分之几，至少1"})
		}
		seen[a.Key] = true
	}
	if len(faults) == 0 && len(seen) < len(limits) {
		return models.Errorf(models.Malformed, "form", "表单没有完整收到，请重新打开这一页")
	}
	return refused(faults)
}
