package pages_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// TestRiskRulesAnybodyCanRead: whoever reads cases reads how they are assessed.
func TestRiskRulesAnybodyCanRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, as := range []string{"mediator", "firstsecretary", "judicial", "auditor", "county"} {
		p := w.visitor(as).get(t, "/risk-rules")
		require.Equal(t, http.StatusOK, p.status)
		requireSound(t, p)
		require.Contains(t, p.text("main"), "现行：默认规则第1版《默认风险评估规则》")
		require.Contains(t, p.texts("tbody tr"), "扬言威胁或者动手30")
		require.Equal(t, as == "county", p.doc.Find(`a[href="/risk-rules/new"]`).Length() == 1)
	}
	require.Equal(t, http.StatusForbidden, w.visitor("judicial").get(t, "/risk-rules/new").status)
	require.Equal(t, http.StatusNotFound, w.visitor("county").get(t, "/risk-rules/9").status)
	c := w.logged(t, func(f *casework.LogForm) { f.Petition = true })
	p := w.visitor("mediator").get(t, casePath(c, ""))
	require.Equal(t, "/risk-rules/d1", p.doc.Find("#risk a").AttrOr("href", ""), "from the score to the rules")
	require.Equal(t, []string{"有人扬言上访（20分）"}, p.texts("#risk li"))
}

// TestPublishRiskRules goes the whole way of a new version: what is wrong with it stands at its field,
// what it would change is tried, and it is assessed by from its day on.
func TestPublishRiskRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t, func(f *casework.LogForm) { f.Title, f.Petition = "扬言上访的", true })
	v := w.visitor("county")
	f := v.get(t, "/risk-rules/new").form(t, mainForm)
	require.Equal(t, []string{"amount", "50000", "10"}, []string{f.values.Get("factors[2].kind"), f.values.Get("factors[2].from"), f.values.Get("factors[2].points")})
	f.fill(t, "name", "青禾县风险规则", "effectiveFrom", "2026-03-02", "factors[1].points", "10分", "orangeFrom", "很多")
	back := f.send(t)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	requireSound(t, back)
	require.Equal(t, []string{"橙色的分数线请写成整数，例如 20"}, back.texts(".notice.bad li"))
	again := back.form(t, mainForm)
	require.Equal(t, f.values, again.values, "everything typed is still there")
	back = again.fill(t, "orangeFrom", "20").send(t)
	require.Equal(t, []string{
		"生效日期应在今天（2026-03-02）以后，已经开始计算的期限不变", "橙色的分数线（20分）应高于黄色的（20分）", "第2行：“涉及户数10户以上”得10分，应多于“涉及户数5户以上”的10分",
	}, back.texts(".notice.bad li"))

	fixed := back.form(t, mainForm).fill(t, "effectiveFrom", "2026-03-03", "factors[1].points", "20", "yellowFrom", "10", "orangeFrom", "20")
	tried := fixed.press(t, "try")
	require.Equal(t, http.StatusOK, tried.status, tried.text(".notice"))
	requireSound(t, tried)
	require.Equal(t, []string{"黄色的分数线：20分起 → 10分起", "橙色的分数线：40分起 → 20分起"}, tried.texts("#changes li"))
	require.Contains(t, tried.text("#trial"), "等级变高1件，变低0件。")
	require.Contains(t, tried.texts("#trial tbody tr"), "橙（较高）01")
	require.Equal(t, []string{"扬言上访的"}, tried.titles())
	require.Equal(t, models.Yellow, w.caseNow(t, c).Risk, "a trial changes nothing")
	require.Contains(t, v.get(t, "/risk-rules/d1/try?year=2026").text("#trial"), "2026年登记的1件")
	require.Equal(t, http.StatusUnprocessableEntity, v.get(t, "/risk-rules/d1/try?year=2031").status)

	listed := tried.form(t, mainForm).press(t, "publish")
	require.Equal(t, "/risk-rules?done=published", listed.path)
	require.Contains(t, listed.text("main"), "待生效：第1版《青禾县风险规则》")
	compared := w.visitor("mediator").get(t, "/risk-rules/compare?was=d1&is=1")
	requireSound(t, compared)
	require.Contains(t, compared.texts(".changes li"), "橙色的分数线：40分起 → 20分起")
	w.clock.advance(24 * time.Hour)
	require.Contains(t, v.get(t, "/risk-rules").text("main"), "现行：第1版《青禾县风险规则》")
	next := w.logged(t, func(f *casework.LogForm) { f.Petition = true })
	require.Equal(t, models.Orange, next.Risk)
}

