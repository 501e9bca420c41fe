package models

import (
	"fmt"
	"slices"
	"strings"
)

// Check says what is wrong with a policy as a whole, in plain Chinese: whatever can happen to a case
// must be matched by exactly one rule. What is wrong with one rule is a fault of its field; what no
// rule covers, and what is wrong with the ladder, stands in the message. At most ten are named.
func (p *Policy) Check() error {
	c := policyCheck{policy: p}
	c.ladder()
	for i := range p.Rules {
		c.rule(i)
	}
	for _, risk := range p.AtOnce {
		if risk.Rank() == 0 {
			c.field("atOnce", "没有“%s”这个风险等级", risk)
		}
	}
	c.coverage()
	if len(c.whole) == 0 && len(c.fields) == 0 {
		return nil
	}
	out := &Error{Kind: Invalid, Code: "policy.invalid", Message: "时限规则填写有误，请按提示修改", Fields: c.fields[:min(len(c.fields), maxPolicyFaults)]}
	if len(c.whole) > 0 {
		shown := c.whole[:min(len(c.whole), maxPolicyFaults)]
		out.Message = "规则有缺漏：" + strings.Join(shown, "；")
		if more := len(c.whole) - len(shown); more > 0 {
			out.Message += fmt.Sprintf("；还有%d处", more)
		}
	}
	return out
}

const maxPolicyFaults = 10

// policyCheck collects what is wrong.
type policyCheck struct {
	policy *Policy
	whole  []string
	fields []FieldError
	strays map[int]bool // rules that name what is not there: that they match nothing needs no saying
}

func (c *policyCheck) field(path, format string, args ...any) {
	c.fields = append(c.fields, FieldError{Field: path, Message: fmt.Sprintf(format, args...)})
}

func (c *policyCheck) ladder() {
	seats := map[RegionKind]int{RegionVillage: 1, RegionTownship: 2, RegionCounty: 3}
	for i, r := range c.policy.Ladder {
		if c.policy.rungIndex(r.Level) != i {
			c.whole = append(c.whole, fmt.Sprintf("层级“%s”重复", r.Name))
		}
		if i > 0 && seats[r.Seat] < seats[c.policy.Ladder[i-1].Seat] {
			c.whole = append(c.whole, fmt.Sprintf("层级“%s”应排在“%s”前面", r.Name, c.policy.Ladder[i-1].Name))
		}
	}
}

// rule checks what can be said of one rule alone.
func (c *policyCheck) rule(i int) {
	r := &c.policy.Rules[i]
	at := func(field string) string { return fmt.Sprintf("rules[%d].%s", i, field) }
	stray := func(field, format string, code any) {
		if c.strays == nil {
			c.strays = map[int]bool{}
		}
		c.strays[i] = true
		c.field(at(field), "规则“%s”："+format, r.Name, code)
	}
	for _, level := range r.Levels {
		if _, ok := c.policy.Rung(level); !ok {
			stray("levels", "没有“%s”这个层级", level)
		}
	}
	for _, t := range r.Types {
		if !HasCode(DisputeTypes(), string(t)) {
			stray("types", "没有“%s”这个纠纷类型", t)
		}
	}
	for _, t := range r.Except {
		if !HasCode(DisputeTypes(), string(t)) {
			stray("except", "没有“%s”这个纠纷类型", t)
		}
	}
	for field, list := range map[string][]string{"subtypes": r.Subtypes, "exceptSubtypes": r.ExceptSubtypes} {
		if len(list) > 0 && len(r.Types) != 1 {
			c.field(at(field), "规则“%s”：写了具体情形，纠纷类型要写一种，而且只能写一种", r.Name)
			continue
		}
		for _, code := range list {
			if !HasCode(Subtypes(r.Types[0]), code) {
				stray(field, NameOf(DisputeTypes(), string(r.Types[0]))+"没有“%s”这个具体情形", code)
			}
		}
	}
	switch {
	case r.ExtendDays == nil:
	case r.Phase != PhaseMediation:
		c.field(at("extendDays"), "规则“%s”：只有调解期限可以延期，%s的规则请把延期空着", r.Name, r.Phase.Name())
	case *r.ExtendDays > c.policy.ExtendMaxDays:
		c.field(at("extendDays"), "规则“%s”：延期%d日，超过了这一版“延期的最多天数”%d日", r.Name, *r.ExtendDays, c.policy.ExtendMaxDays)
	}
	for _, risk := range r.Risks {
		if risk.Rank() == 0 {
			stray("risks", "没有“%s”这个风险等级", risk)
		}
	}
	if first := slices.IndexFunc(c.policy.Rules, func(o Rule) bool { return o.ID == r.ID }); first != i {
		c.field(at("name"), "规则“%s”和“%s”的编号一样", r.Name, c.policy.Rules[first].Name)
	}
	for _, before := range r.WarnDays {
		if r.Unit == CalendarDays && r.Days > 0 && before >= r.Days {
			c.field(at("warnDays"), "规则“%s”的期限只有%d日，不能提前%d日提醒", r.Name, r.Days, before)
		}
	}
}

