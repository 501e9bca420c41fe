package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// BareLoop is the yardstick that the engine is measured with: a plain loop that writes the same
// bytes, the same indexed columns and the same indexed elements of arrays into a new SQLite file,
// with one durable transaction for each document. It knows no versions, no readers and no waiting
// writers; it has the engine's cache, and copies its log as SQLite does unless told. What was there before is
// written first and costs no time: a file that holds as much has trees as deep. It returns how long the
// loop took, without preparing it.
func BareLoop(ctx context.Context, path string, kind *docstore.Kind, before iter.Seq2[bson.Raw, error], docs []bson.Raw) (took time.Duration, err error) {
	db, err := pool(path, 0, 1, writerCache, "journal_mode(WAL)", "synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := bare{kind: kind, statements: map[string]*sql.Stmt{}}
	for _, f := range kind.Fields {
		if !f.Array {
			b.columns = append(b.columns, f)
		}
	}
	if b.conn, err = db.Conn(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, statement := range b.schema() {
		if _, err := b.conn.ExecContext(ctx, statement); err != nil {
			return 0, fmt.Errorf("prepare the bare loop: %w", err)
		}
	}
	if err := b.fill(ctx, before); err != nil {
		return 0, fmt.Errorf("prepare the bare loop: %w", err)
	}
	work := make([][]bareWrite, len(docs))
	for i, doc := range docs {
		if work[i], err = b.writes(doc); err != nil {
			return 0, err
		}
	}
	begun := time.Now()
	for _, writes := range work {
		if err := b.commit(ctx, writes); err != nil {
			return 0, fmt.Errorf("bare loop: %w", err)
		}
	}
	return time.Since(begun), nil
}

type bare struct {
	kind       *docstore.Kind
	columns    []docstore.Field
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	rows       int64 // made so far
}

// bareWrite is one statement with what is bound to it.
type bareWrite struct {
	text string
	args []any
}

func (b *bare) array(index docstore.Index) (docstore.Field, bool) {
	for _, path := range index.Fields {
		if f, ok := b.kind.Field(path); ok && f.Array {
			return f, true
		}
	}
	return docstore.Field{}, false
}

func (b *bare) schema() []string {
	names := make([]string, len(b.columns))
	for i, f := range b.columns {
		names[i] = f.Path
	}
	out := []string{fmt.Sprintf("CREATE TABLE bare (_row INTEGER PRIMARY KEY, _id NOT NULL UNIQUE, %s, doc BLOB NOT NULL)", quoteAll("", names))}
	for _, index := range b.kind.Indexes {
		switch _, isArray := b.array(index); {
		case isArray:
			out = append(out, fmt.Sprintf("CREATE TABLE %s (%s, _id, PRIMARY KEY (%[2]s, _id)) WITHOUT ROWID", quote(index.Name), quoteAll("", index.Fields)))
		case index.Unique:
			out = append(out, fmt.Sprintf("CREATE UNIQUE INDEX %s ON bare (%s)", quote(index.Name), quoteAll("", index.Fields)))
		default:
			out = append(out, fmt.Sprintf("CREATE INDEX %s ON bare (%s, _id)", quote(index.Name), quoteAll("", index.Fields)))
		}
	}
	return out
}

func (b *bare) writes(doc bson.Raw) ([]bareWrite, error) {
	id, _, err := docstore.HeadOf(doc)
	if err != nil {
		return nil, err
	}
	b.rows++
	args := []any{b.rows, sqlValue(id)}
	values := map[string]any{}
	for _, f := range b.columns {
		value, err := scalar(f.Type, doc.Lookup(strings.Split(f.Path, ".")...))
		if err != nil {
			return nil, err
		}
		args, values[f.Path] = append(args, value), value
	}
	args = append(args, []byte(doc))
	out := []bareWrite{{"INSERT INTO bare VALUES (" + marks(len(args)) + ")", args}}
	for _, index := range b.kind.Indexes {
		field, ok := b.array(index)
		if !ok {
			continue
		}
		elements, err := doc.Lookup(strings.Split(field.Path, ".")...).Array().Values()
		if err != nil {
			return nil, err
		}
		var bound []any
		for _, element := range elements {
			value, err := scalar(field.Type, element)
			if err != nil {
				return nil, err
			}
			for _, path := range index.Fields {
				if path == field.Path {
					bound = append(bound, value)
				} else {
					bound = append(bound, values[path])
				}
			}
			bound = append(bound, sqlValue(id))
		}
		if len(elements) > 0 {
			rows := slices.Repeat([]string{"(" + marks(len(index.Fields)+1) + ")"}, len(elements))
			out = append(out, bareWrite{"INSERT INTO " + quote(index.Name) + " VALUES " + strings.Join(rows, ", "), bound})
		}
	}
	return out, nil
}

// fill writes documents, some hundreds in a transaction, and leaves nothing of them in the log.
func (b *bare) fill(ctx context.Context, docs iter.Seq2[bson.Raw, error]) error {
	var some [][]bareWrite
	flush := func() error {
		err := b.commit(ctx, some...)
		some = some[:0]
		return err
	}
	for doc, err := range docs {
		if err != nil {
			return err
		}
		writes, err := b.writes(doc)
		if err != nil {
			return err
		}
		if some = append(some, writes); len(some) < 200 {
			continue
		}
		if err := flush(); err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	_, err := b.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// commit writes what belongs to some documents in one transaction.
func (b *bare) commit(ctx context.Context, documents ...[]bareWrite) error {
	if _, err := b.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, writes := range documents {
		for _, w := range writes {
			if _, err := b.exec(ctx, w.text, w.args...); err != nil {
				return rollback(b.conn, err)
			}
		}
	}
	_, err := b.exec(ctx, "COMMIT")
	return err
}

// exec runs a statement that is prepared once.
func (b *bare) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	statement, ok := b.statements[text]
	if !ok {
		var err error
		if statement, err = b.conn.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		b.statements[text] = statement
	}
	return statement.ExecContext(ctx, args...)
}

func (b *bare) close() error {
	var err error
	for _, statement := range b.statements {
		err = errors.Join(err, statement.Close())
	}
	return errors.Join(err, b.conn.Close())
}
