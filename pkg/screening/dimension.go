package screening

import (
	"slices"

	"fengqiao/models"
)

// Dimension is a way to break figures down. Every case has one code of it, so that the rows of a
// table add up to the figure above it.
type Dimension struct {
	Key     string // type
	Name    string // 纠纷类型
	Columns []string

	code    func(*look) string
	entry   func(*Entry) string // of a breakdown of the grid's figures
	choices []models.Choice     // the rows that people know, in their order
	always  int                 // how many of them stand in the table even when they are all zero
}

// Keys of the breakdowns of the grid's figures by place.
const (
	gridTownship = "grid_township"
	gridVillage  = "grid_village"
)

// Dimensions lists the breakdowns in the order of the report. Townships stand in a county's report,
// villages in a township's.
func Dimensions() []Dimension {
	flow := []string{"opening", "opened", "concluded", "pending", "overdue", "agreed"}
	place := append(slices.Clone(flow), "failed", "escalated")
	grid := []string{"screen_due", "screen_returned", "screen_zero", "screen_missing", "leads", "leads_case", "leads_prevented"}
	seats := []models.Choice{{Code: string(models.RegionVillage), Name: "村级"}, {Code: string(models.RegionTownship), Name: "镇级"}, {Code: string(models.RegionCounty), Name: "县级"}}
	risks := models.RiskLevels()
	slices.Reverse(risks)
	return []Dimension{
		{Key: "type", Name: "纠纷类型", Columns: flow, choices: models.DisputeTypes(), always: 2, code: func(l *look) string { return string(l.c.Type) }},
		{Key: "level", Name: "所在层级", Columns: []string{"pending", "overdue", "concluded", "agreed", "failed"}, choices: seats, always: len(seats), code: func(l *look) string { return string(l.seat()) }},
		{Key: "township", Name: "乡镇", Columns: place, code: func(l *look) string { return l.c.Place.Township }},
		{Key: "village", Name: "村", Columns: place, code: func(l *look) string { return l.c.Place.Village }},
		{Key: gridTownship, Name: "各乡镇排查", Columns: grid, code: func(l *look) string { return l.c.Place.Township }, entry: func(e *Entry) string { return e.place(models.RegionTownship) }},
		{Key: gridVillage, Name: "各村排查", Columns: grid, code: func(l *look) string { return l.c.Place.Village }, entry: func(e *Entry) string { return e.place(models.RegionVillage) }},
		{Key: "outcome", Name: "办结方式", Columns: []string{"concluded"}, choices: outcomes(), always: len(outcomes()), code: func(l *look) string { return string(l.outcome()) }},
		{Key: "source", Name: "案件来源", Columns: []string{"opened"}, choices: models.Sources(), always: len(models.Sources()), code: func(l *look) string { return l.c.Source }},
		{Key: "risk", Name: "风险等级", Columns: []string{"pending", "overdue", "unreceived"}, choices: risks, always: len(risks), code: func(l *look) string { return string(l.is.Risk) }},
	}
}

// codeOf is the code of an entry; "" in a breakdown of cases.
func (d *Dimension) codeOf(e *Entry) string {
	if d.entry == nil {
		return ""
	}
	return d.entry(e)
}

// outcomes are the ways in which mediation ends.
func outcomes() []models.Choice {
	return []models.Choice{
		{Code: string(models.OutcomeAgreed), Name: "达成协议"}, {Code: string(models.OutcomeFailed), Name: "调解不成"},
		{Code: string(models.OutcomeWithdrawn), Name: "撤回"}, {Code: string(models.OutcomeDeclined), Name: "不予受理"}, {Code: string(models.OutcomeReferred), Name: "转出"},
	}
}

// DimensionOf returns the dimension of a key.
func DimensionOf(key string) (Dimension, bool) {
	for _, d := range Dimensions() {
		if d.Key == key {
			return d, true
		}
	}
	return Dimension{}, false
}

// rows are the rows of the dimension's table in the report of a place; false where that report has
// no such table. inside are the places directly inside it.
func (d *Dimension) rows(region *models.Region, inside []*models.Region) ([]models.Choice, int, bool) {
	of := map[string]models.RegionKind{"township": models.RegionCounty, "village": models.RegionTownship, gridTownship: models.RegionCounty, gridVillage: models.RegionTownship}
	kind, isPlace := of[d.Key]
	if !isPlace {
		return d.choices, d.always, true
	}
	if kind != region.Kind {
		return nil, 0, false
	}
	places := make([]models.Choice, len(inside))
	for i, r := range inside {
		places[i] = models.Choice{Code: r.Code, Name: r.Name}
	}
	return places, len(places), true
}
