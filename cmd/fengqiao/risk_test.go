package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/rules"
)

// TestRiskCommands goes from the risk rules in force, over a trial, to those of a county's own.
func TestRiskCommands(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	require.Equal(t, "d1  现行  2000-01-01起  默认规则第1版  默认风险评估规则\n", r.must(0, "risk", "list"))
	shown := r.must(0, "risk", "show")
	require.Contains(t, shown, "30分  扬言威胁或者动手")
	require.Contains(t, shown, "红（高）   70分起")

	var p map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.must(0, "risk", "show", "--json")), &p))
	p["name"], p["effectiveFrom"], p["yellowFrom"] = "大禾县风险规则", "2027-03-01", 5
	text, err := json.Marshal(p)
	require.NoError(t, err)
	file := r.file("risk.json", string(text))
	var trial rules.RiskTrial
	out := r.must(0, "risk", "try", "--year", "2026", "--file", file, "--json")
	require.NoError(t, json.Unmarshal([]byte(out), &trial))
	require.NotContains(t, strings.ToLower(out), "title", "a title may have names in it")
	require.Equal(t, ruledCases, trial.Cases)
	sum := rules.Pair{}
	for _, row := range trial.Levels {
		sum.Was, sum.Is = sum.Was+row.Was, sum.Is+row.Is
	}
	require.Equal(t, rules.Pair{Was: ruledCases, Is: ruledCases}, sum, "every case has one level")
	require.Len(t, trial.Differing, trial.Higher+trial.Lower)
	require.Contains(t, r.must(0, "risk", "try", "--file", file), "现在未结的案件")

	require.Equal(t, "已发布第1版《大禾县风险规则》，2027-03-01起生效，那天夜里重新评估未结的纠纷\n  黄色的分数线：20分起 → 5分起\n", r.must(0, "risk", "publish", "--file", file))
	require.Contains(t, r.must(0, "risk", "list"), "1   待生效  2027-03-01起  第1版      大禾县风险规则\n")
	require.Contains(t, r.must(120, "risk", "show"), "第1版《大禾县风险规则》")

	p["redFrom"] = 10
	text, err = json.Marshal(p)
	require.NoError(t, err)
	code, _, stderr := r.at(0, "risk", "publish", "--file", r.file("wrong.json", string(text)))
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "红色的分数线（10分）应高于橙色的（40分）")
	code, _, _ = r.at(0, "risk", "try", "--file", r.file("unknown.json", `{"yelow": 1}`))
	require.Equal(t, exitFailure, code)
}
