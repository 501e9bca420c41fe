package embedded

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// arrayIndex is an index with an array. It is two tables. The entries have a row for each distinct
// element of each document, so that a search walks the documents that have an element. A new
// document with its two dozen elements would touch as many pages there; it goes to the fresh table
// instead, as one row with all its elements, beside the other fresh documents of its place. A
// search walks both. When a place has about maxFresh fresh documents, they move to the entries
// together, in the order of these.
type arrayIndex struct {
	index   docstore.Index
	array   int // which of the index's fields is the array
	element docstore.Type
	keys    []string // the array's path in pieces
	others  []string // the index's fields that are no array
	columns []int    // their columns in the narrow table

	entries, fresh string // quoted
	sql            struct{ addEntry, removeEntry, addFresh, removeFresh, countFresh, moveFresh, clearFresh string }
}

// maxFresh bounds the documents of one place that a search has to look through one by one.
const maxFresh = 256

func (t *table) newArrayIndex(index docstore.Index, at int) arrayIndex {
	f, _ := t.kind.Field(index.Fields[at])
	name := indexName(t.kind.Name, index.Name)
	a := arrayIndex{
		index: index, array: at, element: f.Type, keys: strings.Split(f.Path, "."),
		others:  slices.Delete(slices.Clone(index.Fields), at, at+1),
		entries: quote(name), fresh: quote(name + ":fresh"),
	}
	equal := ""
	for _, path := range a.others {
		a.columns = append(a.columns, t.column(path))
		equal += quote(path) + " = ? AND "
	}
	place := a.place("")
	array, others := quote(f.Path), list("", a.others)
	a.sql.addEntry = fmt.Sprintf("INSERT INTO %s (%s_id, _row, %s) VALUES (%s)", a.entries, others, array, marks(len(a.others)+3))
	a.sql.removeEntry = fmt.Sprintf("DELETE FROM %s WHERE %s_id = ? AND %s = ?", a.entries, equal, array)
	a.sql.addFresh = fmt.Sprintf("INSERT INTO %s (%s_id, _row, elements) VALUES (%s)", a.fresh, others, marks(len(a.others)+3))
	a.sql.removeFresh = fmt.Sprintf("DELETE FROM %s WHERE %s_id = ?", a.fresh, equal)
	a.sql.countFresh = fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d)", a.fresh, place, maxFresh+1)
	a.sql.moveFresh = a.move(a.place("f.") + " ORDER BY " + a.order())
	a.sql.clearFresh = fmt.Sprintf("DELETE FROM %s WHERE %s", a.fresh, place)
	return a
}

// list quotes names, each followed by a comma.
func list(prefix string, names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(prefix + quote(name) + ", ")
	}
	return b.String()
}

// place is the condition on the fields before the array.
func (a *arrayIndex) place(prefix string) string {
	text := ""
	for _, path := range a.others[:a.array] {
		text += prefix + quote(path) + " = ? AND "
	}
	return text + "TRUE"
}

// order is the order of the entries, of fresh rows f that are taken apart to elements e.
func (a *arrayIndex) order() string {
	return list("f.", a.others[:a.array]) + "element, " + list("f.", a.others[a.array:]) + "f._id"
}

// move is the statement that makes entries of fresh rows.
func (a *arrayIndex) move(which string) string {
	value := "e.value"
	if a.element == docstore.ObjectID {
		value = "unhex(e.value)"
	}
	return fmt.Sprintf("INSERT INTO %s (%s_id, _row, %s) SELECT %sf._id, f._row, %s AS element FROM %s AS f CROSS JOIN json_each(f.elements) AS e WHERE %s",
		a.entries, list("", a.others), quote(a.index.Fields[a.array]), list("f.", a.others), value, a.fresh, which)
}

// create makes the tables.
func (a *arrayIndex) create() []string {
	columns := func(names []string) string { return strings.ReplaceAll(list("", names), ",", " NOT NULL,") }
	return []string{
		fmt.Sprintf("CREATE TABLE %s (%s_id NOT NULL, _row INTEGER NOT NULL, PRIMARY KEY (%s_id)) WITHOUT ROWID",
			a.entries, columns(a.index.Fields), list("", a.index.Fields)),
		fmt.Sprintf("CREATE TABLE %s (%s_id NOT NULL, _row INTEGER NOT NULL, elements TEXT NOT NULL, PRIMARY KEY (%s_id)) WITHOUT ROWID",
			a.fresh, columns(a.others), list("", a.others)),
	}
}

// drop removes them.
func (a *arrayIndex) drop() []string {
	return []string{"DROP TABLE " + a.entries, "DROP TABLE " + a.fresh}
}

// fill makes entries of every document, in their order.
func (a *arrayIndex) fill(s *session, t *table) error {
	if err := t.each(s, func(at int64, r row) error {
		d, err := a.of(at, &r)
		if err != nil || len(d.elements) == 0 {
			return err
		}
		return a.addFresh(s, d)
	}); err != nil {
		return err
	}
	return s.run([]string{a.move("TRUE ORDER BY " + a.order()), "DELETE FROM " + a.fresh})
}

