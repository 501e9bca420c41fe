package docstore_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/workday"
)

// calendarYear is like the store's document of a year.
type calendarYear struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Data          workday.Year `bson:"data"`
}

// odd has what documents of today have not, and may have tomorrow.
type odd struct {
	ID      bson.ObjectID            `bson:"_id"`
	Untag   string                   // its key is its name in small letters
	Hidden  string                   `bson:"-"`
	private string                   // neither read nor written
	Zero    bson.ObjectID            `bson:"zero,omitempty"`
	At      time.Time                `bson:"at,omitempty"`
	AtP     *time.Time               `bson:"atP,omitempty"`
	Inner   struct{ A, B int }       `bson:"inner,omitempty"`
	Map     map[string]models.Choice `bson:"map"`
	MapO    map[models.Role]int      `bson:"mapO,omitempty"`
	Lists   [][]string               `bson:"lists"`
	PP      **int64                  `bson:"pp"`
	Bytes   []byte                   `bson:"bytes"`
	BytesO  []byte                   `bson:"bytesO,omitempty"`
	Flag    bool                     `bson:"flag,omitempty"`
}

// documents are one of each type that is kept.
func documents() []any {
	return []any{
		&models.Case{}, &models.Account{}, &models.Session{}, &models.SetupToken{}, &models.Access{}, &models.Region{}, &models.Policy{},
		&models.Report{}, &models.JobRun{}, &models.Lease{}, &models.Message{}, &models.NoticeSettings{}, &models.RiskPolicy{}, &models.SubsidyTable{}, &models.SubsidySheet{}, &models.SubsidyClaim{}, &calendarYear{}, &odd{},
	}
}

// byDriver is how a document was encoded before there was a codec.
func byDriver(t require.TestingT, doc any) []byte {
	var out bytes.Buffer
	encoder := bson.NewEncoder(bson.NewDocumentWriter(&out))
	encoder.NilSliceAsEmpty()
	require.NoError(t, encoder.Encode(doc))
	return out.Bytes()
}

// fill puts anything into a value.
func fill(t *rapid.T, v reflect.Value, depth int) {
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "调解", "a", "\x00", "330681101201"}), rapid.String())
	switch {
	case !v.CanSet():
		return
	case v.Type() == reflect.TypeFor[time.Time]():
		at := time.Unix(rapid.Int64Range(-1<<33, 1<<37).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos"))
		v.Set(reflect.ValueOf(rapid.SampledFrom([]time.Time{{}, at.UTC(), at.In(workday.Zone)}).Draw(t, "time")))
		return
	case v.Type() == reflect.TypeFor[bson.ObjectID]():
		if rapid.Bool().Draw(t, "id") {
			v.Set(reflect.ValueOf(bson.ObjectID(rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "bytes"))))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.OneOf(rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt32, math.MaxInt32 + 1, math.MinInt32, math.MinInt32 - 1, math.MaxInt64}), rapid.Int64()).Draw(t, "int"))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), depth)
		}
	case reflect.Pointer:
		if depth > 0 && rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), depth-1)
		}
	case reflect.Slice:
		n := rapid.IntRange(-1, 3).Draw(t, "length")
		if n < 0 || depth == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i), depth-1)
		}
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Byte().Draw(t, "byte")))
	case reflect.Map:
		if depth == 0 || rapid.Bool().Draw(t, "nil") {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		if rapid.Bool().Draw(t, "one") { // of several the driver's order is any
			elem := reflect.New(v.Type().Elem()).Elem()
			fill(t, elem, depth-1)
			v.SetMapIndex(reflect.ValueOf("键").Convert(v.Type().Key()), elem)
		}
	default:
		require.Fail(t, "a kind that is not filled", "%s", v.Type())
	}
}

// Whatever a document holds, the codec writes the driver's bytes and reads the driver's values, and no
// document that is kept is left to the driver.
func TestCodecIsTheDrivers(t *testing.T) {
	t.Parallel()
	for _, doc := range documents() {
		typ := reflect.TypeOf(doc).Elem()
		t.Run(typ.String(), func(t *testing.T) {
			t.Parallel()
			require.True(t, docstore.HasCodec(doc))
			rapid.Check(t, func(t *rapid.T) {
				given := reflect.New(typ)
				fill(t, given.Elem(), 4)
				if o, ok := given.Interface().(*odd); ok {
					o.private = "x"
				}
				want := byDriver(t, given.Interface())
				got, err := docstore.Marshal(given.Interface())
				require.NoError(t, err)
				require.Equal(t, bson.Raw(want).String(), got.String())
				require.Equal(t, want, []byte(got))
				requireSameReading(t, typ, want)
			})
		})
	}
}

// requireSameReading reads bytes by the codec and by the driver.
func requireSameReading(t require.TestingT, typ reflect.Type, raw []byte) {
	byCodec, byBSON := reflect.New(typ), reflect.New(typ)
	kept := bytes.Clone(raw)
	err, want := docstore.Unmarshal(raw, byCodec.Interface()), bson.Unmarshal(raw, byBSON.Interface())
	require.Equal(t, fmt.Sprint(want), fmt.Sprint(err))
	if want == nil {
		require.Equal(t, byBSON.Interface(), byCodec.Interface())
	}
	require.Equal(t, kept, raw, "reading changes nothing")
}

