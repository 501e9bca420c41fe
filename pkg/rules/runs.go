package rules

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"fengqiao/models"
)

// Runs are dry runs that may take longer than somebody waits for a page: they go on behind it, and whoever
// asks again is told how far they are, or handed what came of them, once. A person has one at a time, and
// asking for another ends the one before. They take turns on the machine, end with the server, and what
// nobody fetches is forgotten. Safe for concurrent use.
type Runs struct {
	server   context.Context
	patience time.Duration
	turn     chan struct{}
	work     sync.WaitGroup
	mu       sync.Mutex
	runs     map[string]*Run // by person
}

const (
	mostRuns    = 8                // that are kept, those that wait for their turn and for being fetched included
	runLimit    = 10 * time.Minute // of one, waiting for its turn included
	runKept     = 10 * time.Minute // after it ended, until it is fetched
	runPatience = time.Second      // how long an answer waits for one to end
)

// NewRuns makes the runs of a server, which end with its context.
func NewRuns(server context.Context) *Runs {
	return &Runs{server: server, patience: runPatience, turn: make(chan struct{}, 1), runs: map[string]*Run{}}
}

// SetPatience says how long an answer waits for a run to end. It is called before the first.
func (r *Runs) SetPatience(d time.Duration) { r.patience = d }

// Run is one dry run. It is told how far it is by the Counted and Progress of its query.
type Run struct {
	key         string
	cancel      context.CancelCauseFunc
	begun       atomic.Bool
	total, done atomic.Int64
	ended       chan struct{}
	endedAt     time.Time
	result      any
	err         error
}

// Counted notes how many cases there are.
func (r *Run) Counted(total int) { r.total.Store(int64(total)) }

// Progress notes how many cases are done.
func (r *Run) Progress(done int) { r.done.Store(int64(done)) }

// Far is how far a run is that has not ended.
type Far struct {
	Begun       bool // else it waits for its turn
	Done, Total int
}

var (
	errReplaced = models.Errorf(models.Precondition, "trial.replaced", "您又开始了另一次试算，这一次已经停下")
	errGone     = models.Errorf(models.Precondition, "trial.gone", "这一次试算已经停下，或者结果已经看过了。请再点一次“试算”")
)

// Ask hands over what came of a person's run, or says how far it is, if it has not ended within the patience.
// key tells what is asked for: the same again is no other run. Without do none is begun: of two pages that ask
// for themselves again neither ends the run of the other. Nil runs are waited for, however long.
func (r *Runs) Ask(ctx context.Context, who, key string, do func(context.Context, *Run) (any, error)) (any, *Far, error) {
	if r == nil && do != nil {
		result, err := do(ctx, &Run{})
		return result, nil, err
	}
	run, err := r.join(who, key, do)
	if err != nil {
		return nil, nil, err
	}
	wait, stop := context.WithTimeout(ctx, r.patience)
	defer stop()
	select {
	case <-run.ended:
	case <-wait.Done():
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		return nil, &Far{run.begun.Load(), int(run.done.Load()), int(run.total.Load())}, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs[who] == run {
		delete(r.runs, who)
	}
	return run.result, nil, run.err
}

// join finds a person's run, or begins it.
func (r *Runs) join(who, key string, do func(context.Context, *Run) (any, error)) (*Run, error) {
	if r == nil {
		return nil, errGone
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.runs[who]
	switch {
	case run != nil && run.key == key:
		return run, nil
	case do == nil:
		return nil, errGone
	case run != nil:
		run.cancel(errReplaced)
		delete(r.runs, who)
	}
	for person, run := range r.runs {
		select {
		case <-run.ended:
			if time.Since(run.endedAt) > runKept {
				delete(r.runs, person)
			}
		default:
		}
	}
	switch {
	case r.server.Err() != nil:
		return nil, models.Errorf(models.Unavailable, "trial.stopping", "系统正在停止，请过一会儿再试算")
	case len(r.runs) >= mostRuns:
		return nil, models.Errorf(models.TooMany, "trial.busy", "现在试算的人太多，请过几分钟再试")
	}
	ctx, cancel := context.WithCancelCause(r.server)
	run = &Run{key: key, cancel: cancel, ended: make(chan struct{})}
	r.runs[who] = run
	r.work.Go(func() {
		defer close(run.ended)
		defer cancel(nil)
		run.result, run.err = r.carry(ctx, run, do)
		run.endedAt = time.Now()
	})
	return run, nil
}

// carry waits for a run's turn and does it. A panic is an error like another: nobody above would catch it.
func (r *Runs) carry(ctx context.Context, run *Run, do func(context.Context, *Run) (any, error)) (result any, err error) {
	ctx, stop := context.WithTimeoutCause(ctx, runLimit, models.Errorf(models.Unavailable, "trial.too_long", "试算超过%d分钟，已经停下。请过一会儿再试", int(runLimit.Minutes())))
	defer stop()
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-r.turn }()
	run.begun.Store(true)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	result, err = do(ctx, run)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return result, err
}

// Wait returns when every run has ended, after the server's context has.
func (r *Runs) Wait() {
	r.mu.Lock() // whoever is about to begin one has begun it
	defer r.mu.Unlock()
	r.work.Wait()
}
