package docx

import (
	"fmt"
	"slices"
	"strings"
)

const (
	officeRels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	relImage   = officeRels + "image"
	relHeader  = officeRels + "header"
	relFooter  = officeRels + "footer"

	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` +
		` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
		` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"` +
		` xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
		` xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
	mainType = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// parts are the files of the archive, in their order.
func (d Document) parts() ([]part, error) {
	main := &body{pages: d.Pages()}
	var margins []part // headers and footers
	main.relate(officeRels+"styles", "styles.xml")
	main.relate(officeRels+"settings", "settings.xml")
	main.relate(officeRels+"fontTable", "fontTable.xml")
	main.raw(xmlHead + "<w:document " + namespaces + "><w:body>")
	for i := range d.Sections {
		s := &d.Sections[i]
		section, files := d.sectionEnd(main, s, len(margins))
		margins = append(margins, files...)
		writeBlocks(main, s.Body)
		if i < len(d.Sections)-1 {
			small(main, section)
			continue
		}
		if len(s.Body) > 0 {
			if _, table := s.Body[len(s.Body)-1].(Table); table {
				small(main, "")
			}
		}
		main.raw(section)
	}
	main.raw("</w:body></w:document>")
	if main.err != nil {
		return nil, main.err
	}
	out := []part{
		{name: "[Content_Types].xml", data: contentTypes(margins, main.charts)},
		{name: "_rels/.rels", data: rels([]relation{
			{"rId1", officeRels + "officeDocument", "word/document.xml"},
			{"rId2", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml"},
		})},
		{name: "docProps/core.xml", data: d.core()},
		{name: "word/document.xml", data: main.out.Bytes()},
		{name: "word/_rels/document.xml.rels", data: rels(main.rels)},
		{name: "word/styles.xml", data: styles()},
		{name: "word/settings.xml", data: settings()},
		{name: "word/fontTable.xml", data: fontTable()},
	}
	return slices.Concat(out, margins, main.edges, main.images, main.charts), nil
}

// writeBlocks writes blocks with what must stand between two tables, which would grow together.
func writeBlocks(w *body, blocks []Block) {
	wasTable := false
	for _, b := range blocks {
		_, table := b.(Table)
		if table && wasTable {
			small(w, "")
		}
		b.write(w)
		wasTable = table
	}
}

// sectionEnd is the element that ends a section, with the header and footer it refers to.
func (d Document) sectionEnd(main *body, s *Section, have int) (string, []part) {
	var files []part
	pageWidth, _ := s.size()
	main.pageWidth = int64(pageWidth)
	end := &body{}
	end.open("w:sectPr")
	for _, edge := range []struct {
		kind, rel, element string
		p                  Paragraph
	}{{"header", relHeader, "w:hdr", s.Header}, {"footer", relFooter, "w:ftr", s.Footer}} {
		// A section without one would take that of the section before: it gets an empty one.
		name := fmt.Sprintf("%s%d.xml", edge.kind, have+len(files)+1)
		file := &body{name: strings.TrimSuffix(name, ".xml") + "-", pageWidth: main.pageWidth}
		file.raw(xmlHead + "<" + edge.element + " " + namespaces + ">")
		edge.p.write(file)
		file.raw("</" + edge.element + ">")
		if len(file.charts) > 0 {
			file.fail(fmt.Errorf("%s holds a chart", edge.kind))
		}
		if file.err != nil {
			main.fail(file.err)
		}
		files = append(files, part{name: "word/" + name, data: file.out.Bytes()})
		if len(file.images) > 0 {
			main.edges = append(append(main.edges, part{name: "word/_rels/" + name + ".rels", data: rels(file.rels)}), file.images...)
		}
		end.empty("w:"+edge.kind+"Reference", "w:type", "default", "r:id", main.relate(edge.rel, name))
	}
	end.value("w:type", "nextPage")
	width, height := s.size()
	size := []string{"w:w", twips(width), "w:h", twips(height)}
	if s.Landscape {
		size = append(size, "w:orient", "landscape")
	}
	end.empty("w:pgSz", size...)
	m := s.margins()
	end.empty("w:pgMar", "w:top", twips(m.Top), "w:right", twips(m.Right), "w:bottom", twips(m.Bottom), "w:left", twips(m.Left),
		"w:header", twips(m.Top/2), "w:footer", twips(m.Bottom/2), "w:gutter", "0")
	if s.FirstPage > 0 {
		end.empty("w:pgNumType", "w:start", itoa(s.FirstPage))
	}
	end.close("w:sectPr")
	return end.out.String(), files
}

func contentTypes(margins, charts []part) []byte {
	b := &body{}
	b.raw(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`)
	for _, d := range [][2]string{{"rels", "application/vnd.openxmlformats-package.relationships+xml"}, {"xml", "application/xml"}, {"png", "image/png"}, {"jpeg", "image/jpeg"}} {
		b.empty("Default", "Extension", d[0], "ContentType", d[1])
	}
	override := func(name, kind string) { b.empty("Override", "PartName", "/"+name, "ContentType", kind) }
	override("word/document.xml", mainType+"document.main+xml")
	override("word/styles.xml", mainType+"styles+xml")
	override("word/settings.xml", mainType+"settings+xml")
	override("word/fontTable.xml", mainType+"fontTable+xml")
	override("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
	for _, m := range margins {
		kind := "footer"
		if m.name[len("word/")] == 'h' {
			kind = "header"
		}
		override(m.name, mainType+kind+"+xml")
	}
	for _, c := range charts {
		override(c.name, chartType)
	}
	b.raw("</Types>")
	return b.out.Bytes()
}

func rels(list []relation) []byte {
	b := &body{}
	b.raw(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		b.empty("Relationship", "Id", r.id, "Type", r.kind, "Target", r.target)
	}
	b.raw("</Relationships>")
	return b.out.Bytes()
}

// core has the title alone: no author and no time, so that the same document gives the same bytes.
func (d Document) core() []byte {
	b := &body{}
	b.raw(xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">`)
	b.open("dc:title")
	b.text(d.Title)
	b.close("dc:title")
	b.raw("</cp:coreProperties>")
	return b.out.Bytes()
}

func settings() []byte {
	return []byte(xmlHead + `<w:settings ` + namespaces + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>` +
		`<w:characterSpacingControl w:val="doNotCompress"/>` +
		`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
		`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`)
}
