package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/store"
)

func TestFiles(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, st opened) {
		hash, err := st.KeepFile(t.Context(), []byte("合同照片"))
		require.NoError(t, err)
		again, err := st.KeepFile(t.Context(), []byte("合同照片"))
		require.NoError(t, err)
		require.Equal(t, hash, again)
		data, err := st.File(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, "合同照片", string(data))
		_, err = st.File(t.Context(), "00")
		require.True(t, store.IsNotFound(err), "%v", err)
	})
}
