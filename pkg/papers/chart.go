package papers

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
)

// Charts are drawn as SVG with real text, a title and a description for those who cannot see them.
// They tell their series apart without colour, so that they print in black and white.

// Bar is one bar of a bar chart.
type Bar struct {
	Name  string
	Value int64
}

var charts = template.Must(template.New("").Parse(`
{{- define "trend" -}}
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" font-size="15" fill="#222">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Desc}}</desc>
{{range .Grid}}<line x1="{{$.Left}}" x2="{{$.Right}}" y1="{{.At}}" y2="{{.At}}" stroke="#ccc"/><text x="{{$.AxisX}}" y="{{.At}}" dy="5" text-anchor="end">{{.Text}}</text>
{{end}}{{range .Months}}<text x="{{.At}}" y="{{$.MonthY}}" text-anchor="middle">{{.Text}}</text>
{{end}}{{range .Series}}{{$s := .}}{{range .Lines}}<polyline points="{{.}}" fill="none" stroke="{{$s.Colour}}" stroke-width="2.5"{{with $s.Dash}} stroke-dasharray="{{.}}"{{end}}/>
{{end}}{{range .Marks}}<{{$s.Shape}} {{if eq $s.Shape "circle"}}cx="{{.X}}" cy="{{.Y}}" r="4.5"{{else}}x="{{.BoxX}}" y="{{.BoxY}}" width="8" height="8"{{end}} fill="{{$s.Fill}}" stroke="{{$s.Colour}}" stroke-width="2"/>
{{end}}{{end}}{{range .Series}}<line x1="{{.KeyX}}" x2="{{.KeyEnd}}" y1="16" y2="16" stroke="{{.Colour}}" stroke-width="3"{{with .Dash}} stroke-dasharray="{{.}}"{{end}}/><text x="{{.KeyText}}" y="21">{{.Name}}</text>
{{end}}</svg>
{{- end -}}
{{- define "bars" -}}
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" font-size="19" fill="#222">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Desc}}</desc>
{{range .Bars}}<text x="{{$.NameX}}" y="{{.TextY}}" text-anchor="end">{{.Name}}</text><rect x="{{$.BarX}}" y="{{.Y}}" width="{{.Length}}" height="22" fill="#7a2e22"/><text x="{{.ValueX}}" y="{{.TextY}}">{{.Value}}</text>
{{end}}</svg>
{{- end -}}
`))

type chartMark struct {
	At   string
	Text string
}

type chartPoint struct{ X, Y, BoxX, BoxY string }

type chartSeries struct {
	Name, Colour, Fill, Dash, Shape string
	Lines                           []string // points of the pieces that hang together
	Marks                           []chartPoint
	KeyX, KeyEnd, KeyText           int
}

// Line is one line of a chart: a value for each month, nil where there is none.
type Line struct {
	Name   string
	Values []*float64
}

const (
	trendWidth, trendHeight = 720, 320
	trendLeft, trendRight   = 56, 700
	trendTop, trendBottom   = 40, 280
)

// lineLooks tell lines apart by stroke and mark.
var lineLooks = [...]chartSeries{
	{Colour: "#7a2e22", Fill: "#7a2e22", Shape: "circle"}, {Colour: "#1d5c4c", Fill: "#ffffff", Dash: "8 4", Shape: "rect"}, {Colour: "#1f3f77", Fill: "#ffffff", Dash: "2 4", Shape: "circle"},
}

// TrendChart draws what came in, was ended and is pending, month by month.
func TrendChart(points []TrendPoint) (template.HTML, error) {
	lines := []Line{{Name: "新收"}, {Name: "办结"}, {Name: "期末未结"}}
	var months, words []string
	top := int64(1)
	for _, p := range points {
		months = append(months, p.Month)
		for i, n := range []int64{p.Opened, p.Concluded, p.Pending} {
			v := float64(n)
			lines[i].Values = append(lines[i].Values, &v)
			top = max(top, n)
		}
		words = append(words, fmt.Sprintf("%s新收%d件、办结%d件、未结%d件", MonthName(p.Month), p.Opened, p.Concluded, p.Pending))
	}
	step := gridStep(top)
	return lineChart("trend", "各月新收、办结和期末未结", strings.Join(words, "；"), months, lines, step, (top+step-1)/step*step)
}

