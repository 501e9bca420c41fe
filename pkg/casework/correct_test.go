package casework_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/store"
)

// TestCorrect puts a case right: what was there is kept, what is sealed stays sealed, and who looks for it
// finds it by what it is now.
func TestCorrect(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.accepted(t)
		c = did(t)(w.RecordSitting(t.Context(), mediator, ref(c), w.sitting(func(f *casework.SittingForm) {
			f.Statements = []casework.StatementForm{{Party: "许来福", Text: "要付清"}, {Party: "丰年农机合作社", Text: "付一半"}}
		})))
		box := c.Parties[0].IDNumber
		due := *c.DueAt
		c = did(t)(w.Correct(t.Context(), mediator, ref(c), correcting(func(f *casework.CorrectForm) {
			f.Parties[0].Name, f.Parties[0].Occupation, f.AmountFen = "许来富", " 村会计 ", 500_000
		})))
		require.Equal(t, []models.Statement{{Party: "许来富", Text: "要付清"}, {Party: "丰年农机合作社", Text: "付一半"}}, c.Sittings[0].Statements, "it follows the name")
		require.Equal(t, box, c.Parties[0].IDNumber, "a number that is left out stays")
		x := c.Corrections[0]
		require.Equal(t, []models.Change{
			{Field: "标题", Was: "三组地租拖欠", Is: "三组长垄地租拖欠"}, {Field: "涉及金额", Was: "4800.00元", Is: "5000.00元"},
			{Field: "第1名当事人", Was: "申请人，许来福，证件号码330681********6417，电话138****5678，性别男，住址三组12号", Is: "申请人，许来富，证件号码330681********6417，电话138****5678，性别男，职业或职务村会计，住址三组12号"},
		}, x.Changes)
		require.Equal(t, "村会计", c.Parties[0].Occupation)
		require.Equal(t, int64(480_000), x.Before.AmountFen)
		require.Equal(t, "改正标题、涉及金额、第1名当事人。原因：写错了", c.Timeline[len(c.Timeline)-1].Note)
		require.True(t, due.Equal(*c.DueAt), "no rule asks for a name")
		grams, err := w.SearchGrams("许来富")
		require.NoError(t, err)
		found, err := w.List(t.Context(), mediator, store.CaseFilter{Grams: grams}, "", 10)
		require.NoError(t, err)
		require.Len(t, found.Cases, 1)

		_, err = w.Correct(t.Context(), mediator, ref(c), correcting(func(f *casework.CorrectForm) {
			f.Parties[0].Name, f.Parties[0].Occupation, f.AmountFen = "许来富", "村会计", 500_000
		}))
		requireFields(t, err, "reason", "没有改动任何内容")
		_, err = w.Correct(t.Context(), mediator, ref(c), correcting(func(f *casework.CorrectForm) { f.Parties[1].Was = 1 }))
		requireFields(t, err, "parties[1].name", "这名当事人和原来的对不上，请重新打开本页")
		_, err = w.Correct(t.Context(), mediator, ref(c), correcting(func(f *casework.CorrectForm) { f.Parties[0].IDNumber = "330681195803126418" }))
		var e *models.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "parties[0].idNumber", e.Fields[0].Field)
	})
}

// TestCorrectMovesTheDeadline: where the rules give the type as it should have been other days, the
// deadline is what it would have been.
func TestCorrectMovesTheDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dividend := func(f *casework.CorrectForm) {
		f.Type, f.Subtype, f.Land = models.Dividend, "membership", nil
	}
	right := w.accepted(t, func(f *casework.LogForm) { f.Type, f.Subtype, f.Land = models.Dividend, "membership", nil })
	c := w.accepted(t)
	require.False(t, right.DueAt.Equal(*c.DueAt))
	w.at("2026-03-09 10:00")
	c = did(t)(w.Correct(t.Context(), mediator, ref(c), correcting(dividend)))
	require.True(t, right.DueAt.Equal(*c.DueAt))
	require.Equal(t, "village-dividend", c.RunningClock().Rule)
	require.Equal(t, right.RunningClock().Working, c.RunningClock().Working, "the working is that of a case that was right from the beginning")

	// With an assessment in between as well: it is read with the fields as they are.
	raise := casework.RiskForm{Risk: models.Orange, Reason: "亲族聚到一起"}
	risky := did(t)(w.Assess(t.Context(), mediator, ref(w.at("2026-03-02 09:00").accepted(t)), raise))
	risky = did(t)(w.Correct(t.Context(), mediator, ref(risky), correcting(dividend)))
	other := did(t)(w.Assess(t.Context(), mediator, ref(w.accepted(t, func(f *casework.LogForm) { f.Type, f.Subtype, f.Land = models.Dividend, "membership", nil })), raise))
	require.True(t, other.DueAt.Equal(*risky.DueAt))
	require.Equal(t, other.RunningClock().Working, risky.RunningClock().Working)
}
