package subsidy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// DecideForm is what the judicial office decides of the lines of a sheet. Close freezes it; then every line
// must be decided.
type DecideForm struct {
	Version   int64          `json:"version"` // of the sheet that they saw, 0 where nothing was decided yet
	Decisions []DecisionForm `json:"decisions" validate:"max=2000,dive" label:"决定"`
	Close     bool           `json:"close,omitempty"`
}

// DecisionForm is that on one line. Lines that are not named stay as they are.
type DecisionForm struct {
	Key    string `json:"key" validate:"required,max=40" label:"案件"`
	State  string `json:"state,omitempty" validate:"omitempty,oneof=approved refused" label:"决定"` // "" takes it back
	Reason string `json:"reason,omitempty" validate:"max=200" label:"理由"`
}

// CorrectForm puts a line of a closed sheet right, by a line on the sheet of the running period: one that
// was approved is taken back, one that was refused is to be decided again.
type CorrectForm struct {
	Key    string `json:"key" validate:"required,max=40" label:"案件"`
	Reason string `json:"reason" validate:"notblank,max=200" label:"理由"`
}

// Decide keeps what the judicial office of the township decides, and closes the sheet where that is asked
// for. Everything is kept, or nothing.
func (s *Service) Decide(ctx context.Context, actor models.Actor, township, period string, form DecideForm) (*Sheet, error) {
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	sheet, err := s.owned(ctx, actor, township, period)
	if err != nil {
		return nil, err
	}
	switch {
	case sheet.ClosedAt != nil:
		return nil, models.Errorf(models.Precondition, "subsidy.closed", "%s的结算表已经定稿，不能再改。有差错的，请在那一件上填写更正", sheet.Period.Name)
	case !sheet.Over:
		return nil, models.Errorf(models.Precondition, "subsidy.running", "%s还没有结束，结束以后再核准", sheet.Period.Name)
	case sheet.Version != form.Version:
		return nil, models.Errorf(models.Conflict, "subsidy.conflict", "刚刚有人改过这张结算表。您填写的内容还在，请核对以后再保存一次")
	}
	now := s.now()
	if faults := decide(sheet.SubsidySheet, form, actor, now); len(faults) > 0 {
		return nil, invalid(faults)
	}
	var faults []models.FieldError
	for i, d := range form.Decisions {
		if line := sheet.Line(d.Key); line.State == models.SubsidyApproved && line.Kind != models.LineBack {
			err := s.claim(ctx, line.Case, sheet.ID)
			if e := models.AsError(err); err != nil && e.Code == "subsidy.paid" {
				faults = append(faults, models.FieldError{Field: fmt.Sprintf("decisions[%d].state", i), Message: e.Message})
			} else if err != nil {
				return nil, err
			}
		}
	}
	if len(faults) > 0 {
		return nil, invalid(faults)
	}
	if form.Close {
		sheet.ClosedAt, sheet.ClosedBy = &now, &actor
	}
	return sheet, s.store.PutSubsidySheet(ctx, sheet.SubsidySheet)
}

// decide writes the decisions into the lines, and says what is wrong with them.
func decide(sheet *models.SubsidySheet, form DecideForm, actor models.Actor, now time.Time) []models.FieldError {
	var faults []models.FieldError
	for i, d := range form.Decisions {
		fault := func(field, text string) {
			faults = append(faults, models.FieldError{Field: fmt.Sprintf("decisions[%d].%s", i, field), Message: text})
		}
		line, reason := sheet.Line(d.Key), strings.TrimSpace(d.Reason)
		switch {
		case line == nil:
			fault("state", "这件已经不在表上：案件重新调解了，或者材料又不齐了。请刷新后再看")
		case line.Kind == models.LineBack: // decided when it was written
		case d.State == models.SubsidyRefused && reason == "":
			fault("reason", "不予核准的，请写明理由")
		case d.State != line.State || reason != line.Reason:
			line.State, line.Reason, line.By, line.At = d.State, reason, &actor, &now
			if d.State == "" {
				line.Reason, line.By, line.At = "", nil, nil
			}
		}
	}
	if form.Close && len(faults) == 0 {
		for i := range sheet.Lines {
			if line := &sheet.Lines[i]; line.State == "" {
				n := slices.IndexFunc(form.Decisions, func(d DecisionForm) bool { return d.Key == line.Key })
				field := "close"
				if n >= 0 {
					field = fmt.Sprintf("decisions[%d].state", n)
				}
				faults = append(faults, models.FieldError{Field: field, Message: line.Number + "还没有决定：请选核准或者不予核准，再定稿"})
			}
		}
	}
	return faults
}

