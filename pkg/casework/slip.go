package casework

import (
	"context"
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/store"
)

// StockForm asks for forms to be printed for stock.
type StockForm struct {
	Copies int `json:"copies" validate:"min=1,max=50" label:"份数"`
}

// PrintStock writes empty forms to be filled in by hand, each with a code of its own. The first photo of one says
// which case it belongs to.
func (s *Service) PrintStock(ctx context.Context, actor models.Actor, code string, form StockForm) (Document, error) {
	if err := s.validate.Check(&form); err != nil {
		return Document{}, err
	}
	if _, ok := casefile.Form(code, ""); !ok {
		return Document{}, noForm()
	}
	papers := make([]casefile.Paper, form.Copies)
	for i := range papers {
		slip := &models.Slip{Key: models.RandomSlipKey(), Region: actor.Region, At: s.now(), By: actor}
		err := s.store.InsertSlip(ctx, slip)
		for store.IsDuplicate(err, store.IndexID) {
			slip.Key = models.RandomSlipKey()
			err = s.store.InsertSlip(ctx, slip)
		}
		if err != nil {
			return Document{}, err
		}
		papers[i], _ = casefile.Form(code, slip.Key)
	}
	data, err := casefile.Stack(papers).Bytes()
	return Document{Name: fmt.Sprintf("带编码-%s-%d份.docx", casefile.FileName(papers[0]), form.Copies), Type: typeWord, Data: data}, err
}

// slipKey is the key of the codes on a case's papers, made when they are printed first.
func (s *Service) slipKey(ctx context.Context, c *models.Case) (string, error) {
	for attempt := 0; ; attempt++ {
		key := models.CaseSlipKey(c.ID, attempt)
		slip, err := s.store.Slip(ctx, key)
		if store.IsNotFound(err) {
			slip = &models.Slip{Key: key, Region: c.Place.Village, Case: &c.ID, At: s.now()}
			if err = s.store.InsertSlip(ctx, slip); store.IsDuplicate(err, store.IndexID) {
				slip, err = s.store.Slip(ctx, key) // somebody prints at the same time
			}
		}
		if err != nil {
			return "", err
		}
		if slip.Case != nil && *slip.Case == c.ID {
			return key, nil
		}
	}
}

// SheetLabel is the code for the sheet on which somebody confirms what another typed, as a picture.
func (s *Service) SheetLabel(ctx context.Context, c *models.Case) ([]byte, error) {
	if c.Dictation == nil {
		return nil, models.Errorf(models.NotFound, "sheet.none", "本案不是代录的，没有确认单")
	}
	key, err := s.slipKey(ctx, c)
	if err != nil {
		return nil, err
	}
	return casefile.Label(models.SlipCode{Paper: "affirmation", Key: key})
}

// SlipMatch is what a code stands for.
type SlipMatch struct {
	Code models.SlipCode
	Case *models.Case // nil for a form from stock that nobody has used yet
}

// MatchCode says what paper a code stands on, and of which case. What lies outside the actor's scope is not found.
func (s *Service) MatchCode(ctx context.Context, actor models.Actor, text string) (SlipMatch, error) {
	code, err := models.ParseSlipCode(text)
	if err != nil {
		return SlipMatch{}, err
	}
	slip, err := s.slip(ctx, actor, code)
	if err != nil || slip.Case == nil {
		return SlipMatch{Code: code}, err
	}
	c, err := s.Case(ctx, actor, *slip.Case)
	if store.IsNotFound(err) {
		return SlipMatch{}, noSlip()
	}
	return SlipMatch{Code: code, Case: c}, err
}

func (s *Service) slip(ctx context.Context, actor models.Actor, code models.SlipCode) (*models.Slip, error) {
	slip, err := s.store.Slip(ctx, code.Key)
	if store.IsNotFound(err) || err == nil && !slip.Usable(actor) {
		return nil, noSlip()
	}
	return slip, err
}

func noSlip() error {
	return models.FieldErrorf("code", "没有找到这个编码的文书。请逐位核对；也可以不用编码，直接选择案件")
}

// bind makes a form from stock one of a case. The first one wins, and binding it again changes nothing.
func (s *Service) bind(ctx context.Context, actor models.Actor, text string, c *models.Case) error {
	code, err := models.ParseSlipCode(text)
	if err != nil {
		return err
	}
	for range attempts {
		slip, err := s.slip(ctx, actor, code)
		if err != nil {
			return err
		}
		if slip.Case != nil {
			if *slip.Case == c.ID {
				return nil
			}
			return models.FieldErrorf("case", "这张纸的编码属于另一件案件。请核对是不是选错了；确实要归到这一件的，请把编码清空")
		}
		slip.Case, slip.Region = &c.ID, c.Place.Village
		if err = s.store.ReplaceSlip(ctx, slip); !store.IsConflict(err) {
			return err
		}
	}
	return models.Errorf(models.Conflict, "conflict", "同时修改的人太多，请稍后再试")
}