// coverage goes through whatever can happen: what no rule matches, what several do, and which rules
// match nothing.
func (c *policyCheck) coverage() {
	used := make([]bool, len(c.policy.Rules))
	for i, rung := range c.policy.Ladder {
		for _, phase := range c.policy.phases(i) {
			hits := map[string]*conditions{} // by the rules that match
			var order []string
			for _, at := range circumstancesOf(phase, rung.Level) {
				var rules []int
				for n := range c.policy.Rules {
					if c.policy.Rules[n].matches(at) {
						used[n] = true
						rules = append(rules, n)
					}
				}
				if len(rules) == 1 {
					continue
				}
				key := fmt.Sprint(rules)
				if hits[key] == nil {
					hits[key] = &conditions{rules: rules, masks: map[kind]int{}}
					order = append(order, key)
				}
				hits[key].add(at)
			}
			for _, key := range order {
				c.say(rung.Name+phase.Name(), hits[key])
			}
		}
	}
	for n, r := range c.policy.Rules {
		if !used[n] && !c.strays[n] {
			c.field(fmt.Sprintf("rules[%d].name", n), "规则“%s”管不到任何案件，请改正或者删去", r.Name)
		}
	}
}

// say names a gap, or an overlap at the last of the rules that overlap.
func (c *policyCheck) say(where string, at *conditions) {
	if len(at.rules) == 0 {
		for _, text := range at.lines() {
			c.whole = append(c.whole, where+"没有规则："+text)
		}
		return
	}
	last := at.rules[len(at.rules)-1]
	var others []string
	for _, n := range at.rules[:len(at.rules)-1] {
		others = append(others, "“"+c.policy.Rules[n].Name+"”")
	}
	for _, text := range at.lines() {
		c.field(fmt.Sprintf("rules[%d].name", last), "规则“%s”和%s重叠：%s，%s", c.policy.Rules[last].Name, strings.Join(others, "、"), where, text)
	}
}

// phases are the clocks that can run on a rung.
func (p *Policy) phases(rung int) []Phase {
	switch {
	case p.Ladder[rung].SingleClock:
		return []Phase{PhaseMediation}
	case rung == 0:
		return []Phase{PhaseAcceptance, PhaseMediation}
	}
	// Above the lowest rung a case arrives by hand-over, or is taken in directly.
	return []Phase{PhaseAcceptance, PhaseReview, PhaseMediation}
}

// circumstancesOf is whatever can be the case while a clock runs on a level.
func circumstancesOf(phase Phase, level string) []Circumstances {
	var all []Circumstances
	for _, k := range kinds() {
		for _, risk := range RiskLevels() {
			for _, conflict := range []bool{false, true} {
				all = append(all, Circumstances{phase, level, k.Type, k.Subtype, RiskLevel(risk.Code), conflict})
			}
		}
	}
	return all
}

// kind is what a dispute is about: its type and, where it has one, its sub-type.
type kind struct {
	Type    DisputeType
	Subtype string
}

// kinds lists all that there are, those of one type together, the one without a sub-type first.
func kinds() []kind {
	var all []kind
	for _, t := range DisputeTypes() {
		all = append(all, kind{Type: DisputeType(t.Code)})
		for _, s := range Subtypes(DisputeType(t.Code)) {
			all = append(all, kind{DisputeType(t.Code), s.Code})
		}
	}
	return all
}

// conditions are circumstances of one phase and level that are alike in what matches them.
type conditions struct {
	rules []int
	masks map[kind]int // of each kind, two bits for each risk: without and with conflict
}

func (s *conditions) add(at Circumstances) {
	bit := 2 * (at.Risk.Rank() - 1)
	if at.Conflict {
		bit++
	}
	s.masks[kind{at.Type, at.Subtype}] |= 1 << bit
}

// lines describes the circumstances in as few lines as kinds and risks that are alike allow.
func (s *conditions) lines() []string {
	var out []string
	done := map[int]bool{}
	for _, first := range kinds() {
		mask := s.masks[first]
		if mask == 0 || done[mask] {
			continue
		}
		done[mask] = true
		var alike []kind
		for _, k := range kinds() {
			if s.masks[k] == mask {
				alike = append(alike, k)
			}
		}
		for _, conflict := range []int{0b11, 0b01, 0b10} {
			var risks []RiskLevel
			for i, risk := range RiskLevels() {
				if mask>>(2*i)&0b11 == conflict {
					risks = append(risks, RiskLevel(risk.Code))
				}
			}
			if len(risks) == 0 {
				continue
			}
			text := kindsText(alike)
			if len(risks) < len(RiskLevels()) {
				text += "，风险" + riskNames(risks)
			}
			out = append(out, text+map[int]string{0b11: "", 0b01: "，无利益冲突", 0b10: "，有利益冲突"}[conflict])
		}
	}
	return out
}