// Correct puts a line of a closed sheet right on the sheet of the running period, which it returns.
func (s *Service) Correct(ctx context.Context, actor models.Actor, township, period string, form CorrectForm) (*Sheet, error) {
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	closed, err := s.owned(ctx, actor, township, period)
	if err != nil {
		return nil, err
	}
	line := closed.Line(form.Key)
	switch {
	case line == nil:
		return nil, models.Errorf(models.NotFound, "not_found", "这张结算表上没有这件案件")
	case closed.ClosedAt == nil:
		return nil, models.Errorf(models.Precondition, "subsidy.open", "%s的结算表还没有定稿，请直接改决定", closed.Period.Name)
	case line.Kind == models.LineBack:
		return nil, models.Errorf(models.Precondition, "subsidy.back", "追回的不能再更正：一件案件只补一次")
	}
	table, err := s.store.SubsidyTableInForce(ctx, township[:6], s.now())
	if err != nil {
		return nil, err
	}
	running, err := s.sheet(ctx, township, models.SubsidyPeriodOf(table.Every, s.now()).Key)
	if err != nil {
		return nil, err
	}
	running.Place = closed.Place
	now, next := s.now(), *line
	next.Of, next.State, next.By, next.At = closed.Period.Key, "", nil, nil
	next.Reason = strings.TrimSpace(form.Reason)
	if line.State == models.SubsidyApproved {
		next.Kind, next.Key, next.AmountFen = models.LineBack, line.Case+"/back", -line.AmountFen
		next.State, next.By, next.At = models.SubsidyApproved, &actor, &now
		next.Working = "追回" + closed.Period.Name + "核准的；" + line.Working
		err = s.takeBack(ctx, line.Case, running.ID)
	} else {
		next.Kind, next.Key = models.LineAgain, line.Case+"/again"
		next.Working = closed.Period.Name + "不予核准（" + line.Reason + "），重新审核：" + next.Reason + "；" + line.Working
		next.Reason = ""
		err = s.unpaid(ctx, line.Case)
	}
	if err != nil {
		return nil, err
	}
	if running.Line(next.Key) != nil {
		return nil, models.Errorf(models.Precondition, "subsidy.corrected", "这件已经列入%s的结算表更正", running.Period.Name)
	}
	running.Lines = append(running.Lines, next)
	running.Follow(running.computed(), running.Unpaid)
	return running, s.store.PutSubsidySheet(ctx, running.SubsidySheet)
}

// computed are the lines that were worked out from files.
func (s *Sheet) computed() []models.SubsidyLine {
	return slices.DeleteFunc(slices.Clone(s.Lines), func(l models.SubsidyLine) bool {
		return l.Kind == models.LineAgain || l.Kind == models.LineBack
	})
}

// takeBack notes on a file's claim that it is taken back on a sheet: once.
func (s *Service) takeBack(ctx context.Context, id, sheet string) error {
	claim, err := s.store.SubsidyClaim(ctx, id)
	if err != nil || claim.Back == sheet {
		return err
	}
	if claim.Back == "" {
		claim.Back = sheet
		err = s.store.ReplaceSubsidyClaim(ctx, claim)
		if err == nil || !store.IsConflict(err) {
			return err
		}
	}
	return models.Errorf(models.Precondition, "subsidy.corrected", "这件已经追回过，不能再追回")
}

// unpaid refuses to look again at a file that is paid, or waits to be, elsewhere.
func (s *Service) unpaid(ctx context.Context, id string) error {
	claim, err := s.store.SubsidyClaim(ctx, id)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if free, err := s.lapsed(ctx, claim); err != nil || free {
		return err
	}
	return elsewhere(claim.Sheet)
}

// owned is a sheet of the township whose judicial office the actor is: nobody else decides.
func (s *Service) owned(ctx context.Context, actor models.Actor, township, period string) (*Sheet, error) {
	if models.RegionKindOf(township) != models.RegionTownship || !actor.Scope().Covers(township) {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个乡镇")
	}
	if actor.Role != models.RoleJudicial {
		return nil, models.Errorf(models.Forbidden, "subsidy.decide", "只有乡镇司法所可以核准补贴")
	}
	sheet, err := s.sheet(ctx, township, period)
	if err != nil {
		return nil, err
	}
	sheet.Place, err = s.store.Region(ctx, township)
	return sheet, err
}

func invalid(faults []models.FieldError) error {
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
}
