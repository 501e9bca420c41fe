package docstoretest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

func (s suite) crud(t *testing.T) {
	engine, papers, labels := s.start(t)
	require.NoError(t, engine.Ping(t.Context()))

	t.Run("object id", func(t *testing.T) {
		p := newPaper(1, func(p *paper) {
			p.Due, p.Remark, p.Grams = ptr(spring), ptr("备注"), []string{"北坡", "土地"}
		})
		insert(t, papers, p)
		require.EqualValues(t, 1, p.Version)
		got, err := papers.Get(t.Context(), p.ID)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(p, got))

		p.State, p.Due, p.Grams, p.Text = "closed", nil, []string{"土地"}, "改过"
		require.NoError(t, papers.Replace(t.Context(), p))
		require.EqualValues(t, 2, p.Version)
		got, err = papers.Get(t.Context(), p.ID)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(p, got))

		_, err = papers.Get(t.Context(), number(2))
		require.ErrorIs(t, err, docstore.ErrNotFound)
	})

	t.Run("string id", func(t *testing.T) {
		for _, id := range []string{"a", "中文 标识/2026", "65000000000000000000000a", "a'\"\\%_;$.b"} {
			l := &label{ID: id, Word: "w"}
			require.NoError(t, labels.Insert(t.Context(), l))
			got, err := labels.Get(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(l, got))
		}
		for _, id := range []any{"A", "b", "a ", number(10)} {
			_, err := labels.Get(t.Context(), id)
			require.ErrorIs(t, err, docstore.ErrNotFound, "id %q", id)
		}
		for _, id := range []any{7, "", nil} {
			_, err := labels.Get(t.Context(), id)
			require.Error(t, err)
			require.NotErrorIs(t, err, docstore.ErrNotFound, "no document has the id %v", id)
		}
	})

	t.Run("id taken", func(t *testing.T) {
		var duplicate *docstore.DuplicateError
		require.NoError(t, labels.Insert(t.Context(), &label{ID: "taken", Word: "first"}))
		require.ErrorAs(t, labels.Insert(t.Context(), &label{ID: "taken", Word: "second"}), &duplicate)
		require.Equal(t, docstore.DuplicateError{Kind: "labels", Index: "_id"}, *duplicate)
		got, err := labels.Get(t.Context(), "taken")
		require.NoError(t, err)
		require.Equal(t, "first", got.Word)
	})

	t.Run("delete", func(t *testing.T) {
		l := &label{ID: "gone", Word: "gone"}
		require.NoError(t, labels.Insert(t.Context(), l))
		stale := *l
		require.NoError(t, labels.Replace(t.Context(), l))
		require.ErrorIs(t, labels.Delete(t.Context(), &stale), docstore.ErrConflict)
		require.NoError(t, labels.Delete(t.Context(), l))
		_, err := labels.Get(t.Context(), "gone")
		require.ErrorIs(t, err, docstore.ErrNotFound)
		found, err := labels.Find(t.Context(), docstore.Query{Index: "word", Filter: []docstore.Condition{docstore.Equal("word", "gone")}, Limit: 1})
		require.NoError(t, err)
		require.Empty(t, found)
		require.ErrorIs(t, labels.Delete(t.Context(), l), docstore.ErrNotFound)
		require.NoError(t, labels.Insert(t.Context(), &label{ID: "gone"}), "a deleted id is free")
	})

	t.Run("not deletable", func(t *testing.T) {
		p := newPaper(3)
		insert(t, papers, p)
		require.Error(t, papers.Delete(t.Context(), p))
		_, err := papers.Get(t.Context(), p.ID)
		require.NoError(t, err)
	})

	t.Run("kind not declared", func(t *testing.T) {
		unknown := docstore.NewCollection[label](engine, &docstore.Kind{Name: "unknown"})
		require.Error(t, unknown.Insert(t.Context(), &label{ID: "x"}))
		_, err := unknown.Get(t.Context(), "x")
		require.Error(t, err)
	})
}

