package docstoretest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// blobs asks that bytes are found by their hash and kept once.
func (s suite) blobs(t *testing.T) {
	engine, _, _ := s.start(t)
	sizes := map[string][]byte{
		"empty": {},
		"short": []byte("现场照片"),
		"3 MB":  bytes.Repeat([]byte{0, 1, 2, 0xff}, 3<<18),
	}
	if offers(t, s.caps.LargeBlobs, "LargeBlobs", "a blob of 17 MB") {
		sizes["17 MB"] = bytes.Repeat([]byte("北坡村"), 17<<20/9)
	}
	for name, data := range sizes {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				hash, err := engine.PutBlob(t.Context(), data)
				require.NoError(t, err)
				require.Equal(t, hashOf(data), hash)
			}
			got, err := engine.GetBlob(t.Context(), hashOf(data))
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got), "%d bytes, want %d", len(got), len(data))
		})
	}

	t.Run("not there", func(t *testing.T) {
		for _, hash := range []string{hashOf([]byte("another")), "", "x", strings.ToUpper(hashOf([]byte("现场照片")))} {
			_, err := engine.GetBlob(t.Context(), hash)
			require.ErrorIs(t, err, docstore.ErrNotFound, "%q", hash)
		}
	})

	t.Run("at the same time", func(t *testing.T) {
		data := []byte("the same bytes from many")
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = engine.PutBlob(t.Context(), data) })
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		got, err := engine.GetBlob(t.Context(), hashOf(data))
		require.NoError(t, err)
		require.Equal(t, data, got)
	})
}
