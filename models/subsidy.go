package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SubsidyEvery is how often files are settled.
type SubsidyEvery string

const (
	SettleMonthly   SubsidyEvery = "month"
	SettleQuarterly SubsidyEvery = "quarter"
)

// SubsidyEveries lists them.
func SubsidyEveries() []Choice {
	return []Choice{{string(SettleMonthly), "按月"}, {string(SettleQuarterly), "按季度"}}
}

// SubsidyTable is a version of what a county pays for a file (以案定补). Every figure in it is the county's
// own: no law gives one, and the system comes with none. Money goes to the committee for a file that
// is closed and complete; nobody is counted.
type SubsidyTable struct {
	Edition      `bson:",inline"`
	Every        SubsidyEvery   `bson:"every" json:"every" validate:"required,oneof=month quarter" label:"结算周期"`
	Grades       []SubsidyGrade `bson:"grades" json:"grades" validate:"min=1,max=8,dive" label:"档次"`
	Rows         []SubsidyRow   `bson:"rows" json:"rows" validate:"min=1,max=60,dive" label:"标准"`
	OralPercent  int            `bson:"oralPercent" json:"oralPercent" validate:"gte=0,lte=100" label:"口头协议的比例"`
	WorkPercent  int            `bson:"workPercent" json:"workPercent" validate:"gte=0,lte=100" label:"调解不成的比例"`      // of useful work that came to no agreement
	WorkSittings int            `bson:"workSittings" json:"workSittings" validate:"gte=1,lte=50" label:"调解不成的最少调解次数"` // that make it useful work
}

// SubsidyGrade is how weighty a dispute is. The first grade takes every file; a later one takes those
// that reach any of its thresholds, and of several the last counts. A threshold of 0 asks for nothing.
type SubsidyGrade struct {
	Name       string `bson:"name" json:"name" validate:"required,max=10" label:"档次名称"`
	Households int64  `bson:"households" json:"households" validate:"gte=0,lte=100000" label:"户数"`
	AmountFen  int64  `bson:"amountFen" json:"amountFen" validate:"money" label:"涉及金额"`
	Sittings   int64  `bson:"sittings" json:"sittings" validate:"gte=0,lte=1000" label:"调解次数"`
}

// SubsidyRow gives the amount for a file of some types and grades. An empty list matches everything.
type SubsidyRow struct {
	Name      string        `bson:"name" json:"name" validate:"required,max=40" label:"标准名称"`
	Types     []DisputeType `bson:"types" json:"types"`
	Except    []DisputeType `bson:"except" json:"except"`
	Grades    []string      `bson:"grades" json:"grades"`
	AmountFen int64         `bson:"amountFen" json:"amountFen" validate:"money" label:"金额"` // of a file with a written agreement
}

func (r *SubsidyRow) matches(t DisputeType, grade string) bool {
	return (len(r.Types) == 0 || slices.Contains(r.Types, t)) && !slices.Contains(r.Except, t) &&
		(len(r.Grades) == 0 || slices.Contains(r.Grades, grade))
}

// threshold is one measure of a grade.
type threshold struct {
	field, name, reach string // households, 户数, 涉及12户
	from               func(*SubsidyGrade) int64
	text               func(int64) string // 10户
}

func thresholds() []threshold {
	return []threshold{
		{"households", "户数", "涉及", func(g *SubsidyGrade) int64 { return g.Households }, func(n int64) string { return fmt.Sprintf("%d户", n) }},
		{"amountFen", "涉及金额", "涉及金额", func(g *SubsidyGrade) int64 { return g.AmountFen }, roundYuan},
		{"sittings", "调解次数", "调解", func(g *SubsidyGrade) int64 { return g.Sittings }, func(n int64) string { return fmt.Sprintf("%d次", n) }},
	}
}

// GradeText says which files a grade takes: 5户以上，或者5万元以上.
func (t *SubsidyTable) GradeText(i int) string {
	if i == 0 {
		return "没有达到其他档次的"
	}
	var parts []string
	for _, m := range thresholds() {
		if from := m.from(&t.Grades[i]); from > 0 {
			parts = append(parts, m.reach+m.text(from)+"以上")
		}
	}
	return strings.Join(parts, "，或者")
}

