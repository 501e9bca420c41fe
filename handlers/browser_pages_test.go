package handlers_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// axe is the source of axe-core, which looks for what keeps people out of a page.
var axe = sync.OnceValues(func() (string, error) {
	packed, err := os.ReadFile("testdata/axe.min.js.gz")
	if err != nil {
		return "", err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	source, err := io.ReadAll(unpacked)
	return string(source), err
})

// examine says what is wrong with the page as it is shown: wider than the screen, type too small,
// something to press that is lower than 44 pixels. Links within running text may be lower, as
// WCAG 2.5.8 has it; what stands outside the screen until it has the focus is no target yet.
const examine = `(width) => {
  const wrong = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > width) wrong.push("wider than the screen: " + wide);
  const size = parseFloat(getComputedStyle(document.body).fontSize);
  if (size < 18) wrong.push("type of " + size + " pixels");
  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const target = e.closest("label.choice") || e;
    const box = target.getBoundingClientRect();
    if (!e.checkVisibility() || box.right <= 0 || box.height >= 43.99) continue;
    const within = [...e.parentElement.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim() !== "");
    if (getComputedStyle(e).display === "inline" && within) continue;
    wrong.push("only " + box.height + " high: " + e.outerHTML.slice(0, 120));
  }
  return wrong;
}`

// runAxe says what axe finds. The contrast of colours, which takes it longest, may be left out.
const runAxe = `axe.run({resultTypes: ["violations"], rules: {"color-contrast": {enabled: %t}}}).then((r) => r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")))`

// withAxe has every page of the tab carry axe.
func (b *tab) withAxe() {
	b.t.Helper()
	source, err := axe()
	require.NoError(b.t, err)
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
	require.NoError(b.t, err)
}

// requireFit looks at the page on both screens, and in the larger type.
func (b *tab) requireFit(what string) {
	b.t.Helper()
	for _, width := range []int64{deskWidth, phoneWidth} {
		b.do(chromedp.EmulateViewport(width, 800))
		require.Empty(b.t, look[[]string](b, fmt.Sprintf("(%s)(%d)", examine, width)), "%s at %d pixels", what, width)
		require.Empty(b.t, look[[]string](b, fmt.Sprintf(runAxe, width == phoneWidth)), "%s at %d pixels", what, width) // colours are the same on both
	}
	b.requireFitLarger(what)
}

// requireFitLarger looks at the page where there is least room: on the phone, in the larger type.
func (b *tab) requireFitLarger(what string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(phoneWidth, 800))
	require.Empty(b.t, look[[]string](b, fmt.Sprintf(`(document.documentElement.classList.add("larger"), (%s)(%d))`, examine, phoneWidth)), "%s in larger type", what)
	b.requireQuiet()
}

// pieces are the kinds of elements that the page is made of.
const pieces = `[...new Set([...document.querySelectorAll("body *")].map((e) => e.tagName + "." + e.className + " " + (e.getAttribute("name") || "") + " " + (e.getAttribute("type") || "")))]`

// shown says what a route has shown to anybody so far, by the kinds of elements.
type shown struct{ sync.Map }

// anew says whether the page of a route is made of something that the route has not shown before.
func (s *shown) anew(b *tab, route string) bool {
	b.t.Helper()
	_, known := s.LoadOrStore(route, true)
	for _, piece := range look[[]string](b, pieces) {
		_, there := s.LoadOrStore(route+" "+piece, true)
		known = known && there
	}
	return !known
}

