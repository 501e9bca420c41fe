package handlers_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/mongodb/mongotest"
	"fengqiao/pkg/workday"
)

// TestStory is the main job through the API: a dispute is logged and taken up, nobody resolves it,
// the clock hands it up, the township takes it over and ends it, the month's report shows it.
func TestStory(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) docstore.Engine{
		"embedded": openEmbedded,
		"mongodb":  func(tb testing.TB) docstore.Engine { return mongotest.Find(tb).Open(tb) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tellStory(t, newWorld(t, open(t)))
		})
	}
}

func tellStory(t *testing.T, w *world) {
	session := into[api.Session](t, w.post(t, "/api/v1/sessions", "", map[string]string{"username": "Mediator", "password": password}), http.StatusCreated)
	require.Equal(t, "陈守义", session.Account.Name)
	w.tokens["phone"] = session.Token
	require.Equal(t, session.Account, into[api.Account](t, w.get(t, "/api/v1/me", "phone"), http.StatusOK))

	// The village logs it and takes it up.
	logged := into[api.Case](t, w.post(t, "/api/v1/cases", "mediator", draft(village), "Idempotency-Key", "phone-1"), http.StatusCreated)
	require.Equal(t, models.Logged, logged.State)
	require.Nil(t, logged.Number)
	require.Subset(t, actions(logged), []string{"accept", "decline", "withdraw", "refer", "escalate", "raise"})
	require.NotContains(t, actions(logged), "agree")
	require.Equal(t, "330681********6417", logged.Parties[0].IDNumber)
	require.Equal(t, "138****5678", logged.Parties[0].Phone)
	again := w.post(t, "/api/v1/cases", "mediator", draft(village), "Idempotency-Key", "phone-1")
	require.Equal(t, logged, into[api.Case](t, again, http.StatusOK))

	accepted := w.act(t, "mediator", logged, "accept", casework.AcceptForm{})
	require.Equal(t, models.Mediating, accepted.State)
	require.Equal(t, "〔2026〕北坡村人调字第1号", *accepted.Number)
	require.Equal(t, accepted, into[api.Case](t, w.get(t, casePath(logged.ID, ""), "mediator"), http.StatusOK))
	require.Equal(t, models.PhaseMediation, accepted.Clock.Phase)
	require.Contains(t, accepted.Clock.Summary, "到期自动上报枫溪镇司法所")
	due := time.Date(2026, 4, 2, 0, 0, 0, 0, workday.Zone)
	require.True(t, due.Equal(*accepted.DueAt), "%s", accepted.DueAt)

	// A month goes by; the clock hands it up, once.
	require.Empty(t, into[api.CasePage](t, w.get(t, "/api/v1/reviews", "judicial"), http.StatusOK).Items)
	w.clock.advance(31 * 24 * time.Hour)
	require.Equal(t, "session.ended", problem(t, w.get(t, "/api/v1/me", "phone"), http.StatusUnauthorized).Code)
	require.Len(t, into[api.CasePage](t, w.get(t, "/api/v1/cases?overdue=true", "judicial"), http.StatusOK).Items, 1)
	run, err := w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	require.Equal(t, 1, run.Moved)
	run, err = w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	require.Equal(t, 0, run.Moved)

	// The township finds it in its queue and takes it over; the village goes on reading it.
	queue := into[api.CasePage](t, w.get(t, "/api/v1/reviews", "judicial"), http.StatusOK)
	require.Len(t, queue.Items, 1)
	require.Equal(t, logged.ID, queue.Items[0].ID)
	require.Equal(t, models.ReviewPending, queue.Items[0].Review)
	require.Empty(t, into[api.CasePage](t, w.get(t, "/api/v1/reviews", "judicial2"), http.StatusOK).Items)
	waiting := into[api.Case](t, w.get(t, casePath(logged.ID, ""), "judicial"), http.StatusOK)
	require.Equal(t, models.ActionExpire, waiting.Timeline[len(waiting.Timeline)-1].Action)
	taken := w.act(t, "judicial", waiting, "review", casework.ReviewForm{Decision: "accept", Note: "由司法所办理"})
	require.Equal(t, models.LevelTownship, taken.Level)
	require.Equal(t, models.ReviewAccepted, taken.Review)
	left := actions(into[api.Case](t, w.get(t, casePath(logged.ID, ""), "mediator"), http.StatusOK))
	for _, action := range []string{"accept", "decline", "sitting", "agree", "fail", "withdraw", "refer", "escalate", "receive", "return", "perform", "close"} {
		require.NotContains(t, left, action, "the village reads on, and may raise the risk")
	}
	problem(t, w.post(t, casePath(logged.ID, "sittings"), "mediator", sitting(w)), http.StatusForbidden)

	// It is mediated, agreed and performed.
	w.clock.advance(24 * time.Hour)
	sat := w.act(t, "judicial", taken, "sittings", sitting(w))
	agreed := w.act(t, "judicial", sat, "agreement", casework.AgreementForm{
		Form: "written", Items: []string{"分两期付清租金四千八百元"}, AmountFen: 480_000,
		Instalments: []casework.InstalmentForm{{DueOn: "2026-04-10", AmountFen: 240_000}, {DueOn: "2026-04-20", AmountFen: 240_000}},
	})
	require.Equal(t, models.Agreed, agreed.State)
	require.Nil(t, agreed.DueAt)
	w.clock.advance(20 * 24 * time.Hour)
	half := w.act(t, "judicial", agreed, "perform", casework.PerformForm{Seq: 1, On: "2026-04-10"})
	require.Equal(t, "agreement.open", problem(t, w.post(t, casePath(logged.ID, "close"), "judicial", nil), http.StatusConflict).Code)
	closed := w.act(t, "judicial", half, "perform", casework.PerformForm{Seq: 2, On: "2026-04-20"})
	require.Equal(t, models.Closed, closed.State)
	require.Equal(t, models.Performed, closed.Ending)
	require.Subset(t, closed.Allowed, []models.Action{models.ActionVisit, models.ActionReopen, models.ActionCorrect, models.ActionAttach, models.ActionFile})
	require.Equal(t, "2026-05-23", closed.After.VisitBy)

	// The receipt is attached and the file filed for good.
	receipt := w.act(t, "judicial", closed, "attachments", casework.AttachForm{Kind: models.AttachReceipt, File: scan()})
	again = w.post(t, casePath(logged.ID, "attachments"), "judicial", casework.AttachForm{Kind: models.AttachReceipt, File: scan()})
	require.Equal(t, receipt.Version, into[api.Case](t, again, http.StatusOK).Version, "the same file is there already")
	refused := problem(t, w.post(t, casePath(logged.ID, "filing"), "judicial", casework.FileForm{Retention: "long", On: "2026-01-01"}), http.StatusUnprocessableEntity)
	require.Equal(t, "on", refused.Errors[0].Field)
	filed := w.act(t, "judicial", receipt, "filing", casework.FileForm{Retention: "long", Known: true})
	require.Equal(t, []string{"addend"}, actions(filed))
	require.Equal(t, "case.filed", problem(t, w.post(t, casePath(logged.ID, "filing"), "judicial", casework.FileForm{Retention: "long"}), http.StatusConflict).Code)
	w.act(t, "judicial", filed, "addend", casework.AddendForm{Text: "补入回访照片"})
	listed := into[api.Papers](t, w.get(t, casePath(logged.ID, "papers"), "firstsecretary"), http.StatusOK)
	require.Len(t, listed.Attachments, 1)
	require.Equal(t, "long", listed.Filing.Retention)
	require.Len(t, listed.Filing.Supplements, 1)
	require.Contains(t, w.get(t, casePath(logged.ID, "file"), "judicial").header.Get("Content-Disposition"), "2026-")

	// The reports of the months show it, and each number opens its list.
	w.clock.advance(30 * 24 * time.Hour)
	for month, figures := range map[string]map[string]int64{
		"2026-03": {"opened": 1, "concluded": 0, "pending": 1, "escalated": 0},
		"2026-04": {"opened": 0, "opening": 1, "concluded": 1, "pending": 0, "escalated": 1, "agreed": 1},
	} {
		for _, region := range []string{village, township, county} {
			path := fmt.Sprintf("/api/v1/reports/%s/%s", region, month)
			report := into[api.Report](t, w.get(t, path, "county"), http.StatusOK)
			require.False(t, report.Provisional)
			for key, want := range figures {
				require.Equal(t, want, valueOf(t, report, key), "%s of %s in %s", key, region, month)
				list := into[api.FigurePage](t, w.get(t, path+"/figures/"+key, "county"), http.StatusOK)
				require.Len(t, list.Items, int(want), "%s of %s in %s", key, region, month)
			}
		}
	}
	elsewhere := into[api.Report](t, w.post(t, "/api/v1/reports/"+township2+"/2026-04", "judicial2", nil), http.StatusOK)
	require.Zero(t, valueOf(t, elsewhere, "opening"))

	// The dispute comes back: another case goes on with what was filed, which stays the version that it is.
	closedFile := w.get(t, casePath(logged.ID, ""), "firstsecretary")
	form := draft(village)
	form.Follows, form.Again = logged.ID, "秋收以后又不付了"
	back := into[api.Case](t, w.post(t, "/api/v1/cases", "mediator", form), http.StatusCreated)
	require.Equal(t, &models.FiledCase{ID: logged.ID, Number: *filed.Number, FiledOn: "2026-04-23", Again: "秋收以后又不付了"}, back.Follows)
	require.Equal(t, http.StatusNotModified, w.get(t, casePath(logged.ID, ""), "firstsecretary", "If-None-Match", closedFile.header.Get("ETag")).status)
	following := into[api.CaseItems](t, w.get(t, casePath(logged.ID, "following"), "firstsecretary"), http.StatusOK)
	require.Len(t, following.Items, 1)
	require.Equal(t, back.ID, following.Items[0].ID)
	require.Empty(t, into[api.CaseItems](t, w.get(t, casePath(back.ID, "following"), "mediator"), http.StatusOK).Items)
	problem(t, w.get(t, casePath(logged.ID, "following"), "judicial2"), http.StatusNotFound)
}

func sitting(w *world) casework.SittingForm {
	return casework.SittingForm{HeldAt: w.clock.Now().Add(-time.Hour), Place: "村委会", RightsTold: true, Course: "双方陈述，合作社承认欠租。", Result: "agreed"}
}

func actions(c api.Case) []string {
	names := []string{}
	for _, a := range c.Allowed {
		names = append(names, string(a))
	}
	return names
}

func valueOf(t *testing.T, report api.Report, key string) int64 {
	t.Helper()
	for _, f := range report.Figures {
		if f.Key == key {
			return f.Value
		}
	}
	require.Failf(t, "no such figure", "%s", key)
	return 0
}
