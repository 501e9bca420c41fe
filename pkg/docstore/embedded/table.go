package embedded

import (
	"fmt"
	"slices"
	"strings"

	"fengqiao/pkg/docstore"
)

// table is a declared kind as tables of the file, with the statements that write it.
type table struct {
	kind     *docstore.Kind
	columns  []tableColumn // the declared fields that are not arrays, in their order
	required []int         // the columns of unique keys
	arrays   []arrayIndex

	name, docs string // quoted
	sql        struct{ get, insertRow, insertDoc, selectRow, updateDoc, deleteRow, deleteDoc string }
}

type tableColumn struct {
	docstore.Field
	keys []string // the path in pieces
}

// quote makes an identifier of a name. Names come from declarations that were validated.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(prefix string, names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + quote(name)
	}
	return strings.Join(out, ", ")
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// indexName is the name, unquoted, of the SQL index of a declared index, or of its entries if it has
// an array.
func indexName(kind, index string) string { return kind + "." + index }

func newTable(kind *docstore.Kind) *table {
	t := &table{kind: kind, name: quote(kind.Name), docs: quote(kind.Name + ":docs")}
	var names []string
	for _, f := range kind.Fields {
		if !f.Array {
			t.columns = append(t.columns, tableColumn{f, strings.Split(f.Path, ".")})
			names = append(names, f.Path)
		}
	}
	for _, index := range kind.Indexes {
		for _, path := range index.Fields {
			if index.Unique {
				t.required = append(t.required, t.column(path))
			}
		}
		if at := slices.IndexFunc(index.Fields, t.isArray); at >= 0 {
			t.arrays = append(t.arrays, t.newArrayIndex(index, at))
		}
	}
	columns := append([]string{"_id", "_v"}, names...)
	t.sql.get = fmt.Sprintf("SELECT doc FROM %s WHERE _row = (SELECT _row FROM %s WHERE _id = ?)", t.docs, t.name)
	t.sql.insertRow = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.name, quoteAll("", columns), marks(len(columns)))
	t.sql.insertDoc = fmt.Sprintf("INSERT INTO %s (_row, doc) VALUES (?, ?)", t.docs)
	t.sql.updateDoc = fmt.Sprintf("UPDATE %s SET doc = ? WHERE _row = ?", t.docs)
	t.sql.deleteRow = fmt.Sprintf("DELETE FROM %s WHERE _row = ?", t.name)
	t.sql.deleteDoc = fmt.Sprintf("DELETE FROM %s WHERE _row = ?", t.docs)
	doc, join := "NULL", "" // the document that is replaced is read only for its arrays
	if len(t.arrays) > 0 {
		doc, join = "d.doc", fmt.Sprintf(" JOIN %s AS d ON d._row = k._row", t.docs)
	}
	t.sql.selectRow = fmt.Sprintf("SELECT k._row, %s, %s FROM %s AS k%s WHERE k._id = ?", doc, quoteAll("k.", columns[1:]), t.name, join)
	return t
}

func (t *table) isArray(path string) bool {
	f, ok := t.kind.Field(path)
	return ok && f.Array
}

// column is the place of a field among the columns, -1 for an array.
func (t *table) column(path string) int {
	return slices.IndexFunc(t.columns, func(c tableColumn) bool { return c.Path == path })
}

// arrayIndex returns an index with an array, nil for every other index.
func (t *table) arrayIndex(name string) *arrayIndex {
	i := slices.IndexFunc(t.arrays, func(a arrayIndex) bool { return a.index.Name == name })
	if i < 0 {
		return nil
	}
	return &t.arrays[i]
}

// createTables makes the tables of documents, without their indexes. Columns have no type, so that
// what is bound is kept as it is.
func (t *table) createTables() []string {
	columns := []string{"_row INTEGER PRIMARY KEY", "_id NOT NULL", "_v INTEGER NOT NULL"}
	for _, c := range t.columns {
		columns = append(columns, quote(c.Path))
	}
	return []string{
		fmt.Sprintf("CREATE TABLE %s (%s)", t.name, strings.Join(columns, ", ")),
		fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (_row INTEGER PRIMARY KEY, doc BLOB NOT NULL)", t.docs),
	}
}

func (t *table) createIDIndex() string {
	return fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (_id)", quote(indexName(t.kind.Name, docstore.IDIndex)), t.name)
}

// createIndex makes what a declared index is, still empty if it has an array.
func (t *table) createIndex(index docstore.Index) []string {
	if a := t.arrayIndex(index.Name); a != nil {
		return a.create()
	}
	unique, id := "UNIQUE ", ""
	if !index.Unique {
		unique, id = "", ", _id"
	}
	return []string{fmt.Sprintf("CREATE %sINDEX %s ON %s (%s%s)", unique, quote(indexName(t.kind.Name, index.Name)), t.name, quoteAll("", index.Fields), id)}
}
