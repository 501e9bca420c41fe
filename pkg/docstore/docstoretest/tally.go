package docstoretest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// tally asks for counts and sums, in the order of their keys.
func (s suite) tally(t *testing.T) {
	_, papers, _ := s.start(t)
	a := func(town, state string, amount int64, due *time.Time) func(*paper) {
		return func(p *paper) { p.Shelf.Town, p.State, p.Amount, p.Due, p.Copies = town, state, amount, due, 1 }
	}
	insert(t, papers,
		newPaper(1, a("枫溪镇", "open", 10, hours(1))),
		newPaper(2, a("枫溪镇", "open", 1<<40, nil)),
		newPaper(3, a("枫溪镇", "closed", -7, hours(1)), func(p *paper) { p.Sealed = true }),
		newPaper(4, a("枫溪镇", "closed", 7, hours(2))),
		newPaper(5, a("北坡", "open", 3, nil), func(p *paper) { p.Owner = number(9001) }),
	)
	town := []docstore.Condition{inTown("枫溪镇")}
	group := func(count int64, keys ...any) docstore.Group {
		if keys == nil {
			keys = []any{}
		}
		return docstore.Group{Keys: keys, Count: count, Sums: []int64{}}
	}
	for _, test := range []struct {
		name     string
		grouping docstore.Grouping
		want     []docstore.Group
	}{
		{"one total", docstore.Grouping{Index: "town", Filter: town}, []docstore.Group{group(4)}},
		{"by string", docstore.Grouping{Index: "town", Filter: town, By: []string{"state"}}, []docstore.Group{group(2, "closed"), group(2, "open")}},
		{"by bool", docstore.Grouping{Index: "town", Filter: town, By: []string{"sealed"}}, []docstore.Group{group(3, false), group(1, true)}},
		{"by time", docstore.Grouping{Index: "town", Filter: town, By: []string{"due"}}, []docstore.Group{group(1, nil), group(2, *hours(1)), group(1, *hours(2))}},
		{"by int", docstore.Grouping{Index: "town", Filter: town, By: []string{"copies"}}, []docstore.Group{group(4, int64(1))}},
		{"by object id", docstore.Grouping{Index: "_id", By: []string{"owner"}}, []docstore.Group{group(4, number(9000)), group(1, number(9001))}},
		{"by two", docstore.Grouping{Index: "_id", By: []string{"shelf.town", "state"}}, []docstore.Group{group(1, "北坡", "open"), group(2, "枫溪镇", "closed"), group(2, "枫溪镇", "open")}},
		{"by null", docstore.Grouping{Index: "town", Filter: town, By: []string{"remark"}}, []docstore.Group{group(4, nil)}},
		{"whole kind", docstore.Grouping{Index: "town_due"}, []docstore.Group{group(5)}},
		{"range", docstore.Grouping{Index: "town_due", Filter: append(town[:1:1], docstore.AtMost("due", *hours(1))), By: []string{"state"}}, []docstore.Group{group(1, "closed"), group(1, "open")}},
		{"range first", docstore.Grouping{Index: "due", Filter: []docstore.Condition{docstore.AtLeast("due", *hours(1))}}, []docstore.Group{group(3)}},
		{"in", docstore.Grouping{Index: "town", Filter: []docstore.Condition{docstore.In("shelf.town", "枫溪镇", "北坡", "北坡")}}, []docstore.Group{group(5)}},
		{"with the rest", docstore.Grouping{Index: "town", Filter: append(town[:1:1], docstore.Above("amount", int64(0)), docstore.In("state", "open", "closed"))}, []docstore.Group{group(3)}},
		{"nothing, by key", docstore.Grouping{Index: "town", Filter: []docstore.Condition{inTown("南坡")}, By: []string{"state"}}, []docstore.Group{}},
		{"nothing, in total", docstore.Grouping{Index: "town", Filter: []docstore.Condition{inTown("南坡")}}, []docstore.Group{}},
		{"in nothing", docstore.Grouping{Index: "town", Filter: []docstore.Condition{docstore.In[string]("shelf.town")}}, []docstore.Group{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := papers.Tally(t.Context(), test.grouping)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}

	if !offers(t, s.caps.SeveralAccumulators, "SeveralAccumulators", "sums beside the count") {
		return
	}
	got, err := papers.Tally(t.Context(), docstore.Grouping{Index: "town", Filter: town, By: []string{"state"}, Sums: []string{"amount", "copies"}})
	require.NoError(t, err)
	require.Equal(t, []docstore.Group{
		{Keys: []any{"closed"}, Count: 2, Sums: []int64{0, 2}},
		{Keys: []any{"open"}, Count: 2, Sums: []int64{1<<40 + 10, 2}},
	}, got)
	got, err = papers.Tally(t.Context(), docstore.Grouping{Index: "_id", Sums: []string{"amount"}})
	require.NoError(t, err)
	require.Equal(t, []docstore.Group{{Keys: []any{}, Count: 5, Sums: []int64{1<<40 + 13}}}, got)
}
