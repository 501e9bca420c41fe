package escalation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// told writes what is foreseen as a list of lines.
func told(list []Coming) []string {
	out := []string{}
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s %s %s → %s：%s", c.At.In(workday.Zone).Format("01-02 15:04"), c.What, c.From.Name, c.To.Name, c.Why))
	}
	return out
}

func TestForesee(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	on := func(day string) time.Time { return local("2026-" + day + " 10:00") }
	const chairs, office, top = "北坡村人民调解委员会", "枫溪镇司法所", "青禾县矛调中心"
	threatened := func(c *models.Case, at time.Time) {
		do(t, r, c, models.ActionRaise, chair, at, func() error {
			c.Police = &models.PoliceDuty{AskedAt: at, AnswerBy: at.Add(24 * time.Hour)}
			return nil
		})
	}
	urged := "提示没有登记报告公安 " + chairs + " → " + chairs + "：有可能激化为治安或刑事案件，期限内没有登记报告公安的情况（人民调解法第25条）"
	warn := func(days int) string {
		return fmt.Sprintf("提醒 %s → %s：距调解期限届满还有%d日", chairs, chairs, days)
	}
	up := "自动上报" + office + " " + chairs + " → " + office + "："
	for _, test := range []struct {
		name  string
		live  func(c *models.Case)
		now   time.Time
		until time.Time // zero is up to the first hand-over
		want  []string
	}{
		{"two reminders, then up", nil, on("11-24"), time.Time{}, []string{"12-17 00:00 " + warn(7), "12-22 00:00 " + warn(2), "12-24 00:00 " + up + "调解期限2026年12月23日24时届满，仍未办结"}},
		{"only what comes in time", nil, on("11-24"), on("12-18"), []string{"12-17 00:00 " + warn(7)}},
		{"at the very moment", nil, on("11-24"), local("2026-12-17 00:00"), []string{"12-17 00:00 " + warn(7)}},
		{"a moment too early", nil, on("11-24"), local("2026-12-17 00:00").Add(-time.Millisecond), []string{}},
		{"a reminder that is late comes at once", nil, on("12-19"), time.Time{}, []string{"12-19 10:00 " + warn(5), "12-22 00:00 " + warn(2), "12-24 00:00 " + up + "调解期限2026年12月23日24时届满，仍未办结"}},
		{"several late reminders are one", nil, on("12-23"), time.Time{}, []string{"12-23 10:00 " + warn(1), "12-24 00:00 " + up + "调解期限2026年12月23日24时届满，仍未办结"}},
		{"a reminder that was told comes no more", func(c *models.Case) { sweepOne(t, r, c, on("12-17")) }, on("12-18"), time.Time{}, []string{"12-22 00:00 " + warn(2), "12-24 00:00 " + up + "调解期限2026年12月23日24时届满，仍未办结"}},
		{"due already", nil, on("12-30"), on("12-31"), []string{"12-30 10:00 " + up + "调解期限2026年12月23日24时届满，仍未办结"}},
		{"a report to the police that is missing", func(c *models.Case) { threatened(c, on("11-25")) }, on("11-25"), on("11-27"), []string{"11-26 10:00 " + urged}},
		{"and one that is late, before what else is due", func(c *models.Case) { threatened(c, on("11-25")) }, on("12-30"), on("12-31"), []string{
			"12-30 10:00 " + urged, "12-30 10:00 " + up + "调解期限2026年12月23日24时届满，仍未办结",
		}},
		{"a report that was made", func(c *models.Case) {
			threatened(c, on("11-25"))
			do(t, r, c, models.ActionPolice, chair, on("11-25"), func() error { at := on("11-25"); c.Police.ReportedAt = &at; return nil })
		}, on("11-25"), on("11-27"), []string{}},
		{"a pause that lasts: the clock goes on by itself, with the days that were left", func(c *models.Case) { pause(t, r, c, on("12-01")) }, on("12-02"), time.Time{}, []string{
			"01-30 00:00 恢复计时 " + chairs + " → " + chairs + "：累计暂停的日数用完",
			"02-16 00:00 " + warn(7), "02-21 00:00 " + warn(2), "02-23 00:00 " + up + "调解期限2027年2月22日24时届满，仍未办结",
		}},
		{"a pause beyond the window", func(c *models.Case) { pause(t, r, c, on("12-01")) }, on("12-02"), on("12-09"), []string{}},
		{"a report that is missing during a pause", func(c *models.Case) {
			threatened(c, on("12-01"))
			pause(t, r, c, on("12-01"))
		}, on("12-01"), on("12-09"), []string{"12-02 10:00 " + urged}},
		{"after a pause", func(c *models.Case) {
			pause(t, r, c, on("11-30"))
			resume(t, r, c, on("12-03"))
		}, on("12-26"), on("12-29"), []string{"12-26 10:00 " + warn(3), "12-27 00:00 " + warn(2), "12-29 00:00 " + up + "调解期限2026年12月28日24时届满，仍未办结"}},
		{"ended", func(c *models.Case) {
			do(t, r, c, models.ActionWithdraw, chair, on("11-25"), func() error { c.EndStage(on("11-25"), models.OutcomeWithdrawn, "", ""); return nil })
		}, on("12-30"), time.Time{}, []string{}},
		{"nobody signed in above", func(c *models.Case) { sweepOne(t, r, c, on("12-24")) }, on("12-25"), time.Time{}, []string{
			"12-29 00:00 提醒 " + office + " → " + office + "：距签收期限届满还有1日",
			"12-30 00:00 自动上报" + top + " " + office + " → " + top + "：签收期限2026年12月29日24时届满，仍未办结",
		}},
		{"the top is told once", func(c *models.Case) {
			sweepOne(t, r, c, on("12-24"))
			sweepOne(t, r, c, on("12-31"))
		}, local("2027-01-05 10:00"), time.Time{}, []string{
			"01-07 00:00 提醒 " + top + " → " + top + "：距签收期限届满还有2日",
			"01-09 00:00 提示逾期 " + top + " → " + top + "：签收期限2027年1月8日24时届满，本案已在最高一级，请转请仲裁或诉讼",
		}},
		{"the top was told", func(c *models.Case) {
			sweepOne(t, r, c, on("12-24"))
			sweepOne(t, r, c, on("12-31"))
			sweepOne(t, r, c, local("2027-01-20 10:00"))
		}, local("2027-01-21 10:00"), time.Time{}, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := mediating(t, r)
			if test.live != nil {
				test.live(c)
			}
			before := bytesOf(t, c)
			first := test.until.IsZero()
			if first {
				test.until = models.FarFuture()
			}
			list, err := r.Foresee(c, test.now, test.until)
			require.NoError(t, err)
			if i := slices.IndexFunc(list, func(step Coming) bool { return step.Step == Move }); first && i >= 0 {
				list = list[:i+1]
			}
			require.Equal(t, test.want, told(list))
			require.Equal(t, before, bytesOf(t, c), "looking ahead changes nothing")
		})
	}
}

