package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Next is when this process runs a job next by its schedule, zero for a job that it does not have.
func (r *Runner) Next(name string) time.Time {
	if job := r.job(name); job != nil {
		return job.schedule.next(r.now())
	}
	return time.Time{}
}

func (r *Runner) job(name string) *runningJob {
	for _, job := range r.jobs {
		if job.Name == name {
			return job
		}
	}
	return nil
}

// RunNow does a job at once because somebody asks for it, under its lease and with a record of its
// own, whose id it returns. It waits for the run until ctx ends; the run goes on then. That the run
// failed stands in its record. A job that is being done, here or elsewhere, is a Precondition error
// that says where.
func (r *Runner) RunNow(ctx context.Context, name, who string) (string, error) {
	job := r.job(name)
	if job == nil {
		return "", models.Errorf(models.NotFound, "job.unknown", "没有这个自动任务")
	}
	if !r.enter() {
		return "", models.Errorf(models.Unavailable, "job.stopped", "系统正在停止，请稍后再试")
	}
	if !job.busy.TryLock() {
		r.running.Done()
		return "", models.Errorf(models.Precondition, "job.running", "这个任务正在这台机器上运行，请等它结束")
	}
	held, err := r.acquire(ctx, job)
	if err != nil {
		job.busy.Unlock()
		r.running.Done()
		var other *heldError
		if errors.As(err, &other) {
			return "", models.Errorf(models.Precondition, "job.running", "这个任务正在%s运行，占用到%s，请等它结束", other.lease.Holder, other.lease.Until.In(workday.Zone).Format("15:04:05"))
		}
		return "", err
	}
	slot := r.now().UTC().Truncate(time.Millisecond)
	id := runID(name, slot) + "/" + rand.Text()
	run := &models.JobRun{ID: id, Job: name, Slot: slot, Holder: r.holder, Note: who + "手动运行"}
	ended := make(chan error, 1)
	go func() {
		defer r.running.Done()
		defer job.busy.Unlock()
		_, err := r.perform(r.base, job, run, held)
		if err != nil {
			r.log.Error("job failed", "job", name, "slot", slot, "error", err)
		}
		ended <- err
	}()
	select {
	case <-ctx.Done():
	case err := <-ended:
		if err != nil {
			if _, lost := r.store.Run(ctx, id); lost != nil {
				return "", err // it did not even get its record
			}
		}
	}
	return id, nil
}
