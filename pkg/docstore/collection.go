package docstore

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"runtime"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Head is embedded, inline, in every document type. It carries the version.
type Head struct {
	Version int64 `bson:"v" json:"version"`
}

func (h *Head) version() *int64 { return &h.Version }

// Document is a pointer to a type that embeds Head and knows its id.
type Document interface {
	DocID() any
	version() *int64
}

var _ interface{ version() *int64 } = (*Head)(nil)

// Collection is the typed view of one kind of document.
type Collection[T any, D interface {
	*T
	Document
}] struct {
	engine Engine
	kind   *Kind
}

// NewCollection binds a document type to its kind on an engine.
func NewCollection[T any, D interface {
	*T
	Document
}](engine Engine, kind *Kind) Collection[T, D] {
	return Collection[T, D]{engine: engine, kind: kind}
}

// Get returns the document of that id, or ErrNotFound.
func (c Collection[T, D]) Get(ctx context.Context, id any) (*T, error) {
	raw, err := c.engine.Get(ctx, c.kind, id)
	if err != nil {
		return nil, err
	}
	return c.decode(raw)
}

// Insert adds a new document and sets its version to 1.
func (c Collection[T, D]) Insert(ctx context.Context, doc *T) error {
	*D(doc).version() = 1
	raw, err := Marshal(doc)
	if err != nil {
		return err
	}
	return c.engine.Insert(ctx, c.kind, raw)
}

// Replace writes a document back if nobody changed it since it was read, and raises its version.
// The version of doc is unchanged when an error is returned.
func (c Collection[T, D]) Replace(ctx context.Context, doc *T) error {
	write, err := c.prepare(doc)
	if err != nil {
		return err
	}
	if err := c.engine.Replace(ctx, c.kind, write.Doc, write.Expected); err != nil {
		*D(doc).version() = write.Expected
		return err
	}
	return nil
}

// ReplaceMany is Replace for many documents, each with its own result.
func (c Collection[T, D]) ReplaceMany(ctx context.Context, docs []*T) ([]error, error) {
	writes := make([]Write, len(docs))
	for i, doc := range docs {
		Pause(i)
		write, err := c.prepare(doc)
		if err != nil {
			return nil, err
		}
		writes[i] = write
	}
	results, err := c.engine.ReplaceMany(ctx, c.kind, writes)
	for i, doc := range docs {
		if err != nil || results[i] != nil {
			*D(doc).version() = writes[i].Expected
		}
	}
	return results, err
}

// Delete removes a document if nobody changed it since it was read.
func (c Collection[T, D]) Delete(ctx context.Context, doc *T) error {
	return c.engine.Delete(ctx, c.kind, D(doc).DocID(), *D(doc).version())
}

// Find returns one page of documents.
func (c Collection[T, D]) Find(ctx context.Context, query Query) ([]*T, error) {
	raws, err := c.engine.Find(ctx, c.kind, query)
	if err != nil {
		return nil, err
	}
	docs := make([]*T, len(raws))
	for i, raw := range raws {
		Pause(i)
		if docs[i], err = c.decode(raw); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// Pause lets others go first now and then, while many documents are worked through: whoever asks for
// one of them does not wait for all. done is how many there were.
func Pause(done int) {
	if done%16 == 15 {
		runtime.Gosched()
	}
}

// Raws is Find for documents that are not decoded; see Memo.
func (c Collection[T, D]) Raws(ctx context.Context, query Query) ([]bson.Raw, error) {
	return c.engine.Find(ctx, c.kind, query)
}

// Decode makes the document of its bytes.
func (c Collection[T, D]) Decode(raw bson.Raw) (*T, error) { return c.decode(raw) }

// Tally counts and sums.
func (c Collection[T, D]) Tally(ctx context.Context, grouping Grouping) ([]Group, error) {
	return c.engine.Tally(ctx, c.kind, grouping)
}

func (c Collection[T, D]) prepare(doc *T) (Write, error) {
	version := D(doc).version()
	expected := *version
	*version = expected + 1
	raw, err := Marshal(doc)
	if err != nil {
		*version = expected
		return Write{}, err
	}
	return Write{Doc: raw, Expected: expected}, nil
}

func (c Collection[T, D]) decode(raw bson.Raw) (*T, error) {
	doc := new(T)
	if err := Unmarshal(raw, doc); err != nil {
		return nil, fmt.Errorf("decode %s: %w", c.kind.Name, err)
	}
	return doc, nil
}

// Marshal encodes a document as both engines store it: nil slices as empty arrays.
func Marshal(doc any) (bson.Raw, error) {
	if v := reflect.Indirect(reflect.ValueOf(doc)); v.Kind() == reflect.Struct {
		if s := structureOf(v.Type()); s != nil {
			raw := s.encode(make([]byte, 0, s.size.Load()+512), v)
			s.size.Store(int64(len(raw)))
			return raw, nil
		}
	}
	return marshalByDriver(doc)
}

func marshalByDriver(doc any) (bson.Raw, error) {
	var buffer bytes.Buffer
	encoder := bson.NewEncoder(bson.NewDocumentWriter(&buffer))
	encoder.NilSliceAsEmpty()
	if err := encoder.Encode(doc); err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	return buffer.Bytes(), nil
}

// Unmarshal decodes a document into a struct that has no values yet.
func Unmarshal(raw bson.Raw, doc any) error {
	if v := reflect.ValueOf(doc).Elem(); v.Kind() == reflect.Struct {
		if s := structureOf(v.Type()); s != nil {
			if s.decode(raw, v) {
				return nil
			}
			v.SetZero()
		}
	}
	return bson.Unmarshal(raw, doc)
}
