package papers

import (
	"fmt"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Fonts that every office computer in the country has.
const (
	bodyFont  = "宋体"
	titleFont = "黑体"
)

// styles are the cell styles of a workbook.
type styles struct {
	title, note, head, group, sign                                 int
	text, centre, none, day, index, count, money, percent, average int
	total, totalCount, totalMoney                                  int
}

func newStyles(f *excelize.File) (styles, error) {
	var s styles
	var err error
	body := excelize.Font{Family: bodyFont, Size: 10.5}
	bold := excelize.Font{Family: bodyFont, Size: 10.5, Bold: true}
	grid := []excelize.Border{}
	for _, side := range []string{"left", "right", "top", "bottom"} {
		grid = append(grid, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	shade := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	left := &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}
	centre := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	right := &excelize.Alignment{Horizontal: "right", Vertical: "center", Indent: 1}
	plain := func(format string) *string { return &format }
	const asText = 49 // Excel's format “@”: what is typed there again stays text, too
	for _, want := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.title, excelize.Style{Font: &excelize.Font{Family: titleFont, Size: 18}, Alignment: centre, NumFmt: asText}},
		{&s.note, excelize.Style{Font: &excelize.Font{Family: bodyFont, Size: 10, Color: "595959"}, Alignment: centre, NumFmt: asText}},
		{&s.head, excelize.Style{Font: &bold, Alignment: centre, Border: grid, Fill: shade("E7E6E6"), NumFmt: asText}},
		{&s.group, excelize.Style{Font: &excelize.Font{Family: titleFont, Size: 11}, Alignment: left, Border: grid, Fill: shade("F7F3E8"), NumFmt: asText}},
		{&s.sign, excelize.Style{Font: &body, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "bottom"}, NumFmt: asText}},
		{&s.text, excelize.Style{Font: &body, Alignment: left, Border: grid, NumFmt: asText}},
		{&s.centre, excelize.Style{Font: &body, Alignment: centre, Border: grid, NumFmt: asText}},
		{&s.none, excelize.Style{Font: &body, Alignment: right, Border: grid, NumFmt: asText}},
		{&s.day, excelize.Style{Font: &body, Alignment: centre, Border: grid, CustomNumFmt: plain("yyyy-mm-dd")}},
		{&s.count, excelize.Style{Font: &body, Alignment: right, Border: grid, CustomNumFmt: plain("#,##0")}},
		{&s.index, excelize.Style{Font: &body, Alignment: centre, Border: grid, CustomNumFmt: plain("0")}},
		{&s.money, excelize.Style{Font: &body, Alignment: right, Border: grid, CustomNumFmt: plain("#,##0.00")}},
		{&s.percent, excelize.Style{Font: &body, Alignment: right, Border: grid, CustomNumFmt: plain("0.0%")}},
		{&s.average, excelize.Style{Font: &body, Alignment: right, Border: grid, CustomNumFmt: plain("0.0")}},
		{&s.total, excelize.Style{Font: &bold, Alignment: left, Border: grid, NumFmt: asText}},
		{&s.totalMoney, excelize.Style{Font: &bold, Alignment: right, Border: grid, CustomNumFmt: plain("#,##0.00")}},
		{&s.totalCount, excelize.Style{Font: &bold, Alignment: right, Border: grid, CustomNumFmt: plain("#,##0")}},
	} {
		if *want.id, err = f.NewStyle(&want.style); err != nil {
			return styles{}, err
		}
	}
	return s, nil
}

// text is a cell of words.
func text(style int, value string) excelize.Cell { return excelize.Cell{StyleID: style, Value: value} }

// page writes one sheet row by row. The first error stays and stops what follows.
type page struct {
	book    *book
	name    string
	columns int
	sw      *excelize.StreamWriter
	next    int // row
	err     error
}

