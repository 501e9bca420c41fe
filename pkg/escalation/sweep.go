package escalation

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// RulesFor are the rules for a case's next step: the policy in force, or the one that made its
// running clock where the ladder in force no longer has its level.
func RulesFor(ctx context.Context, st *store.Store, c *models.Case, now time.Time) (Rules, error) {
	return newRulebook(st, now).of(ctx, c)
}

// PolicyFor is the policy among RulesFor.
func PolicyFor(ctx context.Context, st *store.Store, c *models.Case, now time.Time) (*models.Policy, error) {
	return newRulebook(st, now).policy(ctx, c)
}

// rulebook looks up rules for many cases at one moment, each policy once.
type rulebook struct {
	mu       sync.Mutex
	store    *store.Store
	now      time.Time
	assumed  *workday.Calendar         // in place of the one that is kept, nil for that
	calendar map[int]*workday.Calendar // by the year with which it begins
	inForce  map[string]*models.Policy // by county
	earlier  map[string]*models.Policy // by id
}

func newRulebook(st *store.Store, now time.Time) *rulebook {
	return &rulebook{store: st, now: now, calendar: map[int]*workday.Calendar{}, inForce: map[string]*models.Policy{}, earlier: map[string]*models.Policy{}}
}

func (b *rulebook) of(ctx context.Context, c *models.Case) (Rules, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	calendar, err := b.calendarFor(ctx, c)
	if err != nil {
		return Rules{}, err
	}
	policy, err := b.policy(ctx, c)
	if err != nil {
		return Rules{}, err
	}
	risk, err := b.store.RiskPolicyInForce(ctx, c.Place.County, b.now)
	return Rules{policy, calendar, risk}, err
}

// calendarFor is the calendar of all the days that a case's running clock may count anew: it may have
// begun in a year that is over.
func (b *rulebook) calendarFor(ctx context.Context, c *models.Case) (*workday.Calendar, error) {
	if b.assumed != nil {
		return b.assumed, nil
	}
	since := b.now
	if clock := c.RunningClock(); clock != nil && clock.Since.Before(since) {
		since = clock.Since
	}
	year := workday.OfTime(since).Year
	calendar := b.calendar[year]
	if calendar == nil {
		var err error
		if calendar, err = b.store.CalendarSince(ctx, since, b.now); err != nil {
			return nil, err
		}
		b.calendar[year] = calendar
	}
	return calendar, nil
}

func (b *rulebook) policy(ctx context.Context, c *models.Case) (*models.Policy, error) {
	policy := b.inForce[c.Place.County]
	if policy == nil {
		var err error
		if policy, err = b.store.PolicyInForce(ctx, c.Place.County, b.now); err != nil {
			return nil, err
		}
		b.inForce[c.Place.County] = policy
	}
	if _, ok := policy.Rung(c.Level); ok || c.LastStage() == nil || c.LastStage().Clock() == nil {
		return policy, nil
	}
	clock := c.LastStage().Clock()
	id := models.PolicyID(clock.PolicyCounty, clock.PolicyNumber)
	if policy = b.earlier[id]; policy == nil {
		var err error
		if policy, err = b.store.Policy(ctx, clock.PolicyCounty, clock.PolicyNumber); err != nil {
			return nil, err
		}
		b.earlier[id] = policy
	}
	return policy, nil
}

// Sweeper carries out what the clock wants over the whole store. Any number of them may run at once:
// each case is written back under its version, so that one of them moves it and the others find it
// moved.
type Sweeper struct {
	store *store.Store
	batch int // how many cases are read, decided and written back together; it bounds the memory
	hands int // how many batches are decided and written at once, while the next is read; so does it
}

// NewSweeper makes a sweeper. A batch waits for the disk while another is decided and a third is read.
func NewSweeper(st *store.Store) *Sweeper { return &Sweeper{store: st, batch: 250, hands: 2} }

// Why a case was left alone.
const (
	skippedChanged = "刚刚被人修改，留待下次"
	skippedBroken  = "时限规则无法计算，请管理员检查"
)

// maxFaults is how many cases that could not be decided are named in the error.
const maxFaults = 10

// faults are cases that could not be decided.
type faults []error

func (f *faults) add(c *models.Case, err error) {
	if len(*f) < maxFaults {
		*f = append(*f, fmt.Errorf("case %s: %w", c.ID.Hex(), err))
	}
}

// sweep is one run at work.
type sweep struct {
	book   *rulebook
	run    models.SweepRun
	faults faults
}

// begin makes a run at a moment, as moments are stored.
func (s *Sweeper) begin(now time.Time) *sweep {
	return &sweep{book: newRulebook(s.store, now.UTC().Truncate(time.Millisecond)), run: models.SweepRun{Skipped: map[string]int{}}}
}