// document is what an index with an array knows of a document.
type document struct {
	fields   []any // the index's other fields
	id       any
	at       int64 // the row
	elements []any // each once
}

// same says whether two versions of a document have the same part in the index, byte for byte: mostly
// they do, and then nothing has to be taken apart.
func (a *arrayIndex) same(from, to *row) bool {
	for _, column := range a.columns {
		if identity(from.columns[column]) != identity(to.columns[column]) {
			return false
		}
	}
	was, is := from.doc.Lookup(a.keys...), to.doc.Lookup(a.keys...)
	return was.Type == is.Type && bytes.Equal(was.Value, is.Value)
}

// of reads a document's part in the index.
func (a *arrayIndex) of(at int64, r *row) (document, error) {
	d := document{fields: make([]any, len(a.columns)), id: r.id, at: at}
	for i, column := range a.columns {
		if d.fields[i] = r.columns[column]; d.fields[i] == nil {
			d.fields[i] = missing
		}
	}
	var err error
	if d.elements, err = a.read(r.doc); err != nil {
		err = fmt.Errorf("field %s: %w", a.index.Fields[a.array], err)
	}
	return d, err
}

func (a *arrayIndex) read(doc bson.Raw) ([]any, error) {
	value := doc.Lookup(a.keys...)
	switch value.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return nil, nil
	}
	array, ok := value.ArrayOK()
	if !ok {
		return nil, fmt.Errorf("a %s is no array", value.Type)
	}
	values, err := array.Values()
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(values))
	for _, v := range values {
		element, err := scalar(a.element, v)
		if err != nil {
			return nil, err
		}
		if s, ok := element.(string); ok && (!utf8.ValidString(s) || strings.Contains(s, "\x00")) {
			return nil, errors.New("an element is no text")
		}
		if element != nil {
			out = append(out, element)
		}
	}
	return distinct(out), nil
}

// packed writes elements as JSON, each between line ends. A line end is white space around an
// element and never within one, so that an element is found by its text.
func packed(elements []any) (string, error) {
	var b strings.Builder
	b.WriteByte('[')
	for i, element := range elements {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := needle(element)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	b.WriteByte(']')
	return b.String(), nil
}

// needle is the text of an element among packed ones.
func needle(element any) (string, error) {
	if id, ok := element.([]byte); ok {
		element = hex.EncodeToString(id)
	}
	text, err := json.Marshal(element)
	return "\n" + string(text) + "\n", err
}

// key is the fields and the id, with room for what follows.
func (d *document) key() []any {
	return append(append(make([]any, 0, len(d.fields)+3), d.fields...), d.id)
}

// change brings the index from what it knows of a document to what it is to know; either may be
// nothing.
func (a *arrayIndex) change(s *session, from, to document) error {
	same := slices.EqualFunc(from.fields, to.fields, func(x, y any) bool { return identity(x) == identity(y) })
	gone, come := from.elements, to.elements
	if same {
		gone, come = without(gone, come), without(come, gone)
	}
	if len(gone)+len(come) == 0 {
		return nil
	}
	if len(from.elements) > 0 {
		result, err := s.execResult(a.sql.removeFresh, from.key()...)
		if err != nil {
			return err
		}
		fresh, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if fresh == 0 {
			for _, element := range gone {
				if err := s.exec(a.sql.removeEntry, append(from.key(), element)...); err != nil {
					return err
				}
			}
			if same {
				for _, element := range come {
					if err := s.exec(a.sql.addEntry, append(to.key(), to.at, element)...); err != nil {
						return err
					}
				}
				return nil
			}
		}
	}
	if len(to.elements) == 0 {
		return nil
	}
	return cmp.Or(a.addFresh(s, to), a.settle(s, to))
}

func (a *arrayIndex) addFresh(s *session, d document) error {
	text, err := packed(d.elements)
	if err != nil {
		return err
	}
	return s.exec(a.sql.addFresh, append(d.key(), d.at, text)...)
}

// settle moves the fresh documents of a place to the entries if they are many. They are counted
// after one in eight only; the rows that are chosen for it follow no pattern that a sequence of
// places could keep away from.
func (a *arrayIndex) settle(s *session, d document) error {
	if uint32(d.at)*2654435769>>29 != 0 {
		return nil
	}
	place := d.fields[:a.array]
	var count int
	if _, err := s.row(a.sql.countFresh, place, &count); err != nil || count <= maxFresh {
		return err
	}
	if err := s.exec(a.sql.moveFresh, place...); err != nil {
		return err
	}
	return s.exec(a.sql.clearFresh, place...)
}

func without(values, others []any) []any {
	other := make(map[any]bool, len(others))
	for _, v := range others {
		other[identity(v)] = true
	}
	var out []any
	for _, v := range values {
		if !other[identity(v)] {
			out = append(out, v)
		}
	}
	return out
}
