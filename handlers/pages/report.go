package pages

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
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

// What turns a report's address into that of its Excel or Word file.
const (
	workbookSuffix = ".xlsx"
	documentSuffix = ".docx"
)

func (p *Pages) report(c *gin.Context) error {
	if month, ok := strings.CutSuffix(c.Param("month"), workbookSuffix); ok {
		return p.file(c, c.Param("region"), month, workbookSuffix, p.Reports.Workbook)
	}
	if month, ok := strings.CutSuffix(c.Param("month"), documentSuffix); ok {
		return p.file(c, c.Param("region"), month, documentSuffix, p.Reports.Document)
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

// fileTypes are the media types of the files of a report.
var fileTypes = map[string]string{
	workbookSuffix: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	documentSuffix: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

// file is the report as a file. It is made whole before any of it is sent.
func (p *Pages) file(c *gin.Context, region, month, suffix string, write func(context.Context, models.Actor, string, string, io.Writer) error) error {
	var file bytes.Buffer
	if err := write(c.Request.Context(), web.Actor(c), region, month, &file); err != nil {
		return err
	}
	name, err := p.placeName(c.Request.Context(), region)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", "attachment; filename=\"report-"+region+"-"+month+suffix+"\"; filename*=UTF-8''"+url.PathEscape(name+monthText(month)+"矛盾纠纷排查报告"+suffix))
	c.Data(http.StatusOK, fileTypes[suffix], file.Bytes())
	return nil
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
	Groups                      []clusterView
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
