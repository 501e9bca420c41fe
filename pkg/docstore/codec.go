package docstore

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The driver's codec asks every value of every document what interfaces it has, and takes most of the
// time that a case takes to be read or written. What documents here are made of is few: structs,
// pointers, lists, maps by strings, texts, numbers, moments, ids and bytes. For a type of those alone
// a codec is made once, which writes the same bytes and reads the same values. Any other type, and any
// document that does not fit its type at once, is left to the driver: so is what is said of a fault.

// codec reads and writes the values of one type.
type codec struct {
	encode func(to []byte, key string, v reflect.Value) []byte // an element
	decode func(kind bson.Type, from []byte, v reflect.Value) bool
	empty  func(v reflect.Value) bool // for omitempty
}

// field is one field of a struct, those of inlined structs among them.
type field struct {
	codec
	key       string
	index     []int // of the field, through inlined structs
	omitEmpty bool
}

// structure is what is known of a struct.
type structure struct {
	fields []field
	byKey  map[string]int
	size   atomic.Int64 // of the last document that was written: the next will be about as long
}

var (
	errNoCodec = errors.New("the driver's codec is used")

	structures sync.Map // of *structure by reflect.Type; nil where a type is left to the driver

	timeType     = reflect.TypeFor[time.Time]()
	objectIDType = reflect.TypeFor[bson.ObjectID]()
	bytesType    = reflect.TypeFor[[]byte]()
	rawType      = reflect.TypeFor[bson.Raw]()

	// What has these has a form of its own.
	hooks = []reflect.Type{
		reflect.TypeFor[bson.Marshaler](), reflect.TypeFor[bson.ValueMarshaler](), reflect.TypeFor[bson.Unmarshaler](), reflect.TypeFor[bson.ValueUnmarshaler](),
	}
	zeroer = reflect.TypeFor[bson.Zeroer]()
)

// maxFields is how many fields decode keeps in mind.
const maxFields = 64

// structureOf is that of a document's type, nil where the driver is to be used.
func structureOf(t reflect.Type) *structure {
	if known, ok := structures.Load(t); ok {
		return known.(*structure)
	}
	s, err := newStructure(t, map[reflect.Type]bool{})
	if err != nil {
		s = nil
	}
	structures.Store(t, s)
	return s
}

func newStructure(t reflect.Type, within map[reflect.Type]bool) (*structure, error) {
	if within[t] || hooked(t) {
		return nil, errNoCodec // a type within itself could go on for ever
	}
	within[t] = true
	defer delete(within, t)
	s := &structure{byKey: map[string]int{}}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("bson")
		if f.PkgPath != "" || tag == "-" {
			continue
		}
		if !tagged && f.Tag != "" && !strings.Contains(string(f.Tag), ":") {
			return nil, errNoCodec // an old form of tags
		}
		name, options, _ := strings.Cut(tag, ",")
		switch options {
		case "", "omitempty":
		case "inline":
			if f.Type.Kind() != reflect.Struct {
				return nil, errNoCodec
			}
			inner, err := newStructure(f.Type, within)
			if err != nil {
				return nil, err
			}
			for _, x := range inner.fields {
				x.index = append([]int{i}, x.index...)
				s.add(x)
			}
			continue
		default:
			return nil, errNoCodec
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		c, err := codecOf(f.Type, within)
		if err != nil {
			return nil, err
		}
		s.add(field{codec: c, key: name, index: []int{i}, omitEmpty: options == "omitempty"})
	}
	if len(s.byKey) != len(s.fields) || len(s.fields) > maxFields {
		return nil, errNoCodec // a key that stands twice
	}
	return s, nil
}

func (s *structure) add(f field) {
	s.byKey[f.key] = len(s.fields)
	s.fields = append(s.fields, f)
}

// of finds the field in a struct.
func (f *field) of(v reflect.Value) reflect.Value {
	for _, i := range f.index {
		v = v.Field(i)
	}
	return v
}

func hooked(t reflect.Type) bool {
	for _, hook := range hooks {
		if t.Implements(hook) || reflect.PointerTo(t).Implements(hook) {
			return true
		}
	}
	return false
}

// codecOf makes the codec of a type.
func codecOf(t reflect.Type, within map[reflect.Type]bool) (c codec, err error) {
	switch {
	case t == timeType:
		c = codec{encode: encodeTime, decode: decodeTime}
	case t == objectIDType:
		c = codec{encode: encodeObjectID, decode: decodeObjectID}
	case t == bytesType:
		c = codec{encode: encodeBytes, decode: decodeBytes}
	case hooked(t) || t == rawType:
		return c, errNoCodec
	default:
		if c, err = codecOfKind(t, within); err != nil {
			return c, err
		}
	}
	c.empty = emptyOf(t)
	return c, nil
}

func codecOfKind(t reflect.Type, within map[reflect.Type]bool) (codec, error) {
	switch t.Kind() {
	case reflect.String:
		return codec{encode: encodeString, decode: decodeString}, nil
	case reflect.Bool:
		return codec{encode: encodeBool, decode: decodeBool}, nil
	case reflect.Int:
		return codec{encode: encodeInt, decode: decodeInt}, nil
	case reflect.Int64:
		return codec{encode: encodeInt64, decode: decodeInt}, nil
	case reflect.Struct:
		s, err := newStructure(t, within)
		if err != nil {
			return codec{}, err
		}
		return codec{encode: s.encodeElement, decode: s.decodeElement}, nil
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if t.Kind() == reflect.Map && t.Key().Kind() != reflect.String || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
			return codec{}, errNoCodec
		}
		elem, err := codecOf(t.Elem(), within)
		if err != nil {
			return codec{}, err
		}
		switch t.Kind() {
		case reflect.Pointer:
			return codec{encode: elem.encodePointer, decode: elem.decodePointer}, nil
		case reflect.Slice:
			return codec{encode: elem.encodeList, decode: elem.decodeList}, nil
		}
		return codec{encode: elem.encodeMap, decode: elem.decodeMap}, nil
	}
	return codec{}, errNoCodec
}

// emptyOf is what omitempty leaves out of a type's values.
func emptyOf(t reflect.Type) func(reflect.Value) bool {
	has := t.Implements(zeroer)
	return func(v reflect.Value) bool {
		if has && (v.Kind() != reflect.Pointer || !v.IsNil()) {
			return v.Interface().(bson.Zeroer).IsZero()
		}
		switch v.Kind() {
		case reflect.Map, reflect.Slice, reflect.String:
			return v.Len() == 0
		case reflect.Struct:
			return false
		}
		return v.IsZero()
	}
}
