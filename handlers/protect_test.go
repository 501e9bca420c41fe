package handlers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers/api"
	"fengqiao/models"
)

// TestCrossOrigin asks that what another site's page sends in the name of somebody who is logged in
// here is refused before anything is done. The host of the tests is example.com.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		header []string
		passes bool
	}{
		{"a page of ours", []string{"Sec-Fetch-Site", "same-origin"}, true},
		{"typed by the user", []string{"Sec-Fetch-Site", "none"}, true},
		{"a program, which says nothing", nil, true},
		{"an old browser on a page of ours", []string{"Origin", "http://example.com"}, true},
		{"a page of another site", []string{"Sec-Fetch-Site", "cross-site"}, false},
		{"a page of a neighbour", []string{"Sec-Fetch-Site", "same-site"}, false},
		{"an old browser on another site", []string{"Origin", "https://evil.example"}, false},
		{"no origin to speak of", []string{"Origin", "null"}, false},
		{"another site that names our host", []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://example.com"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, openEmbedded(t))
			cookie := append([]string{"Cookie", "fengqiao_session=" + w.tokens["mediator"]}, test.header...)
			sent := w.post(t, "/api/v1/cases", "", draft(village), cookie...)
			page := w.post(t, "/cases/new", "", draftValues(village), cookie...)
			seen := into[api.CasePage](t, w.get(t, "/api/v1/cases", "mediator"), http.StatusOK)
			if test.passes {
				require.Equal(t, http.StatusCreated, sent.status, "%s", sent.body)
				require.Equal(t, http.StatusSeeOther, page.status)
				require.Len(t, seen.Items, 2)
				return
			}
			require.Equal(t, "cross_origin", problem(t, sent, http.StatusForbidden).Code)
			require.Equal(t, http.StatusForbidden, page.status)
			require.Empty(t, seen.Items, "nothing was done")
			require.Equal(t, http.StatusOK, w.get(t, "/api/v1/cases", "mediator", test.header...).status, "looking is harmless")
		})
	}
}

// TestFormOfAnotherSiteIsNoJSON asks for the content type that a form of another site cannot send,
// since an old browser may say neither where it is nor where it came from.
func TestFormOfAnotherSiteIsNoJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		answer := w.post(t, "/api/v1/cases", "", draft(village), "Cookie", "fengqiao_session="+w.tokens["mediator"], "Content-Type", kind)
		require.Equal(t, "http.media_type", problem(t, answer, http.StatusUnsupportedMediaType).Code, kind)
	}
}

// TestEveryAnswerIsProtected asks for the security headers on whatever is answered.
func TestEveryAnswerIsProtected(t *testing.T) {
	t.Parallel()
	engine := breakable(t)
	w := newWorld(t, engine)
	all := visits()
	about, _ := targetOf(models.RegionTownship, own)
	made := w.caseAt(t, village, models.RegionTownship, logged)
	about.found = &made
	about.params = strings.NewReplacer("/static/:sum/:file", assetOf(t, w), ":id", made.ID, ":region", township, ":month", "2026-03", ":key", "opened", ":paper", "notice", ":form", "notice", ":seq", "1", ":figure", "opened", ":username", "retired", ":token", "link", ":version", "d1", ":scan", scanOf(township), ":cell", cellOf(village), ":from", periodOf, ":finding", findingOf(village), ":place", township, ":village", village)
	protected := func(name string, answer reply) {
		policy := answer.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			require.Contains(t, strings.Split(policy, "; "), part, name)
		}
		require.NotContains(t, policy, "unsafe", name)
		require.Equal(t, "nosniff", answer.header.Get("X-Content-Type-Options"), name)
		require.Equal(t, "same-origin", answer.header.Get("Referrer-Policy"), name)
		require.Len(t, answer.header.Get("X-Request-Id"), 26, name)
		if strings.Contains(name, "/static/") {
			require.Contains(t, answer.header.Get("Cache-Control"), "immutable", name)
		} else {
			require.Equal(t, "no-store", answer.header.Get("Cache-Control"), name)
		}
	}
	for _, route := range w.routes() {
		name := route.Method + " " + route.Path
		if name == "POST /admin/accounts/:username/disabled" {
			continue // makes the world poorer
		}
		protected(name, w.visited(t, route.Method, route.Path, all[name], "judicial", about))
		if all[name].ends {
			w.login(t, "judicial")
		}
	}
	for _, prefix := range []string{"", "/api/v1"} {
		protected("unknown "+prefix, w.get(t, prefix+"/nothing", ""))
		protected("method "+prefix, w.do(t, http.MethodPut, prefix+"/cases", "judicial", nil))
		protected("cross-site "+prefix, w.post(t, prefix+"/cases", "judicial", nil, "Sec-Fetch-Site", "cross-site"))
		protected("too large "+prefix, w.post(t, prefix+"/cases/new", "judicial", strings.Repeat(" ", 1<<20+1)))
		engine.with(crashed, func() { protected("panic "+prefix, w.get(t, prefix+"/cases", "judicial")) })
	}
}

