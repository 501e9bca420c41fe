package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/store"
)

// scanRows is how many cases a search for the case of a photo shows.
const scanRows = 10

const scansTitle = "拍照归卷"

func scanPath(id string) string { return "/scans/" + url.PathEscape(id) }

// scanView is a photo that was sent.
type scanView struct {
	Path, File, Preview string
	Form, Size, At, By  string
	Code, Paper         string // what was seen on it, "" for nothing
	Picture             bool
}

func viewScan(s *models.Scan) scanView {
	v := scanView{Path: scanPath(s.ID), Form: s.File.FormName(), Size: fileSize(s.File.Size), At: moment(s.At), By: s.By.Name, Code: s.Code, Picture: s.File.IsPicture()}
	v.File = v.Path + "/file"
	v.Preview = v.File + "?preview=1"
	if code, err := models.ParseSlipCode(s.Code); err == nil {
		v.Paper = casefile.NameOf(code)
	}
	return v
}

type scansBody struct {
	Form    *form
	Waiting []scanView
	Done    bool
}

// scans takes photos in, and lists those that wait.
func (p *Pages) scans(c *gin.Context) error { return p.showScans(c, http.StatusOK, newForm()) }

func (p *Pages) showScans(c *gin.Context, status int, f *form) error {
	waiting, err := p.Cases.Scans(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	body := scansBody{Form: f, Done: c.Query("done") != ""}
	for _, s := range waiting {
		body.Waiting = append(body.Waiting, viewScan(s))
	}
	return p.render(c, status, "scans", scansTitle, body)
}

// sendScan keeps a photo and goes to where it is said which case it belongs to.
func (p *Pages) sendScan(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	scan, err := p.Cases.SendScan(c.Request.Context(), web.Actor(c), casework.SendForm{File: uploaded(c, "file")})
	if err == nil {
		return redirect(c, scanPath(scan.ID))
	}
	if !f.refuse(err) {
		return err
	}
	return p.showScans(c, web.Status(models.AsError(err)), f)
}

type scanBody struct {
	Form   *form
	Scan   scanView
	Filed  string // path of the attachment that it has become, "" while it waits
	Aside  string // why it was laid aside
	Paper  string // what paper the code stands on, "" without one
	Blank  bool   // a form from stock that nobody has used yet
	Case   *row   // the case it is about to be put into
	Kinds  []models.Choice
	Found  []foundCase
	Asked  bool // a search was made
	Log    string
	Unseen bool // there is no code, nor was one typed
}

// foundCase is a case that a search found, and the way to choose it.
type foundCase struct {
	row
	Choose string
}

func (p *Pages) scan(c *gin.Context) error {
	return p.showScan(c, http.StatusOK, &form{Values: c.Request.URL.Query()})
}

// showScan shows a photo with the case that its code says, or that somebody looks for. The code is that which was
// seen until another is typed.
func (p *Pages) showScan(c *gin.Context, status int, f *form) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	scan, err := p.Cases.Scan(ctx, actor, c.Param("scan"))
	if err != nil {
		return err
	}
	body := scanBody{Form: f, Scan: viewScan(scan), Aside: scan.Aside, Kinds: models.AttachmentKinds(), Log: "/cases/new?" + url.Values{"scan": {scan.ID}}.Encode()}
	if scan.Case != nil {
		body.Filed = fmt.Sprintf("/cases/%s/attachments/%d", scan.Case.Hex(), scan.Seq)
		return p.render(c, status, "scan", scansTitle, body)
	}
	if !f.Values.Has("code") {
		f.Values.Set("code", scan.Code)
	}
	chosen, err := p.matchScan(ctx, actor, f, &body)
	if err == nil && chosen == nil {
		err = p.searchForScan(ctx, actor, f, &body)
	}
	if err != nil && !f.refuse(err) {
		return err
	}
	if chosen != nil {
		r := rowOfCase(chosen, p.Now())
		body.Case = &r
		f.Values.Set("case", chosen.ID.Hex())
	}
	if len(f.Faults) > 0 && status == http.StatusOK {
		status = http.StatusUnprocessableEntity
	}
	body.Unseen = f.Value("code") == "" && body.Case == nil
	return p.render(c, status, "scan", scansTitle, body)
}

