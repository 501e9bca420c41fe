package docstoretest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// refusals are the queries that no engine answers: what they name is not declared, or the index
// they name does not serve them.
func refusals() map[string]docstore.Query {
	town := inTown("枫溪镇")
	with := func(index, order string, filter ...docstore.Condition) docstore.Query {
		return docstore.Query{Index: index, Order: order, Filter: filter, Limit: 10}
	}
	after := func(query docstore.Query, cursor docstore.Cursor) docstore.Query {
		query.After = &cursor
		return query
	}
	return map[string]docstore.Query{
		"no index":                                   with("", "", town),
		"unknown index":                              with("nowhere", "", town),
		"unknown field":                              with("town", "", town, docstore.Equal("text", "x")),
		"field of another name":                      with("town", "", docstore.Equal("shelf", "枫溪镇")),
		"unknown order":                              with("town", "text", town),
		"no limit":                                   {Index: "town", Filter: []docstore.Condition{town}},
		"negative limit":                             {Index: "town", Filter: []docstore.Condition{town}, Limit: -1},
		"limit too large":                            {Index: "town", Filter: []docstore.Condition{town}, Limit: docstore.MaxLimit + 1},
		"number for a string":                        with("town", "", docstore.Equal("shelf.town", int64(1))),
		"string for a time":                          with("due", "due", docstore.AtMost("due", "2026-03-01")),
		"string for an int":                          with("town", "", town, docstore.Equal("amount", "1")),
		"int that is no int64":                       with("town", "", town, docstore.Equal("amount", 1)),
		"string for an object id":                    with("owner", "", docstore.Equal("owner", number(1).Hex())),
		"nil":                                        with("town", "", docstore.Equal("shelf.town", nil)),
		"nil among values":                           with("town", "", docstore.In[any]("shelf.town", "枫溪镇", nil)),
		"no value":                                   with("town", "", docstore.Condition{Field: "shelf.town", Op: docstore.OpEqual}),
		"two values":                                 with("town", "", docstore.Condition{Field: "shelf.town", Op: docstore.OpEqual, Values: []any{"a", "b"}}),
		"unknown operator":                           with("town", "", docstore.Condition{Field: "shelf.town", Op: 99, Values: []any{"a"}}),
		"array compared":                             with("grams", "due", docstore.Equal("grams", "土地")),
		"array ranged":                               with("grams", "due", docstore.AtLeast("grams", "土地")),
		"array ordered":                              with("grams", "grams", docstore.HasAll("grams", "土地")),
		"all of no values":                           with("grams", "due", docstore.HasAll[string]("grams")),
		"all of what is no array":                    with("town", "", docstore.HasAll("shelf.town", "枫溪镇")),
		"array left over":                            with("town", "", town, docstore.HasAll("grams", "土地")),
		"array index without its array":              with("town_grams", "at", town),
		"nothing narrows":                            with("key", "key", town),
		"nothing narrows by id":                      with("_id", "", town),
		"first field not asked for":                  with("town_state", "", docstore.Equal("state", "open")),
		"order not served":                           with("town", "at", town),
		"order of another index":                     with("town_due", "amount", town),
		"order with a field between":                 with("town_state", "at", town),
		"order before the last field":                with("town_state", "state", town),
		"id with a field between":                    with("town_due", "", town),
		"id after a range":                           with("town_due", "", town, docstore.AtMost("due", spring)),
		"id within half a unique key":                with("number", "", town),
		"order after several values in a unique key": with("number", "shelf.number", docstore.In("shelf.town", "枫溪镇", "北坡")),
		"order of the whole by the second field":     with("town_due", "due", docstore.AtMost("due", spring)),
		"order by what the id walks":                 with("_id", "due"),
		"cursor without value":                       after(with("due", "due"), docstore.Cursor{ID: number(1)}),
		"cursor without id":                          after(with("due", "due"), docstore.Cursor{Value: spring}),
		"cursor of another type":                     after(with("due", "due"), docstore.Cursor{Value: "2026", ID: number(1)}),
		"cursor with an id of another type":          after(with("due", "due"), docstore.Cursor{Value: spring, ID: 1}),
		"cursor with a value for the order by id":    after(with("town", "", town), docstore.Cursor{Value: "x", ID: number(1)}),
	}
}

