package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Service carries out the use cases. Safe for concurrent use.
type Service struct {
	store    *store.Store
	ring     *seal.Ring
	validate *models.Validator
	now      func() time.Time
}

// New makes the service. now is cut to the millisecond, as times are stored.
func New(st *store.Store, ring *seal.Ring, validate *models.Validator, now func() time.Time) *Service {
	return &Service{store: st, ring: ring, validate: validate, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Ref names a case and the version the caller saw. Version 0 means that the caller did not say:
// then the change is made to whatever version is there.
type Ref struct {
	ID      bson.ObjectID
	Version int64
}

// Case returns a case inside the actor's scope.
func (s *Service) Case(ctx context.Context, actor models.Actor, id bson.ObjectID) (*models.Case, error) {
	if !SeesCases(actor.Role) {
		return nil, noCases()
	}
	return s.store.Case(ctx, actor.Scope(), id)
}

// List returns one page of cases inside the actor's scope.
func (s *Service) List(ctx context.Context, actor models.Actor, filter store.CaseFilter, after string, limit int) (store.CasePage, error) {
	if !SeesCases(actor.Role) {
		return store.CasePage{}, noCases()
	}
	return s.store.Cases(ctx, actor.Scope(), filter, after, limit)
}

// SearchGrams turns what people type into the pieces a list is narrowed by: words of at least two
// characters, or a whole identity number, phone number or credit code, which is looked up by its
// keyed digest.
func (s *Service) SearchGrams(q string) ([]string, error) {
	if id, err := models.CheckIDNumber(q); err == nil {
		return []string{numberGram(s.ring.Index(id))}, nil
	}
	if phone, err := models.CheckPhone(q); err == nil {
		return []string{numberGram(s.ring.Index(phone))}, nil
	}
	if code, err := models.CheckCreditCode(q); err == nil {
		return []string{numberGram(s.ring.Index(code))}, nil
	}
	grams := models.Grams(q)
	grams = slices.DeleteFunc(grams, func(g string) bool { return len([]rune(g)) < 2 })
	if len(grams) == 0 {
		return nil, models.FieldErrorf("q", "请至少输入两个连续的字，例如姓名或地块名称")
	}
	return grams, nil
}

func numberGram(index string) string { return "#" + index }

// SeesCases says whether a role reads cases at all.
func SeesCases(role models.Role) bool { return role != models.RoleAdmin && role != "" }

func noCases() error {
	return models.Errorf(models.Forbidden, "case.no_access", "系统管理员不查看案件")
}

// Policy is the policy that governs a case's next step; see escalation.RulesFor.
func (s *Service) Policy(ctx context.Context, c *models.Case) (*models.Policy, error) {
	return escalation.PolicyFor(ctx, s.store, c, s.now())
}

// attempts bounds how often a change is made again after losing against another writer. Sixteen
// writers of one document need at most sixteen rounds.
const attempts = 32

// change loads a case, lets act change it through Case.Move and writes it back. Whether the actor may
// do the action at all comes before the faults of the form: they are nobody else's business. When
// another writer was faster it tries again; if the caller named a version, the case is then another
// than the one they saw, which is a Conflict that says who changed what. form may be nil: then act
// checks what there is to check.
func (s *Service) change(ctx context.Context, actor models.Actor, ref Ref, action models.Action, form any, act func(*models.Case, escalation.Rules, time.Time) error) (*models.Case, error) {
	for range attempts {
		c, err := s.Case(ctx, actor, ref.ID)
		if err != nil {
			return nil, err
		}
		if ref.Version != 0 && c.ChangedSince(ref.Version) {
			return nil, changedMeanwhile(c)
		}
		now := s.now()
		rules, err := escalation.RulesFor(ctx, s.store, c, now)
		if err != nil {
			return nil, err
		}
		if _, err := models.Permit(c.Seating(rules.Policy), action, actor); err != nil {
			return nil, err
		}
		if form != nil {
			if err := s.validate.Check(form); err != nil {
				return nil, err
			}
		}
		if err := act(c, rules, now); err != nil {
			return nil, err
		}
		if err := rules.Assess(c, now); err != nil { // the facts may be others by now
			return nil, err
		}
		s.index(c)
		err = s.store.ReplaceCase(ctx, c)
		switch {
		case err == nil:
			return s.together(ctx, c), nil
		case !store.IsConflict(err) && !store.IsDuplicate(err, store.IndexNumberKey):
			return nil, err
		}
	}
	return nil, models.Errorf(models.Conflict, "conflict", "同时修改的人太多，请稍后再试")
}

// changedMeanwhile tells the loser who changed what.
func changedMeanwhile(c *models.Case) error {
	last := c.Timeline[len(c.Timeline)-1]
	for i := len(c.Timeline) - 2; i >= 0 && last.Action == models.ActionAssess && c.Timeline[i].At.Equal(last.At); i-- {
		last = c.Timeline[i] // what somebody did, not what the system made of it in the same write
	}
	return models.Errorf(models.Conflict, "conflict", "本案在您打开之后已被%s于%s修改（%s）。您填写的内容还在，请看过最新情况再提交",
		last.Actor.Name, last.At.In(workday.Zone).Format("1月2日15:04"), last.Action.Name())
}

// index keeps what a case is found by in step with it.
func (s *Service) index(c *models.Case) {
	grams := c.SearchGrams()
	for _, p := range c.Parties {
		for _, n := range []models.Sealed{p.IDNumber, p.Phone} {
			if n.Index != "" && !slices.Contains(grams, numberGram(n.Index)) {
				grams = append(grams, numberGram(n.Index))
			}
		}
	}
	c.Grams = grams
	c.SettleRoots()
}

// number gives a case its number at acceptance: the next one of its committee and year. The unique
// key decides who gets it; change tries again with the next.
func (s *Service) number(ctx context.Context, c *models.Case, now time.Time) error {
	if c.Number != nil {
		return nil
	}
	region, err := s.store.Region(ctx, c.Office.Region)
	if err != nil {
		return fmt.Errorf("number case %s: %w", c.ID.Hex(), err)
	}
	year := workday.OfTime(now).Year
	last, err := s.store.LastNumber(ctx, region.Code, year)
	if err != nil {
		return err
	}
	c.Number = models.NewCaseNumber(region, year, last+1)
	c.NumberKey = c.Number.Key()
	return nil
}

// Unsealed are a party's numbers in the clear.
type Unsealed struct {
	Name     string `json:"name"`
	IDNumber string `json:"idNumber"`
	Phone    string `json:"phone"`
}

// Reveal opens the sealed numbers of a case's parties and records who looked (个人信息保护法第51条).
// Only those whose work the case is may look: the record is written first.
func (s *Service) Reveal(ctx context.Context, actor models.Actor, id bson.ObjectID) ([]Unsealed, error) {
	c, err := s.Case(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.onRecord(ctx, actor, c, AccessReveal); err != nil {
		return nil, err
	}
	out := make([]Unsealed, len(c.Parties))
	for i, p := range c.Parties {
		idNumber, err1 := s.open(c, "idNumber", p.IDNumber)
		phone, err2 := s.open(c, "phone", p.Phone)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("open numbers of case %s: %w", c.ID.Hex(), err)
		}
		out[i] = Unsealed{Name: p.Name, IDNumber: idNumber, Phone: phone}
	}
	return out, nil
}

func (s *Service) open(c *models.Case, field string, sealed models.Sealed) (string, error) {
	if len(sealed.Box) == 0 {
		return "", nil
	}
	return s.ring.Open(sealed.KeyID, sealed.Box, c.ID.Hex()+"/"+field)
}

func (s *Service) seal(id bson.ObjectID, field, plain, mask string) (models.Sealed, error) {
	if plain == "" {
		return models.Sealed{}, nil
	}
	keyID, box, err := s.ring.Seal(plain, id.Hex()+"/"+field)
	if err != nil {
		return models.Sealed{}, err
	}
	return models.Sealed{KeyID: keyID, Box: box, Index: s.ring.Index(plain), Mask: mask}, nil
}
