package papers_test

import (
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/papers"
)

// requireSVG asks that a drawing is sound XML with a title and a description, no two ids alike and no
// style or script, and returns its texts.
func requireSVG(t *testing.T, drawn template.HTML) []string {
	t.Helper()
	ids, texts, names := map[string]bool{}, []string{}, map[string]int{}
	decoder := xml.NewDecoder(strings.NewReader(string(drawn)))
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			names[token.Name.Local]++
			inText = token.Name.Local == "text"
			for _, a := range token.Attr {
				require.NotEqual(t, "style", a.Name.Local)
				if a.Name.Local == "id" {
					require.False(t, ids[a.Value], a.Value)
					ids[a.Value] = true
				}
				if target, ok := strings.CutPrefix(a.Value, "url(#"); ok {
					require.True(t, ids[strings.TrimSuffix(target, ")")], "%s is defined", a.Value)
				}
			}
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
	require.Equal(t, 1, names["title"])
	require.Equal(t, 1, names["desc"])
	require.Zero(t, names["script"]+names["style"])
	return texts
}

func TestShareChart(t *testing.T) {
	t.Parallel()
	drawn, err := papers.ShareChart("seats", "化解层级", []papers.Bar{{Name: "村级", Value: 6}, {Name: "镇级", Value: 2}, {Name: "县级", Value: 0}})
	require.NoError(t, err)
	require.Equal(t, []string{"村级 6件，占75.0%", "镇级 2件，占25.0%", "县级 0件，占0.0%"}, requireSVG(t, drawn))
	require.Contains(t, string(drawn), `<rect x="10" y="8" width="240" height="44" fill="#7a2e22"`)
	require.Contains(t, string(drawn), `<rect x="250" y="8" width="80" height="44" fill="url(#seats-hatch)"`)
	empty, err := papers.ShareChart("seats", "化解层级", []papers.Bar{{Name: "村级"}})
	require.NoError(t, err)
	require.Empty(t, empty)
}

func TestTileChart(t *testing.T) {
	t.Parallel()
	drawn, err := papers.TileChart("tiles", "各村风险", []papers.Tile{
		{Name: "北坡村", Red: 1, Orange: 2, Blue: 9}, {Name: "南塘村", Orange: 3}, {Name: "<b>村", Yellow: 4}, {Name: "石桥村", Blue: 5}, {Name: "名字很长的一个社区"}, {Name: "竹园村", Red: 2},
	})
	require.NoError(t, err)
	texts := requireSVG(t, drawn)
	require.Equal(t, []string{"红", "橙", "黄", "蓝", "无未结"}, texts[:5])
	require.Equal(t, []string{"北坡村", "红1 橙2", "南塘村", "橙3", "<b>村", "黄4", "石桥村", "蓝5", "名字很长的一个社区", "无未结", "竹园村", "红2"}, texts[5:])
	require.Contains(t, string(drawn), `viewBox="0 0 632 204"`, "two rows")
}

func TestTrendAndBarCharts(t *testing.T) {
	t.Parallel()
	trend, err := papers.TrendChart([]papers.TrendPoint{{Month: "2026-09", Opened: 3, Concluded: 1, Pending: 5}, {Month: "2026-10", Opened: 9, Concluded: 12, Pending: 2}})
	require.NoError(t, err)
	texts := requireSVG(t, trend)
	require.Contains(t, texts, "26年9月")
	require.Contains(t, texts, "期末未结")
	half, whole := 50.0, 100.0
	rates, err := papers.RateChart("rates", "化解率", []string{"2026-08", "2026-09", "2026-10"}, []papers.Line{{Name: "小事不出村", Values: []*float64{&half, nil, &whole}}, {Name: "大事不出镇", Values: []*float64{nil, nil, nil}}})
	require.NoError(t, err)
	require.Contains(t, requireSVG(t, rates), "100")
	require.Equal(t, 2, strings.Count(string(rates), "<polyline"), "a month without a rate leaves a gap")
	require.Contains(t, string(rates), "2026年9月小事不出村没有大事不出镇没有")
	bars, err := papers.BarChart("types", "类型", []papers.Bar{{Name: "土地流转", Value: 14}, {Name: "邻里 & 其他", Value: 7}})
	require.NoError(t, err)
	require.Equal(t, []string{"土地流转", "14", "邻里 & 其他", "7"}, requireSVG(t, bars))
}
