package screening

import (
	"strings"

	"fengqiao/models"
)

// Ref names one number of a report: a figure, or a cell of a table. As text it is
//
//	pending
//	pending@village=330681101201
//
// and the number of a table's cell is that of the row's code and the column's figure.
type Ref struct {
	Figure    string
	Dimension string // "" for the whole place
	Code      string
}

// ParseRef reads a reference; a figure or dimension that does not exist is an Invalid error of the
// field figure.
func ParseRef(text string) (Ref, error) {
	var r Ref
	var cell string
	var isCell bool
	r.Figure, cell, isCell = strings.Cut(text, "@")
	if isCell {
		r.Dimension, r.Code, _ = strings.Cut(cell, "=")
	}
	_, known := Define(r.Figure)
	if isCell && known {
		_, known = DimensionOf(r.Dimension)
	}
	if !known || len(text) > 100 {
		return Ref{}, models.FieldErrorf("figure", "没有这个数字，请从月报里点击数字查看")
	}
	return r, nil
}

// CellRef is the reference of a table's cell.
func CellRef(table models.Table, row models.TableRow, column string) Ref {
	return Ref{Figure: column, Dimension: table.Key, Code: row.Code}
}

func (r Ref) String() string {
	if r.Dimension == "" {
		return r.Figure
	}
	return r.Figure + "@" + r.Dimension + "=" + r.Code
}

// Title says in words what the reference counts. names gives the rows their names: the report's
// tables.
func (r Ref) Title(report *models.Report) string {
	figure, _ := Define(r.Figure)
	if r.Dimension == "" {
		return figure.Name
	}
	dimension, _ := DimensionOf(r.Dimension)
	row := models.NameOf(dimension.choices, r.Code)
	if report != nil {
		for _, t := range report.Tables {
			for _, line := range t.Rows {
				if t.Key == r.Dimension && line.Code == r.Code {
					row = line.Name
				}
			}
		}
	}
	return row + " · " + figure.Name
}

// matcher says whether a case stands in the list of the reference.
func (r Ref) matcher() (func(*look) bool, error) {
	if _, err := ParseRef(r.String()); err != nil {
		return nil, err
	}
	figure, _ := Define(r.Figure)
	if r.Dimension == "" {
		return figure.member, nil
	}
	dimension, _ := DimensionOf(r.Dimension)
	return func(l *look) bool { return figure.member(l) && dimension.code(l) == r.Code }, nil
}
