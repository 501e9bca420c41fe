package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Job is something that is done by itself.
type Job struct {
	Name     string
	Schedule string // five cron fields, in Chinese time
	// Run works off whatever is due at now. It must be safe to run twice, and at once with another.
	Run func(ctx context.Context, now time.Time) (Outcome, error)
	// Keep is how long the record of a run is kept, 0 for ever.
	Keep time.Duration
}

// Runner runs jobs on their schedules. It is started and stopped once.
type Runner struct {
	store  *store.Store
	holder string
	now    func() time.Time
	log    *slog.Logger
	jobs   []*runningJob
	ttl    time.Duration // how long a lease lasts without being renewed

	base     context.Context // of every run
	mu       sync.Mutex
	cron     *cron.Cron
	started  bool
	quit     context.CancelFunc // ends waiting, not the runs
	kill     context.CancelFunc // ends the runs
	quitting context.Context
	running  sync.WaitGroup
}

type runningJob struct {
	Job
	schedule schedule
	last     time.Time // the last slot that was looked at

	busy sync.Mutex // held while this process does the job: its own lease would not keep it out
}

// New makes a runner for one process, whose name holder must differ from every other's. now may be
// ahead of the machine's clock; schedules then follow it.
func New(st *store.Store, holder string, now func() time.Time, log *slog.Logger, list ...Job) (*Runner, error) {
	r := &Runner{store: st, holder: holder, now: now, log: log, ttl: leaseTTL}
	seen := map[string]bool{}
	for _, job := range list {
		parsed, err := parseSchedule(job.Schedule)
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", job.Name, err)
		}
		if job.Name == "" || seen[job.Name] || job.Run == nil {
			return nil, fmt.Errorf("job %q: needs a name of its own and something to run", job.Name)
		}
		seen[job.Name] = true
		r.jobs = append(r.jobs, &runningJob{Job: job, schedule: parsed})
	}
	return r, nil
}

// SetLease says how long a lease lasts without being renewed, in place of a minute: as long does it
// take until the work of a process that died is taken over. It comes before Start.
func (r *Runner) SetLease(ttl time.Duration) { r.ttl = ttl }

// Start runs every job once, which catches up what was missed, and then on its schedule. It
// returns at once.
func (r *Runner) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started {
		return errors.New("jobs were started already")
	}
	r.started = true
	base, kill := context.WithCancel(context.WithoutCancel(ctx))
	r.base = base
	r.quitting, r.quit = context.WithCancel(base)
	r.kill = kill
	logger := cronLog{r.log}
	chain := cron.NewChain(cron.SkipIfStillRunning(logger), cron.Recover(logger))
	r.cron = cron.New(cron.WithLocation(workday.Zone), cron.WithLogger(logger))
	for _, job := range r.jobs {
		first := true
		wrapped := chain.Then(cron.FuncJob(func() {
			atStart := first
			first = false
			r.fire(base, job, atStart)
		}))
		job.last = r.now()
		r.running.Go(wrapped.Run)
		r.cron.Schedule(shifted{job.schedule, r.now}, cron.FuncJob(func() {
			if r.enter() {
				defer r.running.Done()
				wrapped.Run()
			}
		}))
	}
	r.cron.Start()
	return nil
}

// enter counts a run in, unless the runner is not yet started or being stopped.
func (r *Runner) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.quitting == nil || r.quitting.Err() != nil {
		return false
	}
	r.running.Add(1)
	return true
}

// grace is how long a run that was told to end is waited for.
const grace = 5 * time.Second

// Stop lets no job begin any more and waits for those that run. When ctx ends first they are told
// to end and get some seconds to do so; then the error wraps the context's. It may be called
// before Start, and again.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	if !r.started {
		r.started = true
		r.mu.Unlock()
		return nil
	}
	if r.quit == nil {
		r.mu.Unlock()
		return nil
	}
	r.quit()
	r.mu.Unlock()

	ended := make(chan struct{})
	stopped := r.cron.Stop()
	go func() {
		<-stopped.Done()
		r.running.Wait()
		close(ended)
	}()
	var err error
	select {
	case <-ended:
	case <-ctx.Done():
		err = fmt.Errorf("jobs were cut short: %w", ctx.Err())
		r.kill()
		select {
		case <-ended:
		case <-time.After(grace):
			err = fmt.Errorf("%w, and some do not end", err)
		}
	}
	r.kill()
	return err
}

// cronLog is what cron itself has to say: a skipped tick is ordinary, an error is not.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, args ...any) { l.log.Debug("cron: "+msg, args...) }
func (l cronLog) Error(err error, msg string, args ...any) {
	l.log.Error("cron: "+msg, append(args, "error", err)...)
}
