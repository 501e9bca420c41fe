package handlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// TestCaseAsClientsSeeIt holds the JSON of a case to a golden file: its names are what clients rely on.
func TestCaseAsClientsSeeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	made := w.caseAt(t, village, models.RegionVillage, sat)
	w.clock.advance(24 * time.Hour)
	file := w.get(t, casePath(made.ID, ""), "judicial")
	require.Equal(t, http.StatusOK, file.status)
	require.Equal(t, "application/json; charset=utf-8", file.header.Get("Content-Type"))
	requireGolden(t, "case.json", readable(t, file.body, made.ID))

	w.act(t, "mediator", made, "agreement", casework.AgreementForm{Form: "oral", OralReason: "当场付清", Items: []string{"付清租金"}})
	list := w.get(t, "/api/v1/cases", "firstsecretary")
	requireGolden(t, "cases.json", readable(t, list.body, made.ID))
}

// readable is JSON in lines, with what differs from run to run replaced.
func readable(t *testing.T, raw []byte, id string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, json.Indent(&out, bytes.ReplaceAll(raw, []byte(id), []byte("ID")), "", "  "))
	return regexp.MustCompile(`"[0-9a-f]{64}"`).ReplaceAllString(out.String(), `"HASH"`) + "\n"
}

// TestETags asks that a version that was seen is what If-Match and If-None-Match speak of.
func TestETags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	answer := w.post(t, "/api/v1/cases", "mediator", draft(village))
	made := into[api.Case](t, answer, http.StatusCreated)
	require.Equal(t, `"v1"`, answer.header.Get("ETag"))
	require.Equal(t, casePath(made.ID, ""), answer.header.Get("Location"))
	path := casePath(made.ID, "")
	require.Equal(t, `"v1"`, w.get(t, path, "mediator").header.Get("ETag"))

	unchanged := w.get(t, path, "mediator", "If-None-Match", `"v1"`)
	require.Equal(t, http.StatusNotModified, unchanged.status)
	require.Empty(t, unchanged.body)
	require.Equal(t, `"v1"`, unchanged.header.Get("ETag"))
	problem(t, w.get(t, path, "mediator2", "If-None-Match", `"v1"`), http.StatusNotFound)

	accepted := w.act(t, "mediator", made, "accept", casework.AcceptForm{})
	require.Equal(t, int64(2), accepted.Version)
	require.Equal(t, http.StatusOK, w.get(t, path, "mediator", "If-None-Match", `"v1"`).status)

	stale := problem(t, w.post(t, casePath(made.ID, "withdraw"), "chair", casework.ReasonForm{Reason: "撤回"}, "If-Match", `"v1"`), http.StatusConflict)
	require.Equal(t, "conflict", stale.Code)
	require.Contains(t, stale.Detail, "已被陈守义于3月2日09:00修改（受理）")
	ahead := problem(t, w.post(t, casePath(made.ID, "withdraw"), "chair", casework.ReasonForm{Reason: "撤回"}, "If-Match", `"v3"`), http.StatusConflict)
	require.Equal(t, "conflict", ahead.Code)
	require.Equal(t, "if_match", problem(t, w.post(t, casePath(made.ID, "withdraw"), "chair", casework.ReasonForm{Reason: "撤回"}, "If-Match", "2"), http.StatusBadRequest).Code)
	require.Equal(t, accepted, into[api.Case](t, w.get(t, path, "mediator"), http.StatusOK), "nothing of all that was done")

	any := w.post(t, casePath(made.ID, "withdraw"), "chair", casework.ReasonForm{Reason: "撤回"}, "If-Match", "*")
	require.Equal(t, models.Closed, into[api.Case](t, any, http.StatusOK).State)
}

