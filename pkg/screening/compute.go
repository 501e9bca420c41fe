package screening

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"fengqiao/models"
)

// Compute makes the report of a place for a window from the cases that were active in it; cases
// elsewhere, and cases that were not active, add nothing. inside are the places directly inside the
// place, for the table by place, grid the entries of the window's returns and findings. The report's
// BuiltAt is the caller's to set.
func Compute(region *models.Region, w Window, cases iter.Seq[*models.Case], inside []*models.Region, grid ...Entry) *models.Report {
	m := newMeter(w)
	t := newTally(m, region, inside)
	for c := range cases {
		if t.covers(c) {
			t.addCase(m.read(c))
		}
	}
	for i := range grid {
		if e := &grid[i]; e.place(region.Kind) == region.Code {
			t.add(m.readEntry(e))
		}
	}
	return t.report(w)
}

// List returns the cases behind one number of the report that Compute makes of the same cases.
func List(region *models.Region, w Window, cases iter.Seq[*models.Case], ref Ref) ([]*models.Case, error) {
	match, err := ref.matcher()
	if err != nil {
		return nil, err
	}
	list := []*models.Case{}
	for c := range cases {
		if l := lookAt(c, w); covers(region, c) && match(&l) {
			list = append(list, c)
		}
	}
	return list, nil
}

func covers(region *models.Region, c *models.Case) bool {
	return c.Place.Code(region.Kind) == region.Code
}

// meter reads what one case adds to each figure and in which row of each table, once for all the
// places that it is counted in.
type meter struct {
	window     Window
	figures    []Definition
	dimensions []Dimension
	columns    [][]int // of each dimension: its figures
	unknown    []bool  // figures that a report has not, when one that is stored is worked out anew
	reading    reading
}

type reading struct {
	values, of []int64
	codes      []string // of each dimension
	line       models.ReportLine
	named      bool   // the report names the case: line says how
	head       string // hash of the case's last event by the window's end
}

func newMeter(w Window) *meter {
	m := &meter{window: w, figures: Figures(), dimensions: Dimensions()}
	for _, d := range m.dimensions {
		columns := make([]int, len(d.Columns))
		for i, key := range d.Columns {
			columns[i] = slices.IndexFunc(m.figures, func(f Definition) bool { return f.Key == key })
		}
		m.columns = append(m.columns, columns)
	}
	m.reading = reading{values: make([]int64, len(m.figures)), of: make([]int64, len(m.figures)), codes: make([]string, len(m.dimensions))}
	return m
}

// of leaves out what a stored report does not know: that a case adds to a figure that was defined later does
// not make it one that the report rests on.
func (m *meter) of(r *models.Report) {
	m.unknown = make([]bool, len(m.figures))
	for i, f := range m.figures {
		_, known := r.Figure(f.Key)
		m.unknown[i] = !known
	}
}

// touched says whether the last case or entry that was measured adds to anything.
func (m *meter) touched() bool {
	for i := range m.figures {
		if (m.reading.values[i] != 0 || m.reading.of[i] != 0) && (m.unknown == nil || !m.unknown[i]) {
			return true
		}
	}
	return false
}

// read measures a case. The reading is good until the next one.
func (m *meter) read(c *models.Case) *reading {
	l := lookAt(c, m.window)
	for i := range m.figures {
		f := &m.figures[i]
		m.reading.values[i], m.reading.of[i] = 0, 0
		if f.OfGrid() {
			continue
		}
		m.reading.values[i] = f.value(&l)
		if f.Rate {
			m.reading.of[i] = f.of(&l)
		}
	}
	for i := range m.dimensions {
		m.reading.codes[i] = m.dimensions[i].code(&l)
	}
	m.reading.line, m.reading.named = l.line()
	m.reading.head = l.head()
	return &m.reading
}

// readEntry measures an entry of the grid. The reading is good until the next one.
func (m *meter) readEntry(e *Entry) *reading {
	for i := range m.figures {
		f := &m.figures[i]
		m.reading.values[i], m.reading.of[i] = 0, 0
		if !f.OfGrid() {
			continue
		}
		m.reading.values[i] = f.entry(e)
		if f.Rate {
			m.reading.of[i] = f.entryOf(e)
		}
	}
	for i := range m.dimensions {
		m.reading.codes[i] = m.dimensions[i].codeOf(e)
	}
	m.reading.named = false
	return &m.reading
}

