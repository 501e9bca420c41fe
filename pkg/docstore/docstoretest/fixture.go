package docstoretest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// paper is a document with an ObjectID and a field of every type.
type paper struct {
	ID            bson.ObjectID `bson:"_id"`
	docstore.Head `bson:",inline"`
	Key           string        `bson:"key"` // unique
	Shelf         shelf         `bson:"shelf"`
	State         string        `bson:"state"`
	Amount        int64         `bson:"amount"`
	Copies        int32         `bson:"copies"`
	Sealed        bool          `bson:"sealed"`
	Owner         bson.ObjectID `bson:"owner"`
	At            time.Time     `bson:"at"`
	Due           *time.Time    `bson:"due,omitempty"` // missing where nil
	Remark        *string       `bson:"remark"`        // null where nil
	Grams         []string      `bson:"grams"`
	Text          string        `bson:"text"` // not declared
}

type shelf struct {
	Town   string `bson:"town"`
	Number int64  `bson:"number"` // unique within the town
}

func (p *paper) DocID() any { return p.ID }

func paperKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "papers",
		Fields: []docstore.Field{
			{Path: "key", Type: docstore.String},
			{Path: "shelf.town", Type: docstore.String},
			{Path: "shelf.number", Type: docstore.Int},
			{Path: "state", Type: docstore.String},
			{Path: "amount", Type: docstore.Int},
			{Path: "copies", Type: docstore.Int},
			{Path: "sealed", Type: docstore.Bool},
			{Path: "owner", Type: docstore.ObjectID},
			{Path: "at", Type: docstore.Time},
			{Path: "due", Type: docstore.Time},
			{Path: "remark", Type: docstore.String},
			{Path: "grams", Type: docstore.String, Array: true},
		},
		Indexes: []docstore.Index{
			{Name: "key", Fields: []string{"key"}, Unique: true},
			{Name: "number", Fields: []string{"shelf.town", "shelf.number"}, Unique: true},
			{Name: "town", Fields: []string{"shelf.town"}},
			{Name: "town_state", Fields: []string{"shelf.town", "state", "at"}},
			{Name: "town_due", Fields: []string{"shelf.town", "due"}},
			{Name: "town_amount", Fields: []string{"shelf.town", "amount"}},
			{Name: "due", Fields: []string{"due"}},
			{Name: "owner", Fields: []string{"owner"}},
			{Name: "sealed", Fields: []string{"sealed", "owner"}},
			{Name: "remark", Fields: []string{"remark"}},
			{Name: "town_grams", Fields: []string{"shelf.town", "grams", "at"}},
			{Name: "grams", Fields: []string{"grams", "due"}},
		},
	}
}

// label is a document with a string for its id, of a kind that may be deleted.
type label struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Word          string `bson:"word"`
	Count         int64  `bson:"count"`
}

func (l *label) DocID() any { return l.ID }

func labelKind() *docstore.Kind {
	return &docstore.Kind{
		Name:      "labels",
		Fields:    []docstore.Field{{Path: "word", Type: docstore.String}},
		Indexes:   []docstore.Index{{Name: "word", Fields: []string{"word"}}},
		Deletable: true,
	}
}

type (
	papers = docstore.Collection[paper, *paper]
	labels = docstore.Collection[label, *label]
)

// start opens an empty store that knows papers and labels.
func (s suite) start(t *testing.T) (docstore.Engine, papers, labels) {
	t.Helper()
	engine := s.open(t)
	require.NoError(t, engine.Ensure(t.Context(), paperKind(), labelKind()))
	return engine, docstore.NewCollection[paper](engine, paperKind()), docstore.NewCollection[label](engine, labelKind())
}

// spring is the moment from which the documents of the tests count.
var spring = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// number is an ObjectID that sorts by n.
func number(n int) bson.ObjectID {
	var id bson.ObjectID
	id[0], id[10], id[11] = 0x65, byte(n>>8), byte(n)
	return id
}

// newPaper makes the n-th paper, with a key and a shelf number of its own.
func newPaper(n int, change ...func(*paper)) *paper {
	p := &paper{
		ID:    number(n),
		Key:   fmt.Sprintf("key-%04d", n),
		Shelf: shelf{Town: "枫溪镇", Number: int64(n)},
		State: "open",
		Owner: number(9000),
		At:    spring.Add(time.Duration(n) * time.Hour),
		Grams: []string{},
		Text:  "北坡三组土地流转",
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func insert(t *testing.T, c papers, docs ...*paper) {
	t.Helper()
	for _, p := range docs {
		require.NoError(t, c.Insert(t.Context(), p), "insert %s", p.Key)
	}
}

func keys(docs []*paper) []string {
	out := make([]string, len(docs))
	for i, p := range docs {
		out[i] = p.Key
	}
	return out
}

// find returns the keys of what a query finds.
func find(t *testing.T, c papers, query docstore.Query) []string {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = docstore.MaxLimit
	}
	found, err := c.Find(t.Context(), query)
	require.NoError(t, err)
	return keys(found)
}

func inTown(town string) docstore.Condition { return docstore.Equal("shelf.town", town) }

func ptr[T any](v T) *T { return &v }
