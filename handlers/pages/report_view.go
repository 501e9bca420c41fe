package pages

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/screening"
)

type reportBody struct {
	Place, Month, Region   string
	Built                  string
	Provisional            bool
	State, Tone            string // "" while the month runs
	Signs                  []term // who confirmed, reviewed, sealed
	Seal                   string // digest
	Supplements            []supplementView
	Parts                  []reportPart
	Statistics             []statisticRow
	Workbook, Document     string // paths of the files
	Previous, Next, Places string // paths of neighbouring reports
	Up, Issue, Verify      string
}

// reportPart is a section on the page.
type reportPart struct {
	Key, Title string
	Sentences  []string
	Rows       []figureRow
	Charts     []chartView
	Points     []papers.TrendPoint // behind the trend
	Tables     []reportTable
	Cases      []reportCase
	Groups     []reportGroup
	Advice     []adviceRow
	TextName   string
	Text       string
	Empty      bool // it has advice, and there is none
}

type figureRow struct {
	Name, Explain, Unit string
	Now, Last, LastYear string
	Path                string // of the list behind the number
	Fraction            string // of a rate: 3/7
}

type reportTable struct {
	Key, Name, Heading string
	Columns            []string
	Rows               []reportTableRow
}

type reportTableRow struct {
	Name, Path string // Path is the row's own report, "" where it has none
	Cells      []cell
}

type cell struct{ Text, Path string }

// reportCase is a case that the report names.
type reportCase struct {
	Path, Number, Type, Village, Level, Risk, Tone, Due, Late string
}

// reportGroup is a group dispute that the report names.
type reportGroup struct {
	Path, Village string
	Cases         []cell
}

type chartView struct {
	Name    string
	Drawing template.HTML
	Size    string // of its class: small fits a phone, middling is not as wide as the page
}

type adviceRow struct {
	Text, Ground, Path string
	From               string // from where on it is given
	Count              string
}

type statisticRow struct {
	Group, Name, Unit, Text string
	Links                   []cell
	Span                    int // of the group's cell, 0 in its later rows
}

type supplementView struct {
	Number           int
	By, At, Reason   string
	Files, Refiled   int
	Changes          []changeRow
	Digest, Standing string
}

type changeRow struct{ Name, Was, Is string }

