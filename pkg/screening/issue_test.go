package screening_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// officer sits at the first township, colleague beside them.
var (
	officer   = models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: townships[0].Code}
	colleague = models.Actor{ID: "judicial2", Name: "林所长", Role: models.RoleJudicial, Region: townships[0].Code}
)

func (k *kept) seat(t testing.TB, actors ...models.Actor) {
	t.Helper()
	for _, a := range actors {
		require.NoError(t, k.store.InsertAccount(t.Context(), &models.Account{Username: a.ID, Name: a.Name, Role: a.Role, Region: a.Region, CreatedAt: k.now}))
	}
}

// issue does something to the first township's report of a month, under its version.
func (k *kept) issue(t testing.TB, month string, actor models.Actor, action models.ReportAction, change func(*screening.IssueForm)) (*models.Report, error) {
	t.Helper()
	report, err := k.service.Build(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	form := screening.IssueForm{Version: report.Version, Blocks: map[string]string{}}
	if change != nil {
		change(&form)
	}
	return k.service.Issue(t.Context(), actor, townships[0].Code, month, action, form)
}

func (k *kept) mustIssue(t testing.TB, month string, actor models.Actor, action models.ReportAction, change func(*screening.IssueForm)) *models.Report {
	t.Helper()
	report, err := k.issue(t, month, actor, action, change)
	require.NoError(t, err)
	return report
}

func requireTold(t *testing.T, kind models.Kind, code string, err error) {
	t.Helper()
	require.Equal(t, kind, models.AsError(err).Kind, "%v", err)
	require.Equal(t, code, models.AsError(err).Code, "%v", err)
}

func note(text string) func(*screening.IssueForm) {
	return func(f *screening.IssueForm) { f.Note = text }
}

// sealedReport brings a report to its seal.
func (k *kept) sealedReport(t testing.TB, month string) *models.Report {
	t.Helper()
	k.mustIssue(t, month, officer, models.ReportConfirm, func(f *screening.IssueForm) {
		f.Blocks = map[string]string{"overview": "本月总体平稳。", "stat_mediators": "12"}
	})
	k.mustIssue(t, month, colleague, models.ReportReview, nil)
	return k.mustIssue(t, month, colleague, models.ReportSeal, nil)
}

func TestAReportOnItsWay(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	month := k.months()[1]

	for _, action := range []models.ReportAction{models.ReportReview, models.ReportReturn, models.ReportSeal, models.ReportSupplement} {
		_, err := k.issue(t, month, officer, action, note("事由"))
		requireTold(t, models.Precondition, "report.state", err)
	}
	draft := k.mustIssue(t, month, officer, models.ReportSave, func(f *screening.IssueForm) { f.Blocks["overview"] = " 初稿\r\n第二段 " })
	require.Equal(t, "初稿\n第二段", draft.Issue.Block("overview"))
	require.Equal(t, models.ReportDraft, draft.Issue.State)

	confirmed := k.mustIssue(t, month, officer, models.ReportConfirm, func(f *screening.IssueForm) { f.Blocks["overview"] = "定稿" })
	require.Equal(t, models.ReportConfirmed, confirmed.Issue.State)
	_, err = k.issue(t, month, officer, models.ReportSave, nil)
	requireTold(t, models.Precondition, "report.state", err)
	_, err = k.issue(t, month, officer, models.ReportReview, nil)
	requireTold(t, models.Precondition, "report.own", err)
	require.Contains(t, models.AsError(err).Message, "林所长")

	_, err = k.issue(t, month, colleague, models.ReportReturn, nil)
	require.Equal(t, "note", models.AsError(err).Fields[0].Field)
	returned := k.mustIssue(t, month, colleague, models.ReportReturn, note("请补充研判"))
	require.Equal(t, models.ReportDraft, returned.Issue.State)
	require.Equal(t, "定稿", returned.Issue.Block("overview"), "nothing that was written is lost")
	require.Nil(t, returned.Issue.Step(models.ReportConfirm), "what was confirmed before the return is not confirmed")

	sealed := k.sealedReport(t, month)
	require.Equal(t, models.ReportSealed, sealed.Issue.State)
	require.NoError(t, sealed.VerifySeal())
	require.Equal(t, "12", sealed.Issue.Block("stat_mediators"))
	for _, action := range []models.ReportAction{models.ReportSave, models.ReportConfirm, models.ReportReturn, models.ReportSeal} {
		_, err := k.issue(t, month, colleague, action, note("事由"))
		requireTold(t, models.Precondition, "report.state", err)
	}
	v, err := k.service.Verify(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.True(t, v.Holds(), "%+v", v)
	require.Positive(t, v.Cases)
}

// TestWhoMayIssue holds that only those who sit at the place of the report bring it on its way.
func TestWhoMayIssue(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	month := k.months()[0]
	for name, tt := range map[string]struct {
		actor models.Actor
		kind  models.Kind
	}{
		"the county, of a township's report": {models.Actor{ID: "k", Role: models.RoleCounty, Region: county.Code}, models.Forbidden},
		"a mediator of a village in it":      {models.Actor{ID: "m", Role: models.RoleMediator, Region: villages[0].Code}, models.NotFound},
		"the township next door":             {models.Actor{ID: "j", Role: models.RoleJudicial, Region: townships[1].Code}, models.NotFound},
		"an auditor who sits there":          {models.Actor{ID: "a", Role: models.RoleAuditor, Region: townships[0].Code}, models.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := k.service.Issue(t.Context(), tt.actor, townships[0].Code, month, models.ReportConfirm, screening.IssueForm{})
			require.Equal(t, tt.kind, models.AsError(err).Kind, "%v", err)
		})
	}
	_, err := k.service.Issue(t.Context(), officer, townships[0].Code, monthOf(k), models.ReportSave, screening.IssueForm{})
	requireTold(t, models.Precondition, "report.running", err)
}

func monthOf(k *kept) string { return month(k.now) }

func TestOneWhoIsAloneReviewsTheirOwn(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer)
	month := k.months()[0]
	k.mustIssue(t, month, officer, models.ReportConfirm, nil)
	reviewed := k.mustIssue(t, month, officer, models.ReportReview, nil)
	require.True(t, reviewed.Issue.Step(models.ReportReview).Alone, "and it stands on the paper")
}

