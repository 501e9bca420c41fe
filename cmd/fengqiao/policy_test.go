package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/rules"
)

// ruled is a county with some cases of its last days, whose rules commands look at.
type ruled struct {
	t    *testing.T
	data string
	end  time.Time
}

const ruledCases = 40

func newRuled(t *testing.T) *ruled {
	t.Helper()
	r := &ruled{t: t, data: t.TempDir(), end: time.Date(2026, 12, 8, 2, 0, 0, 0, time.UTC)}
	require.NoError(t, loadStore(t.Context(), fileSite(r.data), ruledCases, r.end, func(int) {}))
	return r
}

// at runs a command so many days after the end of the history.
func (r *ruled) at(days int, args ...string) (code int, stdout, stderr string) {
	r.t.Helper()
	args = append(args, "--data", r.data, "--now", r.end.AddDate(0, 0, days).Format(time.RFC3339))
	return call(r.t, "", args...)
}

func (r *ruled) must(days int, args ...string) string {
	r.t.Helper()
	code, stdout, stderr := r.at(days, args...)
	require.Equal(r.t, exitOK, code, stderr)
	return stdout
}

// file writes a file beside the data.
func (r *ruled) file(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.data, name)
	require.NoError(r.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// draft is the policy that show prints, changed.
func (r *ruled) draft(change func(map[string]any)) string {
	r.t.Helper()
	var p map[string]any
	require.NoError(r.t, json.Unmarshal([]byte(r.must(0, "policy", "show", "--json")), &p))
	p["name"], p["effectiveFrom"] = "大禾县时限规则", "2027-03-01"
	change(p)
	text, err := json.Marshal(p)
	require.NoError(r.t, err)
	return r.file("policy.json", string(text))
}

func ruleOf(p map[string]any, i int) map[string]any {
	return p["rules"].([]any)[i].(map[string]any)
}

// TestPolicyCommands goes from the rules in force to those of a county's own.
func TestPolicyCommands(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	require.Equal(t, "d1  现行  2000-01-01起  默认规则第1版  默认时限规则\n", r.must(0, "policy", "list"))
	shown := r.must(0, "policy", "show")
	require.Contains(t, shown, "逐级上报：村级、镇级、县级")
	require.Contains(t, shown, "村级集体分红，被申请人是村集体  10日    提前7日、2日  最多延期15日  村级调解，集体分红，风险蓝（低）、黄（一般），有利益冲突")
	require.Contains(t, shown, "退回补充5至15日")
	code, _, stderr := r.at(0, "policy", "try", "--year", "2026")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "没有待生效的版本，请用 --file 给出要试算的规则")

	file := r.draft(func(p map[string]any) { ruleOf(p, 0)["days"], ruleOf(p, 1)["days"] = 5, 20 })
	published := r.must(0, "policy", "publish", "--file", file)
	require.Equal(t, "已发布第1版《大禾县时限规则》，2027-03-01起生效，已经算好的期限不变\n  受理：3个工作日 → 5个工作日\n  村级土地流转：30日 → 20日\n", published)
	require.Equal(t, "1   待生效  2027-03-01起  第1版      大禾县时限规则\nd1  现行   2000-01-01起  默认规则第1版  默认时限规则\n", r.must(0, "policy", "list"))
	require.Contains(t, r.must(0, "policy", "show", "1"), "第1版《大禾县时限规则》，2027-03-01起生效")

	var list []listedEdition
	require.NoError(t, json.Unmarshal([]byte(r.must(120, "policy", "list", "--json")), &list))
	require.Equal(t, []string{"in_force", "past"}, []string{list[0].Standing, list[1].Standing})
	var kept models.Policy
	require.NoError(t, json.Unmarshal([]byte(r.must(120, "policy", "show", "--json")), &kept))
	require.Equal(t, []any{1, 5, "命令行"}, []any{kept.Number, kept.Rules[0].Days, kept.PublishedBy.Name})
}

// TestPolicyTryCommand: sixty days later nothing more has happened to the cases, and all of them would
// have gone up, some on another day.
func TestPolicyTryCommand(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	file := r.draft(func(p map[string]any) { ruleOf(p, 1)["days"] = 20 })
	var trial rules.Trial
	out := r.must(60, "policy", "try", "--year", "2026", "--file", file, "--json")
	require.NoError(t, json.Unmarshal([]byte(out), &trial))
	require.NotContains(t, strings.ToLower(out), "title", "a title may have names in it")
	require.Equal(t, ruledCases, trial.Cases)
	require.Equal(t, rules.Pair{Was: ruledCases, Is: ruledCases}, trial.Up)
	require.Positive(t, trial.Moved)
	require.Len(t, trial.Differing, trial.Moved)
	text := r.must(60, "policy", "try", "--year", "2026", "--file", file)
	require.Contains(t, text, "2026年登记的案件40件，自动上报：现行规则40件（40件次），试算的规则40件（40件次）\n多上报0件，少上报0件，上报的日期或层级不同")
	require.Contains(t, text, "到了实际没有到过的一级，不知道会怎样：现行规则40件，试算的规则40件")
	require.Regexp(t, `村级 → 镇级 +现行40 +试算40`, text)
	require.Contains(t, text, trial.Differing[0].ID.Hex()+" "+trial.Differing[0].Number)

	r.must(0, "policy", "publish", "--file", file)
	var again rules.Trial
	require.NoError(t, json.Unmarshal([]byte(r.must(60, "policy", "try", "--year", "2026", "--json")), &again))
	require.Equal(t, trial.Differing, again.Differing, "the version that is to come")
}

