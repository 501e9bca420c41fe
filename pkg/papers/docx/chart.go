package docx

import (
	"fmt"
	"strconv"
)

// ChartKind is how a chart draws its series.
type ChartKind int

const (
	Lines   ChartKind = iota
	Bars              // lying, one for each category
	Stacked           // lying, the series as parts of a whole: one bar for each category
)

// Chart is a drawing that the word processor makes itself from the numbers: its words are text, and it
// prints sharp in any size. Series differ by line and pattern, not by colour alone. Width and Height are
// in millimetres.
type Chart struct {
	Kind          ChartKind
	Title         string // above the drawing, and said to those who cannot see it
	Categories    []string
	Series        []Series
	Width, Height int
}

// Series is one line, or one kind of bar: a value for each category.
type Series struct {
	Name   string
	Values []int64
}

const (
	relChart  = officeRels + "chart"
	chartType = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
	chartNS   = "http://schemas.openxmlformats.org/drawingml/2006/chart"
)

// strokes are how series are told apart.
var strokes = [...]struct{ colour, dash, marker, pattern string }{
	{"7A2E22", "solid", "circle", ""}, {"1D5C4C", "dash", "square", "wdUpDiag"}, {"1F3F77", "sysDot", "triangle", "pct20"}, {"555555", "lgDashDot", "diamond", "pct5"},
}

func (c *Chart) check() error {
	if c.Width <= 0 || c.Height <= 0 || len(c.Categories) == 0 || len(c.Series) == 0 || len(c.Series) > len(strokes) {
		return fmt.Errorf("chart %q has no size, no categories, or not 1 to %d series", c.Title, len(strokes))
	}
	for _, s := range c.Series {
		if len(s.Values) != len(c.Categories) {
			return fmt.Errorf("chart %q: series %q has %d values for %d categories", c.Title, s.Name, len(s.Values), len(c.Categories))
		}
	}
	return nil
}

// write puts the chart into the text, and the drawing beside it.
func (c *Chart) write(w *body) {
	if err := c.check(); err != nil {
		w.fail(err)
		return
	}
	n := len(w.charts) + 1
	name := fmt.Sprintf("charts/chart%d.xml", n)
	w.charts = append(w.charts, part{name: "word/" + name, data: c.drawing()})
	id := w.relate(relChart, name)

	w.open("w:r")
	w.open("w:drawing")
	w.open("wp:inline", "distT", "0", "distB", "0", "distL", "0", "distR", "0")
	w.empty("wp:extent", "cx", itoa(c.Width*emuPerMM), "cy", itoa(c.Height*emuPerMM))
	w.empty("wp:docPr", "id", itoa(1000+n), "name", fmt.Sprintf("图表%d", n), "descr", c.Title)
	w.empty("wp:cNvGraphicFramePr")
	w.open("a:graphic")
	w.open("a:graphicData", "uri", chartNS)
	w.empty("c:chart", "xmlns:c", chartNS, "r:id", id)
	w.close("a:graphicData")
	w.close("a:graphic")
	w.close("wp:inline")
	w.close("w:drawing")
	w.close("w:r")
}

// drawing is the part that holds the chart.
func (c *Chart) drawing() []byte {
	b := &body{}
	flag := func(name, value string) { b.empty("c:"+name, "val", value) }
	b.raw(xmlHead + `<c:chartSpace xmlns:c="` + chartNS + `" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">`)
	flag("roundedCorners", "0")
	b.open("c:chart")
	b.open("c:title")
	b.open("c:tx")
	b.open("c:rich")
	b.empty("a:bodyPr")
	b.open("a:p")
	b.open("a:pPr")
	c.font(b, "a:defRPr", 1200, true)
	b.close("a:pPr")
	b.open("a:r")
	c.font(b, "a:rPr", 1200, true)
	b.open("a:t")
	b.text(c.Title)
	b.close("a:t")
	b.close("a:r")
	b.close("a:p")
	b.close("c:rich")
	b.close("c:tx")
	flag("overlay", "0")
	b.close("c:title")
	flag("autoTitleDeleted", "0")
	b.open("c:plotArea")
	b.empty("c:layout")
	plot := "c:barChart"
	if c.Kind == Lines {
		plot = "c:lineChart"
	}
	b.open(plot)
	switch c.Kind {
	case Lines:
		flag("grouping", "standard")
	case Bars:
		flag("barDir", "bar")
		flag("grouping", "clustered")
	case Stacked:
		flag("barDir", "bar")
		flag("grouping", "stacked")
	}
	flag("varyColors", "0")
	for i := range c.Series {
		c.series(b, i)
	}
	if c.Kind == Lines {
		flag("marker", "1")
	} else {
		flag("gapWidth", "60")
		if c.Kind == Stacked {
			flag("overlap", "100")
		}
	}
	flag("axId", "1")
	flag("axId", "2")
	b.close(plot)
	c.axes(b)
	b.close("c:plotArea")
	if len(c.Series) > 1 {
		b.open("c:legend")
		flag("legendPos", "b")
		flag("overlay", "0")
		c.words(b, 1000)
		b.close("c:legend")
	}
	flag("plotVisOnly", "1")
	b.close("c:chart")
	b.raw("</c:chartSpace>")
	return b.out.Bytes()
}

