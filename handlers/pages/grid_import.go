package pages

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/screening"
)

// gridTemplate is the empty list to fill in.
func (p *Pages) gridTemplate(c *gin.Context) error {
	var file bytes.Buffer
	if err := papers.GridTemplate(&file, today(p.Now())); err != nil {
		return err
	}
	c.Header("Content-Disposition", "attachment; filename=\"grid.xlsx\"; filename*=UTF-8''"+url.PathEscape("网格表模板.xlsx"))
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())
	return nil
}

type gridImportBody struct {
	Form   *form
	Faults []screening.ImportFault
}

const gridImportTitle = "从Excel导入网格"

func (p *Pages) gridImportForm(c *gin.Context) error {
	return p.render(c, http.StatusOK, "gridimport", gridImportTitle, gridImportBody{Form: newForm()})
}

// gridImport reads a list in, or shows line by line what is wrong with it.
func (p *Pages) gridImport(c *gin.Context) error {
	f := newForm()
	body := gridImportBody{Form: f}
	head, err := c.FormFile("file")
	if err != nil {
		f.Faults = []models.FieldError{{Field: "file", Message: "请选择填好的Excel文件，大小不超过1MB"}}
		return p.render(c, http.StatusUnprocessableEntity, "gridimport", gridImportTitle, body)
	}
	file, err := head.Open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	actor := web.Actor(c)
	added, faults, err := p.Reports.Import(c.Request.Context(), actor, actor.Region, file)
	if err == nil {
		return redirect(c, "/grid?"+url.Values{"added": {strconv.Itoa(added)}}.Encode())
	}
	if !f.refuse(err) {
		return err
	}
	body.Faults = faults
	return p.render(c, http.StatusUnprocessableEntity, "gridimport", gridImportTitle, body)
}
