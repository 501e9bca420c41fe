package notify_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// requireField wants a fault of one field.
func requireField(t *testing.T, field string, err error) {
	t.Helper()
	told := models.AsError(err)
	require.Equal(t, models.Invalid, told.Kind, "%v", err)
	require.Len(t, told.Fields, 1)
	require.Equal(t, field, told.Fields[0].Field)
}

func requireKind(t *testing.T, kind models.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, kind, models.AsError(err).Kind, "%v", err)
}

func TestPersonalSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := actor("firstsecretary") // anybody's own
	seen, err := w.notices.Personal(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, notify.Personal{Daily: true}, seen, "until somebody says otherwise")
	for _, test := range []struct {
		name  string
		form  notify.Personal
		fault string
	}{
		{"no address", notify.Personal{Mail: "lin"}, "mail"},
		{"two addresses", notify.Personal{Mail: "a@example.com,b@example.com"}, "mail"},
		{"a header", notify.Personal{Mail: "a@example.com\r\nBcc: b@example.com"}, "mail"},
		{"too long", notify.Personal{Mail: strings.Repeat("a", 120) + "@example.com"}, "mail"},
		{"on, but where to", notify.Personal{MailOn: true}, "mail"},
	} {
		t.Run(test.name, func(t *testing.T) { requireField(t, test.fault, w.notices.SavePersonal(t.Context(), who, test.form)) })
	}
	require.NoError(t, w.notices.SavePersonal(t.Context(), who, notify.Personal{Mail: "lin@example.com", MailOn: true}))
	seen, err = w.notices.Personal(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, notify.Personal{Version: 1, Mail: "lin@example.com", MailOn: true}, seen)
	requireKind(t, models.Conflict, w.notices.SavePersonal(t.Context(), who, notify.Personal{Version: 0, Daily: true}))
	require.NoError(t, w.notices.SavePersonal(t.Context(), who, notify.Personal{Version: 1}))
	seen, err = w.notices.Personal(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, notify.Personal{Version: 2}, seen, "an address that is taken out is gone")
	other, err := w.notices.Personal(t.Context(), actor("chair"))
	require.NoError(t, err)
	require.Equal(t, notify.Personal{Daily: true}, other)
}

// Who sets up the robots of which office.
func TestWhoHasAnOffice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		who, office string
	}{{"mediator", ""}, {"firstsecretary", ""}, {"auditor", ""}, {"admin", ""}, {"chair", village}, {"judicial", township}, {"county", county}} {
		t.Run(test.who, func(t *testing.T) {
			who := actor(test.who)
			require.Equal(t, test.office != "", notify.HasOffice(who.Role))
			_, err := w.notices.Office(t.Context(), who)
			form := notify.Office{Robots: []notify.Robot{{Channel: models.ChannelWeCom, URL: "https://example.com/?key=1"}}}
			if test.office == "" {
				requireKind(t, models.Forbidden, err)
				requireKind(t, models.Forbidden, w.notices.SaveOffice(t.Context(), who, form))
				requireKind(t, models.Forbidden, w.notices.Forget(t.Context(), who, models.ChannelWeCom, 0))
				requireKind(t, models.Forbidden, w.notices.Test(t.Context(), who, models.ChannelWeCom))
				return
			}
			require.NoError(t, err)
			require.NoError(t, w.notices.SaveOffice(t.Context(), who, form))
			settings, err := w.store.NoticeSettings(t.Context(), models.OfficeRecipient(test.office))
			require.NoError(t, err)
			require.Equal(t, test.who, settings.ChangedBy)
		})
	}
}

func TestOfficeSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := actor("judicial")
	const good, secret = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6", "0123456789abcdef"
	for _, test := range []struct {
		name  string
		robot notify.Robot
		fault string
	}{
		{"on, but where to", notify.Robot{Channel: models.ChannelWeCom, On: true}, "robots[0].url"},
		{"not encrypted", notify.Robot{Channel: models.ChannelWeCom, URL: "http://example.com/"}, "robots[0].url"},
		{"no address", notify.Robot{Channel: models.ChannelDingTalk, URL: "access_token=1"}, "robots[0].url"},
		{"too long", notify.Robot{Channel: models.ChannelWeCom, URL: "https://example.com/" + strings.Repeat("x", 500)}, "robots[0].url"},
		{"unsigned", notify.Robot{Channel: models.ChannelWebhook, On: true, URL: good}, "robots[0].secret"},
		{"a group that cannot know who speaks", notify.Robot{Channel: models.ChannelDingTalk, On: true, URL: good}, "robots[0].secret"},
		{"a secret that is guessed", notify.Robot{Channel: models.ChannelWebhook, URL: good, Secret: "123456"}, "robots[0].secret"},
		{"no robot", notify.Robot{Channel: "pigeon", URL: good}, "robots[0].channel"},
		{"no office's", notify.Robot{Channel: models.ChannelMail, URL: good}, "robots[0].channel"},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireField(t, test.fault, w.notices.SaveOffice(t.Context(), who, notify.Office{Robots: []notify.Robot{test.robot}}))
		})
	}
	require.NoError(t, w.notices.SaveOffice(t.Context(), who, notify.Office{Daily: true, Robots: []notify.Robot{
		{Channel: models.ChannelWeCom, On: true, URL: good}, {Channel: models.ChannelDingTalk}, {Channel: models.ChannelWebhook, URL: "https://system.example.com:8443/in?token=1", Secret: secret},
	}}))
	want := notify.Office{Version: 1, Daily: true, ChangedAt: morning, ChangedBy: "judicial", Robots: []notify.Robot{
		{Channel: models.ChannelWeCom, On: true, Kept: "https://qyapi.weixin.qq.com/…"}, {Channel: models.ChannelDingTalk},
		{Channel: models.ChannelWebhook, Kept: "https://system.example.com:8443/…", KeptSecret: true},
	}}
	seen, err := w.notices.Office(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, want, seen, "what went in does not come out")

	// What is left empty stays; somebody else's change is not overwritten.
	requireKind(t, models.Conflict, w.notices.SaveOffice(t.Context(), who, notify.Office{Version: 0}))
	require.NoError(t, w.notices.SaveOffice(t.Context(), who, notify.Office{Version: 1, Robots: []notify.Robot{{Channel: models.ChannelWeCom}, {Channel: models.ChannelWebhook, On: true}}}))
	want.Version, want.Daily, want.Robots[0].On, want.Robots[2].On = 2, false, false, true
	seen, err = w.notices.Office(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, want, seen)

	requireKind(t, models.Conflict, w.notices.Forget(t.Context(), who, models.ChannelWebhook, 1))
	require.NoError(t, w.notices.Forget(t.Context(), who, models.ChannelWebhook, 2))
	want.Version, want.Robots[2] = 3, notify.Robot{Channel: models.ChannelWebhook}
	seen, err = w.notices.Office(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, want, seen)
}

