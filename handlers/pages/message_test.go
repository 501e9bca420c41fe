package pages_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// delivered lets the job run that brings notices to people.
func (w *world) delivered(t *testing.T) {
	t.Helper()
	_, err := w.notices.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
}

const (
	ownForm    = `form[action="/messages/settings"]`
	officeForm = `form[action="/messages/settings/office"]`
	openForm   = `form[action="/messages/open"]`
)

// The township is told of what is handed up to it: the number stands in the navigation, the newest message
// first, and opening one reads it.
func TestInbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("judicial")
	require.Contains(t, v.get(t, "/").texts("nav.wide a"), "消息")
	require.Contains(t, v.get(t, "/messages").text("main"), "还没有消息")

	first := w.escalated(t)
	w.clock.advance(time.Hour)
	second := w.escalated(t)
	w.delivered(t)
	require.Contains(t, v.get(t, "/").texts("nav.wide a"), "消息（2）")
	p := v.get(t, "/messages")
	require.Equal(t, []string{"消息（2）"}, p.texts("nav.wide a[aria-current]"))
	rows := p.texts(".cases > li")
	require.Len(t, rows, 2)
	for i, c := range []*models.Case{second, first} {
		require.Contains(t, rows[i], c.NumberText()+"（北坡村）由北坡村人民调解委员会上报枫溪镇司法所")
		require.Contains(t, rows[i], "未看")
		require.Contains(t, rows[i], "上报")
		require.NotContains(t, rows[i], "许来福")
	}
	require.Contains(t, rows[0], "2026年3月2日 10:00")

	opened := p.form(t, ".cases > li:first-child form").send(t)
	require.Equal(t, http.StatusOK, opened.status)
	require.Equal(t, casePath(second, ""), opened.path)
	p = v.get(t, "/messages")
	require.NotContains(t, p.texts(".cases > li")[0], "未看")
	require.Contains(t, p.texts(".cases > li")[1], "未看")
	require.Contains(t, p.texts("nav.wide a"), "消息（1）")
	require.Contains(t, p.texts(".cases > li")[0], "打开案件", "also when it was read")

	// The village was told as well, each for themselves; nobody opens another's.
	require.Contains(t, w.visitor("mediator").get(t, "/").texts("nav.wide a"), "消息（2）")
	id := w.visitor("mediator").get(t, "/messages").form(t, ".cases > li:first-child form").values.Get("id")
	require.Equal(t, http.StatusNotFound, v.post(t, "/messages/open", url.Values{"id": {id}}).status)
	require.Equal(t, http.StatusBadRequest, v.post(t, "/messages/open", url.Values{}).status)
	require.Contains(t, w.visitor("mediator").get(t, "/").texts("nav.wide a"), "消息（2）", "unread still")
}

// What has come since the page was shown is not marked as read with the rest.
func TestReadAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("judicial")
	w.escalated(t)
	w.delivered(t)
	p := v.get(t, "/messages")
	w.clock.advance(time.Minute)
	w.escalated(t)
	w.delivered(t)
	p = p.form(t, `form[action="/messages/read"]`).send(t)
	require.Equal(t, "/messages", p.path)
	require.Contains(t, p.texts("nav.wide a"), "消息（1）")
	p = p.form(t, `form[action="/messages/read"]`).send(t)
	require.Contains(t, p.texts("nav.wide a"), "消息")
	require.Zero(t, p.doc.Find(`form[action="/messages/read"]`).Length(), "there is nothing to read")
	require.Equal(t, http.StatusBadRequest, v.post(t, "/messages/read", url.Values{"until": {"gestern"}}).status)
}

// Many messages are shown page by page, and the number in the navigation stays short.
func TestManyMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 105 {
		at := began.Add(time.Duration(i) * time.Minute).UTC()
		require.NoError(t, w.store.InsertMessage(t.Context(), &models.Message{
			ID: models.MessageID("665f00000000000000000001", at.Format("1504"), "chair"), Recipient: "chair", Inbox: "chair", Unread: "chair", Case: "665f00000000000000000001", Kind: models.NoticeWarning, Text: evil, At: at, Urgent: i == 104,
		}))
	}
	v := w.visitor("chair")
	require.Contains(t, v.get(t, "/").texts("nav.wide a"), "消息（99+）")
	seen, pages := 0, 0
	for path := "/messages"; path != ""; pages++ {
		p := v.get(t, path)
		requireSound(t, p)
		seen += len(p.texts(".cases > li"))
		if pages == 0 {
			require.Contains(t, p.texts(".cases > li")[0], "紧急")
			require.Contains(t, p.texts(".cases > li")[0], tidy(evil), "text is text")
		} else {
			require.Contains(t, p.texts(".pager a"), "回到第一页")
		}
		path = ""
		for _, a := range p.doc.Find(".pager a").EachIter() {
			if strings.Contains(a.Text(), "更早") {
				path = a.AttrOr("href", "")
			}
		}
	}
	require.Equal(t, 105, seen)
	require.Equal(t, 4, pages)
	require.Equal(t, http.StatusBadRequest, v.get(t, "/messages?after=nowhere").status)
}