// tally is the report of one place in the making.
type tally struct {
	meter      *meter
	region     *models.Region
	inside     []*models.Region
	values, of []int64
	cells      []map[string][]int64 // of each dimension: code → columns, and behind them what rates are reckoned on
	lines      []models.ReportLine
}

func newTally(m *meter, region *models.Region, inside []*models.Region) *tally {
	t := &tally{meter: m, region: region, inside: inside, values: make([]int64, len(m.figures)), of: make([]int64, len(m.figures))}
	for range m.dimensions {
		t.cells = append(t.cells, map[string][]int64{})
	}
	return t
}

func (t *tally) covers(c *models.Case) bool { return covers(t.region, c) }

// addCase adds the reading of a case, and names it where the report does.
func (t *tally) addCase(r *reading) {
	t.add(r)
	if r.named {
		t.lines = append(t.lines, r.line)
	}
}

func (t *tally) add(r *reading) {
	for i := range r.values {
		t.values[i] += r.values[i]
		t.of[i] += r.of[i]
	}
	for i, columns := range t.meter.columns {
		cells, ok := t.cells[i][r.codes[i]]
		if !ok {
			cells = make([]int64, t.meter.dimensions[i].width())
			t.cells[i][r.codes[i]] = cells
		}
		for j, figure := range columns {
			cells[j] += r.values[figure]
			if len(cells) > len(columns) {
				cells[len(columns)+j] += r.of[figure]
			}
		}
	}
}

func (t *tally) report(w Window) *models.Report {
	r := &models.Report{ID: models.ReportID(t.region.Code, w.Month), Region: t.region.Code, Month: w.Month, Figures: []models.Figure{}, Tables: []models.Table{}, Lines: slices.SortedFunc(slices.Values(t.lines), byUrgency), Unsealed: t.region.Code[:6]}
	if r.Lines == nil {
		r.Lines = []models.ReportLine{}
	}
	for i, f := range t.meter.figures {
		figure := models.Figure{Key: f.Key, Value: t.values[i], Unit: f.Unit}
		if f.Rate {
			of := t.of[i]
			figure.Of = &of
		}
		r.Figures = append(r.Figures, figure)
	}
	for i := range t.meter.dimensions {
		d := &t.meter.dimensions[i]
		if choices, always, ok := d.rows(t.region, t.inside); ok {
			r.Tables = append(r.Tables, table(d, choices, always, t.cells[i]))
		}
	}
	return r
}

// width is how many numbers a row has.
func (d *Dimension) width() int {
	if d.OfRates() {
		return 2 * len(d.Columns)
	}
	return len(d.Columns)
}

// byUrgency puts the higher risk first, then the earlier deadline.
func byUrgency(a, b models.ReportLine) int {
	return cmp.Or(cmp.Compare(b.Risk.Rank(), a.Risk.Rank()), cmp.Compare(b.LateDays, a.LateDays), cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Case, b.Case))
}

// table puts the rows in the order people know; codes that none of them has come last.
func table(d *Dimension, choices []models.Choice, always int, cells map[string][]int64) models.Table {
	out := models.Table{Key: d.Key, Columns: d.Columns, Rows: []models.TableRow{}}
	row := func(code, name string, keep bool) {
		values := cells[code]
		if !keep && !slices.ContainsFunc(values, func(n int64) bool { return n != 0 }) {
			return
		}
		if values == nil {
			values = make([]int64, d.width())
		}
		line := models.TableRow{Code: code, Name: name, Values: values[:len(d.Columns):len(d.Columns)]}
		if d.OfRates() {
			line.Of = values[len(d.Columns):]
		}
		out.Rows = append(out.Rows, line)
	}
	for i, c := range choices {
		row(c.Code, c.Name, i < always)
	}
	for _, code := range slices.Sorted(maps.Keys(cells)) {
		if !models.HasCode(choices, code) {
			name := code
			if name == "" {
				name = "未填写"
			}
			row(code, name, false)
		}
	}
	return out
}
