package pages

import (
	"html/template"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
)

type papersBody struct {
	Case        row
	InFile      []paperLink // in the official order
	Beside      []paperLink // what can be printed as well
	Missing     []string    // 必须 papers that the file lacks
	Filing      *filingView
	Attachments []attachmentView
	Prints      bool // the role may print
	Attach      bool // and attach something now
}

type paperLink struct{ Path, Name string }

type filingView struct {
	On, By, Retention, Remark string
	Missing, Supplements      []string
}

// papers lists what papers a case has.
func (p *Pages) papers(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	cs, pieces, err := p.Cases.Papers(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	policy, err := p.Cases.Policy(c.Request.Context(), cs)
	if err != nil {
		return err
	}
	actor := web.Actor(c)
	body := papersBody{
		Case: rowOfCase(cs, p.Now()), Missing: cs.MissingPapers(), Filing: viewFiling(cs.Filing), Attachments: viewAttachments(cs),
		Prints: account.Has(actor.Role, account.PrintPapers), Attach: permitted(cs, policy, actor, p.Now(), []models.Action{models.ActionAttach, models.ActionAddend}) == nil,
	}
	for _, piece := range pieces {
		link := paperLink{casePath(cs) + "/papers/" + piece.Code, piece.Name}
		if piece.InFile {
			body.InFile = append(body.InFile, link)
		} else {
			body.Beside = append(body.Beside, link)
		}
	}
	return p.render(c, http.StatusOK, "papers", "卷宗文书："+cs.Title, body)
}

func viewFiling(f *models.Filing) *filingView {
	if f == nil {
		return nil
	}
	v := &filingView{On: dateText(f.On), By: f.By, Retention: models.NameOf(models.Retentions(), f.Retention), Remark: f.Remark, Missing: f.Missing}
	for _, s := range f.Supplements {
		v.Supplements = append(v.Supplements, moment(s.At)+"，"+s.By.Name+"："+s.Text)
	}
	return v
}

type paperBody struct {
	Back, BackName string
	Name           string
	Text           template.HTML
	Word           string // path of the Word file, "" where it cannot be had
	Stock          string // path that prints forms with codes, "" where there are none
	Form           *form
}

// paper shows one paper as it will be printed, with masked numbers.
func (p *Pages) paper(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	cs, paper, err := p.Cases.Paper(c.Request.Context(), web.Actor(c), id, c.Param("paper"))
	if err != nil {
		return err
	}
	body := paperBody{Back: casePath(cs) + "/papers", BackName: "卷宗文书", Name: paper.Name, Text: casefile.HTML(paper)}
	if account.Has(web.Actor(c).Role, account.PrintPapers) {
		body.Word = body.Back + "/" + paper.Code + "/word"
	}
	return p.render(c, http.StatusOK, "paper", paper.Name, body)
}

// printPaper, printFile and printZip hand out files, each made whole before any of it is sent.
func (p *Pages) printPaper(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := p.Cases.PrintPaper(c.Request.Context(), web.Actor(c), id, c.Param("paper"))
	return handOut(c, document, err)
}

func (p *Pages) printFile(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := p.Cases.PrintFile(c.Request.Context(), web.Actor(c), id)
	return handOut(c, document, err)
}

func (p *Pages) printZip(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := p.Cases.PrintZip(c.Request.Context(), web.Actor(c), id)
	return handOut(c, document, err)
}

func handOut(c *gin.Context, d casework.Document, err error) error {
	if err != nil {
		return err
	}
	web.Attach(c, d.Name)
	c.Data(http.StatusOK, d.Type, d.Data)
	return nil
}

type formsBody struct{ Forms []paperLink }

// emptyForms lists the forms to fill in by hand.
func (p *Pages) emptyForms(c *gin.Context) error {
	var body formsBody
	for _, f := range casefile.Forms() {
		body.Forms = append(body.Forms, paperLink{"/forms/" + url.PathEscape(f.Code), f.Name})
	}
	return p.render(c, http.StatusOK, "forms", "空白表格", body)
}

func (p *Pages) emptyForm(c *gin.Context) error {
	f := newForm()
	f.Values.Set("copies", "10")
	return p.showForm(c, http.StatusOK, f)
}

func (p *Pages) showForm(c *gin.Context, status int, f *form) error {
	paper, ok := casefile.Form(c.Param("form"), "")
	if !ok {
		return models.Errorf(models.NotFound, "paper.none", "没有这种表格")
	}
	body := paperBody{Back: "/forms", BackName: "空白表格", Name: paper.Name, Text: casefile.HTML(paper), Word: "/forms/" + paper.Code + "/word", Form: f}
	if account.Has(web.Actor(c).Role, account.WriteCases) {
		body.Stock = "/forms/" + paper.Code + "/stock"
	}
	return p.render(c, status, "paper", paper.Name, body)
}

func (p *Pages) printForm(c *gin.Context) error {
	document, err := casework.EmptyForm(c.Param("form"))
	return handOut(c, document, err)
}
