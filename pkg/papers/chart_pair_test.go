package papers

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPairChart(t *testing.T) {
	t.Parallel()
	chart, err := PairChart("months", `<各月>"上报"`, [2]string{"现行", "试算"}, []PairBar{{"2026年1月", 40, 10}, {"<b>", 0, 20}})
	require.NoError(t, err)
	svg := string(chart)
	require.Contains(t, svg, "2026年1月现行40件、试算10件；&lt;b&gt;现行0件、试算20件", "in words, for those who cannot see it")
	require.Contains(t, svg, `&lt;各月&gt;`)
	require.NotContains(t, svg, "<b>")
	var lengths, fills []string
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "it is sound XML")
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "rect" {
			for _, a := range start.Attr {
				switch a.Name.Local {
				case "width":
					lengths = append(lengths, a.Value)
				case "fill":
					fills = append(fills, a.Value)
				}
			}
		}
	}
	require.Equal(t, []string{"26", "26", "390", "97.5", "0", "195"}, lengths, "the key, then both bars of each name by one scale")
	require.Equal(t, []string{"#fff", "#7a2e22", "#fff", "#7a2e22", "#fff", "#7a2e22"}, fills)

	empty, err := PairChart("none", "没有", [2]string{"甲", "乙"}, nil)
	require.NoError(t, err)
	require.Contains(t, string(empty), `viewBox="0 0 640 88"`)
}
