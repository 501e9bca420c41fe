package docstoretest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// grams asks for documents by what their array has.
func (s suite) grams(t *testing.T) {
	_, papers, _ := s.start(t)
	with := func(grams ...string) func(*paper) {
		return func(p *paper) { p.Grams, p.Due = grams, hours(1) }
	}
	elsewhere := func(p *paper) { p.Shelf.Town = "北坡" }
	insert(t, papers,
		newPaper(1, with("张三", "土地", "地流")),
		newPaper(2, with("土地", "地流", "流转"), func(p *paper) { p.State = "closed" }),
		newPaper(3, with("张三", "张三", "土地")),
		newPaper(4, with("张三", "土地"), elsewhere),
		newPaper(5, with()),
		newPaper(6, func(p *paper) { p.Grams = nil }),
		newPaper(7, with("A1", "a2"), func(p *paper) { p.Due = nil }),
	)
	town := inTown("枫溪镇")
	both := docstore.In("shelf.town", "枫溪镇", "北坡")
	has := func(grams ...string) docstore.Condition { return docstore.HasAll("grams", grams...) }
	for _, test := range []struct {
		name  string
		query docstore.Query
		want  []int
	}{
		{"one", docstore.Query{Filter: []docstore.Condition{town, has("土地")}}, []int{1, 2, 3}},
		{"descending", docstore.Query{Filter: []docstore.Condition{town, has("土地")}, Desc: true}, []int{3, 2, 1}},
		{"two", docstore.Query{Filter: []docstore.Condition{town, has("土地", "张三")}}, []int{1, 3}},
		{"three", docstore.Query{Filter: []docstore.Condition{town, has("地流", "土地", "流转")}}, []int{2}},
		{"the same twice", docstore.Query{Filter: []docstore.Condition{town, has("张三", "张三")}}, []int{1, 3}},
		{"two conditions", docstore.Query{Filter: []docstore.Condition{town, has("土地"), has("张三")}}, []int{1, 3}},
		{"none has it", docstore.Query{Filter: []docstore.Condition{town, has("土地", "李四")}}, nil},
		{"each has one, none both", docstore.Query{Filter: []docstore.Condition{town, has("张三", "流转")}}, nil},
		{"other letter case", docstore.Query{Filter: []docstore.Condition{town, has("a1")}}, nil},
		{"part of a gram", docstore.Query{Filter: []docstore.Condition{town, has("张")}}, nil},
		{"with the rest", docstore.Query{Filter: []docstore.Condition{town, has("土地"), docstore.Equal("state", "open")}}, []int{1, 3}},
		{"with a range", docstore.Query{Filter: []docstore.Condition{town, has("土地"), docstore.Above("at", newPaper(1).At)}}, []int{2, 3}},
		{"several towns", docstore.Query{Filter: []docstore.Condition{both, has("土地", "张三")}, Desc: true}, []int{4, 3, 1}},
		{"limit", docstore.Query{Filter: []docstore.Condition{both, has("土地")}, Limit: 2}, []int{1, 2}},
		{"cursor", docstore.Query{Filter: []docstore.Condition{both, has("土地")}, After: &docstore.Cursor{Value: newPaper(2).At, ID: number(2)}}, []int{3, 4}},
		{"cursor, descending", docstore.Query{Filter: []docstore.Condition{town, has("土地")}, Desc: true, After: &docstore.Cursor{Value: newPaper(2).At, ID: number(2)}}, []int{1}},
		{"anywhere", docstore.Query{Index: "grams", Order: "due", Filter: []docstore.Condition{has("土地", "张三")}}, []int{1, 3, 4}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.query.Index == "" {
				test.query.Index, test.query.Order = "town_grams", "at"
			}
			want := []string{}
			for _, n := range test.want {
				want = append(want, newPaper(n).Key)
			}
			require.Equal(t, want, find(t, papers, test.query))
		})
	}
	if offers(t, s.caps.MissingFieldsInOrder, "MissingFieldsInOrder", "a search leaves out the documents that lack the order field") {
		require.Empty(t, find(t, papers, docstore.Query{Index: "grams", Order: "due", Filter: []docstore.Condition{has("a2")}}))
	}

	t.Run("tally", func(t *testing.T) {
		groups, err := papers.Tally(t.Context(), docstore.Grouping{Index: "town_grams", Filter: []docstore.Condition{both, has("土地", "张三")}})
		require.NoError(t, err)
		require.Equal(t, []docstore.Group{{Keys: []any{}, Count: 3, Sums: []int64{}}}, groups)
		groups, err = papers.Tally(t.Context(), docstore.Grouping{Index: "grams", Filter: []docstore.Condition{has("a2")}})
		require.NoError(t, err)
		require.EqualValues(t, 1, groups[0].Count, "a tally needs no order")
	})

	t.Run("change", func(t *testing.T) {
		p, err := papers.Get(t.Context(), number(1))
		require.NoError(t, err)
		p.Grams = []string{"地流", "新词"}
		require.NoError(t, papers.Replace(t.Context(), p))
		ask := func(town string, grams ...string) []string {
			return find(t, papers, docstore.Query{Index: "town_grams", Order: "at", Filter: []docstore.Condition{inTown(town), has(grams...)}})
		}
		require.Equal(t, []string{"key-0003"}, ask("枫溪镇", "张三"), "a gram that went")
		require.Equal(t, []string{"key-0001"}, ask("枫溪镇", "新词", "地流"), "one that came, one that stayed")
		p.Shelf.Town, p.At = "北坡", spring.AddDate(1, 0, 0)
		require.NoError(t, papers.Replace(t.Context(), p))
		require.Empty(t, ask("枫溪镇", "新词"))
		require.Equal(t, []string{"key-0001"}, ask("北坡", "新词", "地流"), "it moved with its town and time")
	})

	t.Run("model", func(t *testing.T) { s.gramsAgainstModel(t) })
}

// gramsAgainstModel compares searches over documents with few distinct grams to what a loop over
// all of them finds.
func (s suite) gramsAgainstModel(t *testing.T) {
	_, papers, _ := s.start(t)
	var docs []*paper
	for n := range 60 {
		p := newPaper(n, func(p *paper) {
			p.Shelf.Town = []string{"枫溪镇", "北坡"}[n%2]
			p.At = spring.AddDate(0, 0, n*7%13)
			for g := range 6 {
				if n*(g+3)%(g+2) == 0 || n%(g+5) == 1 {
					p.Grams = append(p.Grams, fmt.Sprint("g", g))
				}
			}
		})
		docs = append(docs, p)
		insert(t, papers, p)
	}
	slices.SortFunc(docs, func(a, b *paper) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	for mask := 1; mask < 1<<6; mask++ {
		var grams []string
		for g := range 6 {
			if mask>>g&1 == 1 {
				grams = append(grams, fmt.Sprint("g", g))
			}
		}
		want := []string{}
		for _, p := range docs {
			if !slices.ContainsFunc(grams, func(g string) bool { return !slices.Contains(p.Grams, g) }) {
				want = append(want, p.Key)
			}
		}
		require.Equal(t, want, find(t, papers, docstore.Query{
			Index: "town_grams", Order: "at",
			Filter: []docstore.Condition{docstore.In("shelf.town", "枫溪镇", "北坡"), docstore.HasAll("grams", grams...)},
		}), "%v", grams)
	}
}
