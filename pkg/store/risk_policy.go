package store

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/workday"
)

func riskPolicyKind() *docstore.Kind {
	return editionKind("risk_policies")
}

const riskPolicyNoun = "风险评估规则"

// RiskPolicy returns one version.
func (s *Store) RiskPolicy(ctx context.Context, county string, number int) (*models.RiskPolicy, error) {
	p, err := s.riskPolicies.Get(ctx, models.PolicyID(county, number))
	return p, told(err, riskPolicyNoun)
}

// riskDay is what holds in a county on a day.
type riskDay struct {
	day    workday.Date
	policy *models.RiskPolicy
}

// RiskPolicyInForce returns the risk policy of a county at a moment: its own latest one that has taken
// effect, else the latest for every county, else the one the system comes with. It is shared: nobody
// may change it.
//
// It is read once a day. A version takes effect at the beginning of a day after the one on which it is
// published, by whatever process, so that what holds in the morning holds until midnight; without
// this, logging a case would read the store twice more.
func (s *Store) RiskPolicyInForce(ctx context.Context, county string, now time.Time) (*models.RiskPolicy, error) {
	today := workday.OfTime(now)
	if known, ok := s.riskDays.Load(county); ok && known.(riskDay).day == today {
		return known.(riskDay).policy, nil
	}
	for _, of := range []string{county, ""} {
		found, err := s.riskPolicies.Find(ctx, editionInForce(of, now))
		if err != nil {
			return nil, told(err, riskPolicyNoun)
		}
		if len(found) > 0 {
			s.riskDays.Store(county, riskDay{today, found[0]})
			return found[0], nil
		}
	}
	policy := models.DefaultRiskPolicy(time.Time{}) // nothing was seeded yet
	s.riskDays.Store(county, riskDay{today, policy})
	return policy, nil
}

// RiskPolicies returns every version of a county, or with "" those for every county without its own:
// the one that takes effect last comes first.
func (s *Store) RiskPolicies(ctx context.Context, county string) ([]*models.RiskPolicy, error) {
	found, err := s.riskPolicies.Find(ctx, editionsOf(county))
	return found, told(err, riskPolicyNoun)
}

// InsertRiskPolicy adds a version after checking it. A taken number is IsDuplicate(err, docstore.IDIndex).
func (s *Store) InsertRiskPolicy(ctx context.Context, p *models.RiskPolicy) error {
	if err := s.fit(p); err != nil {
		return err
	}
	if err := s.riskPolicies.Insert(ctx, p); err != nil {
		return told(err, riskPolicyNoun)
	}
	s.riskDays.Clear()
	return nil
}
