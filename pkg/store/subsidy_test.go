package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
)

func subsidyTable(number int, from time.Time) *models.SubsidyTable {
	return &models.SubsidyTable{
		Edition: models.Edition{County: county, Number: number, Name: "标准", EffectiveFrom: from}, Every: models.SettleMonthly,
		Grades: []models.SubsidyGrade{{Name: "一般"}}, Rows: []models.SubsidyRow{{Name: "一般纠纷", AmountFen: 100_00}}, WorkSittings: 1,
	}
}

func TestSubsidyTables(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx := t.Context()
		_, err := st.SubsidyTableInForce(ctx, county, noon)
		require.Equal(t, models.Precondition, models.AsError(err).Kind, "none comes with the system")
		require.NoError(t, st.InsertSubsidyTable(ctx, subsidyTable(1, noon.AddDate(0, -2, 0))))
		require.NoError(t, st.InsertSubsidyTable(ctx, subsidyTable(2, noon.AddDate(0, 1, 0))))
		require.True(t, store.IsDuplicate(st.InsertSubsidyTable(ctx, subsidyTable(2, noon)), docstore.IDIndex))
		broken := subsidyTable(3, noon)
		broken.Rows = nil
		require.Equal(t, models.Invalid, models.AsError(st.InsertSubsidyTable(ctx, broken)).Kind)
		for at, number := range map[time.Time]int{noon: 1, noon.AddDate(0, 1, 0): 2} {
			found, err := st.SubsidyTableInForce(ctx, county, at)
			require.NoError(t, err)
			require.Equal(t, number, found.Number)
		}
		all, err := st.SubsidyTables(ctx, county)
		require.NoError(t, err)
		require.Equal(t, []int{2, 1}, []int{all[0].Number, all[1].Number})
	})
}

func TestSubsidySheetsAndClaims(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx := t.Context()
		for i, period := range []string{"2026-08", "2026-09", "2026-Q4"} {
			require.NoError(t, st.PutSubsidySheet(ctx, &models.SubsidySheet{Township: north, Period: period, StartsAt: noon.AddDate(0, i, 0)}))
		}
		require.True(t, store.IsConflict(st.PutSubsidySheet(ctx, &models.SubsidySheet{Township: north, Period: "2026-08"})), "it is there")
		found, err := st.SubsidySheets(ctx, north, noon.AddDate(0, 1, 0))
		require.NoError(t, err)
		require.Equal(t, []string{"2026-09", "2026-Q4"}, []string{found[0].Period, found[1].Period}, "by their beginning")
		one, err := st.SubsidySheet(ctx, models.SubsidySheetID(north, "2026-08"))
		require.NoError(t, err)
		stale := *one
		require.NoError(t, st.PutSubsidySheet(ctx, one))
		require.True(t, store.IsConflict(st.PutSubsidySheet(ctx, &stale)))

		var ids []string
		for i := range 3 {
			id := fmt.Sprint("case", i)
			require.NoError(t, st.InsertSubsidyClaim(ctx, &models.SubsidyClaim{Case: id, Sheet: "a"}))
			require.True(t, store.IsDuplicate(st.InsertSubsidyClaim(ctx, &models.SubsidyClaim{Case: id, Sheet: "b"}), docstore.IDIndex))
			ids = append(ids, id)
		}
		claims, err := st.SubsidyClaims(ctx, append(ids[:2:2], "other"))
		require.NoError(t, err)
		require.Len(t, claims, 2)
		require.Equal(t, "a", claims["case1"].Sheet)
		require.NoError(t, st.ReplaceSubsidyClaim(ctx, claims["case1"]))
		claims["case1"].Version = 1
		require.True(t, store.IsConflict(st.ReplaceSubsidyClaim(ctx, claims["case1"])))
	})
}
