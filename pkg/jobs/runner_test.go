package jobs

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openStore opens a store of its own; inside a bubble its goroutines belong to the bubble and it is
// closed before the bubble ends.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, _ := openEngine(t)
	return st
}

func openEngine(t *testing.T) (*store.Store, docstore.Engine) {
	t.Helper()
	engine, err := embedded.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	return st, engine
}

func newRunner(t *testing.T, st *store.Store, holder string, list ...Job) *Runner {
	t.Helper()
	r, err := New(st, holder, time.Now, slog.New(slog.DiscardHandler), list...)
	require.NoError(t, err)
	return r
}

func start(t *testing.T, r *Runner) {
	t.Helper()
	require.NoError(t, r.Start(t.Context()))
}

func stop(t *testing.T, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, r.Stop(ctx))
}

// counting is a job that only counts its runs.
func counting(name, schedule string, runs *atomic.Int64) Job {
	return Job{Name: name, Schedule: schedule, Run: func(context.Context, time.Time) (Outcome, error) {
		runs.Add(1)
		return Outcome{Note: "ok"}, nil
	}}
}

func ledger(t *testing.T, st *store.Store, job string) []*models.JobRun {
	t.Helper()
	runs, err := st.Runs(context.Background(), job, docstore.MaxLimit)
	require.NoError(t, err)
	return runs
}

// Three days with a night of downtime: every slot while the system is up is done once, and what
// was missed is caught up by one run.
func TestSeventyTwoHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var hourly, daily atomic.Int64
		list := []Job{counting("hourly", "0 * * * *", &hourly), counting("daily", "30 3 * * *", &daily)}

		first := newRunner(t, st, "a", list...)
		start(t, first)
		time.Sleep(30*time.Hour + time.Minute)
		stop(t, first)
		require.EqualValues(t, 1+30, hourly.Load(), "one at start, then one an hour")
		before := daily.Load()

		time.Sleep(12 * time.Hour)
		second := newRunner(t, st, "b", list...)
		start(t, second)
		synctest.Wait()
		require.EqualValues(t, 1+30+1, hourly.Load(), "twelve missed slots are caught up by one run")
		caught := ledger(t, st, "hourly")[0]
		require.True(t, caught.CaughtUp)
		require.Equal(t, "补做，期间错过12次；ok", caught.Note)

		time.Sleep(30 * time.Hour)
		stop(t, second)
		require.EqualValues(t, 1+30+1+30, hourly.Load())
		require.Greater(t, daily.Load(), before)
		for _, run := range append(ledger(t, st, "hourly"), ledger(t, st, "daily")...) {
			require.Equal(t, StatusDone, run.Status, run.ID)
			require.NotNil(t, run.EndedAt)
		}
	})
}

// Several processes on one store do each slot once, whoever of them is up.
func TestEachSlotOnceAmongSeveralRunners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var runs atomic.Int64
		seen := make(chan time.Time, 1000)
		job := Job{Name: "job", Schedule: "*/5 * * * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			runs.Add(1)
			seen <- now
			time.Sleep(20 * time.Second)
			return Outcome{}, nil
		}}
		a, b := newRunner(t, st, "a", job), newRunner(t, st, "b", job)
		start(t, a)
		time.Sleep(2 * time.Minute)
		start(t, b)
		time.Sleep(6 * time.Hour)
		stop(t, a)
		stop(t, b)

		slots := map[time.Time]int{}
		for _, run := range ledger(t, st, "job") {
			require.Equal(t, StatusDone, run.Status)
			slots[run.Slot]++
		}
		require.EqualValues(t, len(slots), runs.Load(), "as many runs as slots")
		require.InDelta(t, 6*12+2, len(slots), 1)
	})
}

// A process that dies in the middle leaves a lease and a slot that says running. When the lease
// has run out another process takes the slot over, without waiting for the next one.
func TestTakeoverOfAnExpiredLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		slot := time.Now().Add(time.Hour).Truncate(time.Hour)
		var runs atomic.Int64
		b := newRunner(t, st, "b", counting("monthly", "0 * * * *", &runs))
		start(t, b)
		time.Sleep(time.Until(slot) - time.Second)
		require.EqualValues(t, 1, runs.Load())

		dead, err := st.AcquireLease(t.Context(), "monthly", "dead", time.Now(), leaseTTL)
		require.NoError(t, err)
		abandoned := &models.JobRun{ID: runID("monthly", slot), Job: "monthly", Slot: slot, Holder: "dead", Status: StatusRunning, StartedAt: time.Now()}
		require.NoError(t, st.InsertRun(t.Context(), abandoned))

		time.Sleep(31 * time.Second)
		require.EqualValues(t, 1, runs.Load(), "the lease of the dead process still runs")
		time.Sleep(2 * time.Minute)
		stop(t, b)
		require.EqualValues(t, 2, runs.Load())
		run, err := st.Run(t.Context(), runID("monthly", slot))
		require.NoError(t, err)
		require.Equal(t, StatusDone, run.Status)
		require.Equal(t, "b", run.Holder)
		require.ErrorIs(t, func() error { _, err := st.AcquireLease(t.Context(), "monthly", "b", time.Now(), leaseTTL); return err }(), nil)
		lease, err := st.AcquireLease(t.Context(), "monthly", "b", time.Now(), leaseTTL)
		require.NoError(t, err)
		require.Greater(t, lease.Term, dead.Term)
	})
}