// Everybody has settings of their own; the robots of an office are set up by those who answer for it.
func TestWhoSetsUpWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, seat := range seats {
		p := w.visitor(name).get(t, "/messages/settings")
		require.Equal(t, http.StatusOK, p.status, name)
		require.Equal(t, 1, p.doc.Find(ownForm).Length(), name)
		office := map[string]string{"chair": "北坡村的群机器人", "judicial": "枫溪镇的群机器人", "county": "青禾县的群机器人"}[seat.ID]
		require.Equal(t, office, strings.TrimPrefix(strings.Join(p.texts("h2"), "|"), "发给我本人|")[:max(len(office), 0)], name)
		require.Equal(t, office != "", p.doc.Find(officeForm).Length() == 1, name)
		if office == "" {
			refused := w.visitor(name).post(t, "/messages/settings/office", url.Values{"version": {"0"}})
			require.Equal(t, http.StatusForbidden, refused.status, name)
			require.Equal(t, http.StatusForbidden, w.visitor(name).post(t, "/messages/settings/test", url.Values{"channel": {"wecom"}}).status, name)
		}
	}
}

func TestPersonalNoticeSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("mediator")
	f := v.get(t, "/messages/settings").form(t, ownForm)
	require.Equal(t, "1", f.values.Get("daily"), "together, until somebody says otherwise")
	p := f.fill(t, "mail", "chen", "mailOn", "1").send(t)
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text(".notice.bad"), "请填写邮箱地址")
	f = p.form(t, ownForm)
	require.Equal(t, "chen", f.values.Get("mail"), "what was typed stays")
	require.Equal(t, "1", f.values.Get("mailOn"))
	f.values.Del("daily")
	p = f.fill(t, "mail", "chen@example.com").send(t)
	require.Contains(t, p.text(".notice.good"), "已经保存")
	f = p.form(t, ownForm)
	require.Equal(t, "chen@example.com", f.values.Get("mail"))
	require.Empty(t, f.values.Get("daily"))

	stale := v.get(t, "/messages/settings").form(t, ownForm)
	require.Contains(t, f.send(t).text(".notice.good"), "已经保存")
	p = stale.send(t)
	require.Equal(t, http.StatusConflict, p.status)
	require.Contains(t, p.text(".notice.bad"), "刚刚有人改过")
	require.Equal(t, http.StatusBadRequest, v.post(t, "/messages/settings", url.Values{"mail": {"a@example.com"}}).status, "a form that lost its version")
	require.Contains(t, p.text("main"), "还没有设置邮件服务器")
	require.Zero(t, p.doc.Find(`input[name=channel][value=mail]`).Length(), "nothing to test without a server")
}

// From an address that is wrong to a robot that answers: what goes in is not shown again.
func TestOfficeRobots(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	answer := http.StatusOK
	robot := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, string(body))
		rw.WriteHeader(answer)
	}))
	t.Cleanup(robot.Close)
	const secret = "0123456789abcdef"
	address := robot.URL + "/in?token=hunter2"
	w := newWorld(t)
	v := w.visitor("judicial")

	f := v.get(t, "/messages/settings").form(t, officeForm)
	p := f.fill(t, "robots[2].on", "1", "robots[2].url", "http://example.com/?token=hunter2", "robots[2].secret", secret).send(t)
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text(".notice.bad"), "https://")
	require.Equal(t, 1, p.doc.Find(`.field.wrong input[name="robots[2].url"]`).Length(), "at its field")
	requireSound(t, p)
	require.NotContains(t, p.body, secret)
	p = p.form(t, officeForm).fill(t, "robots[2].url", address, "robots[2].secret", secret).send(t)
	require.Contains(t, p.text(".notice.good"), "已经保存")
	require.Contains(t, p.text(officeForm), "已保存的地址："+robot.URL+"/…，密钥已保存")
	require.Contains(t, p.text(officeForm), "judicial于2026年3月2日 09:00修改")
	require.NotContains(t, p.body, "hunter2")
	require.NotContains(t, p.body, secret)
	require.Equal(t, "1", p.form(t, officeForm).values.Get("robots[2].on"))
	requireSound(t, p)

	test := `form[action="/messages/settings/test"]`
	p = p.form(t, test).send(t)
	require.Contains(t, p.text(".notice.good"), "测试消息已经发出")
	mu.Lock()
	require.Len(t, got, 1)
	require.Contains(t, got[0], "这是一条测试消息")
	answer = http.StatusForbidden
	mu.Unlock()
	p = p.form(t, test).send(t)
	require.Equal(t, http.StatusOK, p.status, "that a robot refuses is an answer")
	require.Equal(t, "没有发成：对方没有接收（HTTP 403）", p.text(".notice.bad"))

	p = v.get(t, "/messages/settings").form(t, officeForm).press(t, "forget-webhook")
	require.Contains(t, p.text(".notice.good"), "已经删除")
	require.Zero(t, p.doc.Find(test).Length())
	require.NotContains(t, p.text(officeForm), "已保存的地址")
	require.Equal(t, http.StatusBadRequest, v.post(t, "/messages/settings/office", url.Values{}).status)
}