// Bytes that were changed anywhere are read as the driver reads them, or refused with its words.
func TestCodecReadsAnythingAsTheDriver(t *testing.T) {
	t.Parallel()
	types := documents()
	rapid.Check(t, func(t *rapid.T) {
		typ := reflect.TypeOf(rapid.SampledFrom(types).Draw(t, "type")).Elem()
		given := reflect.New(typ)
		fill(t, given.Elem(), 3)
		raw := byDriver(t, given.Interface())
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		raw = raw[:len(raw)-rapid.SampledFrom([]int{0, 0, 0, 1, 7}).Draw(t, "cut")]
		requireSameReading(t, typ, raw)
	})
}

func TestCodecReadsRareThings(t *testing.T) {
	t.Parallel()
	id := bson.NewObjectID()
	for name, doc := range map[string]bson.D{
		"nothing":                {},
		"unknown fields":         {{Key: "_id", Value: id}, {Key: "new", Value: bson.D{{Key: "x", Value: 1.5}}}, {Key: "untag", Value: "a"}},
		"another order":          {{Key: "flag", Value: true}, {Key: "bytes", Value: []byte{1}}, {Key: "_id", Value: id}},
		"a key in other letters": {{Key: "UNTAG", Value: "a"}, {Key: "Flag", Value: true}},
		"a key twice":            {{Key: "untag", Value: "a"}, {Key: "untag", Value: "b"}},
		"null everywhere":        {{Key: "_id", Value: nil}, {Key: "untag", Value: nil}, {Key: "at", Value: nil}, {Key: "inner", Value: nil}, {Key: "map", Value: nil}, {Key: "lists", Value: nil}, {Key: "pp", Value: nil}, {Key: "bytes", Value: nil}, {Key: "flag", Value: nil}},
		"a number as a double":   {{Key: "inner", Value: bson.D{{Key: "a", Value: 3.0}}}},
		"a text for a number":    {{Key: "inner", Value: bson.D{{Key: "a", Value: "x"}}}},
		"a long for an int":      {{Key: "inner", Value: bson.D{{Key: "a", Value: int64(1) << 40}}}},
		"a text for a moment":    {{Key: "at", Value: "2026-11-24T00:00:00Z"}},
		"a text for bytes":       {{Key: "bytes", Value: "x"}},
		"old binary":             {{Key: "bytes", Value: bson.Binary{Subtype: 2, Data: []byte("x")}}},
		"a uuid for bytes":       {{Key: "bytes", Value: bson.Binary{Subtype: 4, Data: make([]byte, 16)}}},
		"a document for a list":  {{Key: "lists", Value: bson.D{{Key: "0", Value: "x"}}}},
		"a list for a document":  {{Key: "inner", Value: bson.A{1}}},
		"a symbol for a text":    {{Key: "untag", Value: bson.Symbol("x")}},
		"a decimal":              {{Key: "flag", Value: bson.NewDecimal128(1, 2)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := bson.Marshal(doc)
			require.NoError(t, err)
			requireSameReading(t, reflect.TypeFor[odd](), raw)
		})
	}
}

// What the codec does not know is the driver's.
func TestCodecLeavesTheRestToTheDriver(t *testing.T) {
	t.Parallel()
	type within struct {
		Next *within `bson:"next"`
	}
	for name, doc := range map[string]any{
		"any value":         &struct{ X any }{1},
		"a float":           &struct{ X float64 }{1.5},
		"a small number":    &struct{ X int32 }{1},
		"a map by numbers":  &struct{ X map[int]string }{map[int]string{1: "a"}},
		"raw bytes":         &struct{ X bson.Raw }{bson.Raw{5, 0, 0, 0, 0}},
		"an array":          &struct{ X [2]int }{},
		"a form of its own": &struct{ X bson.RawValue }{bson.RawValue{Type: bson.TypeNull}},
		"within itself":     &within{Next: &within{}},
		"a rare option": &struct {
			X int64 `bson:"x,minsize"`
		}{1},
		"an inlined map": &struct {
			X map[string]string `bson:",inline"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.False(t, docstore.HasCodec(doc))
			raw, err := docstore.Marshal(doc)
			require.NoError(t, err)
			require.Equal(t, byDriver(t, doc), []byte(raw))
			requireSameReading(t, reflect.TypeOf(doc).Elem(), raw)
		})
	}
}

// The same map is the same bytes, in whatever order Go goes through it.
func TestMapsAreInOrder(t *testing.T) {
	t.Parallel()
	doc := &models.JobRun{ID: "a", Sweep: &models.SweepRun{Skipped: map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}}}
	first, err := docstore.Marshal(doc)
	require.NoError(t, err)
	for range 20 {
		again, err := docstore.Marshal(doc)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
	var back models.JobRun
	require.NoError(t, docstore.Unmarshal(first, &back))
	require.Equal(t, doc, &back)
}

func BenchmarkCodec(b *testing.B) {
	doc := &models.Case{Facts: "流转给合作社三亩地。", Requests: []string{"付清"}, Grams: make([]string, 60), Timeline: make([]models.Event, 6), Stages: make([]models.Stage, 2)}
	for i := range doc.Stages {
		doc.Stages[i].Clocks = []models.Clock{{Working: make([]models.WorkLine, 5), Warnings: make([]models.Warning, 2)}}
	}
	raw := byDriver(b, doc)
	for name, do := range map[string]func(){
		"write/driver": func() { byDriver(b, doc) },
		"write/codec":  func() { _, _ = docstore.Marshal(doc) },
		"read/driver":  func() { _ = bson.Unmarshal(raw, new(models.Case)) },
		"read/codec":   func() { _ = docstore.Unmarshal(raw, new(models.Case)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do()
			}
		})
	}
}
