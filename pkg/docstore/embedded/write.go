package embedded

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Insert adds a document.
func (e *Engine) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	return e.write(ctx, kind, func(t *table) (func(*session) (error, error), error) {
		r, err := t.newRow(doc)
		return func(s *session) (error, error) { return t.insert(s, r) }, err
	})
}

// Replace puts a document in the place of its expected version.
func (e *Engine) Replace(ctx context.Context, kind *docstore.Kind, doc bson.Raw, expected int64) error {
	return e.write(ctx, kind, func(t *table) (func(*session) (error, error), error) {
		r, err := t.newVersion(doc, expected)
		return func(s *session) (error, error) { return t.replace(s, r, expected) }, err
	})
}

// Delete removes the expected version of a document.
func (e *Engine) Delete(ctx context.Context, kind *docstore.Kind, id any, expected int64) error {
	return e.write(ctx, kind, func(t *table) (func(*session) (error, error), error) {
		if !t.kind.Deletable {
			return nil, fmt.Errorf("%s are not deleted", t.kind.Name)
		}
		err := docstore.CheckID(id)
		return func(s *session) (error, error) { return t.remove(s, sqlValue(id), expected) }, err
	})
}

// write prepares a write of one document in the caller's goroutine and has it committed. What is
// prepared tells the outcome for the caller apart from an error that ends the transaction.
func (e *Engine) write(ctx context.Context, kind *docstore.Kind, prepare func(*table) (func(*session) (error, error), error)) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	defer e.leave()
	t, err := e.table(kind)
	if err != nil {
		return err
	}
	apply, err := prepare(t)
	if err != nil {
		return err
	}
	var outcome error
	if err := e.writer.do(ctx, 1, func(s *session) (failure error) {
		outcome, failure = apply(s)
		return failure
	}); err != nil {
		return told(ctx, err)
	}
	return outcome
}

// ReplaceMany puts many documents in the places of their expected versions, in one transaction.
func (e *Engine) ReplaceMany(ctx context.Context, kind *docstore.Kind, writes []docstore.Write) ([]error, error) {
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	t, err := e.table(kind)
	if err != nil {
		return nil, err
	}
	rows, refused := make([]row, len(writes)), make([]error, len(writes))
	for i, w := range writes {
		docstore.Pause(i)
		rows[i], refused[i] = t.newVersion(w.Doc, w.Expected)
	}
	var results []error
	if len(writes) == 0 {
		return results, nil
	}
	err = e.writer.do(ctx, len(writes), func(s *session) (failure error) {
		results = slices.Clone(refused)
		for i, w := range writes {
			docstore.Pause(i)
			if results[i] != nil {
				continue
			}
			if results[i], failure = t.replace(s, rows[i], w.Expected); failure != nil {
				return failure
			}
		}
		return nil
	})
	if err != nil {
		return nil, told(ctx, err)
	}
	return results, nil
}

// newVersion is newRow for a document that replaces its expected version.
func (t *table) newVersion(doc bson.Raw, expected int64) (row, error) {
	r, err := t.newRow(doc)
	if err == nil && r.version != expected+1 {
		err = fmt.Errorf("%s: version %d does not follow the expected %d", t.kind.Name, r.version, expected)
	}
	return r, err
}

func (t *table) insert(s *session, r row) (outcome, failure error) {
	result, err := s.execResult(t.sql.insertRow, append([]any{r.id, r.version}, r.columns...)...)
	if isTaken(err) {
		return t.taken(s, r, 0)
	}
	if err != nil {
		return nil, err
	}
	at, err := result.LastInsertId()
	if err != nil {
		return nil, err
	}
	if err := s.exec(t.sql.insertDoc, at, fitted(r.doc)); err != nil {
		return nil, err
	}
	return nil, t.changeArrays(s, at, nil, &r)
}

func (t *table) replace(s *session, r row, expected int64) (outcome, failure error) {
	at, old, err := t.stored(s, r.id)
	if err != nil {
		return nil, err
	}
	if outcome := old.standsAt(at, expected); outcome != nil {
		return outcome, nil
	}
	// Only what differs is written, so that only its indexes are.
	set, args := []string{"_v = ?"}, []any{r.version}
	for i, c := range t.columns {
		if identity(r.columns[i]) != identity(old.columns[i]) {
			set, args = append(set, quote(c.Path)+" = ?"), append(args, r.columns[i])
		}
	}
	err = s.exec(fmt.Sprintf("UPDATE %s SET %s WHERE _row = ?", t.name, strings.Join(set, ", ")), append(args, at)...)
	if isTaken(err) {
		return t.taken(s, r, at)
	}
	if err != nil {
		return nil, err
	}
	if err := s.exec(t.sql.updateDoc, fitted(r.doc), at); err != nil {
		return nil, err
	}
	return nil, t.changeArrays(s, at, &old, &r)
}

