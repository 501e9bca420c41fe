package screening

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/workday"
)

// ledgerInWord is how many cases the ledger of a Word file has at most; a longer one is in the workbook
// alone, where it can be searched.
const ledgerInWord = 300

// Document writes the report of a place and month as a Word file of official layout, ready to be signed
// and sent: letterhead, sections, charts that the word processor draws, signatures, and as annexes the
// official statistics and the ledger. It names no parties. It takes data out: the record of who did so is
// written first. Errors are those of Report.
func (s *Service) Document(ctx context.Context, actor models.Actor, region, month string, w io.Writer) error {
	view, ledger, err := s.export(ctx, actor, region, month)
	if err != nil {
		return err
	}
	_, err = wordOf(view, ledger).WriteTo(w)
	return err
}

func wordOf(view *View, ledger []papers.LedgerRow) docx.Document {
	w := &word{view: view}
	w.head()
	for _, part := range Outline(view) {
		w.part(part)
	}
	w.signatures()
	w.supplements()
	main := docx.Section{Footer: docx.PageNumber(), Body: w.body}
	annex := docx.Section{Footer: docx.PageNumber(), Body: statisticsPage(view)}
	title := view.Region.Name + papers.MonthName(view.Report.Month) + reportTitle
	return docx.Document{Title: title, Sections: []docx.Section{main, annex, ledgerPages(ledger)}}
}

// word is the report's text in the making.
type word struct {
	view *View
	body []docx.Block
	subs int // subsections of the running section
}

func (w *word) add(blocks ...docx.Block) { w.body = append(w.body, blocks...) }

func (w *word) text(style docx.Style, text string) { w.add(docx.Text(style, text)) }

// numerals are the numbers of sections and subsections.
var numerals = [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}

func (w *word) head() {
	r, region := w.view.Report, w.view.Region
	w.text(docx.Letterhead, OfficeOf(region))
	w.text(docx.Title, region.Name+papers.MonthName(r.Month)+reportTitle)
	note := "（数据截至本月最后一刻）"
	switch {
	case w.view.Provisional:
		note = "（本月尚未结束，数据截至" + r.BuiltAt.In(workday.Zone).Format("1月2日15:04") + "）"
	case r.Issue.State != models.ReportSealed:
		note = "（" + r.Issue.State.Name() + "，尚未封存）"
	}
	w.text(docx.Subtitle, note)
}

// OfficeOf is who a place's report comes from.
func OfficeOf(region *models.Region) string {
	if region.Kind == models.RegionVillage && region.Committee != "" {
		return region.Committee
	}
	if region.Office != "" {
		return region.Office
	}
	return region.Name
}

func (w *word) part(part Part) {
	w.text(docx.Heading, numerals[part.Number]+"、"+part.Name)
	w.subs = 0
	if len(part.Sentences) > 0 {
		w.text(docx.Body, strings.Join(part.Sentences, ""))
	}
	for i, a := range part.Advice {
		w.text(docx.Body, fmt.Sprintf("%d. %s。%s", i+1, a.Ground, a.Text))
	}
	if part.Key == SectionAdvice {
		if len(part.Advice) == 0 {
			w.text(docx.Body, "按规则没有需要特别提出的建议。")
		}
		w.text(docx.Note, ThresholdText(&w.view.Thresholds))
	}
	if part.Text != "" {
		w.sub(part.BlockName)
		for paragraph := range strings.SplitSeq(part.Text, "\n") {
			if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
				w.text(docx.Body, paragraph)
			}
		}
	}
	if len(part.Cases) > 0 {
		w.sub("案件清单")
		w.add(casesTable(part.Cases))
	}
	if len(part.Groups) > 0 {
		w.sub("群体性纠纷清单")
		w.add(groupsTable(part.Groups))
	}
	if len(part.Lines) > 0 {
		w.sub("主要数字")
		w.add(figuresTable(part.Lines))
	}
	for _, key := range part.Charts {
		w.chart(key)
	}
	for _, t := range part.Tables {
		d, _ := DimensionOf(t.Key)
		w.sub(d.Heading())
		w.add(breakdown(d, t))
	}
}

// sub begins a subsection.
func (w *word) sub(name string) {
	w.subs++
	w.text(docx.Heading2, "（"+numerals[w.subs]+"）"+name)
}