func (s suite) refused(t *testing.T) {
	engine, papers, _ := s.start(t)
	insert(t, papers, newPaper(1, func(p *paper) { p.Due, p.Grams = hours(1), []string{"土地"} }))
	for name, query := range refusals() {
		t.Run(name, func(t *testing.T) {
			found, err := papers.Find(t.Context(), query)
			require.Error(t, err)
			require.Empty(t, found)
			require.NotErrorIs(t, err, docstore.ErrUnavailable, "it is the query that is wrong")
			_, err = engine.Explain(t.Context(), paperKind(), query)
			require.Error(t, err, "it cannot be explained either")
		})
	}

	town := inTown("枫溪镇")
	for name, grouping := range map[string]docstore.Grouping{
		"unknown index":              {Index: "nowhere"},
		"unknown key":                {Index: "town", Filter: []docstore.Condition{town}, By: []string{"text"}},
		"array as key":               {Index: "town", Filter: []docstore.Condition{town}, By: []string{"grams"}},
		"sum of strings":             {Index: "town", Filter: []docstore.Condition{town}, Sums: []string{"state"}},
		"sum of times":               {Index: "town", Filter: []docstore.Condition{town}, Sums: []string{"at"}},
		"unknown sum":                {Index: "town", Filter: []docstore.Condition{town}, Sums: []string{"text"}},
		"unknown field":              {Index: "town", Filter: []docstore.Condition{docstore.Equal("text", "x")}},
		"value of another type":      {Index: "town", Filter: []docstore.Condition{docstore.Equal("shelf.town", time.Time{})}},
		"nothing narrows":            {Index: "due", Filter: []docstore.Condition{town}},
		"nothing narrows by id":      {Index: "_id", Filter: []docstore.Condition{town}},
		"array index without filter": {Index: "town_grams"},
	} {
		t.Run("tally, "+name, func(t *testing.T) {
			_, err := papers.Tally(t.Context(), grouping)
			require.Error(t, err)
		})
	}

	for name, change := range map[string]func(*docstore.Kind){
		"no name":                  func(k *docstore.Kind) { k.Name = "" },
		"name with other letters":  func(k *docstore.Kind) { k.Name = "Papers; drop" },
		"field without type":       func(k *docstore.Kind) { k.Fields[0].Type = 0 },
		"field without path":       func(k *docstore.Kind) { k.Fields[0].Path = "" },
		"field twice":              func(k *docstore.Kind) { k.Fields[1] = k.Fields[0] },
		"index of unknown field":   func(k *docstore.Kind) { k.Indexes[0].Fields = []string{"text"} },
		"index without fields":     func(k *docstore.Kind) { k.Indexes[0].Fields = nil },
		"index without name":       func(k *docstore.Kind) { k.Indexes[0].Name = "" },
		"index named as the id":    func(k *docstore.Kind) { k.Indexes[0].Name = "_id" },
		"index twice":              func(k *docstore.Kind) { k.Indexes[1].Name = k.Indexes[0].Name },
		"index with a field twice": func(k *docstore.Kind) { k.Indexes[2].Fields = []string{"state", "state"} },
		"unique array":             func(k *docstore.Kind) { k.Indexes[0].Fields = []string{"grams"} },
	} {
		t.Run("kind, "+name, func(t *testing.T) {
			bad := paperKind()
			change(bad)
			require.Error(t, engine.Ensure(t.Context(), bad))
		})
	}
	require.Equal(t, []string{"key-0001"}, find(t, papers, docstore.Query{Index: "town", Filter: []docstore.Condition{town}}), "what was declared stands")
}
