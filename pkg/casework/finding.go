package casework

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// fromFinding binds a new case to the finding that it comes from. The case's draft key is the finding's,
// so that there is one case of it.
func (s *Service) fromFinding(ctx context.Context, actor models.Actor, c *models.Case, id string) error {
	gone := models.FieldErrorf("finding", "没有找到这条排查线索，请从线索页面重新登记")
	ret, seq, ok := models.ParseFindingID(id)
	if !ok {
		return gone
	}
	r, err := s.store.Return(ctx, actor.Scope(), ret)
	if store.IsNotFound(err) {
		return gone
	}
	if err != nil {
		return err
	}
	found := r.Latest().Finding(seq)
	if found == nil {
		return gone
	}
	if o := r.Outcome(seq); o != nil && o.As != models.FindingCase {
		return models.Errorf(models.Precondition, "finding.settled", "这条线索已由%s处理（%s），不能再登记为纠纷", o.By.Name, models.NameOf(models.FindingEnds(), o.As))
	}
	if c.Place.Village != r.Village {
		return models.FieldErrorf("villageCode", "这条线索在%s，请选择这个村", r.VillageName)
	}
	c.DraftKey = models.FindingDraftKey(id)
	c.Finding = &models.CaseFinding{ID: id, Where: found.Where, Signs: found.Signs}
	if found.Photo != nil {
		c.Attachments = append(c.Attachments, found.Photo.Attachment(1, s.now(), actor))
	}
	return nil
}

// noteAtFinding notes at a finding the case that it has become. Where that is broken off, logging the same
// draft again does it, and so does the job of the reminders. It counts from when it was noted, so that a
// month that is over stays as it was.
func (s *Service) noteAtFinding(ctx context.Context, c *models.Case) error {
	ret, seq, _ := models.ParseFindingID(c.Finding.ID)
	for range attempts {
		r, err := s.store.Return(ctx, models.Scope{Region: c.Place.Village}, ret)
		if err != nil {
			return err
		}
		if o := r.Outcome(seq); o != nil && o.Case == c.ID.Hex() {
			return nil
		}
		r.Settle(models.FindingOutcome{Finding: seq, At: s.now(), By: c.LoggedBy, As: models.FindingCase, Case: c.ID.Hex()})
		if err := s.store.ReplaceReturn(ctx, r); !store.IsConflict(err) {
			return err
		}
	}
	return models.Errorf(models.Conflict, "conflict", "纠纷已经登记，线索同时被别人修改，请稍后再提交一次")
}
