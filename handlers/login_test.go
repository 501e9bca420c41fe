package handlers_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/pkg/account"
)

const sessions = "/api/v1/sessions"

func credentials(username, password string) account.Credentials {
	return account.Credentials{Username: username, Password: password}
}

// from sends a login from a client's address.
func (w *world) from(t *testing.T, address, path string, body any, header ...string) reply {
	t.Helper()
	r := w.request(t, http.MethodPost, path, "", body, header...)
	r.RemoteAddr = address + ":1234"
	answer := w.serve(r)
	checkContract(t, w.request(t, http.MethodPost, path, "", body, header...), answer)
	return answer
}

func TestLoginIsThrottledByAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t), func(d *handlers.Deps) { d.LoginRate, d.LoginBurst = 0.1, 2 })
	nobody := credentials("nobody", "guess")
	require.Equal(t, "login.wrong", problem(t, w.from(t, "192.0.2.1", sessions, nobody), http.StatusUnauthorized).Code)
	page := w.from(t, "192.0.2.1", "/login", url.Values{"username": {"nobody"}, "password": {"guess"}})
	require.Equal(t, http.StatusUnauthorized, page.status, "the page and the API are one door")

	third := w.from(t, "192.0.2.1", sessions, nobody, "X-Forwarded-For", "198.51.100.7")
	require.Equal(t, "login.throttled", problem(t, third, http.StatusTooManyRequests).Code)
	require.Equal(t, "10", third.header.Get("Retry-After"))
	page = w.from(t, "192.0.2.1", "/login", url.Values{"username": {"nobody"}, "password": {"guess"}})
	require.Equal(t, http.StatusTooManyRequests, page.status)
	require.Equal(t, "10", page.header.Get("Retry-After"))

	require.Equal(t, http.StatusCreated, w.from(t, "192.0.2.2", sessions, credentials("mediator", password)).status, "another address is not kept waiting")
	require.Equal(t, http.StatusOK, w.get(t, "/login", "").status, "looking at the form is no try")
	w.clock.advance(10 * time.Second)
	require.Equal(t, http.StatusUnauthorized, w.from(t, "192.0.2.1", sessions, nobody).status)
}

// TestProxyIsBelievedWhereTrusted asks that behind a proxy each client counts for itself, and that
// nobody else's word is taken for it.
func TestProxyIsBelievedWhereTrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t), func(d *handlers.Deps) {
		d.LoginRate, d.LoginBurst, d.TrustedProxies = 0.1, 1, []string{"10.0.0.0/8"}
	})
	nobody := credentials("nobody", "guess")
	for _, test := range []struct {
		name    string
		address string
		client  string
		status  int
	}{
		{"the first client of the proxy", "10.0.0.1", "198.51.100.1", http.StatusUnauthorized},
		{"the second", "10.0.0.1", "198.51.100.2", http.StatusUnauthorized},
		{"the first again", "10.0.0.2", "198.51.100.1", http.StatusTooManyRequests},
		{"one that adds an address in front", "10.0.0.1", "203.0.113.9, 198.51.100.2", http.StatusTooManyRequests},
		{"a stranger", "192.0.2.1", "203.0.113.1", http.StatusUnauthorized},
		{"a stranger with another name", "192.0.2.1", "203.0.113.2", http.StatusTooManyRequests},
	} {
		require.Equal(t, test.status, w.from(t, test.address, sessions, nobody, "X-Forwarded-For", test.client).status, test.name)
	}
}

