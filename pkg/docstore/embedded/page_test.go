package embedded

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Every length comes back as it was; what is long begins in its neighbours' page with as little as can
// be, by SQLite's own reckoning.
func TestFitted(t *testing.T) {
	t.Parallel()
	for n := 5; n < 40_000; n++ {
		doc := make(bson.Raw, n)
		doc[0], doc[1], doc[2], doc[n-1] = byte(n), byte(n>>8), byte(n>>16), 7
		written := fitted(doc)
		require.Equal(t, doc, trimmed(written), n)
		require.Less(t, len(written)-n, pageRoom)
		header := 5
		if len(written)*2+12 < 1<<14 {
			header = 4 // the length of the bytes takes two bytes itself
		}
		if whole := header + len(written); whole <= mostLocal {
			require.Equal(t, []byte(doc), written, n)
		} else if local := leastLocal + (whole-leastLocal)%pageRoom; local <= mostLocal {
			require.LessOrEqual(t, local, leastLocal+1, n)
		}
	}
	require.Equal(t, 489, leastLocal)
	require.Equal(t, bson.Raw{1, 2}, trimmed([]byte{1, 2}), "no document at all")
}

// Documents that grow, as cases do, a few at a time and in any order, are written again in little more
// than their own pages: without the zeros behind them it is a third more.
func TestGrowingDocumentsTouchFewPages(t *testing.T) {
	t.Parallel()
	const many, together = 1_200, 60
	path := filepath.Join(t.TempDir(), "store.db")
	engine, err := Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	kind := fileKind()
	require.NoError(t, engine.Ensure(t.Context(), kind))
	files := docstore.NewCollection[file](engine, kind)
	all := make([]*file, many)
	var group sync.WaitGroup
	for i := range all {
		all[i] = &file{ID: bson.NewObjectID(), Draft: fmt.Sprint(i), Number: fmt.Sprint(i), Grams: []string{}, Text: strings.Repeat("a", 8_000+i%300)}
		group.Go(func() {
			if err := files.Insert(t.Context(), all[i]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	pages := func() int64 { // in the write-ahead log, which is not yet copied
		wal, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		return wal.Size() / (4096 + 24)
	}
	before := pages()
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(many, func(i, j int) { all[i], all[j] = all[j], all[i] })
	for some := range slices.Chunk(all, together) {
		for _, f := range some {
			f.Text = strings.Repeat("b", 10_000+random.IntN(1_000))
		}
		results, err := files.ReplaceMany(t.Context(), some)
		require.NoError(t, err)
		require.Equal(t, make([]error, len(some)), results)
	}
	written := float64(pages()-before) / many
	t.Logf("%.2f pages for each document of 3 pages", written)
	require.Less(t, written, 5.0)
	for _, f := range all {
		got, err := files.Get(t.Context(), f.ID)
		require.NoError(t, err)
		require.True(t, f.Text == got.Text && f.Version == got.Version, "as it was written: %s", f.ID)
	}
}
