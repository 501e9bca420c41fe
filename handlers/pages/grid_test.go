package pages_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// screened draws a grid with what people typed that breaks out of a page, and sends a return with a finding
// that waits.
func (w *world) screened(t *testing.T) {
	t.Helper()
	at := w.clock.Now().UTC()
	g := &models.Grid{Village: village}
	for i, kind := range []models.CellKind{models.CellBranch, models.CellGroup, models.CellHousehold} {
		g.Cells = append(g.Cells, models.Cell{Number: i + 1, Kind: kind, Spans: []models.CellSpan{{
			From: "2026-03-01", Name: evil[:30], Parent: i, Responsible: evil[:30], Households: 10, HouseholdNames: []string{evil[:30]}, RecordedAt: at, RecordedBy: seats["chair"],
		}}})
	}
	require.NoError(t, w.store.PutGrid(t.Context(), g))
	cell := models.CellID(village, 3)
	r := &models.Return{ID: models.ReturnID(cell, "2026-03-01"), Cell: cell, CellName: evil[:30], Village: village, VillageName: "北坡村", Township: township, From: "2026-03-01", To: "2026-03-31"}
	hash, err := w.store.KeepFile(t.Context(), jpegFile(t))
	require.NoError(t, err)
	r.Append(models.Submission{At: at, By: seats["mediator"], Findings: []models.Finding{{
		Seq: 1, What: evil, Where: evil, Households: 2, Type: "neighbourhood", Signs: []string{"threat"}, Photo: &models.FindingPhoto{Hash: hash, Preview: hash},
	}}})
	require.NoError(t, w.store.InsertReturn(t.Context(), r))
}

// TestAGridOnPages walks the whole way without a script: draw, send zero, correct it with a finding, and
// make a case of that.
func TestAGridOnPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chair := w.visitor("chair")
	p := chair.get(t, "/grid")
	require.Contains(t, p.text("main"), "还没有划网格")
	draw := func(values url.Values) *page {
		values.Set("from", "2026-03-02")
		return chair.post(t, "/grid/new", values)
	}
	p = draw(url.Values{"kind": {"group"}, "name": {"第一党小组"}, "responsible": {"周大成"}})
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text("main"), "请选择属于哪个村党支部")
	require.Equal(t, "第一党小组", p.doc.Find(`input[name="name"]`).AttrOr("value", ""), "nothing that was typed is lost")
	p = draw(url.Values{"kind": {"branch"}, "name": {"北坡村党支部"}, "account": {"chair"}, "households": {"320"}})
	require.Contains(t, p.text("main"), "网格已经添加")
	p = draw(url.Values{"kind": {"group"}, "parent": {"1"}, "name": {"第一党小组"}, "responsible": {"330681195803126417"}})
	require.Contains(t, p.text("main"), "不要填写身份证号码")
	draw(url.Values{"kind": {"group"}, "parent": {"1"}, "name": {"第一党小组"}, "account": {"mediator"}, "householdNames": {"赵六、钱七"}})

	mediator := w.visitor("mediator")
	p = mediator.get(t, "/returns")
	require.Contains(t, p.text("#mine"), "第一党小组")
	require.Contains(t, p.text("#others"), "北坡村党支部")
	group := "/returns/" + models.CellID(village, 2) + "/2026-03-01"
	p = mediator.post(t, group, url.Values{"do": {"zero"}, "key": {"one"}, "seen": {"0"}})
	require.Contains(t, p.text("main"), "已经报送：本期没有发现")

	// Another phone knows nothing of it: what it typed stays, and is sent as a correction when pressed again.
	found := url.Values{"do": {"file"}, "key": {"two"}, "seen": {"0"}, "findings[0].what": {"两家为水沟争吵"}, "findings[0].type": {"neighbourhood"}, "findings[0].households": {"2"}, "findings[0].signs[0]": {"threat"}, "findings[0].signs[5]": {"collective"}}
	p = chair.post(t, group, found)
	require.Equal(t, http.StatusConflict, p.status)
	require.Contains(t, p.text("main"), "已由陈守义")
	require.Equal(t, "两家为水沟争吵", strings.TrimSpace(p.doc.Find("textarea").Text()))
	require.Equal(t, 2, p.doc.Find("input[type=checkbox][checked]").Length())
	found.Set("seen", p.doc.Find("input[name=seen]").AttrOr("value", ""))
	p = chair.post(t, group, found)
	require.Contains(t, p.text("#leads"), "两家为水沟争吵")
	require.Contains(t, p.text("#earlier"), "本期没有发现", "the return that was corrected is kept")

	p = mediator.get(t, p.doc.Find("#leads a").AttrOr("href", ""))
	finding := p.path
	p = mediator.get(t, p.doc.Find(".big.main").AttrOr("href", ""))
	require.Equal(t, "neighbourhood", p.doc.Find("input[name=type][checked]").AttrOr("value", ""))
	require.Contains(t, p.doc.Find("textarea[name=facts]").Text(), "两家为水沟争吵")
	form := draft()
	c, _, err := w.cases.Log(t.Context(), seats["mediator"], casework.LogForm{
		Type: "neighbourhood", VillageCode: village, Title: "水沟", Facts: "水沟", Source: "screening", Parties: form.Parties, Finding: strings.TrimPrefix(finding, "/findings/"),
	}, "")
	require.NoError(t, err)
	require.Contains(t, mediator.get(t, finding).text("#outcome"), "转为纠纷")
	require.Equal(t, finding, mediator.get(t, "/cases/"+c.ID.Hex()).doc.Find("#facts a.plain").AttrOr("href", ""), "each page leads to the other")
	require.Contains(t, w.visitor("judicial").get(t, "/screening").text("table"), "北坡村")
}