// TestRiskRuleRows: a row more, a row less.
func TestRiskRuleRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.visitor("county").get(t, "/risk-rules/new").form(t, mainForm)
	more := f.fill(t, "name", "多一行").press(t, "add-factors")
	require.Equal(t, 18, more.doc.Find("fieldset.rule").Length())
	less := more.form(t, mainForm).press(t, "remove-factors-0").form(t, mainForm)
	require.Equal(t, []string{"多一行", "10", "20"}, []string{less.values.Get("name"), less.values.Get("factors[0].from"), less.values.Get("factors[0].points")})
}

// TestLoggingShowsTheAssessment: the last step says what the system makes of it, and who logs it may
// raise it, not lower it.
func TestLoggingShowsTheAssessment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.visitor("mediator").logTo(t, 3)
	f.fill(t, "petition", "1", "court", "1", "households", "6")
	p := f.send(t)
	require.Equal(t, "4 核对提交", p.step())
	require.Contains(t, p.text("#score"), "系统评估：橙（较高），40分，因为：")
	require.Equal(t, []string{"涉及6户（10分）", "有人扬言上访（20分）", "有人声明要起诉（10分）"}, p.texts("#score li"))
	require.Equal(t, []string{"按系统评估：橙（较高）", "提高为红（高）"}, p.texts("#score .choice"))
	logged := p.form(t, mainForm).fill(t, "risk", "red").send(t)
	require.Equal(t, http.StatusOK, logged.status)
	require.Contains(t, logged.text("#risk"), "现在是红（高）")
	require.Contains(t, logged.text("#risk"), "陈守义（人民调解员）2026年3月2日提高为红（高）：登记时评定")
}

// TestGroupDisputeOnTheScreen: suggested on workbench and case, decided with a reason, and marked in the
// list.
func TestGroupDisputeOnTheScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var cases []*models.Case
	for range 2 {
		cases = append(cases, w.logged(t, func(f *casework.LogForm) { f.Households = 2 }))
	}
	id := models.ClusterID(cases[0].Place.Village, cases[0].RootsOf()[0])
	bench := w.visitor("chair").get(t, "/")
	requireSound(t, bench)
	require.Contains(t, bench.text("#clusters"), "同一受让方：丰年农机合作社")
	require.Contains(t, w.visitor("mediator").get(t, casePath(cases[1], "")).text("#cluster-suggested"), "共2件4户。请村调委会主任、司法所或者县里确认。")
	require.Zero(t, w.visitor("mediator").get(t, "/clusters/"+id).doc.Find(mainForm).Length(), "a mediator reads it")

	v := w.visitor("chair")
	f := v.get(t, "/clusters/"+id).form(t, mainForm)
	back := f.fill(t, "state", "confirmed").send(t)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Equal(t, []string{"请填写理由"}, back.texts(".notice.bad li"))
	done := back.form(t, mainForm).fill(t, "reason", "都是这家欠租").send(t)
	require.Equal(t, http.StatusOK, done.status, done.text("main"))
	require.Contains(t, done.text("main"), "周大成（村调委会主任）2026年3月2日确认：都是这家欠租")
	require.Contains(t, v.get(t, "/clusters").text("main"), "已确认，合并办理")
	require.Len(t, v.get(t, "/cases?grouped=1").titles(), 2)
	require.Contains(t, w.visitor("mediator").get(t, casePath(cases[0], "")).text("#cluster-confirmed"), "都是这家欠租")
	conflict := f.fill(t, "state", "dismissed", "reason", "不是").send(t)
	require.Equal(t, http.StatusConflict, conflict.status)
	require.Contains(t, conflict.text(".notice.bad"), "您填写的内容还在")
	require.Equal(t, "不是", conflict.form(t, mainForm).values.Get("reason"))
}
