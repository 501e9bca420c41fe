package embedded

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// Whoever waits for another process's lock on behalf of all may give up: the others are written then,
// and what was given up is not.
func TestWhoLeadsMayGiveUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	e, err := open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	require.NoError(t, e.Ensure(t.Context(), fileKind()))
	files := docstore.NewCollection[file](e, fileKind())

	other, err := pool(path, 0, 1, writerCache)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)

	ctx, giveUp := context.WithCancel(t.Context())
	impatient, patient := make(chan error, 1), make(chan error, 1)
	go func() { impatient <- files.Insert(ctx, newFile(1)) }()
	for len(e.writer.lead) == 0 {
		runtime.Gosched()
	}
	go func() { patient <- files.Insert(t.Context(), newFile(2)) }()
	giveUp()
	require.ErrorIs(t, <-impatient, context.Canceled)
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, <-patient)

	found, err := files.Find(t.Context(), docstore.Query{Index: docstore.IDIndex, Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, newFile(2).Draft, found[0].Draft)
}

// A mistake that panics while it writes leaves no lock and no transaction behind, and nobody waiting.
func TestAPanicLeavesTheStoreInOrder(t *testing.T) {
	t.Parallel()
	e, files := benchEngine(t)
	beside := &write{apply: func(*session) error { return nil }, done: make(chan error, 1)}
	e.writer.waiting = append(e.writer.waiting, beside)
	require.PanicsWithValue(t, "a mistake", func() {
		_ = e.writer.do(t.Context(), 1, func(*session) error { panic("a mistake") })
	})
	require.ErrorIs(t, <-beside.done, errPanicked)
	require.NoError(t, files.Insert(t.Context(), newFile(3)))
}

// What is written comes into the file in a pause, while the log is far from full, and not before it.
func TestTheLogIsCopiedWhenWritersPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, files := benchEngine(t)
		var path string
		require.NoError(t, e.readers.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&path))
		size := func() int64 {
			synctest.Wait()
			info, err := os.Stat(path)
			require.NoError(t, err)
			return info.Size()
		}
		before := size()
		for i := range copyAfter + 10 {
			require.NoError(t, files.Insert(t.Context(), newFile(i)))
			if i >= copyAfter {
				time.Sleep(copyPause - time.Millisecond)
			}
		}
		require.Equal(t, before, size(), "somebody was writing all the time")
		time.Sleep(2 * copyPause)
		require.Greater(t, size(), before)
	})
}
