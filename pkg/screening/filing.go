package screening

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// FileForm is a return as it is sent: zero, or with findings.
type FileForm struct {
	Key  string `json:"key,omitempty" validate:"max=64" label:"表单编号"` // the client's own: what is sent twice under one is sent once
	Seen int    `json:"seen,omitempty" validate:"gte=0" label:"已报次数"` // how often the return had been sent when the form was opened
	Zero bool   `json:"zero,omitempty" label:"本期没有发现"`

	Findings []FindingForm `json:"findings,omitempty" validate:"max=20,dive" label:"线索"`
}

// FindingForm is one finding. Seq is its number where a return is corrected, 0 for a new one.
type FindingForm struct {
	Seq        int                `json:"seq,omitempty" validate:"gte=0" label:"序号"`
	What       string             `json:"what" validate:"notblank,max=500" label:"什么事"`
	Where      string             `json:"where,omitempty" validate:"max=100" label:"在哪里"`
	Households int                `json:"households,omitempty" validate:"gte=0,lte=100000" label:"涉及户数"`
	Type       models.DisputeType `json:"type" validate:"required" label:"哪类事"`
	Signs      []string           `json:"signs,omitempty" validate:"max=20" label:"风险苗头"`

	// Photo is a photo that comes with the form, Kept one that was taken in before, by KeepPhoto: whoever fills
	// Kept vouches that it was the actor's. Where there is neither, a finding that is corrected keeps its photo.
	Photo     []byte               `json:"photo,omitempty" label:"照片"`
	Kept      *models.FindingPhoto `json:"-"`
	DropPhoto bool                 `json:"dropPhoto,omitempty" label:"不要照片"`
}

// longestLate is how long after the end of its period a return may still be sent.
const longestLate = 92 * 24 * time.Hour

// filers are who sends the returns of their village.
var filers = []models.Role{models.RoleMediator, models.RoleChair, models.RoleFirstSecretary}

// IsFiler says whether a role sends the returns of its village.
func IsFiler(role models.Role) bool { return slices.Contains(filers, role) }

func notFiler() error {
	return models.Errorf(models.Forbidden, "return.file", "排查表由村里的调解员、村调委会主任和第一书记报送")
}

func noReturn() error {
	return models.Errorf(models.NotFound, "not_found", "没有找到这份排查表")
}

// Duty is the return that a cell owes for the period that begins on a day, as it is now. It is NotFound
// where the cell owes none.
func (s *Service) Duty(ctx context.Context, scope models.Scope, cell, from string) (*Duty, error) {
	village, number, ok := models.ParseCellID(cell)
	if !ok || !scope.Covers(village) {
		return nil, noReturn()
	}
	rules, err := s.Rules(ctx, models.PlaceOf(village).County)
	if err != nil {
		return nil, err
	}
	p, ok := PeriodFrom(rules, from)
	if !ok {
		return nil, noReturn()
	}
	g, err := s.store.Grid(ctx, scope, village)
	if err != nil {
		return nil, err
	}
	returns := map[string]*models.Return{}
	r, err := s.store.Return(ctx, scope, models.ReturnID(cell, from))
	if err == nil {
		returns[r.ID] = r
	} else if !store.IsNotFound(err) {
		return nil, err
	}
	for _, d := range duties(g, p, returns, s.before()) {
		if d.Cell.Number == number {
			return &d, nil
		}
	}
	return nil, noReturn()
}

// before is the moment just after now: what happened now is in.
func (s *Service) before() time.Time { return s.now().Add(time.Millisecond) }

// File sends the return of a cell for the period that begins on a day, or corrects it. Sending the same
// form twice, or a zero return where there is one, gives the return that is there and filed is false. A
// form that does not know of what was sent meanwhile is a Conflict that says who sent it; sent again with
// what is now Seen it corrects. Findings that were settled stay, whatever the correction says.
func (s *Service) File(ctx context.Context, actor models.Actor, cell, from string, form FileForm) (r *models.Return, filed bool, err error) {
	if !IsFiler(actor.Role) {
		return nil, false, notFiler()
	}
	for range attempts {
		d, err := s.Duty(ctx, actor.Scope(), cell, from)
		if err != nil {
			return nil, false, err
		}
		if d.Return.HasFiled(form.Key) {
			return d.Return, false, nil
		}
		now := s.now()
		if now.Sub(d.Period.End()) > longestLate {
			return nil, false, models.Errorf(models.Precondition, "return.too_late", "这一期已经过去三个多月，不能再报了")
		}
		if err := s.checkFiling(&form); err != nil {
			return nil, false, err
		}
		if err := s.takePhotos(ctx, form.Findings); err != nil {
			return nil, false, err
		}
		filing := models.Submission{Key: form.Key, At: now, By: actor, Late: !now.Before(d.Period.End()), Findings: []models.Finding{}}
		if d.Return == nil {
			if r, err = s.firstReturn(ctx, d, filing, form); store.IsDuplicate(err, "_id") {
				continue
			}
			return r, err == nil, err
		}
		r = d.Return
		latest := r.Latest()
		if form.Seen != len(r.Filings) {
			if form.Zero && latest.IsZero() {
				return r, false, nil
			}
			return nil, false, models.Errorf(models.Conflict, "return.filed", "这一期已由%s于%s报过（%s）。您填写的内容还在，要更正请核对后再按一次报送",
				latest.By.Name, latest.At.In(workday.Zone).Format("1月2日15:04"), filingText(latest))
		}
		if filing.Findings, err = corrected(r, form.Findings); err != nil {
			return nil, false, err
		}
		r.Append(filing)
		if err := s.store.ReplaceReturn(ctx, r); !store.IsConflict(err) {
			return r, err == nil, err
		}
	}
	return nil, false, errCrowded
}

