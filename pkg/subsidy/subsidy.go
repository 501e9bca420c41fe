package subsidy

import (
	"context"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// AccessExport is what an access record says of a sheet that left as Excel.
const AccessExport = "export_subsidy"

// lookBack is how long a file that was closed in a settled period may take to become complete.
const lookBack = 12 // months

// Service carries out what is done to the sheets. Safe for concurrent use.
type Service struct {
	store    *store.Store
	validate *models.Validator
	now      func() time.Time
}

// New makes the service. now is cut to the millisecond, as times are stored.
func New(st *store.Store, now func() time.Time) *Service {
	return &Service{store: st, validate: models.NewValidator(), now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Sheet is a sheet as somebody sees it.
type Sheet struct {
	*models.SubsidySheet
	Place  *models.Region // the township, or the village whose part it is
	Period models.SubsidyPeriod
	Over   bool // the period has ended: it can be decided on
}

// Open says whether it can be decided on now.
func (s *Sheet) Open() bool { return s.Over && s.ClosedAt == nil }

// Sheet returns the sheet of a township and period, or a village's part of it. An open one is worked out
// anew from the files as they are.
func (s *Service) Sheet(ctx context.Context, scope models.Scope, region, period string) (*Sheet, error) {
	if err := within(scope, region); err != nil {
		return nil, err
	}
	sheet, err := s.sheet(ctx, region[:9], period)
	if err != nil {
		return nil, err
	}
	if sheet.Place, err = s.store.Region(ctx, region); err != nil {
		return nil, err
	}
	if models.RegionKindOf(region) == models.RegionVillage {
		sheet.SubsidySheet = sheet.Within(models.Scope{Region: region})
	}
	return sheet, nil
}

// within refuses what is no township or village, or outside the scope.
func within(scope models.Scope, region string) error {
	if kind := models.RegionKindOf(region); !scope.Covers(region) || kind != models.RegionTownship && kind != models.RegionVillage {
		return models.Errorf(models.NotFound, "not_found", "没有找到这个乡镇或者村")
	}
	return nil
}

// sheet is a township's sheet, without its place.
func (s *Service) sheet(ctx context.Context, township, key string) (*Sheet, error) {
	period, ok := models.ParseSubsidyPeriod(key)
	if !ok || period.From.After(s.now()) {
		return nil, models.Errorf(models.NotFound, "subsidy.period", "没有这个结算期。结算期写成2026-10或者2026-Q4，不能是以后的")
	}
	kept, err := s.store.SubsidySheet(ctx, models.SubsidySheetID(township, period.Key))
	switch {
	case store.IsNotFound(err):
		kept = &models.SubsidySheet{ID: models.SubsidySheetID(township, period.Key), Township: township, Period: period.Key, StartsAt: period.From}
	case err != nil:
		return nil, err
	}
	out := &Sheet{SubsidySheet: kept, Period: period, Over: !s.now().Before(period.Before)}
	if kept.ClosedAt != nil {
		return out, nil
	}
	lines, unpaid, err := s.compute(ctx, kept, period)
	if err != nil {
		return nil, err
	}
	kept.Follow(lines, unpaid)
	return out, nil
}

// compute works out the lines of an open sheet from the files: those closed in its period, and those
// of settled periods that could not be paid then.
func (s *Service) compute(ctx context.Context, sheet *models.SubsidySheet, period models.SubsidyPeriod) ([]models.SubsidyLine, []models.SubsidyUnpaid, error) {
	tables, err := s.tables(ctx, sheet.Township[:6])
	if err != nil {
		return nil, nil, err
	}
	from := period.From.In(workday.Zone).AddDate(0, -lookBack, 0).UTC()
	earlier, err := s.earlier(ctx, sheet.Township, from, period)
	if err != nil {
		return nil, nil, err
	}
	var lines []models.SubsidyLine
	var unpaid []models.SubsidyUnpaid
	err = s.store.ActiveCases(ctx, sheet.Township, from, period.Before, func(c *models.Case) error {
		if c.State != models.Closed || c.ClosedAt == nil || !c.ClosedAt.Before(period.Before) {
			return nil
		}
		table := tables.at(*c.ClosedAt)
		if table == nil {
			return nil
		}
		kind, of := models.LineOwn, ""
		if own := models.SubsidyPeriodOf(table.Every, *c.ClosedAt); own.Key != period.Key {
			if kind, of = models.LineLate, own.Key; !earlier.left(of, c.ID.Hex()) {
				return nil
			}
		}
		got := table.Assess(c)
		if !got.Paid() {
			if kind == models.LineOwn || len(got.Missing) > 0 { // what is not paid for another reason was said once
				unpaid = append(unpaid, unpaidOf(c, &got, of))
			}
			return nil
		}
		line := lineOf(c, table, &got)
		line.Kind, line.Of = kind, of
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	lines, err = s.unclaimed(ctx, sheet, lines)
	return lines, unpaid, err
}

// tables are the versions of a county's table, the one that takes effect last first.
type tables []*models.SubsidyTable

func (s *Service) tables(ctx context.Context, county string) (tables, error) {
	all, err := s.store.SubsidyTables(ctx, county)
	slices.SortFunc(all, func(a, b *models.SubsidyTable) int {
		if c := b.EffectiveFrom.Compare(a.EffectiveFrom); c != 0 {
			return c
		}
		return b.Number - a.Number
	})
	return all, err
}

// at is the version in force at a moment, nil for none.
func (t tables) at(at time.Time) *models.SubsidyTable {
	for _, table := range t {
		if !table.EffectiveFrom.After(at) {
			return table
		}
	}
	return nil
}

// earlier are the closed sheets of the periods before one.
func (s *Service) earlier(ctx context.Context, township string, from time.Time, period models.SubsidyPeriod) (settled, error) {
	all, err := s.store.SubsidySheets(ctx, township, from)
	return slices.DeleteFunc(all, func(o *models.SubsidySheet) bool { return o.ClosedAt == nil || !o.StartsAt.Before(period.From) }), err
}

// settled are closed sheets.
type settled []*models.SubsidySheet

// left says whether a file of a period is still to be settled after the sheet of its own period was closed.
func (s settled) left(period, id string) bool {
	closed := false
	for _, sheet := range s {
		closed = closed || sheet.Period == period
		if slices.ContainsFunc(sheet.Lines, func(l models.SubsidyLine) bool { return l.Case == id }) {
			return false
		}
	}
	return closed
}

func lineOf(c *models.Case, table *models.SubsidyTable, got *models.Subsidy) models.SubsidyLine {
	return models.SubsidyLine{
		Key: c.ID.Hex(), Case: c.ID.Hex(), Number: c.NumberText(), Order: c.NumberKey, Village: c.Place.Village, Place: c.Place.VillageName, Committee: got.Committee,
		Type: c.Type, Result: got.Result, Mediators: append([]string{}, c.Mediators...), ClosedOn: workday.OfTime(*c.ClosedAt).String(),
		Table: table.ID, Row: got.Row, Grade: got.Grade, AmountFen: got.AmountFen, Working: got.Working,
	}
}

func unpaidOf(c *models.Case, got *models.Subsidy, of string) models.SubsidyUnpaid {
	return models.SubsidyUnpaid{
		Case: c.ID.Hex(), Number: c.NumberText(), Order: c.NumberKey, Village: c.Place.Village, Place: c.Place.VillageName,
		Missing: append([]string{}, got.Missing...), Why: got.Why, Of: of,
	}
}

// Standing is how a period stands, in a list.
type Standing struct {
	Period   models.SubsidyPeriod
	Over     bool
	ClosedAt *time.Time
}

// Periods lists the periods of a township, or of a village in it, up to now, the latest first, at most those of a year. Where no
// table was in force there is none; where none is now, that is a Precondition error.
func (s *Service) Periods(ctx context.Context, scope models.Scope, region string) ([]Standing, error) {
	if err := within(scope, region); err != nil {
		return nil, err
	}
	now, township := s.now(), region[:9]
	if _, err := s.store.SubsidyTableInForce(ctx, township[:6], now); err != nil {
		return nil, err
	}
	tables, err := s.tables(ctx, township[:6])
	if err != nil {
		return nil, err
	}
	since := now.In(workday.Zone).AddDate(-1, 0, 0).UTC()
	kept, err := s.store.SubsidySheets(ctx, township, since)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for at := now; at.After(since); {
		table := tables.at(at)
		if table == nil {
			break
		}
		st := Standing{Period: models.SubsidyPeriodOf(table.Every, at)}
		st.Over = !now.Before(st.Period.Before)
		for _, sheet := range kept {
			if sheet.Period == st.Period.Key {
				st.ClosedAt = sheet.ClosedAt
			}
		}
		out = append(out, st)
		at = st.Period.From.Add(-time.Millisecond)
	}
	return out, nil
}
