package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// file is a document of the size and shape of a case: about 2 KB, twelve fields that are asked for,
// twenty-five grams.
type file struct {
	ID            bson.ObjectID `bson:"_id"`
	docstore.Head `bson:",inline"`
	Draft         string    `bson:"draft"`
	Number        string    `bson:"number"`
	Township      string    `bson:"township"`
	Village       string    `bson:"village"`
	Type          string    `bson:"type"`
	State         string    `bson:"state"`
	Level         string    `bson:"level"`
	Risk          string    `bson:"risk"`
	Amount        int64     `bson:"amount"`
	Logged        time.Time `bson:"logged"`
	Due           time.Time `bson:"due"`
	Next          time.Time `bson:"next"`
	Grams         []string  `bson:"grams"`
	Text          string    `bson:"text"`
}

func (f *file) DocID() any { return f.ID }

func fileKind() *docstore.Kind {
	kind := &docstore.Kind{Name: "files", Indexes: []docstore.Index{
		{Name: "draft", Fields: []string{"draft"}, Unique: true},
		{Name: "number", Fields: []string{"number"}, Unique: true},
		{Name: "next", Fields: []string{"next"}},
		{Name: "village", Fields: []string{"village", "state", "logged"}},
		{Name: "township", Fields: []string{"township", "state", "logged"}},
		{Name: "township_due", Fields: []string{"township", "due"}},
		{Name: "township_grams", Fields: []string{"township", "grams", "logged"}},
	}}
	for _, path := range []string{"draft", "number", "township", "village", "type", "state", "level", "risk"} {
		kind.Fields = append(kind.Fields, docstore.Field{Path: path, Type: docstore.String})
	}
	kind.Fields = append(kind.Fields, docstore.Field{Path: "amount", Type: docstore.Int})
	for _, path := range []string{"logged", "due", "next"} {
		kind.Fields = append(kind.Fields, docstore.Field{Path: path, Type: docstore.Time})
	}
	kind.Fields = append(kind.Fields, docstore.Field{Path: "grams", Type: docstore.String, Array: true})
	return kind
}

var states = []string{"logged", "mediating", "agreed", "failed", "closed"}

func newFile(n int) *file {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n%500_000) * time.Minute)
	township := fmt.Sprintf("330681%03d", n%20)
	f := &file{
		ID: bson.NewObjectIDFromTimestamp(at), Draft: fmt.Sprint("draft", n), Number: fmt.Sprint("number", n),
		Township: township, Village: fmt.Sprintf("%s%03d", township, n%7), Type: "land", State: states[n%5], Level: "village",
		Risk: "low", Amount: int64(n), Logged: at, Due: at.AddDate(0, 0, n%40), Next: at.AddDate(0, 0, n%30),
		Text: strings.Repeat("北坡三组土地流转纠纷，", 40), // 33 bytes each
	}
	for g := range 25 {
		f.Grams = append(f.Grams, fmt.Sprintf("词%d", (n*31+g*g*17)%(40+g*200)))
	}
	return f
}

func benchEngine(tb testing.TB) (*Engine, docstore.Collection[file, *file]) {
	tb.Helper()
	e, err := open(context.Background(), filepath.Join(tb.TempDir(), "store.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, e.Close()) })
	require.NoError(tb, e.Ensure(context.Background(), fileKind()))
	return e, docstore.NewCollection[file](e, fileKind())
}

func BenchmarkInsert(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("engine/writers=%d", writers), func(b *testing.B) {
			e, c := benchEngine(b)
			commits := 0
			e.writer.committed = func(int) { commits++ }
			var n atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(1)
			b.ResetTimer()
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
						if err := c.Insert(context.Background(), newFile(int(i))); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
			b.ReportMetric(float64(b.N)/float64(max(commits, 1)), "docs/commit")
		})
	}
	b.Run("bare", benchBareInsert)
}

// benchBareInsert writes the same bytes, columns and indexes with one durable transaction each.
func benchBareInsert(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16384)")
	require.NoError(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	t := newTable(fileKind())
	statements := append(t.createTables(), t.createIDIndex())
	for _, index := range t.kind.Indexes {
		statements = append(statements, t.createIndex(index)...)
	}
	statements = append(statements, `ALTER TABLE "files" ADD COLUMN doc BLOB`)
	for _, s := range statements {
		_, err := db.Exec(s)
		require.NoError(b, err)
	}
	insert, err := db.Prepare(strings.Replace(strings.Replace(t.sql.insertRow, `(`, `(doc, `, 1), "VALUES (", "VALUES (?, ", 1))
	require.NoError(b, err)
	defer insert.Close()
	gram, err := db.Prepare(t.arrays[0].sql.addEntry)
	require.NoError(b, err)
	defer gram.Close()
	i := 0
	for b.Loop() {
		i++
		f := newFile(i)
		f.Version = 1
		raw, err := docstore.Marshal(f)
		require.NoError(b, err)
		r, err := t.newRow(raw)
		require.NoError(b, err)
		tx, err := db.Begin()
		require.NoError(b, err)
		result, err := tx.Stmt(insert).Exec(append([]any{[]byte(raw), r.id, r.version}, r.columns...)...)
		require.NoError(b, err)
		at, _ := result.LastInsertId()
		d, err := t.arrays[0].of(at, &r)
		require.NoError(b, err)
		g := tx.Stmt(gram)
		for _, element := range d.elements {
			_, err := g.Exec(append(d.key(), d.at, element)...)
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "docs/s")
}