// The administrator sees what could not be sent, without a word of it but number and village, and sends it
// again.
// What nobody could hear stands there by the name of the office, and reaches whoever has an account by then.
func TestUndeliverableNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"mediator", "chair", "judicial", "county"} {
		a, err := w.store.Account(t.Context(), name)
		require.NoError(t, err)
		a.Disabled = true
		require.NoError(t, w.store.ReplaceAccount(t.Context(), a))
	}
	c := w.escalated(t)
	w.delivered(t)
	v := w.visitor("admin")
	p := v.get(t, "/admin/messages")
	requireSound(t, p)
	rows := strings.Join(p.texts(".cases > li"), "\n")
	require.Contains(t, rows, c.NumberText()+"（北坡村）")
	require.Contains(t, rows, "发给枫溪镇")
	require.Contains(t, rows, "没有能收消息的账号")
	require.NotContains(t, rows, "群机器人的")
	require.NotContains(t, rows, "试了")
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	answer, asked := http.StatusServiceUnavailable, 0
	robot := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		rw.WriteHeader(answer)
	}))
	t.Cleanup(robot.Close)
	w := newWorld(t)
	v := w.visitor("admin")
	require.Contains(t, v.get(t, "/admin/messages").text("main"), "没有发送失败的通知")
	require.NoError(t, w.notices.SaveOffice(t.Context(), seats["judicial"], notify.Office{Robots: []notify.Robot{{Channel: models.ChannelWebhook, On: true, URL: robot.URL, Secret: "0123456789abcdef"}}}))
	c := w.escalated(t)
	for range 9 { // a day is longer than any pause, and two of them are a weekend
		w.delivered(t)
		w.clock.advance(24 * time.Hour)
	}
	p := v.get(t, "/admin/messages")
	requireSound(t, p)
	rows := p.texts(".cases > li")
	require.Len(t, rows, 1)
	require.Contains(t, rows[0], c.NumberText()+"（北坡村）")
	require.Contains(t, rows[0], "其他系统 对方没有接收（HTTP 503）")
	require.Contains(t, rows[0], "试了7次")
	require.Contains(t, rows[0], "枫溪镇的群机器人")
	for _, word := range []string{"请签收", "许来福", "三组", robot.URL} {
		require.NotContains(t, p.body, word)
	}
	mu.Lock()
	require.Equal(t, 7, asked)
	answer = http.StatusOK
	mu.Unlock()
	p = p.form(t, `form[action="/admin/messages/again"]`).send(t)
	require.Contains(t, p.text(".notice.good"), "重新排队")
	require.Contains(t, p.text("main"), "没有发送失败的通知")
	w.clock.advance(24 * time.Hour)
	w.delivered(t)
	mu.Lock()
	require.Equal(t, 8, asked)
	mu.Unlock()
	require.Equal(t, http.StatusBadRequest, v.post(t, "/admin/messages/again", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, v.post(t, "/admin/messages/again", url.Values{"id": {"no/such/message"}}).status)
	require.Equal(t, http.StatusForbidden, w.visitor("county").get(t, "/admin/messages").status)
}

// Whoever opened a form before a case's notices were handed over sends it as if nothing had happened.
func TestHandOverDisturbsNoForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.escalated(t)
	f := w.visitor("judicial").get(t, casePath(c, "review")).form(t, mainForm)
	before := w.caseNow(t, c).Version
	w.delivered(t)
	require.Greater(t, w.caseNow(t, c).Version, before, "it was written")
	p := f.fill(t, "decision", "accept").send(t)
	require.Equal(t, http.StatusOK, p.status, p.text("main"))
	require.Equal(t, models.ReviewAccepted, w.caseNow(t, c).Review)
	require.Empty(t, p.texts(".notice.bad"))
}
