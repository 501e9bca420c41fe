package escalation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Shift is a running deadline that another calendar moves, or at least settles.
type Shift struct {
	ID      bson.ObjectID
	Number  string
	Title   string
	Place   models.Place
	Office  models.Office
	Phase   models.Phase
	Was, Is workday.Date // the last day
	Note    string       // plain Chinese, as the case's timeline has it
}

// IsMove says whether the last day is another.
func (s Shift) IsMove() bool { return s.Was != s.Is }

// Recounted is what came of working running deadlines out anew.
type Recounted struct {
	Looked  int   // cases whose clock runs
	Changed int   // of which something was written anew
	Moved   int   // of which the last day is another
	Faults  error // cases that could not be decided, some of them named; nil for none
}

// recountPasses bounds how often the cases are gone through: what somebody wrote meanwhile with the
// calendar of before is found by the next pass.
const recountPasses = 3

// Recount works out anew every running deadline of the store for which the calendar that is kept says
// something else than the one that made it, and leaves an event on each. It may run at any time and
// beside any other: when all agree it changes nothing. A case that is changed meanwhile is read again.
// A case that cannot be decided is left alone and named in Faults; the others are done all the same.
// visit, if there is one, is told of each change; an error of it ends the run.
func (s *Sweeper) Recount(ctx context.Context, now time.Time, visit func(Shift) error) (Recounted, error) {
	var out Recounted
	for range recountPasses {
		w := s.begin(now)
		before := out.Changed
		out.Looked, out.Faults = 0, nil
		err := s.running(ctx, "", func(page []*models.Case) error {
			out.Looked += len(page)
			return s.recount(ctx, w, page, visit, &out)
		})
		if out.Faults = errors.Join(w.faults...); err != nil || out.Changed == before {
			return out, err
		}
	}
	return out, nil
}

// recountAttempts bounds how often cases that others change meanwhile are read again.
const recountAttempts = 32

// recount works the deadlines of one page out anew and writes back what changed, together. What
// cannot be decided is a fault of the run, what cannot be written ends it.
func (s *Sweeper) recount(ctx context.Context, w *sweep, page []*models.Case, visit func(Shift) error, out *Recounted) error {
	for range recountAttempts {
		var changed []*models.Case
		var shifts []Shift
		for _, c := range page {
			shift, err := w.settle(ctx, c)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				w.faults.add(c, err)
			case shift != nil:
				changed, shifts = append(changed, c), append(shifts, *shift)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		results, err := s.store.ReplaceCases(ctx, changed)
		if err != nil {
			return err
		}
		page = page[:0:0] // those that somebody else was faster with
		for i, err := range results {
			switch {
			case store.IsConflict(err):
				again, err := s.store.Case(ctx, models.Scope{Region: changed[i].Place.Village}, changed[i].ID)
				if err != nil {
					return err
				}
				page = append(page, again)
				continue
			case err != nil:
				return fmt.Errorf("case %s: %w", changed[i].ID.Hex(), err)
			}
			out.Changed++
			if shifts[i].IsMove() {
				out.Moved++
			}
			if visit != nil {
				if err := visit(shifts[i]); err != nil {
					return err
				}
			}
		}
	}
	for _, c := range page {
		w.faults.add(c, errors.New("somebody else changes it all the time"))
	}
	return nil
}

// settle works a case's deadline out anew, nil where it stays.
func (w *sweep) settle(ctx context.Context, c *models.Case) (*Shift, error) {
	shift, rules, err := w.shift(ctx, c)
	if err != nil || shift == nil {
		return nil, err
	}
	err = c.Move(rules.Policy, models.ActionRecount, models.SystemActor(), w.book.now, shift.Note, func() error {
		_, _, err := rules.Recalendar(c, w.book.now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return shift, rules.Assess(c, w.book.now)
}

// shift says what becomes of a case's deadline, nil where it stays. It changes nothing.
func (w *sweep) shift(ctx context.Context, c *models.Case) (*Shift, Rules, error) {
	if c.RunningClock() == nil {
		return nil, Rules{}, nil
	}
	rules, err := w.book.of(ctx, c)
	if err != nil {
		return nil, rules, err
	}
	moved := copyOf(c)
	changed, note, err := rules.Recalendar(moved, w.book.now)
	if err != nil || !changed {
		return nil, rules, err
	}
	was, is := c.RunningClock(), moved.RunningClock()
	return &Shift{
		ID: c.ID, Number: c.NumberText(), Title: c.Title, Place: c.Place, Office: c.Office, Phase: was.Phase,
		Was: workday.OfTime(was.DueAt.Add(-time.Millisecond)), Is: workday.OfTime(is.DueAt.Add(-time.Millisecond)), Note: note,
	}, rules, nil
}

// PreviewRecount calls visit with what a Recount would change in a place, if these were the years of
// the calendar. It changes nothing. Cases that could not be decided are named in faults.
func (s *Sweeper) PreviewRecount(ctx context.Context, now time.Time, place string, years []workday.Year, visit func(Shift) error) (faults, err error) {
	w := s.begin(now)
	w.book.assumed = workday.NewCalendar(years...)
	err = s.running(ctx, place, func(page []*models.Case) error {
		for _, c := range page {
			shift, _, err := w.shift(ctx, c)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				w.faults.add(c, err)
			case shift != nil:
				if err := visit(*shift); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return errors.Join(w.faults...), err
}

// running reads the cases of a place whose clock wants attention at any time, page by page and each
// once; "" is everywhere.
func (s *Sweeper) running(ctx context.Context, place string, work func([]*models.Case) error) error {
	places := []string{place}
	if place == "" {
		counties, err := s.store.Counties(ctx)
		if err != nil {
			return err
		}
		places = places[:0]
		for _, county := range counties {
			places = append(places, county.Code)
		}
	}
	for _, place := range places {
		seen := map[bson.ObjectID]bool{} // a deadline that moves comes again, later
		var after *models.Case
		for {
			page, err := s.store.CasesComing(ctx, models.Scope{Region: place}, "", models.FarFuture(), after, s.batch)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			full := len(page) == s.batch
			last := page[len(page)-1]
			next := *last.NextAt
			after = &models.Case{ID: last.ID, NextAt: &next}
			fresh := page[:0:0]
			for _, c := range page {
				if !seen[c.ID] {
					seen[c.ID] = true
					fresh = append(fresh, c)
				}
			}
			if err := work(fresh); err != nil {
				return err
			}
			if !full {
				break
			}
		}
	}
	return nil
}
