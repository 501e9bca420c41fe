package papers

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// charts is the sheet of two charts and, below them, the numbers they are drawn from.
func (b *book) charts() error {
	const below = 40 // the charts fill the first page
	p := b.page(SheetCharts, 2, 22, 22, 22, 22, 22, 22)
	p.title(b.data.heading()+"　图表", b.data.note())
	p.next = below
	p.row(20, b.style.head, "月份", "新收", "办结", "期末未结")
	trend := p.next
	for _, t := range b.data.Trend {
		p.cells(18, text(b.style.centre, t.Month), b.whole(t.Opened), b.whole(t.Concluded), b.whole(t.Pending))
	}
	trendEnd := p.next - 1
	p.gap()
	p.row(20, b.style.head, "纠纷类型", "新收")
	types := p.next
	for _, r := range b.opened() {
		p.cells(18, text(b.style.text, r.Name), b.whole(r.Values[0]))
	}
	typesEnd := p.next - 1
	p.do(func() error { return p.sw.InsertPageBreak(fmt.Sprintf("A%d", below)) })
	// A chart must be there before the stream ends, which writes the reference to it.
	if trendEnd >= trend {
		p.do(func() error { return b.f.AddChart(SheetCharts, "A3", b.trendChart(trend, trendEnd)) })
	}
	if typesEnd >= types {
		p.do(func() error { return b.f.AddChart(SheetCharts, "A21", b.typesChart(types, typesEnd)) })
	}
	return p.end()
}

func (b *book) trendChart(from, to int) *excelize.Chart {
	chart := b.chart(excelize.Line, MonthName(b.data.Trend[0].Month)+"以来新收、办结和期末未结（件）")
	marks := []struct{ colour, symbol string }{{"1F6FB2", "circle"}, {"2E8B57", "square"}, {"C0392B", "triangle"}}
	for i, mark := range marks {
		s := series(from, to, rune('B'+i), mark.colour)
		s.Marker = excelize.ChartMarker{Symbol: mark.symbol, Size: 7, Fill: solid(mark.colour)}
		s.Line = excelize.LineOptions{Width: 2.25, Fill: solid(mark.colour)}
		chart.Series = append(chart.Series, s)
	}
	return chart
}

func (b *book) typesChart(from, to int) *excelize.Chart {
	chart := b.chart(excelize.Col, MonthName(b.data.Month)+"新收纠纷类型（件）")
	chart.Series = []excelize.ChartSeries{series(from, to, 'B', "1F6FB2")}
	chart.Legend.Position = "none"
	chart.PlotArea.ShowVal = true
	return chart
}

func (b *book) whole(n int64) excelize.Cell { return excelize.Cell{StyleID: b.style.count, Value: n} }

// opened is what came in, by type.
func (b *book) opened() []ReportRow {
	for _, t := range b.data.Tables {
		for i, column := range t.Columns {
			if t.Key != "type" || column != "新收" {
				continue
			}
			var rows []ReportRow
			for _, r := range t.Rows {
				rows = append(rows, ReportRow{Name: r.Name, Values: r.Values[i : i+1]})
			}
			return rows
		}
	}
	return nil
}

func (b *book) chart(kind excelize.ChartType, title string) *excelize.Chart {
	font := excelize.Font{Family: bodyFont, Size: 10, Color: "333333"}
	whole := excelize.ChartNumFmt{CustomNumFmt: "0"}
	return &excelize.Chart{
		Type:      kind,
		Format:    excelize.GraphicOptions{AltText: title, Positioning: "absolute"},
		Dimension: excelize.ChartDimension{Width: 950, Height: 300},
		Legend:    excelize.ChartLegend{Position: "bottom", Font: &font},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title, Font: &excelize.Font{Family: titleFont, Size: 13, Color: "333333"}}}},
		XAxis:     excelize.ChartAxis{Font: font},
		YAxis:     excelize.ChartAxis{Font: font, MajorGridLines: true, NumFmt: whole},
	}
}

func solid(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// series is a column of the charts' sheet, with the cell above as its name and column A as categories.
func series(from, to int, column rune, colour string) excelize.ChartSeries {
	return excelize.ChartSeries{
		Name:       fmt.Sprintf("%s!$%c$%d", SheetCharts, column, from-1),
		Categories: fmt.Sprintf("%s!$A$%d:$A$%d", SheetCharts, from, to),
		Values:     fmt.Sprintf("%s!$%c$%d:$%c$%d", SheetCharts, column, from, column, to),
		Fill:       solid(colour),
	}
}
