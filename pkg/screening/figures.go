package screening

import (
	"fengqiao/models"
)

// Definition is one figure of the report: what people read, and the one function of a case and a
// window, or of an entry of the grid, that gives both the number and the list behind it.
type Definition struct {
	Key     string // stable: opened
	Name    string // 新收
	Group   string // heading under which it stands
	Unit    string // 件, 次, 名, 户, 元 (kept in fen), %, 天
	Explain string // one sentence
	Rate    bool   // Value over Of; “—” where Of is zero
	Sum     bool   // adds amounts up, so that its list may be shorter than the number

	value func(*look) int64
	of    func(*look) int64 // of a Rate

	// Of a figure that counts returns and findings in place of cases.
	entry   func(*Entry) int64
	entryOf func(*Entry) int64 // of a Rate
}

// OfGrid says whether the figure counts returns or findings of the grid, and no cases.
func (d *Definition) OfGrid() bool { return d.entry != nil }

// holds says whether an entry stands in the list behind the figure.
func (d *Definition) holds(e *Entry) bool {
	switch {
	case d.entry == nil:
		return false
	case d.Rate:
		return d.entryOf(e) != 0
	}
	return d.entry(e) != 0
}

// Counts says whether every case of the list counts one: then the list is as long as the number.
func (d *Definition) Counts() bool { return !d.Rate && !d.Sum }

// member says whether a case stands in the list behind the figure: that of a rate is what it is
// reckoned on.
func (d *Definition) member(l *look) bool {
	switch {
	case d.OfGrid():
		return false
	case d.Rate:
		return d.of(l) != 0
	}
	return d.value(l) != 0
}

func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func count(key, name, explain string, is func(*look) bool) Definition {
	return Definition{Key: key, Name: name, Unit: "件", Explain: explain, value: func(l *look) int64 { return one(is(l)) }}
}

func sum(key, name, unit, explain string, value func(*look) int64) Definition {
	return Definition{Key: key, Name: name, Unit: unit, Explain: explain, Sum: true, value: value}
}

func rate(key, name, explain string, is, of func(*look) bool) Definition {
	return Definition{
		Key: key, Name: name, Unit: "%", Explain: explain, Rate: true,
		value: func(l *look) int64 { return one(is(l)) }, of: func(l *look) int64 { return one(of(l)) },
	}
}

// entries counts returns, findings of the grid, and group disputes that wait.
func entries(key, name, unit, explain string, is func(*Entry) bool) Definition {
	return Definition{Key: key, Name: name, Unit: unit, Explain: explain, entry: func(e *Entry) int64 { return one(is(e)) }}
}

func (e *Entry) owed() bool     { return e.Duty != nil }
func (e *Entry) returned() bool { return e.Duty != nil && e.Duty.Return != nil }

func endedWith(outcome models.Outcome) func(*look) bool {
	return func(l *look) bool { return l.outcome() == outcome }
}

func agreedAt(seat models.RegionKind) func(*look) bool {
	return func(l *look) bool { return l.agreedAt(seat) }
}

func leftUpward(seat models.RegionKind) func(*look) bool {
	return func(l *look) bool { return l.leftUpward(seat) }
}

