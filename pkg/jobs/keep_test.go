package jobs

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A job that runs every minute leaves its records for as long as it says, another for ever.
func TestOldRecordsAreDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var runs atomic.Int64
		minutely, hourly := counting("minutely", "* * * * *", &runs), counting("hourly", "0 * * * *", &runs)
		minutely.Keep = 30 * time.Minute
		r := newRunner(t, st, "a", minutely, hourly)
		start(t, r)
		time.Sleep(5*time.Hour + time.Second)
		kept := ledger(t, st, "minutely")
		require.InDelta(t, 31, len(kept), 1)
		for _, run := range kept {
			require.False(t, run.Slot.Before(time.Now().Add(-31*time.Minute)), "%s", run.Slot)
		}
		require.InDelta(t, 6, len(ledger(t, st, "hourly")), 1)
		stop(t, r)
	})
}

// The delivery is a job where there is somebody who delivers.
func TestNoticesAreAJob(t *testing.T) {
	t.Parallel()
	require.Len(t, Standard(Work{}), 3)
	list := Standard(Work{Notices: func(_ context.Context, now time.Time) (string, error) { return now.Format(time.DateOnly), nil }})
	require.Len(t, list, 4)
	job := list[3]
	require.Equal(t, Notices, job.Name)
	require.Equal(t, "* * * * *", job.Schedule)
	out, err := job.Run(t.Context(), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, Outcome{Note: "2026-11-24"}, out)
	require.Greater(t, job.Keep, 24*time.Hour)
	named := map[string]bool{}
	for _, n := range Names() {
		named[n.Code] = true
	}
	for _, job := range list {
		require.True(t, named[job.Name], "people know %s by a name", job.Name)
	}
}
