package screening

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// BuildChecks draws the call-backs of the month before for every township that has none, and finds what
// looks unlikely. It may be called at any time, again, and by several processes at once: the first draw
// stays. It returns how many it made.
func (s *Service) BuildChecks(ctx context.Context) (made int, err error) {
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return 0, err
	}
	w, err := NewWindow(AddMonths(MonthOf(s.now()), -1), s.now())
	if err != nil || !s.settled(w) {
		return 0, err
	}
	for _, county := range counties {
		townships, err := s.store.RegionsIn(ctx, county.Code)
		if err != nil {
			return made, err
		}
		for _, t := range townships {
			ok, err := s.buildCheck(ctx, t, w)
			if err != nil {
				return made, err
			}
			if ok {
				made++
			}
		}
	}
	return made, nil
}

func (s *Service) buildCheck(ctx context.Context, township *models.Region, w Window) (bool, error) {
	_, err := s.store.Check(ctx, township.Code, w.Month)
	if err == nil || !store.IsNotFound(err) {
		return false, err
	}
	limits, err := s.thresholds(ctx, models.Scope{Region: township.Code}.County(), w.End)
	if err != nil {
		return false, err
	}
	past, err := s.store.Reports(ctx, township.Code, AddMonths(w.Month, 1-limits.Guard.ShareMonths), w.Month)
	if err != nil {
		return false, err
	}
	villages, err := s.store.RegionsIn(ctx, township.Code)
	if err != nil {
		return false, err
	}
	var cases []*models.Case
	err = s.visit(ctx, township, w, func(c *models.Case) error {
		if l := lookAt(c, w); l.concluded() { // the rest is not looked into, and need not be kept
			cases = append(cases, c)
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	seed := make([]byte, 16)
	if _, err := rand.Read(seed); err != nil {
		return false, err
	}
	check := Inspect(township, w, hex.EncodeToString(seed), limits.Guard, cases, past, villages)
	check.BuiltAt = s.now()
	err = s.store.InsertCheck(ctx, check)
	if store.IsDuplicate(err, "_id") {
		return false, nil // another process was first
	}
	return err == nil, err
}

// Check returns a township's check of a month: NotFound where there is none, or the township is outside
// the scope.
func (s *Service) Check(ctx context.Context, scope models.Scope, township, month string) (*models.FileCheck, error) {
	if !scope.Covers(township) || models.RegionKindOf(township) != models.RegionTownship {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个乡镇")
	}
	return s.store.Check(ctx, township, month)
}

// Redrawn says whether the seed of a check draws from the files what is in it. Files that came in later
// change the draw: then the population differs as well.
func (s *Service) Redrawn(ctx context.Context, c *models.FileCheck) (same bool, population int, err error) {
	r, err := s.store.Region(ctx, c.Region)
	if err != nil {
		return false, 0, err
	}
	w, err := NewWindow(c.Month, s.now())
	if err != nil {
		return false, 0, err
	}
	var ids []string
	err = s.visit(ctx, r, w, func(k *models.Case) error {
		if l := lookAt(k, w); l.concluded() {
			ids = append(ids, k.ID.Hex())
		}
		return nil
	})
	if err != nil {
		return false, 0, err
	}
	var drawn []string
	for _, i := range c.Items {
		if i.Kind == models.CheckCall {
			drawn = append(drawn, i.Cases[0].ID)
		}
	}
	return slices.Equal(drawn, Drawn(c.Seed, ids, drawSize(len(ids), c.Thresholds()))), len(ids), nil
}

// CheckForm is what came of looking into one item.
type CheckForm struct {
	Version int64 // of the check, as it was seen
	Item    string
	Result  string
	Note    string
}

// RecordCheck keeps what came of an item. Whoever records again changes it. Errors are those of Check, a
// Conflict that says somebody was faster, and Invalid ones of the fields.
func (s *Service) RecordCheck(ctx context.Context, actor models.Actor, township, month string, form CheckForm) (*models.FileCheck, error) {
	c, err := s.Check(ctx, actor.Scope(), township, month)
	if err != nil {
		return nil, err
	}
	item := c.Item(form.Item)
	if item == nil {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这一项")
	}
	if form.Version != c.Version {
		return nil, checkChanged(c)
	}
	note := strings.TrimSpace(form.Note)
	switch {
	case !models.HasCode(models.CheckResults(), form.Result):
		return nil, models.FieldErrorf("result", "请选择核实的结果")
	case form.Result != "true" && note == "":
		return nil, models.FieldErrorf("note", "请写明核实的情况")
	case utf8.RuneCountInString(note) > longestNote:
		return nil, models.FieldErrorf("note", "请写在%d字以内", longestNote)
	case personal.MatchString(note):
		return nil, models.FieldErrorf("note", "这里不写证件号码和电话，请删去")
	}
	now := s.now()
	item.Result, item.Note, item.By, item.At = form.Result, note, &actor, &now
	err = s.store.ReplaceCheck(ctx, c)
	if !store.IsConflict(err) {
		return c, err
	}
	if c, err = s.store.Check(ctx, township, month); err != nil {
		return nil, err
	}
	return nil, checkChanged(c)
}

// checkChanged tells the loser who recorded meanwhile.
func checkChanged(c *models.FileCheck) error {
	var last *models.CheckItem
	for i := range c.Items {
		if at := c.Items[i].At; at != nil && (last == nil || at.After(*last.At)) {
			last = &c.Items[i]
		}
	}
	who := "别人刚刚登记了结果"
	if last != nil {
		who = last.By.Name + "于" + last.At.In(workday.Zone).Format("1月2日15:04") + "登记了结果"
	}
	return models.Errorf(models.Conflict, "conflict", "%s。您填写的内容还在，请看过最新情况再提交", who)
}
