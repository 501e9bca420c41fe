package docstoretest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

func hours(n int) *time.Time { return ptr(spring.Add(time.Duration(n) * time.Hour)) }

// filters asks every kind of condition, where it narrows and where it is left over.
func (s suite) filters(t *testing.T) {
	_, papers, _ := s.start(t)
	a := func(state string, amount int64, due *time.Time) func(*paper) {
		return func(p *paper) { p.State, p.Amount, p.Due = state, amount, due }
	}
	elsewhere := func(p *paper) { p.Shelf.Town = "北坡" }
	insert(t, papers,
		newPaper(1, a("open", 10, hours(5))),
		newPaper(2, a("open", 20, hours(3)), func(p *paper) { p.Sealed = true }),
		newPaper(3, a("closed", 30, nil), func(p *paper) { p.Owner = number(9001) }),
		newPaper(4, a("closed", -5, hours(1)), func(p *paper) { p.Sealed, p.Copies = true, 7 }),
		newPaper(5, a("draft", 0, hours(3))),
		newPaper(6, a("open", 20, hours(2)), elsewhere),
		newPaper(7, a("closed", 30, hours(4)), elsewhere, func(p *paper) { p.Owner = number(9001) }),
	)
	town := inTown("枫溪镇")
	for _, test := range []struct {
		name  string
		query docstore.Query
		want  []int
	}{
		{"equal", docstore.Query{Index: "town", Filter: []docstore.Condition{town}}, []int{1, 2, 3, 4, 5}},
		{"equal, nothing", docstore.Query{Index: "town", Filter: []docstore.Condition{inTown("南坡")}}, nil},
		{"unique key", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Equal("key", "key-0003")}}, []int{3}},
		{"unique key of two", docstore.Query{Index: "number", Filter: []docstore.Condition{town, docstore.Equal("shelf.number", int64(4))}}, []int{4}},
		{"equal, then order", docstore.Query{Index: "town_state", Filter: []docstore.Condition{town, docstore.Equal("state", "open")}, Order: "at", Desc: true}, []int{2, 1}},
		{"left over: int", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("amount", int64(20))}}, []int{2}},
		{"left over: int32", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("copies", int64(7))}}, []int{4}},
		{"left over: bool", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("sealed", true)}}, []int{2, 4}},
		{"left over: object id", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("owner", number(9001))}}, []int{3}},
		{"left over: time", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("due", *hours(3))}}, []int{2, 5}},
		{"left over: range", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.AtLeast("amount", int64(0)), docstore.Below("amount", int64(20))}}, []int{1, 5}},
		{"left over: in", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.In("state", "open", "draft")}}, []int{1, 2, 5}},
		{"left over: several", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.Equal("state", "open"), docstore.Equal("sealed", false)}, Order: "due"}, []int{1}},
		{"by object id", docstore.Query{Index: "owner", Filter: []docstore.Condition{docstore.Equal("owner", number(9001))}}, []int{3, 7}},
		{"by bool and object id", docstore.Query{Index: "sealed", Filter: []docstore.Condition{docstore.Equal("sealed", true), docstore.Equal("owner", number(9000))}}, []int{2, 4}},
		{"in", docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.In("shelf.town", "北坡", "枫溪镇", "南坡")}}, []int{1, 2, 3, 4, 5, 6, 7}},
		{"in, the same value twice", docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.In("shelf.town", "北坡", "北坡")}}, []int{6, 7}},
		{"in, nothing to be in", docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.In[string]("shelf.town")}}, nil},
		{"left over: in, nothing to be in", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.In[string]("state")}}, nil},
		{"in, then order", docstore.Query{Index: "town_state", Filter: []docstore.Condition{town, docstore.In("state", "open", "closed")}, Order: "at", Desc: true}, []int{4, 3, 2, 1}},
		{"in twice, then order", docstore.Query{Index: "town_state", Filter: []docstore.Condition{docstore.In("shelf.town", "枫溪镇", "北坡"), docstore.In("state", "open", "closed")}, Order: "at"}, []int{1, 2, 3, 4, 6, 7}},
		{"in, then order, with the rest", docstore.Query{Index: "town_state", Filter: []docstore.Condition{town, docstore.In("state", "open", "closed"), docstore.Above("amount", int64(5)), docstore.Below("at", spring.Add(3*time.Hour))}, Order: "at"}, []int{1, 2}},
		{"range, at least", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.AtLeast("due", *hours(3))}, Order: "due"}, []int{2, 5, 1}},
		{"range, above", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.Above("due", *hours(3))}, Order: "due"}, []int{1}},
		{"range, at most", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.AtMost("due", *hours(3))}, Order: "due"}, []int{4, 2, 5}},
		{"range, below", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.Below("due", *hours(3))}, Order: "due"}, []int{4}},
		{"range, both ends", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.Above("due", *hours(1)), docstore.AtMost("due", *hours(4))}, Order: "due"}, []int{6, 2, 5, 7}},
		{"range, empty", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.Above("due", *hours(4)), docstore.Below("due", *hours(4))}, Order: "due"}, nil},
		{"range, descending", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.AtMost("due", *hours(3))}, Order: "due", Desc: true}, []int{5, 2, 4}},
		{"range of numbers", docstore.Query{Index: "town_amount", Filter: []docstore.Condition{town, docstore.AtLeast("amount", int64(-5)), docstore.Below("amount", int64(20))}, Order: "amount"}, []int{4, 5, 1}},
		{"range of a unique key", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.AtLeast("key", "key-0002"), docstore.Below("key", "key-0005")}, Order: "key", Desc: true}, []int{4, 3, 2}},
		{"range within a unique key", docstore.Query{Index: "number", Filter: []docstore.Condition{town, docstore.Above("shelf.number", int64(2))}, Order: "shelf.number"}, []int{3, 4, 5}},
		{"contradiction", docstore.Query{Index: "town", Filter: []docstore.Condition{town, inTown("北坡")}}, nil},
		{"limit", docstore.Query{Index: "town", Filter: []docstore.Condition{town}, Limit: 2}, []int{1, 2}},
		{"limit after the rest", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("state", "closed")}, Limit: 1}, []int{3}},
		{"whole kind by id", docstore.Query{Index: "_id"}, []int{1, 2, 3, 4, 5, 6, 7}},
		{"whole kind by id, descending", docstore.Query{Index: "_id", Desc: true, Limit: 3}, []int{7, 6, 5}},
		{"whole kind by a field", docstore.Query{Index: "key", Order: "key", Limit: 3}, []int{1, 2, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := []string{}
			for _, n := range test.want {
				want = append(want, newPaper(n).Key)
			}
			require.Equal(t, want, find(t, papers, test.query))
		})
	}
}

