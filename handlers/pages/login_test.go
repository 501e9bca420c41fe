package pages_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/web"
	"fengqiao/pkg/account"
)

func TestLoginGoesWhereItWasAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct{ name, next, want string }{
		{"a page", "/cases?state=logged&q=%E5%9C%B0%E7%A7%9F", "/cases?state=logged&q=%E5%9C%B0%E7%A7%9F"},
		{"none", "", "/"},
		{"another host", "//evil.example", "/"},
		{"three slashes", "///evil.example", "/"},
		{"a scheme", "https://evil.example/cases", "/"},
		{"no slashes", "https:evil.example", "/"},
		{"a script", "javascript:alert(1)", "/"},
		{"backslashes", `\\evil.example`, "/"},
		{"a slash and a backslash", `/\evil.example`, "/"},
		{"a tab within", "/\t/evil.example", "/"},
		{"a line end", "/\r\nSet-Cookie: a=b", "/"},
		{"blank before", " //evil.example", "/"},
		{"a relative path", "evil", "/"},
		{"a user in front", "//user@evil.example", "/"},
		{"no address", "/%zz", "/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := w.visitor("")
			f := v.get(t, "/login?"+url.Values{"next": {tt.next}}.Encode()).form(t, mainForm)
			require.Equal(t, tt.want, f.values.Get("next"))
			f.values.Set("next", tt.next) // whatever the page said
			values := f.fill(t, "username", " Mediator ", "password", password).values
			p := v.request(t, http.MethodPost, "/login", values)
			require.Equal(t, http.StatusSeeOther, p.status)
			require.Equal(t, tt.want, p.header.Get("Location"))
		})
		t.Run(tt.name+", larger type", func(t *testing.T) {
			t.Parallel()
			p := w.visitor("").request(t, http.MethodGet, "/larger?"+url.Values{"on": {"1"}, "next": {tt.next}}.Encode(), nil)
			require.Equal(t, tt.want, p.header.Get("Location"))
		})
	}
}

// TestSessionEnds has a session end: a page is come back to after logging in, a form that was sent
// is opened again, and nothing of what was asked is done.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	for _, tt := range []struct {
		name, method, path, next string
	}{
		{"a page", http.MethodGet, "/cases?q=%E5%9C%B0%E7%A7%9F", "/cases?q=%E5%9C%B0%E7%A7%9F"},
		{"a form", http.MethodPost, casePath(c, "withdraw"), casePath(c, "withdraw")},
		{"a dispute", http.MethodPost, "/cases/new", "/cases/new"},
		{"what has no page of its own", http.MethodPost, casePath(c, "reveal"), "/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := w.visitor("")
			v.cookies[web.SessionCookie] = "ended"
			p := v.request(t, tt.method, tt.path, url.Values{"version": {"2"}, "reason": {"不要求了"}})
			require.Equal(t, http.StatusSeeOther, p.status)
			require.Equal(t, "/login?next="+url.QueryEscape(tt.next), p.header.Get("Location"))
			back := v.follow(t, p).form(t, mainForm).fill(t, "username", "mediator", "password", password).send(t)
			require.Equal(t, tt.next, back.path)
			require.Equal(t, http.StatusOK, back.status)
		})
	}
	require.Equal(t, c.Version, w.caseNow(t, c).Version)
}

func TestLoggingInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("")
	p := v.get(t, "/login").form(t, mainForm).fill(t, "username", "mediator", "password", password).send(t)
	require.Equal(t, "陈守义，您好", p.text("h1"))
	token := v.cookies[web.SessionCookie]

	w.clock.advance(account.SessionLife - time.Second)
	require.Equal(t, http.StatusOK, v.request(t, http.MethodGet, "/", nil).status)
	w.clock.advance(time.Second)
	require.Equal(t, http.StatusSeeOther, v.request(t, http.MethodGet, "/", nil).status)

	p = v.get(t, "/login").form(t, mainForm).fill(t, "username", "mediator", "password", password).send(t)
	kept := v.cookies[web.SessionCookie]
	require.NotEqual(t, token, kept)
	require.Equal(t, "登录", p.form(t, ".tools form").send(t).text("h1"))
	require.NotContains(t, v.cookies, web.SessionCookie)
	v.cookies[web.SessionCookie] = kept
	require.Equal(t, http.StatusSeeOther, v.request(t, http.MethodGet, "/", nil).status, "the session itself has ended")
}

func TestNewPasswordEndsLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("mediator")
	p := v.get(t, "/password").form(t, mainForm).fill(t, "old", password, "password", "又一个更长的新密码", "again", "又一个更长的新密码").send(t)
	require.Equal(t, "登录", p.text("h1"))
	p = p.form(t, mainForm).fill(t, "username", "mediator", "password", "又一个更长的新密码").send(t)
	require.Equal(t, "陈守义，您好", p.text("h1"))
	require.Equal(t, http.StatusSeeOther, w.visitor("mediator").request(t, http.MethodGet, "/", nil).status)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.visitor("admin")
	p := admin.get(t, "/admin/accounts/new").form(t, mainForm).fill(t, "username", "Zhang.San", "name", "张三", "role", "mediator", "region", village2, "partyMember", "1", "password", "一开始用的初始密码", "again", "一开始用的初始密码").send(t)
	require.Equal(t, "账号已经新建。", p.text(".notice.good"))
	require.Contains(t, p.text("main"), "张三（zhang.san） 人民调解员 党员")
	newcomer := w.visitor("")
	hello := newcomer.get(t, "/login").form(t, mainForm).fill(t, "username", "zhang.san", "password", "一开始用的初始密码").send(t)
	require.Equal(t, "张三，您好", hello.text("h1"))

	p = p.form(t, `form[action="/admin/accounts/zhang.san/disabled"]`).send(t)
	require.Contains(t, p.text("main"), "已停用")
	require.Equal(t, http.StatusSeeOther, newcomer.request(t, http.MethodGet, "/", nil).status)
	p = p.form(t, `form[action="/admin/accounts/zhang.san/disabled"]`).send(t)
	require.NotContains(t, p.text("main"), "已停用")

	// Nobody locks the last door behind themselves.
	require.Zero(t, p.doc.Find(`form[action="/admin/accounts/admin/disabled"] button`).Length())
	own := admin.post(t, "/admin/accounts/admin/disabled", url.Values{"disabled": {"1"}})
	require.Equal(t, http.StatusConflict, own.status)
	require.Contains(t, own.text("main"), "不能停用自己的账号")
	require.Equal(t, http.StatusNotFound, admin.get(t, "/admin/accounts/nobody/password").status)
}

func TestSetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who, err := w.store.Account(t.Context(), "admin")
	require.NoError(t, err)
	link, err := w.accounts.PrepareSetup(t.Context())
	require.NoError(t, err)
	require.Empty(t, link, "there is an administrator")
	who.Role = "auditor"
	require.NoError(t, w.store.ReplaceAccount(t.Context(), who))
	link, err = w.accounts.PrepareSetup(t.Context())
	require.NoError(t, err)

	v := w.visitor("")
	sent := v.get(t, "/setup/"+link).form(t, mainForm).fill(t, "username", "root", "name", "孙维新", "password", "管理员用的长密码", "again", "另一个密码")
	requireRefused(t, sent, sent.send(t), faulty{faults: map[string]string{"again": "两次输入的密码不一样，请重新输入"}})
	p := sent.fill(t, "again", "管理员用的长密码").send(t)
	require.Equal(t, "登录", p.text("h1"))
	p = p.form(t, mainForm).fill(t, "username", "root", "password", "管理员用的长密码").send(t)
	require.Equal(t, "孙维新，您好", p.text("h1"))
	require.Equal(t, http.StatusNotFound, w.visitor("").get(t, "/setup/wrong").status)
	late := w.visitor("").get(t, "/setup/"+link)
	require.Equal(t, http.StatusNotFound, late.status)
	require.Contains(t, late.text("main"), "这个设置链接已失效")
	used := sent.send(t)
	require.Equal(t, http.StatusNotFound, used.status)
	require.Contains(t, used.text("main"), "这个设置链接已失效")
}
