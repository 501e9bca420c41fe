package store

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
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

// RiskPolicyInForce returns the risk policy of a county at a moment: its own latest one that has taken
// effect, else the latest for every county, else the one the system comes with. It is shared: nobody
// may change it.
func (s *Store) RiskPolicyInForce(ctx context.Context, county string, now time.Time) (*models.RiskPolicy, error) {
	p, err := s.riskPoliciesInForce.at(ctx, county, now)
	if p == nil && err == nil {
		p = models.DefaultRiskPolicy(time.Time{}) // nothing was seeded yet
	}
	return p, told(err, riskPolicyNoun)
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
	return told(s.riskPoliciesInForce.insert(ctx, p), riskPolicyNoun)
}
