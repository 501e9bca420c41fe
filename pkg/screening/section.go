package screening

import (
	"slices"
	"strings"

	"fengqiao/models"
)

// Section is one section of the report: which figures and breakdowns stand in it, and what its
// compiler may write beside them.
type Section struct {
	Key, Name string
	Figures   []string // groups of figures
	Tables    []string // keys of dimensions
	Charts    []string
	Block     string // key of the compiler's text, "" where there is none
	BlockName string
	BlockHint string
}

// Charts of the report.
const (
	ChartTrend = "trend" // thirteen months
	ChartTypes = "types"
	ChartSeats = "seats" // levels of resolution
	ChartDays  = "days"
	ChartTiles = "tiles" // places by risk
)

// Keys of the sections that have more than figures.
const (
	SectionScreening = "screening"
	SectionRisk      = "risk"
	SectionOverdue   = "overdue"
	SectionAdvice    = "advice"
)

// Sections lists the sections in the order of the paper.
func Sections() []Section {
	return []Section{
		{Key: "overview", Name: "概况", Figures: []string{"总体情况"}, Tables: []string{"township", "village"}, Charts: []string{ChartTrend},
			Block: "overview", BlockName: "概况说明", BlockHint: "本月工作的总体情况，数字不必再写"},
		{Key: SectionScreening, Name: "排查情况", Figures: []string{"排查情况"}, Tables: []string{gridTownship, gridVillage}, Block: "screening", BlockName: "排查说明", BlockHint: "怎样排查的，发现了什么"},
		{Key: "opened", Name: "新发与类型", Figures: []string{"规模"}, Tables: []string{"type", "source"}, Charts: []string{ChartTypes}},
		{Key: "resolved", Name: "化解情况", Figures: []string{"化解情况", "协议履行", "司法确认和回访"}, Tables: []string{"seat", "outcome", "days"}, Charts: []string{ChartSeats, ChartDays},
			Block: "resolved", BlockName: "化解说明", BlockHint: "好的做法，难办的原因；不写当事人的姓名"},
		{Key: "escalated", Name: "逐级上报", Figures: []string{"逐级上报"}, Tables: []string{"level"}},
		{Key: SectionRisk, Name: "风险研判", Figures: []string{"风险情况"}, Tables: []string{"risk", "township_risk", "village_risk"}, Charts: []string{ChartTiles},
			Block: "risk", BlockName: "研判意见", BlockHint: "下月可能出现什么，重点看哪里；不写当事人的姓名"},
		{Key: SectionOverdue, Name: "超期未结", Figures: []string{"延期和暂停"}},
		{Key: SectionAdvice, Name: "下月工作建议", Block: "advice", BlockName: "补充建议", BlockHint: "系统按规则列出的建议以外，还要做的"},
	}
}

// sectionOf is where a group of figures or a breakdown belongs that no section names: what was added
// since appears beside its like.
func sectionOf(name string) string {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
	}
	switch {
	case has("排查", "网格", "线索"):
		return SectionScreening
	case has("风险", "群体"):
		return SectionRisk
	case has("期限", "延期", "超期"):
		return SectionOverdue
	case has("协议", "化解", "履行", "回访", "确认"):
		return "resolved"
	}
	return "overview"
}

// Line is a figure in its section, with what it was before.
type Line struct {
	Definition
	Now            models.Figure
	Last, LastYear *models.Figure // nil where there is nothing to compare with
}

// Part is a section as a report fills it. Page, Word and workbook are made from the same parts.
type Part struct {
	Section
	Number    int      // from 1
	Sentences []string // made from figures: nobody edits them
	Lines     []Line
	Tables    []models.Table
	Cases     []models.ReportLine // cases that the section names
	Groups    []Group             // group disputes that it names
	Advice    []Advice
	Text      string // what the compiler wrote
}

// Group is a confirmed group dispute with its cases that are pending.
type Group struct {
	ID    string
	Cases []models.ReportLine
}

// Numbers are the numbers of its cases.
func (g Group) Numbers() string {
	var out []string
	for _, c := range g.Cases {
		out = append(out, numberOf(c.Number))
	}
	return strings.Join(out, "、")
}

// groupsOf are the group disputes of a report, in the order of its lines.
func groupsOf(r *models.Report) []Group {
	var out []Group
	for _, line := range r.Lines {
		if line.Group == "" {
			continue
		}
		i := slices.IndexFunc(out, func(g Group) bool { return g.ID == line.Group })
		if i < 0 {
			i, out = len(out), append(out, Group{ID: line.Group})
		}
		out[i].Cases = append(out[i].Cases, line)
	}
	return out
}

// Outline fills every section from a report.
func Outline(view *View) []Part {
	parts := make([]Part, 0, len(Sections()))
	named := map[string]string{} // group or table → section
	for _, s := range Sections() {
		parts = append(parts, Part{Section: s, Number: len(parts) + 1, Text: view.Report.Issue.Block(s.Block)})
		for _, name := range slices.Concat(s.Figures, s.Tables) {
			named[name] = s.Key
		}
	}
	at := func(section string) *Part {
		return &parts[slices.IndexFunc(parts, func(p Part) bool { return p.Key == section })]
	}
	in := func(key, name string) *Part {
		if section, ok := named[key]; ok {
			return at(section)
		}
		return at(sectionOf(name))
	}
	for _, d := range Figures() {
		if f, ok := view.Report.Figure(d.Key); ok { // not in one stored before the figure was defined
			p := in(d.Group, d.Group)
			p.Lines = append(p.Lines, Line{d, f, figureOf(view.Last, d.Key), figureOf(view.LastYear, d.Key)})
		}
	}
	for _, t := range view.Report.Tables {
		if d, ok := DimensionOf(t.Key); ok && !d.OfRates() {
			p := in(t.Key, d.Heading())
			p.Tables = append(p.Tables, t)
		}
	}
	for _, c := range view.Report.Lines {
		if c.Risk == models.Red || c.Risk == models.Orange {
			p := at(SectionRisk)
			p.Cases = append(p.Cases, c)
		}
		if c.Late {
			p := at(SectionOverdue)
			p.Cases = append(p.Cases, c)
		}
	}
	at(SectionRisk).Groups = groupsOf(view.Report)
	for i := range parts {
		p := &parts[i]
		p.Sentences = sentences(p.Key, view)
		if p.Key == SectionOverdue {
			slices.SortStableFunc(p.Cases, func(a, b models.ReportLine) int { return b.LateDays - a.LateDays })
		}
		if p.Key == SectionAdvice {
			p.Advice = Advise(view)
		}
	}
	return parts
}
