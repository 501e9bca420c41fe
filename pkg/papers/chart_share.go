package papers

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
)

// patterns tell areas apart without colour: filled, hatched, dotted, empty. They are defined once in
// each drawing, under its id.
const patterns = `{{define "patterns"}}<defs><pattern id="{{.}}-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="#fff"/><rect width="3.5" height="8" fill="#a14d00"/></pattern><pattern id="{{.}}-dots" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff"/><circle cx="4" cy="4" r="1.8" fill="#5e4b00"/></pattern></defs>{{end}}`

// filling is how the nth area of a drawing is filled.
func filling(id string, n int) string {
	return [...]string{"#7a2e22", "url(#" + id + "-hatch)", "url(#" + id + "-dots)", "#fff"}[n%4]
}

var shareChart = template.Must(template.New("").Parse(patterns + `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 {{.Height}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" font-size="19" fill="#222">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Desc}}</desc>
{{template "patterns" .ID}}
{{range .Parts}}{{if .Width}}<rect x="{{.X}}" y="8" width="{{.Width}}" height="44" fill="{{.Fill}}" stroke="#222" stroke-width="1.5"/>{{end}}<rect x="10" y="{{.KeyY}}" width="30" height="18" fill="{{.Fill}}" stroke="#222" stroke-width="1.5"/><text x="50" y="{{.TextY}}">{{.Name}} {{.Value}}件，占{{.Percent}}</text>
{{end}}</svg>
`))

// ShareChart draws the parts of a whole as one bar, each filled in another way and named with its
// number below. id is unique on its page. It draws at most four parts; nothing where all are zero.
func ShareChart(id, title string, parts []Bar) (template.HTML, error) {
	type part struct {
		Name, X, Width, Fill, Percent string
		Value                         int64
		KeyY, TextY                   int
	}
	data := struct {
		ID, Title, Desc string
		Height          int
		Parts           []part
	}{ID: id, Title: title, Height: 70 + 28*len(parts)}
	var whole int64
	for _, b := range parts {
		whole += b.Value
	}
	if whole == 0 {
		return "", nil
	}
	x := 10.0
	var words []string
	for i, b := range parts {
		width := 320 * float64(b.Value) / float64(whole)
		p := part{Name: b.Name, X: px(x), Fill: filling(id, i), Value: b.Value, Percent: fmt.Sprintf("%.1f%%", 100*float64(b.Value)/float64(whole)), KeyY: 66 + 28*i, TextY: 81 + 28*i}
		if b.Value > 0 {
			p.Width = px(width)
		}
		data.Parts = append(data.Parts, p)
		words = append(words, fmt.Sprintf("%s%d件，占%s", b.Name, b.Value, p.Percent))
		x += width
	}
	data.Desc = strings.Join(words, "；")
	var out bytes.Buffer
	if err := shareChart.Execute(&out, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", id, err)
	}
	return template.HTML(out.String()), nil
}
