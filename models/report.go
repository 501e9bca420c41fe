package models

import (
	"time"

	"fengqiao/pkg/docstore"
)

// Report is the monthly risk-screening report of one place. Its figures, tables and lines are a
// function of the case files as of the month's last moment, so that building it again gives the
// same. What people add to them, and the way to the seal, is in ReportIssue.
type Report struct {
	ID            string `bson:"_id" json:"-"` // region/2026-11
	docstore.Head `bson:",inline"`
	Region        string       `bson:"region" json:"region"`
	Month         string       `bson:"month" json:"month"` // 2006-01
	BuiltAt       time.Time    `bson:"builtAt" json:"builtAt"`
	Figures       []Figure     `bson:"figures" json:"figures"`
	Tables        []Table      `bson:"tables" json:"tables"`
	Lines         []ReportLine `bson:"lines" json:"lines"`
	Issue         ReportIssue  `bson:"issue" json:"-"`
	// Unsealed is the county while the report is not sealed, "" afterwards and in reports that were
	// stored before there were seals: one index finds what waits.
	Unsealed string `bson:"unsealed,omitempty" json:"-"`
}

// ReportLine is a case that the report names: at high risk, late, or one of a group dispute. It has no name
// of a person.
type ReportLine struct {
	Case    string    `bson:"case" json:"case"`     // id
	Number  string    `bson:"number" json:"number"` // 卷号, "" before acceptance
	Type    string    `bson:"type" json:"type"`
	Village string    `bson:"village" json:"village"` // its name
	Level   string    `bson:"level" json:"level"`     // name of the rung that has it
	Risk    RiskLevel `bson:"risk" json:"risk"`
	DueOn   string    `bson:"dueOn,omitempty" json:"dueOn,omitempty"` // last day, "" while the clock stands
	Late    bool      `bson:"late" json:"late"`
	// LateDays are whole days after the last day, 0 where it is not late.
	LateDays int `bson:"lateDays,omitempty" json:"lateDays,omitempty"`
	// Group is the id of the confirmed group dispute to which it belongs, "" for none.
	Group string `bson:"group,omitempty" json:"group,omitempty"`
}

func (r *Report) DocID() any { return r.ID }

// ReportID is the id of a place's report of a month.
func ReportID(region, month string) string { return region + "/" + month }

// Figure is one number of a report. Counts have a Value; rates a Value over an Of, and show “—”
// where Of is zero.
type Figure struct {
	Key   string `bson:"key" json:"key"`
	Value int64  `bson:"value" json:"value"`
	Of    *int64 `bson:"of,omitempty" json:"of,omitempty"`
	Unit  string `bson:"unit,omitempty" json:"unit,omitempty"` // 件, 元, 天
}

// Table is a breakdown: by type, level, village.
type Table struct {
	Key     string     `bson:"key" json:"key"`
	Columns []string   `bson:"columns" json:"columns"` // figure keys
	Rows    []TableRow `bson:"rows" json:"rows"`
}

// TableRow is one line of a breakdown.
type TableRow struct {
	Code   string  `bson:"code" json:"code"`
	Name   string  `bson:"name" json:"name"`
	Values []int64 `bson:"values" json:"values"`
	// Of is what each value is reckoned on in a breakdown of rates, missing in others.
	Of []int64 `bson:"of,omitempty" json:"of,omitempty"`
}

// Figure returns the figure of a key; false where the report has none.
func (r *Report) Figure(key string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Key == key {
			return f, true
		}
	}
	return Figure{}, false
}

// Table returns the breakdown of a key; false where the report has none.
func (r *Report) Table(key string) (Table, bool) {
	for _, t := range r.Tables {
		if t.Key == key {
			return t, true
		}
	}
	return Table{}, false
}
