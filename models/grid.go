package models

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/pkg/docstore"
)

// CellKind is a level of the Party grid.
type CellKind string

const (
	CellBranch    CellKind = "branch"    // 村党支部
	CellGroup     CellKind = "group"     // 党小组
	CellHousehold CellKind = "household" // 党员中心户
)

// CellKinds lists the levels of the grid from the top.
func CellKinds() []Choice {
	return []Choice{{string(CellBranch), "村党支部"}, {string(CellGroup), "党小组"}, {string(CellHousehold), "党员中心户"}}
}

// Name is the level as people say it.
func (k CellKind) Name() string { return NameOf(CellKinds(), string(k)) }

// Rank orders the levels from the top; 0 for none.
func (k CellKind) Rank() int {
	return 1 + slices.IndexFunc(CellKinds(), func(c Choice) bool { return c.Code == string(k) })
}

// Grid is the Party grid of one village. It is one document, so that a whole grid is read in at once
// or not at all, and no cell is ended while another is hung below it.
type Grid struct {
	Village       string `bson:"_id" json:"village"`
	docstore.Head `bson:",inline"`
	Township      string `bson:"township" json:"township"`
	Cells         []Cell `bson:"cells" json:"cells"` // in the order of their numbers
}

func (g *Grid) DocID() any { return g.Village }

// Cell is one cell of the grid with its own number below the village. Nothing of it is ever
// overwritten: a move, another person, another number of households, its end and a correction are
// each a span more.
type Cell struct {
	Number int        `bson:"number" json:"number"`
	Kind   CellKind   `bson:"kind" json:"kind"`
	Spans  []CellSpan `bson:"spans" json:"spans"`
}

// CellSpan is what a cell is from a day on, as it was written down at a moment. The days of the spans
// of a cell do not go back; of two from the same day the one written down later corrects the other.
type CellSpan struct {
	From   string `bson:"from" json:"from"`                       // 2006-01-02
	Ended  bool   `bson:"ended,omitempty" json:"ended,omitempty"` // from this day on the cell is no more
	Name   string `bson:"name" json:"name"`                       // 第二党小组
	Parent int    `bson:"parent,omitempty" json:"parent,omitempty"`
	// Responsible is the Party member in charge, Account the login of theirs, "" where they have none.
	Responsible    string    `bson:"responsible" json:"responsible"`
	Account        string    `bson:"account,omitempty" json:"account,omitempty"`
	Households     int       `bson:"households" json:"households"`
	HouseholdNames []string  `bson:"householdNames" json:"householdNames"`
	Reason         string    `bson:"reason,omitempty" json:"reason,omitempty"`
	RecordedAt     time.Time `bson:"recordedAt" json:"recordedAt"`
	RecordedBy     Actor     `bson:"recordedBy" json:"recordedBy"`
}

// Last is the span written down last.
func (c *Cell) Last() CellSpan { return c.Spans[len(c.Spans)-1] }

// On is what the cell is on a day, by what had been written down before a moment; false where it is
// not there, not yet or no more.
func (c *Cell) On(day string, known time.Time) (CellSpan, bool) {
	for i := len(c.Spans) - 1; i >= 0; i-- {
		if s := c.Spans[i]; s.From <= day && s.RecordedAt.Before(known) {
			return s, !s.Ended
		}
	}
	return CellSpan{}, false
}

// Cell is the cell of a number, nil for none. It points into the grid.
func (g *Grid) Cell(number int) *Cell {
	for i := range g.Cells {
		if g.Cells[i].Number == number {
			return &g.Cells[i]
		}
	}
	return nil
}

// NextNumber is the first number after all that were ever given.
func (g *Grid) NextNumber() int {
	next := 1
	for _, c := range g.Cells {
		next = max(next, c.Number+1)
	}
	return next
}

// StandingCell is a cell as it stands on a day.
type StandingCell struct {
	Number int
	Kind   CellKind
	CellSpan
	Depth int   // how many cells lie above it
	Above []int // their numbers, from the top
}

// Standing is the grid on a day, by what had been written down before a moment: each cell directly
// followed by those below it.
func (g *Grid) Standing(day string, known time.Time) []StandingCell {
	below := map[int][]StandingCell{}
	there := map[int]bool{}
	for i := range g.Cells {
		c := &g.Cells[i]
		if s, ok := c.On(day, known); ok {
			there[c.Number] = true
			below[s.Parent] = append(below[s.Parent], StandingCell{Number: c.Number, Kind: c.Kind, CellSpan: s})
		}
	}
	// What hangs on a cell that is not there yet, or no more, stands by itself rather than being lost.
	for parent, cells := range below {
		if parent != 0 && !there[parent] {
			below[0] = append(below[0], cells...)
			delete(below, parent)
		}
	}
	var out []StandingCell
	var walk func(parent int, above []int)
	walk = func(parent int, above []int) {
		cells := below[parent]
		slices.SortFunc(cells, func(a, b StandingCell) int {
			return cmp.Or(cmp.Compare(a.Kind.Rank(), b.Kind.Rank()), cmp.Compare(a.Number, b.Number))
		})
		for _, c := range cells {
			c.Depth, c.Above = len(above), above
			out = append(out, c)
			walk(c.Number, append(slices.Clone(above), c.Number))
		}
	}
	walk(0, nil)
	return out
}

// CellID names a cell: the village's code and the cell's own number.
func CellID(village string, number int) string { return village + "-" + strconv.Itoa(number) }

// ParseCellID reads a cell's name; false where it is none.
func ParseCellID(id string) (village string, number int, ok bool) {
	village, digits, _ := strings.Cut(id, "-")
	number, err := strconv.Atoi(digits)
	ok = RegionKindOf(village) == RegionVillage && isDigits(village) && err == nil && number > 0 && CellID(village, number) == id
	return village, number, ok
}

// NumberText is a cell's number as it is written: 3号.
func (c StandingCell) NumberText() string { return fmt.Sprintf("%d号", c.Number) }

// HasIdentityNumber says whether a text holds what looks like an identity number: a run of 15 digits or
// more, plain or full-width.
func HasIdentityNumber(text string) bool {
	run := 0
	for _, r := range text {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			if run++; run == 15 {
				return true
			}
			continue
		}
		run = 0
	}
	return false
}
