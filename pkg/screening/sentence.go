package screening

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fengqiao/models"
)

// sentences say in words what the figures of a section say in numbers. They follow from the figures
// alone.
func sentences(section string, view *View) []string {
	r := view.Report
	text := func(key string) string {
		f, ok := r.Figure(key)
		if !ok {
			return "—"
		}
		return Text(f)
	}
	is := func(key string) bool { return valueOf(r, key) > 0 }
	switch section {
	case "overview":
		out := []string{fmt.Sprintf("月初未结纠纷%s件，本月新收%s件，办结%s件，月末未结%s件。", text("opening"), text("opened"), text("concluded"), text("pending"))}
		if then := compared(view, "opened"); then != "" {
			out = append(out, "新收纠纷"+then+"。")
		}
		if then := compared(view, "concluded"); then != "" {
			out = append(out, "办结纠纷"+then+"。")
		}
		return out
	case SectionScreening:
		var out []string
		if is("screen_due") {
			out = append(out, fmt.Sprintf("应报排查表%s份，已报%s份（其中零报告%s份），未报%s份，排查覆盖率%s%%。", text("screen_due"), text("screen_returned"), text("screen_zero"), text("screen_missing"), text("screen_coverage")))
		}
		if is("leads") || is("leads_case") || is("leads_prevented") {
			out = append(out, fmt.Sprintf("报送线索%s条，转为纠纷%s条，就地化解%s条。", text("leads"), text("leads_case"), text("leads_prevented")))
		}
		if !is("opened") {
			return append(out, "本月没有新收纠纷。")
		}
		return append(out, fmt.Sprintf("本月新收的%s件纠纷中，排查发现的%s件。", text("opened"), text("found")))
	case "opened":
		if !is("opened") {
			return []string{"本月没有新收纠纷。"}
		}
		return []string{typesText(r), fmt.Sprintf("涉及%s户，金额%s元。", text("households"), text("amount_opened"))}
	case "resolved":
		out := []string{fmt.Sprintf("本月达成协议%s件，其中村级%s件、镇级%s件、县级%s件；调解不成%s件。", text("agreed"), text("agreed_village"), text("agreed_township"), text("agreed_county"), text("failed"))}
		var rates []string
		for _, key := range []string{"village_rate", "township_rate", "success_rate", "performance_rate", "visit_rate", "satisfaction_rate"} {
			if f, ok := r.Figure(key); ok && f.Of != nil && *f.Of > 0 {
				d, _ := Define(key)
				rates = append(rates, d.Name+Text(f)+"%")
			}
		}
		if len(rates) > 0 {
			out = append(out, strings.Join(rates, "，")+"。")
		}
		return out
	case "escalated":
		if !is("escalated") && !is("unreceived") {
			return []string{"本月没有上报的纠纷。"}
		}
		return []string{fmt.Sprintf("本月上报%s件，其中到期上报%s件；签收%s件，退回%s件；月末待签收%s件。", text("escalated"), text("expired"), text("received"), text("returned"), text("unreceived"))}
	case SectionRisk:
		var group []string
		if groups := groupsOf(r); len(groups) > 0 {
			group = []string{fmt.Sprintf("月末正在办理的群体性纠纷%d起，共%s件。", len(groups), text("grouped"))}
		}
		if !is("red") && !is("orange") {
			return append([]string{"月末没有红色、橙色风险的纠纷。"}, group...)
		}
		places := map[string]bool{}
		for _, c := range r.Lines {
			if c.Risk == models.Red || c.Risk == models.Orange {
				places[c.Village] = true
			}
		}
		out := fmt.Sprintf("月末未结纠纷中，红色风险%s件，橙色风险%s件", text("red"), text("orange"))
		if models.RegionKindOf(r.Region) != models.RegionVillage && len(places) > 0 {
			out += fmt.Sprintf("，分布在%d个村", len(places))
		}
		return append([]string{out + "。"}, group...)
	case SectionOverdue:
		if !is("overdue") {
			return []string{"月末没有超期未结的纠纷。"}
		}
		longest := 0
		for _, c := range r.Lines {
			longest = max(longest, c.LateDays)
		}
		return []string{fmt.Sprintf("月末超期未结纠纷%s件，最长的超期%d天。", text("overdue"), longest)}
	}
	return nil
}

// compared says how a figure stands beside last month and the same month of last year, "" where there
// is neither.
func compared(view *View, key string) string {
	now := valueOf(view.Report, key)
	var out []string
	for _, then := range []struct {
		report *models.Report
		name   string
	}{{view.Last, "上月"}, {view.LastYear, "去年同月"}} {
		f := figureOf(then.report, key)
		if f == nil {
			continue
		}
		switch change := now - f.Value; {
		case change == 0:
			out = append(out, "与"+then.name+"持平")
		case f.Value == 0:
			out = append(out, fmt.Sprintf("比%s%s%s件", then.name, moreOrLess(change), grouped(abs(change))))
		default:
			out = append(out, fmt.Sprintf("比%s%s%s件（%.1f%%）", then.name, moreOrLess(change), grouped(abs(change)), 100*float64(abs(change))/float64(f.Value)))
		}
	}
	return strings.Join(out, "，")
}

func moreOrLess(change int64) string {
	if change > 0 {
		return "增加"
	}
	return "减少"
}

func abs(n int64) int64 { return max(n, -n) }

// typesText names what came in: land transfer and dividends always and first, then the others that are
// most.
func typesText(r *models.Report) string {
	t, _ := r.Table("type")
	column := slices.Index(t.Columns, "opened")
	if column < 0 {
		return ""
	}
	first, others := []string{}, []models.TableRow{}
	for _, row := range t.Rows {
		switch row.Code {
		case string(models.LandTransfer), string(models.Dividend):
			first = append(first, fmt.Sprintf("%s%d件", row.Name, row.Values[column]))
		default:
			if row.Values[column] > 0 {
				others = append(others, row)
			}
		}
	}
	slices.SortStableFunc(others, func(a, b models.TableRow) int { return cmp.Compare(b.Values[column], a.Values[column]) })
	for _, row := range others {
		first = append(first, fmt.Sprintf("%s%d件", row.Name, row.Values[column]))
	}
	return "新收纠纷中，" + strings.Join(first, "、") + "。"
}
