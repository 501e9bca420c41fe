package docstoretest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// ensureAgain asks that what is declared later is filled from the documents that are there.
func (s suite) ensureAgain(t *testing.T) {
	engine := s.open(t)
	first := paperKind()
	first.Fields = first.Fields[:2]
	first.Indexes = []docstore.Index{{Name: "key", Fields: []string{"key"}, Unique: true}}
	require.NoError(t, engine.Ensure(t.Context(), first))
	before := docstore.NewCollection[paper](engine, first)
	for n := range 30 {
		insert(t, before, newPaper(n, func(p *paper) {
			p.Amount, p.Due, p.Grams = int64(n%3), hours(-n), []string{"土地", []string{"甲", "乙"}[n%2]}
		}))
	}

	for range 2 {
		require.NoError(t, engine.Ensure(t.Context(), paperKind(), labelKind()))
	}
	papers := docstore.NewCollection[paper](engine, paperKind())
	town := inTown("枫溪镇")
	require.Equal(t, []string{"key-0029", "key-0026", "key-0023"}, find(t, papers, docstore.Query{
		Index: "town_due", Filter: []docstore.Condition{town, docstore.Equal("amount", int64(2))}, Order: "due", Limit: 3,
	}))
	require.Equal(t, []string{"key-0001", "key-0003"}, find(t, papers, docstore.Query{
		Index: "town_grams", Filter: []docstore.Condition{town, docstore.HasAll("grams", "土地", "乙")}, Order: "at", Limit: 2,
	}))
	groups, err := papers.Tally(t.Context(), docstore.Grouping{Index: "town", Filter: []docstore.Condition{town}, By: []string{"amount"}})
	require.NoError(t, err)
	require.Len(t, groups, 3)
	require.Error(t, papers.Insert(t.Context(), newPaper(50, func(p *paper) { p.Shelf.Number = 1 })), "the new unique key holds")
	insert(t, papers, newPaper(51, func(p *paper) { p.Grams = []string{"新词"} }))
	require.Equal(t, []string{"key-0051"}, find(t, papers, docstore.Query{
		Index: "town_grams", Filter: []docstore.Condition{town, docstore.HasAll("grams", "新词")}, Order: "at",
	}))

	t.Run("an index changes its fields", func(t *testing.T) {
		changed := paperKind()
		for i := range changed.Indexes {
			if changed.Indexes[i].Name == "town_amount" {
				changed.Indexes[i].Fields = []string{"amount", "at"}
			}
		}
		require.NoError(t, engine.Ensure(t.Context(), changed))
		require.Equal(t, []string{"key-0028", "key-0025"}, find(t, docstore.NewCollection[paper](engine, changed), docstore.Query{
			Index: "town_amount", Filter: []docstore.Condition{docstore.Equal("amount", int64(1))}, Order: "at", Desc: true, Limit: 2,
		}))
	})

	t.Run("a unique key that the documents do not have", func(t *testing.T) {
		impossible := paperKind()
		impossible.Indexes = append(impossible.Indexes, docstore.Index{Name: "one_state", Fields: []string{"state"}, Unique: true})
		require.Error(t, engine.Ensure(t.Context(), impossible))
		_, err := papers.Get(t.Context(), number(1))
		require.NoError(t, err)
	})
}

// cancelled asks that a call whose context has ended returns that and changes nothing.
func (s suite) cancelled(t *testing.T) {
	engine, papers, labels := s.start(t)
	if !offers(t, s.caps.Cancellation, "Cancellation", "a call whose context has ended") {
		return
	}
	p := newPaper(1)
	insert(t, papers, p)
	l := &label{ID: "kept"}
	require.NoError(t, labels.Insert(t.Context(), l))

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		want error
	}{{"cancelled", ended, context.Canceled}, {"too late", late, context.DeadlineExceeded}} {
		query := docstore.Query{Index: "town", Filter: []docstore.Condition{inTown("枫溪镇")}, Limit: 1}
		changed := *p
		changed.State = "changed"
		for call, err := range map[string]error{
			"get":          second(papers.Get(test.ctx, p.ID)),
			"insert":       papers.Insert(test.ctx, newPaper(2)),
			"replace":      papers.Replace(test.ctx, &changed),
			"replace many": second(papers.ReplaceMany(test.ctx, []*paper{&changed})),
			"delete":       labels.Delete(test.ctx, l),
			"find":         second(papers.Find(test.ctx, query)),
			"tally":        second(papers.Tally(test.ctx, docstore.Grouping{Index: "town", Filter: query.Filter})),
			"explain":      second(engine.Explain(test.ctx, paperKind(), query)),
			"put blob":     second(engine.PutBlob(test.ctx, []byte("cancelled"))),
			"get blob":     second(engine.GetBlob(test.ctx, hashOf(nil))),
			"ping":         engine.Ping(test.ctx),
			"ensure":       engine.Ensure(test.ctx, paperKind()),
		} {
			require.ErrorIs(t, err, test.want, "%s, %s", test.name, call)
		}
	}

	got, err := papers.Get(t.Context(), p.ID)
	require.NoError(t, err)
	require.Equal(t, "open", got.State)
	_, err = papers.Get(t.Context(), number(2))
	require.ErrorIs(t, err, docstore.ErrNotFound)
	_, err = engine.GetBlob(t.Context(), hashOf([]byte("cancelled")))
	require.ErrorIs(t, err, docstore.ErrNotFound)
	_, err = labels.Get(t.Context(), "kept")
	require.NoError(t, err)
}

// closed asks that a closed store says so.
func (s suite) closed(t *testing.T) {
	engine, papers, labels := s.start(t)
	p := newPaper(1)
	insert(t, papers, p)
	require.NoError(t, engine.Close())
	require.NoError(t, engine.Close(), "closing twice does no harm")

	query := docstore.Query{Index: "town", Filter: []docstore.Condition{inTown("枫溪镇")}, Limit: 1}
	for call, err := range map[string]error{
		"get":          second(papers.Get(t.Context(), p.ID)),
		"insert":       papers.Insert(t.Context(), newPaper(2)),
		"replace":      papers.Replace(t.Context(), p),
		"replace many": second(papers.ReplaceMany(t.Context(), []*paper{p})),
		"delete":       labels.Delete(t.Context(), &label{ID: "x", Head: docstore.Head{Version: 1}}),
		"find":         second(papers.Find(t.Context(), query)),
		"tally":        second(papers.Tally(t.Context(), docstore.Grouping{Index: "town", Filter: query.Filter})),
		"explain":      second(engine.Explain(t.Context(), paperKind(), query)),
		"put blob":     second(engine.PutBlob(t.Context(), []byte("x"))),
		"get blob":     second(engine.GetBlob(t.Context(), hashOf(nil))),
		"ping":         engine.Ping(t.Context()),
		"ensure":       engine.Ensure(t.Context(), paperKind()),
	} {
		require.ErrorIs(t, err, docstore.ErrUnavailable, call)
	}
}

func second[T any](_ T, err error) error { return err }
