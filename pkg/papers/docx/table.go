package docx

import "fmt"

// Table has columns of fixed width. No row is torn across pages unless it says so.
type Table struct {
	Widths   []int // of the columns, in millimetres
	Header   int   // so many rows are repeated on each page
	Rows     []Row
	Bare     bool // no lines: to set things side by side
	KeepRows bool // all rows on one page, as far as a page reaches
	KeepNext bool // the last row stays with what follows
}

// Row is one row. Its cells fill the columns, each as many as it spans.
type Row struct {
	Cells  []Box
	Height int  // at least so many millimetres
	Split  bool // may break across pages: for text that can be longer than a page
}

// Box is a cell of a table.
type Box struct {
	Blocks []Block // an empty cell if none
	Span   int     // columns; 0 is one
	Merge  Merge
	Middle bool // stands in the middle between above and below
}

// Merge joins cells that stand under each other in one column.
type Merge int

const (
	Single    Merge = iota
	MergeHead       // the first of several
	MergeOn         // joined to the cell above; its blocks are not shown
)

// Cells makes a row of plain texts in one style.
func Cells(style Style, texts ...string) Row {
	var row Row
	for _, t := range texts {
		row.Cells = append(row.Cells, CellOf(style, t))
	}
	return row
}

// CellOf makes a cell of one text in the middle of its height.
func CellOf(style Style, text string) Box {
	return Box{Blocks: []Block{Text(style, text)}, Middle: true}
}

// Over makes a cell span so many columns.
func (b Box) Over(columns int) Box {
	b.Span = columns
	return b
}

func (b Box) span() int { return max(b.Span, 1) }

// check says whether each row fills the columns.
func (t Table) check() error {
	for i, row := range t.Rows {
		n := 0
		for _, c := range row.Cells {
			n += c.span()
		}
		if n != len(t.Widths) {
			return fmt.Errorf("row %d of a table fills %d of %d columns", i+1, n, len(t.Widths))
		}
	}
	return nil
}

func (t Table) write(w *body) {
	if err := t.check(); err != nil {
		w.fail(err)
		return
	}
	total := 0
	for _, width := range t.Widths {
		total += width
	}
	w.open("w:tbl")
	w.open("w:tblPr")
	w.empty("w:tblW", "w:w", twips(total), "w:type", "dxa")
	w.value("w:jc", "center")
	if !t.Bare {
		w.open("w:tblBorders")
		for _, side := range []string{"w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"} {
			w.empty(side, "w:val", "single", "w:sz", "6", "w:space", "0", "w:color", "000000")
		}
		w.close("w:tblBorders")
	}
	w.value("w:tblLayout", "fixed", "w:type")
	w.open("w:tblCellMar")
	w.empty("w:left", "w:w", itoa(cellMargin), "w:type", "dxa")
	w.empty("w:right", "w:w", itoa(cellMargin), "w:type", "dxa")
	w.close("w:tblCellMar")
	w.close("w:tblPr")
	w.open("w:tblGrid")
	for _, width := range t.Widths {
		w.empty("w:gridCol", "w:w", twips(width))
	}
	w.close("w:tblGrid")
	for i, row := range t.Rows {
		keep := w.keep
		w.keep = keep || i < t.Header || t.KeepRows && (i < len(t.Rows)-1 || t.KeepNext) || t.KeepNext && i == len(t.Rows)-1
		t.writeRow(w, row, i < t.Header)
		w.keep = keep
	}
	w.close("w:tbl")
}

// cellMargin is the room left and right in a cell, in twips.
const cellMargin = 85

func (t Table) writeRow(w *body, row Row, header bool) {
	w.open("w:tr")
	w.open("w:trPr")
	if !row.Split {
		w.empty("w:cantSplit")
	}
	if row.Height > 0 {
		w.empty("w:trHeight", "w:val", twips(row.Height), "w:hRule", "atLeast")
	}
	if header {
		w.empty("w:tblHeader")
	}
	w.close("w:trPr")
	column := 0
	for _, cell := range row.Cells {
		width := 0
		for range cell.span() {
			width += t.Widths[column]
			column++
		}
		w.open("w:tc")
		w.open("w:tcPr")
		w.empty("w:tcW", "w:w", twips(width), "w:type", "dxa")
		if cell.Span > 1 {
			w.value("w:gridSpan", itoa(cell.Span))
		}
		switch cell.Merge {
		case MergeHead:
			w.value("w:vMerge", "restart")
		case MergeOn:
			w.empty("w:vMerge")
		}
		if cell.Middle {
			w.value("w:vAlign", "center")
		}
		w.close("w:tcPr")
		blocks := cell.Blocks
		if cell.Merge == MergeOn || len(blocks) == 0 {
			blocks = []Block{Paragraph{Style: Cell}}
		}
		for _, b := range blocks {
			b.write(w)
		}
		if _, nested := blocks[len(blocks)-1].(Table); nested {
			small(w, "") // a cell ends with a paragraph
		}
		w.close("w:tc")
	}
	w.close("w:tr")
}

// small writes a paragraph that takes no room to speak of: what must stand between two tables, or carry
// the end of a section.
func small(w *body, section string) {
	w.open("w:p")
	w.open("w:pPr")
	w.empty("w:spacing", "w:line", "20", "w:lineRule", "exact")
	w.open("w:rPr")
	w.value("w:sz", "2")
	w.close("w:rPr")
	w.raw(section)
	w.close("w:pPr")
	w.close("w:p")
}
