package jobs

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// A process dies in the middle of a slot. Others wait for no more than its lease: however long that
// has been renewed before.
func TestTakeoverWithinALease(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{time.Minute, 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			var died, taken time.Time
			dying, alive := newRunner(t, st, "dying", Job{Name: "job", Schedule: "0 * * * *", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
				<-ctx.Done()
				return Outcome{}, ctx.Err()
			}}), newRunner(t, st, "alive", Job{Name: "job", Schedule: "0 * * * *", Run: func(context.Context, time.Time) (Outcome, error) {
				taken = time.Now()
				return Outcome{}, nil
			}})
			dying.SetLease(ttl)
			alive.SetLease(ttl)
			start(t, dying)
			synctest.Wait()
			start(t, alive)
			time.Sleep(5*ttl + ttl/7)
			require.Zero(t, taken, "the lease is renewed")

			lease, err := st.Lease(t.Context(), "job")
			require.NoError(t, err)
			died = time.Now()
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			require.Error(t, dying.Stop(ctx))
			// What a dead process leaves behind: its lease runs on.
			again, err := st.AcquireLease(t.Context(), "job", "dying", died, ttl)
			require.NoError(t, err)
			require.Greater(t, again.Term, lease.Term)
			time.Sleep(10 * ttl)
			stop(t, alive)
			require.False(t, taken.IsZero())
			require.LessOrEqual(t, taken.Sub(died), ttl+2*lookAgain)
			require.GreaterOrEqual(t, taken.Sub(died), ttl, "and not before the lease has run out")
		})
	}
}

func TestRunNow(t *testing.T) {
	t.Parallel()
	t.Run("leaves a record that says who asked", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			var runs atomic.Int64
			r := newRunner(t, st, "a", counting("job", "0 * * * *", &runs))
			start(t, r)
			time.Sleep(10 * time.Minute)
			id, err := r.RunNow(t.Context(), "job", "孙维新")
			require.NoError(t, err)
			run, err := st.Run(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, []any{StatusDone, "孙维新手动运行；ok", "a", false}, []any{run.Status, run.Note, run.Holder, run.CaughtUp})
			require.EqualValues(t, 2, runs.Load())
			lease, err := st.Lease(t.Context(), "job")
			require.NoError(t, err)
			require.False(t, time.Now().Before(lease.Until), "the lease was given back")
			require.Equal(t, time.Now().Truncate(time.Hour).Add(time.Hour).UTC(), r.Next("job").UTC())

			time.Sleep(time.Hour)
			require.EqualValues(t, 3, runs.Load(), "the schedule goes on")
			stop(t, r)
		})
	})
	t.Run("a failure stands in the record", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			var runs atomic.Int64
			r := newRunner(t, st, "a", Job{Name: "job", Schedule: "0 0 1 1 *", Run: func(context.Context, time.Time) (Outcome, error) {
				if runs.Add(1) == 1 {
					return Outcome{}, nil
				}
				return Outcome{}, errors.New("disk full")
			}})
			start(t, r)
			synctest.Wait()
			id, err := r.RunNow(t.Context(), "job", "孙维新")
			require.NoError(t, err)
			run, err := st.Run(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, StatusFailed, run.Status)
			stop(t, r)
		})
	})
	t.Run("refused while the job runs here or elsewhere, or is none", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			var runs atomic.Int64
			slow := Job{Name: "job", Schedule: "0 0 1 1 *", Run: func(context.Context, time.Time) (Outcome, error) {
				runs.Add(1)
				time.Sleep(time.Hour)
				return Outcome{}, nil
			}}
			here, elsewhere := newRunner(t, st, "host/1", slow), newRunner(t, st, "host/2", slow)
			_, err := here.RunNow(t.Context(), "job", "孙维新")
			require.Equal(t, models.Unavailable, models.AsError(err).Kind, "not yet started")
			start(t, here)
			synctest.Wait()
			start(t, elsewhere)
			time.Sleep(time.Minute)
			for r, words := range map[*Runner]string{here: "正在这台机器上运行", elsewhere: "正在host/1运行"} {
				_, err := r.RunNow(t.Context(), "job", "孙维新")
				refused := models.AsError(err)
				require.Equal(t, models.Precondition, refused.Kind)
				require.Contains(t, refused.Message, words)
			}
			_, err = here.RunNow(t.Context(), "none", "孙维新")
			require.Equal(t, models.NotFound, models.AsError(err).Kind)
			require.True(t, here.Next("none").IsZero())
			require.EqualValues(t, 1, runs.Load())
			time.Sleep(3 * time.Hour)
			stop(t, here)
			stop(t, elsewhere)
			_, err = here.RunNow(t.Context(), "job", "孙维新")
			require.Equal(t, models.Unavailable, models.AsError(err).Kind, "stopped")
		})
	})
	t.Run("goes on when nobody waits any more, and the schedule waits for it", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			st := openStore(t)
			var runs, atOnce atomic.Int64
			r := newRunner(t, st, "a", Job{Name: "job", Schedule: "0 * * * *", Run: func(context.Context, time.Time) (Outcome, error) {
				if runs.Add(1) == 1 {
					return Outcome{}, nil
				}
				if atOnce.Add(1) != 1 {
					return Outcome{}, errors.New("two at once")
				}
				defer atOnce.Add(-1)
				time.Sleep(20 * time.Minute)
				return Outcome{}, nil
			}})
			start(t, r)
			time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(55 * time.Minute)))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			id, err := r.RunNow(ctx, "job", "孙维新")
			require.NoError(t, err)
			run, err := st.Run(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, StatusRunning, run.Status)
			time.Sleep(50 * time.Minute)
			stop(t, r)
			run, err = st.Run(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, StatusDone, run.Status)
			for _, run := range ledger(t, st, "job") {
				require.Equal(t, StatusDone, run.Status, run.ID)
			}
			require.EqualValues(t, 3, runs.Load(), "at the start, by hand, and the slot of the hour")
		})
	})
}