// A case is followed through every hand-over: where a level has a day or two, several of them end in one week.
func TestForeseeThroughTheLevels(t *testing.T) {
	t.Parallel()
	const village, office, committee, top = "北坡村人民调解委员会", "枫溪镇司法所", "枫溪镇人民调解委员会", "青禾县矛调中心"
	line := func(at, what, from, to, level string) string {
		return fmt.Sprintf("%s %s %s → %s，%s", at, what, from, to, level)
	}
	for _, test := range []struct {
		name   string
		policy *models.Policy
		days   int
		want   []string
	}{
		{"four levels in seven days", ladders()[1], 7, []string{
			line("11-24 00:00", "提醒", village, village, "组级"), line("11-25 00:00", "自动上报"+village, village, village, "组级"),
			line("11-27 00:00", "提醒", village, village, "村级"), line("11-28 00:00", "自动上报"+office, village, office, "村级"),
		}},
		{"four levels to their end", ladders()[1], 30, []string{
			line("11-24 00:00", "提醒", village, village, "组级"), line("11-25 00:00", "自动上报"+village, village, village, "组级"),
			line("11-27 00:00", "提醒", village, village, "村级"), line("11-28 00:00", "自动上报"+office, village, office, "村级"),
			line("12-01 00:00", "提醒", office, office, "镇司法所"), line("12-02 00:00", "自动上报"+committee, office, committee, "镇司法所"),
			line("12-04 00:00", "提醒", committee, committee, "镇级"), line("12-05 00:00", "提示逾期", committee, committee, "镇级"),
		}},
		{"nobody accepts, nobody signs in", ladders()[0], 14, []string{
			line("11-26 00:00", "提醒", village, village, "村级"), line("11-27 00:00", "自动上报"+office, village, office, "村级"),
			line("12-02 00:00", "提醒", office, office, "镇级"), line("12-03 00:00", "自动上报"+top, office, top, "镇级"),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := rulesOf(test.policy)
			c := logged(t, r, 1, start)
			c.Cluster = &models.CaseCluster{ID: "one"} // a hand-over writes into it
			before := bytesOf(t, c)
			list, err := r.Foresee(c, start, start.AddDate(0, 0, test.days))
			require.NoError(t, err)
			got := []string{}
			for _, x := range list {
				got = append(got, line(x.At.In(workday.Zone).Format("01-02 15:04"), x.What, x.From.Name, x.To.Name, x.Level))
			}
			require.Equal(t, test.want, got)
			require.Equal(t, before, bytesOf(t, c), "looking ahead changes nothing")
		})
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	on := func(day string) time.Time { return local("2026-" + day + " 10:00") }
	for _, test := range []struct {
		name string
		live func(c *models.Case)
		now  time.Time
		want string
	}{
		{"not yet", nil, on("11-24"), "现在：期限未到；接下来 12月17日 提醒，12月22日 提醒，12月24日 0时自动上报枫溪镇司法所"},
		{"next year has its year", nil, local("2025-12-31 10:00"), "现在：期限未到；接下来 2026年12月17日 提醒，2026年12月22日 提醒，2026年12月24日 0时自动上报枫溪镇司法所"},
		{"due", nil, on("12-24"), "现在：调解期限已于2026年12月23日24时届满，自动上报枫溪镇司法所，等待下一次自动检查"},
		{"a reminder is due", nil, on("12-17"), "现在：距调解期限届满还有7日，等待下一次自动检查；接下来 12月22日 提醒，12月24日 0时自动上报枫溪镇司法所"},
		{"paused", func(c *models.Case) { pause(t, r, c, on("12-01")) }, on("12-02"), "现在：暂停计时中（等待鉴定、测绘），如果今天恢复计时，期限为12月24日24时；接下来 2027年1月30日 0时恢复计时，2027年2月16日 提醒，2027年2月21日 提醒，2027年2月23日 0时自动上报枫溪镇司法所"},
		{"a threat", func(c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, local("2026-12-22 09:15"), func() error {
				at := local("2026-12-22 09:15")
				c.Police = &models.PoliceDuty{AskedAt: at, AnswerBy: at.Add(24 * time.Hour)}
				return nil
			})
		}, on("12-22"), "现在：距调解期限届满还有2日，等待下一次自动检查；接下来 12月23日 9时15分提示没有登记报告公安，12月24日 0时自动上报枫溪镇司法所"},
		{"the top was told", func(c *models.Case) {
			for _, at := range []time.Time{on("12-24"), on("12-31"), local("2027-01-20 10:00")} {
				sweepOne(t, r, c, at)
			}
		}, local("2027-01-21 10:00"), "现在：最高一级已逾期并已提示；接下来没有系统自动办理的事"},
		{"ended", func(c *models.Case) {
			do(t, r, c, models.ActionWithdraw, chair, on("11-25"), func() error { c.EndStage(on("11-25"), models.OutcomeWithdrawn, "", ""); return nil })
		}, on("12-30"), "现在：没有正在计时的期限；接下来没有系统自动办理的事"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := mediating(t, r)
			if test.live != nil {
				test.live(c)
			}
			text, err := r.Say(c, test.now)
			require.NoError(t, err)
			require.Equal(t, test.want, text)
		})
	}
}