// matchScan finds the case that was chosen, or that the code belongs to; nil for neither.
func (p *Pages) matchScan(ctx context.Context, actor models.Actor, f *form, body *scanBody) (*models.Case, error) {
	var chosen *models.Case
	if code := f.Value("code"); code != "" && f.Fault("code") == "" {
		match, err := p.Cases.MatchCode(ctx, actor, code)
		if err != nil {
			return nil, err
		}
		chosen, body.Paper, body.Blank = match.Case, casefile.NameOf(match.Code), match.Case == nil
		if !f.Values.Has("name") { // nothing of the form was sent yet
			f.Values.Set("kind", match.Code.AttachmentKind())
			f.Values.Set("name", body.Paper)
		}
	}
	if hex := f.Value("case"); hex != "" {
		id, err := casework.IDOf(hex)
		if err != nil {
			return nil, err
		}
		picked, err := p.Cases.Case(ctx, actor, id)
		if store.IsNotFound(err) {
			return nil, models.FieldErrorf("q", "没有找到选中的案件，请重新查找")
		}
		return picked, err
	}
	return chosen, nil
}

// searchForScan lists cases by what was typed.
func (p *Pages) searchForScan(ctx context.Context, actor models.Actor, f *form, body *scanBody) error {
	q := f.Value("q")
	if q == "" {
		return nil
	}
	grams, err := p.Cases.SearchGrams(q)
	if err != nil {
		return err
	}
	page, err := p.Cases.List(ctx, actor, store.CaseFilter{Grams: grams}, "", scanRows)
	if err != nil {
		return err
	}
	body.Asked = true
	for _, c := range page.Cases {
		body.Found = append(body.Found, foundCase{rowOfCase(c, p.Now()), body.Scan.Path + "?" + url.Values{"case": {c.ID.Hex()}, "code": {f.Value("code")}}.Encode()})
	}
	return nil
}

// fileScan puts the photo into the case that was confirmed, or lays it aside.
func (p *Pages) fileScan(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	ctx, actor, id := c.Request.Context(), web.Actor(c), c.Param("scan")
	if values.Get("do") == "aside" {
		if _, err = p.Cases.LayAside(ctx, actor, id, casework.AsideForm{Reason: values.Get("reason")}); err == nil {
			return redirect(c, "/scans?done=aside")
		}
	} else {
		var changed *models.Case
		in := casework.ScanForm{Case: values.Get("case"), Kind: values.Get("kind"), Name: values.Get("name"), Code: values.Get("code")}
		if changed, err = p.Cases.FileScan(ctx, actor, id, in); err == nil {
			return redirect(c, casePath(changed)+"?done=attachments")
		}
	}
	if !f.refuse(err) && !f.refuseOutsider(err) {
		return err
	}
	return p.showScan(c, web.Status(models.AsError(err)), f)
}

// scanFile sends the bytes of a photo that waits.
func (p *Pages) scanFile(c *gin.Context) error {
	scan, data, err := p.Cases.OpenScan(c.Request.Context(), web.Actor(c), c.Param("scan"), c.Query("preview") != "")
	if err != nil {
		return err
	}
	if !scan.File.IsPicture() {
		web.Attach(c, "待归卷.pdf")
	}
	c.Data(http.StatusOK, scan.File.Type, data)
	return nil
}

// printStock hands out forms with codes, to be filled in by hand.
func (p *Pages) printStock(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in casework.StockForm
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		var document casework.Document
		if document, err = p.Cases.PrintStock(c.Request.Context(), web.Actor(c), c.Param("form"), in); err == nil {
			return handOut(c, document, nil)
		}
		if !f.refuse(err) {
			return err
		}
	}
	return p.showForm(c, http.StatusUnprocessableEntity, f)
}
