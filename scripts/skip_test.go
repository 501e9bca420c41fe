package scripts

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingIsSkipped holds the rule that a test runs or fails: what the machine lacks is
// installed, and what a server is not able to do is one of its declared capabilities.
func TestNothingIsSkipped(t *testing.T) {
	t.Parallel()
	skip := regexp.MustCompile(`\b(t|tb|b|f)\.Skip(f|Now)?\(|testing\.Short\(`)
	require.Regexp(t, skip, "\tt."+"Skip()", "the pattern is able to find one")
	seen := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "data") {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		require.Empty(t, skip.FindString(string(source)), path)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 20)
}