// casesOfEveryState fills a world with cases in every state, at the village and above it.
func casesOfEveryState(t *testing.T, w *world) {
	t.Helper()
	w.sent(village)
	for _, to := range []stage{logged, mediating, sat} {
		w.caseAt(t, village, models.RegionVillage, to)
	}
	for _, to := range []stage{pending, mediating, sat, agreed} {
		w.caseAt(t, village, models.RegionTownship, to)
	}
	w.caseAt(t, farVillage, models.RegionCounty, pending)
	w.waiting(village)
	long := strings.Repeat("长垄地块租金与青苗补偿", 5)
	c := w.act(t, "mediator", w.log(t, "mediator", draft(village)), "accept", casework.AcceptForm{})
	c = w.act(t, "mediator", c, "sittings", casework.SittingForm{HeldAt: w.clock.Now(), Place: long, Course: strings.Repeat(long, 20), Result: "no_agreement", Online: true, RightsTold: true})
	w.act(t, "mediator", c, "fail", casework.FailForm{Reason: long, RemediesTold: true})
	c = w.caseAt(t, village, models.RegionVillage, sat)
	c = w.act(t, "mediator", c, "agreement", casework.AgreementForm{
		Form: "written", Items: []string{long, "付清"}, Facts: long, Manner: long, AmountFen: 12_345_678_901,
		Instalments: []casework.InstalmentForm{{DueOn: "2026-03-02", AmountFen: 6_000_000_000, What: long}, {DueOn: "2026-03-03", AmountFen: 6_345_678_901}},
	})
	w.act(t, "mediator", c, "perform", casework.PerformForm{Seq: 1, On: "2026-03-02", Note: long})
	c = w.caseAt(t, village, models.RegionTownship, pending)
	w.act(t, "judicial", c, "review", casework.ReviewForm{Decision: "return", Missing: []string{long, "写明金额"}})
	c = w.log(t, "mediator", draft(village))
	w.act(t, "mediator", c, "refer", casework.ReferForm{To: "court", Reason: long})
	w.do(t, http.MethodPost, "/api/v1/cases/"+c.ID+"/reveal", "mediator", nil)
	w.clock.advance(32 * 24 * time.Hour)
	_, err := w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	for _, to := range []stage{logged, mediating, sat, agreed, drafted, dictated, urged, filed} {
		made := w.caseAt(t, village, models.RegionVillage, to)
		if to == dictated { // of cases in the same state only the last is looked at
			w.act(t, "mediator", made, "attachments", casework.AttachForm{Kind: models.AttachEvidence, Name: long[:90], File: scan()})
		}
	}
	w.act(t, "mediator", w.caseAt(t, village, models.RegionVillage, mediating), "pause", casework.PauseForm{Ground: "survey", Note: long})
	w.sealReport(t, village, w.clock.Now().In(workday.Zone).AddDate(0, -1, 0).Format("2006-01"))
}

// sealReport brings the report of a village all the way.
func (w *world) sealReport(t *testing.T, village, month string) {
	t.Helper()
	reports := screening.New(w.store, w.clock.Now)
	report, err := reports.Build(t.Context(), models.Scope{Region: village}, village, month)
	require.NoError(t, err)
	for _, step := range []struct {
		by     int // seat
		action models.ReportAction
	}{{0, models.ReportConfirm}, {1, models.ReportReview}, {1, models.ReportSeal}} {
		report, err = reports.Issue(t.Context(), seats[step.by], village, month, step.action, screening.IssueForm{Version: report.Version})
		require.NoError(t, err, step.action)
	}
}

// routeOf is the route of the pages that answers an address; one without parameters comes first.
func routeOf(w *world, address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	best := ""
	for _, route := range w.deps.Pages.Routes() {
		if route.Method == http.MethodGet && answers(route.Path, at.Path) && (best == "" || !strings.Contains(route.Path, ":")) {
			best = route.Path
		}
	}
	return best
}

// answers says whether a path has the parts of a route, with anything for its parameters.
func answers(route, path string) bool {
	parts := strings.Split(path, "/")
	return slices.EqualFunc(strings.Split(route, "/"), parts, func(want, part string) bool {
		return want == part || strings.HasPrefix(want, ":") && part != ""
	})
}

// unshown are routes that show no page of their own, or none while there is an administrator.
var unshown = []string{"/static/:sum/:file", "/favicon.ico", "/larger", "/setup/:token", "/grid/template.xlsx"}

// handedOut are routes that hand out a file.
var handedOut = []string{"/cases/:id/papers/:paper/word", "/cases/:id/file/word", "/cases/:id/file/zip", "/forms/:form/word", "/cases/:id/attachments/:seq/file", "/findings/:finding/photo", "/subsidies/:region/:period/workbook", "/scans/:scan/file", "/cases/:id/sheet/code"}

// everyPageInBrowser opens each page of the route table that a role is led to once, and a case in
// each state.
func everyPageInBrowser(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	casesOfEveryState(t, w)
	var looked shown
	t.Run("roles", func(t *testing.T) {
		for _, role := range models.Roles() {
			seat := seats[slices.IndexFunc(seats, func(a models.Actor) bool { return a.Role == role })]
			t.Run(seat.ID, func(t *testing.T) {
				t.Parallel()
				b := newTab(t, browser, w, server.URL, deskWidth)
				b.withAxe()
				b.login(seat.ID)
				b.openAll(&looked, "/reports/"+seat.Region+"/")
			})
		}
	})
	for _, route := range w.deps.Pages.Routes() {
		if route.Method == http.MethodGet && !slices.Contains(unshown, route.Path) && !slices.Contains(handedOut, route.Path) {
			_, opened := looked.Load(route.Path)
			require.True(t, opened, "nobody was led to %s", route.Path)
		}
	}
}

