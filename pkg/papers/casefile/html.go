package casefile

import (
	"fmt"
	"html/template"
	"strings"

	"fengqiao/pkg/papers/docx"
)

// HTML shows a paper on a page, from the same blocks that its Word file is written from. It needs no inline
// style: how it looks is said by the classes paper-….
func HTML(p Paper) template.HTML {
	var out page
	for _, b := range p.Blocks {
		out.block(b)
	}
	// Whatever comes from a case went through escape.
	return template.HTML(out.String())
}

// page is what has been written, and how many tables it has: each scrolls by itself and has a name of its own.
type page struct {
	strings.Builder
	tables int
}

func escape(s string) string { return template.HTMLEscapeString(s) }

func (out *page) block(b docx.Block) {
	switch b := b.(type) {
	case docx.Paragraph:
		out.paragraph(b)
	case docx.Table:
		out.table(b)
	}
}

// classes are what the style sheet knows the styles by.
var classes = map[docx.Style]string{
	docx.Title: "title", docx.Subtitle: "subtitle", docx.Heading: "heading", docx.Heading2: "heading", docx.Body: "text", docx.Item: "text",
	docx.Plain: "flat", docx.ItemFlat: "flat", docx.Cell: "cell", docx.CellHead: "head", docx.Note: "note",
}

func (out *page) paragraph(p docx.Paragraph) {
	tag := "p"
	if p.Style == docx.Title {
		tag = "h2"
	}
	class := "paper-" + classes[p.Style]
	if p.Align != docx.AsStyle {
		class += " paper-" + [...]string{"", "left", "center", "right"}[p.Align]
	}
	fmt.Fprintf(out, `<%s class="%s">`, tag, class)
	for _, r := range p.Runs {
		out.run(r)
	}
	fmt.Fprintf(out, "</%s>\n", tag)
}

func (out *page) run(r docx.Run) {
	switch {
	case r.Image != nil:
		fmt.Fprintf(out, `<span class="paper-photo">［照片：%s］</span>`, escape(r.Image.Alt))
		return
	case r.Text == line(across): // as wide as the page is here
		out.WriteString(`<span class="paper-line"></span>`)
		return
	}
	text := strings.ReplaceAll(escape(r.Text), "\n", "<br>")
	switch {
	case r.Underline:
		text = "<u>" + text + "</u>"
	case r.Bold:
		text = "<strong>" + text + "</strong>"
	}
	out.WriteString(text)
}

func (out *page) table(t docx.Table) {
	total := 0
	for _, w := range t.Widths {
		total += w
	}
	out.tables++
	fmt.Fprintf(out, `<div class="scroll" role="region" tabindex="0" aria-label="第%d张表，可左右滑动"><table class="paper-grid"><colgroup>`, out.tables)
	for _, w := range t.Widths {
		fmt.Fprintf(out, `<col width="%d%%">`, w*100/total)
	}
	out.WriteString("</colgroup>")
	for i, r := range t.Rows {
		switch {
		case i == 0 && t.Header > 0:
			out.WriteString("<thead>")
		case i == t.Header:
			out.WriteString("<tbody>")
		}
		out.WriteString("<tr>")
		for _, c := range r.Cells {
			out.tableCell(c, i < t.Header)
		}
		out.WriteString("</tr>\n")
		if i == t.Header-1 {
			out.WriteString("</thead>")
		}
	}
	out.WriteString("</tbody></table></div>\n")
}

func (out *page) tableCell(c docx.Box, header bool) {
	tag, scope := "td", ""
	if named(c) {
		tag, scope = "th", ` scope="row"`
		if header {
			scope = ` scope="col"`
		}
	}
	span := ""
	if c.Span > 1 {
		span = fmt.Sprintf(` colspan="%d"`, c.Span)
	}
	fmt.Fprintf(out, "<%s%s%s>", tag, scope, span)
	for _, b := range c.Blocks {
		out.block(b)
	}
	fmt.Fprintf(out, "</%s>", tag)
}

// named says whether a cell is the name of others.
func named(c docx.Box) bool {
	if len(c.Blocks) == 0 {
		return false
	}
	p, ok := c.Blocks[0].(docx.Paragraph)
	return ok && p.Style == docx.CellHead && len(p.Runs) > 0 && p.Runs[0].Text != ""
}
