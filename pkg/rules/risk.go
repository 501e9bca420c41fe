package rules

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// The versions of the risk rules are kept, published and named as those of the deadlines are.

// RiskVersion is one version of the risk rules with what it is good for now.
type RiskVersion struct {
	*models.RiskPolicy
	Standing Standing
}

// Key names a version in an address; see Version.Key.
func (v RiskVersion) Key() string { return RiskKeyOf(v.RiskPolicy) }

// RiskKeyOf names a risk policy in an address.
func RiskKeyOf(p *models.RiskPolicy) string { return KeyOf(headOf(p)) }

// headOf is what a version of either kind is known and put in order by.
func headOf(p *models.RiskPolicy) *models.Policy {
	return &models.Policy{ID: p.ID, County: p.County, Number: p.Number, EffectiveFrom: p.EffectiveFrom, PublishedBy: p.PublishedBy}
}

func headsOf(all []*models.RiskPolicy) []*models.Policy {
	out := make([]*models.Policy, len(all))
	for i, p := range all {
		out[i] = headOf(p)
	}
	return out
}

// RiskVersions lists every version of the risk rules that matters to a county; see Versions.
func (s *Service) RiskVersions(ctx context.Context, county string) ([]RiskVersion, error) {
	var all []*models.RiskPolicy
	for _, of := range slices.Compact([]string{county, ""}) {
		found, err := s.store.RiskPolicies(ctx, of)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	now := s.now()
	current, err := s.store.RiskPolicyInForce(ctx, county, now)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(p *models.RiskPolicy) bool { return p.ID == current.ID }) { // nothing was seeded yet
		all = append(all, current)
	}
	heads := headsOf(all)
	out := make([]RiskVersion, len(all))
	for i, p := range all {
		out[i] = RiskVersion{RiskPolicy: p, Standing: standing(heads[i], heads, headOf(current), now)}
	}
	return out, nil
}

// RiskVersion finds a version by its key among those that matter to a county.
func (s *Service) RiskVersion(ctx context.Context, county, key string) (RiskVersion, error) {
	all, err := s.RiskVersions(ctx, county)
	if err != nil {
		return RiskVersion{}, err
	}
	i := slices.IndexFunc(all, func(v RiskVersion) bool { return v.Key() == key })
	if i < 0 {
		return RiskVersion{}, models.Errorf(models.NotFound, "not_found", "没有找到这一版风险评估规则")
	}
	return all[i], nil
}

// CurrentRisk is the risk policy in force in a county.
func (s *Service) CurrentRisk(ctx context.Context, county string) (*models.RiskPolicy, error) {
	return s.store.RiskPolicyInForce(ctx, county, s.now())
}

// LatestRisk is the number of a county's newest version of its own risk rules, 0 where it has none.
func (s *Service) LatestRisk(ctx context.Context, county string) (int, error) {
	own, err := s.store.RiskPolicies(ctx, county)
	latest := 0
	for _, p := range own {
		latest = max(latest, p.Number)
	}
	return latest, err
}

// PublishRisk adds a version to the risk rules of a county, under the conditions of Publish. From the
// night on which it takes effect every open dispute is assessed by it.
func (s *Service) PublishRisk(ctx context.Context, actor models.Actor, county string, p *models.RiskPolicy, base int) (*models.RiskPolicy, error) {
	if models.RegionKindOf(county) != models.RegionCounty || !actor.Scope().Covers(county) {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个县")
	}
	own, err := s.store.RiskPolicies(ctx, county)
	if err != nil {
		return nil, err
	}
	newest := &models.RiskPolicy{}
	for _, other := range own {
		if other.Number > newest.Number {
			newest = other
		}
	}
	switch {
	case newest.Number > base:
		return nil, s.taken(headOf(newest))
	case newest.Number < base:
		return nil, models.Errorf(models.Malformed, "policy.base", "表单没有完整收到，请回到风险规则重新打开")
	}
	now := s.now()
	next := *p
	next.Head, next.County, next.Number = docstore.Head{}, county, base+1
	next.ID = models.PolicyID(county, next.Number)
	next.EffectiveFrom = workday.OfTime(p.EffectiveFrom).Start()
	next.PublishedAt, next.PublishedBy = &now, &actor
	if err := s.checkRisk(&next, own, now); err != nil {
		return nil, err
	}
	err = s.store.InsertRiskPolicy(ctx, &next)
	if store.IsDuplicate(err, docstore.IDIndex) {
		other, err := s.store.RiskPolicy(ctx, county, next.Number)
		if err != nil {
			return nil, err
		}
		return nil, s.taken(headOf(other))
	}
	if err != nil {
		return nil, err
	}
	return &next, nil
}

// CheckRisk says everything that is wrong with a version that is to be published in a county, as
// PublishRisk does.
func (s *Service) CheckRisk(ctx context.Context, county string, p *models.RiskPolicy) error {
	own, err := s.store.RiskPolicies(ctx, county)
	if err != nil {
		return err
	}
	return s.checkRisk(p, own, s.now())
}

func (s *Service) checkRisk(p *models.RiskPolicy, own []*models.RiskPolicy, now time.Time) error {
	faults := effectiveFaults(headOf(p), headsOf(own), now)
	for _, err := range []error{s.validate.Check(p), p.Check()} {
		if err == nil {
			continue
		}
		e := models.AsError(err)
		if e.Kind != models.Invalid {
			return err
		}
		for _, f := range e.Fields {
			if !slices.ContainsFunc(faults, func(o models.FieldError) bool { return o.Field == f.Field }) {
				faults = append(faults, f)
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "risk_policy.invalid", Message: "风险评估规则填写有误，请按提示修改", Fields: faults}
}

// effectiveFaults says what is wrong with the day on which a version is to take effect.
func effectiveFaults(p *models.Policy, own []*models.Policy, now time.Time) []models.FieldError {
	from, today := workday.OfTime(p.EffectiveFrom), workday.OfTime(now)
	var faults []models.FieldError
	if !today.Before(from) {
		faults = append(faults, models.FieldError{Field: "effectiveFrom", Message: fmt.Sprintf("生效日期应在今天（%s）以后，已经开始计算的期限不变", today)})
	}
	for _, other := range own {
		if coming := workday.OfTime(other.EffectiveFrom); today.Before(coming) && from.Before(coming) && today.Before(from) {
			return append(faults, models.FieldError{Field: "effectiveFrom", Message: fmt.Sprintf(
				"%s将在%s生效，新的一版不能比它早；写同一天，就以新的一版为准", other.VersionName(), coming)})
		}
	}
	return faults
}
