package docx

// The East Asian fonts of official papers, all of them part of Windows and WPS, each with the one that
// stands in for it elsewhere.
const (
	song     = "宋体"
	fangsong = "仿宋"
	hei      = "黑体"
	kai      = "楷体"
	latin    = "Times New Roman"
)

// red is that of the letterhead.
const red = "C00000"

// look is how a style looks.
type look struct {
	id, name string
	font     string
	bold     bool
	half     int // size in half points
	line     int // exact height of a line, in points
	indent   int // first line, in characters
	align    string
	before   int // points
	after    int
	outline  int // level in the document's outline, from 1
	keep     bool
	red      bool // letters, and a line below
}

// looks are the styles, by Style.
var looks = [...]look{
	Body:     {id: "Body", name: "公文正文", font: fangsong, half: 32, line: 28, indent: 2, align: "both"},
	Title:    {id: "Title", name: "Title", font: song, bold: true, half: 44, line: 36, align: "center", after: 12, keep: true},
	Subtitle: {id: "Subtitle", name: "Subtitle", font: fangsong, half: 28, line: 24, align: "center", after: 8, keep: true},
	Heading:  {id: "Heading1", name: "heading 1", font: hei, half: 32, line: 28, indent: 2, align: "left", outline: 1, keep: true},
	Heading2: {id: "Heading2", name: "heading 2", font: kai, half: 32, line: 28, indent: 2, align: "left", outline: 2, keep: true},
	Plain:    {id: "Plain", name: "公文正文（顶格）", font: fangsong, half: 32, line: 28, align: "both"},
	Item:     {id: "Item", name: "文书正文", font: fangsong, half: 28, line: 24, indent: 2, align: "both"},
	ItemFlat: {id: "ItemFlat", name: "文书正文（顶格）", font: fangsong, half: 28, line: 24, align: "both"},
	Cell:     {id: "Cell", name: "表格", font: fangsong, half: 24, line: 20, align: "left"},
	CellHead: {id: "CellHead", name: "表头", font: song, bold: true, half: 24, line: 20, align: "center"},
	Note:     {id: "Note", name: "附注", font: fangsong, half: 21, line: 16, align: "left"},

	Letterhead: {id: "Letterhead", name: "红头", font: song, bold: true, half: 52, line: 44, align: "center", after: 24, keep: true, red: true},
}

// styles is the style sheet. Lines do not keep to a grid and no room is put between Chinese and digits:
// that alone would break lines at other places on other machines.
func styles() []byte {
	b := &body{}
	b.raw(xmlHead + "<w:styles " + namespaces + ">")
	b.open("w:docDefaults")
	b.open("w:rPrDefault")
	b.open("w:rPr")
	b.empty("w:rFonts", "w:ascii", latin, "w:hAnsi", latin, "w:eastAsia", fangsong, "w:cs", latin)
	b.value("w:sz", "28")
	b.empty("w:lang", "w:val", "en-US", "w:eastAsia", "zh-CN")
	b.close("w:rPr")
	b.close("w:rPrDefault")
	b.open("w:pPrDefault")
	b.open("w:pPr")
	ungridded(b)
	b.close("w:pPr")
	b.close("w:pPrDefault")
	b.close("w:docDefaults")
	b.open("w:style", "w:type", "paragraph", "w:default", "1", "w:styleId", "Normal")
	b.value("w:name", "Normal")
	b.close("w:style")
	for _, l := range looks {
		l.write(b)
	}
	b.raw("</w:styles>")
	return b.out.Bytes()
}

// ungridded keeps every character where its width puts it.
func ungridded(b *body) {
	b.value("w:widowControl", "1")
	b.value("w:autoSpaceDE", "0")
	b.value("w:autoSpaceDN", "0")
	b.value("w:snapToGrid", "0")
}

func (l look) write(b *body) {
	b.open("w:style", "w:type", "paragraph", "w:styleId", l.id)
	b.value("w:name", l.name)
	b.value("w:basedOn", "Normal")
	b.empty("w:qFormat")
	b.open("w:pPr")
	if l.keep {
		b.empty("w:keepNext")
	}
	if l.red {
		b.open("w:pBdr")
		b.empty("w:bottom", "w:val", "single", "w:sz", "18", "w:space", "6", "w:color", red)
		b.close("w:pBdr")
	}
	ungridded(b) // again: LibreOffice does not take it from the defaults
	b.empty("w:spacing", "w:before", itoa(l.before*20), "w:after", itoa(l.after*20), "w:line", itoa(l.line*20), "w:lineRule", "exact")
	if l.indent > 0 {
		b.empty("w:ind", "w:firstLineChars", itoa(l.indent*100), "w:firstLine", itoa(l.indent*l.half*10))
	}
	b.value("w:jc", l.align)
	if l.outline > 0 {
		b.value("w:outlineLvl", itoa(l.outline-1))
	}
	b.close("w:pPr")
	b.open("w:rPr")
	b.empty("w:rFonts", "w:ascii", latin, "w:hAnsi", latin, "w:eastAsia", l.font, "w:cs", latin)
	if l.bold {
		b.empty("w:b")
	}
	if l.red {
		b.value("w:color", red)
	}
	b.value("w:sz", itoa(l.half))
	b.close("w:rPr")
	b.close("w:style")
}

// fontTable names what stands in for a font that is missing.
func fontTable() []byte {
	b := &body{}
	b.raw(xmlHead + "<w:fonts " + namespaces + ">")
	for _, f := range [][3]string{{song, "SimSun", "roman"}, {fangsong, "FangSong_GB2312", "roman"}, {hei, "SimHei", "swiss"}, {kai, "KaiTi_GB2312", "roman"}} {
		b.open("w:font", "w:name", f[0])
		b.value("w:altName", f[1])
		b.value("w:charset", "86")
		b.value("w:family", f[2])
		b.close("w:font")
	}
	b.raw("</w:fonts>")
	return b.out.Bytes()
}