// TestNothingIsKeptInTheClear looks into the file of the store: addresses, keys and secrets are not in it,
// neither is a mail address.
func TestNothingIsKeptInTheClear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.notices.SaveOffice(t.Context(), actor("judicial"), notify.Office{Robots: []notify.Robot{
		{Channel: models.ChannelWeCom, On: true, URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"},
		{Channel: models.ChannelDingTalk, On: true, URL: "https://oapi.dingtalk.com/robot/send?access_token=26aa54c3", Secret: "SECd1f7c05e"},
		{Channel: models.ChannelWebhook, On: true, URL: "https://system.example.com/inbox?token=77e2", Secret: "a secret of theirs"},
	}}))
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("judicial"), notify.Personal{Mail: "heming@example.com", MailOn: true}))
	office, err := w.store.NoticeSettings(t.Context(), models.OfficeRecipient(township))
	require.NoError(t, err)
	person, err := w.store.NoticeSettings(t.Context(), "judicial")
	require.NoError(t, err)
	shown, err := json.Marshal([]any{office, person})
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(filepath.Dir(w.path), "notices.db*"))
	require.NoError(t, err)
	var all [][]byte
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		all = append(all, raw)
	}
	kept := string(bytes.Join(all, nil))
	require.Contains(t, kept, "https://qyapi.weixin.qq.com/…", "it is the right file")
	for _, private := range []string{"693a91f6", "26aa54c3", "SECd1f7c05e", "token=77e2", "a secret of theirs", "heming"} {
		require.NotContains(t, kept, private)
		require.NotContains(t, string(shown), private)
	}

	// Nor can what was sealed for one recipient be used by another.
	other := *office
	other.Recipient, other.Version = models.OfficeRecipient(county), 0
	require.NoError(t, w.store.PutNoticeSettings(t.Context(), &other))
	err = w.notices.Test(t.Context(), actor("county"), models.ChannelWeCom)
	requireKind(t, models.Precondition, err)
	require.Contains(t, models.AsError(err).Message, notify.Explain("sealed"))
}

// A test message goes out at once, also at night; what comes of it is told in words.
func TestTestMessage(t *testing.T) {
	t.Parallel()
	post := serveMail(t)
	w := newWorld(t, func(o *notify.Options) { o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"} })
	w.set(local("2026-10-03 23:00"))
	answer := status(http.StatusOK)
	system := receive(t, func(n int, r http.ResponseWriter, q *http.Request) { answer(n, r, q) })
	who := actor("judicial")

	err := w.notices.Test(t.Context(), who, models.ChannelWebhook)
	requireKind(t, models.Precondition, err)
	require.Contains(t, models.AsError(err).Message, "还没有保存其他系统的地址")
	requireKind(t, models.Precondition, w.notices.Test(t.Context(), who, models.ChannelMail))
	requireKind(t, models.Precondition, w.notices.Test(t.Context(), who, "pigeon"))

	w.webhook("judicial", system)
	require.NoError(t, w.notices.Test(t.Context(), who, models.ChannelWebhook))
	require.NoError(t, w.notices.Test(t.Context(), who, models.ChannelWebhook))
	got := system.requests()
	require.Contains(t, got[0].body, `"kind":"test"`)
	require.Contains(t, got[0].body, "这是一条测试消息")
	require.NotEqual(t, got[0].header.Get(notify.HeaderKey), got[1].header.Get(notify.HeaderKey), "two tests are two letters")

	answer = status(http.StatusForbidden)
	err = w.notices.Test(t.Context(), who, models.ChannelWebhook)
	requireKind(t, models.Precondition, err)
	require.Equal(t, "没有发成：对方没有接收（HTTP 403）", models.AsError(err).Message)
	require.NotContains(t, err.Error(), system.URL)

	require.NoError(t, w.notices.SavePersonal(t.Context(), who, notify.Personal{Mail: "he@example.com"}))
	require.NoError(t, w.notices.Test(t.Context(), who, models.ChannelMail), "also while it is off")
	require.Len(t, post.mails(), 1)
	w.notices = w.service() // a system without a mail server
	err = w.notices.Test(t.Context(), who, models.ChannelMail)
	requireKind(t, models.Precondition, err)
	require.Contains(t, models.AsError(err).Message, "邮件服务器")
	require.False(t, w.notices.OffersMail())
}
