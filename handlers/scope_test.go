package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// TestOutsideIsNowhere asks, of every route about a case, that one outside the region is answered to
// the letter as one that does not exist.
func TestOutsideIsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	all := visits()
	outside := w.caseAt(t, farVillage, models.RegionTownship, pending)
	routes := 0
	for _, route := range w.routes() {
		if !strings.Contains(route.Path, ":id") {
			continue
		}
		routes++
		name := route.Method + " " + route.Path
		ask := func(id string) string {
			about := target{found: &api.Case{CaseItem: api.CaseItem{ID: id, Version: outside.Version}}, params: strings.NewReplacer(":id", id, ":paper", "notice", ":seq", "1")}
			answer := w.visited(t, route.Method, route.Path, all[name], "judicial", about)
			require.Equal(t, http.StatusNotFound, answer.status, name)
			return strings.NewReplacer(id, "ID", url.QueryEscape(id), "ID", answer.header.Get("X-Request-Id"), "REQUEST").Replace(string(answer.body))
		}
		want := ask(bson.NewObjectID().Hex())
		require.Equal(t, want, ask(outside.ID), name)
		require.Equal(t, want, ask("no-id"), name)
	}
	require.Greater(t, routes, 35)
}

// titles are those of a list, in its order.
func titles(t *testing.T, w *world, path, as string) []string {
	t.Helper()
	out := []string{}
	for _, item := range into[api.CasePage](t, w.get(t, path, as), http.StatusOK).Items {
		out = append(out, item.Title)
	}
	return out
}

// fillLists logs cases that differ in what lists are narrowed by.
func fillLists(t *testing.T, w *world) {
	t.Helper()
	log := func(as, title, at string, change func(*casework.LogForm)) api.Case {
		form := draft(at)
		form.Title = title
		if change != nil {
			change(&form)
		}
		return w.log(t, as, form)
	}
	log("mediator", "甲", village, func(f *casework.LogForm) { f.Risk = models.Yellow })
	b := log("mediator", "乙", village, func(f *casework.LogForm) {
		f.Type, f.Subtype, f.Land = models.Dividend, "plan", nil
		f.Parties[0].Name, f.Parties[0].IDNumber, f.Parties[0].Phone = "沈玉兰", "", "0575-87654321"
	})
	w.act(t, "mediator", b, "accept", casework.AcceptForm{})
	c := log("mediator2", "丙", village2, nil)
	w.act(t, "mediator2", c, "escalate", casework.EscalateForm{Reason: models.ReasonAsked, Note: "当事人要求"})
	log("judicial2", "丁", farVillage, nil)
	log("county2", "戊", otherVillage, nil)
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	w.clock.advance(-48 * time.Hour) // the last day of February
	fillLists(t, w)
	w.clock.advance(48 * time.Hour)
	for _, test := range []struct {
		name  string
		as    string
		query string
		want  string // titles in their order
	}{
		{"a village sees its own", "mediator", "", "乙甲"},
		{"the one next door its own", "mediator2", "", "丙"},
		{"the First Secretary too", "firstsecretary", "", "乙甲"},
		{"a township its villages", "judicial", "", "丙乙甲"},
		{"the other township its own", "judicial2", "", "丁"},
		{"the auditor what lies around", "auditor", "", "丙乙甲"},
		{"a county its townships", "county", "", "丁丙乙甲"},
		{"the next county its own", "county2", "", "戊"},

		{"of a village", "county", "village=" + village, "乙甲"},
		{"of a township", "county", "township=" + township, "丙乙甲"},
		{"of one's own county", "mediator", "county=" + county, "乙甲"},
		{"of a village outside", "mediator", "village=" + village2, ""},
		{"of a township outside", "judicial", "township=" + township2, ""},
		{"of another county", "judicial", "county=" + county2, ""},
		{"of places that do not meet", "county", "village=" + village + "&township=" + township2, ""},
		{"of a state", "county", "state=mediating", "乙"},
		{"of a level", "county", "level=township", "丁丙"},
		{"of a type", "county", "type=dividend", "乙"},
		{"of a risk", "county", "risk=yellow", "甲"},
		{"under review", "county", "review=pending", "丙"},
		{"of this month", "county", "openedMonth=2026-03", ""},
		{"of last month", "county", "openedMonth=2026-02", "丁丙乙甲"},
		{"several at once", "county", "type=land_transfer&state=logged&level=village&village=" + village, "甲"},
		{"not overdue yet", "county", "overdue=true", ""},
		{"false asks for nothing", "county", "overdue=false", "丁丙乙甲"},

		{"by a name", "county", "q=" + url.QueryEscape("沈玉兰"), "乙"},
		{"by a piece of a name", "county", "q=" + url.QueryEscape("玉兰"), "乙"},
		{"by a land", "judicial", "q=" + url.QueryEscape("长垄"), "丙甲"},
		{"by an organisation, in a village", "mediator", "q=" + url.QueryEscape("农机合作社"), "乙甲"},
		{"by a name outside", "mediator2", "q=" + url.QueryEscape("沈玉兰"), ""},
		{"by an identity number", "county", "q=" + idNumber, "丁丙甲"},
		{"by one as it is written on paper", "mediator", "q=" + url.QueryEscape("330681 19580312 6417"), "甲"},
		{"by a phone", "mediator", "q=" + phone, "甲"},
		{"by a fixed phone", "county", "q=" + url.QueryEscape("0575-87654321"), "乙"},
		{"by a part of a phone", "county", "q=87654321", ""},
		{"by a number", "county", "number=" + url.QueryEscape("〔2026〕北坡村人调字第1号"), "乙"},
		{"by the number of a case outside", "mediator2", "number=" + url.QueryEscape("〔2026〕北坡村人调字第1号"), ""},
		{"by a piece of a number", "county", "number=" + url.QueryEscape("北坡村人调字第1"), ""},
		{"by a piece of a number, as words", "county", "q=" + url.QueryEscape("北坡村人调字第1"), "乙"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, strings.Join(titles(t, w, "/api/v1/cases?"+test.query, test.as), ""))
		})
	}
}

