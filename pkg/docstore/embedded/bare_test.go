package embedded

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

func TestBareLoopWritesWhatTheEngineWrites(t *testing.T) {
	t.Parallel()
	kind := &docstore.Kind{
		Name:   "things",
		Fields: []docstore.Field{{Path: "place.village", Type: docstore.String}, {Path: "due", Type: docstore.Int}, {Path: "grams", Type: docstore.String, Array: true}},
		Indexes: []docstore.Index{
			{Name: "village", Fields: []string{"place.village", "due"}},
			{Name: "due", Fields: []string{"due"}, Unique: true},
			{Name: "grams", Fields: []string{"place.village", "grams"}},
		},
	}
	var docs []bson.Raw
	for i := range 20 {
		raw, err := bson.Marshal(bson.D{
			{Key: "_id", Value: bson.NewObjectID()}, {Key: "v", Value: int64(1)}, {Key: "place", Value: bson.D{{Key: "village", Value: "990681101201"}}},
			{Key: "due", Value: int64(i)}, {Key: "grams", Value: []string{"张三", "三家"}[:i%3]},
		})
		require.NoError(t, err)
		docs = append(docs, raw)
	}
	path := filepath.Join(t.TempDir(), "bare.db")
	before := func(yield func(bson.Raw, error) bool) {
		for _, doc := range docs[:5] {
			yield(doc, nil)
		}
	}
	took, err := BareLoop(t.Context(), path, kind, before, docs[5:])
	require.NoError(t, err)
	require.Positive(t, took)

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	count := func(query string) (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
		return n
	}
	require.Equal(t, 20, count(`SELECT count(*) FROM bare`))
	require.Equal(t, 20, count(`SELECT count(DISTINCT due) FROM bare WHERE "place.village" = '990681101201'`))
	require.Equal(t, 7+12, count(`SELECT count(*) FROM grams`))
	var doc []byte
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT doc FROM bare WHERE _row = 1`).Scan(&doc))
	require.Equal(t, []byte(docs[0]), doc)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = BareLoop(ended, filepath.Join(t.TempDir(), "none.db"), kind, before, docs)
	require.ErrorIs(t, err, context.Canceled)
	broken := errors.New("broken")
	_, err = BareLoop(t.Context(), filepath.Join(t.TempDir(), "none.db"), kind, func(yield func(bson.Raw, error) bool) { yield(nil, broken) }, docs)
	require.ErrorIs(t, err, broken)
}
