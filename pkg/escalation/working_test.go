package escalation

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// TestWorkingTellsWhatHappened: each line is true at the time it tells of, in the order in which it
// happened, and the last one that speaks of the deadline has the one that holds.
func TestWorkingTellsWhatHappened(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	on := func(day string) time.Time { return local("2026-" + day + " 10:00") }
	const begins, count = "start: 11月23日开始调解，当日不计（民法典第201条）", "count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”"
	const goesUp = "到期自动上报枫溪镇司法所"
	for _, test := range []struct {
		name string
		live func(t *testing.T, c *models.Case)
		want []string
	}{
		{"the last day of a higher risk is a Saturday", func(t *testing.T, c *models.Case) { raise(t, r, c, on("12-02")) }, []string{
			"summary: 风险提高后期限缩短，至12月14日24时；" + goesUp, begins, count,
			"risk: 12月2日风险评为橙（较高），次日起算10日（规则“村级橙色以上”），期限由12月23日改为12月14日24时",
			"moved: 12月12日是周末，顺延至12月14日（民法典第203条）",
			"then: " + goesUp,
		}},
		{"an order after a higher risk", func(t *testing.T, c *models.Case) {
			raise(t, r, c, on("11-27"))
			order(t, r, c, "2026-12-04", on("12-01"))
		}, []string{
			"summary: 上级督办，至12月4日24时；" + goesUp, begins, count,
			"risk: 11月27日风险评为橙（较高），次日起算10日（规则“村级橙色以上”），期限由12月23日改为12月7日24时",
			"order: 12月1日督办：快办；期限由12月7日改为12月4日24时",
			"then: " + goesUp,
		}},
		{"a higher risk after an order", func(t *testing.T, c *models.Case) {
			order(t, r, c, "2026-12-04", on("11-25"))
			raise(t, r, c, on("12-01"))
		}, []string{
			"summary: 上级督办，至12月4日24时；" + goesUp, begins, count,
			"order: 11月25日督办：快办；期限由12月23日改为12月4日24时",
			"risk: 12月1日风险评为橙（较高），次日起算10日（规则“村级橙色以上”），算到12月11日；原期限12月4日24时不晚于这一天，不变",
			"then: " + goesUp,
		}},
		{"stands still", func(t *testing.T, c *models.Case) { pause(t, r, c, on("11-30")) }, []string{
			"summary: 暂停计时中，从11月30日起（等待鉴定、测绘），最迟到2027年1月28日24时自动恢复；到那时才恢复，期限为2027年2月22日24时（暂定）；恢复计时以后，" + goesUp,
			begins, count,
			"pause: 11月30日起暂停计时（等待鉴定、测绘）：等测绘结果；最迟2027年1月28日24时自动恢复",
			"then: 恢复计时以后，" + goesUp,
		}},
		{"a higher risk and an order while it stands still", func(t *testing.T, c *models.Case) {
			pause(t, r, c, on("11-30"))
			raise(t, r, c, on("12-01"))
			order(t, r, c, "2026-12-10", on("12-02"))
			resume(t, r, c, on("12-04"))
		}, []string{
			"summary: 上级督办，至12月10日24时；" + goesUp, begins, count,
			"risk: 12月1日风险评为橙（较高），次日起算10日（规则“村级橙色以上”），当时暂停计时，恢复以后才算出期限",
			"order: 12月2日督办：快办；恢复计时以后，期限不晚于12月10日24时",
			"pause: 11月30日至12月3日不计：暂停计时（等待鉴定、测绘），期限由12月23日改为12月10日24时",
			"then: " + goesUp,
		}},
		{"a pause that an order leaves no room for", func(t *testing.T, c *models.Case) {
			order(t, r, c, "2026-12-10", on("11-25"))
			pause(t, r, c, on("11-30"))
			resume(t, r, c, on("12-01"))
		}, []string{
			"summary: 上级督办，至12月10日24时；" + goesUp, begins, count,
			"order: 11月25日督办：快办；期限由12月23日改为12月10日24时",
			"pause: 11月30日不计：暂停计时（等待鉴定、测绘），期限仍为12月10日24时",
			"then: " + goesUp,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := mediating(t, r)
			test.live(t, c)
			require.Empty(t, cmp.Diff(test.want, strings.Split(lines(c), "\n")))
		})
	}
}

// TestWorkingNamesTheCountysVersion: the first version of a county is not the first for every county.
func TestWorkingNamesTheCountysVersion(t *testing.T) {
	t.Parallel()
	policy := models.DefaultPolicy(start)
	policy.County = village[:6]
	require.Contains(t, lines(mediating(t, rulesOf(policy))), "依据时限规则（第1版）“村级土地流转”")
}

// TestWorkingOfWorkingDays: what was written of days that do not count is not written again when more
// of them follow.
func TestWorkingOfWorkingDays(t *testing.T) {
	t.Parallel()
	policy := models.DefaultPolicy(start)
	for i := range policy.Rules {
		if policy.Rules[i].ID == "village-land" {
			policy.Rules[i].Days, policy.Rules[i].Unit = 5, models.WorkingDays
		}
	}
	r := rulesOf(policy)
	c := mediating(t, r)
	at := start.AddDate(0, 0, 2)
	do(t, r, c, models.ActionExtend, chair, at, func() error { return r.Extend(c, chair, 5, "双方同意", at) })
	require.Empty(t, cmp.Diff([]string{
		"summary: 从11月24日起算10个工作日，至12月7日24时；到期自动上报枫溪镇司法所",
		"start: 11月23日开始调解，当日不计（民法典第201条）",
		"count: 调解期限5个工作日，依据时限规则（默认规则第1版）“村级土地流转”",
		"skip: 11月28日至11月29日不计：周末",
		"extend: 11月25日延期5个工作日：双方同意；期限由11月30日改为12月7日24时",
		"skip: 12月5日至12月6日不计：周末",
		"then: 到期自动上报枫溪镇司法所",
	}, strings.Split(lines(c), "\n")))
}

// TestIfResumed: what the deadline would be if the clock went on now is what it then is.
func TestIfResumed(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	c := mediating(t, r)
	text, err := r.IfResumed(c, start)
	require.NoError(t, err)
	require.Empty(t, text, "it runs")
	pause(t, r, c, start.AddDate(0, 0, 7))
	before := bytesOf(t, c)
	text, err = r.IfResumed(c, start.AddDate(0, 0, 10))
	require.NoError(t, err)
	require.Equal(t, "如果今天恢复计时，期限为12月28日24时", text)
	said, err := r.Say(c, start.AddDate(0, 0, 10))
	require.NoError(t, err)
	require.Contains(t, said, "现在：暂停计时中（等待鉴定、测绘），如果今天恢复计时，期限为12月28日24时；接下来 2027年1月29日 0时恢复计时")
	late, err := r.IfResumed(c, start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Contains(t, late, "期限为2月22日24时（暂定）", "a pause has an end")
	require.Equal(t, before, bytesOf(t, c))
}