// missingFields asks that a missing or null field satisfies no condition and has no place in an order.
func (s suite) missingFields(t *testing.T) {
	_, papers, _ := s.start(t)
	insert(t, papers,
		newPaper(1),
		newPaper(2, func(p *paper) { p.Due, p.Remark = hours(1), ptr("") }),
		newPaper(3, func(p *paper) { p.Due, p.Remark = ptr(time.UnixMilli(0).UTC()), ptr("备注") }),
		newPaper(4))
	town := inTown("枫溪镇")
	late := spring.AddDate(100, 0, 0)
	for _, test := range []struct {
		name   string
		index  string
		filter []docstore.Condition
		order  string
		want   []string
	}{
		{"below", "due", []docstore.Condition{docstore.Below("due", late)}, "due", []string{"key-0003", "key-0002"}},
		{"at most", "town_due", []docstore.Condition{town, docstore.AtMost("due", late)}, "due", []string{"key-0003", "key-0002"}},
		{"at least", "town_due", []docstore.Condition{town, docstore.AtLeast("due", time.UnixMilli(0).AddDate(-100, 0, 0))}, "due", []string{"key-0003", "key-0002"}},
		{"equal to nothing", "remark", []docstore.Condition{docstore.Equal("remark", "")}, "", []string{"key-0002"}},
		{"at least nothing", "remark", []docstore.Condition{docstore.AtLeast("remark", "")}, "remark", []string{"key-0002", "key-0003"}},
		{"left over, below", "town", []docstore.Condition{town, docstore.Below("due", late)}, "", []string{"key-0002", "key-0003"}},
		{"left over, equal", "town", []docstore.Condition{town, docstore.Equal("remark", "")}, "", []string{"key-0002"}},
		{"left over, in", "town", []docstore.Condition{town, docstore.In("remark", "", "备注", "null")}, "", []string{"key-0002", "key-0003"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, find(t, papers, docstore.Query{Index: test.index, Filter: test.filter, Order: test.order}))
		})
	}

	if offers(t, s.caps.MissingFieldsInOrder, "MissingFieldsInOrder", "an order leaves out the documents that lack its field") {
		for _, query := range []docstore.Query{
			{Index: "due", Order: "due"},
			{Index: "town_due", Filter: []docstore.Condition{town}, Order: "due"},
			{Index: "remark", Order: "remark"},
			{Index: "remark", Order: "remark", After: &docstore.Cursor{Value: "", ID: number(1)}},
		} {
			want := []string{"key-0003", "key-0002"}
			if query.Order == "remark" {
				want = []string{"key-0002", "key-0003"}
			}
			require.Equal(t, want, find(t, papers, query), "%+v", query)
			if query.After == nil {
				query.Desc = true
				slices.Reverse(want)
				require.Equal(t, want, find(t, papers, query), "%+v", query)
			}
		}
	}

	t.Run("a field comes and goes", func(t *testing.T) {
		p, err := papers.Get(t.Context(), number(1))
		require.NoError(t, err)
		query := docstore.Query{Index: "town_due", Filter: []docstore.Condition{town, docstore.Equal("due", *hours(9))}}
		p.Due = hours(9)
		require.NoError(t, papers.Replace(t.Context(), p))
		require.Equal(t, []string{"key-0001"}, find(t, papers, query))
		p.Due = nil
		require.NoError(t, papers.Replace(t.Context(), p))
		require.Empty(t, find(t, papers, query))
	})
}

