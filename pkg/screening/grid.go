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

// CellForm is a cell as it is drawn, or as it is from a day on.
type CellForm struct {
	Kind           models.CellKind `json:"kind,omitempty" label:"级别"` // when it is drawn; it never changes
	Parent         int             `json:"parent,omitempty" label:"属于"`
	Name           string          `json:"name" validate:"notblank,max=30" label:"名称"`
	Account        string          `json:"account,omitempty" validate:"max=40" label:"负责人的账号"`
	Responsible    string          `json:"responsible,omitempty" validate:"max=30" label:"负责人"`
	Households     int             `json:"households,omitempty" validate:"gte=0,lte=5000" label:"户数"`
	HouseholdNames []string        `json:"householdNames,omitempty" validate:"max=500,dive,max=30" label:"户主名单"`
	From           string          `json:"from" validate:"required,day" label:"从哪天起"`
	Reason         string          `json:"reason,omitempty" validate:"max=200" label:"为什么改"`
}

// EndCellForm ends a cell.
type EndCellForm struct {
	LastDay string `json:"lastDay" validate:"required,day" label:"最后一天"`
	Reason  string `json:"reason" validate:"notblank,max=200" label:"原因"`
}

func (f *CellForm) tidy() {
	for _, s := range []*string{&f.Name, &f.Account, &f.Responsible, &f.From, &f.Reason} {
		*s = strings.TrimSpace(*s)
	}
	f.HouseholdNames = filled(f.HouseholdNames)
	if n := len(f.HouseholdNames); n > 0 && f.Households == 0 {
		f.Households = n
	}
}

