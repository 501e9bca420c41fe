package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"fengqiao/pkg/docstore"
)

// declaration is what is written of a kind beside its tables.
type declaration struct {
	Fields  []docstore.Field
	Indexes []docstore.Index
}

func (t *table) declaration() declaration {
	return declaration{Fields: t.kind.Fields, Indexes: t.kind.Indexes}
}

// hasIndex says whether exactly this index is declared.
func (d *declaration) hasIndex(index docstore.Index) bool {
	return slices.ContainsFunc(d.Indexes, func(x docstore.Index) bool { return reflect.DeepEqual(x, index) })
}

// Ensure creates what the kinds declare and rebuilds what they declare differently from before, in
// one transaction.
func (e *Engine) Ensure(ctx context.Context, kinds ...*docstore.Kind) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	defer e.leave()
	tables := make([]*table, len(kinds))
	for i, kind := range kinds {
		if err := kind.Validate(); err != nil {
			return err
		}
		if strings.HasPrefix(kind.Name, "sqlite_") {
			return fmt.Errorf("kind %q: SQLite keeps such names for itself", kind.Name)
		}
		tables[i] = newTable(copyKind(kind))
	}
	e.ensure.Lock()
	defer e.ensure.Unlock()
	known := maps.Clone(*e.tables.Load())
	for _, t := range tables {
		known[t.kind.Name] = t
	}
	if err := e.writer.do(ctx, 1, func(s *session) error {
		for _, t := range tables {
			if err := t.ensure(s); err != nil {
				return fmt.Errorf("kind %s: %w", t.kind.Name, err)
			}
		}
		return nil
	}); err != nil {
		return told(ctx, err)
	}
	e.tables.Store(&known)
	return nil
}

// copyKind keeps a declaration from changes that its owner makes later. Empty lists become nil, as
// they are read back.
func copyKind(kind *docstore.Kind) *docstore.Kind {
	out := *kind
	out.Fields, out.Indexes = append([]docstore.Field(nil), kind.Fields...), append([]docstore.Index(nil), kind.Indexes...)
	for i := range out.Indexes {
		out.Indexes[i].Fields = slices.Clone(out.Indexes[i].Fields)
	}
	return &out
}

// checkSchema compares the declarations with the file's after its schema changed. A program of
// another version may have rebuilt the tables; this one must not write to them.
func (e *Engine) checkSchema(s *session) error {
	var version int64
	if _, err := s.row("PRAGMA schema_version", nil, &version); err != nil || version == s.schema {
		return err
	}
	for name, t := range *e.tables.Load() {
		stored, found, err := s.declared(name)
		if err != nil {
			return err
		}
		if !found || !reflect.DeepEqual(stored, t.declaration()) {
			return fmt.Errorf("%w: it has declared %s differently since this one started", docstore.ErrNewerSchema, name)
		}
	}
	s.schema = version
	return nil
}

// declared reads what is written of a kind.
func (s *session) declared(kind string) (d declaration, found bool, err error) {
	var text string
	found, err = s.row(`SELECT declaration FROM "fengqiao.kinds" WHERE name = ?`, []any{kind}, &text)
	if err != nil || !found {
		return d, false, err
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, false, fmt.Errorf("its declaration: %w", err)
	}
	return d, true, nil
}

// ensure brings the tables of a kind to its declaration. Where the fields are the same, the indexes
// that are declared as before stay; else everything is made again from the documents.
func (t *table) ensure(s *session) error {
	stored, found, err := s.declared(t.kind.Name)
	if err != nil {
		return err
	}
	wanted := t.declaration()
	if found && reflect.DeepEqual(stored, wanted) {
		return nil
	}
	sameFields := found && reflect.DeepEqual(stored.Fields, wanted.Fields)
	if found {
		for _, index := range stored.Indexes {
			if sameFields && wanted.hasIndex(index) {
				continue
			}
			if err := s.run(dropIndex(t.kind.Name, stored, index)); err != nil {
				return err
			}
		}
	}
	if !sameFields {
		if err := t.rebuild(s, found); err != nil {
			return err
		}
	}
	for _, index := range wanted.Indexes {
		if sameFields && stored.hasIndex(index) {
			continue
		}
		if err := t.addIndex(s, index); err != nil {
			return fmt.Errorf("index %s: %w", index.Name, err)
		}
	}
	text, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	return s.exec(`INSERT INTO "fengqiao.kinds" (name, declaration) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET declaration = excluded.declaration`, t.kind.Name, string(text))
}

// dropIndex removes what createIndex made.
func dropIndex(kind string, d declaration, index docstore.Index) []string {
	old := newTable(&docstore.Kind{Name: kind, Fields: d.Fields, Indexes: d.Indexes})
	if a := old.arrayIndex(index.Name); a != nil {
		return a.drop()
	}
	return []string{"DROP INDEX " + quote(indexName(kind, index.Name))}
}

// rebuild makes the narrow table, from the documents if there are any. Its indexes come afterwards.
func (t *table) rebuild(s *session, again bool) error {
	if again {
		if err := s.exec("DROP TABLE " + t.name); err != nil {
			return err
		}
	}
	if err := s.run(t.createTables()); err != nil {
		return err
	}
	insert := strings.Replace(t.sql.insertRow, "(", "(_row, ", 1)
	insert = strings.Replace(insert, "VALUES (", "VALUES (?, ", 1)
	if err := t.each(s, func(at int64, r row) error {
		return s.exec(insert, append([]any{at, r.id, r.version}, r.columns...)...)
	}); err != nil {
		return err
	}
	return s.exec(t.createIDIndex())
}

// addIndex makes one declared index and fills it from the documents, as SQLite does by itself where
// it has no array.
func (t *table) addIndex(s *session, index docstore.Index) error {
	if err := s.run(t.createIndex(index)); err != nil {
		return err
	}
	if a := t.arrayIndex(index.Name); a != nil {
		return a.fill(s, t)
	}
	return nil
}

func (s *session) run(statements []string) error {
	for _, statement := range statements {
		if err := s.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// each visits every document of the kind.
func (t *table) each(s *session, visit func(at int64, r row) error) error {
	query := fmt.Sprintf("SELECT _row, doc FROM %s WHERE _row > ? ORDER BY _row LIMIT 1", t.docs)
	for at := int64(0); ; {
		var doc []byte
		found, err := s.row(query, []any{at}, &at, &doc)
		if err != nil || !found {
			return err
		}
		r, err := t.newRow(trimmed(doc))
		if err != nil {
			return err
		}
		if err := visit(at, r); err != nil {
			return err
		}
	}
}
