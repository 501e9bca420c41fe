package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Statuses of a run.
const (
	StatusRunning = "running"
	StatusDone    = "done"
	StatusFailed  = "failed"
)

// How long a lease lasts without being renewed, how long before its end it is no longer trusted,
// and how soon a slot that is not done is looked at again.
const (
	leaseTTL    = time.Minute
	leaseMargin = leaseTTL / 6
	retryFirst  = 30 * time.Second
	retryLast   = 30 * time.Minute
)

// Outcome is what a run has to tell.
type Outcome struct {
	Sweep *models.SweepRun
	Note  string
}

var errLeaseLost = errors.New("lease can no longer be trusted")

// fire sees to it that the slot that has come is done, here or elsewhere, until the next one comes.
func (r *Runner) fire(ctx context.Context, job *runningJob, atStart bool) {
	slot, missed := r.slot(ctx, job, atStart)
	if slot.IsZero() {
		return
	}
	job.last = slot
	wait := retryFirst
	for {
		done, until, err := r.attempt(ctx, job, slot, missed)
		if done {
			return
		}
		pause := wait
		switch {
		case errors.Is(err, errLeaseLost): // whoever took it may die as well
			r.log.Warn("job lost its lease", "job", job.Name, "slot", slot, "error", err)
			pause = lookAgain
		case err != nil:
			r.log.Error("job failed", "job", job.Name, "slot", slot, "error", err)
			wait = min(2*wait, retryLast)
		case !until.IsZero(): // somebody is at it; when the lease is not renewed they died
			pause = max(until.Sub(r.now()), 0) + lookAgain
		}
		if next := job.schedule.next(slot); !r.now().Add(pause).Before(next) {
			return
		}
		select {
		case <-r.quitting.Done():
			return
		case <-time.After(pause):
		}
	}
}

// lookAgain is how long after the end of a lease, one's own or another's, a slot is looked at again.
const lookAgain = 100 * time.Millisecond

// slot is the slot to be done now and how many were missed before it. At start it is the latest one
// since the last that was done, or this moment where none was missed. A slot that cron announces a
// moment too early for the clock is the next one.
func (r *Runner) slot(ctx context.Context, job *runningJob, atStart bool) (time.Time, int) {
	now := r.now().Truncate(time.Millisecond)
	if !atStart {
		slot, count := job.schedule.latest(job.last, now.Add(time.Second))
		return slot, max(count-1, 0)
	}
	last, err := r.lastDone(ctx, job.Name)
	if err != nil {
		r.log.Error("read the ledger of runs", "job", job.Name, "error", err)
	}
	if !last.IsZero() {
		if slot, count := job.schedule.latest(last, now); count > 0 {
			return slot, count
		}
	}
	return now, 0
}

// lastDone is the latest slot of a job that was done, zero for none.
func (r *Runner) lastDone(ctx context.Context, job string) (time.Time, error) {
	runs, err := r.store.Runs(ctx, job, 100)
	if err != nil {
		return time.Time{}, err
	}
	for _, run := range runs {
		if run.Status == StatusDone {
			return run.Slot, nil
		}
	}
	return time.Time{}, nil
}

// attempt does a slot if nobody else has done it or is doing it. done says that the slot needs
// nothing more, until when the lease of whoever is at it runs out.
func (r *Runner) attempt(ctx context.Context, job *runningJob, slot time.Time, missed int) (done bool, until time.Time, err error) {
	id := runID(job.Name, slot)
	if run, err := r.store.Run(ctx, id); err == nil && run.Status == StatusDone {
		return true, until, nil
	}
	if !job.busy.TryLock() {
		return false, r.now().Add(retryFirst), nil // somebody had it run at once
	}
	defer job.busy.Unlock()
	held, err := r.acquire(ctx, job)
	var other *heldError
	if errors.As(err, &other) {
		return false, other.lease.Until, nil
	}
	if err != nil {
		return false, until, err
	}
	run := &models.JobRun{ID: id, Job: job.Name, Slot: slot.UTC(), Holder: r.holder, CaughtUp: missed > 0}
	if missed > 0 {
		run.Note = fmt.Sprintf("补做，期间错过%d次", missed)
	}
	done, err = r.perform(ctx, job, run, held)
	return done, until, err
}

// holding is a lease that this process has, and when it was asked for.
type holding struct {
	lease *models.Lease
	asked time.Time
}

// heldError says who else does a job.
type heldError struct{ lease *models.Lease }

func (e *heldError) Error() string {
	return fmt.Sprintf("%s holds the lease until %s", e.lease.Holder, e.lease.Until)
}

// acquire takes the lease of a job; *heldError where another process has it.
func (r *Runner) acquire(ctx context.Context, job *runningJob) (holding, error) {
	asked := r.now()
	lease, err := r.store.AcquireLease(ctx, job.Name, r.holder, asked, r.ttl)
	if !errors.Is(err, store.ErrLeaseHeld) {
		return holding{lease, asked}, err
	}
	if lease, err = r.store.Lease(ctx, job.Name); err != nil {
		return holding{}, err
	}
	return holding{}, &heldError{lease} // a lease that was held is there for ever
}

