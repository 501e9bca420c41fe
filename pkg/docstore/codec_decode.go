package docstore

import (
	"bytes"
	"reflect"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What decodes says whether the bytes fit at once; if not, the driver reads the whole document.

func isNull(kind bson.Type) bool { return kind == bson.TypeNull || kind == bson.TypeUndefined }

func decodeString(kind bson.Type, from []byte, v reflect.Value) bool {
	if kind != bson.TypeString {
		return false
	}
	v.SetString(string(from[4 : len(from)-1]))
	return true
}

func decodeBool(kind bson.Type, from []byte, v reflect.Value) bool {
	if kind != bson.TypeBoolean || from[0] > 1 {
		return false
	}
	v.SetBool(from[0] == 1)
	return true
}

func decodeInt(kind bson.Type, from []byte, v reflect.Value) bool {
	switch kind {
	case bson.TypeInt32:
		v.SetInt(int64(int32(order.Uint32(from))))
	case bson.TypeInt64:
		v.SetInt(int64(order.Uint64(from)))
	default:
		return false
	}
	return true
}

func decodeTime(kind bson.Type, from []byte, v reflect.Value) bool {
	if kind != bson.TypeDateTime {
		return false
	}
	*v.Addr().Interface().(*time.Time) = time.UnixMilli(int64(order.Uint64(from))).UTC()
	return true
}

func decodeObjectID(kind bson.Type, from []byte, v reflect.Value) bool {
	if kind != bson.TypeObjectID {
		return false
	}
	*v.Addr().Interface().(*bson.ObjectID) = bson.ObjectID(from)
	return true
}

func decodeBytes(kind bson.Type, from []byte, v reflect.Value) bool {
	switch {
	case isNull(kind):
		v.SetZero()
		return true
	case kind != bson.TypeBinary || from[4] != bson.TypeBinaryGeneric:
		return false
	}
	v.SetBytes(bytes.Clone(from[5:]))
	return true
}

func (c codec) decodePointer(kind bson.Type, from []byte, v reflect.Value) bool {
	if isNull(kind) {
		v.SetZero()
		return true
	}
	v.Set(reflect.New(v.Type().Elem()))
	return c.decode(kind, from, v.Elem())
}

func (c codec) decodeList(kind bson.Type, from []byte, v reflect.Value) bool {
	switch {
	case isNull(kind):
		v.SetZero()
		return true
	case kind != bson.TypeArray:
		return false
	}
	n := 0
	if !elements(from, func(bson.Type, []byte, []byte) bool { n++; return true }) {
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	i := 0
	return elements(from, func(kind bson.Type, _, value []byte) bool {
		i++
		return c.decode(kind, value, v.Index(i-1))
	})
}

func (c codec) decodeMap(kind bson.Type, from []byte, v reflect.Value) bool {
	switch {
	case isNull(kind):
		v.SetZero()
		return true
	case kind != bson.TypeEmbeddedDocument:
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	return elements(from, func(kind bson.Type, key, value []byte) bool {
		elem := reflect.New(v.Type().Elem()).Elem()
		if !c.decode(kind, value, elem) {
			return false
		}
		v.SetMapIndex(reflect.ValueOf(string(key)).Convert(v.Type().Key()), elem)
		return true
	})
}

func (s *structure) decodeElement(kind bson.Type, from []byte, v reflect.Value) bool {
	if isNull(kind) {
		v.SetZero()
		return true
	}
	return kind == bson.TypeEmbeddedDocument && s.decode(from, v)
}

// decode reads a document into a struct. A key that stands twice is left to the driver.
func (s *structure) decode(from []byte, v reflect.Value) bool {
	next, seen := 0, uint64(0)
	return elements(from, func(kind bson.Type, key, value []byte) bool {
		i := s.find(key, next)
		if i < 0 {
			return true // a field that this program does not know
		}
		next = i + 1
		if seen&(1<<i) != 0 {
			return false
		}
		seen |= 1 << i
		return s.fields[i].codec.decode(kind, value, s.fields[i].of(v))
	})
}

// find is the place of a key's field, -1 for none. Documents mostly have their fields in order, some
// of them left out, so that it is looked for behind the one before first.
func (s *structure) find(key []byte, next int) int {
	for i := next; i < len(s.fields) && i < next+4; i++ {
		if s.fields[i].key == string(key) {
			return i
		}
	}
	if i, ok := s.byKey[string(key)]; ok {
		return i
	}
	if i, ok := s.byKey[strings.ToLower(string(key))]; ok {
		return i
	}
	return -1
}

// elements visits the elements of a document or array, whose values are as long as their types
// demand. It is false where the bytes are none, have a value of a rare type, or visit says so.
func elements(from []byte, visit func(kind bson.Type, key, value []byte) bool) bool {
	if len(from) < 5 || int(order.Uint32(from)) != len(from) || from[len(from)-1] != 0 {
		return false
	}
	for from = from[4 : len(from)-1]; len(from) > 0; {
		kind := bson.Type(from[0])
		end := bytes.IndexByte(from[1:], 0)
		if end < 0 {
			return false
		}
		key := from[1 : 1+end]
		from = from[end+2:]
		size, ok := sizeOf(kind, from)
		if !ok || !visit(kind, key, from[:size]) {
			return false
		}
		from = from[size:]
	}
	return true
}

// sizeOf is how many bytes a value takes; false where it is cut short, or of a rare type.
func sizeOf(kind bson.Type, from []byte) (int, bool) {
	fixed := -1
	switch kind {
	case bson.TypeNull, bson.TypeUndefined:
		fixed = 0
	case bson.TypeBoolean:
		fixed = 1
	case bson.TypeInt32:
		fixed = 4
	case bson.TypeInt64, bson.TypeDateTime, bson.TypeDouble:
		fixed = 8
	case bson.TypeObjectID:
		fixed = 12
	}
	if fixed >= 0 {
		return fixed, len(from) >= fixed
	}
	if len(from) < 4 {
		return 0, false
	}
	size := int(int32(order.Uint32(from)))
	switch kind {
	case bson.TypeString:
		size += 4
		return size, size >= 5 && len(from) >= size && from[size-1] == 0
	case bson.TypeBinary:
		size += 5
		return size, size >= 5 && len(from) >= size
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return size, size >= 5 && len(from) >= size
	}
	return 0, false
}