// documents asks what a document must be, and that its bytes come back as they were.
func (s suite) documents(t *testing.T) {
	engine, _, _ := s.start(t)

	t.Run("same bytes", func(t *testing.T) {
		raw, err := docstore.Marshal(bson.D{
			{Key: "_id", Value: "bytes"}, {Key: "word", Value: "枫桥"}, {Key: "v", Value: int64(7)},
			{Key: "z", Value: bson.D{{Key: "b", Value: int32(1)}, {Key: "a", Value: bson.A{nil, true, 1.5, "x", bson.D{}}}}},
			{Key: "at", Value: spring}, {Key: "bin", Value: bson.Binary{Subtype: 4, Data: make([]byte, 16)}},
			{Key: "count", Value: int32(3)}, {Key: "nothing", Value: nil}, {Key: "", Value: "empty name"},
		})
		require.NoError(t, err)
		require.NoError(t, engine.Insert(t.Context(), labelKind(), raw))
		got, err := engine.Get(t.Context(), labelKind(), "bytes")
		require.NoError(t, err)
		require.Equal(t, raw, got)
	})

	for _, test := range []struct {
		name string
		doc  any
	}{
		{"no id", bson.D{{Key: "v", Value: int64(1)}}},
		{"null id", bson.D{{Key: "_id", Value: nil}, {Key: "v", Value: int64(1)}}},
		{"empty id", bson.D{{Key: "_id", Value: ""}, {Key: "v", Value: int64(1)}}},
		{"id not first", bson.D{{Key: "v", Value: int64(1)}, {Key: "_id", Value: "second"}}},
		{"number as id", bson.D{{Key: "_id", Value: int64(1)}, {Key: "v", Value: int64(1)}}},
		{"no version", bson.D{{Key: "_id", Value: "no version"}}},
		{"version zero", bson.D{{Key: "_id", Value: "zero"}, {Key: "v", Value: int64(0)}}},
		{"version of another type", bson.D{{Key: "_id", Value: "text"}, {Key: "v", Value: "1"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw, err := docstore.Marshal(test.doc)
			require.NoError(t, err)
			require.Error(t, engine.Insert(t.Context(), labelKind(), raw))
			found, err := engine.Find(t.Context(), labelKind(), docstore.Query{Index: "word", Filter: []docstore.Condition{docstore.Equal("word", "枫桥")}, Limit: 2})
			require.NoError(t, err)
			require.LessOrEqual(t, len(found), 1, "nothing was written")
		})
	}

	t.Run("not bson", func(t *testing.T) {
		require.Error(t, engine.Insert(t.Context(), labelKind(), nil))
		require.Error(t, engine.Insert(t.Context(), labelKind(), bson.Raw("not a document")))
	})

	t.Run("unique key missing", func(t *testing.T) {
		for _, doc := range []bson.D{
			{{Key: "_id", Value: "no key"}, {Key: "v", Value: int64(1)}, {Key: "shelf", Value: bson.D{{Key: "town", Value: "a"}, {Key: "number", Value: int64(1)}}}},
			{{Key: "_id", Value: "null key"}, {Key: "v", Value: int64(1)}, {Key: "key", Value: nil}, {Key: "shelf", Value: bson.D{{Key: "town", Value: "a"}, {Key: "number", Value: int64(1)}}}},
			{{Key: "_id", Value: "half a key"}, {Key: "v", Value: int64(1)}, {Key: "key", Value: "k"}, {Key: "shelf", Value: bson.D{{Key: "town", Value: "a"}}}},
		} {
			raw, err := docstore.Marshal(doc)
			require.NoError(t, err)
			require.Error(t, engine.Insert(t.Context(), paperKind(), raw), "%v", doc)
		}
	})
}

// times asks that times are UTC and cut, not rounded, to the millisecond, in documents, conditions
// and cursors alike.
func (s suite) times(t *testing.T) {
	_, papers, _ := s.start(t)
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	at := time.Date(2026, time.November, 24, 7, 30, 15, 123_999_999, shanghai)
	cut := time.Date(2026, time.November, 23, 23, 30, 15, 123_000_000, time.UTC)
	early := time.Date(1949, time.October, 1, 0, 0, 0, 1_500_000, time.UTC)
	insert(t, papers,
		newPaper(1, func(p *paper) { p.At, p.Due = at, &at }),
		newPaper(2, func(p *paper) { p.At, p.Due = early, &early }))

	got, err := papers.Get(t.Context(), number(1))
	require.NoError(t, err)
	require.Equal(t, cut, got.At)
	require.Equal(t, time.UTC, got.Due.Location())
	got, err = papers.Get(t.Context(), number(2))
	require.NoError(t, err)
	require.True(t, got.At.Equal(early.Truncate(time.Millisecond)), "before 1970")

	for _, test := range []struct {
		name      string
		condition docstore.Condition
		want      []string
	}{
		{"equal, another zone", docstore.Equal("due", at), []string{"key-0001"}},
		{"equal, cut", docstore.Equal("due", cut), []string{"key-0001"}},
		{"at least, within the millisecond", docstore.AtLeast("due", cut.Add(500*time.Microsecond)), []string{"key-0001"}},
		{"above, within the millisecond", docstore.Above("due", cut.Add(500*time.Microsecond)), []string{}},
		{"above, the millisecond before", docstore.Above("due", cut.Add(-time.Millisecond)), []string{"key-0001"}},
		{"at most, the same millisecond", docstore.AtMost("due", cut), []string{"key-0002", "key-0001"}},
		{"below, the same millisecond", docstore.Below("due", at), []string{"key-0002"}},
		{"before 1970", docstore.Equal("due", early), []string{"key-0002"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, find(t, papers, docstore.Query{Index: "due", Filter: []docstore.Condition{test.condition}, Order: "due"}))
		})
	}
	require.Equal(t, []string{"key-0001"}, find(t, papers, docstore.Query{
		Index: "due", Order: "due", After: &docstore.Cursor{Value: early, ID: number(2)},
	}), "cursor")
}

// copies asks that what is read shares no memory with what was written, nor with what others read.
func (s suite) copies(t *testing.T) {
	engine, _, _ := s.start(t)
	raw, err := docstore.Marshal(&label{ID: "copy", Head: docstore.Head{Version: 1}, Word: "枫桥"})
	require.NoError(t, err)
	want := append(bson.Raw{}, raw...)
	scribble := func(b []byte) {
		for i := range b {
			b[i] = 0xff
		}
	}
	require.NoError(t, engine.Insert(t.Context(), labelKind(), raw))
	scribble(raw)

	query := docstore.Query{Index: "word", Filter: []docstore.Condition{docstore.Equal("word", "枫桥")}, Limit: 1}
	for range 2 {
		got, err := engine.Get(t.Context(), labelKind(), "copy")
		require.NoError(t, err)
		require.Equal(t, want, got)
		scribble(got)
		found, err := engine.Find(t.Context(), labelKind(), query)
		require.NoError(t, err)
		require.Equal(t, []bson.Raw{want}, found)
		scribble(found[0])
	}

	data := []byte("枫桥")
	hash, err := engine.PutBlob(t.Context(), data)
	require.NoError(t, err)
	scribble(data)
	for range 2 {
		got, err := engine.GetBlob(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, "枫桥", string(got))
		scribble(got)
	}
}