// ordinals are how sections are numbered.
var ordinals = [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func viewReport(view *screening.View, actor models.Actor) (reportBody, error) {
	r := view.Report
	body := reportBody{
		Place: view.Region.Name, Month: monthText(r.Month), Region: r.Region, Built: moment(r.BuiltAt), Provisional: view.Provisional,
		Workbook: reportPath(r.Region, r.Month) + workbookSuffix, Document: reportPath(r.Region, r.Month) + documentSuffix, Previous: reportPath(r.Region, screening.AddMonths(r.Month, -1)),
		Places: "/reports?" + url.Values{"region": {r.Region}}.Encode(),
	}
	if !view.Provisional {
		body.Next = reportPath(r.Region, screening.AddMonths(r.Month, 1))
		body.State, body.Tone = r.Issue.State.Name(), map[models.ReportState]string{models.ReportSealed: "calm", models.ReportDraft: "near"}[r.Issue.State]
		if mayIssue(r, actor) {
			body.Issue = reportPath(r.Region, r.Month) + "/issue"
		}
	}
	if above := view.Region.Parent; above != "" && actor.Scope().Covers(above) {
		body.Up = reportPath(above, r.Month)
	}
	body.signs(r)
	for _, part := range screening.Outline(view) {
		shown, err := viewPart(view, part)
		if err != nil {
			return body, err
		}
		body.Parts = append(body.Parts, shown)
	}
	body.Statistics = statisticRows(r)
	return body, nil
}

// mayIssue says whether the report is somebody's to bring on its way, in any state.
func mayIssue(r *models.Report, actor models.Actor) bool {
	if !account.Has(actor.Role, account.IssueReports) {
		return false
	}
	_, err := r.Permit(models.ReportSave, actor)
	return err == nil || models.AsError(err).Kind != models.Forbidden
}

// signs says who has done what to the report, and what was said afterwards.
func (b *reportBody) signs(r *models.Report) {
	for _, sign := range []struct {
		action models.ReportAction
		name   string
	}{{models.ReportConfirm, "编制人"}, {models.ReportReview, "审核人"}, {models.ReportSeal, "封存"}} {
		if step := r.Issue.Step(sign.action); step != nil {
			value := step.Actor.Name + "，" + moment(step.At)
			if step.Alone {
				value += "（本单位只有一人，编制人自行审核）"
			}
			b.Signs = append(b.Signs, term{sign.name, value})
		}
	}
	if r.Issue.Seal == nil {
		return
	}
	b.Seal, b.Verify = r.Issue.Seal.Digest, reportPath(r.Region, r.Month)+"/verify"
	for _, s := range r.Issue.Supplements {
		b.Supplements = append(b.Supplements, supplementView{Number: s.Number, By: s.By.Name, At: moment(s.At), Reason: s.Reason, Files: s.Files, Refiled: s.Refiled, Changes: changeRows(r, s.Changes), Digest: s.Digest})
	}
}

func changeRows(r *models.Report, changes []models.FigureChange) []changeRow {
	var out []changeRow
	for _, c := range changes {
		name := c.Ref
		if ref, err := screening.ParseRef(c.Ref); err == nil {
			name = ref.Title(r)
		}
		out = append(out, changeRow{name, withUnit(c.Was), withUnit(c.Is)})
	}
	return out
}

// withUnit is a figure with its unit, where there is a number.
func withUnit(f models.Figure) string {
	text := screening.Text(f)
	if text == "—" {
		return text
	}
	return text + f.Unit
}

func viewPart(view *screening.View, part screening.Part) (reportPart, error) {
	r := view.Report
	out := reportPart{Key: part.Key, Title: ordinals[part.Number] + "、" + part.Name, Sentences: part.Sentences, TextName: part.BlockName, Text: part.Text, Empty: part.Key == screening.SectionAdvice && len(part.Advice) == 0}
	for _, l := range part.Lines {
		row := figureRow{Name: l.Name, Explain: l.Explain, Unit: l.Unit, Now: screening.Text(l.Now), Path: figurePath(r, screening.Ref{Figure: l.Key})}
		if l.Last != nil {
			row.Last = screening.Text(*l.Last)
		}
		if l.LastYear != nil {
			row.LastYear = screening.Text(*l.LastYear)
		}
		if l.Rate && l.Unit == "%" {
			row.Fraction = fmt.Sprintf("%d/%d", l.Now.Value, *l.Now.Of)
		}
		out.Rows = append(out.Rows, row)
	}
	for _, t := range part.Tables {
		out.Tables = append(out.Tables, viewTable(r, t))
	}
	for _, c := range part.Cases {
		out.Cases = append(out.Cases, viewLine(c))
	}
	for _, g := range part.Groups {
		shown := reportGroup{Path: "/clusters/" + g.ID, Village: g.Cases[0].Village}
		for _, c := range g.Cases {
			line := viewLine(c)
			shown.Cases = append(shown.Cases, cell{line.Number, line.Path})
		}
		out.Groups = append(out.Groups, shown)
	}
	for _, a := range part.Advice {
		row := adviceRow{Text: a.Text, Ground: a.Ground, From: a.From, Count: grouped(a.Count) + a.Unit}
		if ref, err := screening.ParseRef(a.Ref); err == nil {
			row.Path = figurePath(r, ref)
		}
		out.Advice = append(out.Advice, row)
	}
	for _, key := range part.Charts {
		chart, err := screening.Draw(view, key)
		if err != nil {
			return out, err
		}
		if chart != "" {
			out.Charts = append(out.Charts, chartView{models.NameOf(screening.ChartNames(), key), chart, sizeOf(key)})
		}
		if key == screening.ChartTrend {
			out.Points = screening.TrendOf(view)
		}
	}
	return out, nil
}

// sizeOf is how wide a chart is drawn.
func sizeOf(chart string) string {
	switch chart {
	case screening.ChartTrend:
		return ""
	case screening.ChartTiles:
		return "middling"
	}
	return "small"
}

func viewLine(c models.ReportLine) reportCase {
	risk, _, _ := strings.Cut(c.Risk.Name(), "（")
	row := reportCase{Path: "/cases/" + c.Case, Number: c.Number, Type: c.Type, Village: c.Village, Level: c.Level, Risk: risk, Tone: string(c.Risk), Due: dateText(c.DueOn)}
	if c.Number == "" {
		row.Number = "未受理，暂无卷号"
	}
	if c.Late {
		row.Late = fmt.Sprintf("超期%d天", c.LateDays)
	}
	return row
}

func statisticRows(r *models.Report) []statisticRow {
	var out []statisticRow
	first := 0
	for i, l := range screening.StatisticsOf(r) {
		row := statisticRow{Group: l.Group, Name: l.Name, Unit: l.Unit, Text: l.Text}
		for _, text := range l.Refs {
			if ref, err := screening.ParseRef(text); err == nil {
				row.Links = append(row.Links, cell{ref.Title(r), figurePath(r, ref)})
			}
		}
		if i == 0 || out[first].Group != l.Group {
			first = i
		}
		out = append(out, row)
		out[first].Span++
	}
	return out
}

func figurePath(r *models.Report, ref screening.Ref) string {
	return reportPath(r.Region, r.Month) + "/" + url.PathEscape(ref.String())
}

func viewTable(r *models.Report, t models.Table) reportTable {
	dimension, _ := screening.DimensionOf(t.Key)
	out := reportTable{Key: t.Key, Name: dimension.Name, Heading: dimension.Heading()}
	for _, column := range t.Columns {
		figure, _ := screening.Define(column)
		out.Columns = append(out.Columns, figure.Name)
	}
	for _, row := range t.Rows {
		line := reportTableRow{Name: row.Name}
		if dimension.IsPlace() && models.RegionKindOf(row.Code) != "" {
			line.Path = reportPath(row.Code, r.Month)
		}
		for i, value := range row.Values {
			line.Cells = append(line.Cells, cell{grouped(value), figurePath(r, screening.CellRef(t, row, t.Columns[i]))})
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}
