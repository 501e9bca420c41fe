package models

import (
	"fmt"
	"slices"
	"strings"
)

// PolicyChange is one thing that differs between two versions.
type PolicyChange struct {
	What string // 村级土地流转
	Was  string // "" where it is new
	Is   string // "" where it is gone
}

// Text says the change in one line: 村级土地流转：30日 → 20日.
func (c PolicyChange) Text() string {
	switch {
	case c.Was == "":
		return c.What + "：新增，" + c.Is
	case c.Is == "":
		return c.What + "：取消（原为" + c.Was + "）"
	}
	return c.What + "：" + c.Was + " → " + c.Is
}

// ComparePolicies lists what is another in one version than in an earlier one: first the rules in the
// order of the newer one, then those that are gone, then all else. Rules are the same where their ids
// are, else where their names are.
func ComparePolicies(was, is *Policy) []PolicyChange {
	var out []PolicyChange
	change := func(what, before, after string) {
		if before != after {
			out = append(out, PolicyChange{what, before, after})
		}
	}
	earlier := pairRules(was, is)
	for i := range is.Rules {
		r := &is.Rules[i]
		old := earlier[i]
		if old == nil {
			out = append(out, PolicyChange{What: r.Name, Is: is.terms(r)})
			continue
		}
		change(old.Name, old.Period(), r.Period())
		change(old.Name+"的名称", old.Name, r.Name)
		change(old.Name+"的适用范围", was.Reach(old), is.Reach(r))
		change(old.Name+"的提醒", old.Warning(), r.Warning())
		if old.ExtendDays != nil || r.ExtendDays != nil { // else it is a change of the version, and stands there
			change(old.Name+"的延期", was.Extension(old), is.Extension(r))
		}
	}
	for i := range was.Rules {
		r := &was.Rules[i]
		if !slices.Contains(earlier, r) {
			out = append(out, PolicyChange{What: r.Name, Was: was.terms(r)})
		}
	}
	change("层级", was.LadderNames(), is.LadderNames())
	for _, rung := range is.Ladder {
		if old, ok := was.Rung(rung.Level); ok && old.Name == rung.Name {
			change(rung.Name+"的办理单位", seatText(old), seatText(rung))
			change(rung.Name+"的计时", clockText(old), clockText(rung))
		}
	}
	change("立即上报的风险", was.AtOnceNames(), is.AtOnceNames())
	change("退回补充的天数", daysRange(was), daysRange(is))
	change("延期的最多天数", days(was.ExtendMaxDays), days(is.ExtendMaxDays))
	change("暂停的最多天数", days(was.PauseMaxDays), days(is.PauseMaxDays))
	for i, term := range is.AfterTerms() {
		change(term.Code, was.AfterTerms()[i].Name, term.Name)
	}
	change("登记报告公安", fmt.Sprintf("%d小时内", was.PoliceHours), fmt.Sprintf("%d小时内", is.PoliceHours))
	return out
}

// terms say in one line all of a rule but its name.
func (p *Policy) terms(r *Rule) string {
	text := p.Reach(r) + "，" + r.Period() + "，" + r.Warning()
	if r.ExtendDays != nil {
		text += "，" + p.Extension(r)
	}
	return text
}

// pairRules finds for each rule of a version the one it was before, nil where it is new.
func pairRules(was, is *Policy) []*Rule {
	pairs := make([]*Rule, len(is.Rules))
	for _, same := range []func(a, b *Rule) bool{
		func(a, b *Rule) bool { return a.ID == b.ID },
		func(a, b *Rule) bool { return a.Name == b.Name },
	} {
		for i := range is.Rules {
			for n := range was.Rules {
				if old := &was.Rules[n]; pairs[i] == nil && same(&is.Rules[i], old) && !slices.Contains(pairs, old) {
					pairs[i] = old
				}
			}
		}
	}
	return pairs
}

func days(n int) string {
	if n == 0 {
		return "不允许"
	}
	return fmt.Sprintf("%d日", n)
}

// AfterTerms says what the version asks after mediation: what it is, and when.
func (p *Policy) AfterTerms() []Choice {
	a := p.AfterDays()
	return []Choice{
		{"结案后回访", fmt.Sprintf("%d日内，%s", a.Visit, dayList("提前", a.VisitWarn, "当天"))},
		{"协议履行的提醒", dayList("提前", a.DueWarn, "当天") + "，过期次日再提醒"},
		{"司法确认的提醒", dayList("生效后第", a.Confirm, "当天") + "，三十日内申请"},
	}
}

// dayList says on which days people are reminded.
func dayList(before string, list []int, same string) string {
	if len(list) == 0 {
		return "不提醒"
	}
	var out []string
	for _, n := range list {
		if n == 0 {
			out = append(out, same)
		} else {
			out = append(out, fmt.Sprintf("%s%d日", before, n))
		}
	}
	return strings.Join(out, "、") + "提醒"
}

func daysRange(p *Policy) string { return fmt.Sprintf("%d至%d日", p.ReturnMinDays, p.ReturnMaxDays) }

func seatText(r Rung) string {
	seat := map[RegionKind]string{RegionVillage: "村", RegionTownship: "乡镇", RegionCounty: "县"}[r.Seat]
	if r.Body == "office" {
		return seat + "的签收单位"
	}
	return seat + "人民调解委员会"
}

func clockText(r Rung) string {
	if r.SingleClock {
		return "一个期限管到底"
	}
	return "受理、签收和调解分别计时"
}
