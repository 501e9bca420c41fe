package models

import (
	"fmt"
	"slices"
	"strings"
)

// Check says what is wrong with a risk policy as a whole, in plain Chinese, each fault at its field.
func (p *RiskPolicy) Check() error {
	var faults []FieldError
	fault := func(field, format string, args ...any) {
		if len(faults) < maxPolicyFaults {
			faults = append(faults, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
		}
	}
	if p.OrangeFrom <= p.YellowFrom {
		fault("orangeFrom", "橙色的分数线（%d分）应高于黄色的（%d分）", p.OrangeFrom, p.YellowFrom)
	}
	if p.RedFrom <= p.OrangeFrom {
		fault("redFrom", "红色的分数线（%d分）应高于橙色的（%d分）", p.RedFrom, p.OrangeFrom)
	}
	most := map[RiskFactorKind]int{}
	for i, f := range p.Factors {
		at := func(field string) string { return fmt.Sprintf("factors[%d].%s", i, field) }
		if !HasCode(RiskFactorKinds(), string(f.Kind)) {
			fault(at("kind"), "没有“%s”这个因素", f.Kind)
			continue
		}
		most[f.Kind] = max(most[f.Kind], f.Points)
		if f.Kind.Unit() == "" && f.From != 1 {
			fault(at("from"), "“%s”只看有没有，不用填数", f.Kind.Name())
		}
		for n, other := range p.Factors[:i] {
			if other.Kind != f.Kind {
				continue
			}
			more, fewer := f, other // the one that is worse, and the other
			if (f.Kind == FactorNear) == (f.From > other.From) {
				more, fewer = other, f
			}
			switch {
			case f.From == other.From:
				fault(at("from"), "“%s”和第%d行重复", f.Measure(), n+1)
			case more.Points <= fewer.Points:
				fault(at("points"), "“%s”得%d分，应多于“%s”的%d分", more.Measure(), more.Points, fewer.Measure(), fewer.Points)
			}
		}
	}
	sum := 0
	for _, points := range most {
		sum += points
	}
	if len(faults) == 0 && sum < p.RedFrom {
		fault("redFrom", "所有因素加起来只有%d分，到不了红色的分数线", sum)
	}
	if len(faults) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "risk_policy.invalid", Message: "风险评估规则填写有误，请按提示修改", Fields: faults}
}

// Measure says when the row counts: 涉及户数10户以上, 聚集.
func (f RiskFactor) Measure() string {
	switch {
	case f.Kind.Unit() == "":
		return f.Kind.Name()
	case f.Kind == FactorAmount:
		return f.Kind.Name() + roundYuan(f.From) + "以上"
	case f.Kind == FactorNear:
		return fmt.Sprintf("%s%d日以内", f.Kind.Name(), f.From)
	}
	return fmt.Sprintf("%s%d%s以上", f.Kind.Name(), f.From, f.Kind.Unit())
}

// Lines says from which points on each level holds, from low to high.
func (p *RiskPolicy) Lines() []Choice {
	return []Choice{
		{string(Blue), fmt.Sprintf("不到%d分", p.YellowFrom)}, {string(Yellow), fmt.Sprintf("%d分起", p.YellowFrom)},
		{string(Orange), fmt.Sprintf("%d分起", p.OrangeFrom)}, {string(Red), fmt.Sprintf("%d分起", p.RedFrom)},
	}
}

// ClusterText says when cases with one root are put to people as a group dispute.
func (p *RiskPolicy) ClusterText() string {
	return fmt.Sprintf("同村、同一合同、受让方、集体决议或分红年度，%d日内的纠纷合计%d户以上", p.ClusterDays, p.ClusterHouseholds)
}

// CompareRiskPolicies lists what is another in one version than in an earlier one: the rows in the
// order of the newer one, those that are gone, then all else.
func CompareRiskPolicies(was, is *RiskPolicy) []PolicyChange {
	var out []PolicyChange
	points := func(p *RiskPolicy, f RiskFactor) string {
		for _, o := range p.Factors {
			if o.Kind == f.Kind && o.From == f.From {
				return fmt.Sprintf("%d分", o.Points)
			}
		}
		return ""
	}
	change := func(what, before, after string) {
		if before != after {
			out = append(out, PolicyChange{what, before, after})
		}
	}
	for _, f := range is.Factors {
		change(f.Measure(), points(was, f), points(is, f))
	}
	for _, f := range was.Factors {
		if points(is, f) == "" {
			change(f.Measure(), points(was, f), "")
		}
	}
	for i, line := range is.Lines() {
		if i > 0 {
			change(strings.SplitN(RiskLevel(line.Code).Name(), "（", 2)[0]+"色的分数线", was.Lines()[i].Name, line.Name)
		}
	}
	change("群体性纠纷", was.ClusterText(), is.ClusterText())
	return slices.Clip(out)
}
