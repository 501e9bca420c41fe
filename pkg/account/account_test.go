package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/store"
)

func form(change ...func(*account.AccountForm)) account.AccountForm {
	f := account.AccountForm{Username: "chen", Name: "陈守义", Role: models.RoleMediator, Region: village, Password: password}
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestCreate(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		who, err := w.Create(t.Context(), form(func(f *account.AccountForm) { f.Username, f.Name, f.PartyMember = " Chen.S-1_a ", " 陈守义 ", true }))
		require.NoError(t, err)
		kept, err := w.store.Account(t.Context(), "chen.s-1_a")
		require.NoError(t, err)
		require.Equal(t, who, kept)
		require.Equal(t, "陈守义", kept.Name)
		require.True(t, kept.PartyMember)
		require.True(t, w.now.Equal(kept.CreatedAt))
		require.NotContains(t, kept.PasswordHash, password)
		w.mustLogin(t, "chen.s-1_a", password)

		_, err = w.Create(t.Context(), form(func(f *account.AccountForm) { f.Username, f.Password = "CHEN.S-1_A", "other-2026" }))
		requireField(t, "username", "这个用户名已经有人用了，请换一个", err)
		w.mustLogin(t, "chen.s-1_a", password)
	})
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		name           string
		change         func(*account.AccountForm)
		field, message string
	}{
		{"no user name", func(f *account.AccountForm) { f.Username = " " }, "username", "请填写用户名"},
		{"a user name of one letter", func(f *account.AccountForm) { f.Username = "a" }, "username", "用户名至少2个字"},
		{"a user name without end", func(f *account.AccountForm) { f.Username = strings.Repeat("a", 41) }, "username", "用户名最多40个字，现在有41个字"},
		{"a user name of Chinese", func(f *account.AccountForm) { f.Username = "陈守义" }, "username", "用户名只能用小写字母、数字和. _ -"},
		{"a user name with a blank", func(f *account.AccountForm) { f.Username = "chen shouyi" }, "username", "用户名只能用小写字母、数字和. _ -"},
		{"no name", func(f *account.AccountForm) { f.Name = "  " }, "name", "请填写姓名"},
		{"no role", func(f *account.AccountForm) { f.Role = "" }, "role", "请填写岗位"},
		{"a role that is none", func(f *account.AccountForm) { f.Role = "king" }, "role", "请从列表中选择岗位"},
		{"the clock's role", func(f *account.AccountForm) { f.Role = models.RoleSystem }, "role", "请从列表中选择岗位"},
		{"no place", func(f *account.AccountForm) { f.Region = "" }, "region", "请填写所在地区"},
		{"a code that is none", func(f *account.AccountForm) { f.Region = "33068110120x" }, "region", "所在地区应为2、4、6、9或12位数字的区划代码"},
		{"a mediator of a township", func(f *account.AccountForm) { f.Region = village[:9] }, "region", "人民调解员的地区代码应为12位"},
		{"a judicial officer of a village", func(f *account.AccountForm) { f.Role = models.RoleJudicial }, "region", "司法所工作人员的地区代码应为9位"},
		{"the county's officer of a city", func(f *account.AccountForm) { f.Role, f.Region = models.RoleCounty, "3306" }, "region", "县矛调中心的地区代码应为6位"},
		{"an auditor of a province", func(f *account.AccountForm) { f.Role, f.Region = models.RoleAuditor, "33" }, "region", "审计员的地区代码应为6位、9位或12位"},
		{"no password", func(f *account.AccountForm) { f.Password = "" }, "password", "请填写密码"},
		{"a short password", func(f *account.AccountForm) { f.Password = "short" }, "password", "密码至少8个字符，现在有5个"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			who, err := w.Create(t.Context(), form(test.change))
			requireField(t, test.field, test.message, err)
			require.Nil(t, who)
		})
	}
}

func TestEditRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen")
	requireField(t, "password", "密码至少8个字符，现在有1个", w.SetPassword(t.Context(), "chen", "x"))
	require.True(t, store.IsNotFound(w.SetPassword(t.Context(), "nobody", password)))
	require.True(t, store.IsNotFound(w.SetDisabled(t.Context(), "nobody", true)))
	w.mustLogin(t, "chen", password)
}

// TestSetPasswordUnlocks: who has locked themselves out gets in with the new password at once.
func TestSetPasswordUnlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", cheaply)
	for range 5 {
		_, err := w.login(t, "chen", "wrong")
		requireWrong(t, err)
	}
	_, err := w.login(t, "chen", cheapPassword)
	requireTold(t, models.TooMany, "login.locked", err)
	require.NoError(t, w.SetPassword(t.Context(), "chen", "other-2026"))
	w.mustLogin(t, "chen", "other-2026")
}

// TestChangePassword: a wrong old password is a failed login like any other, and opens no door
// around the waiting.
func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", cheaply)
	chen := models.Actor{ID: "chen"}
	const wrongOld = "原密码不对，请重新输入"
	requireField(t, "old", wrongOld, w.Change(t.Context(), chen, "wrong", "other-2026"))
	who, err := w.store.Account(t.Context(), "chen")
	require.NoError(t, err)
	require.Equal(t, 1, who.FailedLogins)
	requireField(t, "old", wrongOld, w.Change(t.Context(), chen, "", "other-2026"))
	requireField(t, "old", wrongOld, w.Change(t.Context(), chen, strings.Repeat("x", 201), "other-2026"))

	requireField(t, "password", "密码至少8个字符，现在有5个", w.Change(t.Context(), chen, cheapPassword, "short"))
	w.mustLogin(t, "chen", cheapPassword)

	for range 5 {
		requireField(t, "old", wrongOld, w.Change(t.Context(), chen, "wrong", "other-2026"))
	}
	requireTold(t, models.TooMany, "login.locked", w.Change(t.Context(), chen, cheapPassword, "other-2026"))
	_, err = w.login(t, "chen", cheapPassword)
	requireTold(t, models.TooMany, "login.locked", err)

	w.advance(30 * time.Second)
	before := w.sessions(t)
	require.NoError(t, w.Change(t.Context(), chen, cheapPassword, "other-2026"))
	require.Equal(t, before, w.sessions(t), "proving the old password is no login")
	_, err = w.login(t, "chen", cheapPassword)
	requireWrong(t, err)
	w.mustLogin(t, "chen", "other-2026")
}

// sessions counts the logins that are kept.
func (w *world) sessions(t *testing.T) int {
	t.Helper()
	all, err := w.store.ExpiredSessions(t.Context(), models.FarFuture(), 1000)
	require.NoError(t, err)
	return len(all)
}
