package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// titles are the titles of a list.
func (p *page) titles() []string { return p.texts("main .cases .title") }

// next is the way to the following page, "" at the end.
func (p *page) next() string {
	for _, a := range p.doc.Find(".pager a").EachIter() {
		if a.Text() == "下一页" {
			return a.AttrOr("href", "")
		}
	}
	return ""
}

// TestListPagesByKey turns the pages of a list while others log disputes: what was there at the
// beginning comes once each.
func TestListPagesByKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path string
		oldest     bool // the list begins with the oldest
	}{
		{"all", "/cases", false},
		{"one village's, with a filter", "/cases?place=" + village + "&state=logged", false},
		{"by deadline", "/cases?due=running", true},
		{"by words", "/cases?q=" + url.QueryEscape("地租"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var want []string
			for i := range 47 {
				// Several of one moment: the order then goes by id.
				if i%3 == 0 {
					w.clock.advance(time.Minute)
				}
				title := fmt.Sprintf("地租第%02d件", i)
				w.logged(t, func(f *casework.LogForm) { f.Title = title })
				want = append(want, title)
			}
			v := w.visitor("judicial")
			var got []string
			pagesSeen := 0
			for path := tt.path; path != ""; pagesSeen++ {
				p := v.get(t, path)
				require.Equal(t, http.StatusOK, p.status)
				got = append(got, p.titles()...)
				path = p.next()
				require.Equal(t, pagesSeen > 0, p.doc.Find(`.pager a[href="`+tt.path+`"]`).Length() == 1, "a way back to the first page")
				if !tt.oldest { // newer ones come before those already seen
					w.clock.advance(time.Minute)
					w.logged(t, func(f *casework.LogForm) { f.Title = "地租新来的" })
				}
			}
			require.Equal(t, 3, pagesSeen)
			require.Len(t, got, len(want))
			slices.Sort(got)
			require.Equal(t, want, got)
		})
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	early := w.logged(t, func(f *casework.LogForm) { f.Title = "早先登记" })
	w.clock.advance(31 * 24 * time.Hour) // April; what is early is late now
	w.logged(t, func(f *casework.LogForm) {
		f.Title = "邻里排水"
		f.Type, f.Subtype, f.Land = "neighbourhood", "", nil
	})
	w.logged(t, func(f *casework.LogForm) { f.Title = "高风险的"; f.Risk = models.Red })
	c := w.logged(t, func(f *casework.LogForm) { f.Title = "正在调解的" })
	_, err := w.cases.Accept(t.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AcceptForm{})
	require.NoError(t, err)
	form := draft()
	form.VillageCode, form.Title = village2, "南湾的"
	_, _, err = w.cases.Log(t.Context(), seats["judicial"], form, "")
	require.NoError(t, err)
	require.Equal(t, models.Logged, early.State)

	for _, tt := range []struct {
		name, as, query string
		want            []string
	}{
		{"nothing asked, a village", "mediator", "", []string{"早先登记", "邻里排水", "高风险的", "正在调解的"}},
		{"nothing asked, the township", "judicial", "", []string{"早先登记", "邻里排水", "高风险的", "正在调解的", "南湾的"}},
		{"state", "mediator", "state=mediating", []string{"正在调解的"}},
		{"type", "mediator", "type=neighbourhood", []string{"邻里排水"}},
		{"late", "mediator", "due=late", []string{"早先登记"}},
		{"late or soon", "mediator", "due=soon", []string{"早先登记", "邻里排水", "高风险的"}},
		{"level", "judicial", "level=township", []string{"高风险的", "南湾的"}},
		{"review", "judicial", "review=pending", []string{"高风险的"}},
		{"risk", "mediator", "risk=red", []string{"高风险的"}},
		{"place", "judicial", "place=" + village2, []string{"南湾的"}},
		{"township", "county", "place=" + township + "&state=mediating", []string{"正在调解的"}},
		{"place outside", "mediator", "place=" + village2, nil},
		{"month", "mediator", "month=2026-03", []string{"早先登记"}},
		{"month as people write it", "mediator", "month=" + url.QueryEscape("2026年3月"), []string{"早先登记"}},
		{"ours", "judicial", "mine=1", []string{"高风险的", "南湾的"}},
		{"ours of a village", "mediator", "mine=1&state=logged", []string{"早先登记", "邻里排水"}},
		{"everything at once", "mediator", "mine=1&state=logged&type=neighbourhood&level=village&due=running&month=2026-04&place=" + village + "&q=" + url.QueryEscape("排水"), []string{"邻里排水"}},
		{"everything but a search at once", "mediator", "mine=1&state=logged&type=neighbourhood&level=village&risk=blue&due=running&month=2026-04&place=" + village, []string{"邻里排水"}},
		{"name", "mediator", "q=" + url.QueryEscape("许来福 排水"), []string{"邻里排水"}},
		{"number of a case", "mediator", "q=" + url.QueryEscape("人调字第1号"), []string{"正在调解的"}},
		{"plot", "mediator", "q=" + url.QueryEscape("长垄"), []string{"早先登记", "高风险的", "正在调解的"}},
		{"identity number", "mediator", "state=mediating&q=" + idNumber, []string{"正在调解的"}},
		{"phone", "mediator", "state=mediating&q=" + phone, []string{"正在调解的"}},
		{"nobody's phone", "mediator", "q=13900000000", nil},
		{"what is no offer", "mediator", "state=nonsense", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := w.visitor(tt.as).get(t, "/cases?"+tt.query)
			require.Equal(t, http.StatusOK, p.status, p.text("main"))
			require.ElementsMatch(t, tt.want, p.titles())
			if len(tt.want) == 0 {
				require.Contains(t, p.text(".empty"), "没有符合条件的纠纷")
			}
			query, err := url.ParseQuery(tt.query)
			require.NoError(t, err)
			for name := range query { // the filters stand as they were asked for
				if query.Get(name) != "nonsense" && name != "place" {
					require.Equal(t, query.Get(name), p.form(t, mainForm).values.Get(name))
				}
			}
		})
	}
}

