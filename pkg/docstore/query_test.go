package docstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

func disputes() *docstore.Kind {
	return &docstore.Kind{
		Name: "disputes",
		Fields: []docstore.Field{
			{Path: "key", Type: docstore.String},
			{Path: "place.town", Type: docstore.String},
			{Path: "state", Type: docstore.String},
			{Path: "amount", Type: docstore.Int},
			{Path: "due", Type: docstore.Time},
			{Path: "sealed", Type: docstore.Bool},
			{Path: "owner", Type: docstore.ObjectID},
			{Path: "grams", Type: docstore.String, Array: true},
		},
		Indexes: []docstore.Index{
			{Name: "key", Fields: []string{"key"}, Unique: true},
			{Name: "number", Fields: []string{"place.town", "amount"}, Unique: true},
			{Name: "town", Fields: []string{"place.town"}},
			{Name: "town_due", Fields: []string{"place.town", "due"}},
			{Name: "town_state", Fields: []string{"place.town", "state", "due"}},
			{Name: "town_grams", Fields: []string{"place.town", "grams", "due"}},
		},
	}
}

var (
	town  = docstore.Equal("place.town", "枫溪镇")
	towns = docstore.In("place.town", "枫溪镇", "北坡")
	day   = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	until = docstore.AtMost("due", day)
)

func TestKindValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, disputes().Validate())
	for _, test := range []struct {
		name   string
		change func(*docstore.Kind)
	}{
		{"upper case", func(k *docstore.Kind) { k.Name = "Disputes" }},
		{"id declared", func(k *docstore.Kind) { k.Fields[0].Path = "_id" }},
		{"version declared", func(k *docstore.Kind) { k.Fields[0].Path = "v" }},
		{"operator in a path", func(k *docstore.Kind) { k.Fields[0].Path = "$where" }},
		{"empty step of a path", func(k *docstore.Kind) { k.Fields[0].Path = "a..b" }},
		{"type unknown", func(k *docstore.Kind) { k.Fields[0].Type = docstore.ObjectID + 1 }},
		{"index name with a dot", func(k *docstore.Kind) { k.Indexes[0].Name = "a.b" }},
		{"two arrays in an index", func(k *docstore.Kind) {
			k.Fields = append(k.Fields, docstore.Field{Path: "tags", Type: docstore.String, Array: true})
			k.Indexes[2].Fields = []string{"grams", "tags"}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			kind := disputes()
			test.change(kind)
			require.Error(t, kind.Validate())
		})
	}
}

// TestKindCheck asks what is served; the conformance suite asks of every engine what is refused.
func TestKindCheck(t *testing.T) {
	t.Parallel()
	id := bson.NewObjectID()
	for _, test := range []struct {
		name  string
		query docstore.Query
		ok    bool
	}{
		{"walk by id", docstore.Query{Index: "_id"}, true},
		{"walk by id from a string", docstore.Query{Index: "_id", After: &docstore.Cursor{ID: "a"}}, true},
		{"walk by a unique key", docstore.Query{Index: "key", Order: "key"}, true},
		{"one by its key", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Equal("key", "k")}}, true},
		{"some by their keys", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.In("key", "k", "l")}}, true},
		{"by id inside", docstore.Query{Index: "town", Filter: []docstore.Condition{towns, until}}, true},
		{"in order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{until, towns}, Order: "due", After: &docstore.Cursor{Value: day, ID: id}}, true},
		{"in order, two fields deep", docstore.Query{Index: "town_state", Filter: []docstore.Condition{town, docstore.In("state", "a", "b")}, Order: "due"}, true},
		{"grams", docstore.Query{Index: "town_grams", Filter: []docstore.Condition{towns, docstore.HasAll("grams", "张三", "北坡")}, Order: "due"}, true},
		{"last number", docstore.Query{Index: "number", Filter: []docstore.Condition{town}, Order: "amount", Desc: true}, true},
		{"rest of every type", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("sealed", true), docstore.Equal("owner", id), docstore.Above("amount", int64(1))}}, true},

		{"numbers of two towns have no order", docstore.Query{Index: "number", Filter: []docstore.Condition{towns}, Order: "amount"}, false},
		{"a range before the order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{docstore.AtLeast("place.town", "a")}, Order: "due"}, false},
		{"a cursor's time for an id", docstore.Query{Index: "town", Filter: []docstore.Condition{town}, After: &docstore.Cursor{Value: day, ID: id}}, false},
		{"a typed string is no string", docstore.Query{Index: "town", Filter: []docstore.Condition{docstore.Equal("place.town", docstore.IDIndex), docstore.Equal("state", state("open"))}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.query.Limit = 20
			require.Equal(t, test.ok, disputes().Check(test.query) == nil)
		})
	}
}