// TypeNames are the types a row is for; see Rule.TypeNames.
func (r *SubsidyRow) TypeNames() string { return (&Rule{Types: r.Types, Except: r.Except}).TypeNames() }

// GradeNames are the grades a row is for, 各档 for all.
func (r *SubsidyRow) GradeNames() string {
	if len(r.Grades) == 0 {
		return "各档"
	}
	return strings.Join(r.Grades, "、")
}

// ShareLines says what is paid of the amount of a row, by how the file ended.
func (t *SubsidyTable) ShareLines() []Choice {
	work := "不补"
	if t.WorkPercent > 0 {
		work = fmt.Sprintf("%d%%，调解满%d次的", t.WorkPercent, t.WorkSittings)
	}
	oral := "不补"
	if t.OralPercent > 0 {
		oral = fmt.Sprintf("%d%%", t.OralPercent)
	}
	return []Choice{{string(SubsidyWritten), "100%"}, {string(SubsidyOral), oral}, {string(SubsidyWork), work}}
}

// Check says what is wrong with a table as a whole, in plain Chinese: every type and grade must be
// matched by exactly one row. What no row covers stands in the message, all else at its field.
func (t *SubsidyTable) Check() error {
	c := policyCheck{}
	t.checkGrades(&c)
	gaps := t.checkRows(&c)
	if len(c.fields) == 0 && len(gaps) == 0 {
		return nil
	}
	out := &Error{Kind: Invalid, Code: "subsidy.invalid", Message: "补贴标准填写有误，请按提示修改", Fields: c.fields[:min(len(c.fields), maxPolicyFaults)]}
	if len(gaps) > 0 {
		out.Message = "标准有缺漏：" + strings.Join(gaps[:min(len(gaps), maxPolicyFaults)], "；")
	}
	return out
}

func (t *SubsidyTable) checkGrades(c *policyCheck) {
	for i := range t.Grades {
		g := &t.Grades[i]
		at := func(field string) string { return fmt.Sprintf("grades[%d].%s", i, field) }
		if first := slices.IndexFunc(t.Grades, func(o SubsidyGrade) bool { return o.Name == g.Name }); first != i {
			c.field(at("name"), "第%d档和第%d档都叫“%s”，请改一个", i+1, first+1, g.Name)
		}
		asks := 0
		for _, m := range thresholds() {
			from := m.from(g)
			if from <= 0 {
				continue
			}
			asks++
			if i == 0 {
				c.field(at(m.field), "第1档收所有没有达到其他档次的案件，%s请空着", m.name)
				continue
			}
			for n := 1; n < i; n++ {
				if before := m.from(&t.Grades[n]); before >= from {
					c.field(at(m.field), "“%s”的%s应高于“%s”的%s", g.Name, m.name, t.Grades[n].Name, m.text(before))
					break
				}
			}
		}
		if i > 0 && asks == 0 {
			c.field(at("households"), "“%s”至少要写一个条件：户数、涉及金额或者调解次数", g.Name)
		}
	}
}

// checkRows goes through every type and grade; it returns what no row covers.
func (t *SubsidyTable) checkRows(c *policyCheck) (gaps []string) {
	for i := range t.Rows {
		r := &t.Rows[i]
		for _, list := range []struct {
			field string
			types []DisputeType
		}{{"types", r.Types}, {"except", r.Except}} {
			for _, kind := range list.types {
				if !HasCode(DisputeTypes(), string(kind)) {
					c.field(fmt.Sprintf("rows[%d].%s", i, list.field), "“%s”：没有“%s”这个纠纷类型", r.Name, kind)
				}
			}
		}
		for _, grade := range r.Grades {
			if !slices.ContainsFunc(t.Grades, func(g SubsidyGrade) bool { return g.Name == grade }) {
				c.field(fmt.Sprintf("rows[%d].grades", i), "“%s”：没有“%s”这一档", r.Name, grade)
			}
		}
	}
	used := make([]bool, len(t.Rows))
	for _, g := range t.Grades {
		types := map[string][]DisputeType{} // by the rows that match
		hits := map[string][]int{}
		var order []string
		for _, choice := range DisputeTypes() {
			var rows []int
			for i := range t.Rows {
				if t.Rows[i].matches(DisputeType(choice.Code), g.Name) {
					rows, used[i] = append(rows, i), true
				}
			}
			key := fmt.Sprint(rows)
			if _, known := hits[key]; !known {
				order = append(order, key)
			}
			hits[key], types[key] = rows, append(types[key], DisputeType(choice.Code))
		}
		for _, key := range order {
			rows, what := hits[key], "各类纠纷"
			if len(types[key]) < len(DisputeTypes()) {
				what = typeNames(types[key])
			}
			switch {
			case len(rows) == 0:
				gaps = append(gaps, fmt.Sprintf("“%s”没有标准：%s", g.Name, what))
			case len(rows) > 1:
				last, others := rows[len(rows)-1], []string{}
				for _, n := range rows[:len(rows)-1] {
					others = append(others, "“"+t.Rows[n].Name+"”")
				}
				c.field(fmt.Sprintf("rows[%d].name", last), "“%s”和%s重叠：%s，%s", t.Rows[last].Name, strings.Join(others, "、"), g.Name, what)
			}
		}
	}
	for i, hit := range used {
		at := fmt.Sprintf("rows[%d].", i)
		if !hit && !slices.ContainsFunc(c.fields, func(f FieldError) bool { return strings.HasPrefix(f.Field, at) }) {
			c.field(at+"name", "“%s”管不到任何案件，请改正或者删去", t.Rows[i].Name)
		}
	}
	return gaps
}

