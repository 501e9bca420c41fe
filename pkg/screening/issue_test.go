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

// TestSealKnowsItsOwnFigures: a case that adds only to what was defined after the seal came in under no seal,
// and is none that is missing there.
func TestSealKnowsItsOwnFigures(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	s := newHistory(t, policy(), func(int) int { return 0 })
	s.now = local(screening.AddMonths(month, -1) + "-10 10:00")
	s.log()
	tale := (&tale{s, s.cases[0]}).village(models.ActionAccept, models.ActionWithdraw)
	tale.at(month + "-15 10:00").c.Visit(models.Visit{RecordedAt: s.now})
	tale.c.ActiveUntil = s.now
	require.NoError(t, k.store.InsertCase(t.Context(), tale.c))
	sealed := k.sealedReport(t, month)
	verify := func() *screening.Verification {
		v, err := k.service.Verify(t.Context(), everything, townships[0].Code, month)
		require.NoError(t, err)
		return v
	}
	require.True(t, verify().Holds())

	lists, err := k.store.Heads(t.Context(), sealed.Issue.Seal.Heads)
	require.NoError(t, err)
	var without []string
	for line := range strings.Lines(string(lists)) {
		if !strings.HasPrefix(line, tale.c.ID.Hex()) {
			without = append(without, line)
		}
	}
	require.Len(t, without, sealed.Issue.Seal.Cases-1)
	mark := *sealed.Issue.Seal
	mark.Cases--
	mark.Heads, err = k.store.PutHeads(t.Context(), []byte(strings.Join(without, "")))
	require.NoError(t, err)
	older(sealed)
	sealed.Close(mark)
	require.NoError(t, k.store.ReplaceReport(t.Context(), sealed))
	require.True(t, verify().Holds(), "%+v", verify())
}

// TestSealShowsEveryChange changes one thing of a sealed report after the other.
func TestSealShowsEveryChange(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[2]
	k.sealedReport(t, month)
	for range 2 {
		k.lateFile(t, month)
		k.mustIssue(t, month, colleague, models.ReportSupplement, note("补录"))
	}
	load := func() *models.Report {
		r, err := k.store.Report(t.Context(), townships[0].Code, month)
		require.NoError(t, err)
		require.NoError(t, r.VerifySeal())
		return r
	}
	require.NotEmpty(t, load().Lines)
	for name, change := range map[string]func(r *models.Report){
		"a figure":                func(r *models.Report) { r.Figures[0].Value++ },
		"what a rate is over":     func(r *models.Report) { n := *rateOf(r).Of + 1; *rateOf(r).Of = n },
		"a figure less":           func(r *models.Report) { r.Figures = r.Figures[1:] },
		"a cell":                  func(r *models.Report) { r.Tables[0].Rows[0].Values[0]++ },
		"a row's name":            func(r *models.Report) { r.Tables[0].Rows[0].Name = "其他" },
		"a line":                  func(r *models.Report) { r.Lines[0].LateDays++ },
		"a line's group":          func(r *models.Report) { r.Lines[0].Group += "b" },
		"a text":                  func(r *models.Report) { r.Issue.Blocks[0].Text += "。" },
		"a text less":             func(r *models.Report) { r.Issue.Blocks = r.Issue.Blocks[1:] },
		"who confirmed":           func(r *models.Report) { r.Issue.Steps[0].Actor.Name = "别人" },
		"when it was reviewed":    func(r *models.Report) { r.Issue.Steps[1].At = r.Issue.Steps[1].At.Add(time.Second) },
		"who sealed":              func(r *models.Report) { r.Issue.Seal.By.Name = "别人" },
		"the list of cases":       func(r *models.Report) { r.Issue.Seal.Heads = strings.Repeat("0", 64) },
		"the list of returns":     func(r *models.Report) { r.Issue.Seal.Screened = strings.Repeat("0", 64) },
		"how many returns":        func(r *models.Report) { r.Issue.Seal.Returns++ },
		"returns of a supplement": func(r *models.Report) { r.Issue.Supplements[0].Refiled++ },
		"the month":               func(r *models.Report) { r.Month = "2026-01" },
		"a supplement's reason":   func(r *models.Report) { r.Issue.Supplements[0].Reason = "别的" },
		"a supplement's figures":  func(r *models.Report) { r.Issue.Supplements[0].Changes[0].Is.Value++ },
		"a supplement less":       func(r *models.Report) { r.Issue.Supplements = r.Issue.Supplements[1:] },
		"supplements changed":     func(r *models.Report) { s := r.Issue.Supplements; s[0], s[1] = s[1], s[0] },
		"the state":               func(r *models.Report) { r.Issue.State = models.ReportReviewed },
		"no seal":                 func(r *models.Report) { r.Issue.Seal = nil },
		"a seal that was made up": func(r *models.Report) { r.Issue.Seal.Digest = strings.Repeat("a", 64) },
	} {
		t.Run(name, func(t *testing.T) {
			r := load()
			change(r)
			require.Error(t, r.VerifySeal())
		})
	}
}

