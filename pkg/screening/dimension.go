package screening

import (
	"cmp"
	"slices"
	"strings"

	"fengqiao/models"
)

// Dimension is a way to break figures down. Every case has one code of it, so that the rows of a
// table add up to the figure above it.
type Dimension struct {
	Key     string // type
	Name    string // 纠纷类型: what a row is
	Title   string // what stands above the table, where “按” and the name will not do
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

// Keys of the breakdowns of the two rates by place, which only the comparison of places shows.
const (
	RatesTownship = "township_rates"
	RatesVillage  = "village_rates"
)

// Dimensions lists the breakdowns in the order of the report. Townships stand in a county's report,
// villages in a township's.
func Dimensions() []Dimension {
	flow := []string{"opening", "opened", "concluded", "pending", "overdue", "agreed"}
	place := append(slices.Clone(flow), "failed", "escalated")
	grid := []string{"screen_due", "screen_returned", "screen_zero", "screen_missing", "leads", "leads_case", "leads_prevented"}
	rates := []string{"village_rate", "township_rate"}
	seats := []models.Choice{{Code: string(models.RegionVillage), Name: "村级"}, {Code: string(models.RegionTownship), Name: "镇级"}, {Code: string(models.RegionCounty), Name: "县级"}}
	risks := models.RiskLevels()
	slices.Reverse(risks)
	return []Dimension{
		{Key: "type", Name: "纠纷类型", Columns: flow, choices: models.DisputeTypes(), always: 2, code: func(l *look) string { return string(l.counted.Type) }},
		{Key: "level", Name: "所在层级", Columns: []string{"pending", "overdue", "concluded", "agreed", "failed"}, choices: seats, always: len(seats), code: func(l *look) string { return string(l.seat()) }},
		{Key: "township", Name: "乡镇", Title: "各乡镇情况", Columns: place, code: func(l *look) string { return l.c.Place.Township }},
		{Key: "village", Name: "村", Title: "各村情况", Columns: place, code: func(l *look) string { return l.c.Place.Village }},
		{Key: gridTownship, Name: "乡镇", Title: "各乡镇排查情况", Columns: grid, code: func(l *look) string { return l.c.Place.Township }, entry: func(e *Entry) string { return e.place(models.RegionTownship) }},
		{Key: gridVillage, Name: "村", Title: "各村排查情况", Columns: grid, code: func(l *look) string { return l.c.Place.Village }, entry: func(e *Entry) string { return e.place(models.RegionVillage) }},
		{Key: "township_risk", Name: "乡镇", Title: "各乡镇风险", Columns: riskColumns(), code: func(l *look) string { return l.c.Place.Township }},
		{Key: "village_risk", Name: "村", Title: "各村风险", Columns: riskColumns(), code: func(l *look) string { return l.c.Place.Village }},
		{Key: RatesTownship, Name: "乡镇", Title: "各乡镇化解率", Columns: rates, code: func(l *look) string { return l.c.Place.Township }},
		{Key: RatesVillage, Name: "村", Title: "各村化解率", Columns: rates, code: func(l *look) string { return l.c.Place.Village }},
		{Key: "outcome", Name: "办结方式", Columns: []string{"concluded"}, choices: outcomes(), always: len(outcomes()), code: func(l *look) string { return string(l.outcome()) }},
		{Key: "source", Name: "案件来源", Columns: []string{"opened"}, choices: models.Sources(), always: len(models.Sources()), code: func(l *look) string { return l.counted.Source }},
		{Key: "risk", Name: "风险等级", Columns: []string{"pending", "overdue", "unreceived"}, choices: risks, always: len(risks), code: func(l *look) string { return string(l.is.Risk) }},
		{Key: "seat", Name: "化解层级", Columns: []string{"agreed"}, choices: seats, always: len(seats), code: func(l *look) string { return string(l.seat()) }},
		{Key: "days", Name: "办理天数", Columns: []string{"concluded"}, choices: spans(), always: len(spans()) - 1, code: func(l *look) string { return spanOf(l.days()) }},
	}
}

// codeOf is the code of an entry; "" in a breakdown of cases.
func (d *Dimension) codeOf(e *Entry) string {
	if d.entry == nil {
		return ""
	}
	return d.entry(e)
}

// riskColumns are the levels of risk from high to low.
func riskColumns() []string { return []string{"red", "orange", "yellow", "blue"} }

// Heading is what stands above the breakdown: 按纠纷类型, 各村排查情况.
func (d *Dimension) Heading() string { return cmp.Or(d.Title, "按"+d.Name) }

// OfRates says whether the columns are rates: a row then has what each is reckoned on as well.
func (d *Dimension) OfRates() bool { return d.Key == RatesTownship || d.Key == RatesVillage }

// IsPlace says whether the rows are places, which have reports of their own.
func (d *Dimension) IsPlace() bool {
	return slices.Contains([]string{"township", "village", "township_risk", "village_risk", gridTownship, gridVillage, RatesTownship, RatesVillage}, d.Key)
}

// spans are the lengths of time from acceptance to the end.
func spans() []models.Choice {
	return []models.Choice{{Code: "7", Name: "7天以内"}, {Code: "15", Name: "8至15天"}, {Code: "30", Name: "16至30天"}, {Code: "60", Name: "31至60天"}, {Code: "more", Name: "60天以上"}, {Code: "none", Name: "未受理即结束"}}
}

func spanOf(days int64, accepted bool) string {
	switch {
	case !accepted:
		return "none"
	case days <= 7:
		return "7"
	case days <= 15:
		return "15"
	case days <= 30:
		return "30"
	case days <= 60:
		return "60"
	}
	return "more"
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

// in says whether the report of a kind of place has the dimension's table.
func (d *Dimension) in(kind models.RegionKind) bool {
	switch {
	case !d.IsPlace():
		return true
	case strings.HasPrefix(d.Key, "township"), d.Key == gridTownship:
		return kind == models.RegionCounty
	}
	return kind == models.RegionTownship
}

// rows are the rows of the dimension's table in the report of a place; false where that report has
// no such table. inside are the places directly inside it.
func (d *Dimension) rows(region *models.Region, inside []*models.Region) ([]models.Choice, int, bool) {
	if !d.in(region.Kind) {
		return nil, 0, false
	}
	if !d.IsPlace() {
		return d.choices, d.always, true
	}
	places := make([]models.Choice, len(inside))
	for i, r := range inside {
		places[i] = models.Choice{Code: r.Code, Name: r.Name}
	}
	return places, len(places), true
}
