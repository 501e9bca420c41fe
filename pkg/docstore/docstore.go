package docstore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var (
	// ErrNotFound says that there is no document of that id.
	ErrNotFound = errors.New("document not found")
	// ErrConflict says that the stored version is not the expected one. Nothing was written.
	ErrConflict = errors.New("document was changed meanwhile")
	// ErrUnavailable says that the store cannot be reached or does not answer; try again later.
	ErrUnavailable = errors.New("store unavailable")
	// ErrNewerSchema says that the store was written by a newer version of the program.
	ErrNewerSchema = errors.New("store belongs to a newer version of the program")
)

// DuplicateError says that another document already has that unique key. Nothing was written.
type DuplicateError struct {
	Kind  string // kind of document
	Index string // name of the unique index; "_id" for the id itself
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("duplicate key: %s.%s", e.Kind, e.Index)
}

// Type is the type of a declared field.
type Type int

const (
	String   Type = iota + 1
	Int           // int64 or int32
	Time          // BSON date, milliseconds
	Bool          //
	ObjectID      //
)

// Field is a place in a document that may be filtered, ordered, grouped or summed by.
type Field struct {
	Path  string // BSON path with dots: "place.village"
	Type  Type
	Array bool // the field is an array of Type; only HasAll asks for it
}

// Index serves questions. The id is appended to every index that is not unique.
type Index struct {
	Name   string
	Fields []string // paths of declared fields, in order; at most one of them an array, which is then neither ordered nor ranged by
	Unique bool     // the fields together are unique; each must be present and not null in every document
}

// Kind declares a kind of document.
type Kind struct {
	Name      string // collection or table: lower-case letters, digits and underscores
	Fields    []Field
	Indexes   []Index
	Deletable bool // Delete is refused for all other kinds
}

// Op is the way a condition compares.
type Op int

const (
	OpEqual   Op = iota + 1
	OpIn         // one of Values; no Values match nothing
	OpAtLeast    // >=
	OpAtMost     // <=
	OpAbove      // >
	OpBelow      // <
	OpHasAll     // the array has each of Values
)

// Condition is one condition on one declared field.
type Condition struct {
	Field  string
	Op     Op
	Values []any // string, int64, time.Time, bool or bson.ObjectID, as the field's type demands
}

// Equal, In and the others build conditions.
func Equal(field string, value any) Condition   { return Condition{field, OpEqual, []any{value}} }
func AtLeast(field string, value any) Condition { return Condition{field, OpAtLeast, []any{value}} }
func AtMost(field string, value any) Condition  { return Condition{field, OpAtMost, []any{value}} }
func Above(field string, value any) Condition   { return Condition{field, OpAbove, []any{value}} }
func Below(field string, value any) Condition   { return Condition{field, OpBelow, []any{value}} }

// In asks for any of the values.
func In[T any](field string, values ...T) Condition {
	return Condition{field, OpIn, anys(values)}
}

// HasAll asks an array field for all of the values.
func HasAll[T any](field string, values ...T) Condition {
	return Condition{field, OpHasAll, anys(values)}
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// Cursor is a place in an order: the order field's value and the id of the last document read.
type Cursor struct {
	Value any // nil when the order is by id alone
	ID    any
}

// Query asks for documents of one kind.
type Query struct {
	Index  string      // name of the declared index that narrows, "_id" to walk by id
	Filter []Condition // all must hold
	Order  string      // declared field, "" for the order of the id
	Desc   bool
	After  *Cursor // where the page before ended; nil for the first
	Limit  int     // at most so many documents, 1 to MaxLimit
}

// MaxLimit is the largest page.
const MaxLimit = 1000

// Grouping asks for counts and sums.
type Grouping struct {
	Index  string
	Filter []Condition
	By     []string // declared fields, none for one total
	Sums   []string // declared fields of type Int
}

// Group is one row of a tally.
type Group struct {
	Keys  []any // values of Grouping.By: string, int64, bool, time.Time, bson.ObjectID, or nil where missing
	Count int64
	Sums  []int64
}

// Write is one document of a ReplaceMany.
type Write struct {
	Doc      bson.Raw // carries the new version
	Expected int64    // the version it was made from
}

// Plan is what an engine says of how it would answer a query.
type Plan struct {
	Index string // the index it uses, "" if none
	Scan  bool   // it walks the whole kind
	Sort  bool   // it sorts instead of reading in order
	Text  string // the engine's own words
}

// Engine stores documents. All methods are safe for concurrent use.
type Engine interface {
	// Ensure creates what the kinds declare. It is called once, before anything else, and again
	// after an upgrade: new indexes are filled from the documents that are there.
	Ensure(ctx context.Context, kinds ...*Kind) error

	// Get returns the document of that id, or ErrNotFound.
	Get(ctx context.Context, kind *Kind, id any) (bson.Raw, error)
	// Insert adds a document, or returns *DuplicateError.
	Insert(ctx context.Context, kind *Kind, doc bson.Raw) error
	// Replace puts doc, which carries its new version, in the place of the stored document of the
	// same id if that has the expected version; else ErrConflict, ErrNotFound or *DuplicateError.
	Replace(ctx context.Context, kind *Kind, doc bson.Raw, expected int64) error
	// ReplaceMany is Replace for many, each with its own result, in their order. The error beside
	// the results is that of the whole call; then nothing is known of the single writes.
	ReplaceMany(ctx context.Context, kind *Kind, writes []Write) ([]error, error)
	// Delete removes the document of that id if it has the expected version. ErrNotFound, ErrConflict.
	Delete(ctx context.Context, kind *Kind, id any, expected int64) error

	// Find returns the documents of one page.
	Find(ctx context.Context, kind *Kind, query Query) ([]bson.Raw, error)
	// Tally counts and sums. Groups come in the order of their keys.
	Tally(ctx context.Context, kind *Kind, grouping Grouping) ([]Group, error)
	// Explain says how Find would answer, without answering.
	Explain(ctx context.Context, kind *Kind, query Query) (Plan, error)

	// PutBlob keeps bytes and returns the lower-case hex SHA-256 they are found by. Putting the
	// same bytes again is no error and keeps one copy.
	PutBlob(ctx context.Context, data []byte) (string, error)
	// GetBlob returns the bytes of that hash, or ErrNotFound.
	GetBlob(ctx context.Context, hash string) ([]byte, error)

	// Ping says whether the store answers.
	Ping(ctx context.Context) error
	// Close waits for what was acknowledged and releases everything. Calls after it give ErrUnavailable.
	Close() error
}
