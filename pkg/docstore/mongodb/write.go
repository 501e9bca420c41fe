package mongodb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
)

// parallelWrites is how many changes of one ReplaceMany are under way at once.
const parallelWrites = 16

// Insert adds a document.
func (e *engine) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	if _, _, err := kind.CheckDocument(doc); err != nil {
		return err
	}
	return e.call(ctx, "insert", kind, func() error {
		_, err := e.db.Collection(kind.Name).InsertOne(ctx, doc)
		return e.taken(ctx, kind, doc, err)
	})
}

// Replace changes a document over the expected version, in one conditional write.
func (e *engine) Replace(ctx context.Context, kind *docstore.Kind, doc bson.Raw, expected int64) error {
	id, err := kind.CheckWrite(docstore.Write{Doc: doc, Expected: expected})
	if err != nil {
		return err
	}
	return e.replace(ctx, kind, id, doc, expected)
}

func (e *engine) replace(ctx context.Context, kind *docstore.Kind, id any, doc bson.Raw, expected int64) error {
	return e.call(ctx, "replace", kind, func() error {
		result, err := e.db.Collection(kind.Name).ReplaceOne(ctx, versionOf(id, expected), doc)
		if err != nil {
			return e.taken(ctx, kind, doc, err)
		}
		if result.MatchedCount == 0 {
			return e.missed(ctx, kind, id)
		}
		return nil
	})
}

// ReplaceMany sends the changes as single conditional writes, several at once: the server's bulk
// commands answer with a total, and who won a version cannot be told from a total. Changes of the
// same document keep their order.
func (e *engine) ReplaceMany(ctx context.Context, kind *docstore.Kind, writes []docstore.Write) ([]error, error) {
	chains := map[any][]int{}
	var order []any
	for i, w := range writes {
		id, err := kind.CheckWrite(w)
		if err != nil {
			return nil, err
		}
		if chains[id] == nil {
			order = append(order, id)
		}
		chains[id] = append(chains[id], i)
	}
	if err := e.call(ctx, "replace", kind, func() error { return nil }); err != nil {
		return nil, err
	}

	results := make([]error, len(writes))
	var next atomic.Int64
	var stop atomic.Pointer[error]
	var workers sync.WaitGroup
	for range min(parallelWrites, len(order)) {
		workers.Go(func() {
			for stop.Load() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(order) {
					return
				}
				for _, i := range chains[order[n]] {
					err := e.replace(ctx, kind, order[n], writes[i].Doc, writes[i].Expected)
					if ctx.Err() != nil || errors.Is(err, docstore.ErrUnavailable) {
						stop.CompareAndSwap(nil, &err)
					}
					results[i] = err
				}
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := stop.Load(); err != nil {
		return nil, *err
	}
	return results, nil
}

// Delete removes a document of the expected version.
func (e *engine) Delete(ctx context.Context, kind *docstore.Kind, id any, expected int64) error {
	if err := docstore.CheckID(id); err != nil {
		return fmt.Errorf("delete from %s: %w", kind.Name, err)
	}
	if !kind.Deletable {
		return fmt.Errorf("documents of %s are never deleted", kind.Name)
	}
	return e.call(ctx, "delete", kind, func() error {
		result, err := e.db.Collection(kind.Name).DeleteOne(ctx, versionOf(id, expected))
		if err == nil && result.DeletedCount == 0 {
			err = e.missed(ctx, kind, id)
		}
		return err
	})
}

func versionOf(id any, version int64) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "v", Value: version}}
}

// missed says why a conditional write met no document.
func (e *engine) missed(ctx context.Context, kind *docstore.Kind, id any) error {
	there, err := e.exists(ctx, kind.Name, bson.D{{Key: "_id", Value: id}}, docstore.IDIndex+"_")
	switch {
	case err != nil:
		return err
	case there:
		return docstore.ErrConflict
	}
	return docstore.ErrNotFound
}

// exists says whether any document meets a filter, by an index.
func (e *engine) exists(ctx context.Context, collection string, filter bson.D, index string) (bool, error) {
	err := e.db.Collection(collection).FindOne(ctx, filter,
		options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}}).SetHint(index)).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

// taken turns a duplicate key into the error that names the index, and passes every other error. A
// server that does not tell the key is asked which of the document's keys another one has.
func (e *engine) taken(ctx context.Context, kind *docstore.Kind, doc bson.Raw, err error) error {
	if !mongo.IsDuplicateKeyError(err) {
		return err
	}
	if index, ok := duplicateIndex(err, kind); ok {
		return &docstore.DuplicateError{Kind: kind.Name, Index: index}
	}
	id := doc.Lookup("_id")
	for _, x := range kind.Indexes {
		if !x.Unique {
			continue
		}
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: id}}}}
		for _, path := range x.Fields {
			filter = append(filter, bson.E{Key: path, Value: lookup(doc, path)})
		}
		switch there, err := e.exists(ctx, kind.Name, filter, x.Name); {
		case err != nil:
			return err
		case there:
			return &docstore.DuplicateError{Kind: kind.Name, Index: x.Name}
		}
	}
	return &docstore.DuplicateError{Kind: kind.Name, Index: docstore.IDIndex}
}