// A panic is a failed run: it is written down, tried again, and the next slot comes as ever.
func TestPanicDoesNotStopTheJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var runs atomic.Int64
		job := Job{Name: "job", Schedule: "0 * * * *", Run: func(context.Context, time.Time) (Outcome, error) {
			if runs.Add(1) <= 2 {
				panic("out of ink")
			}
			return Outcome{}, nil
		}}
		r := newRunner(t, st, "a", job)
		start(t, r)
		synctest.Wait()
		require.Equal(t, StatusFailed, ledger(t, st, "job")[0].Status)

		time.Sleep(5 * time.Minute)
		require.EqualValues(t, 3, runs.Load(), "tried twice more")
		require.Equal(t, StatusDone, ledger(t, st, "job")[0].Status)

		time.Sleep(2 * time.Hour)
		stop(t, r)
		require.EqualValues(t, 5, runs.Load())
		require.Len(t, ledger(t, st, "job"), 3)
	})
}

// A slot that failed when the system went down is done at the next start.
func TestFailedSlotIsRetriedAfterRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		broken := atomic.Bool{}
		var done atomic.Int64
		job := Job{Name: "job", Schedule: "0 6 1 * *", Run: func(context.Context, time.Time) (Outcome, error) {
			if broken.Load() {
				return Outcome{}, errors.New("disk full")
			}
			done.Add(1)
			return Outcome{}, nil
		}}
		first := newRunner(t, st, "a", job)
		start(t, first)
		synctest.Wait()
		broken.Store(true)
		time.Sleep(32 * 24 * time.Hour)
		stop(t, first)
		failed := ledger(t, st, "job")[0]
		require.Equal(t, StatusFailed, failed.Status)
		require.EqualValues(t, 1, done.Load())

		broken.Store(false)
		second := newRunner(t, st, "b", job)
		start(t, second)
		synctest.Wait()
		stop(t, second)
		require.EqualValues(t, 2, done.Load())
		again, err := st.Run(t.Context(), failed.ID)
		require.NoError(t, err)
		require.Equal(t, StatusDone, again.Status)
	})
}

// When another process has taken the lease, the run's context ends with the reason.
func TestRunEndsWhenTheLeaseIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var cause error
		job := Job{Name: "job", Schedule: "0 0 1 1 *", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
			if cause != nil {
				return Outcome{}, nil
			}
			<-ctx.Done()
			cause = context.Cause(ctx)
			return Outcome{}, ctx.Err()
		}}
		r := newRunner(t, st, "a", job)
		start(t, r)
		time.Sleep(3*time.Minute + time.Second) // between two renewals
		// Renewed all the while; only a thief's clock, far ahead, sees it expired.
		_, err := st.AcquireLease(t.Context(), "job", "thief", time.Now().Add(time.Hour), leaseTTL)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		stop(t, r)
		require.ErrorIs(t, cause, errLeaseLost)
	})
}

// A run that lost its lease to a slow store, and to nobody else, goes on as soon as the store
// answers: the slot is not left for later.
func TestALostLeaseIsAskedForAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		var runs []time.Time
		job := Job{Name: "job", Schedule: "0 0 1 1 *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			if runs = append(runs, now); len(runs) == 1 {
				return Outcome{}, errLeaseLost // as hold says it
			}
			return Outcome{}, nil
		}}
		r := newRunner(t, st, "a", job)
		start(t, r)
		time.Sleep(retryFirst / 2)
		stop(t, r)
		require.Len(t, runs, 2)
		require.Equal(t, lookAgain, runs[1].Sub(runs[0]))
	})
}