// TestWhatThereIsTimeForIsNotMissing: before the period's end the township is told 待报, and of the periods
// that have ended nothing yet.
func TestWhatThereIsTimeForIsNotMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Empty(t, w.visitor("judicial").get(t, "/overview").texts("#period"), "where no grid is drawn nobody owes a return")
	w.screened(t)
	v, stand := w.visitor("judicial"), "应报3份，已报1份（零报告0份），待报2份，未报0份"
	p := v.get(t, "/overview")
	require.Contains(t, p.text("#period"), "2026年3月，2026年3月31日截止。"+stand+"，覆盖率33.3%。")
	require.Contains(t, v.get(t, p.doc.Find("#period a").AttrOr("href", "")).text("h1"), "2026年3月排查情况")
	require.Contains(t, v.get(t, "/").text("main"), "2026年3月排查："+stand)
	require.Contains(t, p.text("#coverage"), "应报排查表")
	require.NotContains(t, p.text("#coverage"), "3份")
}

// TestAPhotoOfAFinding is kept whatever comes back, for whom it is of, and shown where the finding is.
func TestAPhotoOfAFinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.screened(t)
	v, path, field := w.visitor("mediator"), "/returns/"+models.CellID(village, 2)+"/2026-03-01", "findings[0].photo"
	require.Equal(t, "environment", v.get(t, path+"?found=1").doc.Find(`form[enctype="multipart/form-data"] input[type=file][name="findings[0].photo"]`).AttrOr("capture", ""))
	typed := map[string]string{"do": "file", "key": "one", "seen": "0", "findings[0].what": "两家为水沟争吵"}
	kept := func(p *page) string { return p.doc.Find(`input[name="findings[0].kept"]`).AttrOr("value", "") }

	p := v.uploadAs(t, path, typed, field, []byte("%PDF-1.7\n合同\n%%EOF"))
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text("#f-findings-0-photo-fault"), "这里只放照片")
	require.Equal(t, "两家为水沟争吵", strings.TrimSpace(p.doc.Find("textarea").Text()))
	require.Empty(t, kept(p))

	p = v.uploadAs(t, path, typed, field, jpegFile(t)) // what kind of dispute is missing
	require.Contains(t, p.text("main"), "照片已经收到")
	require.True(t, strings.HasPrefix(p.doc.Find("img.photo").AttrOr("src", ""), "data:image/jpeg;base64,"))
	token := kept(p)
	require.NotEmpty(t, token)
	typed["findings[0].kept"], typed["do"] = token, "add"
	p = v.uploadAs(t, path, typed, "findings[1].photo", jpegFile(t))
	require.Equal(t, token, kept(p), "another row, or another button, loses nothing")
	require.Equal(t, 2, p.doc.Find("img.photo").Length())

	// What is sealed for one is nothing to another, nor for another return.
	typed["do"] = "file"
	require.Empty(t, kept(w.visitor("chair").uploadAs(t, path, typed, field, nil)))
	require.Empty(t, kept(v.uploadAs(t, "/returns/"+models.CellID(village, 1)+"/2026-03-01", typed, field, nil)))

	typed["findings[0].type"] = "neighbourhood"
	p = v.uploadAs(t, path, typed, field, nil)
	require.Contains(t, p.text("#leads"), "有照片")
	finding := p.doc.Find("#leads a").AttrOr("href", "")
	require.Equal(t, finding+"/photo?preview=1", v.get(t, finding).doc.Find("img.photo").AttrOr("src", ""))
	require.True(t, strings.HasPrefix(v.get(t, finding+"/photo").body, "\xff\xd8"))
	require.Contains(t, w.visitor("firstsecretary").get(t, finding).text("main"), "由办理案件的人员打开")
	require.Contains(t, w.visitor("auditor").get(t, "/accesses").text("main"), "打开线索的照片")

	// A correction shows it and leaves it, but where one says not to.
	p = v.get(t, path+"?correct=1")
	require.Equal(t, finding+"/photo?preview=1", p.doc.Find("img.photo").AttrOr("src", ""))
	p = p.form(t, "form[data-draft]").send(t)
	require.Contains(t, p.text("#leads"), "有照片")
	p = v.get(t, path+"?correct=1").form(t, "form[data-draft]").fill(t, "findings[0].dropPhoto", "1").send(t)
	require.NotContains(t, p.text("#leads"), "有照片")
}

