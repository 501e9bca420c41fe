package papers

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"fengqiao/models"
)

// ReportData is the monthly report as its workbook shows it. Times are shown as they are given:
// local time is the caller's.
type ReportData struct {
	Title       string // 矛盾纠纷排查报告
	Place       string
	Month       string // 2006-01
	MadeAt      time.Time
	Provisional bool // the month is not over
	Figures     []ReportFigure
	Tables      []ReportTable
	Trend       []TrendPoint
	Statistics  []StatisticRow
	Ledger      []LedgerRow
}

// StatisticRow is one line of the official statistics. Text is its number as people read it, "" for one
// to be written by hand.
type StatisticRow struct{ Group, Name, Unit, Text string }

// ReportFigure is one line of the overview. Figures in 元 are kept in fen; a figure with an Of is
// the quotient, and “—” where Of is zero.
type ReportFigure struct {
	Group, Name, Unit, Explain string
	Now                        models.Figure
	Last, LastYear             *models.Figure // nil where there is no report to compare with
}

// ReportTable is a breakdown of counts.
type ReportTable struct {
	Key     string // "type" is charted
	Heading string // 各村情况
	Name    string // of its rows: 村
	Columns []string
	Rows    []ReportRow
}

// ReportRow is one line of a breakdown.
type ReportRow struct {
	Name   string
	Values []int64
}

// TrendPoint is one month of the line chart.
type TrendPoint struct {
	Month                      string
	Opened, Concluded, Pending int64
}

// LedgerRow is one case as of the month's end. Days are "2006-01-02", "" for none. It has no
// identity number and no phone.
type LedgerRow struct {
	Number, Title, Type, Village          string
	Applicants, Respondents               string
	LoggedOn, AcceptedOn, DueOn           string
	Level, State, Risk, Outcome, ClosedOn string
	AmountFen                             int64
	Households                            int
}

// Names of the workbook's sheets.
const (
	SheetOverview   = "概况"
	SheetTables     = "分类统计"
	SheetCharts     = "图表"
	SheetStatistics = "统计表"
	SheetLedger     = "台账"
)