// chart puts a chart in, unless there is nothing to draw. The numbers stand in a table of the section.
func (w *word) chart(key string) {
	name := models.NameOf(ChartNames(), key)
	c := &docx.Chart{Title: name, Width: 156, Height: 70}
	bars := func(bars []papers.Bar) {
		c.Kind, c.Height = docx.Bars, 22+9*len(bars)
		s := docx.Series{Name: "件数"}
		for _, b := range bars {
			c.Categories, s.Values = append(c.Categories, b.Name), append(s.Values, b.Value)
		}
		c.Series = []docx.Series{s}
	}
	switch key {
	case ChartTrend:
		series := []docx.Series{{Name: "新收"}, {Name: "办结"}, {Name: "期末未结"}}
		for _, p := range TrendOf(w.view) {
			c.Categories = append(c.Categories, p.Month[2:])
			for i, v := range []int64{p.Opened, p.Concluded, p.Pending} {
				series[i].Values = append(series[i].Values, v)
			}
		}
		c.Title, c.Series = name+"（件）", series
	case ChartTypes:
		bars(TypeBars(w.view))
	case ChartDays:
		if valueOf(w.view.Report, "concluded") > 0 {
			bars(barsOf(w.view.Report, "days", "concluded"))
		}
	case ChartSeats:
		if valueOf(w.view.Report, "agreed") > 0 {
			c.Kind, c.Height, c.Categories = docx.Stacked, 45, []string{"达成协议"}
			for _, b := range barsOf(w.view.Report, "seat", "agreed") {
				c.Series = append(c.Series, docx.Series{Name: b.Name, Values: []int64{b.Value}})
			}
		}
	case ChartTiles:
		if tiles := tilesOf(w.view.Report); len(tiles) > 0 {
			w.sub(name)
			w.add(tileTable(tiles))
		}
		return
	}
	if len(c.Categories) == 0 || len(c.Series) == 0 {
		return
	}
	w.add(docx.Paragraph{Style: docx.Plain, Align: docx.Center, Before: 6, After: 6, Runs: []docx.Run{{Chart: c}}})
}

// shortTable is how many rows a table has at most that is not torn across pages.
const shortTable = 12

// right is a cell of a number.
func right(text string) docx.Box {
	return docx.Box{Middle: true, Blocks: []docx.Block{docx.Paragraph{Style: docx.Cell, Align: docx.Right, Runs: []docx.Run{{Text: text}}}}}
}

func centred(text string) docx.Box {
	return docx.Box{Middle: true, Blocks: []docx.Block{docx.Paragraph{Style: docx.Cell, Align: docx.Center, Runs: []docx.Run{{Text: text}}}}}
}

func figuresTable(lines []Line) docx.Table {
	t := docx.Table{Widths: []int{60, 15, 27, 27, 27}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "项目", "单位", "本月", "上月", "去年同月")}}
	before := func(f *models.Figure) string {
		if f == nil {
			return "无"
		}
		return Text(*f)
	}
	for _, l := range lines {
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{docx.CellOf(docx.Cell, l.Name), centred(l.Unit), right(Text(l.Now)), right(before(l.Last)), right(before(l.LastYear))}})
	}
	return t
}

func groupsTable(groups []Group) docx.Table {
	t := docx.Table{Widths: []int{14, 26, 22, 94}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "序号", "村", "未结件数", "卷号")}}
	for i, g := range groups {
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{centred(fmt.Sprint(i + 1)), centred(g.Cases[0].Village), centred(fmt.Sprint(len(g.Cases))), docx.CellOf(docx.Cell, g.Numbers())}})
	}
	return t
}

func casesTable(cases []models.ReportLine) docx.Table {
	t := docx.Table{Widths: []int{62, 22, 20, 14, 12, 26}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "卷号", "类型", "村", "层级", "风险", "期限届满")}}
	for _, c := range cases {
		risk, due := shortRisk(c.Risk), c.DueOn
		if due == "" {
			due = "暂停计时"
		}
		if c.Late {
			due += fmt.Sprintf("\n超期%d天", c.LateDays)
		}
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{docx.CellOf(docx.Cell, numberOf(c.Number)), centred(c.Type), centred(c.Village), centred(c.Level), centred(risk), centred(due)}})
	}
	return t
}

// numberOf is a case's number on paper.
func numberOf(number string) string { return cmp.Or(number, "（未受理）") }