// TestGridFromExcel reads a list in, or nothing of it.
func TestGridFromExcel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chair := w.visitor("chair")
	template := chair.get(t, "/grid/template.xlsx")
	f, err := excelize.OpenReader(strings.NewReader(template.body))
	require.NoError(t, err)
	send := func(change func()) *page {
		change()
		var sheet, body bytes.Buffer
		require.NoError(t, f.Write(&sheet))
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", "网格.xlsx")
		require.NoError(t, err)
		_, err = part.Write(sheet.Bytes())
		require.NoError(t, err)
		require.NoError(t, form.Close())
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/grid/import", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Authorization", "Bearer "+w.tokens["chair"])
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, r)
		return &page{status: answer.Code, header: answer.Header(), body: answer.Body.String()}
	}
	p := send(func() {
		require.NoError(t, f.SetCellValue("网格", "D3", 9))
		require.NoError(t, f.SetCellValue("网格", "E4", "330681195803126417"))
		require.NoError(t, f.SetCellValue("网格", "I2", "明天"))
	})
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	for _, told := range []string{"什么都没有导入", "第2行：“起始日期”请写成年-月-日", "第3行：上级编号9找不到", "第4行：这里不要填写身份证号码"} {
		require.Contains(t, p.body, told)
	}
	g, err := w.store.Grid(t.Context(), models.Scope{Region: village}, village)
	require.Error(t, err, "nothing is half imported: %v", g)
	p = send(func() {
		require.NoError(t, f.SetCellValue("网格", "D3", 1))
		require.NoError(t, f.SetCellValue("网格", "E4", "王五"))
		require.NoError(t, f.SetCellValue("网格", "I2", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
	})
	require.Equal(t, "/grid?added=3", p.header.Get("Location"), p.body)
	require.Contains(t, chair.get(t, "/grid").text("main"), "王五中心户")
	p = send(func() {})
	require.Contains(t, p.body, "第2行：编号1已经有了", "a list that is read in twice is refused")
}
