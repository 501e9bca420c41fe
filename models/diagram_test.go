package models_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// diagram draws the lifecycle table as a mermaid state diagram: one arrow for each pair of states,
// with what leads along it.
func diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    direction LR\n")
	for _, state := range models.States() {
		fmt.Fprintf(&b, "    state %q as %s\n", state.Name, state.Code)
	}
	fmt.Fprintf(&b, "    [*] --> %s : %s\n", models.Logged, models.ActionLog.Name())
	for _, from := range models.States() {
		for _, to := range models.States() {
			var labels []string
			for _, row := range models.Lifecycle() {
				target := row.To
				if target == "" {
					target = models.State(from.Code)
				}
				if slices.Contains(row.From, models.State(from.Code)) && target == models.State(to.Code) {
					labels = append(labels, row.Action.Name())
				}
			}
			if len(labels) > 0 {
				fmt.Fprintf(&b, "    %s --> %s : %s\n", from.Code, to.Code, strings.Join(labels, "、"))
			}
		}
	}
	fmt.Fprintf(&b, "    %s --> [*]\n", models.Closed)
	return b.String()
}

func TestLifecycleDiagram(t *testing.T) {
	t.Parallel()
	requireGolden(t, "lifecycle.mmd", diagram())
}

const (
	blockBegins = "<!-- lifecycle -->\n"
	blockEnds   = "<!-- /lifecycle -->\n"
)

// checkReadme says what is wrong with the diagram of a README.
func checkReadme(text string) error {
	_, rest, begins := strings.Cut(text, blockBegins)
	block, _, ends := strings.Cut(rest, blockEnds)
	want := "```mermaid\n" + diagram() + "```\n"
	switch {
	case !begins || !ends:
		return fmt.Errorf("README.md has no lines %q and %q with the lifecycle between them:\n%s", strings.TrimSpace(blockBegins), strings.TrimSpace(blockEnds), want)
	case block != want:
		return fmt.Errorf("the lifecycle in README.md is not the table's, which is:\n%s", want)
	case strings.Contains(rest, blockBegins):
		return errors.New("README.md has the lifecycle twice")
	}
	return nil
}

// TestReadmeShowsTheLifecycle: where there is a README, it shows testdata/lifecycle.mmd as it is.
func TestReadmeShowsTheLifecycle(t *testing.T) {
	t.Parallel()
	block := blockBegins + "```mermaid\n" + diagram() + "```\n" + blockEnds
	require.NoError(t, checkReadme("# 枫桥\n\n"+block+"\nmore\n"))
	require.Error(t, checkReadme("# 枫桥\n"))
	require.Error(t, checkReadme(strings.Replace(block, "受理", "收件", 1)))
	require.Error(t, checkReadme(strings.Replace(block, "```mermaid", "\n```mermaid", 1)))
	require.Error(t, checkReadme(strings.TrimSuffix(block, blockEnds)))
	require.Error(t, checkReadme(block+block))

	text, err := os.ReadFile("../README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	require.NoError(t, err)
	require.NoError(t, checkReadme(string(text)))
}
