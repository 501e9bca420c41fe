package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

type reportParams struct {
	Region string `path:"region" description:"县、乡镇或村的区划代码"`
	Month  string `path:"month" description:"年-月，例如2026-11"`
}

type reportHeaders struct {
	ETag string `header:"ETag" description:"月报的版本；这个月还没有结束的没有"`
}

type figureParams struct {
	reportParams
	Key string `path:"key" description:"数字的代码，例如pending，或表中一格，例如pending@type=land_transfer"`
}

// Report is the monthly report of a place.
type Report struct {
	Region      string       `json:"region"`
	RegionName  string       `json:"regionName"`
	Month       string       `json:"month"`
	BuiltAt     time.Time    `json:"builtAt"`
	Provisional bool         `json:"provisional" description:"本月还没有结束，数字截至此刻"`
	Figures     []Figure     `json:"figures"`
	Tables      []Table      `json:"tables"`
	Trend       []TrendMonth `json:"trend" description:"到本月为止最多十三个月"`
	Issue       Issue        `json:"issue" description:"编写、确认、审核、封存到了哪一步"`
}

// Figure is one number with its meaning, and what it was a month and a year ago.
type Figure struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Group    string `json:"group"`
	Unit     string `json:"unit"`
	Explain  string `json:"explain"`
	Rate     bool   `json:"rate" description:"value与of之比"`
	Value    int64  `json:"value" description:"单位是元时，以分计"`
	Of       *int64 `json:"of" description:"不是比率时为null；为0时没有比率"`
	Text     string `json:"text" description:"报表上的写法"`
	Last     *int64 `json:"last" description:"上月的value，没有上月的月报时为null"`
	LastYear *int64 `json:"lastYear" description:"上年同月的value，没有时为null"`
}

// Table is a breakdown; its columns are keys of figures.
type Table struct {
	Key     string     `json:"key"`
	Name    string     `json:"name"`
	Columns []string   `json:"columns"`
	Rows    []TableRow `json:"rows"`
}

// TableRow is one line of a breakdown.
type TableRow struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Values []int64 `json:"values"`
	Of     []int64 `json:"of" description:"列是比率时，各列的分母；否则为空"`
}

// TrendMonth is a month with the values of its figures.
type TrendMonth struct {
	Month   string           `json:"month"`
	Figures map[string]int64 `json:"figures"`
}

// report answers with the report; asked for by POST it is built and, once the month is over, kept.
func (a *API) report(c *gin.Context) error {
	view, err := a.reports.Report(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"))
	if err != nil {
		return err
	}
	if view.Report.Version > 0 { // one of a month that runs is not kept
		c.Header("ETag", etag(view.Report.Version))
	}
	return send(c, http.StatusOK, reportOf(view))
}

// FigurePage is what stands behind one number of a report: cases, or returns and findings.
type FigurePage struct {
	CasePage
	Entries []FigureEntry `json:"entries" description:"数字数的是排查表、线索时，逐份、逐条列在这里"`
}

// FigureEntry is a return that was owed or sent late, a finding, or a group dispute that waits for an answer.
type FigureEntry struct {
	Cell    string   `json:"cell"`
	From    string   `json:"from" description:"哪一期"`
	Filed   bool     `json:"filed" description:"截至月末报了"`
	Finding *Finding `json:"finding" description:"不是线索时为null"`
	Group   *string  `json:"group" description:"待确认的群体性纠纷的id；不是时为null，是时没有网格和期"`
}

func entryOf(e *screening.Entry) FigureEntry {
	switch {
	case e.Group != nil:
		return FigureEntry{Group: &e.Group.ID}
	case e.Lead != nil:
		found := findingOf(e.Lead)
		return FigureEntry{Cell: e.Return.Cell, From: e.Return.From, Filed: true, Finding: &found}
	case e.Duty != nil:
		return FigureEntry{Cell: e.Duty.CellID(), From: e.Duty.Period.From.String(), Filed: e.Duty.Return != nil}
	}
	return FigureEntry{Cell: e.Return.Cell, From: e.Return.From, Filed: true}
}

func (a *API) figure(c *gin.Context) error {
	cases, err := a.reports.Cases(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"), c.Param("key"))
	if err != nil {
		return err
	}
	page := FigurePage{CasePage: a.page(store.CasePage{Cases: cases}), Entries: []FigureEntry{}}
	if ref, err := screening.ParseRef(c.Param("key")); err == nil {
		if d, _ := screening.Define(ref.Figure); d.OfGrid() {
			entries, err := a.reports.Entries(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"), c.Param("key"))
			if err != nil {
				return err
			}
			for i := range entries {
				page.Entries = append(page.Entries, entryOf(&entries[i]))
			}
		}
	}
	return send(c, http.StatusOK, page)
}

func reportOf(view *screening.View) Report {
	r := Report{
		Region: view.Region.Code, RegionName: view.Region.Name, Month: view.Report.Month, BuiltAt: view.Report.BuiltAt, Provisional: view.Provisional,
		Issue: issueOf(view.Report),
	}
	for _, d := range screening.Figures() {
		f, ok := view.Report.Figure(d.Key)
		if !ok {
			continue
		}
		r.Figures = append(r.Figures, Figure{
			Key: d.Key, Name: d.Name, Group: d.Group, Unit: d.Unit, Explain: d.Explain, Rate: d.Rate, Value: f.Value, Of: f.Of, Text: screening.Text(f),
			Last: valueIn(view.Last, d.Key), LastYear: valueIn(view.LastYear, d.Key),
		})
	}
	for _, t := range view.Report.Tables {
		dimension, _ := screening.DimensionOf(t.Key)
		table := Table{Key: t.Key, Name: dimension.Name, Columns: t.Columns}
		for _, row := range t.Rows {
			table.Rows = append(table.Rows, TableRow{Code: row.Code, Name: row.Name, Values: row.Values, Of: append([]int64{}, row.Of...)})
		}
		r.Tables = append(r.Tables, table)
	}
	for _, past := range view.Trend {
		month := TrendMonth{Month: past.Month, Figures: map[string]int64{}}
		for _, f := range past.Figures {
			month.Figures[f.Key] = f.Value
		}
		r.Trend = append(r.Trend, month)
	}
	return r
}

// valueIn is a figure's value in another report, nil where there is none.
func valueIn(report *models.Report, key string) *int64 {
	if report == nil {
		return nil
	}
	f, ok := report.Figure(key)
	if !ok {
		return nil
	}
	return &f.Value
}
