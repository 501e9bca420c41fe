package api

import (
	"bytes"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/subsidy"
)

const typeExcel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

type subsidyParams struct {
	Region string `path:"region" description:"乡镇的区划代码，9位；查看时也可以是村的，12位"`
	Period string `path:"period" description:"结算期：月写成2026-10，季度写成2026-Q4"`
}

// Subsidy is the 补贴结算表 of a township and period, or a village's part of it. It has no sum by person.
type Subsidy struct {
	Region      string          `json:"region"`
	RegionName  string          `json:"regionName"`
	Period      string          `json:"period"`
	Version     int64           `json:"version" description:"保存决定时作为version送回；还没有保存过为0"`
	Over        bool            `json:"over" description:"本期已经结束，可以审核"`
	ClosedAt    *time.Time      `json:"closedAt" description:"定稿的时间，没有定稿为null"`
	Lines       []SubsidyLine   `json:"lines"`
	Unpaid      []SubsidyUnpaid `json:"unpaid" description:"结了案、现在不能补的"`
	Totals      []SubsidyTotal  `json:"totals" description:"已核准的，按调委会"`
	ApprovedFen int64           `json:"approvedFen" description:"已核准的合计，单位分"`
}

// SubsidyLine is one file.
type SubsidyLine struct {
	Key       string                 `json:"key"`
	Case      string                 `json:"case"`
	Number    string                 `json:"number"`
	Village   string                 `json:"village"`
	Committee string                 `json:"committee"`
	Type      models.DisputeType     `json:"type"`
	Result    models.SubsidyResult   `json:"result"`
	Grade     string                 `json:"grade"`
	Row       string                 `json:"row" description:"按哪一条标准"`
	AmountFen int64                  `json:"amountFen" description:"单位分；追回的为负"`
	Working   string                 `json:"working" description:"怎么算出来的"`
	Mediators []string               `json:"mediators" description:"卷宗上的调解员"`
	ClosedOn  string                 `json:"closedOn"`
	Kind      models.SubsidyLineKind `json:"kind"`
	Of        *string                `json:"of" description:"补报、重新审核、追回的，原来属于哪一期"`
	State     *string                `json:"state" description:"approved核准，refused不予核准；还没有决定为null"`
	Reason    string                 `json:"reason"`
}

// SubsidyUnpaid is a closed file that is not paid.
type SubsidyUnpaid struct {
	Case    string   `json:"case"`
	Number  string   `json:"number"`
	Village string   `json:"village"`
	Missing []string `json:"missing" description:"还缺的必须材料"`
	Why     string   `json:"why" description:"材料齐全但不在补贴范围的原因"`
}

// SubsidyTotal is what a committee gets.
type SubsidyTotal struct {
	Committee string `json:"committee"`
	Files     int    `json:"files"`
	AmountFen int64  `json:"amountFen"`
}

func (a *API) subsidy(c *gin.Context) error {
	sheet, err := a.subsidies.Sheet(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("period"))
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, subsidyOf(sheet))
}

// decideSubsidy keeps what was decided, and closes the sheet where that is asked for.
func (a *API) decideSubsidy(c *gin.Context) error {
	var form subsidy.DecideForm
	if err := read(c, &form); err != nil {
		return err
	}
	sheet, err := a.subsidies.Decide(c.Request.Context(), web.Actor(c), c.Param("region"), c.Param("period"), form)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, subsidyOf(sheet))
}

// correctSubsidy puts a line of a closed sheet right, and answers with the sheet on which that stands.
func (a *API) correctSubsidy(c *gin.Context) error {
	var form subsidy.CorrectForm
	if err := read(c, &form); err != nil {
		return err
	}
	sheet, err := a.subsidies.Correct(c.Request.Context(), web.Actor(c), c.Param("region"), c.Param("period"), form)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, subsidyOf(sheet))
}

func (a *API) subsidyWorkbook(c *gin.Context) error {
	region, period := c.Param("region"), c.Param("period")
	var file bytes.Buffer
	if err := a.subsidies.Workbook(c.Request.Context(), web.Actor(c), region, period, &file); err != nil {
		return err
	}
	c.Header("Content-Disposition", "attachment; filename=\"subsidy-"+region+"-"+period+".xlsx\"")
	c.Data(http.StatusOK, typeExcel, file.Bytes())
	return nil
}

func subsidyOf(s *subsidy.Sheet) Subsidy {
	out := Subsidy{
		Region: s.Place.Code, RegionName: s.Place.Name, Period: s.Period.Key, Version: s.Version, Over: s.Over, ClosedAt: s.ClosedAt,
		Lines: []SubsidyLine{}, Unpaid: []SubsidyUnpaid{}, Totals: []SubsidyTotal{},
	}
	some := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	for _, l := range s.Lines {
		out.Lines = append(out.Lines, SubsidyLine{
			Key: l.Key, Case: l.Case, Number: l.Number, Village: l.Village, Committee: l.Committee, Type: l.Type, Result: l.Result, Grade: l.Grade, Row: l.Row,
			AmountFen: l.AmountFen, Working: l.Working, Mediators: append([]string{}, l.Mediators...), ClosedOn: l.ClosedOn, Kind: l.Kind,
			Of: some(l.Of), State: some(l.State), Reason: l.Reason,
		})
	}
	for _, u := range s.Unpaid {
		out.Unpaid = append(out.Unpaid, SubsidyUnpaid{Case: u.Case, Number: u.Number, Village: u.Village, Missing: append([]string{}, u.Missing...), Why: u.Why})
	}
	each, all := s.Totals()
	for _, t := range each {
		out.Totals = append(out.Totals, SubsidyTotal(t))
	}
	out.ApprovedFen = all.AmountFen
	return out
}