// perform does a run under a lease and gives it back. done says that its slot needs nothing more.
func (r *Runner) perform(ctx context.Context, job *runningJob, run *models.JobRun, held holding) (done bool, err error) {
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseMargin)
		defer cancel()
		if releaseErr := r.store.ReleaseLease(ctx, held.lease, r.now()); releaseErr != nil {
			r.log.Warn("release lease", "job", job.Name, "error", releaseErr)
		}
	}()
	if done, err := r.claim(ctx, run); done || err != nil {
		return done, err
	}
	work, release := r.hold(ctx, job.Name, held.asked)
	defer release()
	if err := r.carryOut(work, run, job.Run); err != nil {
		return false, err
	}
	if err := r.prune(work, job.Job); err != nil {
		r.log.Warn("drop old records of runs", "job", job.Name, "error", err)
	}
	return true, nil
}

// pruned is how many records are dropped after a run, at most: more than one comes with each.
const pruned = 100

// prune drops records that are older than the job keeps them.
func (r *Runner) prune(ctx context.Context, job Job) error {
	if job.Keep == 0 {
		return nil
	}
	old, err := r.store.OldRuns(ctx, job.Name, r.now().Add(-job.Keep), pruned)
	if err != nil {
		return err
	}
	for _, run := range old {
		if err := r.store.DeleteRun(ctx, run); err != nil && !store.IsNotFound(err) && !store.IsConflict(err) {
			return err
		}
	}
	return nil
}

// claim puts the slot into the ledger as running. A slot that is there and not done belongs to a
// run that failed or died, because its lease is ours now: it is taken over.
func (r *Runner) claim(ctx context.Context, run *models.JobRun) (done bool, err error) {
	run.Status, run.StartedAt = StatusRunning, r.now().UTC().Truncate(time.Millisecond)
	err = r.store.InsertRun(ctx, run)
	if !store.IsDuplicate(err, "_id") {
		return false, err
	}
	there, err := r.store.Run(ctx, run.ID)
	if err != nil {
		return false, err
	}
	if there.Status == StatusDone {
		return true, nil
	}
	run.Version = there.Version
	return false, r.store.ReplaceRun(ctx, run)
}

// carryOut runs the work and writes down how it ended. A panic is a failure like another.
func (r *Runner) carryOut(ctx context.Context, run *models.JobRun, work func(context.Context, time.Time) (Outcome, error)) error {
	outcome, err := guarded(ctx, r.now(), work)
	ended := r.now().UTC().Truncate(time.Millisecond)
	run.EndedAt, run.Status, run.Sweep = &ended, StatusDone, outcome.Sweep
	if outcome.Note != "" {
		run.Note = joinNotes(run.Note, outcome.Note)
	}
	if err != nil {
		run.Status, run.Note = StatusFailed, joinNotes(run.Note, models.AsError(err).Message)
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(err, cause)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseMargin)
	defer cancel()
	return errors.Join(err, r.store.ReplaceRun(ctx, run))
}

func guarded(ctx context.Context, now time.Time, work func(context.Context, time.Time) (Outcome, error)) (out Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work(ctx, now)
}

// hold renews the lease until release. The context it gives ends when a renewal did not come
// through in time: it counts from when the renewal was asked for, so that a slow answer cannot
// stretch it.
func (r *Runner) hold(ctx context.Context, job string, asked time.Time) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sure := r.ttl - r.ttl/6
		trusted := asked.Add(sure)
		tick := time.NewTicker(r.ttl / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(trusted.Sub(r.now())):
				cancel(errLeaseLost)
				return
			case <-tick.C:
			}
			asked := r.now()
			limited, stop := context.WithTimeout(ctx, trusted.Sub(asked))
			_, err := r.store.AcquireLease(limited, job, r.holder, asked, r.ttl)
			stop()
			switch {
			case err == nil:
				trusted = asked.Add(sure)
			case errors.Is(err, store.ErrLeaseHeld):
				cancel(errLeaseLost)
				return
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-ended
	}
}

// Once does one piece of work outside any schedule and leaves its record, as the command line does.
func Once(ctx context.Context, st *store.Store, name, holder string, now func() time.Time, work func(context.Context, time.Time) (Outcome, error)) (*models.JobRun, error) {
	r := &Runner{store: st, holder: holder, now: now}
	slot := now().UTC().Truncate(time.Millisecond)
	// Each asking is a run of its own, whoever asked at the same moment.
	run := &models.JobRun{ID: runID(name, slot) + "/" + rand.Text(), Job: name, Slot: slot, Holder: holder}
	if _, err := r.claim(ctx, run); err != nil {
		return nil, err
	}
	return run, r.carryOut(ctx, run, work)
}

func runID(job string, slot time.Time) string {
	return job + "@" + slot.UTC().Format("2006-01-02T15:04:05.000Z")
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + "；" + b
}
