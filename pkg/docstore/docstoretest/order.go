package docstoretest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// order asks that equal values are ordered by the id, in the direction of the order, and that a
// cursor begins behind the document it names, whether that is still there or not.
func (s suite) order(t *testing.T) {
	_, papers, labels := s.start(t)
	for _, n := range []int{5, 2, 4, 1, 3, 6} {
		insert(t, papers, newPaper(n, func(p *paper) { p.Due = hours(n / 3) })) // 1,2: 0; 3,4,5: 1; 6: 2
	}
	town := []docstore.Condition{inTown("枫溪镇")}
	byDue := docstore.Query{Index: "town_due", Filter: town, Order: "due"}
	up := []string{"key-0001", "key-0002", "key-0003", "key-0004", "key-0005", "key-0006"}
	require.Equal(t, up, find(t, papers, byDue))

	down := slices.Clone(up)
	slices.Reverse(down)
	byDue.Desc = true
	require.Equal(t, down, find(t, papers, byDue))

	for _, test := range []struct {
		name  string
		query docstore.Query
		want  []string
	}{
		{"within equal values", docstore.Query{Index: "town_due", Filter: town, Order: "due", After: &docstore.Cursor{Value: *hours(1), ID: number(3)}}, up[3:]},
		{"within equal values, descending", docstore.Query{Index: "town_due", Filter: town, Order: "due", Desc: true, After: &docstore.Cursor{Value: *hours(1), ID: number(4)}}, down[3:]},
		{"where no document is", docstore.Query{Index: "town_due", Filter: town, Order: "due", After: &docstore.Cursor{Value: hours(0).Add(time.Minute), ID: number(700)}}, up[2:]},
		{"with a range", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.AtMost("due", *hours(1))}, Order: "due", After: &docstore.Cursor{Value: *hours(0), ID: number(1)}}, up[1:5]},
		{"behind the last", docstore.Query{Index: "due", Order: "due", After: &docstore.Cursor{Value: *hours(2), ID: number(6)}}, []string{}},
		{"by id", docstore.Query{Index: "_id", After: &docstore.Cursor{ID: number(4)}}, up[4:]},
		{"by id, descending", docstore.Query{Index: "_id", Desc: true, After: &docstore.Cursor{ID: number(4)}}, down[3:]},
		{"by id within an index", docstore.Query{Index: "town", Filter: town, After: &docstore.Cursor{ID: number(2)}}, up[2:]},
		{"in, by id", docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.In("shelf.town", "枫溪镇", "北坡")}, After: &docstore.Cursor{ID: number(2)}}, up[2:]},
		{"in, then order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{docstore.In("shelf.town", "枫溪镇", "北坡")}, Order: "due", After: &docstore.Cursor{Value: *hours(1), ID: number(4)}}, up[4:]},
		{"unique key", docstore.Query{Index: "key", Order: "key", After: &docstore.Cursor{Value: "key-0002", ID: number(2)}}, up[2:]},
		{"unique key, descending", docstore.Query{Index: "key", Order: "key", Desc: true, After: &docstore.Cursor{Value: "key-0003", ID: number(3)}}, down[4:]},
	} {
		t.Run("cursor "+test.name, func(t *testing.T) {
			require.Equal(t, test.want, find(t, papers, test.query))
		})
	}

	t.Run("string ids", func(t *testing.T) {
		ids := []string{"B", "a", "a/2", "b", "北", "村"}
		for _, id := range []string{"b", "村", "a", "北", "B", "a/2"} {
			require.NoError(t, labels.Insert(t.Context(), &label{ID: id, Word: "w"}))
		}
		for _, query := range []docstore.Query{
			{Index: "_id", Limit: 2},
			{Index: "word", Filter: []docstore.Condition{docstore.Equal("word", "w")}, Limit: 2},
			{Index: "word", Order: "word", Limit: 2},
		} {
			var got []string
			for {
				found, err := labels.Find(t.Context(), query)
				require.NoError(t, err)
				for _, l := range found {
					got = append(got, l.ID)
				}
				if len(found) < query.Limit {
					break
				}
				query.After = &docstore.Cursor{ID: got[len(got)-1]}
				if query.Order != "" {
					query.After.Value = "w"
				}
			}
			require.Equal(t, ids, got)
		}
	})
}

// paging asks that a walk page by page, while others insert before, between and behind and change
// what does not move, meets each document that was there throughout exactly once.
func (s suite) paging(t *testing.T) {
	_, papers, _ := s.start(t)
	const there = 120
	for n := range there {
		insert(t, papers, newPaper(2*n, func(p *paper) { p.Due, p.State = hours(n/7), []string{"open", "closed"}[n%2] }))
	}
	writers := make(chan struct{})
	var errs []error
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-writers:
				return
			default:
			}
			odd := newPaper(2*(n*37%there)+1, func(p *paper) {
				p.Due = hours(n * 37 % there / 7)
				p.Key = fmt.Sprintf("new-%d", n)
				p.Shelf.Number = int64(10_000 + n)
				p.ID[5], p.ID[6], p.ID[7] = byte(n>>16), byte(n>>8), byte(n)
			})
			if err := papers.Insert(t.Context(), odd); err != nil {
				errs = append(errs, err)
				return
			}
			p, err := papers.Get(t.Context(), number(2*(n%there)))
			if err == nil {
				p.Text = "changed"
				err = papers.Replace(t.Context(), p)
			}
			if err != nil {
				errs = append(errs, err)
				return
			}
		}
	})

	town := inTown("枫溪镇")
	for _, query := range []docstore.Query{
		{Index: "town_due", Filter: []docstore.Condition{town}, Order: "due", Limit: 7},
		{Index: "town_due", Filter: []docstore.Condition{town}, Order: "due", Desc: true, Limit: 11},
		{Index: "due", Order: "due", Limit: 50},
		{Index: "town", Filter: []docstore.Condition{town}, Limit: 13},
		{Index: "_id", Limit: 17},
		{Index: "town_state", Filter: []docstore.Condition{town, docstore.In("state", "open", "closed")}, Order: "at", Desc: true, Limit: 9},
	} {
		seen := map[string]int{}
		for page := 0; ; page++ {
			require.Less(t, page, 10_000, "the walk does not end")
			found, err := papers.Find(t.Context(), query)
			require.NoError(t, err)
			for _, p := range found {
				seen[p.Key]++
			}
			if len(found) < query.Limit {
				break
			}
			last := found[len(found)-1]
			query.After = &docstore.Cursor{ID: last.ID}
			switch query.Order {
			case "due":
				query.After.Value = *last.Due
			case "at":
				query.After.Value = last.At
			}
		}
		for n := range there {
			require.Equal(t, 1, seen[newPaper(2*n).Key], "%s: paper %d", query.Index, 2*n)
		}
		for key, times := range seen {
			require.Equal(t, 1, times, "%s: %s", query.Index, key)
		}
	}
	close(writers)
	wg.Wait()
	require.Empty(t, errs)
}
