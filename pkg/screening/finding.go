package screening

import (
	"context"
	"slices"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// SettleForm closes a finding that does not become a case.
type SettleForm struct {
	As   string `json:"as" validate:"required,oneof=prevented not_dispute duplicate" label:"怎么处理的"`
	Note string `json:"note" validate:"notblank,max=300" label:"情况说明"`
}

// Lead returns a finding inside the scope as it is now.
func (s *Service) Lead(ctx context.Context, scope models.Scope, id string) (*Lead, error) {
	ret, seq, ok := models.ParseFindingID(id)
	if !ok {
		return nil, noLead()
	}
	r, err := s.store.Return(ctx, scope, ret)
	if err != nil {
		return nil, err
	}
	for _, l := range leads(r, models.FarFuture()) {
		if l.Finding.Seq == seq {
			return &l, nil
		}
	}
	return nil, noLead()
}

func noLead() error { return models.Errorf(models.NotFound, "not_found", "没有找到这条线索") }

// settlers are who closes a finding.
var settlers = append(slices.Clone(filers), models.RoleJudicial)

// Settle closes a finding with a reason. One that has become a case, or was closed before, is refused.
func (s *Service) Settle(ctx context.Context, actor models.Actor, id string, form SettleForm) (*Lead, error) {
	if !slices.Contains(settlers, actor.Role) {
		return nil, models.Errorf(models.Forbidden, "finding.settle", "线索由村里或者司法所处理")
	}
	form.Note = strings.TrimSpace(form.Note)
	for range attempts {
		l, err := s.Lead(ctx, actor.Scope(), id)
		if err != nil {
			return nil, err
		}
		if l.Outcome != nil {
			return nil, models.Errorf(models.Conflict, "finding.settled", "这条线索已由%s处理（%s）", l.Outcome.By.Name, models.NameOf(models.FindingEnds(), l.Outcome.As))
		}
		if err := s.validate.Check(&form); err != nil {
			return nil, err
		}
		if models.HasIdentityNumber(form.Note) {
			return nil, models.FieldErrorf("note", noIdentity)
		}
		// A case that was logged of it and could not be noted here.
		if mended, err := s.mend(ctx, l); err != nil || mended {
			if err != nil {
				return nil, err
			}
			continue
		}
		outcome := models.FindingOutcome{Finding: l.Finding.Seq, At: s.now(), By: actor, As: form.As, Note: form.Note}
		l.Return.Settle(outcome)
		err = s.store.ReplaceReturn(ctx, l.Return)
		if err == nil {
			l.Outcome = &outcome
			return l, nil
		}
		if !store.IsConflict(err) {
			return nil, err
		}
	}
	return nil, errCrowded
}

// mend notes at a finding the case that it has become, where logging the case was broken off in between.
// It reports whether there was anything to note, also when somebody else was faster.
func (s *Service) mend(ctx context.Context, l *Lead) (bool, error) {
	c, err := s.store.CaseByDraft(ctx, models.Scope{Region: l.Return.Village}, models.FindingDraftKey(l.ID()))
	if store.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.Return.Settle(models.FindingOutcome{Finding: l.Finding.Seq, At: s.now(), By: c.LoggedBy, As: models.FindingCase, Case: c.ID.Hex()})
	if err := s.store.ReplaceReturn(ctx, l.Return); err != nil && !store.IsConflict(err) {
		return false, err
	}
	return true, nil
}

// Mend notes at every finding that waits the case that it has become, where that was broken off, and says
// at how many.
func (s *Service) Mend(ctx context.Context) (int, error) {
	mended := 0
	err := s.eachTownship(ctx, func(township *models.Region) error {
		waiting, err := s.Waiting(ctx, models.Scope{Region: township.Code}, township.Code)
		if err != nil {
			return err
		}
		for _, l := range waiting {
			done, err := s.mend(ctx, &l)
			if err != nil {
				return err
			}
			if done {
				mended++
			}
		}
		return nil
	})
	return mended, err
}

func (s *Service) eachTownship(ctx context.Context, do func(*models.Region) error) error {
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return err
	}
	for _, county := range counties {
		townships, err := s.store.RegionsIn(ctx, county.Code)
		if err != nil {
			return err
		}
		for _, t := range townships {
			if err := do(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// Waiting are the findings of a place, a county, township or village, that wait to be settled, the oldest
// first.
func (s *Service) Waiting(ctx context.Context, scope models.Scope, region string) ([]Lead, error) {
	if !scope.Covers(region) {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个地区")
	}
	townships, err := s.townshipsOf(ctx, region)
	if err != nil {
		return nil, err
	}
	out := []Lead{}
	for _, township := range townships {
		returns, err := s.store.WaitingReturns(ctx, models.Scope{Region: region}, township)
		if err != nil {
			return nil, err
		}
		for _, r := range returns {
			for _, l := range leads(r, models.FarFuture()) {
				if l.Outcome == nil {
					out = append(out, l)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Lead) int { return a.FiledAt.Compare(b.FiledAt) })
	return out, nil
}

// townshipsOf are the codes of the townships in which a place lies or which lie in it.
func (s *Service) townshipsOf(ctx context.Context, region string) ([]string, error) {
	switch models.RegionKindOf(region) {
	case models.RegionVillage:
		return []string{models.PlaceOf(region).Township}, nil
	case models.RegionTownship:
		return []string{region}, nil
	}
	inside, err := s.store.RegionsIn(ctx, region)
	out := make([]string, len(inside))
	for i, t := range inside {
		out[i] = t.Code
	}
	return out, err
}