// RateChart draws rates in percent, month by month; a month without one leaves a gap. id is unique on its
// page. It draws at most three lines.
func RateChart(id, title string, months []string, lines []Line) (template.HTML, error) {
	var words []string
	for i, month := range months {
		text := MonthName(month)
		for _, l := range lines {
			if v := l.Values[i]; v != nil {
				text += fmt.Sprintf("%s%.1f%%", l.Name, *v)
			} else {
				text += l.Name + "没有"
			}
		}
		words = append(words, text)
	}
	return lineChart(id, title, strings.Join(words, "；"), months, lines, 20, 100)
}

// lineChart draws lines over months, with a grid of a step up to the top.
func lineChart(id, title, desc string, months []string, lines []Line, step, top int64) (template.HTML, error) {
	y := func(value float64) float64 { return trendBottom - (trendBottom-trendTop)*value/float64(top) }
	x := func(i int) float64 {
		if len(months) < 2 {
			return (trendLeft + trendRight) / 2
		}
		return trendLeft + 20 + float64(trendRight-trendLeft-40)*float64(i)/float64(len(months)-1)
	}
	data := struct {
		Width, Height, Left, Right, AxisX, MonthY int
		ID, Title, Desc                           string
		Grid, Months                              []chartMark
		Series                                    []chartSeries
	}{Width: trendWidth, Height: trendHeight, Left: trendLeft, Right: trendRight, AxisX: trendLeft - 8, MonthY: trendBottom + 24, ID: id, Title: title, Desc: desc}
	for value := int64(0); value <= top; value += step {
		data.Grid = append(data.Grid, chartMark{px(y(float64(value))), fmt.Sprint(value)})
	}
	for i, month := range months {
		data.Months = append(data.Months, chartMark{px(x(i)), monthLabel(month, i == 0)})
	}
	key := trendLeft
	for n, line := range lines {
		s := lineLooks[n]
		s.Name = line.Name
		var piece []string
		for i, v := range line.Values {
			if v == nil {
				s.Lines, piece = append(s.Lines, strings.Join(piece, " ")), nil
				continue
			}
			at := chartPoint{px(x(i)), px(y(*v)), px(x(i) - 4), px(y(*v) - 4)}
			s.Marks = append(s.Marks, at)
			piece = append(piece, at.X+","+at.Y)
		}
		s.Lines = slices.DeleteFunc(append(s.Lines, strings.Join(piece, " ")), func(points string) bool { return points == "" })
		s.KeyX, s.KeyEnd, s.KeyText = key, key+36, key+44
		key += 160
		data.Series = append(data.Series, s)
	}
	return draw("trend", data)
}

// monthLabel is 11月, with the year in front of the first one and of each January.
func monthLabel(month string, first bool) string {
	at, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	if first || at.Month() == time.January {
		return at.Format("06年1月")
	}
	return at.Format("1月")
}

// gridStep spaces at most six lines at round numbers.
func gridStep(top int64) int64 {
	for scale := int64(1); ; scale *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if n*scale*5 >= top {
				return n * scale
			}
		}
	}
}

// BarChart draws one bar for each name. id is unique on its page.
func BarChart(id, title string, bars []Bar) (template.HTML, error) {
	const width, nameX, barX, longest, pitch = 340, 120, 128, 150, 34 // as wide as a phone
	type drawn struct {
		Name, Length, ValueX string
		Value                int64
		Y, TextY             int
	}
	data := struct {
		ID, Title, Desc            string
		Width, Height, NameX, BarX int
		Bars                       []drawn
	}{ID: id, Title: title, Width: width, Height: max(1, len(bars))*pitch + 8, NameX: nameX, BarX: barX}
	top := int64(1)
	for _, b := range bars {
		top = max(top, b.Value)
	}
	var words []string
	for i, b := range bars {
		length := longest * float64(b.Value) / float64(top)
		y := 4 + i*pitch
		data.Bars = append(data.Bars, drawn{b.Name, px(length), px(barX + length + 8), b.Value, y, y + 17})
		words = append(words, fmt.Sprintf("%s%d件", b.Name, b.Value))
	}
	data.Desc = strings.Join(words, "，")
	return draw("bars", data)
}

func draw(name string, data any) (template.HTML, error) {
	var out bytes.Buffer
	if err := charts.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return template.HTML(out.String()), nil
}

// px writes a coordinate with one decimal at most.
func px(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }
