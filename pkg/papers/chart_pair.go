package papers

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
)

// PairBar is two values under one name, to be compared.
type PairBar struct {
	Name    string
	Was, Is int64
}

var pairChart = template.Must(template.New("").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" font-size="16" fill="#222">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Desc}}</desc>
<rect x="{{.BarX}}" y="6" width="26" height="16" fill="#fff" stroke="#1f3f77" stroke-width="2"/><text x="{{.KeyWas}}" y="20">{{.Was}}</text><rect x="{{.KeyBar}}" y="6" width="26" height="16" fill="#7a2e22" stroke="#7a2e22" stroke-width="2"/><text x="{{.KeyIs}}" y="20">{{.Is}}</text>
{{range .Rows}}<text x="{{$.NameX}}" y="{{.NameY}}" text-anchor="end">{{.Name}}</text>
{{range .Bars}}<rect x="{{$.BarX}}" y="{{.Y}}" width="{{.Length}}" height="16" fill="{{.Fill}}" stroke="{{.Stroke}}" stroke-width="2"/><text x="{{.ValueX}}" y="{{.TextY}}">{{.Value}}</text>
{{end}}{{end}}</svg>
`))

// PairChart draws two bars for each name, one upon the other: the first hollow, the second filled, so
// that they are told apart in black and white. id is unique on its page; names are what the two stand
// for.
func PairChart(id, title string, names [2]string, rows []PairBar) (template.HTML, error) {
	const width, nameX, barX, longest, top, pitch = 640, 160, 170, 390, 36, 52
	type bar struct {
		Length, ValueX, Fill, Stroke string
		Value                        int64
		Y, TextY                     int
	}
	type row struct {
		Name  string
		NameY int
		Bars  []bar
	}
	data := struct {
		ID, Title, Desc, Was, Is   string
		Width, Height, NameX, BarX int
		KeyWas, KeyBar, KeyIs      int
		Rows                       []row
	}{ID: id, Title: title, Was: names[0], Is: names[1], Width: width, Height: top + max(1, len(rows))*pitch, NameX: nameX, BarX: barX, KeyWas: barX + 34, KeyBar: barX + 234, KeyIs: barX + 268}
	most := int64(1)
	for _, r := range rows {
		most = max(most, r.Was, r.Is)
	}
	var words []string
	for i, r := range rows {
		y := top + i*pitch
		drawn := row{Name: r.Name, NameY: y + 24}
		for j, value := range []int64{r.Was, r.Is} {
			length := longest * float64(value) / float64(most)
			b := bar{Length: px(length), ValueX: px(barX + length + 8), Value: value, Y: y + 20*j, TextY: y + 20*j + 14, Fill: "#fff", Stroke: "#1f3f77"}
			if j == 1 {
				b.Fill, b.Stroke = "#7a2e22", "#7a2e22"
			}
			drawn.Bars = append(drawn.Bars, b)
		}
		data.Rows = append(data.Rows, drawn)
		words = append(words, fmt.Sprintf("%s%s%d件、%s%d件", r.Name, names[0], r.Was, names[1], r.Is))
	}
	data.Desc = strings.Join(words, "；")
	var out bytes.Buffer
	if err := pairChart.Execute(&out, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", id, err)
	}
	return template.HTML(out.String()), nil
}
