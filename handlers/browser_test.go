package handlers_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The screens that pages are made for: an old phone, and the desk of an office.
const (
	phoneWidth = 360
	deskWidth  = 1280
)

// patience bounds how long a page is waited for, so that what never comes fails by its name.
const patience = 90 * time.Second

// TestBrowser is what only a real browser can tell. One Chromium serves all of it; each test has a
// world, a server and a profile of its own.
func TestBrowser(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	for _, tt := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"the story", storyInBrowser},
		{"the story without scripts", storyWithoutScripts},
		{"every page", everyPageInBrowser},
		{"forms that were refused", refusedFormsInBrowser},
		{"a draft outlives the network", draftOutlivesNetwork},
		{"a draft outlives the session", draftOutlivesSession},
		{"a draft of an action", draftOfAction},
		{"a draft is sent once", draftIsSentOnce},
		{"larger type", largerType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, browser)
		})
	}
}

// openBrowser starts Chromium with a fresh profile and no way out of this machine.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	require.NotEmpty(t, path, "Chromium is missing; scripts/test.sh installs it")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("lang", "en-US"), chromedp.Env("LANGUAGE=en_US"), // decides the order in which a day is typed
	)
	// The browser outlives the test's own context: it is closed, not killed.
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// tab is a page of a browser at a world's server.
type tab struct {
	t     *testing.T
	ctx   context.Context
	w     *world
	site  string
	width int64

	mu     sync.Mutex
	errors []string // what went wrong on the console
}

// serveWorld is a world behind a server of its own.
func serveWorld(t *testing.T) (*world, *httptest.Server) {
	t.Helper()
	w := newWorld(t, openEmbedded(t))
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	return w, server
}

// newTab opens a tab with a profile of its own, so wide.
func newTab(t *testing.T, browser context.Context, w *world, site string, width int64) *tab {
	t.Helper()
	b := &tab{t: t, w: w, site: site, width: width}
	b.start(browser, chromedp.WithNewBrowserContext())
	return b
}

// beside is a second tab of the same profile.
func (b *tab) beside() *tab {
	b.t.Helper()
	second := &tab{t: b.t, w: b.w, site: b.site, width: b.width}
	second.start(b.ctx)
	return second
}

func (b *tab) start(parent context.Context, options ...chromedp.ContextOption) {
	b.t.Helper()
	var cancel context.CancelFunc
	b.ctx, cancel = chromedp.NewContext(parent, append(options, chromedp.WithListener(b.listen))...)
	b.t.Cleanup(cancel)
	require.NoError(b.t, chromedp.Do(b.ctx)) // with no limit: the tab would end with it
	phone := []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch}
	if b.width > phoneWidth {
		phone = nil
	}
	b.do(chromedp.EmulateViewport(b.width, 800, phone...))
}

func (b *tab) listen(ev any) {
	text := ""
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		text = fmt.Sprint(ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" {
			text = fmt.Sprint(ev.Args)
		}
	case *log.EventEntryAdded:
		// A page with an error status is such an entry too; tests look at the status itself.
		if e := ev.Entry; e.Level == log.EntryLevelError && (e.Source != log.EntrySourceNetwork || strings.Contains(e.URL, "/static/")) {
			text = e.Text + " " + e.URL
		}
	}
	if text != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.errors = append(b.errors, text)
	}
}

// requireQuiet asks that nothing went wrong on the console so far.
func (b *tab) requireQuiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.errors)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

// look evaluates an expression in the page.
func look[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, "%s", expression)
	return got
}

// wait waits until an expression is true in the page.
func (b *tab) wait(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
	require.NoError(b.t, err, "%s never became true: %s", expression, b.text("main"))
}

// open goes to a page and gives its status.
func (b *tab) open(path string) int64 {
	b.t.Helper()
	return b.arrive("open "+path, chromedp.Navigate(b.site+path))
}

// arrive does what leads to another page and waits for it.
func (b *tab) arrive(what string, step chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, step)
	require.NoError(b.t, err, what)
	require.NotNil(b.t, response, what)
	return response.Status
}

// control is an XPath of a link or button by the beginning of its text.
func control(text string) chromedp.Search {
	return chromedp.Search(fmt.Sprintf(`//*[self::a or self::button or self::summary][not(@aria-hidden)][starts-with(normalize-space(.), %q)]`, text))
}

// press clicks the link or button with a text, and waits for the page it leads to.
func (b *tab) press(text string) int64 {
	b.t.Helper()
	return b.arrive("press "+text, chromedp.Click(control(text)))
}

// click clicks what stays on the page.
func (b *tab) click(text string) {
	b.t.Helper()
	b.do(chromedp.Click(control(text)))
}

func named(name string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(`[name=%q]:not([type=hidden])`, name))
}

// fill types into fields, key by key: names and texts.
func (b *tab) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.do(chromedp.Click(named(pairs[i])), chromedp.SendKeys(named(pairs[i]), pairs[i+1]))
	}
}

// day types days into fields of days, by month, day and year: names and days.
func (b *tab) day(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		day, err := time.Parse(time.DateOnly, pairs[i+1])
		require.NoError(b.t, err)
		b.do(chromedp.Focus(named(pairs[i])), chromedp.SendKeys(named(pairs[i]), day.Format("01022006")))
	}
}

// write puts in a text at once, as the writing of characters on a phone does.
func (b *tab) write(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.do(chromedp.Click(named(pairs[i])))
		_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: pairs[i+1]})
		require.NoError(b.t, err)
	}
}

// choose clicks choices: names and values.
func (b *tab) choose(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`label:has(> [name=%q][value=%q])`, pairs[i], pairs[i+1]))))
	}
}

// text is what a selector shows, blanks made one.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(look[string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.innerText).join(" ")`, selector))), " ")
}

func (b *tab) path() string { b.t.Helper(); return look[string](b, "location.pathname") }

// login logs somebody in, by typing.
func (b *tab) login(username string) {
	b.t.Helper()
	require.EqualValues(b.t, 200, b.open("/login"))
	b.fill("username", username, "password", password)
	require.EqualValues(b.t, 200, b.press("登录"))
	require.Contains(b.t, b.text("h1"), "您好")
}

// offline cuts the tab off, or lets it back. aware says whether the device notices.
func (b *tab) offline(off, aware bool) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: off}},
	})
	require.NoError(b.t, err)
	_, err = chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off && aware, DownloadThroughput: -1, UploadThroughput: -1})
	require.NoError(b.t, err)
}

// kept is everything that the device keeps of the site.
func (b *tab) kept() string {
	b.t.Helper()
	return look[string](b, "JSON.stringify({...localStorage})")
}
