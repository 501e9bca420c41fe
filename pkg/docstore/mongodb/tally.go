package mongodb

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fengqiao/pkg/docstore"
)

// Tally counts and sums on the server.
func (e *engine) Tally(ctx context.Context, kind *docstore.Kind, grouping docstore.Grouping) ([]docstore.Group, error) {
	if err := kind.CheckGrouping(grouping); err != nil {
		return nil, err
	}
	groups := []docstore.Group{}
	err := e.call(ctx, "tally", kind, func() error {
		if slices.ContainsFunc(grouping.Filter, func(c docstore.Condition) bool { return len(c.Values) == 0 }) {
			return nil
		}
		index, _ := kind.Index(grouping.Index)
		cursor, err := e.db.Collection(kind.Name).Aggregate(ctx, pipeline(grouping), options.Aggregate().SetHint(hintOf(index)))
		if err != nil {
			return err
		}
		defer func() { _ = cursor.Close(ctx) }()
		for cursor.Next(ctx) {
			group, err := groupOf(grouping, cursor.Current)
			if err != nil {
				return &refusedError{operation: "tally", kind: kind.Name, cause: err.Error()}
			}
			groups = append(groups, group)
		}
		return cursor.Err()
	})
	if err != nil {
		return nil, err
	}
	return merge(groups), nil
}

// pipeline is the aggregation of a tally: keys as k0, k1 …, the count as n, sums as s0, s1 ….
func pipeline(grouping docstore.Grouping) bson.A {
	filter := bson.D{}
	for _, c := range grouping.Filter {
		filter = and(filter, c.Field, operators[c.Op], operand(c))
	}
	keys := bson.D{}
	for i, path := range grouping.By {
		keys = append(keys, bson.E{Key: "k" + strconv.Itoa(i), Value: "$" + path})
	}
	group := bson.D{{Key: "_id", Value: keys}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}
	if len(keys) == 0 {
		group[0].Value = nil
	}
	for i, path := range grouping.Sums {
		group = append(group, bson.E{Key: "s" + strconv.Itoa(i), Value: bson.D{{Key: "$sum", Value: "$" + path}}})
	}
	return bson.A{bson.D{{Key: "$match", Value: filter}}, bson.D{{Key: "$group", Value: group}}}
}

func groupOf(grouping docstore.Grouping, row bson.Raw) (docstore.Group, error) {
	group := docstore.Group{Keys: make([]any, len(grouping.By)), Sums: make([]int64, len(grouping.Sums))}
	var err error
	for i := range grouping.By {
		if group.Keys[i], err = valueOf(lookup(row, "_id.k"+strconv.Itoa(i))); err != nil {
			return group, err
		}
	}
	if group.Count, err = whole(row.Lookup("n")); err != nil {
		return group, err
	}
	for i := range grouping.Sums {
		if group.Sums[i], err = whole(row.Lookup("s" + strconv.Itoa(i))); err != nil {
			return group, err
		}
	}
	return group, nil
}

// whole refuses a sum that the server gave up to keep as a whole number.
func whole(value bson.RawValue) (int64, error) {
	if value.Type != bson.TypeInt32 && value.Type != bson.TypeInt64 {
		return 0, fmt.Errorf("a sum came as BSON type %s, no whole number", value.Type)
	}
	return value.AsInt64(), nil
}

// merge orders groups by their keys and makes one of those whose keys are equal: for the server a
// missing key and a null one are two.
func merge(groups []docstore.Group) []docstore.Group {
	slices.SortFunc(groups, func(a, b docstore.Group) int { return slices.CompareFunc(a.Keys, b.Keys, compareKeys) })
	out := groups[:0]
	for _, g := range groups {
		if n := len(out); n > 0 && slices.CompareFunc(out[n-1].Keys, g.Keys, compareKeys) == 0 {
			last := &out[n-1]
			last.Count += g.Count
			for i := range last.Sums {
				last.Sums[i] += g.Sums[i]
			}
			continue
		}
		out = append(out, g)
	}
	return out
}

// compareKeys orders two values of one field: nil, which is a missing one, first.
func compareKeys(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(present(a), present(b))
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	case bool:
		if b, ok := b.(bool); ok {
			return cmp.Compare(asInt(a), asInt(b))
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	case bson.ObjectID:
		if b, ok := b.(bson.ObjectID); ok {
			return bytes.Compare(a[:], b[:])
		}
	}
	return cmp.Compare(fmt.Sprintf("%T", a), fmt.Sprintf("%T", b))
}

func present(v any) int { return asInt(v != nil) }

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
