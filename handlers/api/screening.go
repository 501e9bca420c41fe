package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

type returnParams struct {
	Cell string `path:"cell" description:"网格的编号：村的区划代码、横线、网格在村里的编号，例如330681101201-3"`
	From string `path:"from" description:"这一期的第一天，例如2026-11-01"`
}

type screeningParams struct {
	Place  string `path:"place" description:"县、乡镇、村的区划代码，或者网格的编号"`
	Period string `query:"period" pattern:"^\\d{4}-\\d{2}-\\d{2}$" description:"哪一期，写它的第一天；不写就是现在这一期"`
}

type findingParams struct {
	Finding string `path:"finding" description:"线索的编号"`
}

// Return is the return of a cell for a period.
type Return struct {
	Cell     string     `json:"cell"`
	CellName string     `json:"cellName"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	State    string     `json:"state" description:"zero 零报告，found 有线索，waiting 待报，overdue 逾期待报，missing 未报"`
	Late     bool       `json:"late" description:"报的时候已经截止"`
	Filings  int        `json:"filings" description:"报过几次；更正时作为seen送回"`
	FiledAt  *time.Time `json:"filedAt" description:"最近一次报送的时间，没有报时为null"`
	Findings []Finding  `json:"findings"`
}

// Finding is a finding of a return.
type Finding struct {
	ID         string             `json:"id"`
	Seq        int                `json:"seq"`
	What       string             `json:"what"`
	Where      string             `json:"where"`
	Households int                `json:"households"`
	Type       models.DisputeType `json:"type"`
	Signs      []string           `json:"signs"`
	Photo      bool               `json:"photo" description:"有照片，另外取"`
	Outcome    *string            `json:"outcome" description:"case 转为纠纷，prevented 已就地化解，not_dispute 不是矛盾纠纷，duplicate 重复；还没有处理时为null"`
	Case       *string            `json:"case" description:"转为的案件的id"`
}

// Screening is how the returns of a place or cell stand in a period.
type Screening struct {
	From  string          `json:"from"`
	To    string          `json:"to"`
	Total ScreeningUnit   `json:"total"`
	Units []ScreeningUnit `json:"units" description:"直接在下面的单位"`
}

// ScreeningUnit is one line of a summary.
type ScreeningUnit struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Cells     int    `json:"cells" description:"应报"`
	Returned  int    `json:"returned" description:"已报"`
	Zero      int    `json:"zero" description:"零报告"`
	Late      int    `json:"late" description:"迟报"`
	Waiting   int    `json:"waiting" description:"待报"`
	Missing   int    `json:"missing" description:"未报"`
	Findings  int    `json:"findings" description:"线索"`
	Cases     int    `json:"cases" description:"转为纠纷"`
	Prevented int    `json:"prevented" description:"就地化解"`
	Open      int    `json:"open" description:"待处理"`
}

func (a *API) duty(c *gin.Context) error { return a.sendDuty(c, http.StatusOK) }

func (a *API) sendDuty(c *gin.Context, status int) error {
	d, err := a.reports.Duty(c.Request.Context(), web.Actor(c).Scope(), c.Param("cell"), c.Param("from"))
	if err != nil {
		return err
	}
	out := Return{Cell: d.CellID(), CellName: d.Cell.Name, From: d.Period.From.String(), To: d.Period.To.String(), State: string(d.State), Late: d.Late, Findings: []Finding{}}
	if d.Return != nil {
		at := d.Return.Latest().At
		out.Filings, out.FiledAt = len(d.Return.Filings), &at
	}
	for _, l := range d.Leads() {
		out.Findings = append(out.Findings, findingOf(&l))
	}
	return send(c, status, out)
}

func findingOf(l *screening.Lead) Finding {
	f := l.Finding
	out := Finding{ID: l.ID(), Seq: f.Seq, What: f.What, Where: f.Where, Households: f.Households, Type: f.Type, Signs: append([]string{}, f.Signs...), Photo: f.Photo != nil}
	if o := l.Outcome; o != nil {
		out.Outcome = &o.As
		if o.Case != "" {
			out.Case = &o.Case
		}
	}
	return out
}

// fileReturn sends a return; one that was sent before under its key is answered as it is.
func (a *API) fileReturn(c *gin.Context) error {
	var form screening.FileForm
	if err := read(c, &form); err != nil {
		return err
	}
	_, filed, err := a.reports.File(c.Request.Context(), web.Actor(c), c.Param("cell"), c.Param("from"), form)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if filed {
		status = http.StatusCreated
	}
	return a.sendDuty(c, status)
}

func (a *API) settleFinding(c *gin.Context) error {
	var form screening.SettleForm
	if err := read(c, &form); err != nil {
		return err
	}
	l, err := a.reports.Settle(c.Request.Context(), web.Actor(c), c.Param("finding"), form)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, findingOf(l))
}

func (a *API) findingPhoto(c *gin.Context) error {
	data, err := a.reports.OpenPhoto(c.Request.Context(), web.Actor(c), c.Param("finding"), false)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, models.TypeJPEG, data)
	return nil
}

func (a *API) screening(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, screeningParams{})
	if err := q.err(); err != nil {
		return err
	}
	s, err := a.reports.Summary(c.Request.Context(), web.Actor(c).Scope(), c.Param("place"), q.text("period"))
	if err != nil {
		return err
	}
	out := Screening{From: s.Period.From.String(), To: s.Period.To.String(), Total: unitOf(s.Unit), Units: []ScreeningUnit{}}
	for _, u := range s.Units {
		out.Units = append(out.Units, unitOf(u))
	}
	return send(c, http.StatusOK, out)
}

func unitOf(u screening.Unit) ScreeningUnit {
	n := u.Counts
	return ScreeningUnit{u.Code, u.Name, n.Cells, n.Returned, n.Zero, n.Late, n.Waiting, n.Missing, n.Findings, n.Cases, n.Prevented, n.Open}
}