// TestEndings brings a case to each of its ends.
func TestEndings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	for _, test := range []struct {
		name   string
		from   stage
		steps  []string
		state  models.State
		ending models.ClosingReason
	}{
		{"declined", logged, []string{"decline"}, models.Closed, models.Declined},
		{"withdrawn", logged, []string{"withdraw"}, models.Closed, models.Withdrawn},
		{"withdrawn after acceptance", mediating, []string{"withdraw"}, models.Closed, models.Withdrawn},
		{"referred", logged, []string{"refer"}, models.Closed, models.Referred},
		{"failed", mediating, []string{"fail"}, models.Failed, ""},
		{"failed, then referred", mediating, []string{"fail", "refer"}, models.Closed, models.Referred},
		{"failed, then closed", mediating, []string{"fail", "close"}, models.Closed, models.Lapsed},
		{"performed", agreed, []string{"perform"}, models.Closed, models.Performed},
		{"closed as performed", agreed, []string{"close"}, models.Closed, models.Performed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := w.caseAt(t, village, models.RegionVillage, test.from)
			for _, step := range test.steps {
				v := actionVisits()[step]
				found = w.act(t, "mediator", found, step, v.body(w, target{}))
			}
			require.Equal(t, test.state, found.State)
			require.Equal(t, test.ending, found.Ending)
			require.Nil(t, found.DueAt)
			require.Nil(t, found.Clock)
			require.NotNil(t, found.ConcludedAt)
			require.Equal(t, test.state == models.Closed, found.ClosedAt != nil)
			refused := w.post(t, casePath(found.ID, "accept"), "mediator", nil)
			require.Equal(t, "case.state", problem(t, refused, http.StatusConflict).Code)
		})
	}
}

// TestReviewAnswers goes through the three answers to an escalation, and back again.
func TestReviewAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	review := func(found api.Case, form casework.ReviewForm) api.Case {
		return w.act(t, "judicial", found, "review", form)
	}

	returned := review(w.caseAt(t, village, models.RegionTownship, pending), casework.ReviewForm{Decision: "return", Missing: []string{"合同复印件", " "}, Days: 7})
	require.Equal(t, models.ReviewReturned, returned.Review)
	require.Equal(t, models.LevelVillage, returned.Level)
	require.Equal(t, models.PhaseReturned, returned.Clock.Phase)
	require.Equal(t, []string{"合同复印件"}, returned.Stages[1].Missing)
	again := w.act(t, "mediator", returned, "escalate", casework.EscalateForm{Reason: models.ReasonFailed, Note: "材料已补齐"})
	require.Equal(t, models.ReviewPending, again.Review)
	twice := w.post(t, casePath(again.ID, "review"), "judicial", casework.ReviewForm{Decision: "return", Missing: []string{"还缺"}, Days: 7})
	require.Equal(t, "case.returned_before", problem(t, twice, http.StatusConflict).Code)

	taken := review(again, casework.ReviewForm{Decision: "accept", AskVillage: true})
	require.Equal(t, models.ReviewAccepted, taken.Review)
	require.True(t, taken.Asked)
	require.Equal(t, "〔2026〕枫溪镇人调字第1号", *taken.Number)
	helped := w.act(t, "mediator", taken, "sittings", sitting(w))
	require.Len(t, helped.Sittings, 1, "the village was asked to go on")
	problem(t, w.post(t, casePath(helped.ID, "agreement"), "mediator", casework.AgreementForm{Form: "written", Items: []string{"付清"}}), http.StatusForbidden)

	referred := review(w.caseAt(t, village, models.RegionTownship, pending), casework.ReviewForm{Decision: "refer", To: "arbitration", Note: "涉及承包权"})
	require.Equal(t, models.Referred, referred.Ending)
	require.Equal(t, "农村土地承包仲裁委员会", referred.Referral.Name)

	for name, test := range map[string]struct {
		form  casework.ReviewForm
		field string
	}{
		"nothing decided":            {casework.ReviewForm{}, "decision"},
		"nothing said to be lacking": {casework.ReviewForm{Decision: "return", Days: 7}, "missing"},
		"too many days":              {casework.ReviewForm{Decision: "return", Missing: []string{"合同"}, Days: 99}, "days"},
		"to nobody":                  {casework.ReviewForm{Decision: "refer", Note: "转出"}, "to"},
		"for no reason":              {casework.ReviewForm{Decision: "refer", To: "court"}, "note"},
	} {
		open := w.caseAt(t, village, models.RegionTownship, pending)
		require.Equal(t, []string{test.field}, faultyFields(problem(t, w.post(t, casePath(open.ID, "review"), "judicial", test.form), http.StatusUnprocessableEntity)), name)
	}
}

// TestFaultsOfADraft asks that whatever is wrong with a draft is told at once, each at its path.
func TestFaultsOfADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	for _, test := range []struct {
		name   string
		change func(*casework.LogForm)
		want   []string
	}{
		{"an identity number with a wrong digit", func(f *casework.LogForm) { f.Parties[0].IDNumber = "330681195803126418" }, []string{"parties[0].idNumber"}},
		{"a short phone, no name", func(f *casework.LogForm) { f.Parties[0].Phone, f.Parties[1].Name = "1381234567", " " }, []string{"parties[0].phone", "parties[1].name"}},
		{"nobody is asked for anything", func(f *casework.LogForm) { f.Parties[1].Role = models.Applicant }, []string{"parties"}},
		{"a village of another county", func(f *casework.LogForm) { f.VillageCode = otherVillage }, []string{"villageCode"}},
		{"a village that is not", func(f *casework.LogForm) { f.VillageCode = village[:11] + "9" }, []string{"villageCode"}},
		{"codes that are none", func(f *casework.LogForm) { f.Type, f.Subtype, f.Source, f.Land = "land", "rent", "rumour", nil }, []string{"type", "subtype", "source"}},
		{"fields of another type", func(f *casework.LogForm) { f.Type, f.Subtype = models.Dividend, ""; f.Dividend = nil }, []string{"landTransfer"}},
		{"days that cannot be", func(f *casework.LogForm) { f.Land.ContractDate, f.Land.To = "2026-02-30", "29.1.2026" }, []string{"landTransfer.contractDate", "landTransfer.to"}},
		{"the contract ends before it begins", func(f *casework.LogForm) { f.Land.To = "2023-01-01" }, []string{"landTransfer.to"}},
		{"an amount below nothing", func(f *casework.LogForm) { f.AmountFen, f.Households = -1, -1 }, []string{"amountFen", "households"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			form := draft(village)
			test.change(&form)
			told := problem(t, w.post(t, "/api/v1/cases", "county", form), http.StatusUnprocessableEntity)
			require.Equal(t, "invalid", told.Code)
			require.ElementsMatch(t, test.want, faultyFields(told))
			for _, e := range told.Errors {
				require.Regexp(t, `\p{Han}`, e.Message)
			}
		})
	}
	problem(t, w.post(t, "/api/v1/cases", "mediator", nil), http.StatusUnprocessableEntity)
}

// TestDividend logs the other dispute that the system is built around.
func TestDividend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	form := draft(village)
	form.Type, form.Subtype, form.Land = models.Dividend, "withholding", nil
	form.Dividend = &models.DividendFacts{Collective: "北坡村股份经济合作社", Year: 2025, Basis: "share", PerUnitFen: 120_000, ClaimedShares: 2, Decision: "unknown"}
	form.Parties[1] = casework.PartyForm{Role: models.Respondent, Kind: models.Organisation, Name: "北坡村股份经济合作社", Collective: true}
	made := w.log(t, "mediator", form)
	require.Equal(t, form.Dividend, made.Dividend)
	require.Nil(t, made.Land)
	require.True(t, made.Conflict.Exists)
	refused := w.post(t, casePath(made.ID, "accept"), "mediator", nil)
	require.Equal(t, []string{"consent"}, faultyFields(problem(t, refused, http.StatusUnprocessableEntity)), "nobody judges in their own house without being asked to")
	accepted := w.act(t, "mediator", made, "accept", casework.AcceptForm{Consent: "双方当面同意由村里调解"})
	require.Equal(t, "双方当面同意由村里调解", accepted.Conflict.Consent)

	form.Risk = models.Red
	urgent := w.log(t, "mediator", form)
	require.Equal(t, models.LevelTownship, urgent.Level, "what must not wait goes up at once")
	require.Equal(t, models.ReviewPending, urgent.Review)
}

