package docstore

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Every engine calls Kind.Validate in Ensure, Kind.Check in Find and Explain, Kind.CheckGrouping in
// Tally, CheckID wherever it is given an id, and Kind.CheckDocument wherever it is given a document:
// what is refused is refused alike by all of them.

// IDIndex is the name of the index of the id, which every kind has.
const IDIndex = "_id"

// Field returns the declared field of that path.
func (k *Kind) Field(path string) (Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Path == path })
	if i < 0 {
		return Field{}, false
	}
	return k.Fields[i], true
}

// Index returns the declared index of that name. IDIndex is an index without fields: the id, which
// ends every index that is not unique, is all it has.
func (k *Kind) Index(name string) (Index, bool) {
	if name == IDIndex {
		return Index{Name: IDIndex}, true
	}
	i := slices.IndexFunc(k.Indexes, func(x Index) bool { return x.Name == name })
	if i < 0 {
		return Index{}, false
	}
	return k.Indexes[i], true
}

// Validate says what is wrong with a declaration.
func (k *Kind) Validate() error {
	if !isName(k.Name) {
		return fmt.Errorf("kind %q: a name has lower-case letters, digits and underscores", k.Name)
	}
	paths, names := map[string]bool{"_id": true, "v": true}, map[string]bool{IDIndex: true}
	for _, f := range k.Fields {
		if f.Path == "" || paths[f.Path] || strings.ContainsAny(f.Path, "$\x00") || slices.Contains(strings.Split(f.Path, "."), "") {
			return fmt.Errorf("kind %s: field %q is reserved, declared twice or no path", k.Name, f.Path)
		}
		if f.Type < String || f.Type > ObjectID {
			return fmt.Errorf("kind %s: field %s has no type", k.Name, f.Path)
		}
		paths[f.Path] = true
	}
	for _, x := range k.Indexes {
		if !isName(x.Name) || names[x.Name] {
			return fmt.Errorf("kind %s: index %q is reserved, declared twice or no name", k.Name, x.Name)
		}
		names[x.Name] = true
		if len(x.Fields) == 0 {
			return fmt.Errorf("kind %s: index %s has no fields", k.Name, x.Name)
		}
		arrays := 0
		for i, path := range x.Fields {
			f, ok := k.Field(path)
			if !ok || slices.Contains(x.Fields[:i], path) {
				return fmt.Errorf("kind %s: index %s: field %q is not declared, or named twice", k.Name, x.Name, path)
			}
			if f.Array {
				arrays++
			}
		}
		if arrays > 1 || arrays > 0 && x.Unique {
			return fmt.Errorf("kind %s: index %s: at most one array, and none in a unique index", k.Name, x.Name)
		}
	}
	return nil
}

func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_'
	})
}

// Check refuses a query that the declaration does not serve: an unknown index or field, a value of
// another type, an operator that does not fit, a limit or cursor that cannot be, an order that the
// index does not give, a filter no condition of which narrows the index.
//
// An order by a field is given by an index that ends with this field, when every field before it
// is compared by equality, In or HasAll. The order of the id is given by an index every field of
// which is compared so. In a unique index, which does not end with the id, the fields before the
// order must be equal to one value each. An array is asked of an index that has it, and an index
// that has an array is asked for it. No condition at all walks the whole kind, page by page.
func (k *Kind) Check(q Query) error {
	index, err := k.check(q.Index, q.Filter)
	if err != nil {
		return err
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return fmt.Errorf("query on %s: limit %d is not between 1 and %d", k.Name, q.Limit, MaxLimit)
	}
	leading := index.Leading(q.Filter)
	if q.Order == "" {
		if leading < len(index.Fields) {
			return fmt.Errorf("query on %s: index %s does not give the order of the id", k.Name, index.Name)
		}
	} else {
		last := len(index.Fields) - 1
		if last < 0 || index.Fields[last] != q.Order || leading < last {
			return fmt.Errorf("query on %s: index %s does not give the order of %s", k.Name, index.Name, q.Order)
		}
		if f, _ := k.Field(q.Order); f.Array {
			return fmt.Errorf("query on %s: %s is an array and has no order", k.Name, q.Order)
		}
		if index.Unique && slices.ContainsFunc(index.Fields[:last], func(path string) bool { return !equalsOne(q.Filter, path) }) {
			return fmt.Errorf("query on %s: unique index %s gives the order of %s only for one value of each field before it", k.Name, index.Name, q.Order)
		}
	}
	if q.After == nil {
		return nil
	}
	if err := CheckID(q.After.ID); err != nil {
		return fmt.Errorf("query on %s: cursor: %w", k.Name, err)
	}
	if q.Order == "" {
		if q.After.Value != nil {
			return fmt.Errorf("query on %s: the cursor has a value, but the order is that of the id", k.Name)
		}
		return nil
	}
	f, _ := k.Field(q.Order)
	if !f.Type.holds(q.After.Value) {
		return fmt.Errorf("query on %s: the cursor has no value of the type of %s", k.Name, q.Order)
	}
	return nil
}

