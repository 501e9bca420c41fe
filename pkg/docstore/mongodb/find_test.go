package mongodb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

func caseKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "cases",
		Fields: []docstore.Field{
			{Path: "key", Type: docstore.String}, {Path: "town", Type: docstore.String}, {Path: "state", Type: docstore.String},
			{Path: "seq", Type: docstore.Int}, {Path: "due", Type: docstore.Time}, {Path: "grams", Type: docstore.String, Array: true},
		},
		Indexes: []docstore.Index{
			{Name: "key", Fields: []string{"key"}, Unique: true},
			{Name: "seq", Fields: []string{"town", "seq"}, Unique: true},
			{Name: "town", Fields: []string{"town"}},
			{Name: "due", Fields: []string{"due"}},
			{Name: "town_due", Fields: []string{"town", "due"}},
			{Name: "town_grams", Fields: []string{"town", "grams", "due"}},
		},
	}
}

// TestParts holds the commands that queries become, since the server of the tests may not be one that
// explains them: every one has its hint, and a sort that goes on where the equal fields of the index
// end.
func TestParts(t *testing.T) {
	t.Parallel()
	town := docstore.Equal("town", "A")
	at := time.UnixMilli(1000).UTC()
	id, err := bson.ObjectIDFromHex("650000000000000000000005")
	require.NoError(t, err)
	for _, test := range []struct {
		name  string
		query docstore.Query
		want  []string // hint, sort, filter
	}{
		{"walk", docstore.Query{Index: "_id"}, []string{`_id_ _id=1 {}`}},
		{"walk on", docstore.Query{Index: "_id", Desc: true, After: &docstore.Cursor{ID: "b"}}, []string{`_id_ _id=-1 {"_id":{"$lt":"b"}}`}},
		{"one", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Equal("key", "k")}}, []string{`key  {"key":{"$eq":"k"}}`}},
		{"some", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.In("key", "k", "l")}}, []string{`key _id=1 {"key":{"$in":["k","l"]}}`}},
		{"none", docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.In[string]("key")}}, []string{}},
		{"by id", docstore.Query{Index: "town", Filter: []docstore.Condition{town, docstore.Equal("state", "x")}}, []string{`town _id=1 {"town":{"$eq":"A"},"state":{"$eq":"x"}}`}},
		{"in order", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town}, Order: "due"},
			[]string{`town_due due=1,_id=1 {"town":{"$eq":"A"},"due":{"$gte":{"$date":{"$numberLong":"-9223372036854775808"}}}}`}},
		{"in order, in a range", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.AtLeast("due", at), docstore.Below("due", at)}, Order: "due", Desc: true},
			[]string{`due due=-1,_id=-1 {"due":{"$gte":{"$date":"1970-01-01T00:00:01Z"}},"$and":[{"due":{"$lt":{"$date":"1970-01-01T00:00:01Z"}}}]}`}},
		{"behind a cursor", docstore.Query{Index: "town_due", Filter: []docstore.Condition{town}, Order: "due", After: &docstore.Cursor{Value: at, ID: id}}, []string{
			`town_due due=1,_id=1 {"town":{"$eq":"A"},"due":{"$eq":{"$date":"1970-01-01T00:00:01Z"}},"_id":{"$gt":{"$oid":"650000000000000000000005"}}}`,
			`town_due due=1,_id=1 {"town":{"$eq":"A"},"due":{"$gt":{"$date":"1970-01-01T00:00:01Z"}}}`,
		}},
		{"behind a cursor, in two ranges", docstore.Query{Index: "due", Filter: []docstore.Condition{docstore.AtLeast("due", at), docstore.AtMost("due", at)}, Order: "due", Desc: true, After: &docstore.Cursor{Value: at, ID: "x"}}, []string{
			`due due=-1,_id=-1 {"due":{"$gte":{"$date":"1970-01-01T00:00:01Z"}},"$and":[{"due":{"$lte":{"$date":"1970-01-01T00:00:01Z"}}},{"due":{"$eq":{"$date":"1970-01-01T00:00:01Z"}}}],"_id":{"$lt":"x"}}`,
			`due due=-1,_id=-1 {"due":{"$gte":{"$date":"1970-01-01T00:00:01Z"}},"$and":[{"due":{"$lte":{"$date":"1970-01-01T00:00:01Z"}}},{"due":{"$lt":{"$date":"1970-01-01T00:00:01Z"}}}]}`,
		}},
		{"in a unique order", docstore.Query{Index: "seq", Filter: []docstore.Condition{town}, Order: "seq", Desc: true},
			[]string{`seq seq=-1 {"town":{"$eq":"A"},"seq":{"$gte":-9223372036854775808}}`}},
		{"grams", docstore.Query{Index: "town_grams", Filter: []docstore.Condition{docstore.In("town", "A", "B"), docstore.HasAll("grams", "张三", "北坡"), docstore.AtMost("due", at)}, Order: "due"},
			[]string{`town_grams due=1,_id=1 {"town":{"$in":["A","B"]},"grams":{"$all":["张三","北坡"]},"due":{"$lte":{"$date":"1970-01-01T00:00:01Z"}}}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.query.Limit = 20
			kind := caseKind()
			require.NoError(t, kind.Check(test.query))
			index, _ := kind.Index(test.query.Index)
			stored := keysOf(index)
			got := []string{}
			for _, p := range parts(kind, test.query) {
				var sort, sorted []string
				for _, key := range p.sort {
					sort = append(sort, fmt.Sprintf("%s=%v", key.Key, key.Value))
					sorted = append(sorted, key.Key)
				}
				json, err := bson.MarshalExtJSON(p.filter, false, false)
				require.NoError(t, err)
				got = append(got, fmt.Sprintf("%s %s %s", p.hint, strings.Join(sort, ","), json))
				if test.name != "some" { // a few documents of a unique key are sorted by the server
					require.True(t, slices.Equal(stored[len(stored)-len(sorted):], sorted) || sorted == nil, "the sort is the end of the index")
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	got, err := bson.MarshalExtJSON(bson.D{{Key: "p", Value: pipeline(docstore.Grouping{
		Index: "town", Filter: []docstore.Condition{docstore.Equal("town", "A")}, By: []string{"state", "due"}, Sums: []string{"seq"},
	})}}, false, false)
	require.NoError(t, err)
	require.Equal(t, `{"p":[{"$match":{"town":{"$eq":"A"}}},{"$group":{"_id":{"k0":"$state","k1":"$due"},"n":{"$sum":1},"s0":{"$sum":"$seq"}}}]}`, string(got))
}

func TestMerge(t *testing.T) {
	t.Parallel()
	group := func(key any, count int64) docstore.Group {
		return docstore.Group{Keys: []any{key, true}, Count: count, Sums: []int64{count * 10}}
	}
	require.Equal(t, []docstore.Group{group(nil, 3), group("a", 1), group("村", 4)},
		merge([]docstore.Group{group("村", 4), group(nil, 1), group("a", 1), group(nil, 2)}), "a missing and a null key are one group")
}