// page opens a sheet for printing on A4 landscape, with columns of so many widths as wide as the
// paper. Its first head rows stay in sight and are repeated on every printed page.
func (b *book) page(name string, head int, widths ...float64) *page {
	p := &page{book: b, name: name, columns: len(widths), next: 1}
	p.setUp(head)
	if p.err == nil {
		p.sw, p.err = b.f.NewStreamWriter(name)
	}
	for i, width := range widths {
		p.do(func() error { return p.sw.SetColWidth(i+1, i+1, width) })
	}
	p.do(func() error {
		return p.sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: fmt.Sprintf("A%d", head+1), ActivePane: "bottomLeft"})
	})
	return p
}

func (p *page) do(step func() error) {
	if p.err == nil {
		p.err = step()
	}
}

// setUp is done before rows are written: the stream takes the sheet's settings over when it ends.
func (p *page) setUp(head int) {
	f := p.book.f
	a4, landscape, wide, tall := 9, "landscape", 1, 0
	fit, middle := true, true
	side, top, bottom, edge := 0.5, 0.6, 0.7, 0.3 // inches
	p.do(func() error { return f.SetSheetProps(p.name, &excelize.SheetPropsOptions{FitToPage: &fit}) })
	p.do(func() error {
		return f.SetPageLayout(p.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall})
	})
	p.do(func() error {
		return f.SetPageMargins(p.name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &bottom, Header: &edge, Footer: &edge, Horizontally: &middle})
	})
	p.do(func() error {
		return f.SetHeaderFooter(p.name, &excelize.HeaderFooterOptions{OddFooter: `&L&"` + bodyFont + `"&9` + p.name + `&C&"` + bodyFont + `"&9第 &P 页，共 &N 页`})
	})
	p.do(func() error {
		return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$%d", p.name, head), Scope: p.name})
	})
}

// cells writes one row of a height in points.
func (p *page) cells(height float64, cells ...excelize.Cell) {
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = c
	}
	p.do(func() error {
		return p.sw.SetRow(fmt.Sprintf("A%d", p.next), values, excelize.RowOpts{Height: height})
	})
	p.next++
}

// row writes words of one style.
func (p *page) row(height float64, style int, words ...string) {
	cells := make([]excelize.Cell, len(words))
	for i, w := range words {
		cells[i] = text(style, w)
	}
	p.cells(height, cells...)
}

// span writes words across the page.
func (p *page) span(height float64, style int, words string) {
	p.spanColumns(p.columns, height, style, words)
}

// spanColumns writes words across the first columns.
func (p *page) spanColumns(columns int, height float64, style int, words string) {
	cells := make([]excelize.Cell, columns)
	for i := range cells {
		cells[i] = text(style, "")
	}
	cells[0].Value = words
	from := fmt.Sprintf("A%d", p.next)
	to, err := excelize.CoordinatesToCellName(columns, p.next)
	p.do(func() error { return err })
	p.cells(height, cells...)
	p.do(func() error { return p.sw.MergeCell(from, to) })
}

func (p *page) gap() { p.next++ }

func (p *page) title(heading, note string) {
	p.span(32, p.book.style.title, heading)
	p.span(18, p.book.style.note, note)
}

// end finishes the sheet.
func (p *page) end() error {
	p.do(func() error { return p.sw.Flush() })
	return p.err
}

// line is words in a column of a width.
type line struct {
	words string
	width float64
}

// rowHeight is how high a row must be, in points, so that none of its wrapped cells is cut.
func rowHeight(lines ...line) float64 {
	most := 1
	for _, l := range lines {
		// A Chinese character is about as wide as two digits and a bit; the cell has some padding.
		most = max(most, int((columnsOf(l.words)*1.05+l.width-3)/(l.width-2)))
	}
	return 7 + 14*float64(most)
}

// columnsOf is how wide words are, in digits.
func columnsOf(words string) float64 {
	n := 0.0
	for _, r := range words {
		if utf8.RuneLen(r) > 1 {
			n++
		}
		n++
	}
	return n
}
