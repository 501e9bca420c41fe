package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
)

func TestRuns(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for i := range 5 {
			slot := noon.Add(time.Duration(i) * time.Hour)
			run := &models.JobRun{ID: fmt.Sprint("sweep@", i), Job: "sweep", Slot: slot, StartedAt: slot, Status: "running"}
			require.NoError(t, st.InsertRun(t.Context(), run))
			requireKind(t, models.Conflict, "duplicate", st.InsertRun(t.Context(), &models.JobRun{ID: run.ID, Job: "sweep", Slot: slot}))
			run.Status = "done"
			require.NoError(t, st.ReplaceRun(t.Context(), run))
		}
		require.NoError(t, st.InsertRun(t.Context(), &models.JobRun{ID: "report@0", Job: "report", Slot: noon.AddDate(0, 0, 1)}))
		runs, err := st.Runs(t.Context(), "sweep", 3)
		require.NoError(t, err)
		require.Len(t, runs, 3)
		for i, run := range runs {
			require.Equal(t, fmt.Sprint("sweep@", 4-i), run.ID)
			require.Equal(t, "done", run.Status)
		}
		run, err := st.Run(t.Context(), "report@0")
		require.NoError(t, err)
		require.Equal(t, "report", run.Job)
		_, err = st.Run(t.Context(), "report@1")
		requireKind(t, models.NotFound, "not_found", err)
	})
}

// TestLeases tells the life of one lease. The first thing it shows is the one that matters most: a
// lease whose holder has died is taken over.
func TestLeases(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		const ttl = time.Minute
		first, err := st.AcquireLease(t.Context(), "sweep", "one", noon, ttl)
		require.NoError(t, err)
		require.EqualValues(t, 1, first.Term)
		taken, err := st.AcquireLease(t.Context(), "sweep", "two", noon.Add(ttl), ttl)
		require.NoError(t, err, "it has run out at this very moment")
		require.Equal(t, "two", taken.Holder)
		require.EqualValues(t, 2, taken.Term)
		require.True(t, noon.Add(2*ttl).Equal(taken.Until))

		_, err = st.AcquireLease(t.Context(), "sweep", "one", noon.Add(2*ttl-time.Millisecond), ttl)
		require.ErrorIs(t, err, store.ErrLeaseHeld, "until the last moment")
		other, err := st.AcquireLease(t.Context(), "report", "one", noon.Add(ttl), ttl)
		require.NoError(t, err, "another job's lease is another")
		require.EqualValues(t, 1, other.Term)

		renewed, err := st.AcquireLease(t.Context(), "sweep", "two", noon.Add(ttl+30*time.Second), ttl)
		require.NoError(t, err)
		require.EqualValues(t, 2, renewed.Term, "a renewal is the same term")
		require.True(t, noon.Add(2*ttl+30*time.Second).Equal(renewed.Until))

		require.NoError(t, st.ReleaseLease(t.Context(), first, noon.Add(ttl+40*time.Second)), "an old term is nothing to release")
		_, err = st.AcquireLease(t.Context(), "sweep", "one", noon.Add(ttl+40*time.Second), ttl)
		require.ErrorIs(t, err, store.ErrLeaseHeld, "and its release takes nothing from the new one")

		require.NoError(t, st.ReleaseLease(t.Context(), renewed, noon.Add(ttl+50*time.Second)))
		again, err := st.AcquireLease(t.Context(), "sweep", "one", noon.Add(ttl+50*time.Second), ttl)
		require.NoError(t, err)
		require.EqualValues(t, 3, again.Term)

		late, err := st.AcquireLease(t.Context(), "sweep", "one", noon.Add(time.Hour), ttl)
		require.NoError(t, err)
		require.EqualValues(t, 4, late.Term, "whoever comes back after the end may have missed another's term")
		require.NoError(t, st.ReleaseLease(t.Context(), again, noon.Add(time.Hour)), "its own old term")
		_, err = st.AcquireLease(t.Context(), "sweep", "two", noon.Add(time.Hour), ttl)
		require.ErrorIs(t, err, store.ErrLeaseHeld)
	})
}

// TestOneHoldsALease: of eight that ask at once, for a new lease and for one that has run out, one
// gets it.
func TestOneHoldsALease(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		contend := func(now time.Time) int {
			leases, errs := make([]*models.Lease, 8), make([]error, 8)
			var group sync.WaitGroup
			for i := range leases {
				group.Go(func() {
					leases[i], errs[i] = st.AcquireLease(t.Context(), "sweep", fmt.Sprint("holder", i), now, time.Minute)
				})
			}
			group.Wait()
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
					require.Equal(t, fmt.Sprint("holder", i), leases[i].Holder)
					continue
				}
				require.ErrorIs(t, err, store.ErrLeaseHeld)
			}
			return won
		}
		require.Equal(t, 1, contend(noon), "a new lease")
		if !enginetest.Offers(t, st.caps.AtomicUpdates, "AtomicUpdates", "of eight that take over a lease at once one gets it") {
			return
		}
		for round := range 5 {
			require.Equal(t, 1, contend(noon.Add(time.Duration(round+1)*time.Hour)), "a lease that has run out")
		}
	})
}