// stringsAsTheyAre asks that strings are compared by their bytes: case, width, spaces and
// characters with a meaning to some query language are what they are.
func (s suite) stringsAsTheyAre(t *testing.T) {
	_, papers, _ := s.start(t)
	towns := []string{"", " ", "330681", "330681 ", "3306810", "33068100", "A", "Ａ", "Z", "a", "a%", "a.", "a_", "ab", "axb", "a'; --", "$a", "null", "é", "e\u0301", "村", "村庄", "镇", "\U00020BB7"}
	for n, town := range towns {
		insert(t, papers, newPaper(n, func(p *paper) { p.Shelf.Town, p.Key, p.Grams = town, town, []string{town} }))
	}
	for _, town := range towns {
		require.Equal(t, []string{town}, find(t, papers, docstore.Query{Index: "town", Filter: []docstore.Condition{inTown(town)}}))
		require.Equal(t, []string{town}, find(t, papers, docstore.Query{
			Index: "town_grams", Order: "at", Filter: []docstore.Condition{inTown(town), docstore.HasAll("grams", town)},
		}))
	}
	slices.Sort(towns)
	require.Equal(t, towns, find(t, papers, docstore.Query{Index: "key", Order: "key"}))
	require.Equal(t, []string{"a", "a%", "a'; --", "a.", "a_", "ab", "axb"}, find(t, papers, docstore.Query{
		Index: "key", Order: "key", Filter: []docstore.Condition{docstore.AtLeast("key", "a"), docstore.Below("key", "b")},
	}))
}
