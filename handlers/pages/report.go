package pages

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/screening"
)

type reportsBody struct {
	Form   *form
	Places []models.Choice
	Place  string
	Months []reportLine
}

// reportLine is a month in the list of reports.
type reportLine struct {
	Path, Month                         string
	Opened, Concluded, Pending, Overdue string
	Provisional                         bool
}

// reports lists the months of one place, this one first. A place and month asked for by the form is
// gone to.
func (p *Pages) reports(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	f := &form{Values: c.Request.URL.Query()}
	region := f.Value("region")
	if region == "" {
		region = actor.Region
	}
	f.Values.Set("region", region)
	if month := tidyMonth(f.Value("month")); month != "" {
		if _, err := screening.NewWindow(month, p.Now()); err == nil {
			return redirect(c, reportPath(region, month))
		} else if !f.refuse(err) {
			return err
		}
	}
	this := screening.MonthOf(p.Now())
	view, err := p.Reports.Report(ctx, actor.Scope(), region, this)
	if err != nil {
		return err
	}
	body := reportsBody{Form: f, Place: view.Region.Name}
	if body.Places, err = p.reportPlaces(ctx, actor); err != nil {
		return err
	}
	for i := len(view.Trend) - 1; i >= 0; i-- {
		body.Months = append(body.Months, lineOf(view.Trend[i], view.Trend[i].Month == this))
	}
	status := http.StatusOK
	if len(f.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return p.render(c, status, "reports", "排查月报", body)
}

func reportPath(region, month string) string {
	return "/reports/" + url.PathEscape(region) + "/" + url.PathEscape(month)
}

func lineOf(r *models.Report, provisional bool) reportLine {
	text := func(key string) string {
		f, _ := r.Figure(key)
		return screening.Text(f)
	}
	return reportLine{reportPath(r.Region, r.Month), monthText(r.Month), text("opened"), text("concluded"), text("pending"), text("overdue"), provisional}
}

// reportPlaces are the places whose reports somebody may open: their own first, then those inside.
func (p *Pages) reportPlaces(ctx context.Context, actor models.Actor) ([]models.Choice, error) {
	own, err := p.Store.Region(ctx, actor.Region)
	if err != nil {
		return nil, err
	}
	inside, err := p.places(ctx, actor)
	if err != nil || own.Kind == models.RegionVillage {
		return []models.Choice{{Code: own.Code, Name: own.Name}}, err
	}
	out := []models.Choice{{Code: own.Code, Name: own.Name}}
	for _, place := range inside {
		if place.Code != own.Code {
			out = append(out, place)
		}
	}
	return out, nil
}

type reportBody struct {
	Place, Month, Region   string
	Built                  string
	Provisional            bool
	Last, LastYear         string // months compared with, "" where there is no report
	Groups                 []figureGroup
	Tables                 []reportTable
	Trend, Types           template.HTML
	Points                 []papers.TrendPoint
	TypeBars               []papers.Bar
	Workbook               string // path of the Excel file
	Previous, Next, Places string // paths of neighbouring reports
	Up                     string
}

type figureGroup struct {
	Name string
	Rows []figureRow
}

type figureRow struct {
	Name, Explain, Unit string
	Now, Last, LastYear string
	Path                string // of the list behind the number
	Fraction            string // of a rate: 3/7
}

type reportTable struct {
	Key, Name string
	Columns   []string
	Rows      []reportTableRow
}

type reportTableRow struct {
	Name, Path string // Path is the row's own report, "" where it has none
	Cells      []cell
}

type cell struct{ Text, Path string }

// workbookSuffix is what turns a report's address into that of its Excel file.
const workbookSuffix = ".xlsx"

func (p *Pages) report(c *gin.Context) error {
	if month, ok := strings.CutSuffix(c.Param("month"), workbookSuffix); ok {
		return p.workbook(c, c.Param("region"), month)
	}
	view, err := p.Reports.Report(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"))
	if err != nil {
		return err
	}
	body, err := viewReport(view, web.Actor(c))
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "report", body.Place+body.Month+"矛盾纠纷排查报告", body)
}

// workbook is the report as an Excel file. It is made whole before any of it is sent.
func (p *Pages) workbook(c *gin.Context, region, month string) error {
	var file bytes.Buffer
	if err := p.Reports.Workbook(c.Request.Context(), web.Actor(c), region, month, &file); err != nil {
		return err
	}
	name, err := p.placeName(c.Request.Context(), region)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", "attachment; filename=\"report-"+region+"-"+month+".xlsx\"; filename*=UTF-8''"+url.PathEscape(name+monthText(month)+"矛盾纠纷排查报告.xlsx"))
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())
	return nil
}

func viewReport(view *screening.View, actor models.Actor) (reportBody, error) {
	r := view.Report
	body := reportBody{
		Place: view.Region.Name, Month: monthText(r.Month), Region: r.Region, Built: moment(r.BuiltAt), Provisional: view.Provisional,
		Workbook: reportPath(r.Region, r.Month) + workbookSuffix, Previous: reportPath(r.Region, screening.AddMonths(r.Month, -1)),
		Places: "/reports?" + url.Values{"region": {r.Region}}.Encode(),
	}
	if !view.Provisional {
		body.Next = reportPath(r.Region, screening.AddMonths(r.Month, 1))
	}
	if above := view.Region.Parent; above != "" && actor.Scope().Covers(above) {
		body.Up = reportPath(above, r.Month)
	}
	if view.Last != nil {
		body.Last = monthText(view.Last.Month)
	}
	if view.LastYear != nil {
		body.LastYear = monthText(view.LastYear.Month)
	}
	body.Groups = figureGroups(view)
	for _, t := range r.Tables {
		body.Tables = append(body.Tables, viewTable(r, t))
	}
	return body, body.charts(view)
}

