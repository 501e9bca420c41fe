package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/swaggest/jsonschema-go"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/enclosure"
)

const (
	typeWord = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeZip  = "application/zip"
)

// maxAttachment is the largest body with an attachment: its bytes as base64, and what stands beside them.
const maxAttachment = enclosure.MaxBytes/3*4 + 64<<10

// upTo lets an endpoint read larger bodies than is usual.
func (e endpoint) upTo(bytes int64) endpoint {
	e.MaxBody = bytes
	return e
}

// binary is a file as the document describes it.
type binary string

// JSONSchema says that it is bytes.
func (binary) JSONSchema() (jsonschema.Schema, error) {
	s := jsonschema.Schema{}
	s.WithType(jsonschema.String.Type())
	s.WithFormat("binary")
	return s, nil
}

type paperParams struct {
	idParams
	Paper string `path:"paper" description:"文书的代码，例如agreement、sitting-2"`
}

type attachmentParams struct {
	idParams
	Seq int `path:"seq" description:"第几号材料"`
}

// Papers are the papers of a case.
type Papers struct {
	Items       []Paper      `json:"items" description:"按规定的顺序"`
	Missing     []string     `json:"missing" description:"还缺的必须材料"`
	Attachments []Attachment `json:"attachments"`
	Filing      *Filing      `json:"filing" description:"没有立卷归档时为null"`
}

// Paper is one paper that can be printed.
type Paper struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	InFile bool   `json:"inFile" description:"是卷宗的一部分；否则可以另外打印"`
}

// Attachment is a photo or a PDF.
type Attachment struct {
	Seq        int       `json:"seq"`
	Kind       string    `json:"kind"`
	KindName   string    `json:"kindName"`
	Name       string    `json:"name"`
	Type       string    `json:"type"`
	Size       int64     `json:"size" description:"字节"`
	Hash       string    `json:"hash" description:"SHA-256"`
	At         time.Time `json:"at"`
	By         string    `json:"by"`
	Supplement int       `json:"supplement" description:"归档后第几次补充；0为归档前"`
	Withdrawn  string    `json:"withdrawn" description:"附错撤下的原因；没有撤下时为空"`
}

// Filing is how and when the file was filed for good.
type Filing struct {
	On          string       `json:"on"`
	By          string       `json:"by"`
	Retention   string       `json:"retention" enum:"short,long,permanent"`
	Remark      string       `json:"remark"`
	Missing     []string     `json:"missing"`
	Supplements []Supplement `json:"supplements"`
}

// Supplement is what was added after filing.
type Supplement struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

func (a *API) papers(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	found, pieces, err := a.cases.Papers(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	out := Papers{Missing: found.MissingPapers()}
	for _, p := range pieces {
		out.Items = append(out.Items, Paper{Code: p.Code, Name: p.Name, InFile: p.InFile})
	}
	for _, t := range found.Attachments {
		item := Attachment{
			Seq: t.Seq, Kind: t.Kind, KindName: t.KindName(), Name: t.Name, Type: t.Type, Size: t.Size, Hash: t.Hash, At: t.At, By: t.By.Name, Supplement: t.Supplement,
		}
		if t.Withdrawn != nil {
			item.Withdrawn = t.Withdrawn.Reason
		}
		out.Attachments = append(out.Attachments, item)
	}
	if f := found.Filing; f != nil {
		out.Filing = &Filing{On: f.On, By: f.By, Retention: f.Retention, Remark: f.Remark, Missing: f.Missing}
		for _, s := range f.Supplements {
			out.Filing.Supplements = append(out.Filing.Supplements, Supplement{Seq: s.Seq, At: s.At, By: s.By.Name, Text: s.Text})
		}
	}
	return send(c, http.StatusOK, out)
}

func (a *API) printPaper(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := a.cases.PrintPaper(c.Request.Context(), web.Actor(c), id, c.Param("paper"))
	return handOut(c, document, err)
}

func (a *API) printFile(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := a.cases.PrintFile(c.Request.Context(), web.Actor(c), id)
	return handOut(c, document, err)
}

func (a *API) printZip(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	document, err := a.cases.PrintZip(c.Request.Context(), web.Actor(c), id)
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

func (a *API) attachment(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	seq, err := strconv.Atoi(c.Param("seq"))
	if err != nil {
		return models.Errorf(models.NotFound, "attachment.none", "没有这份材料")
	}
	attached, data, err := a.cases.OpenAttachment(c.Request.Context(), web.Actor(c), id, seq, false)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, attached.Type, data)
	return nil
}
