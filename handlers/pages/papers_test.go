package pages_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// upload sends a form with a file, as a phone does.
func (v *visitor) upload(tb testing.TB, path string, values map[string]string, file []byte) *page {
	tb.Helper()
	return v.uploadAs(tb, path, values, "file", file)
}

// uploadAs sends a form with a file in a field of its own.
func (v *visitor) uploadAs(tb testing.TB, path string, values map[string]string, field string, file []byte) *page {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range values {
		require.NoError(tb, w.WriteField(name, value))
	}
	if file != nil {
		part, err := w.CreateFormFile(field, "IMG_20260302.jpg")
		require.NoError(tb, err)
		_, err = part.Write(file)
		require.NoError(tb, err)
	}
	require.NoError(tb, w.Close())
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: v.cookies[web.SessionCookie]})
	recorder := httptest.NewRecorder()
	v.w.handler.ServeHTTP(recorder, r)
	p := &page{v: v, path: path, status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
		var err error
		p.doc, err = goquery.NewDocumentFromReader(strings.NewReader(p.body))
		require.NoError(tb, err)
	}
	return v.follow(tb, p)
}

func jpegFile(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil))
	return out.Bytes()
}

func attachValues(c *models.Case) map[string]string {
	return map[string]string{"version": strconv.FormatInt(c.Version, 10), "kind": models.AttachEvidence, "name": "租赁合同第一页"}
}

// over is a case that was withdrawn and lacks a party's number; filed is one that was filed for good all the same,
// with a photo.
func (w *world) over(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.logged(tb, func(f *casework.LogForm) { f.Parties[0].IDNumber = "" })
	c, err := w.cases.Accept(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AcceptForm{})
	require.NoError(tb, err)
	c, err = w.cases.Withdraw(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.ReasonForm{Reason: "和好了"})
	require.NoError(tb, err)
	return c
}

// enclosed is a case with an attachment.
func (w *world) enclosed(tb testing.TB) *models.Case {
	tb.Helper()
	c, err := w.cases.Attach(tb.Context(), seats["mediator"], casework.Ref{ID: w.mediating(tb).ID}, casework.AttachForm{Kind: models.AttachEvidence, Name: evil[:60], File: []byte("%PDF-1.7\nx\n%%EOF")})
	require.NoError(tb, err)
	return c
}

func (w *world) filed(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.over(tb)
	_, err := w.cases.Attach(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AttachForm{Kind: models.AttachEvidence, Name: evil[:60], File: []byte("%PDF-1.7\nx\n%%EOF")})
	require.NoError(tb, err)
	c, err = w.cases.File(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.FileForm{Retention: "short", Known: true, By: evil[:30], Remark: evil})
	require.NoError(tb, err)
	return c
}

func TestAttachOnAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t)
	v := w.visitor("mediator")
	require.Equal(t, 1, v.get(t, casePath(c, "attachments")).doc.Find(`form[enctype="multipart/form-data"] input[type="file"][name="file"]`).Length())
	p := v.upload(t, casePath(c, "attachments"), attachValues(c), jpegFile(t))
	require.Equal(t, http.StatusOK, p.status, p.text("main"))
	require.Contains(t, p.text("main"), "材料已经附上")
	require.Contains(t, p.text("#attachments"), "租赁合同第一页")

	// The picture opens for those whose work the case is, and for nobody else.
	shown := v.get(t, casePath(c, "attachments/1"))
	picture := v.get(t, shown.doc.Find("img.photo").AttrOr("src", ""))
	require.Equal(t, models.TypeJPEG, picture.header.Get("Content-Type"))
	require.Empty(t, picture.header.Get("Content-Disposition"))
	reader := w.visitor("firstsecretary")
	require.Contains(t, reader.get(t, casePath(c, "")).text("#attachments"), "租赁合同第一页")
	require.Zero(t, reader.get(t, casePath(c, "")).doc.Find(`#attachments a`).Length())
	require.Equal(t, http.StatusForbidden, reader.get(t, casePath(c, "attachments/1/file")).status)
	require.Equal(t, http.StatusNotFound, v.get(t, casePath(c, "attachments/7")).status)

	// A PDF is handed out as a file.
	v.upload(t, casePath(c, "attachments"), attachValues(c), []byte("%PDF-1.7\nx\n%%EOF"))
	require.Contains(t, v.get(t, casePath(c, "attachments/2/file")).header.Get("Content-Disposition"), "attachment")
}

// TestAttachRefusesAtTheField sends what is not taken: the page says so at the field, and what was typed is
// still there.
func TestAttachRefusesAtTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t)
	v := w.visitor("mediator")
	for _, tt := range []struct {
		name, want string
		file       []byte
		status     int
	}{
		{"a photo of 60 MB", "超过20MB", append(jpegFile(t), make([]byte, 60<<20)...), http.StatusRequestEntityTooLarge},
		{"a lie about its type", "不是照片", []byte("MZ\x90 a program"), http.StatusUnprocessableEntity},
		{"nothing", "请选择", nil, http.StatusUnprocessableEntity},
		{"half a photo", "打不开", jpegFile(t)[:200], http.StatusUnprocessableEntity},
	} {
		p := v.upload(t, casePath(c, "attachments"), attachValues(c), tt.file)
		require.Equal(t, tt.status, p.status, tt.name)
		require.Contains(t, p.text("#f-file-fault"), tt.want, tt.name)
		require.Equal(t, "租赁合同第一页", p.doc.Find(`input[name="name"]`).AttrOr("value", ""), tt.name)
		require.Equal(t, models.AttachEvidence, p.doc.Find(`input[name="kind"][checked]`).AttrOr("value", ""), tt.name)
	}
	require.Empty(t, w.caseNow(t, c).Attachments)
	long := attachValues(c)
	long["name"] = strings.Repeat("长", 61)
	require.Contains(t, v.upload(t, casePath(c, "attachments"), long, jpegFile(t)).text("#f-name-fault"), "最多60个字")
}

func TestPapersOnPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.agreed(t)
	handler, reader := w.visitor("mediator"), w.visitor("auditor")
	require.Contains(t, handler.get(t, casePath(c, "papers")).text("#infile"), "人民调解协议书")
	require.Zero(t, reader.get(t, casePath(c, "papers")).doc.Find(`a[href$="/word"], a[href$="/zip"]`).Length(), "who only reads is offered no file")
	for _, path := range []string{"papers/agreement", "papers/identity"} {
		p := reader.get(t, casePath(c, path))
		require.Equal(t, http.StatusOK, p.status)
		require.NotContains(t, p.body, idNumber)
		require.NotContains(t, p.body, "style=")
	}
	word := handler.get(t, casePath(c, "papers/agreement/word"))
	require.Equal(t, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", word.header.Get("Content-Type"))
	require.Contains(t, word.header.Get("Content-Disposition"), ".docx")
	require.NotContains(t, word.header.Get("Content-Disposition"), "%E8%AE%B8", "no name of a person")
	require.Equal(t, http.StatusForbidden, reader.get(t, casePath(c, "file/word")).status)
	require.Equal(t, http.StatusNotFound, handler.get(t, casePath(c, "papers/nothing")).status)
	require.Equal(t, http.StatusNotFound, handler.get(t, "/forms/contents").status)
	require.Contains(t, handler.get(t, "/forms/visit").text(".paper"), "回访情况")

	// Who looked is on record.
	require.Contains(t, reader.get(t, "/accesses").text("main"), "打印文书")
}

func TestFilingOnAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.over(t)
	v := w.visitor("mediator")
	p := v.get(t, casePath(c, "filing"))
	require.Contains(t, p.text("#missing"), "当事人身份证明")
	require.Equal(t, "long", p.form(t, mainForm).values.Get("retention"))
	done := p.form(t, mainForm).fill(t, "remark", "共一卷", "known", "1").send(t)
	require.Contains(t, done.text("main"), "已经立卷归档")
	require.Equal(t, []string{"附上照片或PDF", "补充说明", "归档后纠纷又起"}, done.texts("#next a"))
	require.Contains(t, v.get(t, casePath(c, "papers")).text("#filing"), "立卷时缺")

	// The dispute comes back: another case goes on with it, filled with what this one says.
	require.Empty(t, done.doc.Find("#following").Nodes)
	require.NotContains(t, w.visitor("firstsecretary").get(t, casePath(c, "")).text("main"), "归档后纠纷又起")
	p = v.get(t, done.doc.Find(`#next a[href^="/cases/new"]`).AttrOr("href", ""))
	require.Contains(t, p.text("#f-follows"), c.Number.Text+"办，那一卷2026年")
	f := p.form(t, mainForm)
	require.Equal(t, []string{c.Title, c.Facts, village, ""}, []string{f.values.Get("title"), f.values.Get("facts"), f.values.Get("villageCode"), f.values.Get("again")})
	requireRefused(t, f, f.send(t), faulty{faults: map[string]string{"again": "请写明归档以后又发生了什么"}})
	p = f.fill(t, "again", "秋收以后又不付了").send(t)
	require.Equal(t, []string{c.Parties[0].Name, ""}, []string{p.form(t, mainForm).values.Get("parties[0].name"), p.form(t, mainForm).values.Get("parties[0].phone")})
	require.Contains(t, p.text("main .party"), "原案登记的是"+c.Parties[0].Phone.Mask+"，不填就照用。")
	require.NotContains(t, p.body, phone)
	p = p.form(t, mainForm).send(t).form(t, mainForm).send(t)
	require.Equal(t, "4 核对提交", p.step())
	require.Contains(t, p.text("main"), "，电话"+c.Parties[0].Phone.Mask+"（照原案）")
	require.Contains(t, p.text("main"), "归档以后秋收以后又不付了")
	last := p.form(t, mainForm)
	p = last.send(t)
	require.Equal(t, "已经登记。请尽快受理。", p.text(".notice.good"), p.text("main"))
	require.Contains(t, p.text("#follows"), c.Number.Text+"，2026年")
	require.Equal(t, casePath(c, ""), p.doc.Find("#follows a").AttrOr("href", ""))
	require.Contains(t, p.text("#parties"), c.Parties[0].IDNumber.Mask)
	old := v.get(t, casePath(c, ""))
	require.Contains(t, old.text("#following"), c.Title)
	require.Equal(t, strings.Split(p.path, "?")[0], old.doc.Find("#following a").AttrOr("href", ""))
	require.NotContains(t, old.text("#next"), "归档后纠纷又起", "not while it is open")
	require.Contains(t, w.visitor("firstsecretary").get(t, casePath(c, "")).text("#following"), c.Title)

	// A second one while the first is open is refused, with everything typed still there.
	p = v.get(t, done.doc.Find(`#next a[href^="/cases/new"]`).AttrOr("href", "")).form(t, mainForm).fill(t, "again", "又来").send(t)
	p = p.form(t, mainForm).send(t).form(t, mainForm).send(t).form(t, mainForm).send(t)
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text("#f-follows"), "还没有办结，请在那一件里接着办")
	require.Equal(t, "又来", p.form(t, mainForm).values.Get("again"))
}
