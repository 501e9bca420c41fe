package pages_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/pages"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// evil is text that breaks out of a page that does not escape what people type.
const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{.}}&lt;`

// everyState fills a world with a case in every state, the last of them with evil texts everywhere.
func everyState(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.logged(t)
	w.agreed(t)
	w.escalated(t)
	w.enclosed(t)
	for _, seat := range seats {
		if account.Has(seat.Role, account.WriteCases) {
			_, err := w.cases.SendScan(t.Context(), seat, casework.SendForm{File: []byte("%PDF-1.7\n" + seat.ID + "\n%%EOF")})
			require.NoError(t, err)
		}
	}
	failed := w.sat(t)
	_, err := w.cases.Fail(t.Context(), seats["mediator"], casework.Ref{ID: failed.ID}, casework.FailForm{Reason: evil, RemediesTold: true})
	require.NoError(t, err)
	returned := w.escalated(t)
	_, err = w.cases.Review(t.Context(), seats["judicial"], casework.Ref{ID: returned.ID}, casework.ReviewForm{Decision: "return", Missing: []string{evil}})
	require.NoError(t, err)
	for _, risk := range []models.RiskLevel{models.Red, models.Orange} {
		c := w.logged(t, func(f *casework.LogForm) {
			f.Title, f.Facts, f.Requests, f.Risk = evil[:60], evil, []string{evil}, risk
			f.Parties[0].Name, f.Parties[0].Address, f.Parties[1].Representative = evil[:60], evil, evil[:60]
			f.Land.LandName, f.Land.Use = evil[:60], evil[:60]
		})
		holder := seats[map[models.RiskLevel]string{models.Red: "judicial", models.Orange: "mediator"}[risk]]
		if risk == models.Red {
			_, err = w.cases.Review(t.Context(), holder, casework.Ref{ID: c.ID}, casework.ReviewForm{Decision: "accept", Note: evil})
		} else {
			_, err = w.cases.Accept(t.Context(), holder, casework.Ref{ID: c.ID}, casework.AcceptForm{})
		}
		require.NoError(t, err)
		c, err = w.cases.RecordSitting(t.Context(), holder, casework.Ref{ID: c.ID}, casework.SittingForm{HeldAt: w.clock.Now(), Place: evil, Course: evil, Participants: []string{evil[:30]}, Result: "agreed"})
		require.NoError(t, err)
		c, err = w.cases.Agree(t.Context(), holder, casework.Ref{ID: c.ID}, casework.AgreementForm{Form: "oral", OralReason: evil, Facts: evil, Items: []string{evil}, Manner: evil, Instalments: []casework.InstalmentForm{{DueOn: "2026-03-02", What: evil}}})
		require.NoError(t, err)
		if risk == models.Red {
			_, err = w.cases.Perform(t.Context(), holder, casework.Ref{ID: c.ID}, casework.PerformForm{Seq: 1, On: "2026-03-02", Note: evil})
			require.NoError(t, err)
		}
	}
	w.screened(t)
	rules := models.DefaultPolicy(w.clock.Now().AddDate(1, 0, 0).UTC())
	rules.County, rules.Name, rules.Rules[1].Name, rules.Ladder[0].Name = county, evil[:40], evil[:40], evil[:20]
	require.NoError(t, w.store.InsertPolicy(t.Context(), rules))
	w.paying(t, evil)
	_, err = w.cases.Reveal(t.Context(), seats["county"], returned.ID)
	require.NoError(t, err)
	w.clock.advance(31 * 24 * time.Hour)
	_, err = w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	w.issueReports(t)
	w.logged(t)
	w.sat(t)
	w.paused(t)
	w.pressed(t)
	dictated := w.logged(t, func(f *casework.LogForm) { f.DictatedBy, f.Typist = evil[:30], evil[:30] })
	drafted := w.drafted(t)
	_, err = w.cases.Draft(t.Context(), seats["mediator"], casework.Ref{ID: drafted.ID}, casework.DraftForm{Form: "oral", OralReason: evil, Items: []string{evil}, Reason: evil, Grounds: []string{"contract-39"}})
	require.NoError(t, err)
	reopened, err := w.cases.Reopen(t.Context(), seats["mediator"], casework.Ref{ID: w.pressed(t).ID}, casework.ReopenForm{Reason: "broken", Note: evil})
	require.NoError(t, err)
	require.Equal(t, models.Mediating, reopened.State)
	visited := w.agreed(t)
	_, err = w.cases.Confirm(t.Context(), seats["mediator"], casework.Ref{ID: visited.ID}, casework.ConfirmForm{Step: "applied", On: workday.OfTime(w.clock.Now()).String(), Court: evil[:60], Number: evil[:60]})
	require.NoError(t, err)
	_, err = w.cases.Visit(t.Context(), seats["mediator"], casework.Ref{ID: visited.ID}, casework.VisitForm{On: workday.OfTime(w.clock.Now()).String(), How: "home", Visited: []string{"许来福"}, Satisfaction: "fair", Visitor: evil[:30], Kept: evil, Signs: evil, Measures: evil})
	require.NoError(t, err)
	form := casework.CorrectForm{Reason: evil, Type: "neighbourhood", Title: evil[:60], Facts: evil, Source: "application"}
	for i, p := range dictated.Parties {
		form.Parties = append(form.Parties, casework.CorrectPartyForm{Was: i + 1, Role: p.Role, Kind: p.Kind, Name: evil[:50] + p.Name})
	}
	_, err = w.cases.Correct(t.Context(), seats["mediator"], casework.Ref{ID: dictated.ID}, form)
	require.NoError(t, err)
	_, err = w.cases.Review(t.Context(), seats["judicial"], casework.Ref{ID: w.escalated(t).ID}, casework.ReviewForm{Decision: "accept"})
	require.NoError(t, err)
	w.escalated(t)
	w.over(t)
	filed := w.filed(t)
	_, err = w.cases.Addend(t.Context(), seats["mediator"], casework.Ref{ID: filed.ID}, casework.AddendForm{Text: evil})
	require.NoError(t, err)
	return w
}

// TestEveryPage follows every link that a role is shown. Each leads somewhere, every page of the
// route table that the role may open is reached, and each is sound HTML in which what people typed
// is text.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	w := everyState(t)
	var mu sync.Mutex
	forms := map[string]bool{}
	t.Run("roles", func(t *testing.T) {
		for name, seat := range seats {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				reached := w.crawl(t, name)
				mu.Lock()
				defer mu.Unlock()
				for _, route := range w.routes {
					switch {
					case strings.HasPrefix(route.Path, "/cases/:id/"):
						forms[route.Path] = forms[route.Path] || reached[route.Path]
					case route.Method == http.MethodGet && account.Has(seat.Role, route.Permission) && !slices.Contains(unlinked[""], route.Path) && !slices.Contains(unlinked[name], route.Path):
						require.Contains(t, reached, route.Path, "reached by no link")
					}
				}
			})
		}
		t.Run("nobody", func(t *testing.T) {
			t.Parallel()
			w.crawl(t, "")
		})
	})
	for _, slug := range pages.ActionSlugs() {
		require.True(t, forms["/cases/:id/"+slug], "no case led anybody to the form of %s", slug)
	}
}

// unlinked are the addresses that no page links to: for anybody, and for some.
var unlinked = map[string][]string{
	"":      {"/setup/:token", "/favicon.ico", "/static/:sum/:file", "/login"},
	"chair": {"/reviews"}, // only where a village has more than one rung
}

// crawl opens every page somebody is led to, once for each case, and says which routes it met.
func (w *world) crawl(t *testing.T, as string) map[string]bool {
	t.Helper()
	v := w.visitor(as)
	reached, seen := map[string]bool{}, map[string]bool{}
	queue := []string{"/", "/help"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		route := w.routeOf(path)
		require.NotEmpty(t, route, "a link to %s, which is no address", path)
		if seen[path] || reached[route] && (route == "/larger" || strings.HasSuffix(route, "/:figure") || strings.HasSuffix(route, "/word") || strings.HasSuffix(route, "/zip")) {
			continue // one of these is like the other
		}
		seen[path], reached[route] = true, true
		p := v.get(t, path)
		if p.doc == nil {
			require.Equal(t, http.StatusOK, p.status, path)
			continue
		}
		require.Equal(t, http.StatusOK, p.status, "%s: %s", path, p.text("main"))
		requireSound(t, p)
		for _, link := range p.doc.Find("a[href]").EachIter() {
			to := link.AttrOr("href", "")
			switch {
			case strings.HasPrefix(to, "#"):
				require.Equal(t, 1, p.doc.Find(to).Length(), "%s leads to %s", path, to)
			case strings.HasPrefix(to, "tel:"):
			case strings.HasPrefix(to, "/reports/") && strings.Count(to, "/") == 3 && !strings.Contains(to, "2026-0"):
				// The months before the first case have reports too, without end.
			default:
				require.True(t, strings.HasPrefix(to, "/"), "%s leads away to %s", path, to)
				queue = append(queue, to)
			}
		}
	}
	return reached
}

// routeOf is the route that answers a path, "" where none does.
func (w *world) routeOf(path string) string {
	at, err := url.Parse(path)
	if err != nil {
		return ""
	}
	best := ""
	for _, r := range w.routes {
		if r.Method == http.MethodGet && matches(r.Path, at.Path) && (best == "" || strings.Count(r.Path, ":") < strings.Count(best, ":")) {
			best = r.Path
		}
	}
	return best
}

func matches(route, path string) bool {
	want, got := strings.Split(route, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], ":") && want[i] != got[i] {
			return false
		}
	}
	return true
}

// requireSound checks what every page keeps to: no code or style within it, whatever people typed;
// one heading; ids that are there once; a name for each thing that is filled in.
func requireSound(t *testing.T, p *page) {
	t.Helper()
	require.Equal(t, "text/html; charset=utf-8", p.header.Get("Content-Type"))
	require.Equal(t, "no-store", p.header.Get("Cache-Control"))
	require.Equal(t, 1, p.doc.Find("h1").Length(), p.path)
	require.NotEmpty(t, p.text("title"))
	require.Equal(t, "zh-CN", p.doc.Find("html").AttrOr("lang", ""))
	require.Zero(t, p.doc.Find("style, iframe, object, embed, base").Length(), p.path)
	require.Equal(t, []string{""}, p.texts("script"), p.path)
	for _, img := range p.doc.Find("img").EachIter() {
		require.Regexp(t, `^/(static/|cases/|scans/|findings/[^/]+/photo)`, img.AttrOr("src", ""))
	}
	ids := map[string]bool{}
	for _, node := range p.doc.Find("*").EachIter() {
		for _, a := range node.Get(0).Attr {
			require.False(t, a.Key == "style" || strings.HasPrefix(a.Key, "on"), "%s has %s=%q", p.path, a.Key, a.Val)
			require.NotContains(t, a.Val, "javascript:", p.path)
			if a.Key == "id" {
				require.False(t, ids[a.Val], "%s has the id %s twice", p.path, a.Val)
				ids[a.Val] = true
			}
		}
	}
	for _, control := range p.doc.Find("main input:not([type=hidden]):not([hidden]), main select, main textarea").EachIter() {
		label := p.doc.Find(`label[for="`+control.AttrOr("id", "none")+`"]`).Length() + control.Closest("label").Length()
		require.Equal(t, 1, label, "%s: %s has no label", p.path, control.AttrOr("name", "?"))
	}
	for _, described := range p.doc.Find("[aria-describedby]").EachIter() {
		for id := range strings.FieldsSeq(described.AttrOr("aria-describedby", "")) {
			require.True(t, ids[id], "%s: described by %s, which is not there", p.path, id)
		}
	}
	require.NotContains(t, p.body, "<no value>")
	require.NotContains(t, p.body, "ZgotmplZ")
	require.NotContains(t, p.body, "%!")
}

// TestWhatPeopleTypeIsText shows evil texts as they were typed.
func TestWhatPeopleTypeIsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t, func(f *casework.LogForm) { f.Title, f.Facts, f.Parties[0].Name = "<b>三组</b>", evil, "许<i>来福" })
	p := w.visitor("mediator").get(t, casePath(c, ""))
	require.Equal(t, "<b>三组</b>", p.text("h1"))
	require.Equal(t, "<b>三组</b> · 枫桥", p.text("title"))
	require.Equal(t, evil, p.text("#facts .long"))
	require.Contains(t, p.text("#parties"), "许<i>来福")
	requireSound(t, p)

	f := w.visitor("mediator").logTo(t, 1).fill(t, "title", evil, "facts", "</textarea>"+evil)
	back := f.send(t)
	requireSound(t, back)
	require.Equal(t, evil, back.form(t, mainForm).values.Get("title"))
	require.Equal(t, "</textarea>"+evil, back.form(t, mainForm).values.Get("facts"))
	list := w.visitor("mediator").get(t, "/cases?q="+url.QueryEscape(evil))
	requireSound(t, list)
	require.Equal(t, evil, list.form(t, mainForm).values.Get("q"))
}

// TestStatic keeps what a path holds for ever, and has nothing under another checksum.
func TestStatic(t *testing.T) {
	t.Parallel()
	v := newWorld(t).visitor("")
	p := v.get(t, "/login")
	for _, tt := range []struct{ name, path, contentType string }{
		{"styles", p.doc.Find("link[rel=stylesheet]").AttrOr("href", ""), "text/css; charset=utf-8"},
		{"script", p.doc.Find("script").AttrOr("src", ""), "text/javascript; charset=utf-8"},
		{"icon", p.doc.Find("link[rel=icon]").AttrOr("href", ""), "image/svg+xml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := v.w.visitor("").get(t, tt.path)
			require.Equal(t, http.StatusOK, got.status)
			require.Equal(t, tt.contentType, got.header.Get("Content-Type"))
			require.Equal(t, "public, max-age=31536000, immutable", got.header.Get("Cache-Control"))
			require.NotEmpty(t, got.body)
			parts := strings.Split(tt.path, "/")
			parts[2] = strings.Repeat("0", len(parts[2]))
			other := v.w.visitor("").get(t, strings.Join(parts, "/"))
			require.Equal(t, http.StatusNotFound, other.status)
			require.Equal(t, "no-store", other.header.Get("Cache-Control"))
		})
	}
	require.Equal(t, http.StatusNotFound, v.get(t, strings.Replace(p.doc.Find("script").AttrOr("src", ""), "app.js", "app.go", 1)).status)
	icon := v.request(t, http.MethodGet, "/favicon.ico", nil)
	require.Equal(t, http.StatusSeeOther, icon.status)
	require.Equal(t, p.doc.Find("link[rel=icon]").AttrOr("href", ""), icon.header.Get("Location"))
}
