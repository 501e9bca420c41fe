package pages

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
)

// A photo that was chosen is taken in at once, whatever is wrong with the rest of the form or was pressed.
// What the form carries from then on says where it lies, sealed for who sent it and for the return that it
// is of: nobody can put another's photo there.

func photoField(i int, name string) string { return fmt.Sprintf("findings[%d].%s", i, name) }

func photoPlace(c *gin.Context, cell, from string) string {
	return "finding photo/" + web.Actor(c).ID + "/" + models.ReturnID(cell, from)
}

// takePhotos takes in the photos of a form. One that is refused is a fault of its field.
func (p *Pages) takePhotos(c *gin.Context, f *form, cell, from string) error {
	for i := range maxRows {
		data := uploaded(c, photoField(i, "photo"))
		if len(data) == 0 {
			continue
		}
		photo, err := p.Reports.KeepPhoto(c.Request.Context(), web.Actor(c), cell, from, data)
		if err != nil {
			told := models.AsError(err)
			if len(told.Fields) == 0 {
				return err
			}
			f.Faults = append(f.Faults, screening.PhotoFault(i, told))
			continue
		}
		plain, err := json.Marshal(photo)
		if err != nil {
			return fmt.Errorf("write down a photo: %w", err)
		}
		key, box, err := p.Ring.Seal(string(plain), photoPlace(c, cell, from))
		if err != nil {
			return fmt.Errorf("seal a photo: %w", err)
		}
		f.Values.Set(photoField(i, "kept"), key+"."+base64.RawURLEncoding.EncodeToString(box))
		f.Values.Del(photoField(i, "dropPhoto"))
	}
	return nil
}

// keptPhoto is the photo that a form carries, nil for none, and for what was not sealed for this form.
func (p *Pages) keptPhoto(c *gin.Context, token, cell, from string) *models.FindingPhoto {
	key, text, _ := strings.Cut(token, ".")
	box, err := base64.RawURLEncoding.DecodeString(text)
	if token == "" || err != nil {
		return nil
	}
	plain, err := p.Ring.Open(key, box, photoPlace(c, cell, from))
	if err != nil {
		return nil
	}
	var photo models.FindingPhoto
	if json.Unmarshal([]byte(plain), &photo) != nil {
		return nil
	}
	return &photo
}

// photoView is the photo that a row of the form has already.
type photoView struct {
	There   bool
	Size    string
	Preview template.URL // "" where the actor may not look at it
}

// photoOfRow is the photo that a row carries, or that of the finding which it corrects.
func (p *Pages) photoOfRow(c *gin.Context, f *form, i int, d *screening.Duty) (photoView, error) {
	if kept := p.keptPhoto(c, f.Value(photoField(i, "kept")), d.CellID(), d.Period.From.String()); kept != nil {
		data, err := p.Reports.Preview(c.Request.Context(), kept)
		if err != nil {
			return photoView{}, err
		}
		return photoView{There: true, Size: fileSize(kept.Size), Preview: template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(data))}, nil
	}
	f.Values.Del(photoField(i, "kept"))
	seq, err := strconv.Atoi(f.Value(photoField(i, "seq")))
	if err != nil || d.Return == nil {
		return photoView{}, nil
	}
	was := d.Return.Latest().Finding(seq)
	if was == nil || was.Photo == nil {
		return photoView{}, nil
	}
	v := photoView{There: true, Size: fileSize(was.Photo.Size)}
	if account.Has(web.Actor(c).Role, account.PrintPapers) {
		v.Preview = template.URL("/findings/" + models.FindingID(d.Return.ID, seq) + "/photo?preview=1")
	}
	return v, nil
}

// findingPhoto sends the photo of a finding.
func (p *Pages) findingPhoto(c *gin.Context) error {
	data, err := p.Reports.OpenPhoto(c.Request.Context(), web.Actor(c), c.Param("finding"), c.Query("preview") != "")
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, models.TypeJPEG, data)
	return nil
}
