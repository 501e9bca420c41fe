package rules

import (
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
)

// Service carries out what is done to the rules. Safe for concurrent use.
type Service struct {
	Deadlines *Book[models.Policy, *models.Policy]
	Risks     *Book[models.RiskPolicy, *models.RiskPolicy]
	Subsidies *Book[models.SubsidyTable, *models.SubsidyTable]

	store    *store.Store
	sweeper  *escalation.Sweeper
	validate *models.Validator
	now      func() time.Time
}

// New makes the service. now is cut to the millisecond, as times are stored.
func New(st *store.Store, now func() time.Time) *Service {
	s := &Service{
		store: st, sweeper: escalation.NewSweeper(st), validate: models.NewValidator(),
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
	s.Deadlines = &Book[models.Policy, *models.Policy]{
		title: "时限规则", noun: "时限规则", code: "policy", kept: "已经开始计算的期限不变", validate: s.validate, now: s.now,
		shelf: shelf[*models.Policy]{st.Policy, st.Policies, st.PolicyInForce, st.InsertPolicy},
	}
	// From the night on which a version of the risk rules takes effect every open dispute is assessed by it.
	s.Risks = &Book[models.RiskPolicy, *models.RiskPolicy]{
		title: "风险规则", noun: "风险评估规则", code: "risk_policy", kept: "已经开始计算的期限不变", validate: s.validate, now: s.now,
		shelf: shelf[*models.RiskPolicy]{st.RiskPolicy, st.RiskPolicies, st.RiskPolicyInForce, st.InsertRiskPolicy},
	}
	s.Subsidies = &Book[models.SubsidyTable, *models.SubsidyTable]{
		title: "补贴标准", noun: "补贴标准", code: "subsidy", kept: "以前结案的仍按原来的标准", validate: s.validate, now: s.now, joins: models.SubsidyPeriodFaults,
		shelf: shelf[*models.SubsidyTable]{st.SubsidyTable, st.SubsidyTables, st.SubsidyTableInForce, st.InsertSubsidyTable},
	}
	return s
}