// SubsidyPeriodFaults says what is wrong with the day on which a table is to follow the one before it:
// months and quarters change only where both begin, so that every file falls into one period.
func SubsidyPeriodFaults(next *SubsidyTable, own []*SubsidyTable) []FieldError {
	var before *SubsidyTable
	for _, o := range own {
		if o.EffectiveFrom.Before(next.EffectiveFrom) && (before == nil || o.EffectiveFrom.After(before.EffectiveFrom) ||
			o.EffectiveFrom.Equal(before.EffectiveFrom) && o.Number > before.Number) {
			before = o
		}
	}
	from := next.EffectiveFrom.In(zone)
	if before == nil || before.Every == next.Every || from.Day() == 1 && (from.Month()-1)%3 == 0 {
		return nil
	}
	quarter := time.Date(from.Year(), (from.Month()-1)/3*3+4, 1, 0, 0, 0, 0, zone)
	return []FieldError{{Field: "effectiveFrom", Message: fmt.Sprintf("结算周期由%s改为%s，只能从一个季度的第一天起，例如%s",
		NameOf(SubsidyEveries(), string(before.Every)), NameOf(SubsidyEveries(), string(next.Every)), quarter.Format(time.DateOnly))}}
}

// CompareSubsidyTables lists what is another in one version than in an earlier one: the rows in the
// order of the newer one, those that are gone, then all else.
func CompareSubsidyTables(was, is *SubsidyTable) []PolicyChange {
	var out []PolicyChange
	change := func(what, before, after string) {
		if before != after {
			out = append(out, PolicyChange{what, before, after})
		}
	}
	row := func(t *SubsidyTable, name string) string {
		for i := range t.Rows {
			if r := &t.Rows[i]; r.Name == name {
				return r.TypeNames() + "，" + r.GradeNames() + "，每件" + yuanNumber(r.AmountFen) + "元"
			}
		}
		return ""
	}
	grade := func(t *SubsidyTable, name string) string {
		for i := range t.Grades {
			if t.Grades[i].Name == name {
				return t.GradeText(i)
			}
		}
		return ""
	}
	for _, r := range is.Rows {
		change(r.Name, row(was, r.Name), row(is, r.Name))
	}
	for _, r := range was.Rows {
		if row(is, r.Name) == "" {
			change(r.Name, row(was, r.Name), "")
		}
	}
	for _, g := range is.Grades {
		change("档次“"+g.Name+"”", grade(was, g.Name), grade(is, g.Name))
	}
	for _, g := range was.Grades {
		if grade(is, g.Name) == "" {
			change("档次“"+g.Name+"”", grade(was, g.Name), "")
		}
	}
	for i, share := range is.ShareLines() {
		change(NameOf(SubsidyResults(), share.Code), was.ShareLines()[i].Name, share.Name)
	}
	change("结算周期", NameOf(SubsidyEveries(), string(was.Every)), NameOf(SubsidyEveries(), string(is.Every)))
	return out
}
