package casefile

import (
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/workday"
)

// width of the text across a page, in millimetres.
const width = 156

// blank is one character of a line to write on: the full-width low line, which is drawn without gaps and, other
// than an underlined space, neither swallowed at the end of a line nor by anybody's settings.
const blank = "＿"

func line(n int) string { return strings.Repeat(blank, n) }

// or is a value, or a line to write on of so many characters.
func or(value string, n int) string {
	if strings.TrimSpace(value) == "" {
		return line(n)
	}
	return strings.TrimSpace(value)
}

// form collects the blocks of one paper.
type form struct {
	s      *Source
	name   string
	blocks []docx.Block
}

func (f *form) add(blocks ...docx.Block) { f.blocks = append(f.blocks, blocks...) }

// title begins the paper: the committee, the name and, where it has one, the number.
func (f *form) title(numbered bool) {
	f.add(docx.Text(docx.Title, f.name))
	if numbered {
		f.add(write(docx.Subtitle, f.s.number()))
	}
}

// write makes a paragraph. One with lines to write on is not stretched to the margin.
func write(style docx.Style, text string) docx.Paragraph {
	p := docx.Text(style, text)
	if strings.Contains(text, blank) && (style == docx.Item || style == docx.ItemFlat) {
		p.Align = docx.Left
	}
	return p
}

// text adds paragraphs, one for each line of the text.
func (f *form) text(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	for part := range strings.SplitSeq(text, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			f.add(write(docx.Item, part))
		}
	}
}

// head adds a line that names what follows.
func (f *form) head(text string) {
	f.add(docx.Paragraph{Style: docx.ItemFlat, KeepNext: true, Before: 6, Runs: []docx.Run{{Text: text, Bold: true}}})
}

// part adds a named piece of text, or so many lines to write on.
func (f *form) part(name, text string, lines int) {
	f.head(name)
	if strings.TrimSpace(text) == "" {
		f.lines(lines)
		return
	}
	f.text("%s", text)
}

// list adds a named list with numbers, or lines to write on.
func (f *form) list(name string, items []string, lines int) {
	if len(items) == 0 {
		f.part(name, "", lines)
		return
	}
	f.head(name)
	for i, item := range items {
		f.text("%d. %s", i+1, item)
	}
}

// across is how many blanks fill a line of the page.
const across = 31

// lines adds lines to write on, across the page.
func (f *form) lines(n int) {
	for range n {
		f.add(write(docx.ItemFlat, line(across)))
	}
}

// h and v are cells: of a name, and of a value.
func h(text string) docx.Box { return docx.CellOf(docx.CellHead, text) }

func v(text string) docx.Box {
	return docx.Box{Middle: true, Blocks: []docx.Block{write(docx.Cell, text)}}
}

// rowHeight is that of a row to write in by hand.
const rowHeight = 8

func row(cells ...docx.Box) docx.Row { return docx.Row{Cells: cells, Height: rowHeight} }

// fields adds a table of names and values, two pairs to a row. What is long, or has a name that begins with 　,
// stands alone.
func (f *form) fields(pairs ...[2]string) {
	t := docx.Table{Widths: []int{30, 48, 30, 48}}
	for i := 0; i < len(pairs); i++ {
		p := pairs[i]
		if strings.Trim(p[1], blank) == "" {
			p[1] = "" // the cell itself is room to write in
		}
		if long(p) || i+1 == len(pairs) || long(pairs[i+1]) {
			t.Rows = append(t.Rows, row(h(strings.TrimLeft(p[0], "　")), v(p[1]).Over(3)))
			continue
		}
		t.Rows = append(t.Rows, row(h(p[0]), v(p[1]), h(pairs[i+1][0]), v(strings.Trim(pairs[i+1][1], blank))))
		i++
	}
	f.add(t)
}

func long(p [2]string) bool { return len([]rune(p[1])) > 11 || strings.HasPrefix(p[0], "　") }

// parties adds the table of the parties with what the forms ask of each.
func (f *form) parties(name string) {
	f.head(name)
	if last, ok := f.blocks[len(f.blocks)-1].(docx.Paragraph); ok && len(f.s.Case.Parties) > few {
		last.KeepNext = false
		f.blocks[len(f.blocks)-1] = last
	}
	t := docx.Table{Widths: []int{20, 26, 9, 11, 9, 22, 31, 28}, Header: 1, Rows: []docx.Row{
		row(h("身份"), h("姓名或名称"), h("性别"), h("民族"), h("年龄"), h("职业或\n职务"), h("单位或住址"), h("联系方式")),
	}}
	for i, p := range f.s.Case.Parties {
		name := p.Name
		if p.Representative != "" {
			name += "\n（代表人" + p.Representative + "）"
		}
		r := row(h(p.Role.Name()), v(name), v(p.Sex), v(nation(p.Nation)), v(f.s.age(i)), v(p.Occupation), v(p.Address), v(f.s.numbers(i).Phone))
		if f.s.empty {
			r.Height += rowHeight / 2 // an address is written in two lines
		}
		t.Rows = append(t.Rows, r)
	}
	f.add(t)
}

