package mongodb

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
)

// Get returns the document of that id.
func (e *engine) Get(ctx context.Context, kind *docstore.Kind, id any) (bson.Raw, error) {
	if err := docstore.CheckID(id); err != nil {
		return nil, fmt.Errorf("get from %s: %w", kind.Name, err)
	}
	var doc bson.Raw
	err := e.call(ctx, "get", kind, func() error {
		raw, err := e.db.Collection(kind.Name).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
		doc = bytes.Clone(raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// Find returns the documents of one page.
func (e *engine) Find(ctx context.Context, kind *docstore.Kind, query docstore.Query) ([]bson.Raw, error) {
	if err := kind.Check(query); err != nil {
		return nil, err
	}
	docs := []bson.Raw{}
	err := e.call(ctx, "find", kind, func() error {
		for _, p := range parts(kind, query) {
			if err := e.read(ctx, kind, p, query.Limit, &docs); err != nil {
				return err
			}
			if len(docs) == query.Limit {
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

func (e *engine) read(ctx context.Context, kind *docstore.Kind, p part, limit int, docs *[]bson.Raw) error {
	left := limit - len(*docs)
	settings := options.Find().SetHint(p.hint).SetLimit(int64(left)).SetBatchSize(int32(left))
	if p.sort != nil {
		settings.SetSort(p.sort)
	}
	cursor, err := e.db.Collection(kind.Name).Find(ctx, p.filter, settings)
	if err != nil {
		return err
	}
	defer func() { _ = cursor.Close(ctx) }()
	for cursor.Next(ctx) {
		*docs = append(*docs, bytes.Clone(cursor.Current))
	}
	return cursor.Err()
}

// part is a find command: one unbroken stretch of an index for each set of leading values.
type part struct {
	filter bson.D
	sort   bson.D // nil where there is at most one document
	hint   string // name of the index
}

// parts are the finds that answer a query, in this order: none if nothing can be found, two behind
// a cursor in the order of a field, else one.
func parts(kind *docstore.Kind, query docstore.Query) []part {
	if slices.ContainsFunc(query.Filter, func(c docstore.Condition) bool { return len(c.Values) == 0 }) {
		return nil
	}
	index, _ := kind.Index(query.Index)
	direction, beyond := 1, "$gt"
	if query.Desc {
		direction, beyond = -1, "$lt"
	}
	base := part{filter: bson.D{}, hint: hintOf(index)}
	for _, c := range query.Filter {
		base.filter = and(base.filter, c.Field, operators[c.Op], operand(c))
	}
	switch {
	case query.Order != "" && index.Unique:
		base.sort = bson.D{{Key: query.Order, Value: direction}}
	case query.Order != "":
		base.sort = bson.D{{Key: query.Order, Value: direction}, {Key: "_id", Value: direction}}
	case !index.Unique || slices.ContainsFunc(query.Filter, func(c docstore.Condition) bool { return c.Op == docstore.OpIn }):
		base.sort = bson.D{{Key: "_id", Value: direction}}
	}
	if query.Order == "" {
		if query.After != nil {
			base.filter = and(base.filter, "_id", beyond, query.After.ID)
		}
		return []part{base}
	}
	if query.After == nil {
		if !slices.ContainsFunc(query.Filter, func(c docstore.Condition) bool { return c.Field == query.Order }) {
			field, _ := kind.Field(query.Order)
			base.filter = and(base.filter, query.Order, "$gte", lowest(field.Type))
		}
		return []part{base}
	}
	same, rest := base, base
	same.filter = and(and(slices.Clone(base.filter), query.Order, "$eq", query.After.Value), "_id", beyond, query.After.ID)
	rest.filter = and(slices.Clone(base.filter), query.Order, beyond, query.After.Value)
	return []part{same, rest}
}

// operators are the names of the comparisons. A comparison of MongoDB with a value of some type
// meets values of that type only, so a missing or null field satisfies none.
var operators = map[docstore.Op]string{
	docstore.OpEqual:   "$eq",
	docstore.OpIn:      "$in",
	docstore.OpAtLeast: "$gte",
	docstore.OpAtMost:  "$lte",
	docstore.OpAbove:   "$gt",
	docstore.OpBelow:   "$lt",
	docstore.OpHasAll:  "$all",
}

func operand(c docstore.Condition) any {
	if c.Op == docstore.OpIn || c.Op == docstore.OpHasAll {
		return bson.A(c.Values)
	}
	return c.Values[0]
}

// and adds a comparison to a filter.
func and(filter bson.D, path, operator string, value any) bson.D {
	comparison := bson.D{{Key: operator, Value: value}}
	if !slices.ContainsFunc(filter, func(e bson.E) bool { return e.Key == path }) {
		return append(filter, bson.E{Key: path, Value: comparison})
	}
	further := bson.D{{Key: path, Value: comparison}}
	if i := slices.IndexFunc(filter, func(e bson.E) bool { return e.Key == "$and" }); i >= 0 {
		filter[i].Value = append(slices.Clone(filter[i].Value.(bson.A)), further)
		return filter
	}
	return append(filter, bson.E{Key: "$and", Value: bson.A{further}})
}

// lowest is the value of a type that is not above any other: where its stretch of an index begins.
func lowest(t docstore.Type) any {
	switch t {
	case docstore.String:
		return ""
	case docstore.Int:
		return int64(math.MinInt64)
	case docstore.Time:
		return bson.DateTime(math.MinInt64)
	case docstore.Bool:
		return false
	}
	return bson.NilObjectID
}

// hintOf is the name by which the server knows an index.
func hintOf(index docstore.Index) string {
	if index.Name == docstore.IDIndex {
		return "_id_"
	}
	return index.Name
}

// lookup is the value at a path of a document, null where it is missing.
func lookup(doc bson.Raw, path string) bson.RawValue {
	value, err := doc.LookupErr(strings.Split(path, ".")...)
	if err != nil {
		return bson.RawValue{Type: bson.TypeNull}
	}
	return value
}

// valueOf turns a BSON value into one of those that conditions carry; nil for null and missing.
func valueOf(value bson.RawValue) (any, error) {
	switch value.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return nil, nil
	case bson.TypeString:
		return value.StringValue(), nil
	case bson.TypeInt32, bson.TypeInt64:
		return value.AsInt64(), nil
	case bson.TypeBoolean:
		return value.Boolean(), nil
	case bson.TypeDateTime:
		return time.UnixMilli(value.DateTime()).UTC(), nil
	case bson.TypeObjectID:
		return value.ObjectID(), nil
	}
	return nil, fmt.Errorf("a value of BSON type %s cannot be compared", value.Type)
}
