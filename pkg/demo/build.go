package demo

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
)

// Options say what a demo is made of.
type Options struct {
	Ring     *seal.Ring
	Hasher   *account.Hasher
	Validate *models.Validator
	Now      time.Time // the moment the history ends at
	Seed     uint64
	Cases    int
	// Sweep escalates and warns whatever is due at a moment, Reports builds the missing monthly
	// reports and draws the checks. Progress, if any, is told how many cases are logged.
	Sweep    func(ctx context.Context, now time.Time) error
	Reports  func(ctx context.Context, now time.Time) error
	Progress func(cases int)
}

// Build fills an empty store, which has its policy and calendar, with the demo county. The last
// nights go unswept, so that the first sweep afterwards has work. The last account is made last: a store
// that has it is complete.
func Build(ctx context.Context, st *store.Store, o Options) error {
	if err := putRegions(ctx, st, Regions()); err != nil {
		return err
	}
	calendar, err := st.Calendar(ctx, o.Now.AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	dues, err := recentDeadlines(calendar, o.Now)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(o.Seed, 0))
	w := &world{store: st, random: random, staff: newStaff(), end: o.Now, progress: o.Progress}
	w.casework = casework.New(st, o.Ring, o.Validate, func() time.Time { return w.now })
	// The grid names accounts.
	accounts, logins := account.New(st, o.Hasher, o.Validate, func() time.Time { return o.Now }), Accounts()
	if err := createAccounts(ctx, accounts, logins[:len(logins)-1]); err != nil {
		return err
	}
	w.grids = newGridder(w, o)
	w.grids.plan()
	courses := coursesUntil(random, o.Now, o.Cases, dues)
	first := o.Now
	for i := range courses {
		// Each case has dice of its own, so that one more step of one does not change the others.
		life := &life{plot: courses[i], random: rand.New(rand.NewPCG(o.Seed, uint64(i)+1))}
		w.at(life.born, func(ctx context.Context) error { return w.begin(ctx, life) })
		if life.born.Before(first) {
			first = life.born
		}
	}
	unswept := dues[len(dues)-1].due
	for night := dayOf(first).Add(24*time.Hour + 5*time.Minute); night.Before(unswept); night = night.AddDate(0, 0, 1) {
		w.at(night, func(ctx context.Context) error {
			if err := o.Sweep(ctx, night); err != nil {
				return err
			}
			return w.judge(ctx)
		})
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	if err := o.Reports(ctx, o.Now); err != nil {
		return err
	}
	if err := signReports(ctx, st, w.staff, o.Now); err != nil {
		return err
	}
	if err := lookIntoChecks(ctx, st, w.staff, o.Now); err != nil {
		return err
	}
	if err := settleSubsidies(ctx, st, w.staff, o.Now); err != nil {
		return err
	}
	return createAccounts(ctx, accounts, logins[len(logins)-1:])
}

// world plays events one after another in the order of their times.
type world struct {
	store    *store.Store
	casework *casework.Service
	grids    *gridder
	random   *rand.Rand
	staff    staff
	now, end time.Time
	events   queue
	planned  int // events
	logged   int // cases
	progress func(cases int)
}

type event struct {
	at  time.Time
	seq int // events of one moment keep their order
	do  func(context.Context) error
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(e any)   { *q = append(*q, e.(event)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

func (w *world) at(when time.Time, do func(context.Context) error) {
	w.planned++
	if when.Before(w.end) {
		heap.Push(&w.events, event{when, w.planned, do})
	}
}

func (w *world) run(ctx context.Context) error {
	for w.events.Len() > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("at %s: %w", e.at.Format(time.RFC3339), err)
		}
	}
	return nil
}

// life is a case on its course.
type life struct {
	plot
	random   *rand.Rand
	id       bson.ObjectID
	dispute  dispute
	held     map[string]int // sittings held, by level
	returned bool
}
