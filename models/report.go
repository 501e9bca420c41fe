package models

import (
	"time"

	"fengqiao/pkg/docstore"
)

// Report is the monthly risk-screening report of one place, as it was built. Its figures are a
// function of the case files as of the month's last moment, so that building it again gives the
// same.
type Report struct {
	ID            string `bson:"_id" json:"-"` // region/2026-11
	docstore.Head `bson:",inline"`
	Region        string    `bson:"region" json:"region"`
	Month         string    `bson:"month" json:"month"` // 2006-01
	BuiltAt       time.Time `bson:"builtAt" json:"builtAt"`
	Figures       []Figure  `bson:"figures" json:"figures"`
	Tables        []Table   `bson:"tables" json:"tables"`
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
