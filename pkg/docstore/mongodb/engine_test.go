package mongodb_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/mongodb"
	"fengqiao/pkg/docstore/mongodb/mongotest"
)

func noteKind(indexes ...docstore.Index) *docstore.Kind {
	return &docstore.Kind{
		Name:    "notes",
		Fields:  []docstore.Field{{Path: "town", Type: docstore.String}, {Path: "number", Type: docstore.Int}},
		Indexes: indexes,
	}
}

// raw gives the database behind an engine's URI to the test.
func raw(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Disconnect(context.WithoutCancel(t.Context()))) })
	base, _, _ := strings.Cut(uri, "?")
	return client.Database(base[strings.LastIndexByte(base, '/')+1:])
}

func opened(t *testing.T, uri string, opts ...mongodb.Option) docstore.Engine {
	t.Helper()
	engine, err := mongodb.Open(t.Context(), uri, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	return engine
}

func TestEnsureIndexes(t *testing.T) {
	t.Parallel()
	uri := mongotest.Find(t).Database(t)
	engine, db := opened(t, uri), raw(t, uri)
	indexes := func() map[string]string {
		specs, err := db.Collection("notes").Indexes().ListSpecifications(t.Context())
		require.NoError(t, err)
		out := map[string]string{}
		for _, s := range specs {
			elements, err := s.KeysDocument.Elements()
			require.NoError(t, err)
			keys := []string{}
			for _, e := range elements {
				keys = append(keys, e.Key())
			}
			out[s.Name] = fmt.Sprintf("%s unique=%v", strings.Join(keys, ","), s.Unique != nil && *s.Unique)
		}
		delete(out, "_id_")
		return out
	}

	town := docstore.Index{Name: "town", Fields: []string{"town"}}
	number := docstore.Index{Name: "number", Fields: []string{"number"}, Unique: true}
	for range 2 {
		require.NoError(t, engine.Ensure(t.Context(), noteKind(town, number)))
		require.Equal(t, map[string]string{"town": "town,_id unique=false", "number": "number unique=true"}, indexes())
	}

	t.Run("an operator's own index stays", func(t *testing.T) {
		_, err := db.Collection("notes").Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: "extra", Value: 1}}, Options: options.Index().SetName("own")})
		require.NoError(t, err)
		require.NoError(t, engine.Ensure(t.Context(), noteKind(town, number)))
		require.Contains(t, indexes(), "own")
	})
	t.Run("changed fields, changed name, no longer unique", func(t *testing.T) {
		both := docstore.Index{Name: "town", Fields: []string{"town", "number"}}
		renamed := docstore.Index{Name: "only_town", Fields: []string{"town"}}
		shared := docstore.Index{Name: "number", Fields: []string{"number"}}
		require.NoError(t, engine.Ensure(t.Context(), noteKind(both, renamed, shared)))
		require.Equal(t, map[string]string{
			"town": "town,number,_id unique=false", "only_town": "town,_id unique=false", "number": "number,_id unique=false", "own": "extra unique=false",
		}, indexes())
	})
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	uri := mongotest.Find(t).Database(t)
	engine := opened(t, uri)
	require.NoError(t, engine.Ensure(t.Context(), noteKind()))
	_, err := raw(t, uri).Collection("docstore.meta").ReplaceOne(t.Context(), bson.D{{Key: "_id", Value: "schema"}}, bson.D{{Key: "_id", Value: "schema"}, {Key: "version", Value: int64(2)}})
	require.NoError(t, err)
	require.ErrorIs(t, engine.Ensure(t.Context(), noteKind()), docstore.ErrNewerSchema)
}