func nation(name string) string { return strings.TrimSuffix(name, "族") }

// age of a person on the day the case came in, by an identity number that is whole; "" otherwise.
func (s *Source) age(i int) string {
	id := s.numbers(i).ID
	if len(id) != 18 || s.Case.Parties[i].Kind != models.Person || s.Case.LoggedAt.IsZero() {
		return ""
	}
	born, err := time.Parse("20060102", id[6:14])
	if err != nil {
		return ""
	}
	on := workday.OfTime(s.Case.LoggedAt)
	years := on.Year - born.Year()
	if on.Month < born.Month() || on.Month == born.Month() && on.Day < born.Day() {
		years--
	}
	return fmt.Sprint(years)
}

// signer is somebody who signs, and when, as far as the file knows.
type signer struct{ who, name, on string }

// few is how many rows stay on one page. A longer table is not kept with the line before it: some word
// processors would move it to a page of its own.
const few = 12

// signatures adds the block in which everybody signs. Nobody signs on a page that does not say what for: a
// short table stays with the line before it, a long one repeats that line on each page.
func (f *form) signatures(lead string, signers ...signer) {
	t := docx.Table{Widths: []int{26, 38, 54, 38}, Header: 1}
	t.Rows = append(t.Rows, row(h("身份"), h("姓名或名称"), h("签名、盖章或者捺印"), h("日期")))
	for _, p := range signers {
		r := row(h(p.who), v(p.name), v(""), v(short(p.on)))
		r.Height = 11
		t.Rows = append(t.Rows, r)
	}
	if len(signers) > few {
		t.Header, t.Rows = 2, append([]docx.Row{row(v(lead).Over(4))}, t.Rows...)
		f.add(t)
		return
	}
	t.KeepRows = true
	said := write(docx.Item, lead)
	said.Before = 6
	f.blocks = keepLast(f.blocks)
	f.add(docx.Keep(said, t)...)
}

// keepLast keeps the last block with what comes, so that no signature and no seal has a page of its own.
func keepLast(blocks []docx.Block) []docx.Block {
	if n := len(blocks); n > 0 {
		switch last := blocks[n-1].(type) {
		case docx.Paragraph:
			last.KeepNext = true
			blocks[n-1] = last
		case docx.Table:
			last.KeepNext = last.KeepRows // a long one may be torn before it
			blocks[n-1] = last
		}
	}
	return blocks
}

// partySigners are the parties as they sign: an agreement says on which days, nil leaves them to be written.
func (s *Source) partySigners(a *models.Agreement) []signer {
	var out []signer
	for _, p := range s.Case.Parties {
		on := ""
		if a != nil {
			for _, sign := range a.Signatures {
				if sign.Party == p.Name {
					on = sign.SignedOn
				}
			}
		}
		out = append(out, signer{p.Role.Name(), p.Name, on})
	}
	return out
}

// sealed ends the paper with the committee's seal and the day.
func (f *form) sealed(who, day string) {
	f.blocks = keepLast(f.blocks)
	f.add(docx.Keep(
		docx.Paragraph{Style: docx.ItemFlat, Align: docx.Right, Before: 14, Runs: []docx.Run{{Text: who + "（盖章）"}}},
		docx.Paragraph{Style: docx.ItemFlat, Align: docx.Right, Runs: []docx.Run{{Text: words(day)}}},
	)...)
}

// words is a day as papers carry it, or a line for it.
func words(day string) string {
	if text := models.DateInWords(day); text != "" {
		return text
	}
	return line(5) + "年" + line(2) + "月" + line(2) + "日"
}

// short is a day in digits, "" for none.
func short(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.Format("2006年1月2日")
}

// dayOr is a day in digits, or a line for it.
func dayOr(day string) string {
	if text := short(day); text != "" {
		return text
	}
	return line(3) + "年" + line(2) + "月" + line(2) + "日"
}

// moment is a day and time, or a line for it.
func moment(at *time.Time) string {
	if at == nil || at.IsZero() {
		return line(3) + "年" + line(2) + "月" + line(2) + "日" + line(2) + "时" + line(2) + "分"
	}
	return at.In(workday.Zone).Format("2006年1月2日15时04分")
}

// amount is money in figures and in words, or a line for it.
func amount(fen int64) string {
	if fen <= 0 {
		return line(8)
	}
	figures := fmt.Sprintf("%d.%02d", fen/100, fen%100)
	return models.MoneyInWords(fen) + "（¥" + strings.TrimSuffix(figures, ".00") + "）"
}

// choice is a list of boxes to tick, with a tick at those that hold.
func choice(options []models.Choice, chosen ...string) string {
	var out []string
	for _, o := range options {
		box := "□"
		for _, c := range chosen {
			if c == o.Code {
				box = "☑"
			}
		}
		out = append(out, box+o.Name)
	}
	return strings.Join(out, "　")
}

func join(names []string) string { return strings.Join(names, "、") }
