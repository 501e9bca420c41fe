package docx

import "strings"

// Pages tells the number of the page on which each bookmark stands. It sets the document as a word processor
// does: exact line heights, characters of one em or half an em, rows that are not torn, paragraphs that stay
// with the next.
func (d Document) Pages() map[string]int {
	pages, _ := d.layout()
	return pages
}

// PageCount is how many pages the document has.
func (d Document) PageCount() int {
	_, n := d.layout()
	return n
}

func (d Document) layout() (map[string]int, int) {
	pages, page, all := map[string]int{}, 0, 0
	for i := range d.Sections {
		s := &d.Sections[i]
		page++
		if s.FirstPage > 0 {
			page = s.FirstPage
		}
		first := page
		l := layout{height: twipsOf(s.Height()), page: page, marks: pages}
		l.place(units(s.Body, twipsOf(s.Width())))
		page = l.page
		all += page - first + 1
	}
	return pages, all
}

// unit is what is not parted: a line of text, or a row of a table. Heights are in twips.
type unit struct {
	height int
	before bool // begins a page
	keep   bool // stays with the next unit
	mark   string
	header int // of the rows that are repeated above it where it begins a page
}

type layout struct {
	height, y, page int
	marks           map[string]int
}

func (l *layout) place(all []unit) {
	for start := 0; start < len(all); {
		end, chain := start+1, all[start].height
		for end < len(all) && all[end-1].keep && !all[end].before {
			chain += all[end].height
			end++
		}
		if all[start].before && l.y > 0 || l.y > 0 && l.y+chain > l.height && chain <= l.height {
			l.turn(all[start])
		}
		for _, u := range all[start:end] {
			if l.y > 0 && l.y+u.height > l.height {
				l.turn(u)
			}
			l.y += u.height
			if u.mark != "" {
				l.marks[u.mark] = l.page
			}
		}
		start = end
	}
}

func (l *layout) turn(first unit) {
	l.page++
	l.y = first.header
}

// units are the lines and rows of blocks that are set in a width.
func units(blocks []Block, width int) []unit {
	var out []unit
	for _, b := range blocks {
		switch b := b.(type) {
		case Paragraph:
			out = append(out, b.units(width)...)
		case Table:
			out = append(out, b.units()...)
		}
	}
	return out
}

func (p Paragraph) units(width int) []unit {
	look := looks[p.Style]
	width -= twipsOf(p.Indent)
	var heights []int
	if height := p.drawn(); height > 0 {
		heights = []int{height + look.half*2}
	} else {
		heights = make([]int, p.lines(look, width))
		for i := range heights {
			heights[i] = look.line * 20
		}
	}
	out := make([]unit, len(heights))
	for i, h := range heights {
		out[i].height = h
	}
	last := len(out) - 1
	if last > 0 { // neither the first line nor the last stands alone on a page
		out[0].keep, out[last-1].keep = true, true
	}
	out[0].height += 20 * max(p.Before, look.before)
	out[last].height += 20 * max(p.After, look.after)
	out[0].before, out[0].mark, out[last].keep = p.PageBreakBefore, p.Bookmark, p.KeepNext || look.keep
	return out
}

// hanging are the signs that may stand in the margin behind a line, closing those that begin none.
const (
	hanging = "，。、；：！？"
	closing = "）》」』】〕”’…—%"
)

// lines counts the lines of a paragraph.
func (p Paragraph) lines(look look, width int) int {
	em := look.half * 10
	n, x := 1, look.indent*em
	word := 0 // width of the word of Latin letters or digits that has begun
	for _, r := range p.Runs {
		text := r.Text
		if r.PageRef != "" || r.Field != NoField {
			text = "00"
		}
		for _, c := range text {
			switch {
			case c == '\n':
				n, x, word = n+1, 0, 0
				continue
			case c == '\t':
				x, word = p.stop(x), 0
				continue
			}
			w := em
			if isLatin(c) {
				w = em / 2
			}
			if x+w > width && !strings.ContainsRune(hanging, c) && c != ' ' {
				n++
				switch {
				case isLatin(c) && word > 0 && word < width:
					x = word // the whole word goes down
				case strings.ContainsRune(closing, c):
					x = em
				default:
					x = 0
				}
			}
			x += w
			if isLatin(c) && c != ' ' {
				word += w
			} else {
				word = 0
			}
		}
	}
	return n
}

