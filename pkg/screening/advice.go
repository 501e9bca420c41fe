package screening

import (
	"fmt"
	"slices"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Advice is one piece of advice for the next month, with its ground and the list behind it.
type Advice struct {
	Key    string
	Text   string
	Ground string
	Ref    string // of the number it rests on, whose list are the cases
	Count  int64
	Unit   string
	From   string // from where on the rule speaks: 达到3件、占40%就提出
}

// adviceRule is a rule by which advice is given: where a number is at least so large. What it says is
// our paraphrase of the articles it names.
type adviceRule struct {
	key  string
	name string // as its threshold is called
	ref  string // of the number; in a rule over rows the figure of each row
	rows string // key of the breakdown whose rows are looked at, "" for the whole place
	// least is from where on the rule speaks where a county says nothing. Where share is given a row has to have so many percent
	// of the whole as well, and where rise is, the number has to be so many percent above last month's.
	least       int64
	share, rise int64
	ground      string // {n} the number, {name} the row, {share} percent of the whole, {more} above last month
	text        string
}

// adviceRules are the rules in the order in which they speak: what is dangerous first.
func adviceRules() []adviceRule {
	return []adviceRule{
		{key: "red", name: "红色风险纠纷", ref: "red", least: 1, ground: "月末有红色风险纠纷{n}件",
			text: "逐件确定包案负责人，每周报告进展；可能引起治安案件、刑事案件的，立即向公安机关报告（人民调解法第25条）。"},
		{key: "orange", name: "橙色风险纠纷", ref: "orange", least: 1, ground: "月末有橙色风险纠纷{n}件", text: "逐件研判，提前介入，防止矛盾激化；必要时提高风险等级或者上报。"},
		{key: "overdue", name: "超期未结", ref: "overdue", least: 1, ground: "月末有超期未结纠纷{n}件", text: "逐件明确承办人和办结时间；确实需要更多时间的，征得双方同意后延期，或者及时上报。"},
		{key: "unreceived", name: "上报后没有签收", ref: "unreceived", least: 1, ground: "月末有{n}件上报纠纷还没有签收", text: "上级单位尽快签收；材料不全的，逐项列明后退回补充。"},
		{key: "due_soon", name: "七日内到期", ref: "due_soon", least: 1, ground: "月末后七日内有{n}件纠纷到期", text: "提前约好时间再调解一次，不拖到期限届满。"},
		{key: "unperformed", name: "到期没有履行", ref: "unperformed", least: 1, ground: "有{n}件协议到期没有登记履行", text: "督促履行（人民调解法第31条），已经履行的及时登记；对协议有争议的，告知可以向法院起诉（第32条）。"},
		{key: "expired", name: "到期自动上报", ref: "expired", least: 1, ground: "本月有{n}件纠纷到期没有办结而自动上报", text: "核对下级没有在期限内办结的原因，缺人手的安排联合调解。"},
		{key: "failed", name: "调解不成", ref: "failed", least: 1, ground: "本月有{n}件纠纷调解不成", text: "核对是否已经告知当事人可以通过仲裁、行政、司法途径维护权利（人民调解法第26条）。"},
		{key: "missing", name: "未报的排查表", ref: "screen_missing", least: 1, ground: "有{n}份排查表没有报送", text: "督促没有报送的网格补报；没有发现的也要零报告，零报告和未报不是一回事。"},
		{key: "leads", name: "没有处理的线索", ref: "leads_open", least: 1, ground: "月末有{n}条排查线索没有处理", text: "逐条核实，属于矛盾纠纷的登记调解，已经就地化解的写明情况关闭。"},
		{key: "standing", name: "暂停计时", ref: "standing", least: 1, ground: "月末有{n}件纠纷暂停计时", text: "核对暂停的事由是否已经消除，消除的及时恢复计时。"},
		{key: "land", name: "新收土地流转纠纷", ref: "opened@type=" + string(models.LandTransfer), least: 2, ground: "本月新收土地流转纠纷{n}件",
			text: "排查即将到期和拖欠租金的流转合同；没有书面合同、没有备案的，提醒补签和备案（农村土地承包法第36、40条）。"},
		{key: "dividend", name: "新收集体分红纠纷", ref: "opened@type=" + string(models.Dividend), least: 2, ground: "本月新收集体分红纠纷{n}件",
			text: "核对分配方案是否经过会议决议、是否按规定公开（农村集体经济组织法第26、42条，村民委员会组织法第24、30条）。"},
		{key: "village", name: "一个村新收得多", ref: "opened", rows: "village", least: 3, share: 40, ground: "{name}本月新收{n}件，占{share}%", text: "到{name}集中排查一次，弄清是不是同一件事引起的。"},
		{key: "township", name: "一个乡镇新收得多", ref: "opened", rows: "township", least: 5, share: 40, ground: "{name}本月新收{n}件，占{share}%", text: "到{name}了解情况，必要时派人协助。"},
		{key: "rise", name: "新收比上月增加", ref: "opened", least: 3, rise: 30, ground: "本月新收{n}件，比上月增加{more}件", text: "分析增加的类型和地方，安排一次专项排查。"},
	}
}

// limited is the rule with the thresholds of a county. What a rule does not ask for cannot be set.
func (r adviceRule) limited(t *models.Thresholds) adviceRule {
	set, ok := t.AdviceOf(r.key)
	if !ok {
		return r
	}
	r.least = set.Least
	if r.share > 0 {
		r.share = max(set.Share, 1)
	}
	if r.rise > 0 {
		r.rise = max(set.Rise, 1)
	}
	return r
}

// from says from where on the rule speaks.
func (r adviceRule) from() string {
	ref, _ := ParseRef(r.ref)
	text := fmt.Sprintf("达到%d%s", r.least, unitOf(ref.Figure))
	if r.share > 0 {
		text += fmt.Sprintf("、占%d%%", r.share)
	}
	if r.rise > 0 {
		text += fmt.Sprintf("、增加%d%%", r.rise)
	}
	return text
}

// ThresholdText names from where on each rule of advice speaks in a report, and who has set that.
func ThresholdText(t *models.Thresholds) string {
	var rules []string
	for _, rule := range adviceRules() {
		rule = rule.limited(t)
		rules = append(rules, rule.name+rule.from())
	}
	whose := "县里没有另行设置，是系统默认的"
	if !t.RecordedAt.IsZero() {
		whose = "县矛调中心" + t.RecordedAt.In(workday.Zone).Format("2006年1月2日") + "设置"
	}
	return "提出建议的门槛（" + whose + "）：" + strings.Join(rules, "；") + "。"
}

// Advise gives the advice that a report calls for.
func Advise(view *View) []Advice {
	var out []Advice
	give := func(rule adviceRule, ref Ref, name string, n, share, more int64) {
		words := strings.NewReplacer("{n}", grouped(n), "{name}", name, "{share}", fmt.Sprint(share), "{more}", grouped(more))
		out = append(out, Advice{Key: rule.key, Text: words.Replace(rule.text), Ground: words.Replace(rule.ground), Ref: ref.String(), Count: n, Unit: unitOf(ref.Figure), From: rule.from() + "就提出"})
	}
	for _, rule := range adviceRules() {
		rule = rule.limited(&view.Thresholds)
		ref, err := ParseRef(rule.ref)
		if err != nil {
			continue
		}
		if rule.rows != "" {
			whole := valueOf(view.Report, ref.Figure)
			t, _ := view.Report.Table(rule.rows)
			column := slices.Index(t.Columns, ref.Figure)
			for _, row := range t.Rows {
				if column >= 0 && row.Values[column] >= rule.least && 100*row.Values[column] >= rule.share*whole {
					give(rule, CellRef(t, row, ref.Figure), row.Name, row.Values[column], 100*row.Values[column]/whole, 0)
				}
			}
			continue
		}
		n, ok := number(view.Report, ref)
		if !ok || n < rule.least {
			continue
		}
		var more int64
		if rule.rise > 0 {
			last, known := number(view.Last, ref)
			if more = n - last; !known || 100*more < rule.rise*last || more <= 0 {
				continue
			}
		}
		give(rule, ref, "", n, 0, more)
	}
	return out
}

func unitOf(figure string) string {
	d, _ := Define(figure)
	return d.Unit
}

// number is what a reference counts in a report; false where the report does not know it.
func number(r *models.Report, ref Ref) (int64, bool) {
	if r == nil {
		return 0, false
	}
	if ref.Dimension == "" {
		f, ok := r.Figure(ref.Figure)
		return f.Value, ok
	}
	t, ok := r.Table(ref.Dimension)
	column := slices.Index(t.Columns, ref.Figure)
	if !ok || column < 0 {
		return 0, false
	}
	for _, row := range t.Rows {
		if row.Code == ref.Code {
			return row.Values[column], true
		}
	}
	return 0, true // rows that are all zero are left out
}
