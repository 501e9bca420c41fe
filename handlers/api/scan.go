package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
)

// Scan is a photo or a PDF that waits to be put into a case, or was.
type Scan struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Type      string    `json:"type"`
	Size      int64     `json:"size" description:"字节"`
	Code      string    `json:"code" description:"照片上的编码，或者查询时给出的编码；没有看清时为空"`
	Paper     string    `json:"paper" description:"编码是哪种文书的，例如人民调解记录"`
	Kind      string    `json:"kind" description:"作为哪种材料归卷"`
	Blank     bool      `json:"blank" description:"印来备用的表格，还不属于哪件案件"`
	Case      *CaseItem `json:"case" description:"编码属于的案件；没有编码、还不属于哪件案件或者不在管辖范围内时为null"`
	FiledCase string    `json:"filedCase" description:"已经归进的案件；还没有时为空"`
	FiledSeq  int       `json:"filedSeq" description:"那件案件的第几号材料"`
	Aside     string    `json:"aside" description:"放到一边的原因"`
}

// ScanList is what waits at a place.
type ScanList struct {
	Items []Scan `json:"items"`
}

// FormItem is a form to be filled in by hand.
type FormItem struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// FormList lists them.
type FormList struct {
	Items []FormItem `json:"items"`
}

type formParams struct {
	Form string `path:"form" description:"表格的代码，例如register"`
}

type scanIDParams struct {
	Scan string `path:"scan" description:"照片的id"`
}

type scanParams struct {
	scanIDParams
	Code string `query:"code" description:"照着方块码下面一行输入的编码，代替照片上看到的"`
}

// scanOf is a photo with what its code stands for.
func (a *API) scanOf(c *gin.Context, s *models.Scan, code string) (Scan, error) {
	out := Scan{ID: s.ID, At: s.At, By: s.By.Name, Type: s.File.Type, Size: s.File.Size, Code: s.Code, Kind: models.AttachOther, Aside: s.Aside}
	if s.Case != nil {
		out.FiledCase, out.FiledSeq = s.Case.Hex(), s.Seq
	}
	if code != "" {
		out.Code = code
	}
	if out.Code == "" {
		return out, nil
	}
	match, err := a.cases.MatchCode(c.Request.Context(), web.Actor(c), out.Code)
	if err != nil {
		if code == "" && models.AsError(err).Kind == models.Invalid {
			return out, nil // what was seen leads nowhere: a case can still be chosen
		}
		return out, err
	}
	out.Code, out.Paper, out.Kind, out.Blank = match.Code.String(), casefile.NameOf(match.Code), match.Code.AttachmentKind(), match.Case == nil
	if match.Case != nil {
		out.Case = &itemsOf([]*models.Case{match.Case}, a.now())[0]
	}
	return out, nil
}

func (a *API) sendOneScan(c *gin.Context, status int, s *models.Scan, code string) error {
	out, err := a.scanOf(c, s, code)
	if err != nil {
		return err
	}
	return send(c, status, out)
}

func (a *API) scans(c *gin.Context) error {
	waiting, err := a.cases.Scans(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	list := ScanList{Items: make([]Scan, len(waiting))}
	for i, s := range waiting {
		if list.Items[i], err = a.scanOf(c, s, ""); err != nil {
			return err
		}
	}
	return send(c, http.StatusOK, list)
}

func (a *API) sendScan(c *gin.Context) error {
	var form casework.SendForm
	if err := read(c, &form); err != nil {
		return err
	}
	s, err := a.cases.SendScan(c.Request.Context(), web.Actor(c), form)
	if err != nil {
		return err
	}
	return a.sendOneScan(c, http.StatusCreated, s, "")
}

func (a *API) scan(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, scanParams{})
	code := q.text("code")
	if err := q.err(); err != nil {
		return err
	}
	s, err := a.cases.Scan(c.Request.Context(), web.Actor(c), c.Param("scan"))
	if err != nil {
		return err
	}
	return a.sendOneScan(c, http.StatusOK, s, code)
}

func (a *API) scanFile(c *gin.Context) error {
	s, data, err := a.cases.OpenScan(c.Request.Context(), web.Actor(c), c.Param("scan"), false)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, s.File.Type, data)
	return nil
}

func (a *API) fileScan(c *gin.Context) error {
	var form casework.ScanForm
	if err := read(c, &form); err != nil {
		return err
	}
	changed, err := a.cases.FileScan(c.Request.Context(), web.Actor(c), c.Param("scan"), form)
	if err != nil {
		return err
	}
	return a.sendCase(c, http.StatusOK, changed)
}

func (a *API) layAside(c *gin.Context) error {
	var form casework.AsideForm
	if err := read(c, &form); err != nil {
		return err
	}
	s, err := a.cases.LayAside(c.Request.Context(), web.Actor(c), c.Param("scan"), form)
	if err != nil {
		return err
	}
	return a.sendOneScan(c, http.StatusOK, s, "")
}

func (a *API) forms(c *gin.Context) error {
	var list FormList
	for _, f := range casefile.Forms() {
		list.Items = append(list.Items, FormItem{Code: f.Code, Name: f.Name})
	}
	return send(c, http.StatusOK, list)
}

func (a *API) form(c *gin.Context) error {
	document, err := casework.EmptyForm(c.Param("form"))
	return handOut(c, document, err)
}

func (a *API) printStock(c *gin.Context) error {
	var form casework.StockForm
	if err := read(c, &form); err != nil {
		return err
	}
	document, err := a.cases.PrintStock(c.Request.Context(), web.Actor(c), c.Param("form"), form)
	return handOut(c, document, err)
}