// TestOverdueComesFirst asks that what is late is listed by its deadline, the oldest first.
func TestOverdueComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	fillLists(t, w)
	w.clock.advance(20 * 24 * time.Hour)
	late := titles(t, w, "/api/v1/cases?overdue=true", "county")
	require.NotEmpty(t, late)
	require.NotContains(t, late, "乙", "thirty days for mediation are not over")
	page := into[api.CasePage](t, w.get(t, "/api/v1/cases?overdue=true", "county"), http.StatusOK)
	require.True(t, slices.IsSortedFunc(page.Items, func(a, b api.CaseItem) int { return a.DueAt.Compare(*b.DueAt) }))
	for _, item := range page.Items {
		require.True(t, item.Overdue)
	}
}

// TestPagesHaveNoGaps walks a list page by page, of every length, while others log.
func TestPagesHaveNoGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	want := []string{}
	for i := range 11 {
		if i%3 == 0 { // several at the same moment, too
			w.clock.advance(time.Second)
		}
		want = append(want, w.log(t, "mediator", draft(village)).ID)
	}
	slices.Reverse(want)
	for _, limit := range []string{"1", "2", "5", "10", "11", "12", "100"} {
		got, after := []string{}, ""
		for {
			page := into[api.CasePage](t, w.get(t, "/api/v1/cases?limit="+limit+"&openedMonth=2026-03&after="+after, "mediator"), http.StatusOK)
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			if page.Next == nil {
				break
			}
			require.NotEmpty(t, page.Items, "a page that leads on is not empty")
			w.clock.advance(time.Second)
			w.log(t, "mediator", draft(village)) // newer than where the walk is
			after = url.QueryEscape(*page.Next)
		}
		require.Subset(t, got, want, limit)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(got))), len(got), "nothing twice")
		want = nil
		for _, item := range into[api.CasePage](t, w.get(t, "/api/v1/cases?limit=100", "mediator"), http.StatusOK).Items {
			want = append(want, item.ID)
		}
	}
	for _, after := range []string{"x", "!!", url.QueryEscape("〔〕"), "MTIz"} {
		require.Equal(t, "cursor", problem(t, w.get(t, "/api/v1/cases?after="+after, "mediator"), http.StatusBadRequest).Code)
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	for _, test := range []struct {
		name, as, query string
		want            []string // nil where there is none for the caller
	}{
		{"one's own", "judicial", "", []string{township, village, village2}},
		{"a county", "county", "", []string{county, township, township2}},
		{"a village, which holds no other", "mediator", "", []string{village}},
		{"a place inside", "county", "?parent=" + township2, []string{township2, farVillage}},
		{"the place around", "mediator", "?parent=" + township, nil},
		{"next door", "judicial", "?parent=" + township2, nil},
		{"inside, but not there", "county", "?parent=330681999", nil},
		{"no code", "county", "?parent=330681x", nil},
		{"all the country", "county", "?parent=33", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := w.get(t, "/api/v1/regions"+test.query, test.as)
			if test.want == nil {
				problem(t, answer, http.StatusNotFound)
				return
			}
			got := []string{}
			for _, r := range into[api.RegionPage](t, answer, http.StatusOK).Items {
				got = append(got, r.Code)
			}
			require.Equal(t, test.want, got)
		})
	}
}
