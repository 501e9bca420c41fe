package casefile

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/qr"
)

func bookmark(code string) string { return "p_" + strings.ReplaceAll(code, "-", "_") }

// Single is one paper as a Word document.
func Single(p Paper) docx.Document {
	return docx.Document{Title: p.Name, Sections: []docx.Section{section(p)}}
}

// Stack is several papers as one Word document, each with pages of its own: forms for stock.
func Stack(papers []Paper) docx.Document {
	doc := docx.Document{Title: papers[0].Name}
	for _, p := range papers {
		s := section(p)
		s.FirstPage = 1
		doc.Sections = append(doc.Sections, s)
	}
	return doc
}

// Whole is the file of a case as one Word document: cover and list of contents without numbers, then the
// papers with pages counted from 1, each on a page of its own, then the back.
func Whole(papers []Paper) docx.Document {
	doc := docx.Document{Title: "人民调解卷宗"}
	listed := false
	for _, p := range papers {
		s := section(p)
		if first, ok := p.Blocks[0].(docx.Paragraph); ok && p.Listed {
			first.Bookmark = bookmark(p.Code)
			s.Body = append([]docx.Block{first}, p.Blocks[1:]...)
		}
		if p.Listed && !listed {
			s.FirstPage = 1
		}
		listed = p.Listed
		doc.Sections = append(doc.Sections, s)
	}
	return doc
}

// corner is how far the code stands from the edges of the page, in millimetres: printers reach no further.
const corner = 6

// Label is a code as a picture, PNG, with the letters to type under it.
func Label(code models.SlipCode) ([]byte, error) { return qr.Label(code.Square(), code.String()) }

// section is one paper with what stands in the margins of its pages: its code, by which a photo of any of them
// finds the case, and the page number.
func section(p Paper) docx.Section {
	s := docx.Section{Body: p.Blocks}
	if p.Listed {
		s.Footer = docx.PageNumber()
	}
	if p.Slip.Key != "" {
		// Where no label can be made there is no picture, and the document says so when it is written.
		label, _ := Label(p.Slip)
		s.Header = docx.Paragraph{Style: docx.Note, Runs: []docx.Run{{Image: &docx.Image{Data: label, Width: qr.LabelWidth, Height: qr.LabelHeight, Corner: corner, Alt: "本页的编码 " + p.Slip.String()}}}}
	}
	return s
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