func rateOf(r *models.Report) *models.Figure {
	for i := range r.Figures {
		if r.Figures[i].Of != nil {
			return &r.Figures[i]
		}
	}
	return nil
}

// TestVerifyNamesTheFileThatWasChanged: a case file that somebody changed behind the system's back.
func TestVerifyNamesTheFileThatWasChanged(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	k.sealedReport(t, month)
	cases, err := k.service.Cases(t.Context(), everything, townships[0].Code, month, "opened")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	forged := cases[0]
	forged.Timeline[0].Hash = strings.Repeat("f", 64)
	forged.Timeline = forged.Timeline[:1]
	require.NoError(t, k.store.ReplaceCase(t.Context(), forged))
	v, err := k.service.Verify(t.Context(), everything, townships[0].Code, month)
	require.NoError(t, err)
	require.Equal(t, []string{forged.ID.Hex()}, v.CaseFiles.Changed)
	v, err = k.service.Verify(t.Context(), everything, townships[0].Code, k.months()[0])
	require.NoError(t, err)
	require.Nil(t, v, "there is no seal to check")
}

// TestReturnsAreUnderTheSeal: what was sent in the month and how it was settled by its end may not be another
// afterwards, even where no number moves; what is done later changes nothing.
func TestReturnsAreUnderTheSeal(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	end := window(t, month).End
	sealed := k.sealedReport(t, month)
	require.Positive(t, sealed.Issue.Seal.Returns)
	verify := func() *screening.Verification {
		v, err := k.service.Verify(t.Context(), everything, townships[0].Code, month)
		require.NoError(t, err)
		return v
	}
	require.True(t, verify().Holds())
	found, err := k.service.Entries(t.Context(), everything, townships[0].Code, month, "leads")
	require.NoError(t, err)
	require.NotEmpty(t, found)
	r := found[0].Return
	later := *r.Latest()
	later.At = end.Add(time.Hour)
	r.Append(later)
	require.NoError(t, k.store.ReplaceReturn(t.Context(), r))
	require.True(t, verify().Holds(), "a correction after the month's end")

	r.FilingAt(end).Findings[0].What += "，后来改的"
	require.NoError(t, k.store.ReplaceReturn(t.Context(), r))
	v := verify()
	require.Equal(t, screening.Difference{Changed: []string{r.ID}}, v.Screened)
	require.True(t, v.Whole)
	require.Empty(t, v.Changes)
	after := k.mustIssue(t, month, colleague, models.ReportSupplement, note("线索的文字后来改过"))
	require.Equal(t, 1, after.Issue.Supplements[0].Refiled)
	require.Zero(t, after.Issue.Supplements[0].Files)

	// A seal from before returns were under it says nothing of them, and still holds.
	old := *sealed.Issue.Seal
	old.Screened, old.Returns = "", 0
	sealed.Close(old)
	require.NoError(t, sealed.VerifySeal())
	stored, err := k.store.Report(t.Context(), townships[0].Code, month)
	require.NoError(t, err)
	sealed.Version = stored.Version
	require.NoError(t, k.store.ReplaceReport(t.Context(), sealed))
	require.True(t, verify().Holds())
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
