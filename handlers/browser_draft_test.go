package handlers_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/store"
)

const offered = `document.querySelector(".notice[role=status] button") !== null`

// cases are all cases of the world.
func (b *tab) cases() []*models.Case {
	b.t.Helper()
	page, err := b.w.store.Cases(b.t.Context(), models.Scope{Region: county}, store.CaseFilter{}, "", 50)
	require.NoError(b.t, err)
	return page.Cases
}

// draftOutlivesNetwork has the network break while a dispute is typed: the draft is kept on the
// device without its numbers, offered when the page is opened again, and taken up where it was.
func draftOutlivesNetwork(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	b := newTab(t, browser, w, server.URL, phoneWidth)
	b.login("mediator")
	b.press("登记纠纷")
	b.choose("type", "land_transfer")
	b.write("title", "三组地租拖欠", "facts", "两年租金没有付。")
	require.EqualValues(t, 200, b.press("下一步"))
	b.write("parties[0].name", "许来福")
	b.fill("parties[0].phone", phone)
	b.do(chromedp.Click(chromedp.CSS(".party:first-of-type summary")))
	b.fill("parties[0].idNumber", idNumber)

	// A device that knows it has no network keeps the page; nothing typed is lost.
	b.offline(true, true)
	b.write("parties[1].name", "丰年农机合作社")
	b.click("下一步")
	b.wait(`document.querySelector(".offline") !== null`)
	require.Contains(t, b.text(".offline"), "填写的内容已经暂存在这台设备上")
	b.offline(false, true)
	b.wait(`document.querySelector(".offline") === null`)

	// One that does not know goes to a page of its own, which holds nothing.
	b.offline(true, false)
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(control("下一步")))
	require.Error(t, err)
	b.offline(false, false)

	require.EqualValues(t, 200, b.open("/cases/new"))
	b.wait(offered)
	require.Contains(t, b.text(".notice"), "这台设备上有一份没有提交的内容")
	require.Contains(t, b.text(".notice"), "三组地租拖欠")
	kept := b.kept()
	require.Contains(t, kept, "丰年农机合作社")
	for _, private := range []string{phone, idNumber, password} {
		require.NotContains(t, kept, private)
	}
	require.EqualValues(t, 200, b.press("接着填写"))
	require.Equal(t, "2 当事人", b.text(".steps [aria-current]"))
	require.Equal(t, "许来福", look[string](b, `document.querySelector('[name="parties[0].name"]').value`))
	require.Empty(t, look[string](b, `document.querySelector('[name="parties[0].phone"]').value`))
	b.press("下一步")
	for _, private := range []string{phone, idNumber} { // they were typed again, and lie in hidden fields now
		require.NotContains(t, b.kept(), private)
	}
	b.press("下一步")
	b.press("提交登记")
	require.Equal(t, "三组地租拖欠", b.text("h1"))
	require.Len(t, b.cases(), 1)
	require.Equal(t, "{}", b.kept(), "what became a case is no draft any more")
	b.open("/cases/new")
	require.False(t, look[bool](b, offered))

	// So with a return: a row more is no draft to offer, and what was sent is none any more.
	w.drawn(village)
	page := "/returns/" + cellOf(village) + "/" + periodOf
	b.open(page + "?found=1")
	b.write("findings[0].what", "两家为水沟争吵")
	require.EqualValues(t, 200, b.press("再记一条"))
	require.False(t, look[bool](b, offered))
	b.write("findings[1].what", "新路占地")
	b.offline(true, true)
	b.click("报送")
	b.wait(`document.querySelector(".offline") !== null`)
	b.offline(false, true)
	b.open(page + "?found=1")
	b.wait(offered)
	require.EqualValues(t, 200, b.press("接着填写"))
	require.False(t, look[bool](b, offered))
	require.Equal(t, "新路占地", look[string](b, `document.querySelector('[name="findings[1].what"]').value`))
	for _, name := range []string{"findings[0].type", "findings[1].type"} {
		b.do(chromedp.SetValue(named(name), "neighbourhood"))
	}
	require.EqualValues(t, 200, b.press("报送"))
	require.Equal(t, "已经报送。", b.text(".notice.good"))
	require.Equal(t, "{}", b.kept())
	b.requireQuiet()
}

// draftOutlivesSession has the session end while a dispute is typed: it is offered after logging in,
// to whom it belongs.
func draftOutlivesSession(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	b := newTab(t, browser, w, server.URL, phoneWidth)
	b.login("mediator")
	b.press("登记纠纷")
	b.choose("type", "land_transfer")
	b.write("title", "三组地租拖欠", "facts", "两年租金没有付。")
	w.clock.advance(account.SessionLife)
	require.EqualValues(t, 200, b.press("下一步"))
	require.Equal(t, "/login", b.path())

	// Somebody else at the same device is offered nothing.
	b.fill("username", "chair", "password", password)
	require.EqualValues(t, 200, b.press("登录"))
	require.Equal(t, "/cases/new", b.path())
	require.False(t, look[bool](b, offered))
	b.press("退出")

	b.open("/login?next=/cases/new")
	b.fill("username", "mediator", "password", password)
	b.press("登录")
	b.wait(offered)
	b.press("接着填写")
	require.Equal(t, "三组地租拖欠", look[string](b, `document.querySelector('[name=title]').value`))
	require.EqualValues(t, 200, b.press("下一步"))
	require.Equal(t, "2 当事人", b.text(".steps [aria-current]"))

	// Another dispute may be begun beside it; thrown away is what one says so of.
	b.open("/cases/new")
	b.wait(offered)
	b.write("title", "另一件")
	b.wait(`JSON.stringify({...localStorage}).includes("另一件")`)
	require.Contains(t, b.kept(), "三组地租拖欠")
	b.click("不要了")
	b.wait(`!JSON.stringify({...localStorage}).includes("三组地租拖欠")`)
	require.Contains(t, b.kept(), "另一件")
	b.requireQuiet()
}

