package pages

import (
	"context"
	"net/url"
	"strconv"

	"fengqiao/models"
	"fengqiao/pkg/rules"
)

// riskDesk is the pages of the rules by which disputes are assessed.
func (p *Pages) riskDesk() *ruleDesk[models.RiskPolicy, *models.RiskPolicy] {
	return &ruleDesk[models.RiskPolicy, *models.RiskPolicy]{
		Pages: p, book: p.rules.Risks, root: "/risk-rules", title: "风险规则", done: "新的一版已经发布，到生效那天自动启用，所有未结的纠纷当夜重新评估。",
		pages: deskPages{list: "riskrules", version: "riskversion", compare: "riskcompare", draft: "risknew", try: "risktry"},
		text:  func(r *models.RiskPolicy) any { return textOfRiskRules(r) }, changes: models.CompareRiskPolicies,
		lists: []string{"factors"}, values: func(r *models.RiskPolicy) url.Values { return riskValuesOf(rules.RiskDraftOf(r)) },
		read: func(values url.Values, _ *models.RiskPolicy) (*models.RiskPolicy, error) {
			var draft rules.RiskDraft
			decode(values, &draft) // every field is text: nothing of it cannot be read
			return draft.Policy()
		},
		choices: func(*models.RiskPolicy) any { return riskKinds() },
		trial: func(ctx context.Context, county, year string, candidate *models.RiskPolicy, run *rules.Run) (any, error) {
			return p.riskTrial(ctx, county, year, candidate, run)
		},
	}
}

// riskText is what a version says.
type riskText struct {
	Rows    []riskRowView
	Lines   []models.Choice // level and from which points on
	Cluster string
}

type riskRowView struct {
	Measure string
	Points  int
}

func riskVersionPath(key string) string { return "/risk-rules/" + url.PathEscape(key) }

func textOfRiskRules(p *models.RiskPolicy) riskText {
	out := riskText{Lines: p.Lines(), Cluster: p.ClusterText()}
	for _, f := range p.Factors {
		out.Rows = append(out.Rows, riskRowView{f.Measure(), f.Points})
	}
	return out
}

// riskKinds are the factors with their units.
func riskKinds() []models.Choice {
	kinds := models.RiskFactorKinds()
	for i, kind := range kinds {
		if unit := models.RiskFactorKind(kind.Code).Unit(); unit != "" {
			kinds[i].Name += "（" + unit + "）"
		}
	}
	return kinds
}

// riskValuesOf is a draft as the fields of its form.
func riskValuesOf(d rules.RiskDraft) url.Values {
	values := url.Values{
		"name": {d.Name}, "effectiveFrom": {d.EffectiveFrom}, "yellowFrom": {d.YellowFrom}, "orangeFrom": {d.OrangeFrom}, "redFrom": {d.RedFrom},
		"clusterDays": {d.ClusterDays}, "clusterHouseholds": {d.ClusterHouseholds},
	}
	var rows []map[string]string
	for _, f := range d.Factors {
		rows = append(rows, map[string]string{"kind": f.Kind, "from": f.From, "points": f.Points})
	}
	rowValues(values, "factors", rows)
	return values
}

// riskTrialView is a trial on the screen.
type riskTrialView struct {
	*rules.RiskTrial
	Of    string    // 现在未结的120件
	Names [2]string // of the rules in force and of the candidate
	Cases []riskTrialCase
	Left  int // cases that differ and are not listed
}

type riskTrialCase struct{ Path, Title, Number, Place, Was, Is string }

// riskTrial tries a version on the cases of a year; on the open ones where none was typed.
func (p *Pages) riskTrial(ctx context.Context, county, typed string, candidate *models.RiskPolicy, run *rules.Run) (*riskTrialView, error) {
	year, of := int64(0), "现在未结的"
	if typed != "" {
		var err error
		if year, err = parseCount(typed); err != nil {
			return nil, models.FieldErrorf("year", "年份请写成四位数字，例如%d；不写就试算现在未结的", p.lastYear())
		}
		of = strconv.FormatInt(year, 10) + "年登记的"
	}
	current, err := p.rules.Risks.Current(ctx, county)
	if err != nil {
		return nil, err
	}
	t, err := p.rules.TryRisk(ctx, rules.RiskTrialQuery{County: county, Year: int(year), With: candidate, Against: current, Most: trialRows, Counted: run.Counted, Progress: run.Progress})
	if err != nil {
		return nil, err
	}
	view := &riskTrialView{RiskTrial: t, Of: of + strconv.Itoa(t.Cases) + "件", Names: [2]string{"现行规则", "试算的规则"}}
	for _, d := range t.Differing {
		view.Cases = append(view.Cases, riskTrialCase{Path: "/cases/" + d.ID.Hex(), Title: d.Title, Number: d.Number, Place: d.Place, Was: d.Was.Text(), Is: d.Is.Text()})
	}
	view.Left = t.Higher + t.Lower - len(view.Cases)
	return view, nil
}