// TestSlowLog asks that the log of slow calls tells the operation and the kind, never a document.
func TestSlowLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	engine := opened(t, mongotest.Find(t).Database(t), mongodb.WithSlow(0), mongodb.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	kind := noteKind(docstore.Index{Name: "town", Fields: []string{"town"}})
	require.NoError(t, engine.Ensure(t.Context(), kind))
	doc, err := docstore.Marshal(bson.D{{Key: "_id", Value: "secret-id"}, {Key: "v", Value: int64(1)}, {Key: "town", Value: "secret-town"}})
	require.NoError(t, err)
	require.NoError(t, engine.Insert(t.Context(), kind, doc))
	require.Error(t, engine.Insert(t.Context(), kind, doc))
	_, err = engine.Find(t.Context(), kind, docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.Equal("town", "secret-town")}, Limit: 1})
	require.NoError(t, err)
	require.Contains(t, log.String(), "operation=insert kind=notes took=")
	require.Contains(t, log.String(), "operation=find kind=notes took=")
	require.NotContains(t, log.String(), "secret")
}

// TestBlobAfterCrash asks that an upload that stopped half-way is taken up by the next one.
func TestBlobAfterCrash(t *testing.T) {
	t.Parallel()
	uri := mongotest.Find(t).Database(t)
	engine, db := opened(t, uri), raw(t, uri)
	require.NoError(t, engine.Ensure(t.Context()))
	data := bytes.Repeat([]byte("枫桥经验"), 100_000)
	hash, err := engine.PutBlob(t.Context(), data)
	require.NoError(t, err)
	_, err = db.Collection("blobs.files").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: hash}})
	require.NoError(t, err)
	_, err = db.Collection("blobs.chunks").DeleteOne(t.Context(), bson.D{{Key: "files_id", Value: hash}, {Key: "n", Value: 2}})
	require.NoError(t, err)
	_, err = engine.GetBlob(t.Context(), hash)
	require.ErrorIs(t, err, docstore.ErrNotFound)

	again, err := engine.PutBlob(t.Context(), data)
	require.NoError(t, err)
	require.Equal(t, hash, again)
	got, err := engine.GetBlob(t.Context(), hash)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))

	_, err = db.Collection("blobs.chunks").UpdateOne(t.Context(), bson.D{{Key: "files_id", Value: hash}, {Key: "n", Value: 0}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "data", Value: bson.Binary{Data: make([]byte, 255<<10)}}}}})
	require.NoError(t, err)
	_, err = engine.GetBlob(t.Context(), hash)
	require.ErrorContains(t, err, "damaged")
}

// BenchmarkReplaceMany changes a hundred documents in one call, and one by one.
func BenchmarkReplaceMany(b *testing.B) {
	const many = 100
	engine := mongotest.Find(b).Open(b)
	kind := noteKind(docstore.Index{Name: "town", Fields: []string{"town"}})
	require.NoError(b, engine.Ensure(b.Context(), kind))
	document := func(n int, version int64) bson.Raw {
		doc, err := docstore.Marshal(bson.D{{Key: "_id", Value: fmt.Sprint(n)}, {Key: "v", Value: version}, {Key: "town", Value: "枫溪镇"}, {Key: "text", Value: strings.Repeat("山", 600)}})
		require.NoError(b, err)
		return doc
	}
	for n := range many {
		require.NoError(b, engine.Insert(b.Context(), kind, document(n, 1)))
	}
	version := int64(1)
	writes := make([]docstore.Write, many)
	next := func() {
		for n := range writes {
			writes[n] = docstore.Write{Doc: document(n, version+1), Expected: version}
		}
		version++
	}
	b.Run("at once", func(b *testing.B) {
		for b.Loop() {
			next()
			results, err := engine.ReplaceMany(b.Context(), kind, writes)
			require.NoError(b, err)
			for _, err := range results {
				require.NoError(b, err)
			}
		}
		b.ReportMetric(float64(b.N*many)/b.Elapsed().Seconds(), "docs/s")
	})
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			next()
			for _, w := range writes {
				require.NoError(b, engine.Replace(b.Context(), kind, w.Doc, w.Expected))
			}
		}
		b.ReportMetric(float64(b.N*many)/b.Elapsed().Seconds(), "docs/s")
	})
}