func TestWhatIsTypedIsChecked(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	for name, tt := range map[string]struct{ block, text, fault string }{
		"an identity number": {"risk", "当事人身份证号33068119900307123X，情绪激动", "月报里不写证件号码和电话，请删去"},
		"a phone":            {"advice", "请与13800005678联系", "月报里不写证件号码和电话，请删去"},
		"too long":           {"overview", strings.Repeat("长", 4001), "请写在4000字以内"},
		"no number":          {"stat_mediators", "十二", "请填整数，例如3；没有就填0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := k.issue(t, k.months()[0], officer, models.ReportSave, func(f *screening.IssueForm) { f.Blocks[tt.block] = tt.text })
			require.Equal(t, []models.FieldError{{Field: screening.Field(tt.block), Message: tt.fault}}, models.AsError(err).Fields)
		})
	}
	k.mustIssue(t, k.months()[0], officer, models.ReportSave, func(f *screening.IssueForm) { f.Blocks["risk"] = "涉及金额3306811990万元" })
}

func TestTheSlowerIsToldWhoWasFaster(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	month := k.months()[0]
	seen := k.mustIssue(t, month, officer, models.ReportSave, nil)
	k.mustIssue(t, month, colleague, models.ReportSave, func(f *screening.IssueForm) { f.Blocks["overview"] = "林所长写的" })
	_, err := k.service.Issue(t.Context(), officer, townships[0].Code, month, models.ReportSave, screening.IssueForm{Version: seen.Version, Blocks: map[string]string{"overview": "何明理写的"}})
	requireTold(t, models.Conflict, "conflict", err)
	require.Contains(t, models.AsError(err).Message, "林所长")
	now, err := k.store.Report(t.Context(), townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, "林所长写的", now.Issue.Block("overview"))
}

// lateFile puts a case into the store that was logged in a month and came in after its report was made.
func (k *kept) lateFile(t testing.TB, month string) *models.Case {
	t.Helper()
	s := newHistory(t, policy(), func(int) int { return 0 })
	s.now = local(month + "-15 10:00")
	s.log()
	require.NoError(t, k.store.InsertCase(t.Context(), s.cases[0]))
	return s.cases[0]
}

// TestFiguresThatMovedGoBackToTheDraft: nobody confirms or seals figures that the files no longer give.
func TestFiguresThatMovedGoBackToTheDraft(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	write := func(f *screening.IssueForm) { f.Blocks["overview"] = "本月平稳" }
	before := value(t, k.mustIssue(t, month, officer, models.ReportSave, write), "opened")

	k.lateFile(t, month)
	_, err := k.issue(t, month, officer, models.ReportConfirm, write)
	requireTold(t, models.Precondition, "report.moved", err)
	confirmed := k.mustIssue(t, month, officer, models.ReportConfirm, write)
	require.Equal(t, before+1, value(t, confirmed, "opened"))
	require.Equal(t, "本月平稳", confirmed.Issue.Block("overview"))

	k.mustIssue(t, month, colleague, models.ReportReview, nil)
	k.lateFile(t, month)
	_, err = k.issue(t, month, colleague, models.ReportSeal, nil)
	requireTold(t, models.Precondition, "report.moved", err)
	draft, err := k.store.Report(t.Context(), townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, models.ReportDraft, draft.Issue.State)
	require.Equal(t, before+2, value(t, draft, "opened"))
}