// font writes the run properties of the chart's words.
func (c *Chart) font(b *body, element string, size int, bold bool) {
	weight := "0"
	if bold {
		weight = "1"
	}
	b.open(element, "lang", "zh-CN", "sz", itoa(size), "b", weight)
	b.open("a:solidFill")
	b.empty("a:srgbClr", "val", "000000")
	b.close("a:solidFill")
	b.empty("a:latin", "typeface", latin)
	b.empty("a:ea", "typeface", song)
	b.close(element)
}

func (c *Chart) words(b *body, size int) {
	b.open("c:txPr")
	b.empty("a:bodyPr")
	b.open("a:p")
	b.open("a:pPr")
	c.font(b, "a:defRPr", size, false)
	b.close("a:pPr")
	b.empty("a:endParaRPr", "lang", "zh-CN")
	b.close("a:p")
	b.close("c:txPr")
}

// series writes one series with the numbers in it: there is no workbook behind.
func (c *Chart) series(b *body, i int) {
	s, look := c.Series[i], strokes[i]
	solid := func(colour string) {
		b.open("a:solidFill")
		b.empty("a:srgbClr", "val", colour)
		b.close("a:solidFill")
	}
	b.open("c:ser")
	b.empty("c:idx", "val", itoa(i))
	b.empty("c:order", "val", itoa(i))
	b.open("c:tx")
	b.open("c:v")
	b.text(s.Name)
	b.close("c:v")
	b.close("c:tx")
	b.open("c:spPr")
	switch {
	case c.Kind == Lines:
		b.open("a:ln", "w", "28575")
		solid(look.colour)
		b.empty("a:prstDash", "val", look.dash)
		b.close("a:ln")
	case c.Kind == Stacked && look.pattern == "":
		solid("E3D0CB") // numbers stand on it
	case look.pattern == "":
		solid(look.colour)
	default:
		b.open("a:pattFill", "prst", look.pattern)
		b.open("a:fgClr")
		b.empty("a:srgbClr", "val", look.colour)
		b.close("a:fgClr")
		b.open("a:bgClr")
		b.empty("a:srgbClr", "val", "FFFFFF")
		b.close("a:bgClr")
		b.close("a:pattFill")
	}
	if c.Kind != Lines {
		b.open("a:ln", "w", "9525")
		solid("000000")
		b.close("a:ln")
	}
	b.close("c:spPr")
	if c.Kind == Lines {
		b.open("c:marker")
		b.empty("c:symbol", "val", look.marker)
		b.empty("c:size", "val", "6")
		b.close("c:marker")
	} else {
		b.empty("c:invertIfNegative", "val", "0")
		b.open("c:dLbls")
		c.words(b, 1000)
		for _, label := range []struct{ name, show string }{{"showLegendKey", "0"}, {"showVal", "1"}, {"showCatName", "0"}, {"showSerName", "0"}, {"showPercent", "0"}, {"showBubbleSize", "0"}} {
			b.empty("c:"+label.name, "val", label.show)
		}
		b.close("c:dLbls")
	}
	b.open("c:cat")
	b.open("c:strLit")
	b.empty("c:ptCount", "val", itoa(len(c.Categories)))
	for n, name := range c.Categories {
		b.open("c:pt", "idx", itoa(n))
		b.open("c:v")
		b.text(name)
		b.close("c:v")
		b.close("c:pt")
	}
	b.close("c:strLit")
	b.close("c:cat")
	b.open("c:val")
	b.open("c:numLit")
	b.empty("c:ptCount", "val", itoa(len(s.Values)))
	for n, v := range s.Values {
		b.open("c:pt", "idx", itoa(n))
		b.open("c:v")
		b.raw(strconv.FormatInt(v, 10))
		b.close("c:v")
		b.close("c:pt")
	}
	b.close("c:numLit")
	b.close("c:val")
	if c.Kind == Lines {
		b.empty("c:smooth", "val", "0")
	}
	b.close("c:ser")
}

func (c *Chart) axes(b *body) {
	flag := func(name, value string) { b.empty("c:"+name, "val", value) }
	category, value := "b", "l"
	if c.Kind != Lines {
		category, value = "l", "b"
	}
	axis := func(element, id, at, cross string, inner func()) {
		b.open(element)
		flag("axId", id)
		b.open("c:scaling")
		if c.Kind != Lines && element == "c:catAx" {
			flag("orientation", "maxMin") // the first one stands on top
		} else {
			flag("orientation", "minMax")
		}
		if element == "c:valAx" {
			flag("min", "0")
		}
		b.close("c:scaling")
		flag("delete", "0")
		flag("axPos", at)
		inner()
		flag("majorTickMark", "none")
		flag("minorTickMark", "none")
		flag("tickLblPos", "nextTo")
		c.words(b, 1000)
		flag("crossAx", cross)
		flag("crosses", map[bool]string{true: "max", false: "autoZero"}[c.Kind != Lines && element == "c:valAx"])
		b.close(element)
	}
	axis("c:catAx", "1", category, "2", func() {})
	axis("c:valAx", "2", value, "1", func() {
		b.open("c:majorGridlines")
		b.open("c:spPr")
		b.open("a:ln", "w", "6350")
		b.open("a:solidFill")
		b.empty("a:srgbClr", "val", "BFBFBF")
		b.close("a:solidFill")
		b.close("a:ln")
		b.close("c:spPr")
		b.close("c:majorGridlines")
		b.empty("c:numFmt", "formatCode", "0", "sourceLinked", "0")
	})
}
