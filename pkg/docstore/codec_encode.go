package docstore

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var order = binary.LittleEndian

// begin writes what stands before the value of an element.
func begin(to []byte, kind bson.Type, key string) []byte {
	to = append(to, byte(kind))
	to = append(to, key...)
	return append(to, 0)
}

func encodeString(to []byte, key string, v reflect.Value) []byte {
	text := v.String()
	to = order.AppendUint32(begin(to, bson.TypeString, key), uint32(len(text)+1))
	return append(append(to, text...), 0)
}

func encodeBool(to []byte, key string, v reflect.Value) []byte {
	to = begin(to, bson.TypeBoolean, key)
	if v.Bool() {
		return append(to, 1)
	}
	return append(to, 0)
}

// encodeInt writes an int as small as it can be.
func encodeInt(to []byte, key string, v reflect.Value) []byte {
	if n := v.Int(); n >= math.MinInt32 && n <= math.MaxInt32 {
		return order.AppendUint32(begin(to, bson.TypeInt32, key), uint32(n))
	}
	return encodeInt64(to, key, v)
}

func encodeInt64(to []byte, key string, v reflect.Value) []byte {
	return order.AppendUint64(begin(to, bson.TypeInt64, key), uint64(v.Int()))
}

func encodeTime(to []byte, key string, v reflect.Value) []byte {
	at := v.Interface().(time.Time)
	return order.AppendUint64(begin(to, bson.TypeDateTime, key), uint64(bson.NewDateTimeFromTime(at)))
}

func encodeObjectID(to []byte, key string, v reflect.Value) []byte {
	id := v.Interface().(bson.ObjectID)
	return append(begin(to, bson.TypeObjectID, key), id[:]...)
}

func encodeBytes(to []byte, key string, v reflect.Value) []byte {
	if v.IsNil() {
		return begin(to, bson.TypeNull, key)
	}
	data := v.Bytes()
	to = order.AppendUint32(begin(to, bson.TypeBinary, key), uint32(len(data)))
	return append(append(to, bson.TypeBinaryGeneric), data...)
}

func (c codec) encodePointer(to []byte, key string, v reflect.Value) []byte {
	if v.IsNil() {
		return begin(to, bson.TypeNull, key)
	}
	return c.encode(to, key, v.Elem())
}

// wrap writes a document or array around what fill appends.
func wrap(to []byte, fill func([]byte) []byte) []byte {
	at := len(to)
	to = append(fill(append(to, 0, 0, 0, 0)), 0)
	order.PutUint32(to[at:], uint32(len(to)-at))
	return to
}

// encodeList writes a nil list as an empty one.
func (c codec) encodeList(to []byte, key string, v reflect.Value) []byte {
	return wrap(begin(to, bson.TypeArray, key), func(to []byte) []byte {
		for i := range v.Len() {
			to = c.encode(to, indexKey(i), v.Index(i))
		}
		return to
	})
}

// encodeMap writes the keys in order, so that the same map is the same bytes.
func (c codec) encodeMap(to []byte, key string, v reflect.Value) []byte {
	if v.IsNil() {
		return begin(to, bson.TypeNull, key)
	}
	return wrap(begin(to, bson.TypeEmbeddedDocument, key), func(to []byte) []byte {
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int {
			if a.String() < b.String() {
				return -1
			}
			return 1
		})
		for _, k := range keys {
			to = c.encode(to, k.String(), v.MapIndex(k))
		}
		return to
	})
}

func (s *structure) encodeElement(to []byte, key string, v reflect.Value) []byte {
	return s.encode(begin(to, bson.TypeEmbeddedDocument, key), v)
}

// encode writes a struct as a document.
func (s *structure) encode(to []byte, v reflect.Value) []byte {
	return wrap(to, func(to []byte) []byte {
		for i := range s.fields {
			f := &s.fields[i]
			x := f.of(v)
			if f.omitEmpty && f.empty(x) {
				continue
			}
			to = f.codec.encode(to, f.key, x)
		}
		return to
	})
}

// indexKeys are the keys of the first elements of an array.
var indexKeys = func() (keys [64]string) {
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	return keys
}()

func indexKey(i int) string {
	if i < len(indexKeys) {
		return indexKeys[i]
	}
	return strconv.Itoa(i)
}
