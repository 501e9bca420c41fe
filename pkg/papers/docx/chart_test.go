package docx_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/papers/docx/docxtest"
)

func chart(kind docx.ChartKind) *docx.Chart {
	c := &docx.Chart{Kind: kind, Title: "新收 & 办结", Categories: []string{"9月", "10月", "11月"}, Width: 156, Height: 70, Series: []docx.Series{{Name: "新收", Values: []int64{3, 14, 7}}, {Name: "办结", Values: []int64{1, 9, 12}}}}
	if kind == docx.Bars {
		c.Series = c.Series[:1]
	}
	return c
}

func charted() docx.Document {
	var body []docx.Block
	for _, kind := range []docx.ChartKind{docx.Lines, docx.Bars, docx.Stacked} {
		body = append(body, docx.Paragraph{Style: docx.Plain, Align: docx.Center, Runs: []docx.Run{{Chart: chart(kind)}}})
	}
	return docx.Document{Title: "图", Sections: []docx.Section{{Body: body}}}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	file := write(t, charted())
	for _, name := range []string{"chart1", "chart2", "chart3"} {
		requireGolden(t, name, docxtest.Part(t, file, "word/charts/"+name+".xml"))
	}
	require.Contains(t, docxtest.Part(t, file, "[Content_Types].xml"), "/word/charts/chart3.xml")
	require.Equal(t, file, write(t, charted()), "the same document gives the same bytes")

	printed := strings.Join(docxtest.Printed(t, file, "charts"), "\n")
	for _, words := range []string{"新收 & 办结", "9月", "新收", "办结", "14"} {
		require.Contains(t, printed, words, "the words of a chart are text")
	}
	require.Len(t, docxtest.Printed(t, file, "charts"), charted().PageCount())
}

func TestChartsThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *docx.Chart){
		"no size":         func(c *docx.Chart) { c.Width = 0 },
		"no categories":   func(c *docx.Chart) { c.Categories = nil },
		"no series":       func(c *docx.Chart) { c.Series = nil },
		"a value missing": func(c *docx.Chart) { c.Series[1].Values = c.Series[1].Values[:2] },
		"too many series": func(c *docx.Chart) { c.Series = append(c.Series, c.Series[0], c.Series[0], c.Series[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := chart(docx.Lines)
			change(c)
			_, err := docx.Document{Sections: []docx.Section{{Body: []docx.Block{docx.Paragraph{Runs: []docx.Run{{Chart: c}}}}}}}.Bytes()
			require.ErrorContains(t, err, "chart \"新收 & 办结\"")
		})
	}
	_, err := docx.Document{Sections: []docx.Section{{Header: docx.Paragraph{Runs: []docx.Run{{Chart: chart(docx.Bars)}}}}}}.Bytes()
	require.ErrorContains(t, err, "header holds a chart")
}