// Whatever the policy and whatever happens to the case before, what is foreseen is what sweeps at
// these moments then do, and between them they do nothing.
func TestForesightComesTrue(t *testing.T) {
	t.Parallel()
	calendar := rulesOf(nil).Calendar
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Policy: anyPolicy().Draw(t, "policy"), Calendar: calendar}
		now := anyMoment().Draw(t, "start")
		hours := func(most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most*24).Draw(t, "hours")) * time.Hour
		}
		c := logged(t, r, 1, now)
		if rapid.Bool().Draw(t, "accepted") {
			require.NoError(t, c.Move(r.Policy, models.ActionAccept, chair, now, "", nil))
		}
		if now = now.Add(hours(3)); rapid.Bool().Draw(t, "threat") {
			require.NoError(t, c.Move(r.Policy, models.ActionRaise, chair, now, "", func() error {
				c.Police = &models.PoliceDuty{AskedAt: now, AnswerBy: now.Add(24 * time.Hour)}
				return nil
			}))
		}
		if c.State == models.Mediating && !c.IsOverdue(now) && rapid.Bool().Draw(t, "paused") {
			require.NoError(t, c.Move(r.Policy, models.ActionPause, chair, now, "", func() error { return r.Pause(c, chair, models.PauseSurvey, "", now) }))
		}
		now = now.Add(hours(100))
		until := now.Add(hours(200))
		list, err := r.Foresee(c, now, until)
		require.NoError(t, err)

		for _, coming := range list {
			require.False(t, coming.At.Before(now))
			require.False(t, coming.At.After(until))
			require.NotEmpty(t, coming.What)
			if before := coming.At.Add(-time.Millisecond); before.After(now) {
				require.Equal(t, Nothing, sweepOne(t, r, c, before), "nothing before it")
			}
			require.Equal(t, coming.Step, sweepOne(t, r, c, coming.At))
			require.Equal(t, coming.To.ID, map[bool]string{true: c.Office.ID, false: coming.From.ID}[coming.Step == Move])
			now = coming.At
		}
		require.Equal(t, Nothing, sweepOne(t, r, c, until), "nothing behind it")
	})
}
