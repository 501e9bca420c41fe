package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/subsidy"
	"fengqiao/pkg/workday"
)

// A period that is over and open, and one whose sheets are closed.
const (
	periodOpen    = "2026-02"
	periodSettled = "2026-01"
)

// payment is the table of a county.
func payment(county string) *models.SubsidyTable {
	return &models.SubsidyTable{
		Edition: models.Edition{County: county, Number: 1, Name: "以案定补标准", EffectiveFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, workday.Zone).UTC()},
		Every:   models.SettleMonthly, Grades: []models.SubsidyGrade{{Name: "一般"}, {Name: "疑难", Households: 5}},
		Rows:        []models.SubsidyRow{{Name: "一般纠纷", Grades: []string{"一般"}, AmountFen: 100_00}, {Name: "疑难纠纷", Grades: []string{"疑难"}, AmountFen: 300_00}},
		OralPercent: 50, WorkPercent: 30, WorkSittings: 1,
	}
}

// paying gives both counties a table, and their townships a closed sheet.
func (w *world) paying(tb testing.TB) {
	tb.Helper()
	for _, of := range []string{county, county2} {
		require.NoError(tb, w.store.InsertSubsidyTable(tb.Context(), payment(of)))
	}
	closed := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	for _, of := range []string{township, township2, township3} {
		require.NoError(tb, w.store.PutSubsidySheet(tb.Context(), &models.SubsidySheet{
			Township: of, Period: periodSettled, StartsAt: time.Date(2026, 1, 1, 0, 0, 0, 0, workday.Zone).UTC(), ClosedAt: &closed, ClosedBy: &models.Actor{ID: "somebody", Name: "何明理"},
		}))
	}
}

// settledFile is the key of a file that was refused on the closed sheet of a township; a new one each time.
func (w *world) settledFile(township string) string {
	id := bson.NewObjectID().Hex()
	sheet, err := w.store.SubsidySheet(context.Background(), models.SubsidySheetID(township, periodSettled))
	if err != nil {
		return id // no township: the request is refused
	}
	sheet.Lines = append(sheet.Lines, models.SubsidyLine{
		Key: id, Case: id, Number: "〔2026〕北坡村人调字第9号", Village: township + "201", Committee: "北坡村人民调解委员会", Type: models.LandTransfer, Result: models.SubsidyWritten,
		Mediators: []string{"陈守义"}, ClosedOn: "2026-01-09", AmountFen: 100_00, Kind: models.LineOwn, State: models.SubsidyRefused, Reason: "签名不全",
	})
	if err := w.store.PutSubsidySheet(context.Background(), sheet); err != nil {
		return id
	}
	return id
}

func (w *world) subsidyVersion(place string) int64 {
	sheet, err := w.store.SubsidySheet(context.Background(), models.SubsidySheetID(place, periodOpen))
	if err != nil { // there is none before the first visit
		return 0
	}
	return sheet.Version
}

// subsidyVisits says how what is paid for files is asked for.
func subsidyVisits() map[string]visit {
	first, open, settled := strings.NewReplacer(":version", "1"), strings.NewReplacer(":period", periodOpen), strings.NewReplacer(":period", periodSettled)
	all := map[string]visit{
		"GET /subsidy-rules": {}, "GET /subsidy-rules/compare": {}, "GET /subsidy-rules/new": {}, "GET /subsidy-rules/:version": {fixed: first},
		"POST /subsidy-rules/new": {body: func(w *world, _ target) any { return draftSubsidies(w) }},
		"GET /subsidies":          {place: true, query: "region=%s"},
		"POST /subsidies/:region/:period": {place: true, fixed: open, body: func(w *world, about target) any {
			return url.Values{"version": {fmt.Sprint(w.subsidyVersion(about.place))}}
		}},
		"POST /api/v1/subsidies/:region/:period": {place: true, fixed: open, body: func(w *world, about target) any {
			return subsidy.DecideForm{Version: w.subsidyVersion(about.place), Decisions: []subsidy.DecisionForm{}}
		}},
		"POST /subsidies/:region/:period/correct": {place: true, fixed: settled, body: func(w *world, about target) any {
			return url.Values{"key": {w.settledFile(about.place)}, "reason": {"签名已经补齐"}}
		}},
		"POST /api/v1/subsidies/:region/:period/correct": {place: true, fixed: settled, body: func(w *world, about target) any {
			return subsidy.CorrectForm{Key: w.settledFile(about.place), Reason: "签名已经补齐"}
		}},
	}
	for _, prefix := range []string{"", api.Prefix} {
		all["GET "+prefix+"/subsidies/:region/:period"] = visit{place: true, fixed: open}
		all["GET "+prefix+"/subsidies/:region/:period/workbook"] = visit{place: true, fixed: settled}
	}
	return all
}

