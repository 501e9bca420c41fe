package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// filedReturn is a return of a village's cell that was sent at a moment, with so many findings.
func filedReturn(village string, cell int, from string, at time.Time, findings int) *models.Return {
	id := models.CellID(village, cell)
	r := &models.Return{ID: models.ReturnID(id, from), Cell: id, Village: village, Township: models.PlaceOf(village).Township, From: from, To: from, Outcomes: []models.FindingOutcome{}}
	f := models.Submission{At: at, Findings: []models.Finding{}}
	for i := range findings {
		f.Findings = append(f.Findings, models.Finding{Seq: i + 1, What: "争吵"})
	}
	r.Append(f)
	return r
}

func idsOf(returns []*models.Return) []string {
	out := []string{}
	for _, r := range returns {
		out = append(out, r.ID)
	}
	return out
}

// TestReturnsAreFound asks for returns by period, by what waits, and by when something happened to them,
// inside the scope and nowhere else.
func TestReturnsAreFound(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx, whole := t.Context(), models.Scope{Region: county}
		zero, found, other := filedReturn(northOne, 1, "2026-10-01", noon, 0), filedReturn(northOne, 2, "2026-11-01", noon, 1), filedReturn(northTwo, 1, "2026-11-01", noon.Add(time.Hour), 0)
		for _, r := range []*models.Return{zero, found, other} {
			require.NoError(t, st.InsertReturn(ctx, r))
		}
		require.True(t, store.IsDuplicate(st.InsertReturn(ctx, filedReturn(northOne, 1, "2026-10-01", noon, 3)), "_id"), "one return of a cell and period")
		got, err := st.ReturnsOf(ctx, whole, north, "2026-11-01")
		require.NoError(t, err)
		require.Equal(t, []string{found.ID, other.ID}, idsOf(got))
		got, err = st.ReturnsOf(ctx, models.Scope{Region: northTwo}, north, "2026-11-01")
		require.NoError(t, err)
		require.Equal(t, []string{other.ID}, idsOf(got))
		got, err = st.ReturnsOf(ctx, models.Scope{Region: south}, north, "2026-11-01")
		require.NoError(t, err)
		require.Empty(t, got)
		_, err = st.Return(ctx, models.Scope{Region: northTwo}, found.ID)
		require.True(t, store.IsNotFound(err))

		waiting := func() []string {
			got, err := st.WaitingReturns(ctx, whole, north)
			require.NoError(t, err)
			return idsOf(got)
		}
		active := func(from time.Time) []string {
			got, err := st.ActiveReturns(ctx, north, from, noon.Add(time.Minute))
			require.NoError(t, err)
			return idsOf(got)
		}
		require.Equal(t, []string{found.ID}, waiting())
		require.ElementsMatch(t, []string{zero.ID, found.ID}, active(noon), "not what was sent after its end")
		require.Equal(t, []string{found.ID}, active(noon.Add(time.Millisecond)), "what waits is active for ever")
		kept, err := st.Return(ctx, whole, found.ID)
		require.NoError(t, err)
		kept.Settle(models.FindingOutcome{Finding: 1, At: noon.Add(time.Minute), As: models.FindingPrevented})
		require.NoError(t, st.ReplaceReturn(ctx, kept))
		require.Empty(t, waiting())
		require.Equal(t, []string{found.ID}, active(noon.Add(time.Minute)))
		require.Empty(t, active(noon.Add(time.Hour)))
		require.True(t, store.IsConflict(st.ReplaceReturn(ctx, found)))
	})
}

// TestActiveReturnsPageByPage reads more than a page of them, each once.
func TestActiveReturnsPageByPage(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for i := range 450 {
			require.NoError(t, st.InsertReturn(t.Context(), filedReturn(northOne, i+1, "2026-11-01", noon, i%2)))
		}
		got, err := st.ActiveReturns(t.Context(), north, noon, noon.Add(time.Minute))
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range got {
			require.False(t, seen[r.ID], r.ID)
			seen[r.ID] = true
		}
		require.Len(t, seen, 450, fmt.Sprint(len(got)))
	})
}

func TestGridsAreKept(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx := t.Context()
		g := &models.Grid{Village: northOne, Cells: []models.Cell{{Number: 1, Kind: models.CellBranch, Spans: []models.CellSpan{{From: "2026-11-01", Name: "支部", HouseholdNames: []string{}, RecordedAt: noon}}}}}
		require.NoError(t, st.PutGrid(ctx, g))
		require.True(t, store.IsDuplicate(st.PutGrid(ctx, &models.Grid{Village: northOne}), "_id"))
		kept, err := st.Grid(ctx, models.Scope{Region: north}, northOne)
		require.NoError(t, err)
		require.Equal(t, g, kept)
		_, err = st.Grid(ctx, models.Scope{Region: south}, northOne)
		require.True(t, store.IsNotFound(err))
		all, err := st.GridsIn(ctx, models.Scope{Region: county}, north)
		require.NoError(t, err)
		require.Len(t, all, 1)
		all, err = st.GridsIn(ctx, models.Scope{Region: northTwo}, north)
		require.NoError(t, err)
		require.Empty(t, all)
		settings := &models.ScreeningSettings{County: county, Rules: []models.ScreeningRule{models.DefaultScreeningRule()}}
		require.NoError(t, st.PutScreeningSettings(ctx, settings))
		require.NoError(t, st.PutScreeningSettings(ctx, settings))
		require.True(t, store.IsDuplicate(st.PutScreeningSettings(ctx, &models.ScreeningSettings{County: county}), "_id"))
	})
}
