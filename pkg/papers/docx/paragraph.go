package docx

// Style is one of the styles that the forms know.
type Style int

// The styles. Body and Item are for running text, Cell and CellHead for tables.
const (
	Body       Style = iota // 仿宋三号, first line two characters in
	Title                   // 宋体二号 bold, centred
	Subtitle                // 仿宋四号, centred: a number under the title
	Heading                 // 黑体三号: 一、
	Heading2                // 楷体三号: （一）
	Plain                   // Body without the indent
	Item                    // 仿宋四号, first line two characters in: the text of a form
	ItemFlat                // Item without the indent
	Cell                    // 仿宋小四, left
	CellHead                // 宋体小四 bold, centred
	Note                    // 仿宋五号: remarks under a table, header and footer
	Letterhead              // 宋体一号 bold and red, over a red line: who a paper comes from
)

// Align says where the lines of a paragraph stand.
type Align int

// The zero value is what the style says.
const (
	AsStyle Align = iota
	Left
	Center
	Right
)

// Leader fills the way to a tab stop.
type Leader int

const (
	Blank Leader = iota
	Line         // a line to write on
	Dots         // the dots of a table of contents
)

// Tab is a stop that a "\t" in the text runs to, in millimetres from the left margin.
type Tab struct {
	At     int
	Leader Leader
	Right  bool // the text behind it ends at the stop
}

// Paragraph is a piece of text. The zero value of each field is what the style says.
type Paragraph struct {
	Style           Style
	Align           Align
	Runs            []Run
	Tabs            []Tab
	Before, After   int    // room above and below, in points
	Indent          int    // the whole paragraph, in millimetres
	KeepNext        bool   // stays on the page of what follows
	PageBreakBefore bool   // begins a page
	Bookmark        string // a name that PageRef asks for: letters, digits and _
}

// Run is text of one look: "\t" runs to the next tab stop, "\n" breaks the line. Instead of text it may show
// a page number, a picture or a chart.
type Run struct {
	Text      string
	Bold      bool
	Underline bool
	PageRef   string // the page of the bookmark of this name
	Field     Field
	Image     *Image
	Chart     *Chart
}

// Field is a number that changes from page to page.
type Field int

const (
	NoField Field = iota
	Page
	PageCount
)

// Text makes a paragraph of one run.
func Text(style Style, text string) Paragraph {
	return Paragraph{Style: style, Runs: []Run{{Text: text}}}
}

// Keep sets paragraphs and the rows of tables on one page with what follows each, but for the last block: a
// signature is never parted from what is signed.
func Keep(blocks ...Block) []Block {
	for i, b := range blocks {
		last := i == len(blocks)-1
		switch b := b.(type) {
		case Paragraph:
			b.KeepNext = b.KeepNext || !last
			blocks[i] = b
		case Table:
			b.KeepRows, b.KeepNext = true, b.KeepNext || !last
			blocks[i] = b
		}
	}
	return blocks
}

// PageNumber is the footer “— 3 —”.
func PageNumber() Paragraph {
	return Paragraph{Style: Note, Align: Center, Runs: []Run{{Text: "— "}, {Field: Page}, {Text: " —"}}}
}

func (p Paragraph) write(w *body) { p.writeWith(w, "") }

