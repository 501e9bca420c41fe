package papers

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Tile is a place on a tile map, with its pending disputes by risk.
type Tile struct {
	Name                      string
	Red, Orange, Yellow, Blue int64
}

// Risk is the highest level of the tile and what is written on it. Levels count from 0, the highest;
// 4 is none.
func (t Tile) Risk() (level int, words string) {
	switch {
	case t.Red > 0 && t.Orange > 0:
		return 0, fmt.Sprintf("红%d 橙%d", t.Red, t.Orange)
	case t.Red > 0:
		return 0, fmt.Sprintf("红%d", t.Red)
	case t.Orange > 0:
		return 1, fmt.Sprintf("橙%d", t.Orange)
	case t.Yellow > 0:
		return 2, fmt.Sprintf("黄%d", t.Yellow)
	case t.Blue > 0:
		return 3, fmt.Sprintf("蓝%d", t.Blue)
	}
	return 4, "无未结"
}

var tileChart = template.Must(template.New("").Parse(patterns + `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" font-size="16" fill="#222">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Desc}}</desc>
{{template "patterns" .ID}}
{{range .Keys}}<rect x="{{.X}}" y="8" width="26" height="18" fill="{{.Fill}}" stroke="#222"{{with .Dash}} stroke-dasharray="{{.}}"{{end}}/><text x="{{.TextX}}" y="23">{{.Name}}</text>
{{end}}{{range .Tiles}}<rect x="{{.X}}" y="{{.Y}}" width="116" height="72" fill="{{.Fill}}" stroke="#222" stroke-width="1.5"{{with .Dash}} stroke-dasharray="{{.}}"{{end}}/><rect x="{{.InX}}" y="{{.InY}}" width="100" height="50" fill="#fff"/><text x="{{.MidX}}" y="{{.NameY}}" text-anchor="middle"{{with .Small}} font-size="{{.}}"{{end}}>{{.Name}}</text><text x="{{.MidX}}" y="{{.WordsY}}" text-anchor="middle" font-size="15">{{.Words}}</text>
{{end}}</svg>
`))

// TileChart draws places as tiles of equal size, in the order given, each framed by its highest risk:
// filled for red, hatched for orange, dotted for yellow, thin for blue. The words on the tile say the
// same. id is unique on its page.
func TileChart(id, title string, tiles []Tile) (template.HTML, error) {
	const columns, pitchX, pitchY, top = 5, 124, 80, 40
	type tile struct {
		Name, Words, Fill, Dash, Small      string
		X, Y, InX, InY, MidX, NameY, WordsY int
	}
	type key struct {
		Name, Fill, Dash string
		X, TextX         int
	}
	data := struct {
		ID, Title, Desc string
		Width, Height   int
		Keys            []key
		Tiles           []tile
	}{ID: id, Title: title, Width: columns*pitchX + 12, Height: top + (len(tiles)+columns-1)/columns*pitchY + 4}
	look := func(level int) (fill, dash string) {
		if level == 4 {
			return "#fff", "4 4"
		}
		return filling(id, level), ""
	}
	for i, name := range []string{"红", "橙", "黄", "蓝", "无未结"} {
		fill, dash := look(i)
		data.Keys = append(data.Keys, key{name, fill, dash, 10 + 90*i, 42 + 90*i})
	}
	var words []string
	for i, t := range tiles {
		level, says := t.Risk()
		fill, dash := look(level)
		x, y := 10+i%columns*pitchX, top+i/columns*pitchY
		drawn := tile{Name: t.Name, Words: says, Fill: fill, Dash: dash, X: x, Y: y, InX: x + 8, InY: y + 11, MidX: x + 58, NameY: y + 33, WordsY: y + 54}
		if utf8.RuneCountInString(t.Name) > 6 {
			drawn.Small = "12"
		}
		data.Tiles = append(data.Tiles, drawn)
		words = append(words, t.Name+says)
	}
	data.Desc = strings.Join(words, "；")
	var out bytes.Buffer
	if err := tileChart.Execute(&out, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", id, err)
	}
	return template.HTML(out.String()), nil
}
