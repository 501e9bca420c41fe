package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// TestReportOnItsWayByAPI brings a report from the draft behind the seal, against others who are faster
// or whose turn it is not.
func TestReportOnItsWayByAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	w.caseAt(t, village, models.RegionVillage, mediating)
	w.clock.advance(31 * 24 * time.Hour)
	const path = "/api/v1/reports/" + village + "/2026-03"
	issue := func(as string, form api.IssueForm, headers ...string) reply {
		return w.post(t, path+"/issue", as, form, headers...)
	}
	done := func(as string, form api.IssueForm, headers ...string) api.Issue {
		t.Helper()
		return into[api.Report](t, issue(as, form, headers...), http.StatusOK).Issue
	}
	blocks := []api.BlockForm{{Key: "overview", Text: "本月平稳。"}}
	require.Equal(t, "blocks[0].key", problem(t, issue("mediator", api.IssueForm{Action: "save", Blocks: []api.BlockForm{{Key: "weather"}}}), http.StatusUnprocessableEntity).Errors[0].Field)
	require.Equal(t, "blocks.overview", problem(t, issue("mediator", api.IssueForm{Action: "save", Blocks: []api.BlockForm{{Key: "overview", Text: phone}}}), http.StatusUnprocessableEntity).Errors[0].Field)
	saved := done("mediator", api.IssueForm{Action: "save", Blocks: blocks})
	require.Equal(t, models.ReportDraft, saved.State)
	answer := w.get(t, path, "judicial")
	tag := answer.header.Get("ETag")
	require.Equal(t, saved, into[api.Report](t, answer, http.StatusOK).Issue)

	confirmed := done("mediator", api.IssueForm{Action: "confirm", Blocks: blocks}, "If-Match", tag)
	require.Equal(t, models.ReportConfirmed, confirmed.State)
	require.Contains(t, problem(t, issue("chair", api.IssueForm{Action: "review"}, "If-Match", tag), http.StatusConflict).Detail, "陈守义")
	problem(t, issue("judicial", api.IssueForm{Action: "review"}), http.StatusForbidden)
	require.Equal(t, "note", problem(t, issue("chair", api.IssueForm{Action: "return"}), http.StatusUnprocessableEntity).Errors[0].Field)
	done("chair", api.IssueForm{Action: "review"})
	require.False(t, into[api.ReportCheck](t, w.get(t, path+"/verify", "auditor"), http.StatusOK).Sealed)
	sealed := done("chair", api.IssueForm{Action: "seal"})
	require.Equal(t, models.ReportSealed, sealed.State)
	require.Len(t, sealed.Seal.Digest, 64)
	require.Equal(t, 1, sealed.Seal.Cases)
	require.True(t, into[api.ReportCheck](t, w.get(t, path+"/verify", "auditor"), http.StatusOK).Holds)
	problem(t, issue("mediator", api.IssueForm{Action: "save", Blocks: blocks}), http.StatusConflict)
	after := done("chair", api.IssueForm{Action: "supplement", Note: "更正一处文字"})
	require.Equal(t, "更正一处文字", after.Supplements[0].Reason)
	require.Len(t, after.Steps, 4)
}

// TestGridByAPI draws a cell and changes it under the version that was seen, and reads a list in or nothing
// of it.
func TestGridByAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	w.drawn(village)
	drawn := w.post(t, "/api/v1/grids/"+village+"/cells", "chair", screening.CellForm{Kind: models.CellHousehold, Parent: 2, Name: "赵六中心户", Responsible: "赵六", HouseholdNames: []string{"钱七"}, From: w.today()})
	cell := into[api.CellFile](t, drawn, http.StatusCreated)
	require.Equal(t, models.CellID(village, 4), cell.ID)
	require.Equal(t, models.CellID(village, 2), *cell.Parent)
	path := drawn.header.Get("Location")
	form := screening.CellForm{Parent: 2, Name: "赵六中心户", Responsible: "孙八", From: w.today()}
	changed := into[api.CellFile](t, w.post(t, path+"/change", "firstsecretary", form, "If-Match", drawn.header.Get("ETag")), http.StatusOK)
	require.Equal(t, "孙八", changed.Responsible)
	require.Equal(t, []string{"赵六", "孙八"}, []string{changed.History[0].Responsible, changed.History[1].Responsible})
	require.Contains(t, problem(t, w.post(t, path+"/change", "chair", form, "If-Match", drawn.header.Get("ETag")), http.StatusConflict).Detail, "林知远")
	form.Kind = models.CellGroup
	require.Equal(t, "kind", problem(t, w.post(t, path+"/change", "chair", form), http.StatusUnprocessableEntity).Errors[0].Field)
	ended := into[api.CellFile](t, w.post(t, path+"/end", "chair", screening.EndCellForm{LastDay: w.today(), Reason: "并到别处"}), http.StatusOK)
	require.True(t, ended.Ended)

	sheet := api.ImportForm{File: gridSheet(1, w.today())}
	require.Equal(t, 1, into[api.Imported](t, w.post(t, "/api/v1/grids/"+village+"/import", "chair", sheet), http.StatusOK).Added)
	again := problem(t, w.post(t, "/api/v1/grids/"+village+"/import", "chair", sheet), http.StatusUnprocessableEntity)
	require.Equal(t, []models.FieldError{{Field: "file", Message: "第2行：编号101已经有了（支部），要改请在页面上改，新的请换一个编号"}}, again.Errors)
}