// shortRisk is 红 of 红（高）.
func shortRisk(r models.RiskLevel) string {
	name, _, _ := strings.Cut(r.Name(), "（")
	return name
}

func breakdown(d Dimension, t models.Table) docx.Table {
	const whole, least = 156, 16
	name := max(28, whole-24*len(t.Columns))
	column := max(least, (whole-name)/max(1, len(t.Columns)))
	out := docx.Table{Widths: []int{whole - column*len(t.Columns)}, Header: 1}
	head := docx.Row{Cells: []docx.Box{docx.CellOf(docx.CellHead, d.Name)}}
	total := docx.Row{Cells: []docx.Box{docx.CellOf(docx.CellHead, "合计")}}
	for i, key := range t.Columns {
		f, _ := Define(key)
		out.Widths = append(out.Widths, column)
		head.Cells = append(head.Cells, docx.CellOf(docx.CellHead, f.Name))
		var sum int64
		for _, row := range t.Rows {
			sum += row.Values[i]
		}
		total.Cells = append(total.Cells, right(grouped(sum)))
	}
	out.Rows = append(out.Rows, head)
	for _, row := range t.Rows {
		line := docx.Row{Cells: []docx.Box{docx.CellOf(docx.Cell, row.Name)}}
		for _, v := range row.Values {
			line.Cells = append(line.Cells, right(grouped(v)))
		}
		out.Rows = append(out.Rows, line)
	}
	out.Rows = append(out.Rows, total)
	out.KeepRows = len(out.Rows) <= shortTable
	return out
}

// tileTable is the tile map on paper: a table of places, whose words say the risk.
func tileTable(tiles []papers.Tile) docx.Table {
	const columns = 4
	t := docx.Table{}
	for range columns {
		t.Widths = append(t.Widths, 39)
	}
	marks := [...]string{"■", "▲", "◆", "○", ""}
	for i := 0; i < len(tiles); i += columns {
		row := docx.Row{Height: 15}
		for j := i; j < i+columns; j++ {
			if j >= len(tiles) {
				row.Cells = append(row.Cells, centred(""))
				continue
			}
			level, words := tiles[j].Risk()
			row.Cells = append(row.Cells, centred(tiles[j].Name+"\n"+marks[level]+words))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// signatures close the report: who compiled and reviewed it, or lines to sign on.
func (w *word) signatures() {
	r := w.view.Report
	sign := func(action models.ReportAction, name string) docx.Paragraph {
		p := docx.Paragraph{Style: docx.Plain, Tabs: []docx.Tab{{At: 90, Leader: docx.Line}}, Runs: []docx.Run{{Text: name + "：\t"}}}
		if step := r.Issue.Step(action); step != nil {
			by := step.Actor.Name + "（" + step.At.In(workday.Zone).Format("2006年1月2日") + "）"
			if step.Alone {
				by += "，与编制人为同一人"
			}
			p.Tabs, p.Runs = nil, []docx.Run{{Text: name + "：" + by}}
		}
		return p
	}
	compiler, reviewer := sign(models.ReportConfirm, "编制人"), sign(models.ReportReview, "审核人")
	compiler.Before = 24
	day := "　　　　年　　月　　日"
	if r.Issue.Seal != nil {
		day = r.Issue.Seal.At.In(workday.Zone).Format("2006年1月2日")
	}
	blocks := []docx.Block{compiler, reviewer,
		docx.Paragraph{Style: docx.Plain, Align: docx.Right, Before: 12, Runs: []docx.Run{{Text: OfficeOf(w.view.Region) + "（盖章）"}}},
		docx.Paragraph{Style: docx.Plain, Align: docx.Right, Runs: []docx.Run{{Text: day}}}}
	if r.Issue.Seal != nil {
		blocks = append(blocks, docx.Text(docx.Note, fmt.Sprintf("封存码（SHA-256）：%s；依据案件%d件、排查表%d份", r.Issue.Seal.Digest, r.Issue.Seal.Cases, r.Issue.Seal.Returns)))
	}
	w.add(docx.Keep(blocks...)...)
}

// supplements follow the signed report, each on a page of its own.
func (w *word) supplements() {
	r := w.view.Report
	for _, s := range r.Issue.Supplements {
		w.add(docx.Paragraph{Style: docx.Title, PageBreakBefore: true, Runs: []docx.Run{{Text: fmt.Sprintf("补充说明第%d号", s.Number)}}})
		w.text(docx.Subtitle, "对"+w.view.Region.Name+papers.MonthName(r.Month)+reportTitle)
		w.text(docx.Body, s.Reason)
		if s.Files > 0 {
			w.text(docx.Body, fmt.Sprintf("报告封存以后，案件档案有%d件变化。", s.Files))
		}
		if s.Refiled > 0 {
			w.text(docx.Body, fmt.Sprintf("报告封存以后，排查表有%d份变化。", s.Refiled))
		}
		if len(s.Changes) == 0 {
			w.text(docx.Body, "数字没有变化。")
		} else {
			t := docx.Table{Widths: []int{84, 36, 36}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "项目", "封存时", "重新计算")}}
			for _, c := range s.Changes {
				name := c.Ref
				if ref, err := ParseRef(c.Ref); err == nil {
					name = ref.Title(r)
				}
				t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{docx.CellOf(docx.Cell, name), right(Text(c.Was)), right(Text(c.Is))}})
			}
			w.add(t)
		}
		w.add(docx.Keep(
			docx.Paragraph{Style: docx.Plain, Align: docx.Right, Before: 24, Runs: []docx.Run{{Text: s.By.Name}}},
			docx.Paragraph{Style: docx.Plain, Align: docx.Right, Runs: []docx.Run{{Text: s.At.In(workday.Zone).Format("2006年1月2日")}}},
			docx.Text(docx.Note, "校验码（SHA-256）："+s.Digest))...)
	}
}