func TestSupplements(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	sealed := k.sealedReport(t, month)

	late := k.lateFile(t, month)
	v, err := k.service.Verify(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.True(t, v.Whole)
	require.False(t, v.Holds())
	require.Equal(t, []string{late.ID.Hex()}, v.CaseFiles.Added)

	_, err = k.issue(t, month, colleague, models.ReportSupplement, note(" "))
	require.Equal(t, "note", models.AsError(err).Fields[0].Field)
	after := k.mustIssue(t, month, colleague, models.ReportSupplement, note("补录一件漏登的纠纷"))
	require.NoError(t, after.VerifySeal())
	require.Equal(t, sealed.Figures, after.Figures, "what is sealed stays")
	require.Len(t, after.Issue.Supplements, 1)
	first := after.Issue.Supplements[0]
	require.Equal(t, 1, first.Number)
	require.Equal(t, 1, first.Files)
	var opened *models.FigureChange
	for i := range first.Changes {
		if first.Changes[i].Ref == "opened" {
			opened = &first.Changes[i]
		}
	}
	require.NotNil(t, opened)
	require.Equal(t, opened.Was.Value+1, opened.Is.Value)

	second := k.mustIssue(t, month, colleague, models.ReportSupplement, note("文字更正"))
	require.NoError(t, second.VerifySeal())
	require.Equal(t, 2, second.Issue.Supplements[1].Number)
	require.Equal(t, first.Digest, second.Issue.Supplements[1].Prev)
}

// older takes out of a report what was defined since.
func older(r *models.Report) {
	unknown := []string{"confirmed", "visited", "visit_rate", "satisfaction_rate"}
	r.Figures = slices.DeleteFunc(r.Figures, func(f models.Figure) bool { return slices.Contains(unknown, f.Key) })
	r.Tables = r.Tables[1:]
}

// TestDraftsOfAnOlderProgram: one that lacks a figure or a breakdown is worked out anew when it is opened, with
// what people wrote; what is confirmed stays as it was confirmed.
func TestDraftsOfAnOlderProgram(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	age := func(action models.ReportAction) *models.Report {
		r := k.mustIssue(t, month, officer, action, func(f *screening.IssueForm) { f.Blocks["overview"] = "本月平稳。" })
		older(r)
		require.NoError(t, k.store.ReplaceReport(t.Context(), r))
		return r
	}
	old := age(models.ReportSave)
	k.now = k.now.Add(time.Hour)
	view, err := k.service.Report(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.Len(t, view.Report.Figures, len(screening.Figures()))
	require.Len(t, view.Report.Tables, len(old.Tables)+1)
	require.Equal(t, "本月平稳。", view.Report.Issue.Block("overview"))
	require.True(t, view.Report.BuiltAt.Equal(k.now))
	stored, err := k.store.Report(t.Context(), townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, view.Report.Figures, stored.Figures)
	again, err := k.service.Report(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, stored.Version, again.Report.Version, "once")

	old = age(models.ReportConfirm)
	view, err = k.service.Report(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, old.Figures, view.Report.Figures)
}

func TestReminders(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	mediator := models.Actor{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: villages[0].Code}
	reader := models.Actor{ID: "reader", Name: "林知远", Role: models.RoleFirstSecretary, Region: villages[0].Code}
	k.seat(t, officer, colleague, mediator, reader)
	k.now = window(t, k.months()[2]).End.Add(6 * time.Hour)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	remind := func() int {
		made, err := k.service.Remind(t.Context())
		require.NoError(t, err)
		return made
	}
	months := 3
	require.Equal(t, months*3, remind(), "two officers and the mediator for each month; who only reads hears nothing")
	require.Zero(t, remind(), "once")
	k.now = k.now.AddDate(0, 0, 1)
	require.Zero(t, remind())
	k.now = k.now.AddDate(0, 0, 8)
	require.Equal(t, months*3, remind(), "after a week of downtime the latest only")

	last := k.months()[len(k.months())-1]
	k.mustIssue(t, last, officer, models.ReportConfirm, nil)
	require.Equal(t, 2, remind(), "now it waits for the reviewers")
	k.mustIssue(t, last, colleague, models.ReportReview, nil)
	k.mustIssue(t, last, colleague, models.ReportSeal, nil)
	k.now = k.now.AddDate(0, 0, 3)
	require.Equal(t, months*3-2, remind(), "what is sealed is reminded of no more")

	page, err := k.store.Inbox(t.Context(), "mediator", "", 50)
	require.NoError(t, err)
	require.NotEmpty(t, page.Messages)
	for _, m := range page.Messages {
		require.Equal(t, models.NoticeReport, m.Kind)
		require.Contains(t, m.Text, "北坡村2026年")
		require.Equal(t, fmt.Sprintf("%s/%s", villages[0].Code, m.Report[len(m.Report)-7:]), m.Report)
	}
}