// TestChosenFilters names the filters of a list where they are folded away.
func TestChosenFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct{ name, as, query, want string }{
		{"none", "mediator", "q=" + url.QueryEscape("地租"), "按条件筛选"},
		{"some", "mediator", "state=mediating&due=late&month=2026-03&mine=1", "按条件筛选：调解中、已超期、2026年3月登记、由我们办理"},
		{"a place", "judicial", "place=" + village2 + "&risk=red&type=dividend&level=village&review=pending", "按条件筛选：集体分红、村级、待签收、红（高）、南湾村"},
		{"what is no offer", "mediator", "state=nonsense&place=" + village2, "按条件筛选"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := w.visitor(tt.as).get(t, "/cases?"+tt.query)
			require.Equal(t, tt.want, p.text("main summary"))
			require.Zero(t, p.doc.Find("details[open]").Length())
		})
	}
}

func TestBrokenPlacesInLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name, as, path string
	}{
		{"cases", "mediator", "/cases?after=broken"},
		{"reviews", "judicial", "/reviews?after=broken"},
		{"accesses", "auditor", "/accesses?before=yesterday"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := w.visitor(tt.as).get(t, tt.path)
			require.Equal(t, http.StatusBadRequest, p.status)
			require.Contains(t, p.text("main"), "翻页位置不对，请从第一页重新查看")
		})
	}
}

// TestQueuePages turns the pages of what waits to be signed in, the earliest deadline first.
func TestQueuePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range 23 {
		w.clock.advance(time.Hour)
		title := fmt.Sprintf("红色第%02d件", i)
		w.logged(t, func(f *casework.LogForm) { f.Title, f.Risk = title, models.Red })
		want = append(want, title)
	}
	v := w.visitor("judicial")
	first := v.get(t, "/reviews")
	second := v.get(t, first.next())
	require.ElementsMatch(t, want, append(first.titles(), second.titles()...))
	require.Len(t, first.titles(), 20)
	require.Empty(t, second.next())
	require.Contains(t, v.get(t, "/").text(".counts"), "23待签收")
}
