package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// issueReports brings the reports of March on their way: the village's is sealed, with evil texts and a
// supplement, the township's is a draft with such texts; and the township has what to look into.
func (w *world) issueReports(t *testing.T) {
	t.Helper()
	_, err := w.reports.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	_, err = w.reports.BuildChecks(t.Context())
	require.NoError(t, err)
	texts := map[string]string{"overview": evil, "risk": evil, "advice": evil}
	for _, step := range []struct {
		as, region string
		action     models.ReportAction
		note       string
	}{
		{"mediator", village, models.ReportConfirm, ""}, {"chair", village, models.ReportReview, ""}, {"chair", village, models.ReportSeal, ""},
		{"chair", village, models.ReportSupplement, evil}, {"judicial", township, models.ReportSave, ""},
	} {
		report, err := w.reports.Build(t.Context(), seats[step.as].Scope(), step.region, "2026-03")
		require.NoError(t, err)
		_, err = w.reports.Issue(t.Context(), seats[step.as], step.region, "2026-03", step.action, screening.IssueForm{Version: report.Version, Blocks: texts, Note: step.note})
		require.NoError(t, err)
	}
}

const (
	marchVillage  = "/reports/" + village + "/2026-03"
	marchTownship = "/reports/" + township + "/2026-03"
)

// april is a world in which March is over and its reports are built.
func april(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.logged(t)
	w.agreed(t)
	w.escalated(t)
	w.clock.advance(31 * 24 * time.Hour)
	_, err := w.reports.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	return w
}

// TestAReportIsIssuedOnItsPage goes the whole way as people do.
func TestAReportIsIssuedOnItsPage(t *testing.T) {
	t.Parallel()
	w := april(t)
	mediator, chair := w.visitor("mediator"), w.visitor("chair")
	p := mediator.get(t, marchVillage)
	require.Contains(t, p.text("main"), "草稿")
	for i, name := range []string{"一、概况", "二、排查情况", "三、新发与类型", "四、化解情况", "五、逐级上报", "六、风险研判", "七、超期未结", "八、下月工作建议"} {
		require.Equal(t, name, p.texts("main .part h2")[i])
	}
	require.Contains(t, p.text("#statistics"), "统计表")
	require.Zero(t, w.visitor("firstsecretary").get(t, marchVillage).doc.Find(`a[href$="/issue"]`).Length(), "who only reads is not led to the form")

	draft := mediator.get(t, marchVillage+"/issue").form(t, mainForm).fill(t, "blocks.overview", "本村平稳。", "blocks.stat_mediators", "三人").press(t, "confirm")
	require.Equal(t, http.StatusUnprocessableEntity, draft.status)
	require.Contains(t, draft.text("main"), "请填整数")
	back := draft.form(t, mainForm)
	require.Equal(t, "本村平稳。", back.values.Get("blocks.overview"), "nothing typed is lost")
	saved := back.fill(t, "blocks.stat_mediators", "3").press(t, "save")
	require.Contains(t, saved.text(".notice.good"), "已经保存")
	confirmed := saved.form(t, mainForm).press(t, "confirm")
	require.Contains(t, confirmed.text("main"), "现在轮到审核人办理")

	returned := chair.get(t, marchVillage+"/issue").form(t, mainForm).press(t, "return")
	require.Contains(t, returned.text("main"), "请写明退回的原因")
	returned = returned.form(t, mainForm).fill(t, "note", "请补充研判").press(t, "return")
	require.Equal(t, http.StatusOK, returned.status)
	require.Contains(t, mediator.get(t, marchVillage+"/issue").text(".notice.wait"), "请补充研判")
	mediator.get(t, marchVillage+"/issue").form(t, mainForm).fill(t, "blocks.risk", "留意租金").press(t, "confirm")
	chair.get(t, marchVillage+"/issue").form(t, mainForm).press(t, "review")
	sealed := chair.get(t, marchVillage+"/issue").form(t, mainForm).press(t, "seal")
	require.Contains(t, sealed.text(".notice.good"), "已经封存")

	p = mediator.get(t, marchVillage)
	require.Contains(t, p.text("#seal"), "编制人陈守义")
	require.Contains(t, p.text("#seal"), "审核人周大成")
	require.Regexp(t, "[0-9a-f]{64}", p.text("#seal code"))
	require.Contains(t, p.text("#risk"), "留意租金")
	require.Contains(t, mediator.get(t, marchVillage+"/verify").text(".notice.good"), "封存完好")

	chair.get(t, marchVillage+"/issue").form(t, mainForm).fill(t, "note", "漏写一句").press(t, "supplement")
	require.Contains(t, mediator.get(t, marchVillage).text("main"), "补充说明第1号")
	for _, suffix := range []string{".docx", ".xlsx"} {
		file := mediator.get(t, marchVillage+suffix)
		require.Equal(t, http.StatusOK, file.status)
		require.True(t, strings.HasPrefix(file.body, "PK"))
		require.Contains(t, file.header.Get("Content-Disposition"), "report-"+village+"-2026-03"+suffix)
	}
}

