package pages

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// issueBody is the page on which a report is brought on its way.
type issueBody struct {
	Form         *form
	Place, Month string
	Back, Done   string
	State, Tone  string
	Signs        []term
	Returned     string // why it came back, "" where it did not
	Blocks       []issueBlock
	Numbers      []issueNumber
	// What can be done now by who looks.
	Write, Review, Seal, Return, Supplement bool
	Wait                                    string // whose turn it is, where it is another's
}

// issueBlock is a text of the compiler, with what the figures say beside it.
type issueBlock struct {
	Field, Title, Name, Hint, Text string
	Sentences                      []string
}

// issueNumber is a number of the official form that the system does not know.
type issueNumber struct{ Field, Name, Unit, Text string }

var issueDone = map[models.ReportAction]string{
	models.ReportSave: "已经保存，可以接着写。", models.ReportConfirm: "已经确认，等待审核。", models.ReportReview: "审核通过，可以封存了。",
	models.ReportReturn: "已经退回，编制人会收到提醒。", models.ReportSeal: "已经封存。以后发现差错，用补充说明更正。", models.ReportSupplement: "补充说明已经加上。",
}

const issueTitle = "编写和签发月报"

// issueForm shows what can be done to a report now.
func (p *Pages) issueForm(c *gin.Context) error {
	view, err := p.Reports.Report(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"))
	if err != nil {
		return err
	}
	if _, err := view.Report.Permit(models.ReportSave, web.Actor(c)); err != nil && models.AsError(err).Kind == models.Forbidden {
		return err
	}
	f := newForm()
	f.Values.Set("version", strconv.FormatInt(view.Report.Version, 10))
	for _, key := range screening.Blocks() {
		f.Values.Set(screening.Field(key), view.Report.Issue.Block(key))
	}
	body := issueBodyOf(view, web.Actor(c), f)
	body.Done = issueDone[models.ReportAction(c.Query("done"))]
	return p.render(c, http.StatusOK, "issue", issueTitle, body)
}

// issue does to a report what the pressed button says. Whatever is refused comes back as it was typed.
func (p *Pages) issue(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor, region, month := c.Request.Context(), web.Actor(c), c.Param("region"), c.Param("month")
	f := &form{Values: values}
	version, err := strconv.ParseInt(values.Get("version"), 10, 64)
	if err != nil || version < 0 {
		return models.Errorf(models.Malformed, "form.version", "表单没有完整收到，请回到月报重新打开")
	}
	in := screening.IssueForm{Version: version, Blocks: map[string]string{}, Note: values.Get("note")}
	for _, key := range screening.Blocks() {
		in.Blocks[key] = values.Get(screening.Field(key))
	}
	action := models.ReportAction(cmp.Or(values.Get("do"), string(models.ReportSave))) // the enter key saves
	_, err = p.Reports.Issue(ctx, actor, region, month, action, in)
	if err == nil {
		return redirect(c, reportPath(region, month)+"/issue?done="+string(action))
	}
	if !f.refuse(err) {
		return err
	}
	view, reloadErr := p.Reports.Report(ctx, actor.Scope(), region, month)
	if reloadErr != nil {
		return reloadErr
	}
	// What was typed may be sent again, on top of what has changed.
	f.Values.Set("version", strconv.FormatInt(view.Report.Version, 10))
	return p.render(c, web.Status(models.AsError(err)), "issue", issueTitle, issueBodyOf(view, actor, f))
}

func issueBodyOf(view *screening.View, actor models.Actor, f *form) issueBody {
	r := view.Report
	may := func(action models.ReportAction) bool { _, err := r.Permit(action, actor); return err == nil }
	body := issueBody{
		Form: f, Place: view.Region.Name, Month: monthText(r.Month), Back: reportPath(r.Region, r.Month), State: r.Issue.State.Name(),
		Write: may(models.ReportSave) && !view.Provisional, Review: may(models.ReportReview), Seal: may(models.ReportSeal), Return: may(models.ReportReturn), Supplement: may(models.ReportSupplement),
	}
	var shown reportBody
	shown.signs(r)
	body.Signs = shown.Signs
	if n := len(r.Issue.Steps); n > 0 && r.Issue.State == models.ReportDraft && r.Issue.Steps[n-1].Action == models.ReportReturn {
		body.Returned = r.Issue.Steps[n-1].Note
	}
	switch {
	case view.Provisional:
		body.Wait = "这个月还没有结束，月报在下月1日生成后才能编写。"
	case !body.Write && !body.Review && !body.Seal && !body.Supplement && r.Issue.State != models.ReportSealed:
		body.Wait = "现在轮到审核人办理。"
	}
	for _, part := range screening.Outline(view) {
		if part.Block != "" {
			body.Blocks = append(body.Blocks, issueBlock{
				Field: screening.Field(part.Block), Title: ordinals[part.Number] + "、" + part.Name, Name: part.BlockName, Hint: part.BlockHint, Text: part.Text, Sentences: part.Sentences,
			})
		}
	}
	for _, l := range screening.StatisticsOf(r) {
		if l.Typed {
			body.Numbers = append(body.Numbers, issueNumber{screening.Field(l.Block), l.Name, l.Unit, l.Text})
		}
	}
	return body
}

type verifyBody struct {
	Place, Month, Back   string
	Sealed, Holds, Whole bool
	Cases, Returns       int
	Added, Gone, Changed []caseLink // of cases, then of returns
	Changes              []changeRow
}

type caseLink struct{ Path, Name string }

// verify checks a sealed report against itself and the case files.
func (p *Pages) verify(c *gin.Context) error {
	ctx, scope, region, month := c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month")
	v, err := p.Reports.Verify(ctx, scope, region, month)
	if err != nil {
		return err
	}
	view, err := p.Reports.Report(ctx, scope, region, month)
	if err != nil {
		return err
	}
	link := func(cases, returns []string) []caseLink {
		var out []caseLink
		for i, id := range cases {
			out = append(out, caseLink{"/cases/" + id, "第" + strconv.Itoa(i+1) + "件纠纷"})
		}
		for i, id := range returns {
			cell, from, _ := models.ParseReturnID(id)
			out = append(out, caseLink{"/returns/" + cell + "/" + from, "第" + strconv.Itoa(i+1) + "份排查表，" + dateText(from) + "起的一期"})
		}
		return out
	}
	body := verifyBody{Place: view.Region.Name, Month: monthText(month), Back: reportPath(region, month)}
	if v != nil {
		body.Sealed, body.Holds, body.Whole, body.Cases, body.Returns = true, v.Holds(), v.Whole, v.Cases, v.Returns
		body.Added, body.Gone, body.Changed = link(v.CaseFiles.Added, v.Screened.Added), link(v.CaseFiles.Gone, v.Screened.Gone), link(v.CaseFiles.Changed, v.Screened.Changed)
		body.Changes = changeRows(view.Report, v.Changes)
	}
	return p.render(c, http.StatusOK, "verify", "核对月报的封存", body)
}
