package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
)

// leadRow is a finding in a list.
type leadRow struct {
	Path, What, Type, Where, Place string
	Households                     int
	Signs                          []string
	Found                          string
	State, Tone                    string
	CasePath                       string
	Note                           string
	HasPhoto                       bool
}

func findingPath(l *screening.Lead) string { return "/findings/" + l.ID() }

func rowOfLead(l *screening.Lead) leadRow {
	r := leadRow{
		Path: findingPath(l), What: l.Finding.What, Type: models.NameOf(models.DisputeTypes(), string(l.Finding.Type)), Where: l.Finding.Where,
		Place: l.Return.VillageName + " " + l.Return.CellName, Households: l.Finding.Households, Signs: signNames(l.Finding.Signs), Found: day(l.FiledAt), State: "待处理", Tone: "wait",
		HasPhoto: l.Finding.Photo != nil,
	}
	if o := l.Outcome; o != nil {
		r.State, r.Tone, r.Note = models.NameOf(models.FindingEnds(), o.As), "state-closed", o.Note
		if o.Case != "" {
			r.CasePath = "/cases/" + url.PathEscape(o.Case)
		}
	}
	return r
}

func signNames(codes []string) []string {
	out := make([]string, len(codes))
	for i, code := range codes {
		out[i] = models.NameOf(models.FindingSigns(), code)
	}
	return out
}

func leadRows(list []screening.Lead) []leadRow {
	out := make([]leadRow, len(list))
	for i := range list {
		out[i] = rowOfLead(&list[i])
	}
	return out
}

type findingsBody struct {
	Place string
	Rows  []leadRow
}

// findings lists the findings that wait, the oldest first.
func (p *Pages) findings(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	place := c.Query("place")
	if place == "" {
		place = actor.Region
	}
	waiting, err := p.Reports.Waiting(ctx, actor.Scope(), place)
	if err != nil {
		return err
	}
	body := findingsBody{Rows: leadRows(waiting)}
	if body.Place, err = p.placeName(ctx, place); err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "findings", "待处理线索", body)
}

type findingBody struct {
	Lead       leadRow
	ReturnPath string
	Period     string
	SettledBy  string
	Logs       string // path of logging it as a case, "" for whoever may not
	Settles    string // path of closing it
	WhoLogs    bool   // it waits, and somebody else has to log it
	Done       string
	Photo      string // path of its photo, "" where there is none or the actor may not open it
}

func (p *Pages) finding(c *gin.Context) error {
	actor := web.Actor(c)
	l, err := p.Reports.Lead(c.Request.Context(), actor.Scope(), c.Param("finding"))
	if err != nil {
		return err
	}
	body := findingBody{Lead: rowOfLead(l), ReturnPath: "/returns/" + l.Return.Cell + "/" + l.Return.From, Period: dateText(l.Return.From) + "至" + dateText(l.Return.To)}
	if c.Query("done") != "" {
		body.Done = "已经处理。"
	}
	if body.Lead.HasPhoto && account.Has(actor.Role, account.PrintPapers) {
		body.Photo = findingPath(l) + "/photo"
	}
	if o := l.Outcome; o != nil {
		body.SettledBy = o.By.Name + "于" + moment(o.At) + "处理"
		return p.render(c, http.StatusOK, "finding", "排查线索", body)
	}
	if account.Has(actor.Role, account.WriteCases) {
		body.Logs = "/cases/new?" + url.Values{"finding": {l.ID()}}.Encode()
	} else {
		body.WhoLogs = true
	}
	if account.Has(actor.Role, account.SettleFindings) {
		body.Settles = findingPath(l) + "/settle"
	}
	return p.render(c, http.StatusOK, "finding", "排查线索", body)
}

type settleBody struct {
	Form *form
	Lead leadRow
	Ends []models.Choice
}

func (p *Pages) settleForm(c *gin.Context) error {
	l, err := p.Reports.Lead(c.Request.Context(), web.Actor(c).Scope(), c.Param("finding"))
	if err != nil {
		return err
	}
	if l.Outcome != nil {
		return redirect(c, findingPath(l))
	}
	return p.render(c, http.StatusOK, "settle", "关闭线索", settleBody{newForm(), rowOfLead(l), models.FindingEnds()[1:]})
}

func (p *Pages) settle(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	l, err := p.Reports.Lead(ctx, actor.Scope(), c.Param("finding"))
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.SettleForm
	status := http.StatusUnprocessableEntity
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		_, err := p.Reports.Settle(ctx, actor, l.ID(), in)
		if err == nil {
			return redirect(c, findingPath(l)+"?done=settle")
		}
		if !f.refuse(err) {
			return err
		}
		status = web.Status(models.AsError(err))
	}
	return p.render(c, status, "settle", "关闭线索", settleBody{f, rowOfLead(l), models.FindingEnds()[1:]})
}

// fillFromFinding puts what a finding says into the form of a new case.
func (p *Pages) fillFromFinding(c *gin.Context, f *form, id string) error {
	l, err := p.Reports.Lead(c.Request.Context(), web.Actor(c).Scope(), id)
	if err != nil {
		return err
	}
	found := l.Finding
	facts := found.What
	if found.Where != "" {
		facts += "\n地点：" + found.Where
	}
	if len(found.Signs) > 0 {
		facts += "\n排查时看到：" + strings.Join(signNames(found.Signs), "；")
	}
	title := []rune(strings.SplitN(found.What, "\n", 2)[0])
	if len(title) > 30 {
		title = title[:30]
	}
	f.Values.Set("finding", l.ID())
	f.Values.Set("villageCode", l.Return.Village)
	f.Values.Set("type", string(found.Type))
	f.Values.Set("title", string(title))
	f.Values.Set("facts", facts)
	f.Values.Set("households", strconv.Itoa(found.Households))
	f.Values.Set("source", "screening")
	for _, sign := range found.Signs {
		switch sign {
		case "threat", "crowd", "petition":
			f.Values.Set(sign, "1") // as the form names it
		case "collective":
			f.Values.Set("parties[1].kind", string(models.Organisation))
			f.Values.Set("parties[1].collective", "1")
		}
	}
	return nil
}

// fromFinding is the path of the finding that a case came from, "" for none.
func fromFinding(cs *models.Case) string {
	if cs.Finding == nil {
		return ""
	}
	return fmt.Sprintf("/findings/%s", url.PathEscape(cs.Finding.ID))
}
