package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// filedCase is the filed case that a new one goes on with, nil for none. Numbers that were left out are taken
// from its parties, of those whose name and kind are as they were: nobody sees them for it.
func (s *Service) filedCase(ctx context.Context, actor models.Actor, form *LogForm) (*models.Case, error) {
	if form.Follows == "" {
		return nil, nil
	}
	gone := models.FieldErrorf("follows", "没有找到归档的原案，请从原案的页面重新登记")
	id, err := IDOf(form.Follows)
	if err != nil {
		return nil, gone
	}
	filed, err := s.store.Case(ctx, actor.Scope(), id)
	if store.IsNotFound(err) {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	if filed.Filing == nil {
		return nil, models.FieldErrorf("follows", "原案还没有立卷归档，不用另立，请在原案里接着办或者重新调解")
	}
	if filed.Place.Village != form.VillageCode {
		return nil, models.FieldErrorf("villageCode", "原案在%s，请选择这个村", filed.Place.VillageName)
	}
	form.Parties = slices.Clone(form.Parties)
	for i := range form.Parties {
		p := &form.Parties[i]
		if p.Was > len(filed.Parties) {
			return nil, models.FieldErrorf(fmt.Sprintf("parties[%d].name", i), "这名当事人和原案的对不上，请从原案的页面重新登记")
		}
		was := p.KeptFrom(filed)
		if was == nil {
			continue
		}
		idNumber, err1 := s.open(filed, "idNumber", was.IDNumber)
		phone, err2 := s.open(filed, "phone", was.Phone)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("numbers of case %s: %w", filed.ID.Hex(), err)
		}
		if p.IDNumber == "" {
			p.IDNumber = idNumber
		}
		if p.Phone == "" {
			p.Phone = phone
		}
	}
	return filed, nil
}

// KeptFrom is the party of a filed case that this one is, nil where there is none or it became another.
func (p *PartyForm) KeptFrom(filed *models.Case) *models.Party {
	if filed == nil || p.Was < 1 || p.Was > len(filed.Parties) {
		return nil
	}
	if was := &filed.Parties[p.Was-1]; was.Name == p.Name && was.Kind == p.Kind {
		return was
	}
	return nil
}

// goOn lets a new case go on with a filed one. While one that does is open, another is not made.
func (s *Service) goOn(ctx context.Context, actor models.Actor, c, filed *models.Case, again string) error {
	others, err := s.Following(ctx, actor, filed)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.State != models.Closed && o.DraftKey != c.DraftKey {
			return models.FieldErrorf("follows", "原案归档后已经另立一件“%s”，还没有办结，请在那一件里接着办", o.Title)
		}
	}
	c.Linked.Follows = &models.FiledCase{ID: filed.ID.Hex(), Number: filed.NumberText(), FiledOn: filed.Filing.On, Again: again}
	return nil
}

// Following lists the cases that go on with a filed one, the latest first. None are asked for of a case that
// is not filed.
func (s *Service) Following(ctx context.Context, actor models.Actor, filed *models.Case) ([]*models.Case, error) {
	if filed.Filing == nil {
		return []*models.Case{}, nil
	}
	return s.store.CasesFollowing(ctx, actor.Scope(), filed)
}
