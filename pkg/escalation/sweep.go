package escalation

import (
	"context"
	"errors"
	"fmt"
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

// rulebook looks up rules for many cases at one moment, each policy once.
type rulebook struct {
	store    *store.Store
	now      time.Time
	calendar *workday.Calendar
	inForce  map[string]*models.Policy // by county
	earlier  map[string]*models.Policy // by id
}

func newRulebook(st *store.Store, now time.Time) *rulebook {
	return &rulebook{store: st, now: now, inForce: map[string]*models.Policy{}, earlier: map[string]*models.Policy{}}
}

func (b *rulebook) of(ctx context.Context, c *models.Case) (Rules, error) {
	if b.calendar == nil {
		calendar, err := b.store.Calendar(ctx, b.now)
		if err != nil {
			return Rules{}, err
		}
		b.calendar = calendar
	}
	policy := b.inForce[c.Place.County]
	if policy == nil {
		var err error
		if policy, err = b.store.PolicyInForce(ctx, c.Place.County, b.now); err != nil {
			return Rules{}, err
		}
		b.inForce[c.Place.County] = policy
	}
	if _, ok := policy.Rung(c.Level); ok || c.LastStage() == nil || c.LastStage().Clock() == nil {
		return Rules{policy, b.calendar}, nil
	}
	clock := c.LastStage().Clock()
	id := models.PolicyID(clock.PolicyCounty, clock.PolicyNumber)
	if policy = b.earlier[id]; policy == nil {
		var err error
		if policy, err = b.store.Policy(ctx, clock.PolicyCounty, clock.PolicyNumber); err != nil {
			return Rules{}, err
		}
		b.earlier[id] = policy
	}
	return Rules{policy, b.calendar}, nil
}

// Sweeper carries out what the clock wants over the whole store. Any number of them may run at once:
// each case is written back under its version, so that one of them moves it and the others find it
// moved.
type Sweeper struct{ store *store.Store }

// NewSweeper makes a sweeper.
func NewSweeper(st *store.Store) *Sweeper { return &Sweeper{store: st} }

// batch is how many cases are read, decided and written back together. It bounds the memory.
const batch = 250

// Why a case was left alone.
const (
	skippedChanged = "刚刚被人修改，留待下次"
	skippedBroken  = "时限规则无法计算，请管理员检查"
)

// maxFaults is how many cases that could not be decided are named in the error.
const maxFaults = 10

// Run works off every case whose clock wants attention at now, the oldest first, until none is left.
// A case that cannot be decided is left alone and named in the error; the others are done all the
// same.
func (s *Sweeper) Run(ctx context.Context, now time.Time) (models.SweepRun, error) {
	now = now.UTC().Truncate(time.Millisecond)
	run := models.SweepRun{Skipped: map[string]int{}}
	book := newRulebook(s.store, now)
	var faults []error
	err := s.pages(ctx, now, func(page []*models.Case) error {
		var changed []*models.Case
		var steps []Step
		for _, c := range page {
			run.Looked++
			step, why, err := carry(ctx, book, c, now)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				run.Skipped[skippedBroken]++
				if len(faults) < maxFaults {
					faults = append(faults, fmt.Errorf("case %s: %w", c.ID.Hex(), err))
				}
			case step == Nothing:
				run.Skipped[why]++
			default:
				changed, steps = append(changed, c), append(steps, step)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		results, err := s.store.ReplaceCases(ctx, changed)
		if err != nil {
			return err
		}
		for i, err := range results {
			switch {
			case store.IsConflict(err):
				run.Skipped[skippedChanged]++
			case err != nil:
				return fmt.Errorf("case %s: %w", changed[i].ID.Hex(), err)
			default:
				count(&run, steps[i])
			}
		}
		return nil
	})
	return run, errors.Join(append(faults, err)...)
}

func carry(ctx context.Context, book *rulebook, c *models.Case, now time.Time) (Step, string, error) {
	rules, err := book.of(ctx, c)
	if err != nil {
		return Nothing, "", err
	}
	decision := Decide(rules.Policy, c, now)
	return decision.Step, decision.Why, rules.Carry(c, decision, now)
}

func count(run *models.SweepRun, step Step) {
	switch step {
	case Move:
		run.Moved++
	case Warn:
		run.Warned++
	case Tell:
		run.Overdue++
	}
}

// Preview calls visit with every case that a sweep at now would do something to, and what. It
// changes nothing.
func (s *Sweeper) Preview(ctx context.Context, now time.Time, visit func(*models.Case, Decision) error) error {
	book := newRulebook(s.store, now)
	return s.pages(ctx, now, func(page []*models.Case) error {
		for _, c := range page {
			rules, err := book.of(ctx, c)
			if err != nil {
				return fmt.Errorf("case %s: %w", c.ID.Hex(), err)
			}
			if decision := Decide(rules.Policy, c, now); decision.Step != Nothing {
				if err := visit(c, decision); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// pages reads what is due at now page by page. The place where the next page begins is kept before
// a page is worked on, because that changes its cases.
func (s *Sweeper) pages(ctx context.Context, now time.Time, work func([]*models.Case) error) error {
	var after *models.Case
	for {
		page, err := s.store.CasesToSweep(ctx, now, after, batch)
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
		if len(page) < batch {
			return nil
		}
	}
}