// TestTheSlowerKeepsWhatWasTyped: of two who write at once the slower is told who was faster, and can
// send again.
func TestTheSlowerKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := april(t)
	slow := w.visitor("mediator").get(t, marchVillage+"/issue").form(t, mainForm).fill(t, "blocks.overview", "陈守义写的")
	w.visitor("chair").get(t, marchVillage+"/issue").form(t, mainForm).fill(t, "blocks.overview", "周大成写的").press(t, "save")
	refused := slow.press(t, "save")
	require.Equal(t, http.StatusConflict, refused.status)
	require.Contains(t, refused.text("main"), "周大成")
	again := refused.form(t, mainForm)
	require.Equal(t, "陈守义写的", again.values.Get("blocks.overview"))
	require.Equal(t, http.StatusOK, again.press(t, "save").status)
	require.Contains(t, w.visitor("chair").get(t, marchVillage).text("#overview"), "陈守义写的")
}

func TestReminderLeadsToTheReport(t *testing.T) {
	t.Parallel()
	w := april(t)
	made, err := w.reports.Remind(t.Context())
	require.NoError(t, err)
	require.Positive(t, made)
	v := w.visitor("mediator")
	inbox := v.get(t, "/messages")
	require.Contains(t, inbox.text("main"), "北坡村2026年3月月报已经生成")
	page, err := w.store.Inbox(t.Context(), "mediator", "", 1)
	require.NoError(t, err)
	opened := v.post(t, "/messages/open", map[string][]string{"id": {page.Messages[0].ID}})
	require.Equal(t, marchVillage+"/issue", opened.path)
}

// TestComparisonIsSorted orders the places by a column, both ways, by links.
func TestComparisonIsSorted(t *testing.T) {
	t.Parallel()
	w := april(t)
	v := w.visitor("judicial")
	first := func(path string) string { return v.get(t, path).texts("#comparison tbody th")[0] }
	require.Equal(t, "北坡村", first("/overview"))
	require.Equal(t, "北坡村", first("/overview?sort=pending&dir=down"))
	require.Equal(t, "南湾村", first("/overview?sort=pending&dir=up"))
	p := v.get(t, "/overview?sort=pending&dir=down")
	require.Equal(t, "descending", p.doc.Find("#comparison th[aria-sort]").AttrOr("aria-sort", ""))
	require.Contains(t, p.text("#comparison"), "从多到少")
	require.Equal(t, first("/overview"), first("/overview?sort=nothing"))
	require.Contains(t, p.text("#comparison thead"), "小事不出村")
	p = v.get(t, "/overview?sort=village_rate&dir=up")
	require.Contains(t, p.text("#comparison .hint"), "从低到高")
	totals := p.texts("#comparison tfoot td")
	require.Len(t, totals, len(p.texts("#comparison thead th"))-1)
	report, err := w.reports.Report(t.Context(), models.Scope{Region: county}, township, screening.MonthOf(w.clock.Now()))
	require.NoError(t, err)
	pending, _ := report.Report.Figure("pending")
	require.Equal(t, screening.Text(pending), totals[3])
	for _, who := range []string{"陈守义", "周大成", "许来福"} {
		require.NotContains(t, p.text("#comparison"), who, "places are compared, never people")
	}
	require.Equal(t, http.StatusNotFound, v.get(t, "/overview?place="+county).status)
}

func TestChecksAreRecordedOnTheirPage(t *testing.T) {
	t.Parallel()
	w := april(t)
	_, err := w.reports.BuildChecks(t.Context())
	require.NoError(t, err)
	v := w.visitor("judicial")
	p := v.get(t, "/checks")
	require.Contains(t, p.text("main"), "从1件办结的纠纷中抽取1件回访")
	require.Contains(t, p.text("main"), "看过、没有需要列出的：数量异常、文字雷同、集中办结。")
	require.Contains(t, v.get(t, "/checks?region="+township+"&month=2026-03&again=1").text("main"), "结果完全一样")
	refused := p.form(t, "main section:nth-of-type(1) li form").fill(t, "result", "false").send(t)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.text("main"), "请写明核实的情况")
	form := refused.form(t, "main section:nth-of-type(1) li form")
	require.Equal(t, "false", form.values.Get("result"), "nothing typed is lost")
	done := form.fill(t, "note", "当事人说没有调解过").send(t)
	require.Contains(t, done.text("main"), "不属实")
	require.Contains(t, done.text("main"), "还有1项没有登记结果", "that it was agreed within minutes is still to be looked into")
	require.Contains(t, v.get(t, "/checks?month=2026-01").text("main"), "还没有抽查表")
	require.Contains(t, w.visitor("county").get(t, "/checks").text("main"), "从1件办结", "the county's only township is shown at once")
}