// TestLoginIsThrottledByAccount asks that guessing one account's password is slow from wherever it
// is done, and whichever of several servers is asked.
func TestLoginIsThrottledByAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	second := *w
	var err error
	second.handler, err = handlers.New(w.deps)
	require.NoError(t, err)
	for i, server := range []*world{w, &second, w, &second, w} {
		address := "192.0.2." + string(rune('1'+i))
		require.Equal(t, "login.wrong", problem(t, server.from(t, address, sessions, credentials("Mediator ", "guess")), http.StatusUnauthorized).Code)
	}
	for _, server := range []*world{w, &second} {
		locked := server.from(t, "192.0.2.9", sessions, credentials("mediator", password))
		require.Equal(t, "login.locked", problem(t, locked, http.StatusTooManyRequests).Code)
		require.Equal(t, "30", locked.header.Get("Retry-After"))
	}
	require.Equal(t, http.StatusCreated, w.from(t, "192.0.2.9", sessions, credentials("chair", password)).status, "another account is not kept waiting")
	require.Equal(t, http.StatusOK, w.get(t, "/api/v1/me", "mediator").status, "nor who is logged in already")
	w.clock.advance(30 * time.Second)
	require.Equal(t, http.StatusCreated, second.from(t, "192.0.2.9", sessions, credentials("mediator", password)).status)
}

// TestStrangersAreToldNothing asks that it does not show whether an account exists.
func TestStrangersAreToldNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	require.NoError(t, w.deps.Accounts.SetDisabled(t.Context(), "chair", true))
	want := problem(t, w.post(t, sessions, "", credentials("nobody", "guess")), http.StatusUnauthorized)
	want.RequestID = ""
	for _, in := range []account.Credentials{credentials("mediator", "guess"), credentials("chair", password), credentials("孙维新", password)} {
		answer := w.post(t, sessions, "", in)
		require.Equal(t, "Bearer", answer.header.Get("WWW-Authenticate"))
		got := problem(t, answer, http.StatusUnauthorized)
		got.RequestID = ""
		require.Equal(t, want, got, in.Username)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	me := func(header ...string) reply { return w.get(t, "/api/v1/me", "", header...) }
	ended := func(answer reply) {
		require.Equal(t, "session.ended", problem(t, answer, http.StatusUnauthorized).Code)
	}

	first := into[api.Session](t, w.post(t, sessions, "", credentials(" MEDIATOR", password)), http.StatusCreated)
	require.True(t, w.clock.Now().Add(12*time.Hour).Equal(first.ExpiresAt))
	require.Len(t, first.Token, 43, "256 bits")
	second := into[api.Session](t, w.post(t, sessions, "", credentials("mediator", password)), http.StatusCreated)
	require.NotEqual(t, first.Token, second.Token)
	bearer, cookie := []string{"Authorization", "Bearer " + first.Token}, []string{"Cookie", "fengqiao_session=" + second.Token}

	require.Equal(t, first.Account, into[api.Account](t, me(bearer...), http.StatusOK))
	require.Equal(t, first.Account, into[api.Account](t, me(cookie...), http.StatusOK))
	require.Equal(t, "login_needed", problem(t, me(), http.StatusUnauthorized).Code)
	require.Equal(t, "login_needed", problem(t, me("Authorization", "Basic bWVkaWF0b3I6eA==", "Cookie", cookie[1]), http.StatusUnauthorized).Code)
	ended(me("Authorization", "Bearer "+first.Token+"x"))
	ended(me("Authorization", "Bearer "+account.HashToken(first.Token)))

	require.Equal(t, http.StatusNoContent, w.do(t, http.MethodDelete, sessions+"/current", "", nil, bearer...).status)
	ended(me(bearer...))
	ended(w.do(t, http.MethodDelete, sessions+"/current", "", nil, bearer...))
	require.Equal(t, http.StatusOK, me(cookie...).status, "the other login goes on")

	w.clock.advance(12*time.Hour - time.Second)
	require.Equal(t, http.StatusOK, me(cookie...).status)
	w.clock.advance(time.Second)
	ended(me(cookie...))

	for name, end := range map[string]func() error{
		"mediator":  func() error { return w.deps.Accounts.SetPassword(t.Context(), "mediator", "another-password") },
		"mediator2": func() error { return w.deps.Accounts.SetDisabled(t.Context(), "mediator2", true) },
	} {
		require.Equal(t, http.StatusOK, w.get(t, "/api/v1/me", name).status)
		require.NoError(t, end())
		ended(w.get(t, "/api/v1/me", name))
	}
}
