package pages

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/enclosure"
	"fengqiao/pkg/workday"
)

// maxUpload is the largest form with a file that is read to its end: a photo that is too large is refused at its
// field, with all else that was typed, not by a broken connection.
const maxUpload = 100 << 20

const uploadKey = "fengqiao.upload/"

// isUpload says whether a field of a form holds a file.
func isUpload(field string) bool { return field == "file" || strings.HasSuffix(field, "].photo") }

// readUpload reads a form that has files. Its values become those of the request.
func readUpload(c *gin.Context) error {
	if !web.IsUpload(c) {
		return nil
	}
	values, files, err := web.ReadUpload(c, enclosure.MaxBytes, isUpload)
	if err != nil {
		return err
	}
	for field, data := range files {
		c.Set(uploadKey+field, data)
	}
	c.Request.PostForm, c.Request.Form = values, values
	return nil
}

// uploaded is the file in a field of the form, empty for none.
func uploaded(c *gin.Context, field string) []byte {
	data, _ := c.Get(uploadKey + field)
	file, _ := data.([]byte)
	return file
}

func (p *Pages) sendAttachment(c *gin.Context, f *form, ref casework.Ref) (*models.Case, error) {
	in := casework.AttachForm{Kind: f.Value("kind"), Name: f.Value("name"), File: uploaded(c, "file")}
	// A photo is added to whatever is there by now: what others did meanwhile is no reason to send it again.
	return p.Cases.Attach(c.Request.Context(), web.Actor(c), casework.Ref{ID: ref.ID}, in)
}

func attachmentKinds(*models.Case, *models.Policy, models.Actor) any { return models.AttachmentKinds() }

// attachedNow lists what can be withdrawn.
func attachedNow(c *models.Case, _ *models.Policy, _ models.Actor) any {
	out := []models.Choice{}
	for _, a := range c.Attachments {
		if a.Withdrawn == nil {
			out = append(out, models.Choice{Code: strconv.Itoa(a.Seq), Name: fmt.Sprintf("第%d号：%s（%s）", a.Seq, a.Name, a.KindName())})
		}
	}
	return out
}

// attachmentView is an attachment as it is listed.
type attachmentView struct {
	Path, Name, Kind, Form, Size, At, By string
	Picture                              bool
	File, Preview                        string // paths of the bytes
	Mark                                 string
	Supplement                           int
	Withdrawn                            string // why it is no part of the file any more, "" while it is
}

func viewAttachments(c *models.Case) []attachmentView {
	var out []attachmentView
	for i := range c.Attachments {
		out = append(out, viewAttachment(c, &c.Attachments[i]))
	}
	return out
}

func viewAttachment(c *models.Case, a *models.Attachment) attachmentView {
	path := casePath(c) + "/attachments/" + strconv.Itoa(a.Seq)
	v := attachmentView{
		Path: path, Name: a.Name, Kind: a.KindName(), Form: a.FormName(), Size: fileSize(a.Size), At: moment(a.At), By: a.By.Name,
		Picture: a.IsPicture(), File: path + "/file", Mark: a.Mark(), Supplement: a.Supplement,
	}
	if w := a.Withdrawn; w != nil {
		v.Withdrawn = fmt.Sprintf("%s，%s：%s", moment(w.At), w.By.Name, w.Reason)
	}
	if v.Picture {
		v.Preview = v.File + "?preview=1"
	}
	return v
}

func fileSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

type attachmentBody struct {
	Case row
	attachmentView
	Detach string // path of the form that withdraws it, "" where it cannot be
}

// attachment shows one attachment. That it was opened is on record once the picture itself is asked for.
func (p *Pages) attachment(c *gin.Context) error {
	cs, err := p.caseOf(c)
	if err != nil {
		return err
	}
	seq, _ := strconv.Atoi(c.Param("seq"))
	a := cs.Attachment(seq)
	if a == nil {
		return models.Errorf(models.NotFound, "attachment.none", "没有这份材料")
	}
	policy, err := p.Cases.Policy(c.Request.Context(), cs)
	if err != nil {
		return err
	}
	body := attachmentBody{rowOfCase(cs, p.Now()), viewAttachment(cs, a), ""}
	if a.Withdrawn == nil && cs.May(policy, web.Actor(c), models.ActionDetach) {
		body.Detach = casePath(cs) + "/detach?seq=" + strconv.Itoa(a.Seq)
	}
	return p.render(c, http.StatusOK, "attachment", a.Name, body)
}

// attachmentFile sends the bytes: a picture to be seen, a PDF to be kept.
func (p *Pages) attachmentFile(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	seq, _ := strconv.Atoi(c.Param("seq"))
	a, data, err := p.Cases.OpenAttachment(c.Request.Context(), web.Actor(c), id, seq, c.Query("preview") != "")
	if err != nil {
		return err
	}
	if !a.IsPicture() {
		web.Attach(c, fmt.Sprintf("附件%d.pdf", a.Seq))
	}
	c.Data(http.StatusOK, a.Type, data)
	return nil
}

func fillFiling(f *form, c *models.Case, actor models.Actor, now time.Time) {
	f.Values.Set("on", workday.OfTime(now).String())
	f.Values.Set("by", actor.Name)
	f.Values.Set("retention", "long")
}

type filingExtra struct {
	Retentions []models.Choice
	Missing    []string
}

func filingOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	return filingExtra{models.Retentions(), c.MissingPapers()}
}
