package store

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func riskPolicyKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "risk_policies",
		Fields:  []docstore.Field{{Path: "county", Type: docstore.String}, {Path: "effectiveFrom", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "county", Fields: []string{"county", "effectiveFrom"}}},
	}
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
	found, err := s.riskPolicies.Find(ctx, docstore.Query{
		Index: "county", Filter: []docstore.Condition{docstore.Equal("county", county)}, Order: "effectiveFrom", Desc: true, Limit: docstore.MaxLimit,
	})
	return found, told(err, riskPolicyNoun)
}

// InsertRiskPolicy adds a version after checking it. A taken number is IsDuplicate(err, docstore.IDIndex).
func (s *Store) InsertRiskPolicy(ctx context.Context, p *models.RiskPolicy) error {
	if err := s.validate.Check(p); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	p.ID = models.PolicyID(p.County, p.Number)
	return told(s.riskPoliciesInForce.insert(ctx, p), riskPolicyNoun)
}