// filled trims the texts of a list and drops the empty ones.
func filled(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

const noIdentity = "这里不要填写身份证号码，请删去"

// faultsOf are what is wrong with a form by itself.
func (s *Service) faultsOf(f *CellForm, today string) []models.FieldError {
	f.tidy()
	var faults []models.FieldError
	if err := s.validate.Check(f); err != nil {
		faults = models.AsError(err).Fields
	}
	fault := func(field, message string) {
		if !slices.ContainsFunc(faults, func(known models.FieldError) bool { return known.Field == field }) {
			faults = append(faults, models.FieldError{Field: field, Message: message})
		}
	}
	for field, text := range map[string]string{"name": f.Name, "responsible": f.Responsible, "reason": f.Reason} {
		if models.HasIdentityNumber(text) {
			fault(field, noIdentity)
		}
	}
	if slices.ContainsFunc(f.HouseholdNames, models.HasIdentityNumber) {
		fault("householdNames", noIdentity)
	}
	if len(f.HouseholdNames) > f.Households {
		fault("households", fmt.Sprintf("名单里有%d户，比户数多，请核对", len(f.HouseholdNames)))
	}
	if f.From > today {
		fault("from", "日期不能晚于今天，到了那天再来改")
	}
	if f.From != "" && f.From < "2000-01-01" {
		fault("from", "日期太早了，请核对")
	}
	slices.SortFunc(faults, func(a, b models.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return faults
}

func refused(faults []models.FieldError) error {
	if len(faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
}

// drawers are who may draw the grid of their village.
var drawers = []models.Role{models.RoleChair, models.RoleFirstSecretary}

func mayDraw(actor models.Actor, village string) error {
	if !slices.Contains(drawers, actor.Role) {
		return models.Errorf(models.Forbidden, "grid.draw", "网格由村调委会主任或者第一书记维护")
	}
	if models.RegionKindOf(village) != models.RegionVillage || !actor.Scope().Covers(village) {
		return noGrid()
	}
	return nil
}

func noGrid() error { return models.Errorf(models.NotFound, "not_found", "没有找到这个网格") }

// Grid returns the grid of a village; one without cells where none was drawn.
func (s *Service) Grid(ctx context.Context, scope models.Scope, village string) (*models.Grid, error) {
	if !scope.Covers(village) || models.RegionKindOf(village) != models.RegionVillage {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个村")
	}
	if _, err := s.store.Region(ctx, village); err != nil {
		return nil, err
	}
	g, err := s.store.Grid(ctx, scope, village)
	if store.IsNotFound(err) {
		return &models.Grid{Village: village, Township: models.PlaceOf(village).Township}, nil
	}
	return g, err
}

// Cell returns the grid that has a cell, and the cell in it.
func (s *Service) Cell(ctx context.Context, scope models.Scope, id string) (*models.Grid, *models.Cell, error) {
	village, number, ok := models.ParseCellID(id)
	if !ok {
		return nil, nil, noGrid()
	}
	g, err := s.store.Grid(ctx, scope, village)
	if err != nil {
		return nil, nil, err
	}
	c := g.Cell(number)
	if c == nil {
		return nil, nil, noGrid()
	}
	return g, c, nil
}

// Standing is a grid as it stands now.
func (s *Service) Standing(g *models.Grid) []models.StandingCell {
	now := s.now()
	return g.Standing(workday.OfTime(now).String(), now.Add(time.Millisecond))
}

// Draw adds a cell to the grid of a village.
func (s *Service) Draw(ctx context.Context, actor models.Actor, village string, form CellForm) (id string, err error) {
	if err := mayDraw(actor, village); err != nil {
		return "", err
	}
	now := s.now()
	faults := s.faultsOf(&form, workday.OfTime(now).String())
	accounts, err := s.store.AccountsAt(ctx, village)
	if err != nil {
		return "", err
	}
	err = s.redraw(ctx, actor, village, func(g *models.Grid) error {
		number := g.NextNumber()
		id = models.CellID(village, number)
		if number > mostCells {
			return models.Errorf(models.Precondition, "grid.full", "一个村最多%d个网格", mostCells)
		}
		found := slices.Concat(faults, s.place(g, form, form.Kind, 0, accounts, now))
		if err := refused(found); err != nil {
			return err
		}
		g.Cells = append(g.Cells, models.Cell{Number: number, Kind: form.Kind, Spans: []models.CellSpan{span(form, accounts, actor, now)}})
		return nil
	})
	return id, err
}

// mostCells bounds the cells of a village.
const mostCells = 500

// span is what a form says.
func span(f CellForm, accounts []*models.Account, actor models.Actor, now time.Time) models.CellSpan {
	s := models.CellSpan{
		From: f.From, Name: f.Name, Parent: f.Parent, Responsible: f.Responsible, Account: f.Account,
		Households: f.Households, HouseholdNames: f.HouseholdNames, Reason: f.Reason, RecordedAt: now, RecordedBy: actor,
	}
	if a := accountOf(accounts, f.Account); a != nil {
		s.Responsible = a.Name
	}
	return s
}

func accountOf(accounts []*models.Account, username string) *models.Account {
	for _, a := range accounts {
		if a.Username == username && !a.Disabled {
			return a
		}
	}
	return nil
}

// place are what is wrong with where a form puts a cell, and whom it puts in charge. number is that of
// the cell, 0 for a new one.
func (s *Service) place(g *models.Grid, f CellForm, kind models.CellKind, number int, accounts []*models.Account, now time.Time) []models.FieldError {
	var faults []models.FieldError
	fault := func(field, format string, args ...any) {
		faults = append(faults, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if kind.Rank() == 0 {
		fault("kind", "请选择级别")
		return faults
	}
	switch parent := g.Cell(f.Parent); {
	case kind == models.CellBranch && f.Parent != 0:
		fault("parent", "村党支部是最上面一级，不属于别的网格")
	case kind == models.CellBranch:
	case f.Parent == 0 || parent == nil:
		fault("parent", "请选择属于哪个%s", map[models.CellKind]string{models.CellGroup: "村党支部", models.CellHousehold: "党小组"}[kind])
	case parent.Number == number || parent.Kind.Rank() >= kind.Rank():
		fault("parent", "%s不能属于%s", kind.Name(), parent.Kind.Name())
	case parent.Last().Ended:
		fault("parent", "“%s”已经撤销，请另选一个", parent.Last().Name)
	case f.From != "" && f.From < parent.Spans[0].From:
		fault("from", "“%s”%s才有，日期不能更早", parent.Last().Name, dayText(parent.Spans[0].From))
	}
	switch {
	case f.Account != "" && accountOf(accounts, f.Account) == nil:
		fault("account", "本村没有这个账号，或者已经停用，请重新选择")
	case f.Account == "" && f.Responsible == "":
		fault("responsible", "请写负责人的姓名，或者选择账号")
	}
	return faults
}

// redraw changes the grid of a village under its version, again where somebody else was faster.
func (s *Service) redraw(ctx context.Context, actor models.Actor, village string, change func(*models.Grid) error) error {
	for range attempts {
		g, err := s.Grid(ctx, actor.Scope(), village)
		if err != nil {
			return err
		}
		if err := change(g); err != nil {
			return err
		}
		err = s.store.PutGrid(ctx, g)
		if !store.IsConflict(err) && !store.IsDuplicate(err, "_id") {
			return err
		}
	}
	return errCrowded
}

// Change says what a cell is from a day on: another place in the grid, another person, other
// households. seen is how many spans the caller saw; where there are more by now it is a Conflict.
func (s *Service) Change(ctx context.Context, actor models.Actor, id string, seen int, form CellForm) error {
	village, number, _ := models.ParseCellID(id)
	if err := mayDraw(actor, village); err != nil {
		return err
	}
	now := s.now()
	faults := s.faultsOf(&form, workday.OfTime(now).String())
	accounts, err := s.store.AccountsAt(ctx, village)
	if err != nil {
		return err
	}
	return s.redraw(ctx, actor, village, func(g *models.Grid) error {
		c, err := standing(g, number, seen)
		if err != nil {
			return err
		}
		found := slices.Concat(faults, s.place(g, form, c.Kind, number, accounts, now))
		if form.Kind != "" && form.Kind != c.Kind {
			found = append(found, models.FieldError{Field: "kind", Message: "级别不能改，请撤销这个网格，另外添加一个"})
		}
		if last := c.Last(); form.From != "" && form.From < last.From {
			found = append(found, models.FieldError{Field: "from", Message: "上一次改动从" + dayText(last.From) + "起，日期不能更早"})
		}
		if err := refused(found); err != nil {
			return err
		}
		c.Spans = append(c.Spans, span(form, accounts, actor, now))
		return nil
	})
}

// standing is the cell of a number that is not ended and that nobody has changed since it was seen.
func standing(g *models.Grid, number, seen int) (*models.Cell, error) {
	c := g.Cell(number)
	if c == nil {
		return nil, noGrid()
	}
	last := c.Last()
	switch {
	case len(c.Spans) != seen:
		return nil, models.Errorf(models.Conflict, "conflict", "这个网格在您打开之后已被%s于%s修改。您填写的内容还在，请看过最新情况再提交",
			last.RecordedBy.Name, last.RecordedAt.In(workday.Zone).Format("1月2日15:04"))
	case last.Ended:
		return nil, models.Errorf(models.Precondition, "grid.ended", "这个网格已经撤销")
	}
	return c, nil
}

// EndCell ends a cell after its last day. Nothing may hang below it then.
func (s *Service) EndCell(ctx context.Context, actor models.Actor, id string, seen int, form EndCellForm) error {
	village, number, _ := models.ParseCellID(id)
	if err := mayDraw(actor, village); err != nil {
		return err
	}
	now := s.now()
	if err := s.validate.Check(&form); err != nil {
		return err
	}
	if form.LastDay > workday.OfTime(now).String() {
		return models.FieldErrorf("lastDay", "最后一天不能晚于今天，到了那天再来撤销")
	}
	if models.HasIdentityNumber(form.Reason) {
		return models.FieldErrorf("reason", noIdentity)
	}
	gone := mustDay(form.LastDay).AddDays(1).String()
	return s.redraw(ctx, actor, village, func(g *models.Grid) error {
		c, err := standing(g, number, seen)
		if err != nil {
			return err
		}
		last := c.Last()
		if gone < last.From {
			return models.FieldErrorf("lastDay", "上一次改动从%s起，最后一天不能更早", dayText(last.From))
		}
		if below := hanging(g, number, gone); len(below) > 0 {
			return models.FieldErrorf("lastDay", "下面还有%s，请先把它们改到别处或者撤销", strings.Join(below, "、"))
		}
		last.From, last.Ended, last.Reason, last.RecordedAt, last.RecordedBy = gone, true, form.Reason, now, actor
		c.Spans = append(c.Spans, last)
		return nil
	})
}

// hanging are the names of the cells that hang on one on a day or at any time after it.
func hanging(g *models.Grid, number int, from string) []string {
	var names []string
	for _, c := range g.Cells {
		for i, s := range c.Spans {
			over := i+1 < len(c.Spans) && (c.Spans[i+1].From <= from || c.Spans[i+1].From == s.From)
			if s.Parent == number && !s.Ended && !over {
				names = append(names, s.Name)
				break
			}
		}
	}
	return names
}
