package screening_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/screening"
)

// TestManualExplainsEveryFigure holds the table of the manual to the figures: the same sentences, in the same
// order, none more and none less.
func TestManualExplainsEveryFigure(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/手册.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(manual), "\n### 每个数字的意思\n\n")
	require.True(t, found)
	var want strings.Builder
	want.WriteString("| 数字 | 意思 |\n|---|---|\n")
	group := ""
	for _, d := range screening.Figures() {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&want, "| **%s** | |\n", group)
		}
		fmt.Fprintf(&want, "| %s | %s |\n", d.Name, d.Explain)
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	require.Equal(t, want.String(), table+"\n")
}
