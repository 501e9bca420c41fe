package escalation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Assess scores the dispute anew. When level or factors became others, that is one event with the
// factors in words, and a level that rose by it shortens the clock, and goes up at once where the
// policy says so, as if a person had raised it. Else nothing changes but the moment at which to look
// again. It is called with every change of a case, before that is written, and by the nightly run.
func (r Rules) Assess(c *models.Case, now time.Time) error {
	if r.Risk == nil || c.State != models.Logged && c.State != models.Mediating && c.State != models.Failed {
		return nil
	}
	c.AdoptRisk(now)
	score := r.Risk.Score(c, c.Linked, now)
	if c.State.IsOpen() {
		c.RescoreAt = r.Risk.NextScore(c, now)
	}
	if c.Assessment.Same(score) {
		return nil
	}
	before := c.Risk
	raised := c.Raised != nil && c.Raised.Level.Rank() > score.Level.Rank()
	note := "系统评估：" + score.Text()
	if raised {
		note += fmt.Sprintf("；%s已提高为%s，仍按%s", c.Raised.By.Name, c.Raised.Level.Name(), c.Raised.Level.Name())
	}
	err := c.Move(r.Policy, models.ActionAssess, models.SystemActor(), now, note, func() error {
		c.Assessment = score
		c.Risk = c.RiskInForce()
		if c.Risk.Rank() > before.Rank() {
			return r.Tighten(c, models.SystemActor(), now)
		}
		return nil
	})
	if err != nil || c.Risk.Rank() <= before.Rank() {
		return err
	}
	return r.RaiseUp(c, now, note)
}

// RaiseUp hands a case up where its risk must not wait; at the top rung there is nowhere to go, and
// what waits to be signed in is on its way already.
func (r Rules) RaiseUp(c *models.Case, now time.Time, why string) error {
	_, above := r.Policy.Above(c.Level)
	if !above || !c.State.IsOpen() || c.Review == models.ReviewPending || !slices.Contains(r.Policy.AtOnce, c.Risk) {
		return nil
	}
	note := "风险等级为" + c.Risk.Name() + "，立即上报：" + why
	return c.Move(r.Policy, models.ActionExpire, models.SystemActor(), now, note, func() error {
		return r.HandUp(c, now, HandOver{Reason: models.ReasonRisk, Note: note})
	})
}

// Rescored is what a nightly run did.
type Rescored struct {
	Looked, Changed int
}

// Rescore scores open cases anew whose score time may have changed: those whose RescoreAt has come, and
// all of a county where a version of the risk rules took effect after since. It may run twice, or late:
// what is due stands in the cases, and a case that is scored the same again is not written.
func (s *Sweeper) Rescore(ctx context.Context, now, since time.Time) (Rescored, error) {
	w := s.begin(now)
	var out Rescored
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return out, err
	}
	for _, county := range counties {
		policy, err := s.store.RiskPolicyInForce(ctx, county.Code, w.book.now)
		if err != nil {
			return out, err
		}
		if !since.IsZero() && !policy.EffectiveFrom.After(since) {
			continue
		}
		seen := map[bson.ObjectID]bool{} // one that is accepted meanwhile comes again
		err = s.store.OpenCases(ctx, county.Code, s.batch, func(page []*models.Case) error {
			page = slices.DeleteFunc(page, func(c *models.Case) bool { was := seen[c.ID]; seen[c.ID] = true; return was })
			return w.rescore(ctx, page, &out)
		})
		if err != nil {
			return out, err
		}
	}
	var after *models.Case
	for {
		page, err := s.store.CasesToScore(ctx, w.book.now, after, s.batch)
		if err != nil || len(page) == 0 {
			return out, errors.Join(append(w.faults, err)...)
		}
		last := page[len(page)-1]
		at := *last.RescoreAt
		after = &models.Case{ID: last.ID, RescoreAt: &at}
		full := len(page) == s.batch
		if err := w.rescore(ctx, page, &out); err != nil {
			return out, err
		}
		if !full {
			return out, errors.Join(w.faults...)
		}
	}
}

// rescore scores a batch and writes back what became another. A case that somebody else changes
// meanwhile is read again: they may not have known the time that has passed.
func (w *sweep) rescore(ctx context.Context, page []*models.Case, out *Rescored) error {
	out.Looked += len(page)
	for attempt := 0; len(page) > 0 && attempt < sweepAttempts; attempt++ {
		var changed []*models.Case
		for _, c := range page {
			events, at := len(c.Timeline), c.RescoreAt
			rules, err := w.book.of(ctx, c)
			if err == nil {
				err = rules.Assess(c, w.book.now)
			}
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				w.faults.add(c, err)
			case len(c.Timeline) > events || !sameMoment(at, c.RescoreAt):
				if len(c.Timeline) == events && c.Revision == 0 {
					c.Revision = c.Version // nobody who works on the case would notice
				}
				changed = append(changed, c)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		results, err := w.book.store.ReplaceCases(ctx, changed)
		if err != nil {
			return err
		}
		page = nil
		for i, err := range results {
			switch {
			case store.IsConflict(err):
				again, err := w.book.store.Case(ctx, models.Scope{Region: changed[i].Place.Village}, changed[i].ID)
				if err != nil {
					return err
				}
				page = append(page, again)
			case err != nil:
				return fmt.Errorf("case %s: %w", changed[i].ID.Hex(), err)
			default:
				out.Changed++
			}
		}
	}
	for _, c := range page {
		w.faults.add(c, errors.New("somebody else changes it all the time"))
	}
	return nil
}

func sameMoment(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
