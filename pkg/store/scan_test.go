package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

func TestScansWaitAtTheirPlace(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx := t.Context()
		for i, s := range []*models.Scan{{ID: "b", Region: northOne}, {ID: "a", Region: northOne}, {ID: "c", Region: north}} {
			s.Waiting, s.At = s.Region, noon.Add(time.Duration(-i)*time.Hour)
			require.NoError(t, st.InsertScan(ctx, s))
			require.True(t, store.IsDuplicate(st.InsertScan(ctx, &models.Scan{ID: s.ID}), store.IndexID))
		}
		found, err := st.WaitingScans(ctx, northOne, 5)
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.Equal(t, "a", found[0].ID, "the oldest first")

		_, err = st.Scan(ctx, models.Scope{Region: south}, "a")
		require.True(t, store.IsNotFound(err))
		one, err := st.Scan(ctx, models.Scope{Region: north}, "a")
		require.NoError(t, err)
		one.Waiting, one.Aside = "", "拍重了"
		require.NoError(t, st.ReplaceScan(ctx, one))
		found, err = st.WaitingScans(ctx, northOne, 5)
		require.NoError(t, err)
		require.Len(t, found, 1)
	})
}

func TestASlipIsBoundOnce(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		ctx, c := t.Context(), newCase(northOne, noon)
		require.NoError(t, st.InsertSlip(ctx, &models.Slip{Key: "7K3F9QXM", Region: north, At: noon}))
		one, err := st.Slip(ctx, "7K3F9QXM")
		require.NoError(t, err)
		other, err := st.Slip(ctx, "7K3F9QXM")
		require.NoError(t, err)
		one.Case = &c.ID
		require.NoError(t, st.ReplaceSlip(ctx, one))
		require.True(t, store.IsConflict(st.ReplaceSlip(ctx, other)))
		_, err = st.Slip(ctx, "00000000")
		require.True(t, store.IsNotFound(err))
	})
}