// writeWith writes the paragraph with the end of a section in it, if any.
func (p Paragraph) writeWith(w *body, section string) {
	look := looks[p.Style]
	w.open("w:p")
	w.open("w:pPr")
	w.value("w:pStyle", look.id)
	if p.KeepNext || w.keep {
		w.empty("w:keepNext")
	}
	if p.PageBreakBefore {
		w.empty("w:pageBreakBefore")
	}
	if len(p.Tabs) > 0 {
		w.open("w:tabs")
		for _, t := range p.Tabs {
			side := "left"
			if t.Right {
				side = "right"
			}
			w.empty("w:tab", "w:val", side, "w:leader", [...]string{"none", "underscore", "dot"}[t.Leader], "w:pos", twips(t.At))
		}
		w.close("w:tabs")
	}
	if spacing := p.spacing(look); len(spacing) > 0 {
		w.empty("w:spacing", spacing...)
	}
	if p.Indent > 0 {
		w.empty("w:ind", "w:left", twips(p.Indent))
	}
	if p.Align != AsStyle {
		w.value("w:jc", [...]string{"", "left", "center", "right"}[p.Align])
	}
	w.raw(section)
	w.close("w:pPr")
	if p.Bookmark != "" {
		w.bookmarks++
		w.empty("w:bookmarkStart", "w:id", itoa(w.bookmarks), "w:name", p.Bookmark)
	}
	for _, r := range p.Runs {
		r.write(w)
	}
	if p.Bookmark != "" {
		w.empty("w:bookmarkEnd", "w:id", itoa(w.bookmarks))
	}
	w.close("w:p")
}

// spacing are the attributes in which the paragraph differs from its style. A line with a picture must grow.
func (p Paragraph) spacing(look look) []string {
	var out []string
	if p.Before > 0 {
		out = append(out, "w:before", itoa(p.Before*20))
	}
	if p.After > 0 {
		out = append(out, "w:after", itoa(p.After*20))
	}
	if p.drawn() > 0 {
		out = append(out, "w:line", "240", "w:lineRule", "auto")
	} else if len(out) > 0 {
		out = append(out, "w:line", itoa(look.line*20), "w:lineRule", "exact")
	}
	return out
}

// drawn is the height of the paragraph's picture or chart in twips, 0 where it has none.
func (p Paragraph) drawn() int {
	for _, r := range p.Runs {
		switch {
		case r.Image != nil && r.Image.Corner > 0: // stands outside the lines
		case r.Image != nil:
			if _, height, _, err := r.Image.fit(); err == nil { // a fault is told when it is written
				return int(height / 635)
			}
		case r.Chart != nil:
			return twipsOf(r.Chart.Height)
		}
	}
	return 0
}

func (r Run) write(w *body) {
	switch {
	case r.Image != nil:
		r.Image.write(w)
	case r.Chart != nil:
		r.Chart.write(w)
	case r.PageRef != "":
		r.field(w, "PAGEREF "+r.PageRef, itoa(w.pages[r.PageRef]))
	case r.Field == Page:
		r.field(w, "PAGE", "1")
	case r.Field == PageCount:
		r.field(w, "NUMPAGES", "1")
	default:
		r.text(w)
	}
}

// text writes the run, with breaks and tabs as elements of their own.
func (r Run) text(w *body) {
	w.open("w:r")
	r.look(w)
	start := 0
	flush := func(end int) {
		if end > start {
			w.open("w:t", "xml:space", "preserve")
			w.text(r.Text[start:end])
			w.close("w:t")
		}
		start = end + 1
	}
	for i := range len(r.Text) {
		switch r.Text[i] {
		case '\n':
			flush(i)
			w.empty("w:br")
		case '\t':
			flush(i)
			w.empty("w:tab")
		}
	}
	flush(len(r.Text))
	w.close("w:r")
}

func (r Run) look(w *body) {
	if !r.Bold && !r.Underline {
		return
	}
	w.open("w:rPr")
	if r.Bold {
		w.empty("w:b")
	}
	if r.Underline {
		w.value("w:u", "single")
	}
	w.close("w:rPr")
}

// field writes a field with the result that we worked out; a word processor puts its own there.
func (r Run) field(w *body, instruction, result string) {
	part := func(inner func()) {
		w.open("w:r")
		r.look(w)
		inner()
		w.close("w:r")
	}
	part(func() { w.empty("w:fldChar", "w:fldCharType", "begin") })
	part(func() {
		w.open("w:instrText", "xml:space", "preserve")
		w.text(" " + instruction + " ")
		w.close("w:instrText")
	})
	part(func() { w.empty("w:fldChar", "w:fldCharType", "separate") })
	part(func() {
		w.open("w:t")
		w.text(result)
		w.close("w:t")
	})
	part(func() { w.empty("w:fldChar", "w:fldCharType", "end") })
}