func filingText(f *models.Submission) string {
	if f.IsZero() {
		return "没有发现"
	}
	return fmt.Sprintf("线索%d条", len(f.Findings))
}

func (s *Service) firstReturn(ctx context.Context, d *Duty, filing models.Submission, form FileForm) (*models.Return, error) {
	v, err := s.store.Region(ctx, d.Village)
	if err != nil {
		return nil, err
	}
	for i, f := range form.Findings {
		filing.Findings = append(filing.Findings, f.finding(i+1))
	}
	r := &models.Return{
		ID: models.ReturnID(d.CellID(), d.Period.From.String()), Cell: d.CellID(), CellName: d.Cell.Name,
		Village: d.Village, VillageName: v.Name, Township: models.PlaceOf(d.Village).Township,
		From: d.Period.From.String(), To: d.Period.To.String(), Outcomes: []models.FindingOutcome{},
	}
	r.Append(filing)
	return r, s.store.InsertReturn(ctx, r)
}

func (f FindingForm) finding(seq int) models.Finding {
	return models.Finding{Seq: seq, What: f.What, Where: f.Where, Households: f.Households, Type: f.Type, Signs: f.Signs, Photo: f.Kept}
}

// corrected are the findings of a correction: those that are settled as they are, then those of the form.
func corrected(r *models.Return, forms []FindingForm) ([]models.Finding, error) {
	out := []models.Finding{}
	next := r.NextFinding()
	latest := r.Latest()
	for _, found := range latest.Findings {
		if r.Outcome(found.Seq) != nil {
			out = append(out, found)
		}
	}
	for i, f := range forms {
		seq := f.Seq
		if seq != 0 && r.Outcome(seq) != nil {
			return nil, models.FieldErrorf(fmt.Sprintf("findings[%d].what", i), "这条线索刚才已经处理了，不能再改。请重新打开这份排查表")
		}
		was := latest.Finding(seq)
		if was == nil {
			seq, next = next, next+1
		} else if f.Kept == nil && !f.DropPhoto {
			f.Kept = was.Photo
		}
		out = append(out, f.finding(seq))
	}
	slices.SortFunc(out, func(a, b models.Finding) int { return a.Seq - b.Seq })
	for i := 1; i < len(out); i++ {
		if out[i].Seq == out[i-1].Seq {
			return nil, models.Errorf(models.Malformed, "form", "同一条线索写了两次，请重新打开这份排查表")
		}
	}
	return out, nil
}

// checkFiling tidies a form and says what is wrong with it.
func (s *Service) checkFiling(form *FileForm) error {
	for i := range form.Findings {
		f := &form.Findings[i]
		f.What, f.Where, f.Signs = strings.TrimSpace(f.What), strings.TrimSpace(f.Where), filled(f.Signs)
		if f.Households == 0 {
			f.Households = 1
		}
	}
	var faults []models.FieldError
	if err := s.validate.Check(form); err != nil {
		faults = models.AsError(err).Fields
	}
	fault := func(i int, field, message string) {
		faults = append(faults, models.FieldError{Field: fmt.Sprintf("findings[%d].%s", i, field), Message: message})
	}
	for i, f := range form.Findings {
		if f.Type != "" && !models.HasCode(models.DisputeTypes(), string(f.Type)) {
			fault(i, "type", "请从列表中选择是哪类事")
		}
		for _, sign := range f.Signs {
			if !models.HasCode(models.FindingSigns(), sign) {
				fault(i, "signs", "请从列表中选择风险苗头")
			}
		}
		for field, text := range map[string]string{"what": f.What, "where": f.Where} {
			if models.HasIdentityNumber(text) {
				fault(i, field, noIdentity)
			}
		}
	}
	switch {
	case len(faults) > 0:
	case form.Zero && len(form.Findings) > 0:
		return models.Errorf(models.Invalid, "return.both", "要么报本期没有发现，要么填写线索，不能两样都报")
	case !form.Zero && len(form.Findings) == 0:
		return models.Errorf(models.Invalid, "return.empty", "请填写发现的线索；没有发现的，请按“本期没有发现”")
	}
	return refused(faults)
}