// Figures lists every figure in the order of the report.
func Figures() []Definition {
	var all []Definition
	group := func(name string, figures ...Definition) {
		for _, f := range figures {
			f.Group = name
			all = append(all, f)
		}
	}
	group("总体情况",
		count("opening", "期初未结", "月初时已登记、尚在受理或调解中的纠纷。", (*look).opening),
		count("opened", "新收", "本月登记的纠纷，以及以前办结、本月重新调解的纠纷。", (*look).opened),
		count("concluded", "办结", "本月结束调解的纠纷：达成协议、调解不成、撤回、不予受理或转出。", (*look).concluded),
		count("pending", "期末未结", "月末时尚在受理或调解中的纠纷，等于期初未结加新收减办结。", (*look).pending),
		count("mediating", "在调", "期末未结中已经受理、正在调解的纠纷。", func(l *look) bool { return l.pending() && l.is.State == models.Mediating }),
		count("overdue", "超期未结", "期末未结中，月末时办理期限已过的纠纷。", (*look).overdue),
		count("due_soon", "接近到期", "期末未结中，办理期限在月末后七日内届满的纠纷。", (*look).dueSoon),
		count("closed", "结案", "本月结案归档的纠纷，包括以前月份达成协议、本月履行完毕的。", (*look).closed),
	)
	group("排查情况",
		entries("screen_due", "应报排查表", "份", "本月截止的各期，到截止那天在册的每个网格应报一份；还没有截止的一期不算在内。", (*Entry).owed),
		entries("screen_returned", "已报", "份", "应报排查表中，截至月末已经报送的，包括零报告和过期补报的。", (*Entry).returned),
		entries("screen_zero", "零报告", "份", "已报的排查表中，截至月末写明本期没有发现的；与未报不同。", func(e *Entry) bool { return e.returned() && e.Duty.State == DutyZero }),
		entries("screen_missing", "未报", "份", "应报排查表中，截至月末没有报送的，不算排查到。", func(e *Entry) bool { return e.owed() && !e.returned() }),
		Definition{
			Key: "screen_coverage", Name: "排查覆盖率", Unit: "%", Rate: true, Explain: "已报的排查表，占应报排查表的比例。",
			entry: func(e *Entry) int64 { return one(e.returned()) }, entryOf: func(e *Entry) int64 { return one(e.owed()) },
		},
		entries("screen_late", "过期补报", "份", "本月内报送、报送时那一期已经截止的排查表，包括以前月份的。", func(e *Entry) bool { return e.Late }),
		entries("leads", "线索", "条", "本月排查报送的隐患线索。", (*Entry).found),
		entries("leads_case", "转为纠纷", "条", "本月登记为纠纷的排查线索，包括以前月份报送的。", func(e *Entry) bool { return e.ended(models.FindingCase) }),
		entries("leads_prevented", "就地化解（预防）", "条", "本月写明已经就地化解而关闭的排查线索，计为预防纠纷。", func(e *Entry) bool { return e.ended(models.FindingPrevented) }),
		entries("leads_open", "月末待处理线索", "条", "月末时还没有登记为纠纷、也没有关闭的排查线索。", func(e *Entry) bool { return e.Lead != nil && e.Lead.Outcome == nil }),
		count("found", "排查发现", "本月登记的纠纷中，由排查发现的。", func(l *look) bool { return l.opened() && l.counted.Source == models.SourceScreening }),
	)
	group("化解情况",
		count("agreed", "达成协议", "本月达成书面或口头调解协议的纠纷。", endedWith(models.OutcomeAgreed)),
		count("agreed_village", "村级化解", "本月在村一级达成协议的纠纷。", agreedAt(models.RegionVillage)),
		count("agreed_township", "镇级化解", "本月在镇一级达成协议的纠纷。", agreedAt(models.RegionTownship)),
		count("agreed_county", "县级化解", "本月在县一级达成协议的纠纷。", agreedAt(models.RegionCounty)),
		count("written", "书面协议", "本月达成的书面调解协议。", func(l *look) bool { return l.reachedAs("written") }),
		count("oral", "口头协议", "本月达成的口头调解协议。", func(l *look) bool { return l.reachedAs("oral") }),
		count("failed", "调解不成", "本月终止调解、未达成协议的纠纷。", endedWith(models.OutcomeFailed)),
		count("withdrawn", "撤回", "本月由当事人撤回或者终止调解的纠纷。", endedWith(models.OutcomeWithdrawn)),
		count("declined", "不予受理", "本月决定不予受理的纠纷。", endedWith(models.OutcomeDeclined)),
		count("referred", "转出", "本月转请仲裁、诉讼或者有关部门处理而结束调解的纠纷。", endedWith(models.OutcomeReferred)),
		rate("village_rate", "村级化解率（小事不出村）", "自村级起的纠纷中，本月在村级办结或者由村级上报的，其中在村级达成协议的比例。",
			func(l *look) bool {
				return l.beganAt() == models.RegionVillage && l.agreedAt(models.RegionVillage)
			},
			func(l *look) bool {
				return l.beganAt() == models.RegionVillage && l.leftPlace(models.RegionVillage)
			}),
		rate("township_rate", "镇级化解率（大事不出镇）", "本月在镇级办结或者由镇级上报的纠纷，其中在镇级达成协议的比例。",
			agreedAt(models.RegionTownship), func(l *look) bool { return l.leftPlace(models.RegionTownship) }),
		rate("success_rate", "调解成功率", "本月达成协议的纠纷，占达成协议与调解不成之和的比例。",
			endedWith(models.OutcomeAgreed),
			func(l *look) bool {
				return l.outcome() == models.OutcomeAgreed || l.outcome() == models.OutcomeFailed
			}),
		Definition{
			Key: "average_days", Name: "平均办理天数", Unit: "天", Rate: true, Explain: "本月办结的已受理纠纷，从受理到办结平均经过的天数。",
			value: func(l *look) int64 { n, _ := l.days(); return n },
			of:    func(l *look) int64 { _, ok := l.days(); return one(ok) },
		},
		sum("sittings", "调解次数", "次", "本月登记的调解记录；几件纠纷共同调解一次，只计一次。", (*look).sittings),
	)
	group("逐级上报",
		count("escalated", "上报", "本月由下级上报上级的纠纷，同一纠纷多次上报只计一件。", func(l *look) bool { return l.endedAs(models.OutcomeEscalated) }),
		count("escalated_village", "村级上报", "本月由村级上报到镇级的纠纷。", leftUpward(models.RegionVillage)),
		count("escalated_township", "镇级上报", "本月由镇级上报到县级的纠纷。", leftUpward(models.RegionTownship)),
		count("expired", "到期上报", "本月因期限届满由系统上报的纠纷。", func(l *look) bool { return l.handedUp(models.ReasonDeadline) }),
		count("received", "签收", "本月上级签收的上报纠纷。", func(l *look) bool { return l.did(models.ActionReceive) }),
		count("returned", "退回", "本月上级退回补充的上报纠纷。", func(l *look) bool { return l.endedAs(models.OutcomeReturned) }),
		count("unreceived", "待签收", "期末未结中，已经上报、上级尚未签收的纠纷。", func(l *look) bool {
			return l.pending() && l.is.Review == models.ReviewPending
		}),
	)
	group("延期和暂停",
		count("extended", "延期", "本月经双方同意延长办理期限的纠纷。", func(l *look) bool { return l.did(models.ActionExtend) }),
		count("paused", "暂停计时", "本月因鉴定测绘、当事人外出或者等待集体决议而暂停计时的纠纷。", func(l *look) bool { return l.did(models.ActionPause) }),
		count("standing", "期末暂停中", "期末未结中，月末时仍在暂停计时的纠纷。", (*look).paused),
	)
	group("协议履行",
		count("performing", "履行中", "月末时已达成协议、尚未结案的纠纷。", (*look).performing),
		count("due", "应履行协议", "本月有约定期次到期或者提前履行的协议；没有约定履行日期的不计。", func(l *look) bool { is, _ := l.performance(); return is }),
		rate("performance_rate", "协议履行率", "应履行协议中，截至月末这些期次已全部登记履行的比例。",
			func(l *look) bool { _, is := l.performance(); return is }, func(l *look) bool { is, _ := l.performance(); return is }),
		count("performed", "履行完毕结案", "本月因协议履行完毕而结案的纠纷。", func(l *look) bool { return l.closed() && l.is.Ending == models.Performed }),
		count("unperformed", "逾期未履行", "履行中的协议，截至月末有到期期次尚未登记履行的。", (*look).unperformed),
	)
	group("司法确认和回访",
		count("confirmed", "司法确认", "本月登记的、法院裁定确认有效的调解协议，一件纠纷只计一件。", (*look).confirmed),
		count("visited", "回访", "本月登记了回访的纠纷，一件回访几次只计一件。", func(l *look) bool { return l.visit() != nil }),
		rate("visit_rate", "回访率", "本月应当回访的纠纷，截至月末已经回访的比例；结案后的回访期限在本月届满，或者提前在本月回访的，算在本月。",
			func(l *look) bool { _, is := l.visiting(); return is }, func(l *look) bool { is, _ := l.visiting(); return is }),
		rate("satisfaction_rate", "满意率", "本月回访的纠纷中，最近一次回访时当事人满意或者基本满意的比例。",
			(*look).satisfied, func(l *look) bool { return l.visit() != nil }),
	)
	group("风险情况",
		count("red", "红色风险", "期末未结中，风险等级为红（高）的纠纷。", func(l *look) bool { return l.atRisk(models.Red) }),
		count("orange", "橙色风险", "期末未结中，风险等级为橙（较高）的纠纷。", func(l *look) bool { return l.atRisk(models.Orange) }),
		count("yellow", "黄色风险", "期末未结中，风险等级为黄（一般）的纠纷。", func(l *look) bool { return l.atRisk(models.Yellow) }),
		count("blue", "蓝色风险", "期末未结中，风险等级为蓝（低）的纠纷。", func(l *look) bool { return l.atRisk(models.Blue) }),
		count("police", "报告公安", "本月登记了向公安机关报告情况的纠纷。", func(l *look) bool { return l.did(models.ActionPolice) }),
		entries("groups_waiting", "待确认群体性纠纷", "起", "月末时系统已经提请、还没有人确认或者排除的群体性纠纷，一起几件只记一起。", func(e *Entry) bool { return e.Group != nil }),
		count("groups", "新确认群体性纠纷", "本月确认、月末仍合并办理的群体性纠纷，一起只记在其中最早的一件上。", (*look).leads),
		count("grouped", "群体性纠纷案件", "期末未结中，月末时已确认属于群体性纠纷的案件。", (*look).grouped),
	)
	group("规模",
		sum("parties", "当事人", "名", "本月新收纠纷的当事人，包括个人和单位。", func(l *look) int64 { return one(l.opened()) * int64(l.counted.Parties) }),
		sum("households", "涉及户数", "户", "本月新收纠纷涉及的户数。", func(l *look) int64 { return one(l.opened()) * int64(l.counted.Households) }),
		sum("amount_opened", "新收涉及金额", "元", "本月新收纠纷的涉及金额。", func(l *look) int64 { return one(l.opened()) * l.counted.AmountFen }),
		sum("amount_agreed", "协议金额", "元", "本月达成的协议所载金额。", func(l *look) int64 {
			if a := l.reached(); a != nil {
				return a.AmountFen
			}
			return 0
		}),
	)
	return all
}

// Define returns the definition of a key.
func Define(key string) (Definition, bool) {
	for _, d := range Figures() {
		if d.Key == key {
			return d, true
		}
	}
	return Definition{}, false
}
