package models

import (
	"fmt"
	"slices"
	"strings"
)

// PolicyVersion is how people call the version of the rules that made the deadline.
func (c *Clock) PolicyVersion() string {
	return (&Edition{County: c.PolicyCounty, Number: c.PolicyNumber}).VersionName()
}

// Period is the rule's time as people say it: 30日, 3个工作日.
func (r *Rule) Period() string {
	if r.Unit == WorkingDays {
		return fmt.Sprintf("%d个工作日", r.Days)
	}
	return fmt.Sprintf("%d日", r.Days)
}

// Warning says how long before its end the rule reminds: 提前7日、2日, or 不提醒.
func (r *Rule) Warning() string {
	if len(r.WarnDays) == 0 {
		return "不提醒"
	}
	var days []string
	for _, n := range r.WarnDays {
		days = append(days, fmt.Sprintf("%d日", n))
	}
	return "提前" + strings.Join(days, "、")
}

// LevelNames are the names of the levels a rule is for, 各级 for all.
func (p *Policy) LevelNames(r *Rule) string {
	if len(r.Levels) == 0 {
		return "各级"
	}
	var names []string
	for _, level := range r.Levels {
		name := level
		if rung, ok := p.Rung(level); ok {
			name = rung.Name
		}
		names = append(names, name)
	}
	return strings.Join(names, "、")
}

// TypeNames are the types a rule is for: 土地流转, 除土地流转外的各类纠纷, 各类纠纷; of one type its sub-types
// as well: 土地流转（租金拖欠）, 土地流转（除租金拖欠外）.
func (r *Rule) TypeNames() string {
	text := "各类纠纷"
	if len(r.Types) > 0 {
		text = typeNames(r.Types)
	}
	if len(r.Subtypes) > 0 {
		text += "（" + SubtypeNames(r.Types[0], r.Subtypes) + "）"
	}
	if len(r.ExceptSubtypes) > 0 {
		text += "（除" + SubtypeNames(r.Types[0], r.ExceptSubtypes) + "外）"
	}
	if len(r.Except) > 0 {
		return "除" + typeNames(r.Except) + "外的" + text
	}
	return text
}

// SubtypeNames joins the names of sub-types of a type with 、.
func SubtypeNames(t DisputeType, codes []string) string {
	var names []string
	for _, code := range codes {
		names = append(names, NameOf(Subtypes(t), code))
	}
	return strings.Join(names, "、")
}

// Extension says how long a mediation by the rule may be extended, "" where it is no mediation.
func (p *Policy) Extension(r *Rule) string {
	switch n := p.ExtendLimit(r); {
	case r.Phase != PhaseMediation:
		return ""
	case n == 0:
		return "不能延期"
	default:
		return fmt.Sprintf("最多延期%d日", n)
	}
}

// RiskNames are the risks a rule is for, 不论风险 for all.
func (r *Rule) RiskNames() string {
	if len(r.Risks) == 0 {
		return "不论风险"
	}
	return riskNames(r.Risks)
}

// ConflictName says what a rule asks of the conflict of interest.
func (r *Rule) ConflictName() string {
	switch {
	case r.Conflict == nil:
		return "不论有无"
	case *r.Conflict:
		return "有"
	}
	return "无"
}

// Reach says in one line which cases a rule is for: 村级调解，土地流转，风险蓝（低）、黄（一般）.
func (p *Policy) Reach(r *Rule) string {
	text := p.LevelNames(r) + r.Phase.Name() + "，" + r.TypeNames()
	if len(r.Risks) > 0 {
		text += "，风险" + r.RiskNames()
	}
	if r.Conflict != nil {
		text += "，" + r.ConflictName() + "利益冲突"
	}
	return text
}

// AtOnceNames are the risks with which a case goes up at once, “没有” for none.
func (p *Policy) AtOnceNames() string {
	if len(p.AtOnce) == 0 {
		return "没有"
	}
	return riskNames(p.AtOnce)
}

// LadderNames are the levels from the lowest up: 村级、镇级、县级.
func (p *Policy) LadderNames() string {
	var names []string
	for _, rung := range p.Ladder {
		names = append(names, rung.Name)
	}
	return strings.Join(names, "、")
}

func typeNames(types []DisputeType) string {
	var names []string
	for _, t := range types {
		names = append(names, NameOf(DisputeTypes(), string(t)))
	}
	return strings.Join(names, "、")
}

func riskNames(risks []RiskLevel) string {
	var names []string
	for _, r := range risks {
		names = append(names, r.Name())
	}
	return strings.Join(names, "、")
}

// kindsText names some kinds of disputes as shortly as it can be said: of a type that is not there with
// all of its sub-types, those that are, “未选” for none.
func kindsText(list []kind) string {
	var whole []DisputeType
	var parts []string
	for _, t := range DisputeTypes() {
		var names []string
		for _, k := range list {
			switch {
			case k.Type != DisputeType(t.Code):
			case k.Subtype == "":
				names = append(names, "未选具体情形")
			default:
				names = append(names, NameOf(Subtypes(k.Type), k.Subtype))
			}
		}
		switch {
		case len(names) == 1+len(Subtypes(DisputeType(t.Code))):
			whole = append(whole, DisputeType(t.Code))
		case len(names) > 0:
			parts = append(parts, t.Name+"（"+strings.Join(names, "、")+"）")
		}
	}
	if len(whole) > 0 {
		parts = append(parts, typesText(whole))
	}
	return strings.Join(parts, "、")
}

// typesText names some types as shortly as it can be said.
func typesText(types []DisputeType) string {
	const few = 4
	all := DisputeTypes()
	if len(types) == len(all) {
		return "各类纠纷"
	}
	if len(types) <= few {
		return typeNames(types)
	}
	var others []DisputeType
	for _, t := range all {
		if !slices.Contains(types, DisputeType(t.Code)) {
			others = append(others, DisputeType(t.Code))
		}
	}
	if len(others) <= few {
		return "除" + typeNames(others) + "外的各类纠纷"
	}
	return fmt.Sprintf("%s等%d类纠纷", typeNames(types[:few]), len(types))
}
