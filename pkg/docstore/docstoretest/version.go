package docstoretest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// versions asks that a change is written only over the version it was made from.
func (s suite) versions(t *testing.T) {
	engine, papers, _ := s.start(t)
	p := newPaper(1)
	insert(t, papers, p)

	mine, err := papers.Get(t.Context(), p.ID)
	require.NoError(t, err)
	theirs, err := papers.Get(t.Context(), p.ID)
	require.NoError(t, err)
	theirs.State, theirs.Grams = "theirs", []string{"他们"}
	require.NoError(t, papers.Replace(t.Context(), theirs))
	mine.State, mine.Grams = "mine", []string{"我们"}
	require.ErrorIs(t, papers.Replace(t.Context(), mine), docstore.ErrConflict)
	require.EqualValues(t, 1, mine.Version, "the loser keeps its version")

	got, err := papers.Get(t.Context(), p.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(theirs, got), "the loser changed nothing")
	require.Empty(t, find(t, papers, docstore.Query{
		Index: "town_grams", Order: "at", Filter: []docstore.Condition{inTown("枫溪镇"), docstore.HasAll("grams", "我们")},
	}), "nor any index")

	future := *got
	future.Version = 9
	require.ErrorIs(t, papers.Replace(t.Context(), &future), docstore.ErrConflict, "a version that is not yet there")
	require.ErrorIs(t, papers.Replace(t.Context(), newPaper(2, func(p *paper) { p.Version = 1 })), docstore.ErrNotFound)

	for version := int64(2); version < 6; version++ {
		require.Equal(t, version, got.Version)
		require.NoError(t, papers.Replace(t.Context(), got))
	}

	skips := *got
	skips.Version += 2
	raw, err := docstore.Marshal(&skips)
	require.NoError(t, err)
	require.Error(t, engine.Replace(t.Context(), paperKind(), raw, got.Version), "a version grows by one")
}

// uniqueKeys asks that no two documents have one unique key, and which key was taken.
func (s suite) uniqueKeys(t *testing.T) {
	_, papers, _ := s.start(t)
	insert(t, papers, newPaper(1), newPaper(2))

	duplicateOf := func(t *testing.T, err error, index string) {
		t.Helper()
		var duplicate *docstore.DuplicateError
		require.ErrorAs(t, err, &duplicate)
		require.Equal(t, docstore.DuplicateError{Kind: "papers", Index: index}, *duplicate)
	}

	for _, test := range []struct {
		name  string
		doc   *paper
		index string
	}{
		{"id", newPaper(3, func(p *paper) { p.ID = number(1) }), "_id"},
		{"one field", newPaper(3, func(p *paper) { p.Key = "key-0001" }), "key"},
		{"two fields", newPaper(3, func(p *paper) { p.Shelf.Number = 1 }), "number"},
	} {
		t.Run("insert, "+test.name, func(t *testing.T) {
			duplicateOf(t, papers.Insert(t.Context(), test.doc), test.index)
		})
	}
	require.Equal(t, []string{"key-0001", "key-0002"}, find(t, papers, docstore.Query{Index: "town", Filter: []docstore.Condition{inTown("枫溪镇")}}))

	insert(t, papers,
		newPaper(4, func(p *paper) { p.Key = "KEY-0001" }),
		newPaper(5, func(p *paper) { p.Shelf = shelf{Town: "北坡", Number: 1} }))

	t.Run("change keeps its own key", func(t *testing.T) {
		p, err := papers.Get(t.Context(), number(1))
		require.NoError(t, err)
		p.State = "closed"
		require.NoError(t, papers.Replace(t.Context(), p))
	})

	t.Run("change takes a key", func(t *testing.T) {
		p, err := papers.Get(t.Context(), number(2))
		require.NoError(t, err)
		p.Key, p.State = "key-0001", "changed"
		err = papers.Replace(t.Context(), p)
		require.Error(t, err)
		require.EqualValues(t, 1, p.Version)
		if offers(t, s.caps.DuplicateOnUpdate, "DuplicateOnUpdate", "a change that takes another document's key says which key") {
			duplicateOf(t, err, "key")
		}
		got, err := papers.Get(t.Context(), number(2))
		require.NoError(t, err)
		require.Equal(t, "open", got.State)
		require.Equal(t, "key-0002", got.Key)
	})

	t.Run("change frees a key", func(t *testing.T) {
		p, err := papers.Get(t.Context(), number(2))
		require.NoError(t, err)
		p.Key = "key-free"
		require.NoError(t, papers.Replace(t.Context(), p))
		insert(t, papers, newPaper(6, func(p *paper) { p.Key = "key-0002" }))
	})
}

// replaceMany asks that each of many changes has its own result.
func (s suite) replaceMany(t *testing.T) {
	_, papers, _ := s.start(t)
	var docs []*paper
	for n := range 6 {
		docs = append(docs, newPaper(n))
	}
	insert(t, papers, docs...)

	none, err := papers.ReplaceMany(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)

	other, err := papers.Get(t.Context(), number(1))
	require.NoError(t, err)
	other.State = "other"
	require.NoError(t, papers.Replace(t.Context(), other))

	for _, p := range docs {
		p.State, p.Grams = "many", []string{"土地"}
	}
	missing := newPaper(99, func(p *paper) { p.Version = 1 })
	batch := []*paper{docs[0], docs[1], missing, docs[3], docs[4]}
	taken := offers(t, s.caps.DuplicateOnUpdate, "DuplicateOnUpdate", "a duplicate among many changes is told apart")
	if taken {
		docs[3].Key = "key-0005"
	}
	results, err := papers.ReplaceMany(t.Context(), batch)
	require.NoError(t, err)
	require.Len(t, results, len(batch))
	require.NoError(t, results[0])
	require.ErrorIs(t, results[1], docstore.ErrConflict)
	require.ErrorIs(t, results[2], docstore.ErrNotFound)
	if taken {
		var duplicate *docstore.DuplicateError
		require.ErrorAs(t, results[3], &duplicate)
		require.Equal(t, "key", duplicate.Index)
		require.EqualValues(t, 1, docs[3].Version)
	} else {
		require.NoError(t, results[3])
	}
	require.NoError(t, results[4])
	require.EqualValues(t, []int64{2, 1, 1}, []int64{docs[0].Version, docs[1].Version, missing.Version})

	want := map[int]string{0: "many", 1: "other", 2: "open", 3: "many", 4: "many", 5: "open"}
	if taken {
		want[3] = "open"
	}
	for n, state := range want {
		got, err := papers.Get(t.Context(), number(n))
		require.NoError(t, err)
		require.Equal(t, state, got.State, "paper %d", n)
	}

	t.Run("the same document twice", func(t *testing.T) {
		first, err := papers.Get(t.Context(), number(5))
		require.NoError(t, err)
		second := *first
		first.State, second.State = "first", "second"
		results, err := papers.ReplaceMany(t.Context(), []*paper{first, &second})
		require.NoError(t, err)
		require.NoError(t, results[0])
		require.ErrorIs(t, results[1], docstore.ErrConflict)
		got, err := papers.Get(t.Context(), number(5))
		require.NoError(t, err)
		require.Equal(t, "first", got.State)
	})
}