func figureGroups(view *screening.View) []figureGroup {
	var groups []figureGroup
	for _, d := range screening.Figures() {
		f, ok := view.Report.Figure(d.Key)
		if !ok {
			continue // stored before the figure was defined
		}
		row := figureRow{
			Name: d.Name, Explain: d.Explain, Unit: d.Unit, Now: screening.Text(f), Last: textIn(view.Last, d.Key), LastYear: textIn(view.LastYear, d.Key),
			Path: figurePath(view.Report, screening.Ref{Figure: d.Key}),
		}
		if d.Rate && d.Unit == "%" {
			row.Fraction = fmt.Sprintf("%d/%d", f.Value, *f.Of)
		}
		if n := len(groups); n == 0 || groups[n-1].Name != d.Group {
			groups = append(groups, figureGroup{Name: d.Group})
		}
		last := &groups[len(groups)-1]
		last.Rows = append(last.Rows, row)
	}
	return groups
}

func figurePath(r *models.Report, ref screening.Ref) string {
	return reportPath(r.Region, r.Month) + "/" + url.PathEscape(ref.String())
}

// textIn is a figure of another report, "" where there is none.
func textIn(r *models.Report, key string) string {
	if r == nil {
		return ""
	}
	f, ok := r.Figure(key)
	if !ok {
		return ""
	}
	return screening.Text(f)
}

func viewTable(r *models.Report, t models.Table) reportTable {
	dimension, _ := screening.DimensionOf(t.Key)
	out := reportTable{Key: t.Key, Name: dimension.Name}
	for _, column := range t.Columns {
		figure, _ := screening.Define(column)
		out.Columns = append(out.Columns, figure.Name)
	}
	for _, row := range t.Rows {
		line := reportTableRow{Name: row.Name}
		if models.RegionKindOf(row.Code) != "" && (strings.HasSuffix(t.Key, "township") || strings.HasSuffix(t.Key, "village")) {
			line.Path = reportPath(row.Code, r.Month)
		}
		for i, value := range row.Values {
			line.Cells = append(line.Cells, cell{grouped(value), figurePath(r, screening.CellRef(t, row, t.Columns[i]))})
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// typeBars is how many types the bar chart shows.
const typeBars = 10

// charts draws the report's two charts; the numbers behind them stand in tables beside.
func (b *reportBody) charts(view *screening.View) error {
	value := func(r *models.Report, key string) int64 {
		f, _ := r.Figure(key)
		return f.Value
	}
	for _, r := range view.Trend {
		b.Points = append(b.Points, papers.TrendPoint{Month: r.Month, Opened: value(r, "opened"), Concluded: value(r, "concluded"), Pending: value(r, "pending")})
	}
	var err error
	if b.Trend, err = papers.TrendChart(b.Points); err != nil {
		return err
	}
	types, ok := view.Report.Table("type")
	if !ok {
		return nil
	}
	column := -1
	for i, key := range types.Columns {
		if key == "opened" {
			column = i
		}
	}
	if column < 0 {
		return nil
	}
	table := papers.ReportTable{}
	for _, r := range types.Rows {
		table.Rows = append(table.Rows, papers.ReportRow{Name: r.Name, Values: r.Values})
	}
	if b.TypeBars = table.BarsOf(column, typeBars); len(b.TypeBars) == 0 {
		return nil
	}
	b.Types, err = papers.BarChart("types", "本月新收纠纷的类型", b.TypeBars)
	return err
}

type figureBody struct {
	Name, Explain, Place, Month string
	Text, Unit                  string
	Rows                        []row
	Count                       int
	Back                        string
	Sum                         bool
	OfGrid                      bool // it counts returns or findings, not cases
	Duties                      []dutyRow
	Leads                       []leadRow
}

// figure shows the list of cases, or of returns and findings, behind one number.
func (p *Pages) figure(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	region, month, key := c.Param("region"), c.Param("month"), c.Param("figure")
	cases, err := p.Reports.Cases(ctx, actor.Scope(), region, month, key)
	if err != nil {
		return err
	}
	view, err := p.Reports.Report(ctx, actor.Scope(), region, month)
	if err != nil {
		return err
	}
	ref, err := screening.ParseRef(key)
	if err != nil {
		return err
	}
	definition, _ := screening.Define(ref.Figure)
	body := figureBody{
		Name: ref.Title(view.Report), Explain: definition.Explain, Place: view.Region.Name, Month: monthText(month), Unit: definition.Unit,
		Rows: rowsOf(cases, p.Now()), Count: len(cases), Back: reportPath(region, month), Sum: !definition.Counts(),
	}
	if definition.OfGrid() {
		if err := p.listEntries(c, &body); err != nil {
			return err
		}
	}
	body.Text = grouped(int64(body.Count))
	if f, ok := view.Report.Figure(ref.Figure); ok && ref.Dimension == "" {
		body.Text = screening.Text(f)
	}
	return p.render(c, http.StatusOK, "figure", body.Place+body.Month+" "+body.Name, body)
}
