package mongodb

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
)

// schemaVersion counts how the engine lays documents and blobs out. A database of a later version
// is not touched.
const schemaVersion = 1

// metaCollection has the one document that carries the schema version; no kind can have its name.
const metaCollection = "docstore.meta"

// spec is an index as the server is asked for it.
type spec struct {
	collection string
	name       string
	keys       []string // ascending, all of them
	unique     bool
}

// specs is the table of all indexes: those the kinds declare, and those of the blobs, which the
// layout of GridFS wants.
func specs(kinds []*docstore.Kind) []spec {
	var out []spec
	for _, kind := range kinds {
		for _, x := range kind.Indexes {
			out = append(out, spec{collection: kind.Name, name: x.Name, keys: keysOf(x), unique: x.Unique})
		}
	}
	return append(out,
		spec{collection: blobBucket + ".files", name: "filename_1_uploadDate_1", keys: []string{"filename", "uploadDate"}},
		spec{collection: blobBucket + ".chunks", name: "files_id_1_n_1", keys: []string{"files_id", "n"}, unique: true})
}

// keysOf are the paths of an index as it is stored: with the id at its end, unless it is unique.
func keysOf(x docstore.Index) []string {
	if x.Unique {
		return x.Fields
	}
	return append(slices.Clone(x.Fields), "_id")
}

// Ensure creates what the kinds declare. An index of another shape that has the name or the keys of
// a declared one is dropped and made again; other indexes are left alone.
func (e *engine) Ensure(ctx context.Context, kinds ...*docstore.Kind) error {
	for _, kind := range kinds {
		if err := kind.Validate(); err != nil {
			return err
		}
	}
	if err := e.call(ctx, "ensure schema", nil, func() error { return e.ensureSchema(ctx) }); err != nil {
		return err
	}
	wanted := specs(kinds)
	for len(wanted) > 0 {
		collection := wanted[0].collection
		n := slices.IndexFunc(wanted, func(s spec) bool { return s.collection != collection })
		if n < 0 {
			n = len(wanted)
		}
		if err := e.call(ctx, "ensure "+collection, nil, func() error { return e.ensureIndexes(ctx, collection, wanted[:n]) }); err != nil {
			return err
		}
		wanted = wanted[n:]
	}
	for _, kind := range kinds {
		e.declared.Store(kind.Name, true)
	}
	return nil
}

func (e *engine) ensureSchema(ctx context.Context) error {
	meta := e.db.Collection(metaCollection)
	_, err := meta.InsertOne(ctx, bson.D{{Key: "_id", Value: "schema"}, {Key: "version", Value: int64(schemaVersion)}})
	if err == nil || !mongo.IsDuplicateKeyError(err) {
		return err
	}
	var found struct {
		Version int64 `bson:"version"`
	}
	if err := meta.FindOne(ctx, bson.D{{Key: "_id", Value: "schema"}}).Decode(&found); err != nil {
		return err
	}
	if found.Version > schemaVersion {
		return docstore.ErrNewerSchema
	}
	return nil
}

func (e *engine) ensureIndexes(ctx context.Context, collection string, wanted []spec) error {
	view := e.db.Collection(collection).Indexes()
	there, err := view.ListSpecifications(ctx)
	if err != nil {
		return err
	}
	var missing []mongo.IndexModel
	for _, want := range wanted {
		found := false
		for _, have := range there {
			switch same := slices.Equal(want.keys, ascending(have.KeysDocument)); {
			case have.Name != want.name && !same:
			case have.Name == want.name && same && want.unique == isTrue(have.Unique) && !isTrue(have.Sparse) && have.ExpireAfterSeconds == nil:
				found = true
			default:
				if err := view.DropOne(ctx, have.Name); err != nil && !hasCode(err, codeIndexNotFound) {
					return err
				}
			}
		}
		if !found {
			keys := make(bson.D, len(want.keys))
			for i, path := range want.keys {
				keys[i] = bson.E{Key: path, Value: int32(1)}
			}
			model := options.Index().SetName(want.name)
			if want.unique {
				model.SetUnique(true)
			}
			missing = append(missing, mongo.IndexModel{Keys: keys, Options: model})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = view.CreateMany(ctx, missing)
	return err
}

// ascending are the paths of an index's keys, nil if one of them is not simply ascending.
func ascending(keys bson.Raw) []string {
	elements, err := keys.Elements()
	if err != nil {
		return nil
	}
	paths := make([]string, len(elements))
	for i, element := range elements {
		if n, ok := element.Value().AsInt64OK(); !ok || n != 1 {
			return nil
		}
		paths[i] = element.Key()
	}
	return paths
}

func isTrue(b *bool) bool { return b != nil && *b }

const codeIndexNotFound = 27

func hasCode(err error, code int) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && server.HasErrorCode(code)
}