// TestReveal asks that whole numbers are seen only by who may, and never without its being written down.
func TestReveal(t *testing.T) {
	t.Parallel()
	engine := breakable(t)
	w := newWorld(t, engine)
	made := w.log(t, "mediator", draft(village))
	looks := func() int {
		found, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, w.clock.Now().Add(time.Hour), 100)
		require.NoError(t, err)
		return len(found)
	}
	revealed := into[api.Revealed](t, w.post(t, casePath(made.ID, "reveal"), "mediator", nil), http.StatusOK)
	require.Equal(t, []casework.Unsealed{{Name: "许来福", IDNumber: idNumber, Phone: phone}, {Name: "丰年农机合作社"}}, revealed.Parties)
	require.Equal(t, 1, looks())
	for _, as := range []string{"firstsecretary", "auditor", "admin"} {
		problem(t, w.post(t, casePath(made.ID, "reveal"), as, nil), http.StatusForbidden)
	}
	problem(t, w.post(t, casePath(made.ID, "reveal"), "mediator2", nil), http.StatusNotFound)
	problem(t, w.post(t, "/api/v1/cases/"+bson.NewObjectID().Hex()+"/reveal", "mediator", nil), http.StatusNotFound)
	require.Equal(t, 1, looks(), "who saw nothing left no record")

	engine.only = "accesses"
	engine.with(unreachable, func() {
		answer := w.post(t, casePath(made.ID, "reveal"), "mediator", nil)
		problem(t, answer, http.StatusServiceUnavailable)
		require.NotContains(t, string(answer.body), phone)
	})
	for _, answer := range []reply{w.get(t, casePath(made.ID, ""), "mediator"), w.get(t, "/api/v1/cases", "mediator")} {
		require.NotContains(t, string(answer.body), idNumber)
		require.NotContains(t, string(answer.body), phone)
	}
}

// TestReports asks for a report in each way that it can be asked for.
func TestReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	made := w.log(t, "mediator", draft(village))
	path := "/api/v1/reports/" + township + "/2026-03"
	now := into[api.Report](t, w.get(t, path, "judicial"), http.StatusOK)
	require.True(t, now.Provisional)
	require.Equal(t, int64(1), valueOf(t, now, "opened"))
	require.Equal(t, now.Figures, into[api.Report](t, w.post(t, path, "judicial", nil), http.StatusOK).Figures)
	for _, key := range []string{"opened", "opened@village=" + village, "opened@type=land_transfer"} {
		list := into[api.FigurePage](t, w.get(t, path+"/figures/"+key, "judicial"), http.StatusOK)
		require.Len(t, list.Items, 1, key)
		require.Equal(t, made.ID, list.Items[0].ID)
		require.Nil(t, list.Next)
	}
	require.Empty(t, into[api.FigurePage](t, w.get(t, path+"/figures/opened@village="+village2, "judicial"), http.StatusOK).Items)

	w.clock.advance(30 * 24 * time.Hour)
	kept := into[api.Report](t, w.post(t, path, "judicial", nil), http.StatusOK)
	require.False(t, kept.Provisional)
	w.clock.advance(24 * time.Hour)
	require.Equal(t, kept, into[api.Report](t, w.get(t, path, "judicial"), http.StatusOK), "what is kept does not change")
	april := into[api.Report](t, w.get(t, "/api/v1/reports/"+township+"/2026-04", "judicial"), http.StatusOK)
	require.Len(t, april.Trend, 2)
	opened := april.Figures[slices.IndexFunc(april.Figures, func(f api.Figure) bool { return f.Key == "opened" })]
	require.Equal(t, int64(1), *opened.Last)
	require.Nil(t, opened.LastYear)

	for _, month := range []string{"2026-13", "2026-3", "march", "2027-01", "1999-12"} {
		for _, ask := range []string{"", "/figures/opened"} {
			told := problem(t, w.get(t, fmt.Sprintf("/api/v1/reports/%s/%s%s", township, month, ask), "judicial"), http.StatusUnprocessableEntity)
			require.Equal(t, []string{"month"}, faultyFields(told), month)
		}
	}
	for _, key := range []string{"nothing", "opened@nothing=1", "@"} {
		require.Equal(t, []string{"figure"}, faultyFields(problem(t, w.get(t, path+"/figures/"+key, "judicial"), http.StatusUnprocessableEntity)), key)
	}
	for _, region := range []string{"33", "3306", "330681999", "x"} {
		problem(t, w.get(t, "/api/v1/reports/"+region+"/2026-03", "judicial"), http.StatusNotFound)
	}
}
