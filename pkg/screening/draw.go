package screening

import (
	"fmt"
	"html/template"
	"slices"

	"fengqiao/models"
	"fengqiao/pkg/papers"
)

// typeBars is how many types the bar chart shows.
const typeBars = 10

// ChartNames are the charts as people call them.
func ChartNames() []models.Choice {
	return []models.Choice{
		{Code: ChartTrend, Name: "十三个月走势"}, {Code: ChartTypes, Name: "新收纠纷的类型"}, {Code: ChartSeats, Name: "在哪一级化解"}, {Code: ChartDays, Name: "办理天数"}, {Code: ChartTiles, Name: "各地最高风险"},
	}
}

// Draw draws a chart of the report as SVG; "" where there is nothing to draw. The numbers of each
// stand in a table of its section.
func Draw(view *View, chart string) (template.HTML, error) {
	switch chart {
	case ChartTrend:
		return papers.TrendChart(TrendOf(view))
	case ChartTypes:
		if bars := TypeBars(view); len(bars) > 0 {
			return papers.BarChart(chart, "本月新收纠纷的类型（件）", bars)
		}
		return "", nil
	case ChartSeats:
		return papers.ShareChart(chart, "本月达成协议的层级", barsOf(view.Report, "seat", "agreed"))
	case ChartDays:
		if valueOf(view.Report, "concluded") == 0 {
			return "", nil
		}
		return papers.BarChart(chart, "本月办结纠纷从受理到办结的天数（件）", barsOf(view.Report, "days", "concluded"))
	case ChartTiles:
		if tiles := tilesOf(view.Report); len(tiles) > 0 {
			return papers.TileChart(chart, "月末各地未结纠纷的最高风险", tiles)
		}
		return "", nil
	}
	return "", fmt.Errorf("the report has no chart %q", chart)
}

// TrendOf is the course of up to thirteen months, ending with the report's.
func TrendOf(view *View) []papers.TrendPoint {
	var points []papers.TrendPoint
	for _, r := range view.Trend {
		points = append(points, papers.TrendPoint{Month: r.Month, Opened: valueOf(r, "opened"), Concluded: valueOf(r, "concluded"), Pending: valueOf(r, "pending")})
	}
	return points
}

// TypeBars are the types that came in most.
func TypeBars(view *View) []papers.Bar {
	bars := slices.DeleteFunc(barsOf(view.Report, "type", "opened"), func(b papers.Bar) bool { return b.Value == 0 })
	slices.SortStableFunc(bars, func(a, b papers.Bar) int { return int(b.Value - a.Value) })
	return bars[:min(len(bars), typeBars)]
}

// barsOf are the rows of a breakdown with one of its columns.
func barsOf(r *models.Report, table, column string) []papers.Bar {
	t, _ := r.Table(table)
	at := slices.Index(t.Columns, column)
	var bars []papers.Bar
	for _, row := range t.Rows {
		if at >= 0 {
			bars = append(bars, papers.Bar{Name: row.Name, Value: row.Values[at]})
		}
	}
	return bars
}

// tilesOf are the places inside the report's, with their risks.
func tilesOf(r *models.Report) []papers.Tile {
	var tiles []papers.Tile
	for _, key := range []string{"township_risk", "village_risk"} {
		t, ok := r.Table(key)
		if !ok || !slices.Equal(t.Columns, riskColumns()) {
			continue
		}
		for _, row := range t.Rows {
			tiles = append(tiles, papers.Tile{Name: row.Name, Red: row.Values[0], Orange: row.Values[1], Yellow: row.Values[2], Blue: row.Values[3]})
		}
	}
	return tiles
}