// CheckGrouping refuses a tally that the declaration does not serve, as Check does for a query.
func (k *Kind) CheckGrouping(g Grouping) error {
	if _, err := k.check(g.Index, g.Filter); err != nil {
		return err
	}
	for i, path := range g.By {
		if f, ok := k.Field(path); !ok || f.Array || slices.Contains(g.By[:i], path) {
			return fmt.Errorf("tally of %s: cannot group by %q: not declared, an array, or named twice", k.Name, path)
		}
	}
	for _, path := range g.Sums {
		if f, ok := k.Field(path); !ok || f.Array || f.Type != Int {
			return fmt.Errorf("tally of %s: cannot sum %q: not a declared number", k.Name, path)
		}
	}
	return nil
}

// check looks at what queries and tallies have in common.
func (k *Kind) check(name string, filter []Condition) (Index, error) {
	index, ok := k.Index(name)
	if !ok {
		return Index{}, fmt.Errorf("query on %s: index %q is not declared", k.Name, name)
	}
	for _, c := range filter {
		f, ok := k.Field(c.Field)
		if !ok {
			return Index{}, fmt.Errorf("query on %s: field %q is not declared", k.Name, c.Field)
		}
		if f.Array && !slices.Contains(index.Fields, c.Field) {
			return Index{}, fmt.Errorf("query on %s: array %s is not in index %s", k.Name, c.Field, index.Name)
		}
		if f.Array != (c.Op == OpHasAll) {
			return Index{}, fmt.Errorf("query on %s: %s: an array is asked by HasAll, and nothing else is", k.Name, c.Field)
		}
		switch c.Op {
		case OpIn:
		case OpHasAll:
			ok = len(c.Values) > 0
		case OpEqual, OpAtLeast, OpAtMost, OpAbove, OpBelow:
			ok = len(c.Values) == 1
		default:
			ok = false
		}
		if !ok {
			return Index{}, fmt.Errorf("query on %s: %s: unknown operator or wrong number of values", k.Name, c.Field)
		}
		if slices.ContainsFunc(c.Values, func(v any) bool { return !f.Type.holds(v) }) {
			return Index{}, fmt.Errorf("query on %s: %s: a value is not of the field's type", k.Name, c.Field)
		}
	}
	if len(filter) > 0 && !narrows(index, filter) {
		return Index{}, fmt.Errorf("query on %s: no condition narrows index %s", k.Name, index.Name)
	}
	for _, path := range index.Fields {
		if f, _ := k.Field(path); f.Array && !slices.ContainsFunc(filter, func(c Condition) bool { return c.Field == path }) {
			return Index{}, fmt.Errorf("query on %s: index %s is entered by its array %s only", k.Name, index.Name, path)
		}
	}
	return index, nil
}

// narrows says whether any condition is on the first field of the index.
func narrows(index Index, filter []Condition) bool {
	return len(index.Fields) > 0 && slices.ContainsFunc(filter, func(c Condition) bool { return c.Field == index.Fields[0] })
}

// Leading counts the first fields of the index that a filter compares by equality, In or HasAll.
func (x Index) Leading(filter []Condition) int {
	for i, path := range x.Fields {
		if !slices.ContainsFunc(filter, func(c Condition) bool {
			return c.Field == path && (c.Op == OpEqual || c.Op == OpIn || c.Op == OpHasAll)
		}) {
			return i
		}
	}
	return len(x.Fields)
}

// equalsOne says whether a filter compares the field with one value.
func equalsOne(filter []Condition, path string) bool {
	return slices.ContainsFunc(filter, func(c Condition) bool { return c.Field == path && c.Op == OpEqual })
}

// holds says whether v is a value of the type, as conditions and cursors carry them.
func (t Type) holds(v any) bool {
	ok := false
	switch t {
	case String:
		_, ok = v.(string)
	case Int:
		_, ok = v.(int64)
	case Time:
		_, ok = v.(time.Time)
	case Bool:
		_, ok = v.(bool)
	case ObjectID:
		_, ok = v.(bson.ObjectID)
	}
	return ok
}