// openAll follows the links of pages and looks at each; closely at what is made of something new. looked
// says what the others have looked at. A report of one's own place, which begins with reports, is looked
// at while its month runs and when it is over.
func (b *tab) openAll(looked *shown, reports string) {
	b.t.Helper()
	now := b.w.clock.Now().In(workday.Zone)
	months := []string{reports + now.Format("2006-01"), reports + now.AddDate(0, 0, -now.Day()).Format("2006-01")}
	opened := map[string]bool{}
	queue := []string{"/", "/help", "/login"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		route := routeOf(b.w, address)
		kind := route
		if route == "/cases/:id" || slices.Contains(months, address) {
			kind = address
		}
		if opened[kind] || slices.Contains(unshown, route) || strings.HasSuffix(address, ".xlsx") || strings.HasSuffix(address, ".docx") || slices.Contains(handedOut, route) {
			continue
		}
		opened[kind] = true
		require.EqualValues(b.t, 200, b.open(address), address)
		if looked.anew(b, route) {
			b.requireFit(address)
		} else {
			b.requireFitLarger(address)
		}
		queue = append(queue, look[[]string](b, `[...document.querySelectorAll('a[href^="/"]')].map((a) => a.getAttribute("href"))`)...)
	}
}

// refusedFormsInBrowser looks at forms that came back with faults.
func refusedFormsInBrowser(t *testing.T, browser context.Context) {
	w, server := serveWorld(t)
	c := w.log(t, "mediator", draft(village))
	b := newTab(t, browser, w, server.URL, deskWidth)
	b.withAxe()
	b.open("/login")
	require.EqualValues(t, 422, b.press("登录"))
	b.requireFit("the login that was refused")
	b.login("mediator")
	b.open("/cases/new")
	require.EqualValues(t, 422, b.press("下一步"))
	b.requireFit("the first step that was refused")
	require.Equal(t, "true", look[string](b, `String(document.activeElement.matches(".notice.bad"))`), "what is wrong has the focus")
	b.choose("type", "dividend")
	b.write("title", "外嫁女分红", "facts", "村里不给分红。")
	require.EqualValues(t, 200, b.press("下一步"))
	b.requireFit("the second step")
	require.EqualValues(t, 422, b.press("下一步"))
	b.requireFit("the second step that was refused")
	b.write("parties[0].name", "许来娣", "parties[1].name", "北坡村股份经济合作社")
	b.choose("parties[1].collective", "1")
	b.press("加一名第三人")
	b.write("parties[2].name", "许来福")
	require.EqualValues(t, 200, b.press("下一步"))
	b.requireFit("the third step")
	b.write("amountFen", "四千八")
	require.EqualValues(t, 422, b.press("下一步"))
	b.requireFit("the third step that was refused")
	b.do(chromedp.Clear(named("amountFen")))
	b.choose("intake", "township")
	require.EqualValues(t, 200, b.press("下一步"))
	b.requireFit("the last step")

	b.open("/cases/" + c.ID + "/withdraw")
	w.clock.advance(time.Minute)
	w.act(t, "chair", c, "risk", casework.RiskForm{Risk: models.Yellow, Reason: "有争吵"})
	b.write("reason", "不再要求")
	require.EqualValues(t, 409, b.press("登记撤回"))
	b.requireFit("the form that somebody came before")
	require.EqualValues(t, 404, b.open("/cases/"+strings.Repeat("0", 24)))
	b.requireFit("a case that is not there")
	require.EqualValues(t, 403, b.open("/admin/accounts"))
	b.requireFit("a page of others")
	require.EqualValues(t, 200, b.press("工作台"))
	require.EqualValues(t, 200, b.press("三组地租拖欠"))
	require.EqualValues(t, 200, b.press("显示完整的电话和证件号码"))
	require.Contains(t, b.text("#parties"), idNumber)
	b.requireFit("numbers in the clear")
	require.NotContains(t, b.kept(), idNumber)
}