// Run works off every case whose clock wants attention at now, the oldest first, until none is left: one
// batch is read while the ones before it are decided and written. A case that somebody changes
// meanwhile is read again. A case that cannot be decided is left alone and named in the error; the
// others are done all the same.
func (s *Sweeper) Run(ctx context.Context, now time.Time) (models.SweepRun, error) {
	w := s.begin(now)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pages := make(chan *batch)
	var all []*batch
	var hands sync.WaitGroup
	for range max(s.hands, 1) {
		hands.Go(func() {
			for b := range pages {
				if err := w.work(ctx, b); err != nil {
					stop(err)
				}
			}
		})
	}
	err := s.pages(ctx, w.book.now, func(page []*models.Case) error {
		b := newBatch(page)
		select {
		case pages <- b:
			all = append(all, b)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(pages)
	hands.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	for _, b := range all { // in the order in which they were read
		w.take(b)
	}
	return w.run, errors.Join(append(w.faults, err)...)
}

// batch is some cases of a run and what came of them.
type batch struct {
	page   []*models.Case
	run    models.SweepRun
	faults faults
}

func newBatch(page []*models.Case) *batch {
	return &batch{page: page, run: models.SweepRun{Skipped: map[string]int{}}}
}

// take adds what came of a batch to the run.
func (w *sweep) take(b *batch) {
	r := &w.run
	r.Looked, r.Moved, r.Warned, r.Overdue = r.Looked+b.run.Looked, r.Moved+b.run.Moved, r.Warned+b.run.Warned, r.Overdue+b.run.Overdue
	r.Resumed, r.Urged, r.Reminded = r.Resumed+b.run.Resumed, r.Urged+b.run.Urged, r.Reminded+b.run.Reminded
	for why, n := range b.run.Skipped {
		r.Skipped[why] += n
	}
	w.faults = append(w.faults, b.faults[:min(len(b.faults), maxFaults-len(w.faults))]...)
}

// sweepAttempts bounds how often cases that others change meanwhile are read again.
const sweepAttempts = 4

// work decides the cases of a batch and writes back what it changed. It may run for several batches at
// once, and lets whoever reads a page go first after each case.
func (w *sweep) work(ctx context.Context, b *batch) error {
	page := b.page
	b.page = nil
	b.run.Looked = len(page)
	for attempt := 0; len(page) > 0; attempt++ {
		var changed []*models.Case
		var steps [][]Step
		for _, c := range page {
			runtime.Gosched()
			done, why, err := carry(ctx, w.book, c)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				b.run.Skipped[skippedBroken]++
				b.faults.add(c, err)
			case len(done) > 0:
				changed, steps = append(changed, c), append(steps, done)
			case attempt > 0:
				b.run.Skipped[skippedChanged]++
			default:
				b.run.Skipped[why]++
			}
		}
		if len(changed) == 0 {
			return nil
		}
		results, err := w.book.store.ReplaceCases(ctx, changed)
		if err != nil {
			return err
		}
		page = page[:0:0] // those that somebody else was faster with
		for i, err := range results {
			c := changed[i]
			switch {
			case store.IsConflict(err) && attempt+1 < sweepAttempts:
				again, err := w.book.store.Case(ctx, models.Scope{Region: c.Place.Village}, c.ID)
				if err != nil {
					return err
				}
				page = append(page, again)
			case store.IsConflict(err):
				b.run.Skipped[skippedChanged]++
			case err != nil:
				return fmt.Errorf("case %s: %w", c.ID.Hex(), err)
			default:
				for _, step := range steps[i] {
					count(&b.run, step)
				}
			}
		}
	}
	return nil
}

// carry does to a case what is due: mostly one step, more where a pause ended by itself or a report
// was not made. A hand-over is always the last, because the clock it starts is fresh.
func carry(ctx context.Context, book *rulebook, c *models.Case) (done []Step, why string, err error) {
	rules, err := book.of(ctx, c)
	if err != nil {
		return nil, "", err
	}
	for {
		decision := Decide(rules.Policy, c, book.now)
		if decision.Step == Nothing {
			if len(done) > 0 { // the deadline may be another by now, and with it what is late
				err = rules.Assess(c, book.now)
			}
			return done, decision.Why, err
		}
		if err := rules.Carry(c, decision, book.now); err != nil {
			return nil, "", err
		}
		done = append(done, decision.Step)
		if decision.Step == Move {
			return done, "", rules.Assess(c, book.now)
		}
	}
}

func count(run *models.SweepRun, step Step) {
	switch step {
	case Move:
		run.Moved++
	case Warn:
		run.Warned++
	case Tell:
		run.Overdue++
	case Resume:
		run.Resumed++
	case Urge:
		run.Urged++
	case Remind:
		run.Reminded++
	}
}

// Preview calls visit with every case that a sweep at now would do something to, and what. It
// changes nothing. A case that cannot be decided is named in the error, after the others.
func (s *Sweeper) Preview(ctx context.Context, now time.Time, visit func(*models.Case, Decision) error) error {
	w := s.begin(now)
	err := s.pages(ctx, w.book.now, func(page []*models.Case) error {
		for _, c := range page {
			rules, err := w.book.of(ctx, c)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				w.faults.add(c, err)
				continue
			}
			if decision := Decide(rules.Policy, c, w.book.now); decision.Step != Nothing {
				if err := visit(c, decision); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return errors.Join(append(w.faults, err)...)
}

// pages reads what is due at now page by page. The place where the next page begins is kept before
// a page is worked on, because that changes its cases.
func (s *Sweeper) pages(ctx context.Context, now time.Time, work func([]*models.Case) error) error {
	var after *models.Case
	for {
		page, err := s.store.CasesToSweep(ctx, now, after, s.batch)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		last := page[len(page)-1]
		next := *last.NextAt
		after = &models.Case{ID: last.ID, NextAt: &next}
		if err := work(page); err != nil {
			return err
		}
		if len(page) < s.batch {
			return nil
		}
	}
}
