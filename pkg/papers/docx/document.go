package docx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"time"
)

// Document is a whole file. Title stands in its properties, not on its pages.
type Document struct {
	Title    string
	Sections []Section
}

// Section is a run of pages that share margins, header, footer and the counting of pages. Each begins on a
// new page.
type Section struct {
	Landscape bool
	Margins   Margins   // the zero value is Official
	Header    Paragraph // none where it has no runs
	Footer    Paragraph // PageNumber(), or none
	// FirstPage is the number of the section's first page; 0 goes on counting.
	FirstPage int
	Body      []Block
}

// Margins of a page, in millimetres.
type Margins struct{ Top, Right, Bottom, Left int }

// Official are the margins of the forms, with room to bind on the left: 156 mm of text across, 237 mm down.
func Official() Margins { return Margins{Top: 30, Right: 26, Bottom: 30, Left: 28} }

// Paper, in millimetres.
const (
	paperWidth  = 210
	paperHeight = 297
)

func (s *Section) margins() Margins {
	if s.Margins == (Margins{}) {
		return Official()
	}
	return s.Margins
}

// Size is the width and height of the paper in millimetres.
func (s *Section) size() (width, height int) {
	if s.Landscape {
		return paperHeight, paperWidth
	}
	return paperWidth, paperHeight
}

// Width is how many millimetres of text fit across.
func (s *Section) Width() int {
	w, _ := s.size()
	m := s.margins()
	return w - m.Left - m.Right
}

// Height is how many millimetres of text fit down.
func (s *Section) Height() int {
	_, h := s.size()
	m := s.margins()
	return h - m.Top - m.Bottom
}

// Block is what stands on a page: a Paragraph or a Table.
type Block interface{ write(*body) }

// Bytes is the file.
func (d Document) Bytes() ([]byte, error) {
	var out bytes.Buffer
	if _, err := d.WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// WriteTo writes the file. The same document gives the same bytes. It fails on a picture that is neither PNG
// nor JPEG, on a table whose rows do not fill its columns, and where the writer fails.
func (d Document) WriteTo(w io.Writer) (int64, error) {
	parts, err := d.parts()
	if err != nil {
		return 0, fmt.Errorf("write %q as Word: %w", d.Title, err)
	}
	counted := &counter{to: w}
	archive := zip.NewWriter(counted)
	for _, p := range parts {
		method := zip.Deflate
		if p.stored {
			method = zip.Store // pictures are compressed already
		}
		f, err := archive.CreateHeader(&zip.FileHeader{Name: p.name, Method: method, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return counted.n, fmt.Errorf("write %s: %w", p.name, err)
		}
		if _, err := f.Write(p.data); err != nil {
			return counted.n, fmt.Errorf("write %s: %w", p.name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return counted.n, fmt.Errorf("finish the Word file: %w", err)
	}
	return counted.n, nil
}

type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}
