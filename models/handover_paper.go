package models

import (
	"fmt"
	"strings"
)

// PaperState is whether a paper of the case file is there, as far as the data can show.
type PaperState string

const (
	PaperThere    PaperState = "there"    // 已有
	PaperMissing  PaperState = "missing"  // 缺
	PaperUnneeded PaperState = "unneeded" // 不需要
	PaperUnsigned PaperState = "unsigned" // 未签
	PaperLater    PaperState = "later"    // made when the file is closed
	PaperOnPaper  PaperState = "on_paper" // kept outside the system: to be looked for in the file
)

// PaperStates lists them.
func PaperStates() []Choice {
	return []Choice{{string(PaperThere), "已有"}, {string(PaperMissing), "缺"}, {string(PaperUnsigned), "未签"}, {string(PaperLater), "归档时生成"}, {string(PaperUnneeded), "不需要"}, {string(PaperOnPaper), "请核对纸质件"}}
}

// Name is the state as people say it.
func (s PaperState) Name() string { return NameOf(PaperStates(), string(s)) }

// HandoverPaper is one paper of the case file (司法部2010年人民调解文书格式) at a hand-over.
type HandoverPaper struct {
	Name      string     `json:"name"`
	State     PaperState `json:"state"`
	StateName string     `json:"stateName"`
	Note      string     `json:"note"`
}

// papersAt says which papers the file had when a stage was closed.
func (c *Case) papersAt(s *Stage) []HandoverPaper {
	var out []HandoverPaper
	add := func(name string, state PaperState, note string) {
		out = append(out, HandoverPaper{name, state, state.Name(), note})
	}
	has := func(there bool, note string) (PaperState, string) {
		if there {
			return PaperThere, ""
		}
		return PaperMissing, note
	}

	state, note := has(c.AcceptedAt != nil && !c.AcceptedAt.After(*s.Closed), "还没有受理")
	add("人民调解申请书或者受理登记表", state, note)

	sittings, told := 0, false
	for _, sitting := range c.Sittings {
		if sitting.RecordedAt.After(*s.Closed) {
			continue
		}
		told = told || sitting.RightsTold
		if sitting.Level == s.Level && during(s, sitting.RecordedAt) {
			sittings++
		}
	}
	state, note = has(told, "没有一次调解记录写明已经告知权利义务（人民调解法第23、24条）")
	add("权利义务告知书", state, note)

	var unnumbered, agents []string
	for _, p := range c.Parties {
		if p.IDNumber.Mask == "" {
			unnumbered = append(unnumbered, p.Name)
		}
		if p.Agent != "" {
			agents = append(agents, p.Agent)
		}
	}
	state, note = has(len(unnumbered) == 0, "没有登记证件号码："+strings.Join(unnumbered, "、"))
	add("当事人身份证明", state, note)

	if len(agents) > 0 {
		add("授权委托书", PaperOnPaper, "代理人："+strings.Join(agents, "、"))
	} else {
		add("授权委托书", PaperUnneeded, "没有委托代理人")
	}

	state, note = has(sittings > 0, s.Name+"没有调解记录")
	if sittings > 0 {
		note = fmt.Sprintf("%d份", sittings)
	}
	add("调解记录", state, note)

	switch d := c.Police; {
	case d == nil || d.AskedAt.After(*s.Closed):
		add("报告公安的记录", PaperUnneeded, "没有记录治安、刑事危险")
	default:
		state, note = has(d.ReportedAt != nil, "有治安、刑事危险，没有登记报告情况（人民调解法第25条）")
		add("报告公安的记录", state, note)
	}
	// A case that goes up has no agreement yet; it ends with one only later.
	add("调解协议书", PaperUnneeded, "上报时没有达成协议")
	return out
}
