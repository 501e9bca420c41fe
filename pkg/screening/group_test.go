package screening_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// TestGroupsThatWait: a group dispute counts in each month at whose end nobody had answered, whatever was
// decided since; the chair is told of each suggestion once, without a name.
func TestGroupsThatWait(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		place, err := w.store.Place(t.Context(), north)
		require.NoError(t, err)
		suggest := func(root, on string) *models.Cluster {
			c := models.NewCluster(place, models.Root{Kind: models.RootTransferee, Text: root})
			members := []models.ClusterMember{{LoggedAt: local(on), Households: 6}, {LoggedAt: local(on), Households: 6}}
			members[0].ID[0], members[1].ID[0] = 1, 2
			require.True(t, c.Gather(models.DefaultRiskPolicy(local(on)), members, local(on).UTC()))
			require.NoError(t, w.store.InsertCluster(t.Context(), c))
			return c
		}
		first := suggest("许来福", "2026-10-05 09:00")
		suggest("丰年农机合作社", "2026-11-01 09:00")
		decide := func(state models.ClusterState, on string) {
			require.NoError(t, first.Decide(state, chair, local(on).UTC(), "同一家"))
			require.NoError(t, w.store.ReplaceCluster(t.Context(), first))
		}
		waiting := func(place, month string) (int64, []screening.Entry) {
			view, err := w.Report(t.Context(), official.Scope(), place, month)
			require.NoError(t, err)
			list, err := w.Entries(t.Context(), official.Scope(), place, month, "groups_waiting")
			require.NoError(t, err)
			return value(t, view.Report, "groups_waiting"), list
		}
		due := func() (keys []string) {
			reminders, err := w.Reminders(t.Context())
			require.NoError(t, err)
			for _, r := range reminders {
				if r.Kind == models.NoticeGroup {
					require.Equal(t, chair.ID, r.To)
					require.Equal(t, "北坡村有2件纠纷、合计12户，起因可能是同一件事，请确认或者排除。", r.Text)
					require.NotContains(t, r.Subject+r.Text+r.Page, "许来福")
					keys = append(keys, r.Key)
				}
			}
			return keys
		}
		require.Len(t, due(), 2)
		require.Equal(t, due(), due(), "what was told is not told again")
		decide(models.ClusterDismissed, "2026-11-01 10:00")
		require.Len(t, due(), 1)
		for _, place := range []string{official.Region, judicial.Region, north} {
			n, list := waiting(place, "2026-10")
			require.Equal(t, int64(1), n, "%s: it was answered after the month", place)
			require.Equal(t, first.ID, list[0].Group.ID)
			n, list = waiting(place, "2026-11")
			require.Equal(t, int64(1), n, place)
			require.NotEqual(t, first.ID, list[0].Group.ID)
		}
		n, list := waiting("330681101202", "2026-10")
		require.Zero(t, n)
		require.Empty(t, list)
		require.Equal(t, models.ClusterState(""), first.StateAt(local("2026-10-01 00:00").Add(-time.Second)))
	})
}
