package docstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// CheckID refuses what is no id: anything but a bson.ObjectID or a non-empty string.
func CheckID(id any) error {
	switch id := id.(type) {
	case bson.ObjectID:
		return nil
	case string:
		if id != "" {
			return nil
		}
	}
	return fmt.Errorf("a %T is no id of a document, or it is empty", id)
}

// HeadOf reads the id and the version of a document, and refuses one without. The id must be the
// first element: MongoDB would put it there, and a document is the same bytes on every engine.
func HeadOf(doc bson.Raw) (id any, version int64, err error) {
	if err := doc.Validate(); err != nil {
		return nil, 0, fmt.Errorf("document is no BSON: %w", err)
	}
	first, err := doc.IndexErr(0)
	if err != nil || first.Key() != "_id" {
		return nil, 0, errors.New("a document begins with its id")
	}
	switch value := first.Value(); value.Type {
	case bson.TypeObjectID:
		id = value.ObjectID()
	case bson.TypeString:
		id = value.StringValue()
	}
	if err := CheckID(id); err != nil {
		return nil, 0, err
	}
	version, ok := doc.Lookup("v").Int64OK()
	if !ok || version < 1 {
		return nil, 0, errors.New("document has no version")
	}
	return id, version, nil
}

// CheckDocument refuses a document that the declaration does not fit: one without a head, one with
// a declared field of another type, one that lacks a field of a unique index. Other fields may be
// missing or null. It returns the head.
func (k *Kind) CheckDocument(doc bson.Raw) (id any, version int64, err error) {
	if id, version, err = HeadOf(doc); err != nil {
		return nil, 0, fmt.Errorf("document of %s: %w", k.Name, err)
	}
	for _, f := range k.Fields {
		there, err := f.check(doc)
		if err == nil && !there && slices.ContainsFunc(k.Indexes, func(x Index) bool { return x.Unique && slices.Contains(x.Fields, f.Path) }) {
			err = errors.New("is missing, but a unique key has it")
		}
		if err != nil {
			return nil, 0, fmt.Errorf("document of %s: field %s: %w", k.Name, f.Path, err)
		}
	}
	return id, version, nil
}

// check says whether a document has the field, and refuses a value of another type.
func (f Field) check(doc bson.Raw) (bool, error) {
	value := bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}
	for _, key := range strings.Split(f.Path, ".") {
		if isNothing(value) {
			return false, nil
		}
		inner, ok := value.DocumentOK()
		if !ok {
			return false, fmt.Errorf("a %s lies on the way to it", value.Type)
		}
		value = inner.Lookup(key)
	}
	if isNothing(value) {
		return false, nil
	}
	values := []bson.RawValue{value}
	if f.Array {
		array, ok := value.ArrayOK()
		if !ok {
			return false, fmt.Errorf("a %s is no array", value.Type)
		}
		var err error
		if values, err = array.Values(); err != nil {
			return false, err
		}
	}
	for _, v := range values {
		if !slices.Contains(f.Type.bson(), v.Type) {
			return false, fmt.Errorf("a %s is not of its type", v.Type)
		}
	}
	return true, nil
}

func isNothing(v bson.RawValue) bool {
	return v.Type == 0 || v.Type == bson.TypeNull || v.Type == bson.TypeUndefined
}

// bson are the types in which documents carry values of the type.
func (t Type) bson() []bson.Type {
	switch t {
	case String:
		return []bson.Type{bson.TypeString}
	case Int:
		return []bson.Type{bson.TypeInt64, bson.TypeInt32}
	case Time:
		return []bson.Type{bson.TypeDateTime}
	case Bool:
		return []bson.Type{bson.TypeBoolean}
	case ObjectID:
		return []bson.Type{bson.TypeObjectID}
	}
	return nil
}

// CheckWrite is CheckDocument for a change: the document must carry the version that follows the
// expected one.
func (k *Kind) CheckWrite(w Write) (id any, err error) {
	id, version, err := k.CheckDocument(w.Doc)
	if err == nil && (w.Expected < 1 || version != w.Expected+1) {
		err = fmt.Errorf("document of %s: version %d does not follow %d", k.Name, version, w.Expected)
	}
	return id, err
}
