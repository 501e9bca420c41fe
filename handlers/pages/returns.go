package pages

import (
	"crypto/rand"
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

var returnDone = map[string]string{"zero": "已经报送：本期没有发现。", "filed": "已经报送。", "same": "这一期已经报过，没有重复。"}

type returnsBody struct {
	Place   string
	Done    string
	Mine    []dutyRow // the cells that the actor is in charge of
	Others  []dutyRow
	Waiting []leadRow // findings that wait
	Summary string
	NoGrid  bool
	Draws   bool
}

// dutyRow is a return that waits to be sent.
type dutyRow struct {
	Path, Cell, Kind, Responsible string
	Period, Until                 string
	Late                          bool
	State                         string
	Key                           string
}

func dutyPath(d *screening.Duty) string {
	return "/returns/" + d.CellID() + "/" + d.Period.From.String()
}

func rowOfDuty(d *screening.Duty) dutyRow {
	return dutyRow{
		Path: dutyPath(d), Cell: d.Cell.Name, Kind: d.Cell.Kind.Name(), Responsible: d.Cell.Responsible, Period: d.Period.Name(),
		Until: dateText(d.Period.To.String()), Late: d.State == screening.DutyOverdue || d.State == screening.DutyMissing, State: d.State.Name(),
		Key: rand.Text(),
	}
}

// returns lists the returns of a village that wait to be sent, each with the one button that most need.
func (p *Pages) returns(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	own, err := p.Reports.Own(ctx, actor.Scope(), actor.Region)
	if err != nil {
		return err
	}
	body := returnsBody{Summary: "/screening", Draws: account.Has(actor.Role, account.DrawGrid)}
	body.Done = returnDone[c.Query("done")]
	if body.Place, err = p.placeName(ctx, actor.Region); err != nil {
		return err
	}
	for i := range own {
		row := rowOfDuty(&own[i])
		if own[i].Cell.Account == actor.ID {
			body.Mine = append(body.Mine, row)
		} else {
			body.Others = append(body.Others, row)
		}
	}
	if len(own) == 0 {
		g, err := p.Reports.Grid(ctx, actor.Scope(), actor.Region)
		if err != nil {
			return err
		}
		body.NoGrid = len(p.Reports.Standing(g)) == 0
	}
	waiting, err := p.Reports.Waiting(ctx, actor.Scope(), actor.Region)
	if err != nil {
		return err
	}
	body.Waiting = leadRows(waiting)
	return p.render(c, http.StatusOK, "returns", "排查表", body)
}

type returnBody struct {
	Cell, Kind, Place string
	Period, Until     string
	State             string
	Late              bool
	Form              *form // nil where it is only shown
	Rows              []findingForm
	Key               string
	Seen              int
	Correcting        bool
	Kept              []leadRow // settled findings, which a correction leaves alone
	Files             bool      // the actor may send it
	Path              string
	Latest            *sendingView
	Earlier           []sendingView
	Leads             []leadRow
	Done              string
	CellPath          string
	Fresh             bool // the form was opened, nothing of it was sent
}

type sendingView struct {
	At, By, Text string
	Late         bool
	Findings     []string
}

// findingForm is one finding's fields.
type findingForm struct {
	Form  *form
	I     int
	Only  bool
	Types []models.Choice
	Signs []signField
	Photo photoView // that it has already
}

type signField struct {
	Name, ID, Code, Label string
	Checked               bool
}

// showReturn shows a return: what was sent of it, or the way to send it.
func (p *Pages) showReturn(c *gin.Context) error {
	d, err := p.Reports.Duty(c.Request.Context(), web.Actor(c).Scope(), c.Param("cell"), c.Param("from"))
	if err != nil {
		return err
	}
	var f *form
	files := account.Has(web.Actor(c).Role, account.FileReturns)
	switch {
	case files && d.Return == nil && c.Query("found") != "":
		f = newForm()
		f.Values.Set("findings[0].households", "1")
	case files && d.Return != nil && c.Query("correct") != "":
		f = newForm()
		i := 0
		for _, found := range d.Filing.Findings {
			if d.Return.Outcome(found.Seq) == nil {
				fillFinding(f.Values, i, found)
				i++
			}
		}
	}
	if f != nil {
		f.Values.Set("key", rand.Text())
		f.Values.Set("seen", strconv.Itoa(filingsOf(d)))
	}
	return p.renderReturn(c, http.StatusOK, d, f)
}

func filingsOf(d *screening.Duty) int {
	if d.Return == nil {
		return 0
	}
	return len(d.Return.Filings)
}

func fillFinding(values url.Values, i int, found models.Finding) {
	at := fmt.Sprintf("findings[%d].", i)
	values.Set(at+"seq", strconv.Itoa(found.Seq))
	values.Set(at+"what", found.What)
	values.Set(at+"where", found.Where)
	values.Set(at+"households", strconv.Itoa(found.Households))
	values.Set(at+"type", string(found.Type))
	for n, sign := range models.FindingSigns() {
		for _, code := range found.Signs {
			if code == sign.Code {
				values.Set(fmt.Sprintf("%ssigns[%d]", at, n), code)
			}
		}
	}
}

// fileReturn sends a return, or changes its form.
func (p *Pages) fileReturn(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	cell, from := c.Param("cell"), c.Param("from")
	d, err := p.Reports.Duty(ctx, actor.Scope(), cell, from)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	do, which, _ := strings.Cut(values.Get("do"), "-")
	if do != "zero" {
		if err := p.takePhotos(c, f, cell, from); err != nil {
			return err
		}
	}
	if len(f.Faults) > 0 { // whatever was pressed, the photo that is not taken is told of
		return p.renderReturn(c, http.StatusUnprocessableEntity, d, f)
	}
	switch do {
	case "add":
		f.extraRow = "findings"
		return p.renderReturn(c, http.StatusOK, d, f)
	case "remove":
		if i, err := strconv.Atoi(which); err == nil {
			dropRow(values, "findings", i)
		}
		return p.renderReturn(c, http.StatusOK, d, f)
	case "resume":
		return p.renderReturn(c, http.StatusOK, d, f)
	}
	var in screening.FileForm
	if do == "zero" {
		in = screening.FileForm{Key: values.Get("key"), Seen: max(seenOfForm(values), 0), Zero: true}
	} else {
		f.Faults = decode(values, &in)
		for i := range in.Findings {
			in.Findings[i].Kept = p.keptPhoto(c, values.Get(photoField(i, "kept")), cell, from)
		}
	}
	status := http.StatusUnprocessableEntity
	if len(f.Faults) == 0 {
		_, filed, err := p.Reports.File(ctx, actor, cell, from, in)
		if err == nil {
			done := map[bool]string{true: do, false: "same"}[filed]
			switch {
			case done == "zero" && d.Return == nil, done == "same" && do == "zero":
				return redirect(c, "/returns?"+url.Values{"done": {done}}.Encode())
			case done != "same":
				done = "filed"
			}
			return redirect(c, dutyPath(d)+"?done="+done)
		}
		if !f.refuse(err) {
			return err
		}
		status = web.Status(models.AsError(err))
	}
	if f.Stale { // what was sent meanwhile is shown with the form: sent again, it corrects that
		if d, err = p.Reports.Duty(ctx, actor.Scope(), cell, from); err != nil {
			return err
		}
		values.Set("seen", strconv.Itoa(filingsOf(d)))
	}
	return p.renderReturn(c, status, d, f)
}

func (p *Pages) renderReturn(c *gin.Context, status int, d *screening.Duty, f *form) error {
	place, err := p.placeName(c.Request.Context(), d.Village)
	if err != nil {
		return err
	}
	body := returnBody{
		Cell: d.Cell.Name, Kind: d.Cell.Kind.Name(), Place: place, Period: d.Period.Name(), Until: dateText(d.Period.To.String()), State: d.State.Name(), Late: d.Late || d.State == screening.DutyOverdue || d.State == screening.DutyMissing,
		Form: f, Files: account.Has(web.Actor(c).Role, account.FileReturns), Path: dutyPath(d), Key: rand.Text(), CellPath: "/grid/cells/" + d.CellID(),
		Seen: filingsOf(d), Correcting: d.Return != nil, Fresh: c.Request.Method == http.MethodGet,
	}
	body.Done = returnDone[c.Query("done")]
	if d.Return != nil {
		body.Latest = viewSending(*d.Return.Latest())
		for i := len(d.Return.Filings) - 2; i >= 0; i-- {
			body.Earlier = append(body.Earlier, *viewSending(d.Return.Filings[i]))
		}
		for _, l := range d.Leads() {
			row := rowOfLead(&l)
			body.Leads = append(body.Leads, row)
			if l.Outcome != nil {
				body.Kept = append(body.Kept, row)
			}
		}
	}
	if f != nil {
		if body.Rows, err = p.findingForms(c, f, d); err != nil {
			return err
		}
	}
	return p.render(c, status, "return", d.Cell.Name+"排查表", body)
}

func viewSending(f models.Submission) *sendingView {
	v := &sendingView{At: moment(f.At), By: f.By.Name, Late: f.Late, Text: "本期没有发现"}
	if !f.IsZero() {
		v.Text = fmt.Sprintf("线索%d条", len(f.Findings))
	}
	for _, found := range f.Findings {
		v.Findings = append(v.Findings, found.What)
	}
	return v
}

func (p *Pages) findingForms(c *gin.Context, f *form, d *screening.Duty) ([]findingForm, error) {
	indexes := f.Rows("findings", 1)
	out := make([]findingForm, len(indexes))
	for i := range indexes {
		row := findingForm{Form: f, I: i, Only: len(indexes) == 1, Types: models.DisputeTypes()}
		for n, sign := range models.FindingSigns() {
			name := fmt.Sprintf("findings[%d].signs[%d]", i, n)
			row.Signs = append(row.Signs, signField{Name: name, ID: fieldID(name), Code: sign.Code, Label: sign.Name, Checked: f.Value(name) != ""})
		}
		var err error
		if row.Photo, err = p.photoOfRow(c, f, i, d); err != nil {
			return nil, err
		}
		out[i] = row
	}
	return out, nil
}