// draftOfAction keeps what is typed about a case, every row of it; a case that changed meanwhile is
// told of before anything is overwritten; one that left takes nothing with it.
func draftOfAction(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	c := w.caseAt(t, village, models.RegionVillage, sat)
	b := newTab(t, browser, w, server.URL, deskWidth)
	b.login("mediator")
	b.open("/cases/" + c.ID + "/agreement")
	b.write("items", "分两期付清租金")
	b.press("再加一期")
	b.day("instalments[1].dueOn", "2026-04-20")
	b.write("instalments[1].what", "尾款一半")
	b.wait(`JSON.stringify({...localStorage}).includes("尾款一半")`)
	b.open("/cases/" + c.ID + "/agreement")
	b.wait(offered)
	w.act(t, "chair", c, "risk", casework.RiskForm{Risk: models.Yellow, Reason: "有争吵"})
	require.EqualValues(t, 200, b.press("接着填写"))
	require.False(t, look[bool](b, offered))
	require.Equal(t, "尾款一半", look[string](b, `document.querySelector('[name="instalments[1].what"]').value`))
	require.Equal(t, "2026-04-20", look[string](b, `document.querySelector('[name="instalments[1].dueOn"]').value`))
	b.do(chromedp.Clear(named("amountFen")))
	require.EqualValues(t, 409, b.press("登记协议"))
	require.Contains(t, b.text(".notice.bad"), "周大成")
	require.EqualValues(t, 200, b.press("登记协议"))
	require.Equal(t, "协议已经登记。", b.text(".notice.good"))
	require.Equal(t, "{}", b.kept())

	gone := w.caseAt(t, village, models.RegionVillage, sat)
	b.open("/cases/" + gone.ID + "/sittings")
	b.write("course", "说了整整一个下午，还差一点")
	b.wait(`JSON.stringify({...localStorage}).includes("还差一点")`)
	w.act(t, "chair", gone, "withdraw", casework.ReasonForm{Reason: "不再要求"})
	require.EqualValues(t, 409, b.open("/cases/"+gone.ID+"/sittings"))
	require.Contains(t, look[string](b, `document.querySelector("[data-kept] textarea").value`), "说了整整一个下午，还差一点")
	b.requireQuiet()
}

// draftIsSentOnce sends the same draft twice: with two clicks, and again from another window that
// holds the same form.
func draftIsSentOnce(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	b := newTab(t, browser, w, server.URL, phoneWidth)
	b.login("mediator")
	b.press("登记纠纷")
	b.click("其他类型")
	b.choose("type", "neighbourhood")
	b.write("title", "屋檐滴水", "facts", "滴到邻家院子。")
	b.press("下一步")
	b.write("parties[0].name", "许来福", "parties[1].name", "邵兴旺")
	b.press("下一步")
	b.press("下一步")
	require.Equal(t, "4 核对提交", b.text(".steps [aria-current]"))
	second := b.beside()
	second.open("/cases/new")
	second.wait(offered)
	second.press("接着填写")
	require.Equal(t, "4 核对提交", second.text(".steps [aria-current]"))

	twice := chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main button.main").forEach((b) => { b.click(); b.click(); })`)
	require.EqualValues(t, 200, b.arrive("press twice", twice))
	require.Equal(t, "屋檐滴水", b.text("h1"))
	require.EqualValues(t, 200, second.press("提交登记"))
	require.Equal(t, b.path(), second.path())
	require.Len(t, b.cases(), 1)
	require.Equal(t, "{}", b.kept())
	b.requireQuiet()
	second.requireQuiet()
}

// largerType changes the size of type without leaving the page, and remembers it.
func largerType(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	b := newTab(t, browser, w, server.URL, phoneWidth)
	b.login("mediator")
	b.open("/cases/new")
	b.write("title", "三组地租拖欠")
	b.click("大字")
	require.Equal(t, "23px", look[string](b, `getComputedStyle(document.body).fontSize`))
	require.Equal(t, "三组地租拖欠", look[string](b, `document.querySelector('[name=title]').value`))
	b.open("/cases")
	require.Equal(t, "23px", look[string](b, `getComputedStyle(document.body).fontSize`))
	b.click("普通字")
	require.Equal(t, "18px", look[string](b, `getComputedStyle(document.body).fontSize`))
	b.open("/help")
	require.Equal(t, "18px", look[string](b, `getComputedStyle(document.body).fontSize`))
	b.requireQuiet()
}
