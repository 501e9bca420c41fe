package seal_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/seal"
)

func TestLoadOrCreateMakesAFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seal.key")
	first, err := seal.LoadOrCreate(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "its owner alone reads it")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Regexp(t, `^k1:[A-Za-z0-9+/]{43}=\n$`, string(text))

	second, err := seal.LoadOrCreate(path)
	require.NoError(t, err)
	id, box := sealed(t, first, "张三", "place")
	got, err := second.Open(id, box, "place")
	require.NoError(t, err)
	require.Equal(t, "张三", got)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, after, "a file that is there is left as it is")
	requireAlone(t, path)

	other, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
	require.NoError(t, err)
	_, err = other.Open(id, box, "place")
	require.ErrorIs(t, err, seal.ErrBroken, "each key is its own")
}

// requireAlone asks that nothing was left beside the file.
func requireAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, filepath.Base(path), entries[0].Name())
}

// Of many that make the file at once one wins, and all have its key.
func TestLoadOrCreateAtOnce(t *testing.T) {
	t.Parallel()
	const many = 32
	path := filepath.Join(t.TempDir(), "seal.key")
	rings, errs := make([]*seal.Ring, many), make([]error, many)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			<-begin
			rings[i], errs[i] = seal.LoadOrCreate(path)
		})
	}
	close(begin)
	group.Wait()
	for i := range many {
		require.NoError(t, errs[i])
		id, box := sealed(t, rings[i], fmt.Sprint(i), "place")
		for _, r := range rings {
			got, err := r.Open(id, box, "place")
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(i), got)
		}
		require.Equal(t, rings[0].Index("x"), rings[i].Index("x"))
	}
	requireAlone(t, path)
}

func TestLoadOrCreateRefusesABrokenFile(t *testing.T) {
	t.Parallel()
	secret := base64.StdEncoding.EncodeToString([]byte("0123456789abcdefABCDEF98765432"))
	for _, test := range []struct{ name, content, says string }{
		{"empty", "", "no seal key was given"},
		{"cut short", "k1:" + secret, "seal key 1 is not 32 bytes in base64"},
		{"not a key", "password=" + secret, "seal key 1 is not 32 bytes in base64"},
		{"the second cut short", "k1:" + key(1) + "\nk2:" + secret, "seal key 2 is not 32 bytes in base64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "seal.key")
			require.NoError(t, os.WriteFile(path, []byte(test.content), 0o600))
			r, err := seal.LoadOrCreate(path)
			require.Nil(t, r)
			require.EqualError(t, err, "seal keys in "+path+": "+test.says)
			text := fmt.Sprintf("%+v %#v", err, err)
			require.False(t, strings.Contains(text, secret[:8]) || strings.Contains(text, "password"))
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, test.content, string(left), "it is never written over")
		})
	}
}

func TestLoadOrCreateNeedsAPlace(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := seal.LoadOrCreate(filepath.Join(folder, "missing", "seal.key"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = seal.LoadOrCreate(folder)
	require.ErrorContains(t, err, "seal keys")
}
