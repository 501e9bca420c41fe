package models

import (
	"fmt"
	"slices"
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

// CasePaper is one paper of the case file (司法部2010年人民调解文书格式), as it is at this moment.
type CasePaper struct {
	Code      string     `json:"code"` // stable: rights
	Name      string     `json:"name"`
	Must      bool       `json:"must"` // 必须, else 按需
	State     PaperState `json:"state"`
	StateName string     `json:"stateName"`
	Note      string     `json:"note"`
	// Returned is what the level above found wanting in it, "" for nothing.
	Returned string `json:"returned"`
}

// PaperNames lists the papers in the order of the file.
func PaperNames() []Choice {
	return []Choice{
		{"cover", "卷宗封面、卷内目录"}, {"application", "人民调解申请书或者受理登记表"}, {"affirmation", "代录本人确认单"}, {"rights", "权利义务告知书"}, {"identity", "当事人身份证明"},
		{"proxy", "授权委托书"}, {"investigation", "调查记录"}, {"evidence", "证据材料"}, {"sittings", "调解记录"}, {"agreement", "调解协议书或者口头协议登记表"},
		{"ending", "调解终止告知书"}, {"performance", "履行凭证"}, {"visits", "回访记录"}, {"confirmation", "司法确认材料"}, {"police", "报告公安的记录"}, {"statement", "卷宗情况说明"}, {"back", "封底"},
	}
}

// paperList gathers the papers in their order.
type paperList struct {
	c   *Case
	out []CasePaper
}

// add adds a paper. One that is attached is there, whatever the data say of it.
func (l *paperList) add(code string, must bool, state PaperState, format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	if n := l.attached(code); n > 0 && state != PaperThere {
		state, note = PaperThere, fmt.Sprintf("已附%d份", n)
	}
	l.out = append(l.out, CasePaper{Code: code, Name: NameOf(PaperNames(), code), Must: must, State: state, StateName: state.Name(), Note: note, Returned: l.c.returnedPaper(code)})
}

// attached is how many photos and PDFs of a paper were attached.
func (l *paperList) attached(code string) int {
	kind := map[string]string{
		"application": AttachApplication, "rights": AttachNotice, "identity": AttachIdentity, "proxy": AttachProxy, "investigation": AttachInvestigation, "evidence": AttachEvidence,
		"sittings": AttachSitting, "agreement": AttachAgreement, "performance": AttachReceipt, "visits": AttachVisit, "confirmation": AttachConfirmation,
	}[code]
	n := 0
	for _, a := range l.c.Attachments {
		if a.Kind == kind && a.Withdrawn == nil {
			n++
		}
	}
	return n
}

// Papers says of every paper of the official list whether it is there, missing, unsigned or not needed, as far as
// the case's data can show, at any moment of its life.
func (c *Case) Papers() []CasePaper {
	l := &paperList{c: c}
	taken := c.AcceptedAt != nil
	l.add("cover", true, PaperLater, "归档时由系统生成")
	switch {
	case !taken && c.State == Closed:
		l.add("application", true, PaperThere, "没有受理，存登记的内容")
	case !taken && c.Source != "application":
		l.add("application", true, PaperMissing, "还没有受理")
	case !taken:
		l.add("application", true, PaperThere, "申请书，受理时补登记表")
	case c.Dictation.IsOpen():
		l.add("application", true, PaperUnsigned, "由%s代录，%s还没有确认", c.Dictation.Typist, c.Dictation.By)
	default:
		l.add("application", true, PaperThere, "")
	}
	if d := c.Dictation; d != nil {
		if d.IsOpen() {
			l.add("affirmation", true, PaperUnsigned, "请打印大字确认单，由%s签名或者按指印", d.By)
		} else {
			l.add("affirmation", true, PaperThere, "%s于%s%s", d.AffirmedBy, dayText(d.AffirmedOn), NameOf(Marks(), d.Mark))
		}
	}
	told := slices.ContainsFunc(c.Sittings, func(s Sitting) bool { return s.RightsTold })
	switch {
	case told:
		l.add("rights", true, PaperThere, "请核对当事人签收")
	case !taken && c.State == Closed:
		l.add("rights", true, PaperUnneeded, "没有受理")
	default:
		l.add("rights", true, PaperMissing, "没有一次调解记录写明已经告知权利义务（人民调解法第23、24条）")
	}
	c.partyPapers(l)
	switch n := len(c.Investigations); {
	case n == 0:
		l.add("investigation", false, PaperOnPaper, "做过调查的，登记或者附上调查记录")
	case c.unsignedInvestigations() > 0:
		l.add("investigation", true, PaperUnsigned, "%d份，其中%d份被调查人没有逐页签名", n, c.unsignedInvestigations())
	default:
		l.add("investigation", true, PaperThere, "%d份", n)
	}
	l.add("evidence", false, PaperOnPaper, "有合同、收条、照片的，附复印件")
	switch n := len(c.Sittings); {
	case n > 0:
		l.add("sittings", true, PaperThere, "%d份，请核对签名", n)
	case !taken && c.State == Closed:
		l.add("sittings", true, PaperUnneeded, "没有受理")
	case c.State == Closed && c.Agreement == nil && c.Failure == nil: // withdrawn or referred before it
		l.add("sittings", true, PaperUnneeded, "没有调解过")
	default:
		l.add("sittings", true, PaperMissing, "还没有调解记录")
	}
	c.endPapers(l)
	if d := c.Police; d != nil {
		if d.ReportedAt != nil {
			l.add("police", false, PaperThere, "")
		} else {
			l.add("police", true, PaperMissing, "有治安、刑事危险，没有登记报告情况（人民调解法第25条）")
		}
	}
	switch {
	case len(c.Corrections) > 0:
		l.add("statement", false, PaperOnPaper, "本案补正过%d次，请写明情况", len(c.Corrections))
	case c.Linked.Follows != nil:
		l.add("statement", false, PaperOnPaper, "接着归档的原案办，说明里已经写明")
	default:
		l.add("statement", false, PaperUnneeded, "")
	}
	l.add("back", true, PaperLater, "归档时由系统生成")
	return l.out
}

func (c *Case) partyPapers(l *paperList) {
	var unnumbered, agents []string
	for _, p := range c.Parties {
		if p.IDNumber.Mask == "" {
			unnumbered = append(unnumbered, p.Name)
		}
		if p.Agent != "" {
			agents = append(agents, p.Agent)
		}
	}
	if len(unnumbered) > 0 {
		l.add("identity", true, PaperMissing, "没有登记证件号码：%s", strings.Join(unnumbered, "、"))
	} else {
		l.add("identity", true, PaperOnPaper, "号码已经登记，请附复印件")
	}
	if len(agents) > 0 {
		l.add("proxy", true, PaperOnPaper, "代理人：%s", strings.Join(agents, "、"))
	} else {
		l.add("proxy", false, PaperUnneeded, "没有委托代理人")
	}
}

// endPapers are those of how mediation ended, and of what came after it.
func (c *Case) endPapers(l *paperList) {
	a := c.Agreement
	switch draft := c.Draft(); {
	case a != nil && a.Form == "written" && l.attached("agreement") == 0: // what was signed lies on paper alone
		l.add("agreement", true, PaperOnPaper, "%s生效，请附上签字的协议照片", dayText(a.InForceOn))
	case a != nil:
		l.add("agreement", true, PaperThere, "%s生效", dayText(a.InForceOn))
	case draft != nil && c.State == Mediating:
		l.add("agreement", true, PaperUnsigned, "第%d稿，还缺：%s", draft.Seq, strings.Join(c.Unsigned(&draft.Text), "、"))
	default:
		l.add("agreement", true, PaperUnneeded, "没有达成协议")
	}
	if f := c.Failure; f != nil {
		l.add("ending", true, PaperThere, "%s，已告知救济途径", f.At.In(zone).Format("2006年1月2日"))
	}
	if a == nil {
		l.add("performance", false, PaperUnneeded, "没有协议")
	} else {
		performed, receipts := 0, 0
		for _, in := range a.Instalments {
			if in.PerformedOn != "" {
				performed++
			}
			if in.Receipt != "" {
				receipts++
			}
		}
		switch {
		case performed == 0:
			l.add("performance", false, PaperUnneeded, "还没有履行")
		case receipts < performed:
			l.add("performance", false, PaperOnPaper, "已履行%d期，其中%d期没有登记凭证", performed, performed-receipts)
		default:
			l.add("performance", false, PaperThere, "%d份", receipts)
		}
	}
	visits, visitBy := 0, ""
	if c.After != nil {
		visits, visitBy = len(c.After.Visits), c.After.VisitBy
	}
	switch {
	case visitBy != "":
		l.add("visits", false, PaperMissing, "请在%s前回访", dayText(visitBy))
	case visits > 0:
		l.add("visits", false, PaperThere, "%d份", visits)
	default:
		l.add("visits", false, PaperUnneeded, "结案后回访")
	}
	switch {
	case a == nil || a.Confirmation == nil:
		l.add("confirmation", false, PaperUnneeded, "没有申请司法确认")
	case a.Confirmation.Decision == "":
		l.add("confirmation", false, PaperMissing, "已经申请，等待法院的裁定")
	default:
		l.add("confirmation", false, PaperThere, "%s", NameOf(ConfirmationSteps(), a.Confirmation.Decision))
	}
}

// ReturnItem is one paper that a review sends back, with what is wrong with it.
type ReturnItem struct {
	Paper  string `bson:"paper" json:"paper"` // one of PaperNames
	Page   string `bson:"page,omitempty" json:"page,omitempty"`
	Reason string `bson:"reason" json:"reason"`
}

// String is the item in one line.
func (r ReturnItem) String() string {
	text := NameOf(PaperNames(), r.Paper)
	if r.Page != "" {
		text += "第" + r.Page + "页"
	}
	return text + "：" + r.Reason
}

// returnedPaper is what the last return, which is not yet answered, found wanting in a paper.
func (c *Case) returnedPaper(code string) string {
	if c.Review != ReviewReturned || len(c.Stages) < 2 {
		return ""
	}
	var reasons []string
	for _, item := range c.Stages[len(c.Stages)-2].Returned {
		if item.Paper == code {
			text := item.Reason
			if item.Page != "" {
				text = "第" + item.Page + "页：" + text
			}
			reasons = append(reasons, text)
		}
	}
	return strings.Join(reasons, "；")
}
