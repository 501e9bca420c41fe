package pages_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
)

// sheetPhoto is a photo of a paper with a code.
func sheetPhoto(t *testing.T, code models.SlipCode) []byte {
	t.Helper()
	label, err := casefile.Label(code)
	require.NoError(t, err)
	m, err := png.Decode(bytes.NewReader(label))
	require.NoError(t, err)
	page := image.NewGray(image.Rect(0, 0, 900, 1200))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, m.Bounds().Add(image.Pt(400, 30)), m, image.Point{}, draw.Src)
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, page, nil))
	return out.Bytes()
}

// TestPhotoIsPutIntoItsCase goes the way of a mediator: photo, the case that its code says, one press.
func TestPhotoIsPutIntoItsCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t)
	code := models.SlipCode{Paper: "notice", Key: models.CaseSlipKey(c.ID, 0)}
	_, err := w.cases.PrintPaper(t.Context(), seats["mediator"], c.ID, "notice")
	require.NoError(t, err)

	v := w.visitor("mediator")
	p := v.upload(t, "/scans", nil, sheetPhoto(t, code))
	path := p.path
	require.Contains(t, path, "/scans/")
	require.Contains(t, p.text("#f-case"), c.Title)
	require.Contains(t, p.text("main"), "权利义务告知书")
	require.Equal(t, models.AttachNotice, p.doc.Find("input[name=kind][checked]").AttrOr("value", ""))

	refused := v.post(t, path, url.Values{"do": {"file"}, "case": {c.ID.Hex()}, "code": {code.String()}, "name": {"签收单"}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Equal(t, "签收单", refused.doc.Find("#f-name").AttrOr("value", ""), "what was typed is still there")

	done := v.post(t, path, url.Values{"do": {"file"}, "case": {c.ID.Hex()}, "code": {code.String()}, "kind": {models.AttachNotice}})
	require.Equal(t, casePath(c, "")+"?done=attachments", strings.TrimSuffix(done.path, "/"))
	require.Contains(t, v.get(t, path).text("main"), "已经归进案件")
}

// TestPhotoWithoutACode: the page says so, keeps the photo, and takes a code that is typed, a case that is looked
// for, or a case that is logged from the paper.
func TestPhotoWithoutACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t)
	_, err := w.cases.PrintPaper(t.Context(), seats["mediator"], c.ID, "notice")
	require.NoError(t, err)
	v := w.visitor("mediator")

	heic := v.upload(t, "/scans", nil, []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	require.Equal(t, http.StatusUnprocessableEntity, heic.status)
	require.Contains(t, heic.text("#f-file-fault"), "兼容性最佳")

	p := v.upload(t, "/scans", nil, []byte("%PDF-1.7\n一页\n%%EOF"))
	path := p.path
	require.Contains(t, p.text("main"), "没有看清方块码")
	require.Contains(t, v.get(t, "/scans").text("#waiting"), "没有看清编码")

	wrong := v.get(t, path+"?code=7K3F")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.text("#f-code-fault"), "12位")
	require.Equal(t, "7K3F", wrong.doc.Find("#f-code").AttrOr("value", ""))
	code := models.SlipCode{Paper: "notice", Key: models.CaseSlipKey(c.ID, 0)}
	require.Contains(t, v.get(t, path+"?code="+strings.ToLower(code.String())).text("#f-case"), c.Title)

	found := v.get(t, path+"?"+url.Values{"q": {c.Title[:12]}}.Encode())
	choose := found.doc.Find("#other a.title").AttrOr("href", "")
	require.Contains(t, choose, c.ID.Hex())
	require.Contains(t, v.get(t, choose).text("#f-case"), c.Title)

	id := strings.TrimPrefix(path, "/scans/")
	require.Equal(t, "/cases/new?scan="+id, p.doc.Find("#other a.button").AttrOr("href", ""))
	require.Equal(t, id, v.get(t, "/cases/new?scan="+id).doc.Find("input[name=scan]").AttrOr("value", ""))

	aside := v.post(t, path, url.Values{"do": {"aside"}, "reason": {"拍重了"}})
	require.Equal(t, "/scans?done=aside", aside.path)
	require.Contains(t, v.get(t, path).text("main"), "拍重了")
}

// TestFormsForStock: a township prints forms with codes; a number that is too large is refused at its field.
func TestFormsForStock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("judicial")
	require.Equal(t, "/forms/register/stock", v.get(t, "/forms/register").doc.Find("form.part").AttrOr("action", ""))
	refused := v.post(t, "/forms/register/stock", url.Values{"copies": {"99"}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.NotEmpty(t, refused.text("#f-copies-fault"))
	printed := v.post(t, "/forms/register/stock", url.Values{"copies": {"2"}})
	require.Equal(t, http.StatusOK, printed.status)
	require.Contains(t, printed.header.Get("Content-Disposition"), ".docx")
	require.Zero(t, w.visitor("auditor").get(t, "/forms/register").doc.Find("form.part").Length())
}
