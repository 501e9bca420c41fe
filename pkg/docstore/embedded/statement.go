package embedded

import (
	"context"
	"database/sql"
	"strings"
	"sync"

	"fengqiao/pkg/docstore"
)

// builder puts a statement together. The text depends on the shape of a query only, so that
// queries of one shape share a prepared statement; every value is an argument.
type builder struct {
	text strings.Builder
	args []any
}

func (b *builder) add(pieces ...string) {
	for _, piece := range pieces {
		b.text.WriteString(piece)
	}
}

func (b *builder) arg(values ...any) { b.args = append(b.args, values...) }

// A query names its tables k, the narrow one, d, that of the documents, and s, a table of an index
// with an array.

// outer is the table whose order a walk follows.
func (p *plan) outer() string {
	if p.array != nil {
		return "s."
	}
	return "k."
}

// sources are the tables that hold the documents of the index.
func (p *plan) sources() []string {
	if p.array != nil {
		return []string{p.array.entries, p.array.fresh}
	}
	return []string{p.table.name}
}

// has adds that the array has the elements. Of entries the first element leads to a place, and the
// others are looked up beside it; a fresh row has them all.
func (b *builder) has(p *plan, source string, elements []any) error {
	if source == p.array.fresh {
		for i, element := range elements {
			if i > 0 {
				b.add(" AND ")
			}
			text, err := needle(element)
			if err != nil {
				return err
			}
			b.add("instr(s.elements, ?)")
			b.arg(text)
		}
		return nil
	}
	array := p.index.Fields[p.array.array]
	b.add("s.", quote(array), " = ?")
	b.arg(elements[0])
	for _, element := range elements[1:] {
		b.add(" AND EXISTS (SELECT 1 FROM ", source, " AS x WHERE x.", quote(array), " = ?")
		b.arg(element)
		for _, path := range p.array.others {
			b.add(" AND x.", quote(path), " = s.", quote(path))
		}
		b.add(" AND x._id = s._id)")
	}
	return nil
}

// compare adds one condition on a column. A plus sign in front of the column keeps the index away
// from it.
func (b *builder) compare(column string, c docstore.Condition) {
	b.add(column)
	switch c.Op {
	case docstore.OpIn:
		b.add(" IN (", marks(len(c.Values)), ")")
	case docstore.OpEqual:
		b.add(" = ?")
	case docstore.OpAtLeast:
		b.add(" >= ?")
	case docstore.OpAtMost:
		b.add(" <= ?")
	case docstore.OpAbove:
		b.add(" > ?")
	case docstore.OpBelow:
		b.add(" < ?")
	}
	b.arg(c.Values...)
}

// statements keeps prepared statements of the readers by their text.
type statements struct {
	db       *sql.DB
	mutex    sync.Mutex
	prepared map[string]*sql.Stmt
}

// query runs a statement, prepared and kept if there is still room.
func (s *statements) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	s.mutex.Lock()
	stmt := s.prepared[text]
	room := len(s.prepared) < maxPrepared
	s.mutex.Unlock()
	if stmt == nil && !room {
		return s.db.QueryContext(ctx, text, args...)
	}
	if stmt == nil {
		fresh, err := s.db.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		s.mutex.Lock()
		if stmt = s.prepared[text]; stmt == nil {
			if s.prepared == nil {
				s.prepared = map[string]*sql.Stmt{}
			}
			s.prepared[text], stmt, fresh = fresh, fresh, nil
		}
		s.mutex.Unlock()
		if fresh != nil { // another call prepared the same
			if err := fresh.Close(); err != nil {
				return nil, err
			}
		}
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statements) close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, stmt := range s.prepared {
		if err := stmt.Close(); err != nil {
			return err
		}
	}
	return nil
}
