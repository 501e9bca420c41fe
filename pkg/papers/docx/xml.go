package docx

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

// body writes one XML part. What is wrong with the document is kept as the first error.
type body struct {
	out       bytes.Buffer
	err       error
	keep      bool           // paragraphs stay with what follows
	pages     map[string]int // of the bookmarks
	bookmarks int
	rels      []relation
	images    []part
	edges     []part // pictures of headers and footers, and what those refer to
	charts    []part
	name      string // begins the names of its pictures, "" in the text
	pageWidth int64  // in millimetres, of what stands in a corner of the page
}

type relation struct{ id, kind, target string }

// part is one file of the archive.
type part struct {
	name   string
	data   []byte
	stored bool
}

func (b *body) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// relate gives the id by which the part refers to another one.
func (b *body) relate(kind, target string) string {
	id := "rId" + itoa(len(b.rels)+1)
	b.rels = append(b.rels, relation{id: id, kind: kind, target: target})
	return id
}

func (b *body) start(name string, attributes []string) {
	b.out.WriteByte('<')
	b.out.WriteString(name)
	for i := 0; i+1 < len(attributes); i += 2 {
		b.out.WriteByte(' ')
		b.out.WriteString(attributes[i])
		b.out.WriteString(`="`)
		b.text(attributes[i+1])
		b.out.WriteByte('"')
	}
}

func (b *body) open(name string, attributes ...string) {
	b.start(name, attributes)
	b.out.WriteByte('>')
}

func (b *body) empty(name string, attributes ...string) {
	b.start(name, attributes)
	b.out.WriteString("/>")
}

// value writes an element that has but one attribute, w:val unless another name is given.
func (b *body) value(name, value string, attribute ...string) {
	key := "w:val"
	if len(attribute) > 0 {
		key = attribute[0]
	}
	b.empty(name, key, value)
}

func (b *body) close(name string) {
	b.out.WriteString("</")
	b.out.WriteString(name)
	b.out.WriteByte('>')
}

func (b *body) raw(s string) { b.out.WriteString(s) }

// text writes escaped text, without the characters that XML cannot hold: people paste anything.
func (b *body) text(s string) {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if err := xml.EscapeText(&b.out, []byte(clean)); err != nil {
		b.fail(err)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// twips turns millimetres into twentieths of a point.
func twips(mm int) string { return itoa(twipsOf(mm)) }

func twipsOf(mm int) int { return (mm*14400 + 127) / 254 }
