package embedded

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// row is a document as it is written: its id, version and columns as SQL values, and its bytes.
type row struct {
	id      any
	version int64
	columns []any // nil where the field is missing or null
	doc     bson.Raw
}

// missing stands in an index with an array for a field that the document lacks, where SQL allows
// no NULL. It is an empty blob: after every number and text, before every ObjectID.
var missing = []byte{}

// newRow reads what the table keeps of a document, and refuses one that it cannot keep.
func (t *table) newRow(doc bson.Raw) (row, error) {
	id, version, err := docstore.HeadOf(doc)
	if err != nil {
		return row{}, fmt.Errorf("%s: %w", t.kind.Name, err)
	}
	r := row{id: sqlValue(id), version: version, columns: make([]any, len(t.columns)), doc: doc}
	for i, c := range t.columns {
		if r.columns[i], err = scalar(c.Type, doc.Lookup(c.keys...)); err != nil {
			return row{}, fmt.Errorf("%s: field %s: %w", t.kind.Name, c.Path, err)
		}
	}
	for _, i := range t.required {
		if r.columns[i] == nil {
			return row{}, fmt.Errorf("%s: field %s of a unique key is missing", t.kind.Name, t.columns[i].Path)
		}
	}
	for _, a := range t.arrays { // so that writing it cannot fail
		if _, err := a.read(doc); err != nil {
			return row{}, fmt.Errorf("%s: %w", t.kind.Name, err)
		}
	}
	return r, nil
}

// scalar makes an SQL value of a field, nil where it is missing or null.
func scalar(kind docstore.Type, value bson.RawValue) (any, error) {
	switch value.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return nil, nil
	}
	switch kind {
	case docstore.String:
		if s, ok := value.StringValueOK(); ok {
			return s, nil
		}
	case docstore.Int:
		if n, ok := value.Int64OK(); ok {
			return n, nil
		}
		if n, ok := value.Int32OK(); ok {
			return int64(n), nil
		}
	case docstore.Time:
		if ms, ok := value.DateTimeOK(); ok {
			return ms, nil
		}
	case docstore.Bool:
		if b, ok := value.BooleanOK(); ok {
			return sqlValue(b), nil
		}
	case docstore.ObjectID:
		if id, ok := value.ObjectIDOK(); ok {
			return sqlValue(id), nil
		}
	}
	return nil, fmt.Errorf("a %s is not of the declared type", value.Type)
}

// identity makes an SQL value comparable.
func identity(value any) any {
	if b, ok := value.([]byte); ok {
		return [1]string{string(b)} // apart from the text of the same bytes
	}
	return value
}

// sqlValue is a value of a condition, cursor or id as SQL keeps it.
func sqlValue(value any) any {
	switch v := value.(type) {
	case bson.ObjectID:
		return v[:]
	case time.Time:
		return int64(bson.NewDateTimeFromTime(v))
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	return value
}

// goValue is a column as the document store hands it out.
func goValue(kind docstore.Type, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	switch kind {
	case docstore.Time:
		if ms, ok := value.(int64); ok {
			return time.UnixMilli(ms).UTC(), nil
		}
	case docstore.Bool:
		if n, ok := value.(int64); ok {
			return n != 0, nil
		}
	case docstore.ObjectID:
		if b, ok := value.([]byte); ok && len(b) == 12 {
			return bson.ObjectID(b), nil
		}
	case docstore.String:
		if s, ok := value.(string); ok {
			return s, nil
		}
	case docstore.Int:
		if n, ok := value.(int64); ok {
			return n, nil
		}
	}
	return nil, fmt.Errorf("a column holds a %T", value)
}