func statisticsPage(view *View) []docx.Block {
	t := docx.Table{Widths: []int{30, 70, 26, 30}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "类别", "项目", "单位", "本月")}}
	group := ""
	for _, l := range StatisticsOf(view.Report) {
		side := docx.CellOf(docx.Cell, l.Group)
		side.Merge = docx.MergeHead
		if l.Group == group {
			side = docx.Box{Merge: docx.MergeOn}
		}
		group = l.Group
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{side, docx.CellOf(docx.Cell, l.Name), centred(l.Unit), right(l.Text)}})
	}
	return []docx.Block{
		docx.Text(docx.Heading, "附1　统计表"), docx.Text(docx.Subtitle, view.Region.Name+"　"+papers.MonthName(view.Report.Month)), t,
		docx.Text(docx.Note, "空白的项目系统没有数据，由填表人填写。"),
		docx.Paragraph{Style: docx.Plain, Before: 12, Runs: []docx.Run{{Text: "填表人：　　　　　　　　审核人：　　　　　　　　（盖章）"}}},
	}
}

func ledgerPages(ledger []papers.LedgerRow) docx.Section {
	s := docx.Section{Landscape: true, Footer: docx.PageNumber(), Body: []docx.Block{docx.Text(docx.Heading, "附2　台账")}}
	if len(ledger) > ledgerInWord {
		s.Landscape = false
		s.Body = append(s.Body, docx.Text(docx.Body, fmt.Sprintf("本月台账共%d件，超过%d件，不在这里逐件列出。逐件的台账在同一份月报的 Excel 文件里，一件不少：在月报页面点“下载 Excel”，看“台账”一页。", len(ledger), ledgerInWord)))
		return s
	}
	t := docx.Table{Widths: []int{12, 62, 29, 24, 24, 24, 14, 20, 20, 14}, Header: 1,
		Rows: []docx.Row{docx.Cells(docx.CellHead, "序号", "卷号", "类型", "村", "登记日期", "期限届满", "层级", "月末状态", "办结方式", "风险")}}
	for i, r := range ledger {
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Box{
			centred(fmt.Sprint(i + 1)), docx.CellOf(docx.Cell, numberOf(r.Number)), centred(r.Type), centred(r.Village), centred(r.LoggedOn), centred(r.DueOn), centred(r.Level), centred(r.State), centred(r.Outcome), centred(r.Risk),
		}})
	}
	if len(ledger) == 0 {
		s.Body = append(s.Body, docx.Text(docx.Body, "本月没有案件。"))
		return s
	}
	s.Body = append(s.Body, t, docx.Text(docx.Note, "台账不列当事人；当事人见同一份月报的 Excel 文件。"))
	return s
}
