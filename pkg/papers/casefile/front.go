package casefile

import (
	"fmt"
	"slices"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
)

// cover is the 卷宗封面.
func cover(f *form, s *Source, _ int) {
	c := s.Case
	f.add(
		docx.Paragraph{Style: docx.Title, Before: 40, Runs: []docx.Run{{Text: s.committee()}}},
		docx.Paragraph{Style: docx.Title, Before: 12, After: 40, Runs: []docx.Run{{Text: "人民调解卷宗"}}},
	)
	filing := models.Filing{}
	if c.Filing != nil {
		filing = *c.Filing
	}
	from, to := civil(c.AcceptedAt), civil(c.ConcludedAt)
	t := docx.Table{Widths: []int{36, 42, 36, 42}}
	add := func(cells ...docx.Box) { t.Rows = append(t.Rows, docx.Row{Height: 16, Cells: cells}) }
	add(h("卷名"), v(s.name()).Over(3))
	add(h("卷号"), v(s.number()).Over(3))
	add(h("人民调解员"), v(or(join(c.Mediators), 10)).Over(3))
	add(h("调解日期"), v(dayOr(from)+"至"+dayOr(to)).Over(3))
	add(h("立卷人"), v(filing.By), h("立卷日期"), v(short(filing.On)))
	add(h("保管期限"), v(choice(models.Retentions(), filing.Retention)).Over(3))
	add(h("备注"), v(filing.Remark).Over(3))
	f.add(t)
}

// back is the 封底.
func back(f *form, s *Source, _ int) {
	f.add(docx.Paragraph{Style: docx.Title, Before: 160, Runs: []docx.Run{{Text: "（封底）"}}})
	f.fields([2]string{"立卷人", ""}, [2]string{"检查人", ""}, [2]string{"立卷日期", ""}, [2]string{"本卷页数", ""})
}

// remarks are what there is to say about the file itself: papers that it lacks, what came after filing.
func (s *Source) remarks() []string {
	var out []string
	if back := s.cameBack(); back != "" {
		out = append(out, back)
	}
	for i, c := range s.Case.Corrections {
		out = append(out, fmt.Sprintf("第%d次补正（%s，%s）：%s", i+1, dayOr(civil(&c.At)), c.By.Name, c.Reason))
	}
	filing := s.Case.Filing
	if filing == nil {
		return out
	}
	for _, missing := range filing.Missing {
		out = append(out, "立卷时缺："+missing)
	}
	for _, sup := range filing.Supplements {
		out = append(out, fmt.Sprintf("立卷后第%d次补充（%s，%s）：%s", sup.Seq, dayOr(civil(&sup.At)), sup.By.Name, sup.Text))
	}
	return out
}

// cameBack tells of the filed case that this one goes on with, and what happened since; "" for none.
func (s *Source) cameBack() string {
	f := s.Case.Linked.Follows
	if f == nil {
		return ""
	}
	return f.Say(dayOr) + "。归档以后：" + strings.TrimRight(f.Again, "。") + "。"
}

// cameBack adds what there is to say of a filed case that this one goes on with.
func (f *form) cameBack() {
	if back := f.s.cameBack(); back != "" {
		f.text("%s", back)
	}
}

// statement is the 卷宗情况说明.
func statement(f *form, s *Source, _ int) {
	f.title(true)
	f.list("本卷情况：", s.remarks(), 16)
	by, on := "", ""
	if s.Case.Filing != nil {
		by, on = s.Case.Filing.By, s.Case.Filing.On
	}
	f.signatures("说明人签名：", signer{"立卷人", by, ""})
	f.sealed(s.committee(), on)
}

// behind are the attachments that lie behind the papers of some kinds, each as pages of the file: a picture
// is printed, a PDF has a sheet that says what is put in there.
func behind(s *Source, kinds []string) []Paper {
	var out []Paper
	for _, a := range s.attached(kinds...) {
		p := Paper{Code: fmt.Sprintf("attachment-%d", a.Seq), Name: a.Name, Listed: true, Remark: a.KindName()}
		caption := docx.Paragraph{Style: docx.ItemFlat, KeepNext: true, Runs: []docx.Run{{Text: fmt.Sprintf("%s：%s", a.KindName(), a.Name)}}}
		note := docx.Text(docx.Note, fmt.Sprintf("第%d号材料，%s收到，校验码%s", a.Seq, dayOr(civil(&a.At)), a.Mark()))
		picture, ok := s.Photos[a.Hash]
		if !ok {
			p.Remark = a.KindName() + "，打印件附后"
			p.Blocks = []docx.Block{caption, note, docx.Paragraph{Style: docx.Subtitle, Before: 200, Runs: []docx.Run{{Text: "（此处附入打印件）"}}}}
		} else {
			image := &docx.Image{Data: picture, Width: width, Height: 200, Alt: a.KindName()}
			p.Blocks = []docx.Block{caption, docx.Paragraph{Style: docx.ItemFlat, Align: docx.Center, KeepNext: true, Runs: []docx.Run{{Image: image}}}, note}
		}
		out = append(out, p)
	}
	return out
}

// contents is the 卷内目录 of the listed papers. The page numbers are those given, or else point to the papers.
func contents(papers []Paper, pages map[string]int) []docx.Block {
	t := docx.Table{Widths: []int{18, 84, 22, 32}, Header: 1, Rows: []docx.Row{row(h("序号"), h("材料名称"), h("页次"), h("备注"))}}
	n := 0
	for _, p := range papers {
		if !p.Listed {
			continue
		}
		n++
		page := docx.Run{PageRef: bookmark(p.Code)}
		if pages != nil {
			page = docx.Run{Text: fmt.Sprint(pages[bookmark(p.Code)])}
		}
		cell := docx.Box{Middle: true, Blocks: []docx.Block{docx.Paragraph{Style: docx.Cell, Align: docx.Center, Runs: []docx.Run{page}}}}
		t.Rows = append(t.Rows, row(v(fmt.Sprint(n)), v(p.Name), cell, v(p.Remark)))
	}
	return []docx.Block{docx.Text(docx.Title, "卷内目录"), t}
}

// Papers makes the whole file of a case, in the official order.
func Papers(s *Source) []Paper {
	var out []Paper
	for _, m := range makers() {
		n, inFile := m.pieces(s)
		if inFile {
			for i := range n {
				out = append(out, m.paper(s, i, n))
			}
		}
		out = append(out, behind(s, m.kinds)...)
	}
	i := slices.IndexFunc(out, func(p Paper) bool { return p.Code == "contents" })
	out[i].Blocks = contents(out, nil)
	return out
}