func TestPolicyCommandsRefuse(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	for _, test := range []struct {
		name string
		args func(t *testing.T) []string
		says string
	}{
		{"a day that has passed", func(*testing.T) []string {
			return []string{"publish", "--file", r.draft(func(p map[string]any) { p["effectiveFrom"] = "2000-01-01T00:00:00+08:00" })}
		}, "effectiveFrom: 生效日期应在今天（2026-12-08）以后"},
		{"no day", func(*testing.T) []string {
			return []string{"publish", "--file", r.draft(func(p map[string]any) { p["effectiveFrom"] = "明年" })}
		}, "effectiveFrom 请写成 2027-01-01"},
		{"a gap", func(*testing.T) []string {
			return []string{"publish", "--file", r.draft(func(p map[string]any) { ruleOf(p, 1)["risks"] = []string{"blue"} })}
		}, "规则有缺漏：村级调解没有规则：土地流转，风险黄（一般）"},
		{"a gap that is tried", func(*testing.T) []string {
			return []string{"try", "--year", "2026", "--file", r.draft(func(p map[string]any) { ruleOf(p, 1)["risks"] = []string{"blue"} })}
		}, "规则有缺漏：村级调解没有规则：土地流转，风险黄（一般）"},
		{"no days that are tried", func(*testing.T) []string {
			return []string{"try", "--year", "2026", "--file", r.draft(func(p map[string]any) { ruleOf(p, 1)["days"] = 0 })}
		}, "rules[1].days: 天数不能小于1"},
		{"a field that nobody knows", func(*testing.T) []string {
			return []string{"publish", "--file", r.draft(func(p map[string]any) { ruleOf(p, 1)["dayz"] = 20 })}
		}, `unknown field "dayz"`},
		{"a year to come", func(*testing.T) []string {
			return []string{"try", "--year", "2031", "--file", r.draft(func(map[string]any) {})}
		}, "year: 请填写2000年到2026年之间的一年"},
		{"a version that is not there", func(*testing.T) []string { return []string{"show", "7"} }, "没有找到这一版时限规则"},
		{"another county", func(*testing.T) []string { return []string{"list", "--county", "330681"} }, "没有代码是330681的县"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := r.at(0, append([]string{"policy"}, test.args(t)...)...)
			require.Equal(t, exitFailure, code)
			require.Contains(t, stderr, test.says)
		})
	}
	empty := t.TempDir()
	code, _, stderr := call(t, "", "policy", "list", "--data", empty)
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "还没有县")
	csv := r.file("regions.csv", "code,name,shortName,committee,office,households\n330681,青禾县,,,,1\n330682,云和县,,,,1\n")
	mustCall(t, "", "region", "import", csv, "--data", empty)
	code, _, stderr = call(t, "", "policy", "list", "--data", empty)
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "有几个县，请用 --county 写明是哪一个")
	require.Empty(t, mustCall(t, "", "policy", "list", "--data", empty, "--county", "330682"), "nothing was ever put into force")
}

// TestCalendarCommands: first what would move, then that it moved, then nothing more.
func TestCalendarCommands(t *testing.T) {
	t.Parallel()
	r := newRuled(t)
	listed := r.must(0, "calendar", "list")
	require.Contains(t, listed, "2026  已公布  放假33天  调休上班6天")
	require.Contains(t, listed, "2027  暂定")
	file := r.file("2027.txt", "2027-01-01至2027-01-03 元旦 休\n2027-01-06至2027-01-08 元旦 休\n5月1日至2日 劳动节 休\n10月1日至3日 国庆节 休\n")

	preview := r.must(0, "calendar", "load", "--file", file, "--dry-run")
	require.Contains(t, preview, "（只是预览，没有改动）")
	require.Contains(t, preview, "放假安排公布，期限由2027-01-07改为2027-01-11")
	require.Contains(t, r.must(0, "calendar", "list"), "2027  暂定")
	var list []shifted
	require.NoError(t, json.Unmarshal([]byte(r.must(0, "calendar", "load", "--file", file, "--dry-run", "--json")), &list))
	require.NotEmpty(t, list)
	require.Equal(t, strings.Count(preview, "\n"), len(list)+1)

	done := r.must(0, "calendar", "load", "--file", file)
	require.Contains(t, done, "已载入2027年，重算了")
	require.NotContains(t, done, "重算了0件")
	require.Contains(t, r.must(0, "calendar", "list"), "2027  已公布  放假11天  调休上班0天  2027.txt（命令行于2026-12-08录入）")
	require.Equal(t, "已载入2027年，重算了0件案件的期限，其中0件的最后一天变了\n", r.must(0, "calendar", "load", "--file", file))
	var years []struct{ Year int }
	require.NoError(t, json.Unmarshal([]byte(r.must(0, "calendar", "list", "--json")), &years))
	require.Equal(t, 2027, years[len(years)-1].Year)

	code, _, stderr := r.at(0, "calendar", "load", "--file", r.file("bad.txt", "2027-01-01 元旦 休\n2027-02-30 春节 休\n"))
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "text: 第2行：没有2027年2月30日这一天")
	code, _, stderr = r.at(0, "calendar", "load", "--year", "2025", "--file", file)
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "2025年已经过去，不能再改")

	a, _, err := openBench(t.Context(), fileSite(r.data), r.end)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.close()) }()
	events := 0
	for _, region := range demo.LoadRegions() {
		if region.Kind != models.RegionTownship {
			continue
		}
		require.NoError(t, a.store.ActiveCases(t.Context(), region.Code, r.end.AddDate(-1, 0, 0), r.end.AddDate(1, 0, 0), func(c *models.Case) error {
			for _, e := range c.Timeline {
				if e.Action == models.ActionRecount {
					events++
				}
			}
			return c.VerifyTimeline()
		}))
	}
	require.Equal(t, len(list), events, "one event on each case that was listed")
}
