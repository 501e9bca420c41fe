package main

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/jobs"
)

// await looks again and again until something is so, in the test's own goroutine. The limit is far
// more than it takes, whatever else the machine does.
func await(t *testing.T, so func() bool) {
	t.Helper()
	tick, late := time.NewTicker(2*time.Millisecond), time.After(5*time.Minute)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			require.FailNow(t, "it did not come to be")
		}
	}
}

// Three servers, or two, share one store, thousands of cases are due. The one that sweeps is killed in the
// middle, without a word: its lease runs out, another takes over, and every case has gone up exactly
// once. The lease is short, because a real one of a minute is too long to wait for; that takes a
// hidden flag. How long a takeover takes against the lease is held by TestTakeoverWithinALease.
//
// It has the machine for itself, as far as this package goes: what several processes do at once takes
// them as long as they are many.
func TestAServerDiesInMidSweep(t *testing.T) {
	for _, servers := range []int{3, 2} {
		t.Run(fmt.Sprintf("of %d", servers), func(t *testing.T) { dieInMidSweep(t, servers) })
	}
}

func dieInMidSweep(t *testing.T, of int) {
	const due, ttl = 1_500, 8 * time.Second
	where := fileSite(t.TempDir())
	require.NoError(t, loadDue(t.Context(), where, time.Now().UTC().Truncate(time.Second), due))
	a, _ := openAt(t, where, time.Now())
	moved := func() int {
		levels, err := a.store.CountLevels(t.Context(), demo.LoadCounty)
		require.NoError(t, err)
		require.Equal(t, due, int(levels[models.LevelVillage]+levels[models.LevelTownship]), "none is lost, none is anywhere else")
		return int(levels[models.LevelTownship])
	}
	require.Zero(t, moved())

	host, err := os.Hostname()
	require.NoError(t, err)
	servers := map[string]*served{} // by the name under which each holds leases
	for range of {
		s := launch(t, "serve", "--data", where.Data, "--lease-ttl", ttl.String())
		servers[fmt.Sprintf("%s/%d", host, s.cmd.Process.Pid)] = s
	}
	var held *models.Lease
	await(t, func() bool {
		n := moved()
		require.Less(t, n, due, "too late to kill anybody in the middle")
		if n == 0 {
			return false
		}
		held, err = a.store.Lease(t.Context(), jobs.Sweep)
		require.NoError(t, err)
		return held != nil && servers[held.Holder] != nil
	})
	victim := servers[held.Holder]
	require.NoError(t, victim.cmd.Process.Kill())
	require.Error(t, victim.cmd.Wait())
	died, left := time.Now(), moved()
	require.Less(t, left, due, "it died in the middle")
	delete(servers, held.Holder)
	for _, s := range servers {
		s.ready(t)
	}

	var next *models.Lease
	await(t, func() bool {
		next, err = a.store.Lease(t.Context(), jobs.Sweep)
		require.NoError(t, err)
		return next.Holder != held.Holder
	})
	took := time.Since(died)
	require.Contains(t, servers, next.Holder, "another of them")
	require.Greater(t, next.Term, held.Term)
	require.False(t, time.Now().Before(held.Until), "not while the lease of the dead one still ran")
	await(t, func() bool { return moved() == due })
	t.Logf("killed after %d of %d; taken over %s later, with a lease of %s", left, due, took.Round(time.Millisecond), ttl)
	await(t, func() bool { // whoever took over has written down how it ended
		runs, err := a.store.Runs(t.Context(), jobs.Sweep, 20)
		require.NoError(t, err)
		return !slices.ContainsFunc(runs, func(r *models.JobRun) bool { return r.Status == jobs.StatusRunning && r.Holder != held.Holder })
	})
	for _, s := range servers { // not asked to stop: they would first hand over the notices of every case
		require.NoError(t, s.cmd.Process.Kill())
		require.Error(t, s.cmd.Wait())
	}

	seen := 0
	for _, c := range allCases(t, a, demo.LoadCounty) {
		seen++
		require.NoError(t, c.VerifyTimeline())
		moves := 0
		for _, e := range c.Timeline {
			if e.Action == models.ActionExpire {
				moves++
			}
		}
		require.Equal(t, 1, moves, "exactly one: %s", c.ID.Hex())
		require.Len(t, c.Stages, 2)
		require.Equal(t, models.LevelTownship, c.Level)
	}
	require.Equal(t, due, seen)
	runs, err := a.store.Runs(t.Context(), jobs.Sweep, 20)
	require.NoError(t, err)
	counted, cut := 0, 0
	for _, r := range runs {
		if r.Holder == held.Holder {
			require.Equal(t, jobs.StatusRunning, r.Status, "the dead one wrote no end")
			cut++
			continue
		}
		require.Equal(t, jobs.StatusDone, r.Status)
		counted += r.Sweep.Moved
	}
	require.Equal(t, 1, cut)
	require.Equal(t, due, counted+left, "what the others say they moved is what the dead one had left")
}