// A store that stops answering ends the run before the lease could be another's.
func TestRunEndsWhenTheLeaseCannotBeRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, engine := openEngine(t)
		var began, ended time.Time
		job := Job{Name: "job", Schedule: "0 0 1 1 *", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
			began = time.Now()
			<-ctx.Done()
			ended = time.Now()
			return Outcome{}, ctx.Err()
		}}
		r := newRunner(t, st, "a", job)
		start(t, r)
		synctest.Wait()
		require.NoError(t, engine.Close())
		time.Sleep(2 * time.Minute)
		stop(t, r)
		require.Equal(t, leaseTTL-leaseMargin, ended.Sub(began))
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	t.Run("before start and twice", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newRunner(t, openStore(t), "a")
			stop(t, r)
			stop(t, r)
			require.Error(t, r.Start(t.Context()))
		})
	})
	t.Run("waits for what runs", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			ended := false
			r := newRunner(t, st, "a", Job{Name: "job", Schedule: "@daily", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
				time.Sleep(10 * time.Second)
				ended = ctx.Err() == nil
				return Outcome{}, nil
			}})
			start(t, r)
			synctest.Wait()
			stop(t, r)
			require.True(t, ended)
			stop(t, r)
			// The lease was given back: another holder need not wait.
			_, err := st.AcquireLease(t.Context(), "job", "b", time.Now(), leaseTTL)
			require.NoError(t, err)
		})
	})
	t.Run("cuts short what takes too long", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			r := newRunner(t, st, "a", Job{Name: "job", Schedule: "@daily", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
				<-ctx.Done()
				return Outcome{}, ctx.Err()
			}})
			start(t, r)
			synctest.Wait()
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			require.ErrorIs(t, r.Stop(ctx), context.DeadlineExceeded)
			require.Equal(t, StatusFailed, ledger(t, st, "job")[0].Status)
		})
	})
}

func TestNewRefusesABadList(t *testing.T) {
	t.Parallel()
	run := func(context.Context, time.Time) (Outcome, error) { return Outcome{}, nil }
	good := Job{Name: "a", Schedule: "@daily", Run: run}
	for name, list := range map[string][]Job{
		"twice":       {good, good},
		"no name":     {{Schedule: "@daily", Run: run}},
		"nothing":     {{Name: "a", Schedule: "@daily"}},
		"bad spec":    {{Name: "a", Schedule: "daily", Run: run}},
		"named zone":  {{Name: "a", Schedule: "TZ=UTC @daily", Run: run}},
		"never comes": {{Name: "a", Schedule: "0 0 30 2 *", Run: run}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(nil, "a", time.Now, slog.New(slog.DiscardHandler), list...)
			require.Error(t, err)
		})
	}
}

// The clock of the runner may be ahead of the machine's: jobs then get its time and its slots.
func TestRunnerFollowsAShiftedClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t)
		ahead := 100*24*time.Hour + 17*time.Minute
		now := func() time.Time { return time.Now().Add(ahead) }
		var last time.Time
		r, err := New(st, "a", now, slog.New(slog.DiscardHandler), Job{Name: "job", Schedule: "0 * * * *", Run: func(_ context.Context, now time.Time) (Outcome, error) {
			last = now
			return Outcome{}, nil
		}})
		require.NoError(t, err)
		start(t, r)
		time.Sleep(time.Hour)
		stop(t, r)
		require.Zero(t, last.Minute())
		require.Equal(t, now().Truncate(time.Hour).UTC(), ledger(t, st, "job")[0].Slot)
	})
}

func TestOnceLeavesItsRecord(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	swept := &models.SweepRun{Looked: 3, Moved: 2, Skipped: map[string]int{"changed": 1}}
	for _, holder := range []string{"a", "b"} {
		_, err := Once(t.Context(), st, "escalate", holder, clock, func(context.Context, time.Time) (Outcome, error) { return Outcome{Sweep: swept}, nil })
		require.NoError(t, err)
	}
	_, err := Once(t.Context(), st, "escalate", "c", clock, func(context.Context, time.Time) (Outcome, error) { return Outcome{}, errors.New("no") })
	require.Error(t, err)

	runs := ledger(t, st, "escalate")
	require.Len(t, runs, 3)
	status := map[string]string{}
	for _, run := range runs {
		status[run.Holder] = run.Status
	}
	require.Equal(t, map[string]string{"a": StatusDone, "b": StatusDone, "c": StatusFailed}, status)
}

func TestStandardJobs(t *testing.T) {
	t.Parallel()
	list := Standard(Work{
		Sweep: func(_ context.Context, now time.Time) (models.SweepRun, error) {
			return models.SweepRun{Looked: now.Day()}, nil
		},
		Reports:  func(context.Context, time.Time) (int, error) { return 4, nil },
		Sessions: func(context.Context) (int, error) { return 5, nil },
	})
	_, err := New(nil, "a", time.Now, slog.New(slog.DiscardHandler), list...)
	require.NoError(t, err)
	got := map[string]Outcome{}
	for _, job := range list {
		out, err := job.Run(t.Context(), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		got[job.Name] = out
	}
	require.Equal(t, 24, got[Sweep].Sweep.Looked)
	require.Equal(t, "补齐月报4份", got[Reports].Note)
	require.Equal(t, "清理过期登录5个", got[Sessions].Note)
}
