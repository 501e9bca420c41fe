package casefile

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
	"time"

	"fengqiao/pkg/papers/docx"
)

func bookmark(code string) string { return "p_" + strings.ReplaceAll(code, "-", "_") }

// Single is one paper as a Word document.
func Single(p Paper) docx.Document {
	section := docx.Section{Body: p.Blocks}
	if p.Listed {
		section.Footer = docx.PageNumber()
	}
	return docx.Document{Title: p.Name, Sections: []docx.Section{section}}
}

// Whole is the file of a case as one Word document: cover and list of contents without numbers, then the
// papers with pages counted from 1, each on a page of its own, then the back.
func Whole(papers []Paper) docx.Document {
	doc := docx.Document{Title: "人民调解卷宗"}
	var body []docx.Block
	flush := func() {
		if len(body) > 0 {
			doc.Sections = append(doc.Sections, docx.Section{FirstPage: 1, Footer: docx.PageNumber(), Body: body})
			body = nil
		}
	}
	for _, p := range papers {
		if !p.Listed {
			flush()
			doc.Sections = append(doc.Sections, docx.Section{Body: p.Blocks})
			continue
		}
		body = append(body, begin(p, len(body) > 0)...)
	}
	flush()
	return doc
}

// begin puts the paper's bookmark on its first paragraph and begins a page there.
func begin(p Paper, turn bool) []docx.Block {
	out := append([]docx.Block(nil), p.Blocks...)
	if first, ok := out[0].(docx.Paragraph); ok {
		first.Bookmark, first.PageBreakBefore = bookmark(p.Code), turn
		out[0] = first
	}
	return out
}

// Zip writes each paper as a Word file of its own. base begins every name: the number of the case, never
// that of a person.
func Zip(w io.Writer, papers []Paper, base string) error {
	archive := zip.NewWriter(w)
	papers = alone(papers)
	for i, p := range papers {
		doc := Single(p)
		name := fmt.Sprintf("%s-%02d-%s.docx", base, i+1, FileName(p))
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return fmt.Errorf("write %s: %w", p.Code, err)
		}
		if _, err := doc.WriteTo(f); err != nil {
			return fmt.Errorf("write %s: %w", p.Code, err)
		}
	}
	return archive.Close()
}

// FileName is the name of a paper in a file name. That of an attachment is what somebody typed, perhaps a
// person's name: its kind stands there instead.
func FileName(p Paper) string {
	if strings.HasPrefix(p.Code, "attachment-") {
		return "附件" + strings.TrimPrefix(p.Code, "attachment-")
	}
	return strings.NewReplacer("（", "", "）", "", "、", "").Replace(p.Name)
}

// Number is the number of a case as file names carry it: 2026-北坡村人调字第12号.
func Number(s *Source) string {
	if s.Case.Number == nil {
		return "未受理-" + s.Case.ID.Hex()
	}
	return strings.NewReplacer("〔", "", "〕", "-", "/", "-", "\\", "-").Replace(s.Case.Number.Text)
}

// alone makes papers of a file that are read one by one: the list of contents has the page numbers of the whole
// file as text, because there is nothing to point at.
func alone(papers []Paper) []Paper {
	pages := Whole(papers).Pages()
	out := append([]Paper(nil), papers...)
	for i := range out {
		if out[i].Code == "contents" {
			out[i].Blocks = contents(papers, pages)
		}
	}
	return out
}