func (t *table) remove(s *session, id any, expected int64) (outcome, failure error) {
	at, old, err := t.stored(s, id)
	if err != nil {
		return nil, err
	}
	if outcome := old.standsAt(at, expected); outcome != nil {
		return outcome, nil
	}
	if err := t.changeArrays(s, at, &old, nil); err != nil {
		return nil, err
	}
	if err := s.exec(t.sql.deleteDoc, at); err != nil {
		return nil, err
	}
	return nil, s.exec(t.sql.deleteRow, at)
}

// stored reads what is kept of the document of an id; at is 0 if there is none. The bytes are read
// only if the kind has an index with an array.
func (t *table) stored(s *session, id any) (at int64, old row, err error) {
	old = row{id: id, columns: make([]any, len(t.columns))}
	dest := []any{&at, (*[]byte)(&old.doc), &old.version}
	for i := range old.columns {
		dest = append(dest, &old.columns[i])
	}
	_, err = s.row(t.sql.selectRow, []any{id}, dest...)
	old.doc = trimmed(old.doc)
	return at, old, err
}

// standsAt says why a stored row is not the expected version.
func (r *row) standsAt(at, expected int64) error {
	switch {
	case at == 0:
		return docstore.ErrNotFound
	case r.version != expected:
		return docstore.ErrConflict
	}
	return nil
}

// taken finds which unique key of a row another document has; at is the row's own place.
func (t *table) taken(s *session, r row, at int64) (outcome, failure error) {
	ask := func(columns []string, values []any) (bool, error) {
		var other int64
		return s.row(fmt.Sprintf("SELECT _row FROM %s WHERE (%s) = (%s) AND _row <> ?", t.name, quoteAll("", columns), marks(len(columns))), append(values, at), &other)
	}
	if found, err := ask([]string{"_id"}, []any{r.id}); found || err != nil {
		return &docstore.DuplicateError{Kind: t.kind.Name, Index: docstore.IDIndex}, err
	}
	for _, index := range t.kind.Indexes {
		if !index.Unique {
			continue
		}
		values := make([]any, len(index.Fields))
		for i, path := range index.Fields {
			values[i] = r.columns[t.column(path)]
		}
		if found, err := ask(index.Fields, values); found || err != nil {
			return &docstore.DuplicateError{Kind: t.kind.Name, Index: index.Name}, err
		}
	}
	return nil, errors.New("a unique key is taken by no document")
}

// changeArrays brings the indexes with an array from an old document, nil for none, to a new one.
func (t *table) changeArrays(s *session, at int64, from, to *row) error {
	for i := range t.arrays {
		a := &t.arrays[i]
		if from != nil && to != nil && a.same(from, to) {
			continue
		}
		var known, wanted document
		var err error
		if from != nil {
			known, err = a.of(at, from)
		}
		if err == nil && to != nil {
			wanted, err = a.of(at, to)
		}
		if err == nil {
			err = a.change(s, known, wanted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// PutBlob keeps bytes under their hash.
func (e *Engine) PutBlob(ctx context.Context, data []byte) (string, error) {
	if err := e.enter(ctx); err != nil {
		return "", err
	}
	defer e.leave()
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	if data == nil {
		data = []byte{} // nil would be NULL
	}
	if err := e.writer.do(ctx, 1, func(s *session) error {
		return s.exec(`INSERT INTO "fengqiao.blobs" (hash, data) VALUES (?, ?) ON CONFLICT DO NOTHING`, hash, data)
	}); err != nil {
		return "", told(ctx, err)
	}
	return hash, nil
}

// GetBlob returns the bytes of a hash.
func (e *Engine) GetBlob(ctx context.Context, hash string) ([]byte, error) {
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	data := []byte{}
	err := e.readers.QueryRowContext(ctx, `SELECT data FROM "fengqiao.blobs" WHERE hash = ?`, hash).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, docstore.ErrNotFound
	}
	return data, told(ctx, err)
}