// Workbook writes the monthly report as an Excel file: overview, breakdowns, charts, the official
// statistics and the ledger of cases, each printing on A4 landscape with nothing cut and its head repeated on every page. What
// people typed is always text, whatever it begins with: it is never read as a formula.
func Workbook(w io.Writer, data ReportData) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close workbook: %w", e)
		}
	}()
	book, err := newBook(f, data)
	if err != nil {
		return fmt.Errorf("prepare workbook: %w", err)
	}
	for _, sheet := range []struct {
		name string
		fill func() error
	}{{SheetOverview, book.overview}, {SheetTables, book.tables}, {SheetCharts, book.charts}, {SheetStatistics, book.statistics}, {SheetLedger, book.ledger}} {
		if err := sheet.fill(); err != nil {
			return fmt.Errorf("sheet %s: %w", sheet.name, err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// book is a workbook in the making.
type book struct {
	f     *excelize.File
	data  ReportData
	style styles
}

func newBook(f *excelize.File, data ReportData) (*book, error) {
	style, err := setUp(f, data.heading(), data.MadeAt, SheetOverview, SheetTables, SheetCharts, SheetStatistics, SheetLedger)
	return &book{f: f, data: data, style: style}, err
}

// setUp gives a new workbook its title and its sheets, and makes the styles.
func setUp(f *excelize.File, title string, madeAt time.Time, sheets ...string) (styles, error) {
	if err := f.SetSheetName("Sheet1", sheets[0]); err != nil {
		return styles{}, err
	}
	for _, name := range sheets[1:] {
		if _, err := f.NewSheet(name); err != nil {
			return styles{}, err
		}
	}
	if err := f.SetDefaultFont(bodyFont); err != nil {
		return styles{}, err
	}
	made := madeAt.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Title: title, Creator: "枫桥", LastModifiedBy: "枫桥", Created: made, Modified: made, Language: "zh-CN"}); err != nil {
		return styles{}, err
	}
	return newStyles(f)
}

// heading is 枫溪镇2026年11月月度矛盾纠纷排查报告.
func (d *ReportData) heading() string { return d.Place + MonthName(d.Month) + d.Title }

func (d *ReportData) note() string {
	note := "制表时间：" + d.MadeAt.Format("2006年1月2日 15:04")
	if d.Provisional {
		return note + "　本月尚未结束，数据为截至制表时的暂定数"
	}
	return note + "　数据截至本月最后一刻"
}

// MonthName writes 2026-11 as 2026年11月; other text stays.
func MonthName(month string) string {
	at, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return at.Format("2006年1月")
}

// overview is the sheet of figures.
func (b *book) overview() error {
	p := b.page(SheetOverview, 3, 22, 13, 13, 13, 7, 62)
	p.title(b.data.heading(), b.data.note())
	p.row(22, b.style.head, "指标", "本月", "上月", "上年同月", "单位", "指标说明")
	group := ""
	for _, figure := range b.data.Figures {
		if figure.Group != group {
			group = figure.Group
			p.span(20, b.style.group, group)
		}
		now, last, lastYear := b.number(&figure.Now), b.number(figure.Last), b.number(figure.LastYear)
		p.cells(rowHeight(line{figure.Explain, 62}, line{figure.Name, 22}),
			text(b.style.text, figure.Name), now, last, lastYear, text(b.style.centre, figure.Unit), text(b.style.text, figure.Explain))
	}
	p.gap()
	p.span(24, b.style.sign, "填表人：　　　　　　　　审核人：　　　　　　　　（盖章）　　　　　　　　　　年　　月　　日")
	return p.end()
}

// number shows a figure as people read it: yuan, percent, average or count.
func (b *book) number(figure *models.Figure) excelize.Cell {
	switch {
	case figure == nil, figure.Of != nil && *figure.Of == 0:
		return text(b.style.none, "—")
	case figure.Unit == "元":
		return excelize.Cell{StyleID: b.style.money, Value: float64(figure.Value) / 100}
	case figure.Of != nil && figure.Unit == "%":
		return excelize.Cell{StyleID: b.style.percent, Value: float64(figure.Value) / float64(*figure.Of)}
	case figure.Of != nil:
		return excelize.Cell{StyleID: b.style.average, Value: float64(figure.Value) / float64(*figure.Of)}
	}
	return excelize.Cell{StyleID: b.style.count, Value: figure.Value}
}

// tables is the sheet of breakdowns, one below the other; none is torn apart that fits on a page.
func (b *book) tables() error {
	widest := 1
	for _, t := range b.data.Tables {
		widest = max(widest, len(t.Columns))
	}
	widths := []float64{24}
	for range widest {
		widths = append(widths, 13)
	}
	p := b.page(SheetTables, 2, widths...)
	p.title(b.data.heading()+"　分类统计", b.data.note())
	const pageHeight = 420 // points that are left on A4 landscape below the head
	used := 0.0
	for _, t := range b.data.Tables {
		height := 22.0 + 20 + 18 + 15
		for _, r := range t.Rows {
			height += rowHeight(line{r.Name, 24})
		}
		if used > 0 && used+height > pageHeight {
			p.do(func() error { return p.sw.InsertPageBreak(fmt.Sprintf("A%d", p.next)) })
			used = 0
		}
		used += height
		p.spanColumns(len(t.Columns)+1, 22, b.style.group, t.Heading)
		p.row(20, b.style.head, append([]string{t.Name}, t.Columns...)...)
		total := make([]int64, len(t.Columns))
		for _, r := range t.Rows {
			cells := []excelize.Cell{text(b.style.text, r.Name)}
			for i, v := range r.Values {
				cells = append(cells, excelize.Cell{StyleID: b.style.count, Value: v})
				total[i] += v
			}
			p.cells(rowHeight(line{r.Name, 24}), cells...)
		}
		cells := []excelize.Cell{text(b.style.total, "合计")}
		for _, v := range total {
			cells = append(cells, excelize.Cell{StyleID: b.style.totalCount, Value: v})
		}
		p.cells(18, cells...)
		p.gap()
	}
	return p.end()
}

// statistics is the sheet in the official columns.
func (b *book) statistics() error {
	p := b.page(SheetStatistics, 3, 20, 40, 16, 22)
	p.title(b.data.heading()+"　统计表", b.data.note())
	p.row(22, b.style.head, "类别", "项目", "单位", "本月")
	for i, s := range b.data.Statistics {
		group := s.Group
		if i > 0 && b.data.Statistics[i-1].Group == group {
			group = ""
		}
		p.cells(20, text(b.style.text, group), text(b.style.text, s.Name), text(b.style.centre, s.Unit), text(b.style.none, s.Text))
	}
	p.gap()
	p.span(24, b.style.sign, "空白的项目由填表人填写。填表人：　　　　　　　　审核人：　　　　　　　　（盖章）")
	return p.end()
}
