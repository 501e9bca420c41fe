package handlers_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// storyInBrowser is the main job as people do it: an old Party member logs a dispute on a phone, the
// clock hands it up, the township takes it over at a desk and ends it, the month's report shows it.
func storyInBrowser(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	phone := newTab(t, browser, w, server.URL, phoneWidth)
	phone.login("mediator")
	phone.press("登记纠纷")
	phone.logDispute(false)
	require.Equal(t, "已经登记。请尽快受理。", phone.text(".notice.good"))
	require.Equal(t, "三组地租拖欠", phone.text("h1"))
	caseAt := phone.path()
	phone.press("受理")
	phone.press("受理")
	require.Contains(t, phone.text("main"), "〔2026〕北坡村人调字第1号")
	require.Contains(t, phone.text("#clock"), "还剩30天")
	phone.requireQuiet()

	// A month goes by; the clock hands it up.
	w.clock.advance(31 * 24 * time.Hour)
	run, err := w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	require.Equal(t, 1, run.Moved)

	desk := newTab(t, browser, w, server.URL, deskWidth)
	desk.login("judicial")
	desk.press("1待签收")
	require.Equal(t, "/reviews", desk.path())
	require.Contains(t, desk.text("main"), "由北坡村人民调解委员会上报：到期未办结，自动上报")
	desk.press("三组地租拖欠")
	require.Equal(t, caseAt, desk.path())
	desk.press("签收处理")
	desk.write("note", "由司法所办理")
	desk.press("提交处理意见")
	require.Contains(t, desk.text(".tags"), "已签收")

	w.clock.advance(time.Hour)
	desk.press("登记调解记录")
	desk.write("place", "枫溪镇司法所", "course", "双方陈述，合作社承认欠租。")
	desk.choose("rightsTold", "1", "result", "agreed")
	desk.press("保存调解记录")
	desk.press("登记协议")
	desk.write("items", "分两期付清租金四千八百元")
	desk.day("instalments[0].dueOn", "2026-04-10")
	desk.fill("instalments[0].amountFen", "2400")
	desk.press("再加一期")
	desk.day("instalments[1].dueOn", "2026-04-20")
	desk.fill("instalments[1].amountFen", "2400")
	desk.press("登记协议")
	require.Contains(t, desk.text("#agreement"), "第1期 2026年4月10日 2,400 元 未到期")
	for _, day := range []time.Duration{10, 10} { // past each day on which something is due
		w.clock.advance(day * 24 * time.Hour)
		desk.login("judicial")
		desk.open(caseAt)
		desk.press("登记履行")
		desk.press("登记履行")
	}
	require.Contains(t, desk.text("main .tags"), "已结案（履行完毕）")

	// The month's report counts it where it was resolved, and the number opens its list.
	w.clock.advance(15 * 24 * time.Hour)
	desk.login("judicial")
	desk.press("月报")
	desk.do(chromedp.Focus(named("month")), chromedp.SendKeys(named("month"), "4"+kb.Tab+"2026"))
	desk.press("查看")
	require.Equal(t, "/reports/"+township+"/2026-04", desk.path())
	row := `//tr[th[starts-with(normalize-space(.), "镇级化解") and not(contains(., "率"))]]/td[1]/a`
	number, err := chromedp.Run(desk.ctx, chromedp.TextContent(chromedp.Search(row)))
	require.NoError(t, err)
	require.Equal(t, "1件", number)
	desk.arrive("open the list behind the number", chromedp.Click(chromedp.Search(row)))
	require.Equal(t, "镇级化解：1件", desk.text("h1"))
	require.Equal(t, "三组地租拖欠", desk.text(".cases .title"))
	desk.press("三组地租拖欠")
	require.Equal(t, caseAt, desk.path())
	desk.requireQuiet()
}

// logDispute fills in the steps of logging a land-transfer dispute. Without scripts what the page
// shows is not asked.
func (b *tab) logDispute(asPosted bool) {
	b.t.Helper()
	b.choose("type", "land_transfer")
	b.do(chromedp.SendKeys(named("subtype"), kb.ArrowDown))
	b.write("title", "三组地租拖欠", "facts", "流转给合作社三亩地，两年租金没有付。")
	b.press("下一步")
	b.write("parties[0].name", "许来福")
	b.fill("parties[0].phone", phone)
	b.do(chromedp.Click(chromedp.CSS(".party:first-of-type summary")))
	b.fill("parties[0].idNumber", idNumber)
	b.write("parties[1].name", "丰年农机合作社")
	b.choose("parties[1].kind", "organisation")
	b.press("下一步")
	b.choose("landTransfer.contract", "written")
	b.write("landTransfer.landName", "长垄")
	b.fill("landTransfer.areaCentiMu", "3", "landTransfer.priceFenPerMu", "800", "amountFen", "4800")
	b.day("landTransfer.paidUntil", "2024-01-09")
	b.write("requests", "付清两年租金")
	b.press("下一步")
	if !asPosted {
		require.Contains(b.t, b.text("main"), "租金已付至 2024年1月9日")
		require.Contains(b.t, b.text("main"), "证件"+idNumber)
	}
	b.press("提交登记")
}

// storyWithoutScripts logs and accepts a dispute in a browser that runs no script.
func storyWithoutScripts(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	b := newTab(t, browser, w, server.URL, phoneWidth)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.open("/login")
	b.fill("username", "mediator", "password", password)
	b.press("登录")
	b.press("登记纠纷")
	b.logDispute(true)
	b.press("受理")
	b.press("受理")
	found, err := w.store.Cases(t.Context(), models.Scope{Region: county}, store.CaseFilter{}, "", 5)
	require.NoError(t, err)
	require.Len(t, found.Cases, 1)
	c := found.Cases[0]
	require.Equal(t, models.Mediating, c.State)
	require.Equal(t, "rent_arrears", c.Subtype)
	require.Equal(t, "2024-01-09", c.Land.PaidUntil)
	require.Equal(t, int64(480_000), c.AmountFen)
	require.Equal(t, "138****5678", c.Parties[0].Phone.Mask)
}
