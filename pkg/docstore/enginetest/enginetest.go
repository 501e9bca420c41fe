// Package enginetest gives tests the engines: a fresh one, closed when the test ends, or one of each.
package enginetest

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/docstore/mongodb/mongotest"
)

// Embedded opens an engine on a file of its own. It is closed at the end of the test.
func Embedded(tb testing.TB) docstore.Engine {
	tb.Helper()
	engine, err := embedded.Open(tb.Context(), filepath.Join(tb.TempDir(), "store.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, engine.Close()) })
	return engine
}

// OnEach runs a test on a fresh engine of each kind, beside one another, and tells it what the engine can do.
func OnEach(t *testing.T, test func(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, Embedded(t), docstoretest.All)
	})
	t.Run("mongodb", func(t *testing.T) {
		t.Parallel()
		server := mongotest.Find(t)
		test(t, server.Open(t), server.Capabilities)
	})
}

// Offers says whether the server under test has a capability; if not, it prints what is not shown.
func Offers(tb testing.TB, have bool, capability, hidden string) bool {
	tb.Helper()
	if !have {
		tb.Logf("capability not offered by the server under test: %s — not shown here: %s", capability, hidden)
	}
	return have
}
