package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers/web"
)

// visitor is somebody at a browser without scripts: it keeps cookies, goes where it is sent and
// fills in the forms it is shown.
type visitor struct {
	w       *world
	cookies map[string]string
}

// visitor logs somebody in; "" is a stranger.
func (w *world) visitor(as string) *visitor {
	v := &visitor{w: w, cookies: map[string]string{}}
	if as != "" {
		v.cookies[web.SessionCookie] = w.tokens[as]
	}
	return v
}

// page is what a browser shows.
type page struct {
	v      *visitor
	path   string // and query
	status int
	header http.Header
	body   string
	doc    *goquery.Document
}

func (v *visitor) get(tb testing.TB, path string) *page {
	tb.Helper()
	return v.follow(tb, v.request(tb, http.MethodGet, path, nil))
}

func (v *visitor) post(tb testing.TB, path string, values url.Values) *page {
	tb.Helper()
	return v.follow(tb, v.request(tb, http.MethodPost, path, values))
}

// request sends one request and goes nowhere.
func (v *visitor) request(tb testing.TB, method, path string, values url.Values) *page {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, path, strings.NewReader(values.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	recorder := httptest.NewRecorder()
	v.w.handler.ServeHTTP(recorder, r)
	answer := recorder.Result()
	require.NoError(tb, answer.Body.Close())
	for _, c := range answer.Cookies() {
		if v.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	p := &page{v: v, path: path, status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
		var err error
		p.doc, err = goquery.NewDocumentFromReader(strings.NewReader(p.body))
		require.NoError(tb, err)
	}
	return p
}

func (v *visitor) follow(tb testing.TB, p *page) *page {
	tb.Helper()
	for range 5 {
		to := p.header.Get("Location")
		if to == "" {
			return p
		}
		require.Equal(tb, http.StatusSeeOther, p.status)
		require.True(tb, strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//"), "sent away to %q", to)
		p = v.request(tb, http.MethodGet, to, nil)
	}
	require.Fail(tb, "sent around in a circle", p.path)
	return nil
}

// text is the text of what a selector finds, blanks made one.
func (p *page) text(selector string) string { return tidy(p.doc.Find(selector).Text()) }

func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

// texts are the texts of the elements one by one.
func (p *page) texts(selector string) []string {
	return p.doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return tidy(s.Text()) })
}

// form is the form of the page that sends to the server, with what stands in it.
type form struct {
	page   *page
	action string
	method string
	fields map[string]*goquery.Selection
	values url.Values
}

const mainForm = "main form"

func (p *page) form(tb testing.TB, selector string) *form {
	tb.Helper()
	found := p.doc.Find(selector)
	require.Equal(tb, 1, found.Length(), "forms %q of %s (%d): %s", selector, p.path, p.status, p.text("main"))
	path, _, _ := strings.Cut(p.path, "?")
	f := &form{page: p, action: found.AttrOr("action", path), method: strings.ToUpper(found.AttrOr("method", "get")), fields: map[string]*goquery.Selection{}, values: url.Values{}}
	found.Find("input, select, textarea").Each(func(_ int, s *goquery.Selection) {
		name, named := s.Attr("name")
		if !named {
			return
		}
		f.fields[name] = s
		switch {
		case s.Is("textarea"):
			// The line end behind the start tag is none of the text.
			f.values.Set(name, strings.TrimPrefix(s.Text(), "\n"))
		case s.Is("select"):
			f.values.Set(name, s.Find("option[selected]").AttrOr("value", s.Find("option").AttrOr("value", "")))
		case s.Is("[type=radio], [type=checkbox]"):
			if _, on := s.Attr("checked"); on {
				f.values.Set(name, s.AttrOr("value", "on"))
			}
		default:
			f.values.Set(name, s.AttrOr("value", ""))
		}
	})
	return f
}

// fill types into fields: names and texts. A field that is not on the page is a mistake.
func (f *form) fill(tb testing.TB, pairs ...string) *form {
	tb.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		require.Contains(tb, f.fields, pairs[i], "no such field at %s", f.page.path)
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// send presses the main button.
func (f *form) send(tb testing.TB) *page { tb.Helper(); return f.press(tb, "") }

// press presses the button with a value of do.
func (f *form) press(tb testing.TB, do string) *page {
	tb.Helper()
	values := url.Values{}
	for name := range f.values {
		values.Set(name, f.values.Get(name))
	}
	if do != "" {
		require.Equal(tb, 1, f.page.doc.Find(`button[name=do][value="`+do+`"]`).Length(), "no button %s at %s", do, f.page.path)
		values.Set("do", do)
	}
	if f.method == http.MethodGet {
		return f.page.v.get(tb, f.action+"?"+values.Encode())
	}
	return f.page.v.post(tb, f.action, values)
}