// hidden is a body whose length is not told.
type hidden struct{ io.Reader }

func TestBodyIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	padded := func(n int) string { return `{"username":"x","password":"y"}` + strings.Repeat(" ", n-31) }
	for _, test := range []struct {
		name   string
		path   string
		body   string
		told   bool // its length is in the header
		status int
	}{
		{"just small enough", "/api/v1/sessions", padded(1 << 20), true, http.StatusUnauthorized},
		{"just small enough, its length not told", "/api/v1/sessions", padded(1 << 20), false, http.StatusUnauthorized},
		{"too large", "/api/v1/sessions", padded(1<<20 + 1), true, http.StatusRequestEntityTooLarge},
		{"too large, its length not told", "/api/v1/sessions", padded(1<<20 + 1), false, http.StatusRequestEntityTooLarge},
		{"a page's form", "/login", "username=x&password=" + strings.Repeat("y", 1<<20), true, http.StatusRequestEntityTooLarge},
		{"a page's form, its length not told", "/login", "username=x&password=" + strings.Repeat("y", 1<<20), false, http.StatusRequestEntityTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			kind := "application/json"
			if test.path == "/login" {
				kind = "application/x-www-form-urlencoded"
			}
			r := w.request(t, http.MethodPost, test.path, "", test.body, "Content-Type", kind)
			if !test.told {
				r.Body, r.ContentLength = io.NopCloser(hidden{r.Body}), -1
			}
			answer := w.serve(r)
			require.Equal(t, test.status, answer.status)
			if test.path != "/login" {
				problem(t, answer, test.status)
			}
		})
	}
}

// TestNoSuchAddress tells an address that is not there from a method that is not.
func TestNoSuchAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	for _, test := range []struct {
		name         string
		method, path string
		status       int
		code         string
	}{
		{"nothing there", http.MethodGet, "/api/v1/nothing", http.StatusNotFound, "not_found"},
		{"another version", http.MethodGet, "/api/v2/cases", http.StatusNotFound, "not_found"},
		{"a slash too many", http.MethodGet, "/api/v1/cases/", http.StatusNotFound, "not_found"},
		{"two slashes", http.MethodGet, "/api//v1/cases", http.StatusNotFound, "not_found"},
		{"the way out of a folder", http.MethodGet, "/api/v1/../../etc/passwd", http.StatusNotFound, "not_found"},
		{"another letter case", http.MethodGet, "/api/v1/Cases", http.StatusNotFound, "not_found"},
		{"a method that is not", http.MethodPut, "/api/v1/cases", http.StatusMethodNotAllowed, "http.method"},
		{"to take a case away", http.MethodDelete, "/api/v1/cases/" + bson.NewObjectID().Hex(), http.StatusMethodNotAllowed, "http.method"},
		{"to look at a login", http.MethodGet, "/api/v1/sessions", http.StatusMethodNotAllowed, "http.method"},
		{"an action that is none", http.MethodPost, "/api/v1/cases/" + bson.NewObjectID().Hex() + "/reopen", http.StatusNotFound, "not_found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := w.do(t, test.method, test.path, "mediator", nil)
			require.Equal(t, test.code, problem(t, answer, test.status).Code)
			require.Equal(t, test.status == http.StatusMethodNotAllowed, answer.header.Get("Allow") != "")
		})
	}
	for path, status := range map[string]int{"/nothing": http.StatusNotFound, "/cases/": http.StatusNotFound, "/api": http.StatusNotFound} {
		answer := w.get(t, path, "mediator")
		require.Equal(t, status, answer.status, path)
		require.Contains(t, answer.header.Get("Content-Type"), "text/html", path)
	}
	require.Equal(t, http.StatusMethodNotAllowed, w.do(t, http.MethodDelete, "/cases", "mediator", nil).status)
}
