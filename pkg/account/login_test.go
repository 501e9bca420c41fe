package account_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
)

func requireWrong(t *testing.T, err error) {
	t.Helper()
	e := requireTold(t, models.Unauthenticated, "login.wrong", err)
	require.Equal(t, "用户名或密码不对，请重新输入", e.Message)
	require.Empty(t, e.Fields)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.seat(t, "chen")
		w.seat(t, "gone", func(a *models.Account) { a.Disabled = true })
		for _, test := range []struct{ name, username, password string }{
			{"as it is", "chen", password},
			{"in upper case, with blanks around", "  CHEN ", password},
			{"the password in other characters of the same meaning", "chen", strings.ReplaceAll(password, "2026", "２０２６")},
		} {
			t.Run(test.name, func(t *testing.T) {
				token := w.mustLogin(t, test.username, test.password)
				actor, err := w.Authenticate(t.Context(), token)
				require.NoError(t, err)
				require.Equal(t, models.Actor{ID: "chen", Name: "陈守义", Role: models.RoleMediator, Region: village}, actor)
			})
		}
		for _, test := range []struct{ name, username, password string }{
			{"wrong password", "chen", password + "!"},
			{"nobody of that name", "nobody", password},
			{"an account that was closed", "gone", password},
			{"an account that was closed, wrong password", "gone", "x"},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := w.login(t, test.username, test.password)
				requireWrong(t, err)
			})
		}
		for _, test := range []struct{ name, username, password, field, message string }{
			{"no user name", " ", password, "username", "请填写用户名"},
			{"no password", "chen", "", "password", "请填写密码"},
			{"a user name without end", strings.Repeat("a", 41), password, "username", "用户名最多40个字，现在有41个字"},
			{"a password without end", "chen", strings.Repeat("a", 201), "password", "密码最多200个字，现在有201个字"},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := w.login(t, test.username, test.password)
				requireField(t, test.field, test.message, err)
			})
		}
	})
}

// TestFailedLoginsAreSlowedDown tells the whole life of the waiting: none for four failures, then
// half a minute that doubles up to a quarter of an hour, and nothing left after a success.
func TestFailedLoginsAreSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", cheaply)
	fail := func() {
		t.Helper()
		_, err := w.login(t, "chen", "wrong")
		requireWrong(t, err)
	}
	for range 5 {
		fail()
	}
	for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		for _, with := range []string{cheapPassword, "wrong"} {
			_, err := w.login(t, "chen", with)
			e := requireTold(t, models.TooMany, "login.locked", err)
			require.Equal(t, wait, e.Wait)
			require.Regexp(t, `^密码输错次数太多，请在\d+秒后再试$`, e.Message)
		}
		w.advance(wait - time.Millisecond)
		_, err := w.login(t, "chen", cheapPassword)
		e := requireTold(t, models.TooMany, "login.locked", err)
		require.Equal(t, "密码输错次数太多，请在1秒后再试", e.Message, "until the last moment")
		w.advance(time.Millisecond)
		fail()
	}
	w.advance(15 * time.Minute)
	w.mustLogin(t, "chen", cheapPassword)
	who, err := w.store.Account(t.Context(), "chen")
	require.NoError(t, err)
	require.Zero(t, who.FailedLogins)
	require.Nil(t, who.LockedUntil)
	for range 4 {
		fail() // the success before has set the count back
	}
	w.mustLogin(t, "chen", cheapPassword)
}

// TestGuessesAtOnceAreNoMoreThanGuessesInARow: of many that guess at the same time, those that come
// after the first failures learn nothing, and each that was told “wrong” was counted.
func TestGuessesAtOnceAreNoMoreThanGuessesInARow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", cheaply)
	const guesses = 12
	errs := make([]error, guesses)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = w.login(t, "chen", "guess") })
	}
	group.Wait()
	wrong := 0
	for _, err := range errs {
		if models.AsError(err).Kind == models.Unauthenticated {
			wrong++
			continue
		}
		requireTold(t, models.TooMany, "login.locked", err)
	}
	who, err := w.store.Account(t.Context(), "chen")
	require.NoError(t, err)
	require.Equal(t, wrong, who.FailedLogins, "no failure is lost")
	require.Equal(t, 5, wrong)
}

func TestLoginMakesAnOldHashAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", cheaply)
	_, err := w.login(t, "chen", "wrong")
	requireWrong(t, err)
	w.mustLogin(t, "chen", cheapPassword)
	who, err := w.store.Account(t.Context(), "chen")
	require.NoError(t, err)
	require.NotContains(t, who.PasswordHash, "m=64")
	require.Zero(t, who.FailedLogins)
	require.EqualValues(t, 1, who.Epoch, "the password is the same: no session ends")
	w.mustLogin(t, "chen", cheapPassword)
	again, err := w.store.Account(t.Context(), "chen")
	require.NoError(t, err)
	require.Equal(t, who.PasswordHash, again.PasswordHash, "once")
}

func TestBrokenHashIsNoWrongPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat(t, "chen", func(a *models.Account) { a.PasswordHash = "plain" })
	_, err := w.login(t, "chen", "plain")
	require.Equal(t, models.Internal, models.AsError(err).Kind, "%v", err)
}

func TestSessions(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.seat(t, "chen")
		first, second := w.mustLogin(t, "chen", password), w.mustLogin(t, "chen", password)
		require.NotEqual(t, first, second, "a new token at each login")
		is := func(token string) error {
			_, err := w.Authenticate(t.Context(), token)
			return err
		}
		require.NoError(t, is(first))

		raw, err := w.engine.Get(t.Context(), sessions(), account.HashToken(first))
		require.NoError(t, err)
		require.NotContains(t, string(raw), first, "the store cannot be logged in with")
		_, err = w.engine.Get(t.Context(), sessions(), first)
		require.ErrorIs(t, err, docstore.ErrNotFound)

		require.NoError(t, w.Logout(t.Context(), first))
		requireTold(t, models.Unauthenticated, "session.ended", is(first))
		require.NoError(t, is(second), "the other login goes on")
		require.NoError(t, w.Logout(t.Context(), first), "once more is no error")
		require.NoError(t, w.Logout(t.Context(), "no token"))

		w.advance(account.SessionLife - time.Millisecond)
		require.NoError(t, is(second))
		third := w.mustLogin(t, "chen", password)
		w.advance(time.Millisecond)
		requireTold(t, models.Unauthenticated, "session.ended", is(second))
		require.NoError(t, is(third))

		dropped, err := w.DropExpired(t.Context())
		require.NoError(t, err)
		require.Zero(t, dropped, "one that ends at this very moment stays until the next time")
		w.advance(time.Millisecond)
		dropped, err = w.DropExpired(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, dropped)
		_, err = w.store.Session(t.Context(), account.HashToken(second))
		require.True(t, store.IsNotFound(err))
		require.NoError(t, is(third))

		requireTold(t, models.Unauthenticated, "login_needed", is(""))
		e := requireTold(t, models.Unauthenticated, "session.ended", is(third+"x"))
		require.Equal(t, "登录已过期，请重新登录", e.Message)
	})
}

// sessions is the kind of the documents of sessions, as the store declares it.
func sessions() *docstore.Kind {
	for _, kind := range store.Kinds() {
		if kind.Name == "sessions" {
			return kind
		}
	}
	panic("the store keeps no sessions")
}

// TestEpochEndsSessions: who closes an account, opens it again or changes its password ends every
// login that was there before.
func TestEpochEndsSessions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*testing.T, *world) error
		closed bool
		with   string // the password afterwards
	}{
		{"password set by the administrator", func(t *testing.T, w *world) error { return w.SetPassword(t.Context(), "CHEN", "other-2026") }, false, "other-2026"},
		{"password changed", func(t *testing.T, w *world) error {
			return w.Change(t.Context(), models.Actor{ID: "chen"}, password, "other-2026")
		}, false, "other-2026"},
		{"closed", func(t *testing.T, w *world) error { return w.SetDisabled(t.Context(), "chen", true) }, true, password},
		{"closed and opened", func(t *testing.T, w *world) error {
			if err := w.SetDisabled(t.Context(), "chen", true); err != nil {
				return err
			}
			return w.SetDisabled(t.Context(), "chen", false)
		}, false, password},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.seat(t, "chen")
			w.seat(t, "wu")
			token, others := w.mustLogin(t, "chen", password), w.mustLogin(t, "wu", password)
			require.NoError(t, test.change(t, w))
			_, err := w.Authenticate(t.Context(), token)
			requireTold(t, models.Unauthenticated, "session.ended", err)
			_, err = w.Authenticate(t.Context(), others)
			require.NoError(t, err)
			_, err = w.login(t, "chen", test.with)
			if test.closed {
				requireWrong(t, err)
				return
			}
			require.NoError(t, err)
		})
	}
}

// TestSessionOfNobody: a session whose account is not there has ended.
func TestSessionOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, hash := account.NewToken()
	require.NoError(t, w.store.InsertSession(t.Context(), &models.Session{TokenHash: hash, Username: "nobody", ExpiresAt: w.now.UTC().Add(time.Hour)}))
	_, err := w.Authenticate(t.Context(), token)
	requireTold(t, models.Unauthenticated, "session.ended", err)
}
