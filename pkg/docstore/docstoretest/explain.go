package docstoretest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// explain asks that every kind of query is answered by the index it names, in its order.
func (s suite) explain(t *testing.T) {
	engine, papers, _ := s.start(t)
	for n := range 40 {
		insert(t, papers, newPaper(n, func(p *paper) {
			p.Shelf.Town, p.Due, p.Grams = fmt.Sprint("town", n%3), hours(n), []string{"土地", fmt.Sprint("g", n%4)}
		}))
	}
	if !offers(t, s.caps.Explain, "Explain", "which index answers a query") {
		return
	}
	town, both := inTown("town1"), docstore.In("shelf.town", "town1", "town2")
	rest := docstore.Equal("amount", int64(0))
	has := docstore.HasAll("grams", "土地", "g1")
	for _, test := range []struct {
		name  string
		query docstore.Query
	}{
		{"by id", docstore.Query{Index: "_id"}},
		{"equal", docstore.Query{Index: "town", Filter: []docstore.Condition{town}}},
		{"equal, with the rest", docstore.Query{Index: "town", Filter: []docstore.Condition{rest, town}}},
		{"in", docstore.Query{Index: "town", Filter: []docstore.Condition{both, rest}}},
		{"unique key", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Equal("key", "key-0001")}}},
		{"range of a unique key", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Below("key", "key-0002")}, Order: "key"}},
		{"within a unique key", docstore.Query{Index: "number", Filter: []docstore.Condition{town}, Order: "shelf.number"}},
		{"order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, rest}, Order: "due"}},
		{"order and range", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.AtLeast("due", *hours(3)), docstore.Below("due", *hours(9))}, Order: "due"}},
		{"order of the whole", docstore.Query{Index: "due", Order: "due"}},
		{"range of the whole", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.AtMost("due", *hours(3)), rest}, Order: "due"}},
		{"in, then order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{both}, Order: "due"}},
		{"in twice, then order", docstore.Query{Index: "town_state", Filter: []docstore.Condition{both, docstore.In("state", "open", "closed"), rest}, Order: "at"}},
		{"has all", docstore.Query{Index: "town_grams", Filter: []docstore.Condition{town, has}, Order: "at"}},
		{"has all, with the rest", docstore.Query{Index: "town_grams", Filter: []docstore.Condition{town, has, rest}, Order: "at"}},
		{"has all, in, then order", docstore.Query{Index: "town_grams", Filter: []docstore.Condition{both, has}, Order: "at"}},
		{"has all, anywhere", docstore.Query{Index: "grams", Filter: []docstore.Condition{has}, Order: "due"}},
	} {
		for _, desc := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/desc=%v/after=%v", test.name, desc, later), func(t *testing.T) {
					query := test.query
					query.Desc, query.Limit = desc, 20
					if later {
						query.After = &docstore.Cursor{ID: number(5)}
						switch query.Order {
						case "due", "at":
							query.After.Value = *hours(5)
						case "key":
							query.After.Value = "key-0005"
						case "shelf.number":
							query.After.Value = int64(5)
						}
					}
					plan, err := engine.Explain(t.Context(), paperKind(), query)
					require.NoError(t, err)
					require.Equal(t, query.Index, plan.Index, plan.Text)
					require.False(t, plan.Scan, "it walks the whole kind: %s", plan.Text)
					require.False(t, plan.Sort, "it sorts: %s", plan.Text)
					require.NotEmpty(t, plan.Text)
				})
			}
		}
	}
}