type state string

func TestKindCheckDocument(t *testing.T) {
	t.Parallel()
	id := bson.NewObjectID()
	document := func(change ...bson.E) bson.D {
		doc := bson.D{{Key: "_id", Value: id}, {Key: "v", Value: int64(3)}, {Key: "key", Value: "k"}, {Key: "amount", Value: int32(5)}, {Key: "place", Value: bson.D{{Key: "town", Value: "枫溪镇"}}}}
		for _, c := range change {
			replaced := false
			for i := range doc {
				if doc[i].Key == c.Key {
					doc[i], replaced = c, true
				}
			}
			if !replaced {
				doc = append(doc, c)
			}
		}
		return doc
	}
	for _, test := range []struct {
		name string
		doc  bson.D
		ok   bool
	}{
		{"least", document(), true},
		{"null", document(bson.E{Key: "due", Value: nil}, bson.E{Key: "grams", Value: nil}), true},
		{"of every type", document(bson.E{Key: "due", Value: day}, bson.E{Key: "sealed", Value: false}, bson.E{Key: "owner", Value: id}, bson.E{Key: "grams", Value: bson.A{"张三"}}), true},
		{"undeclared fields as they like", document(bson.E{Key: "extra", Value: bson.A{1, bson.D{}}}), true},

		{"unique key missing", document(bson.E{Key: "key", Value: nil}), false},
		{"part of a unique key missing", document(bson.E{Key: "place", Value: bson.D{}}), false},
		{"the way to it is missing", document(bson.E{Key: "place", Value: nil}), false},
		{"the way to it is an array", document(bson.E{Key: "place", Value: bson.A{bson.D{{Key: "town", Value: "枫溪镇"}}}}), false},
		{"another type", document(bson.E{Key: "amount", Value: 1.5}), false},
		{"an array for a value", document(bson.E{Key: "state", Value: bson.A{"open"}}), false},
		{"a value for an array", document(bson.E{Key: "grams", Value: "张三"}), false},
		{"another type in an array", document(bson.E{Key: "grams", Value: bson.A{"张三", nil}}), false},
		{"id is a number", document(bson.E{Key: "_id", Value: 1}), false},
		{"version is an int32", document(bson.E{Key: "v", Value: int32(3)}), false},
		{"id is not first", append(bson.D{{Key: "x", Value: 1}}, document()...), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			raw, err := docstore.Marshal(test.doc)
			require.NoError(t, err)
			gotID, version, err := disputes().CheckDocument(raw)
			if !test.ok {
				require.Error(t, err)
				require.NotContains(t, err.Error(), "枫溪镇", "an error tells no content")
				return
			}
			require.NoError(t, err)
			require.Equal(t, id, gotID)
			require.EqualValues(t, 3, version)
			_, err = disputes().CheckWrite(docstore.Write{Doc: raw, Expected: 2})
			require.NoError(t, err)
			_, err = disputes().CheckWrite(docstore.Write{Doc: raw, Expected: 1})
			require.Error(t, err, "a version grows by one")
		})
	}
}
