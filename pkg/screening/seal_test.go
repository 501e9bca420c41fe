package screening_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

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