// draftSubsidies is a new version of the table that is published.
func draftSubsidies(w *world) url.Values {
	d := rules.SubsidyDraftOf(payment(county))
	values := url.Values{
		"do": {"publish"}, "name": {"新标准"}, "effectiveFrom": {workday.OfTime(w.clock.Now().AddDate(1, 0, 0)).String()}, "every": {d.Every},
		"oralPercent": {d.OralPercent}, "workPercent": {d.WorkPercent}, "workSittings": {d.WorkSittings},
	}
	for i, g := range d.Grades {
		at := fmt.Sprintf("grades[%d].", i)
		values.Set(at+"name", g.Name)
		values.Set(at+"households", g.Households)
	}
	for i, r := range d.Rows {
		at := fmt.Sprintf("rows[%d].", i)
		values.Set(at+"name", r.Name)
		values.Set(at+"grades", r.Grades)
		values.Set(at+"amountFen", r.AmountFen)
	}
	own, _ := w.store.SubsidyTables(context.Background(), county) // none where a test breaks the store: then the route fails
	values.Set("base", fmt.Sprint(len(own)))
	return values
}

// TestSubsidyOverTheAPI goes from a closed file to the workbook of the finance office. What is taken out is
// on record first, and nowhere is there a sum by person.
func TestSubsidyOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	path := api.Prefix + "/subsidies/" + township + "/2026-03"
	made := w.caseAt(t, village, models.RegionVillage, agreed)
	made = w.act(t, "chair", made, "close", map[string]string{"note": "已履行"})
	sheet := into[api.Subsidy](t, w.get(t, path, "judicial"), http.StatusOK)
	require.Empty(t, sheet.Lines)
	require.Len(t, sheet.Unpaid, 1, "the second party has no number")
	require.Equal(t, made.ID, sheet.Unpaid[0].Case)
	require.Contains(t, strings.Join(sheet.Unpaid[0].Missing, ""), "没有登记证件号码：丰年农机合作社")
	problem(t, w.post(t, path, "judicial", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{}}), http.StatusConflict)

	w.act(t, "mediator", made, "attachments", map[string]any{"kind": models.AttachIdentity, "name": "营业执照", "file": scan()})
	w.clock.advance(40 * 24 * time.Hour)
	sheet = into[api.Subsidy](t, w.get(t, api.Prefix+"/subsidies/"+village+"/2026-03", "chair"), http.StatusOK)
	require.Len(t, sheet.Lines, 1, "%v", sheet.Unpaid)
	require.Empty(t, sheet.Unpaid)
	line := sheet.Lines[0]
	require.Equal(t, int64(100_00), line.AmountFen)
	require.Equal(t, "土地流转纠纷，属于“一般”；按“一般纠纷”每件100元", line.Working)
	require.Equal(t, "北坡村人民调解委员会", line.Committee)
	require.Nil(t, line.State)

	refused := problem(t, w.post(t, path, "judicial", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{{Key: line.Key, State: models.SubsidyRefused}}}), http.StatusUnprocessableEntity)
	require.Equal(t, "decisions[0].reason", refused.Errors[0].Field)
	open := problem(t, w.get(t, path+"/workbook", "county"), http.StatusConflict)
	require.Equal(t, "subsidy.open", open.Code)
	closed := into[api.Subsidy](t, w.post(t, path, "judicial", subsidy.DecideForm{Close: true, Decisions: []subsidy.DecisionForm{{Key: line.Key, State: models.SubsidyApproved}}}), http.StatusOK)
	require.Equal(t, int64(100_00), closed.ApprovedFen)
	require.Equal(t, []api.SubsidyTotal{{Committee: "北坡村人民调解委员会", Files: 1, AmountFen: 100_00}}, closed.Totals)
	require.Equal(t, "subsidy.closed", problem(t, w.post(t, path, "judicial", subsidy.DecideForm{Version: closed.Version, Decisions: []subsidy.DecisionForm{}}), http.StatusConflict).Code)

	before, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, w.clock.Now().Add(time.Second), 100)
	require.NoError(t, err)
	file := w.get(t, path+"/workbook", "county")
	require.Equal(t, http.StatusOK, file.status)
	require.NotContains(t, file.header.Get("Content-Disposition"), "陈守义")
	after, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, w.clock.Now().Add(time.Second), 100)
	require.NoError(t, err)
	require.Len(t, after, len(before)+1)
	require.Equal(t, []string{subsidy.AccessExport, models.SubsidySheetID(township, "2026-03"), "county"}, []string{after[0].What, after[0].Case, after[0].Actor.ID})
}