// isLatin says whether a character is half as wide as a Chinese one.
func isLatin(c rune) bool { return c < 0x2000 && c != '·' && c != '×' && c != '÷' }

// stop is where a tab runs to.
func (p Paragraph) stop(x int) int {
	for _, t := range p.Tabs {
		if at := twipsOf(t.At); at > x {
			return at
		}
	}
	return (x/420 + 1) * 420
}

// rowLine is what the line under a row adds to its height.
const rowLine = 10

func (t Table) units() []unit {
	heights, headers := make([]int, len(t.Rows)), 0
	for i, row := range t.Rows {
		heights[i] = t.rowHeight(row)
	}
	t.stretch(heights)
	for i := range min(t.Header, len(heights)) {
		headers += heights[i]
	}
	var out []unit
	for i, row := range t.Rows {
		keep := i < t.Header || t.KeepRows && i < len(t.Rows)-1 || t.KeepNext && i == len(t.Rows)-1
		header := 0
		if i >= t.Header {
			header = headers
		}
		if !row.Split {
			out = append(out, unit{height: heights[i], keep: keep, header: header, mark: row.mark()})
			continue
		}
		lines := t.tallest(row)
		for j := range lines {
			lines[j].header = header
		}
		out = append(out, lines...)
	}
	return out
}

// rowHeight is the height of a row by the cells that end in it.
func (t Table) rowHeight(row Row) int {
	height := twipsOf(row.Height)
	for i, cell := range row.Cells {
		if cell.Merge == Single {
			height = max(height, sum(t.cell(row, i)))
		}
	}
	return max(height, looks[Cell].line*20) + rowLine
}

// stretch makes the last row of joined cells as high as the joined cell wants.
func (t Table) stretch(heights []int) {
	for i, row := range t.Rows {
		for j, cell := range row.Cells {
			if cell.Merge != MergeHead {
				continue
			}
			column, end, have := t.column(row, j), i+1, heights[i]
			for end < len(t.Rows) && t.mergedOn(t.Rows[end], column) {
				have += heights[end]
				end++
			}
			if want := sum(t.cell(row, j)) + rowLine; want > have {
				heights[end-1] += want - have
			}
		}
	}
}

// column is the first column of a cell.
func (t Table) column(row Row, cell int) int {
	n := 0
	for _, c := range row.Cells[:cell] {
		n += c.span()
	}
	return n
}

func (t Table) mergedOn(row Row, column int) bool {
	for i, c := range row.Cells {
		if t.column(row, i) == column {
			return c.Merge == MergeOn
		}
	}
	return false
}

// cell are the units of a cell in its width.
func (t Table) cell(row Row, cell int) []unit {
	first, width := t.column(row, cell), 0
	for i := first; i < min(first+row.Cells[cell].span(), len(t.Widths)); i++ {
		width += twipsOf(t.Widths[i])
	}
	return units(row.Cells[cell].Blocks, width-2*cellMargin)
}

func (t Table) tallest(row Row) []unit {
	var out []unit
	for i := range row.Cells {
		if lines := t.cell(row, i); sum(lines) > sum(out) {
			out = lines
		}
	}
	return out
}

// mark is the first bookmark in a row.
func (r Row) mark() string {
	for _, c := range r.Cells {
		for _, b := range c.Blocks {
			if p, ok := b.(Paragraph); ok && p.Bookmark != "" {
				return p.Bookmark
			}
		}
	}
	return ""
}

func sum(units []unit) int {
	n := 0
	for _, u := range units {
		n += u.height
	}
	return n
}
