package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSubsidyCommands goes from no table at all to a county's second one.
func TestSubsidyCommands(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	require.Empty(t, r.must(0, "subsidy", "list"))
	code, _, stderr := r.at(0, "subsidy", "show")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "本县还没有生效的补贴标准")
	file := r.file("subsidy.json", `{"name": "以案定补标准", "effectiveFrom": "2027-03-01", "every": "month", "oralPercent": 60, "workPercent": 30, "workSittings": 2,
		"grades": [{"name": "一般"}, {"name": "疑难", "households": 5}], "rows": [{"name": "各类纠纷", "amountFen": 10050}]}`)
	require.Equal(t, "已发布第1版《以案定补标准》，2027-03-01起生效，以前结案的仍按原来的标准\n", r.must(0, "subsidy", "publish", "--file", file))
	require.Equal(t, "1  待生效  2027-03-01起  第1版  以案定补标准\n", r.must(0, "subsidy", "list"))
	shown := r.must(0, "subsidy", "show", "1")
	require.Contains(t, shown, "第1版《以案定补标准》，2027-03-01起生效，按月结算")
	require.Contains(t, shown, "各类纠纷  100.5元  各类纠纷  各档")
	require.Contains(t, shown, "疑难  涉及5户以上")

	var next map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.must(120, "subsidy", "show", "--json")), &next))
	next["effectiveFrom"], next["every"] = "2027-05-01", "quarter"
	publish := func() (int, string, string) {
		text, err := json.Marshal(next)
		require.NoError(t, err)
		return r.at(120, "subsidy", "publish", "--file", r.file("next.json", string(text)))
	}
	code, _, stderr = publish()
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "只能从一个季度的第一天起，例如2027-07-01")
	next["effectiveFrom"] = "2027-07-01"
	code, stdout, stderr := publish()
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "  结算周期：按月 → 按季度\n")

	out := filepath.Join(r.data, "out.xlsx")
	code, _, stderr = r.at(0, "subsidy", "export", "--region", "990101", "--period", "2026-10", "--out", out)
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "没有找到这个乡镇")
	require.NoFileExists(t, out)
}
