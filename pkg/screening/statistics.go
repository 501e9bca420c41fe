package screening

import (
	"fengqiao/models"
)

// Statistic is one line of the 统计表 in the official columns. Its number is counted by the system, or
// typed by the compiler where the system does not know it.
type Statistic struct {
	Key, Group, Name, Unit string
	Refs                   []string // added up; their lists are behind it
	// Figures are keys that count it where a report has them.
	Figures []string
}

// Statistics lists the lines in the order of the form (司法部 2010 年统计报表).
func Statistics() []Statistic {
	var all []Statistic
	group := func(name string, lines ...Statistic) {
		for _, l := range lines {
			l.Group = name
			all = append(all, l)
		}
	}
	source := func(key, name string, codes ...string) Statistic {
		s := Statistic{Key: "source_" + key, Name: name, Unit: "件"}
		for _, code := range codes {
			s.Refs = append(s.Refs, "opened@source="+code)
		}
		return s
	}
	typed := func(key, name, unit string, figures ...string) Statistic {
		return Statistic{Key: key, Name: name, Unit: unit, Figures: figures}
	}
	group("组织队伍", typed("committees", "人民调解委员会", "个"), typed("mediators", "人民调解员", "人"))
	group("调解案件",
		Statistic{Key: "total", Name: "案件总数（期初未结加新收）", Unit: "件", Refs: []string{"opening", "opened"}},
		Statistic{Key: "opened", Name: "其中：新收", Unit: "件", Refs: []string{"opened"}},
		Statistic{Key: "agreed", Name: "调解成功", Unit: "件", Refs: []string{"agreed"}},
		Statistic{Key: "parties", Name: "涉及当事人", Unit: "人（单位）", Refs: []string{"parties"}},
		Statistic{Key: "amount", Name: "涉及金额", Unit: "元", Refs: []string{"amount_opened"}})
	group("案件来源",
		source("application", "依申请调解", "application"), source("initiative", "主动调解", "initiative", models.SourceScreening), source("court", "法院委托移送", "court"),
		source("police", "公安委托移送", "police"), source("petition", "信访委托移送", "petition"), source("other", "其他部门委托移送", "other_transfer"))
	for _, t := range models.DisputeTypes() {
		group("纠纷类型", Statistic{Key: "type_" + t.Code, Name: t.Name, Unit: "件", Refs: []string{"opened@type=" + t.Code}})
	}
	group("协议",
		Statistic{Key: "oral", Name: "口头协议", Unit: "件", Refs: []string{"oral"}}, Statistic{Key: "written", Name: "书面协议", Unit: "件", Refs: []string{"written"}},
		Statistic{Key: "performed", Name: "履行完毕", Unit: "件", Refs: []string{"performed"}}, typed("confirmed", "经司法确认", "件", "confirmed"))
	group("排查预防", typed("screenings", "排查纠纷", "次", "screen_returned"), typed("findings", "发现隐患线索", "件", "leads"), typed("prevented", "预防纠纷", "件", "leads_prevented"))
	group("防止激化",
		typed("suicide_cases", "防止自杀", "件"), typed("suicide_people", "防止自杀涉及", "人"), typed("criminal", "防止转化为刑事案件", "件"),
		typed("petition", "防止群体性上访", "件"), typed("fight", "防止群体性械斗", "件"), Statistic{Key: "police", Name: "报告公安机关", Unit: "件", Refs: []string{"police"}})
	return all
}

// StatisticLine is a line of the 统计表 with its number.
type StatisticLine struct {
	Statistic
	Text  string // as people read it, "" where nobody has typed it
	Typed bool   // the compiler's to type
	Block string // under which it is typed
}

// StatisticsOf fills the 统计表 of a report.
func StatisticsOf(r *models.Report) []StatisticLine {
	var out []StatisticLine
	for _, s := range Statistics() {
		line := StatisticLine{Statistic: s, Block: statisticBlock(s.Key)}
		for _, key := range s.Figures {
			if _, ok := r.Figure(key); ok && line.Refs == nil {
				line.Refs = []string{key}
			}
		}
		if line.Typed = line.Refs == nil; line.Typed {
			line.Text = r.Issue.Block(line.Block)
			out = append(out, line)
			continue
		}
		sum := models.Figure{Unit: s.Unit}
		for _, text := range line.Refs {
			if ref, err := ParseRef(text); err == nil {
				n, _ := number(r, ref)
				sum.Value += n
			}
		}
		line.Text = Text(sum)
		out = append(out, line)
	}
	return out
}

// statisticBlock is the key of the block in which a number of the form is typed.
func statisticBlock(key string) string { return "stat_" + key }
