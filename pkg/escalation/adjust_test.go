package escalation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

var (
	judicial = models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: village[:9]}
	county   = models.Actor{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: village[:6]}
)

// mediating is a case whose mediation began at start, in the village: due at the end of 23 December.
func mediating(t require.TestingT, r Rules) *models.Case {
	c := logged(t, r, 1, start)
	require.NoError(t, c.Move(r.Policy, models.ActionAccept, chair, start, "", func() error {
		rung, _ := r.Policy.Rung(c.Level)
		if rung.SingleClock {
			return nil
		}
		clock, err := r.Start(c, models.PhaseMediation, c.Level, start, 0)
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clock)
		return err
	}))
	return c
}

// do is one change of the clock inside Move.
func do(t require.TestingT, r Rules, c *models.Case, action models.Action, by models.Actor, now time.Time, change func() error) {
	require.NoError(t, c.Move(r.Policy, action, by, now, "", change))
	require.NoError(t, c.VerifyTimeline())
}

func pause(t require.TestingT, r Rules, c *models.Case, at time.Time) {
	do(t, r, c, models.ActionPause, chair, at, func() error { return r.Pause(c, chair, models.PauseSurvey, "等测绘结果", at) })
}

func resume(t require.TestingT, r Rules, c *models.Case, at time.Time) {
	do(t, r, c, models.ActionResume, chair, at, func() error { return r.Resume(c, at) })
}

func raise(t require.TestingT, r Rules, c *models.Case, at time.Time) {
	do(t, r, c, models.ActionRaise, chair, at, func() error { c.Risk = models.Orange; return r.Tighten(c, chair, at) })
}

func order(t require.TestingT, r Rules, c *models.Case, lastDay string, at time.Time) {
	do(t, r, c, models.ActionOrder, judicial, at, func() error { return r.Order(c, judicial, lastDay, "快办", at) })
}

func lines(c *models.Case) string {
	var all []string
	for _, line := range c.RunningClock().Working {
		all = append(all, line.Kind+": "+line.Text)
	}
	return strings.Join(all, "\n")
}

func TestAdjustments(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	on := func(day string) time.Time { return local("2026-" + day + " 10:00") }
	for _, test := range []struct {
		name  string
		live  func(t *testing.T, c *models.Case)
		last  string // the last day
		words []string
	}{
		{"untouched", func(*testing.T, *models.Case) {}, "2026-12-23", nil},
		{"three days of pause do not count", func(t *testing.T, c *models.Case) {
			pause(t, r, c, on("11-30"))
			resume(t, r, c, on("12-03"))
		}, "2026-12-28", []string{"pause: 11月30日至12月2日不计：暂停计时（等待鉴定、测绘），期限由12月23日改为12月28日24时", "moved: 12月26日是周末，顺延至12月28日（民法典第203条）"}},
		{"a pause within a day changes nothing", func(t *testing.T, c *models.Case) {
			pause(t, r, c, on("11-30"))
			resume(t, r, c, on("11-30").Add(time.Hour))
		}, "2026-12-23", []string{"pause: 11月30日暂停计时（等待鉴定、测绘），当天恢复，没有一天不计，期限仍为12月23日24时"}},
		{"two pauses add up", func(t *testing.T, c *models.Case) {
			pause(t, r, c, on("11-30"))
			resume(t, r, c, on("12-01"))
			pause(t, r, c, on("12-07"))
			resume(t, r, c, on("12-08"))
		}, "2026-12-25", nil},
		{"an extension", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionExtend, chair, on("12-20"), func() error { return r.Extend(c, chair, 5, "双方签字同意", on("12-20")) })
		}, "2026-12-28", []string{"summary: 从11月24日起算35日，至12月28日24时；到期自动上报枫溪镇司法所", "extend: 12月20日延期5日：双方签字同意；期限由12月23日改为12月28日24时"}},
		{"a higher risk shortens from its day", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, on("12-01"), func() error { c.Risk = models.Orange; return r.Tighten(c, chair, on("12-01")) })
		}, "2026-12-11", []string{"risk: 12月1日风险评为橙（较高），次日起算10日（规则“村级橙色以上”），期限由12月23日改为12月11日24时"}},
		{"a higher risk late changes nothing", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, on("12-18"), func() error { c.Risk = models.Orange; return r.Tighten(c, chair, on("12-18")) })
		}, "2026-12-23", []string{"算到12月28日；原期限12月23日24时不晚于这一天，不变"}},
		{"yellow has the days of blue", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, on("12-01"), func() error { c.Risk = models.Yellow; return r.Tighten(c, chair, on("12-01")) })
			require.Empty(t, c.RunningClock().Adjustments)
		}, "2026-12-23", nil},
		{"an order from above", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionOrder, judicial, on("12-01"), func() error { return r.Order(c, judicial, "2026-12-05", "快办", on("12-01")) })
		}, "2026-12-05", []string{"summary: 上级督办，至12月5日24时", "order: 12月1日督办：快办；期限由12月23日改为12月5日24时"}},
		{"an extension after a higher risk moves both ends", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, on("12-01"), func() error { c.Risk = models.Orange; return r.Tighten(c, chair, on("12-01")) })
			do(t, r, c, models.ActionExtend, chair, on("12-10"), func() error { return r.Extend(c, chair, 3, "双方同意", on("12-10")) })
		}, "2026-12-14", nil},
		{"an extension before a higher risk is not added to its days", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionExtend, chair, on("11-25"), func() error { return r.Extend(c, chair, 5, "双方同意", on("11-25")) })
			raise(t, r, c, on("12-01"))
		}, "2026-12-11", []string{"期限由12月28日改为12月11日24时（此前的延期不加在新期限上）"}},
		{"a pause after a higher risk counts in neither", func(t *testing.T, c *models.Case) {
			do(t, r, c, models.ActionRaise, chair, on("12-01"), func() error { c.Risk = models.Orange; return r.Tighten(c, chair, on("12-01")) })
			pause(t, r, c, on("12-03"))
			resume(t, r, c, on("12-07"))
		}, "2026-12-15", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := mediating(t, r)
			test.live(t, c)
			clock := c.RunningClock()
			require.Equal(t, test.last, workday.OfTime(clock.DueAt.Add(-time.Second)).String(), lines(c))
			require.Equal(t, clock.DueAt, *c.DueAt)
			for _, words := range test.words {
				require.Contains(t, lines(c), words)
			}
			for _, w := range clock.Warnings {
				require.Equal(t, clock.DueAt.AddDate(0, 0, -w.Days), w.At, "reminders follow the deadline")
			}
		})
	}
}

func TestAdjustmentsAreRefused(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	now := start.Add(24 * time.Hour)
	for _, test := range []struct {
		name  string
		do    func(c *models.Case) error
		words string
	}{
		{"too many days", func(c *models.Case) error { return r.Extend(c, chair, 16, "同意", now) }, "延期应为1至15日"},
		{"no days", func(c *models.Case) error { return r.Extend(c, chair, 0, "同意", now) }, "延期应为1至15日"},
		{"twice", func(c *models.Case) error {
			if err := r.Extend(c, chair, 5, "同意", now); err != nil {
				return err
			}
			return c.Move(r.Policy, models.ActionExtend, chair, now, "", nil)
		}, "本级已经延期过一次"},
		{"after an order", func(c *models.Case) error {
			if err := r.Order(c, judicial, "2026-12-05", "快办", now); err != nil {
				return err
			}
			return r.Extend(c, chair, 5, "同意", now)
		}, "上级已经督办"},
		{"an order for today", func(c *models.Case) error { return r.Order(c, judicial, workday.OfTime(now).String(), "快办", now) }, "应在今天之后"},
		{"an order that is later", func(c *models.Case) error { return r.Order(c, judicial, "2026-12-23", "慢办", now) }, "只能缩短期限，现在的期限是2026-12-23"},
		{"an order for no day", func(c *models.Case) error { return r.Order(c, judicial, "明天", "快办", now) }, "请写成年-月-日"},
		{"an order from the same place", func(c *models.Case) error { return c.Move(r.Policy, models.ActionOrder, chair, now, "", nil) }, "由上级办理"},
		{"paused already", func(c *models.Case) error {
			if err := r.Pause(c, chair, models.PauseAbsent, "外出", now); err != nil {
				return err
			}
			return c.Move(r.Policy, models.ActionPause, chair, now, "", nil)
		}, "已经暂停"},
		{"not paused", func(c *models.Case) error { return c.Move(r.Policy, models.ActionResume, chair, now, "", nil) }, "没有暂停"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := models.AsError(test.do(mediating(t, r)))
			text := err.Message
			for _, f := range err.Fields {
				text += f.Message
			}
			require.Contains(t, text, test.words)
		})
	}
}

// TestExtensionByRule: a rule may allow fewer days than the version, or none; it is the rule of the risk
// as it is now.
func TestExtensionByRule(t *testing.T) {
	t.Parallel()
	policy := models.DefaultPolicy(start)
	three, none := 3, 0
	policy.Rules[1].ExtendDays, policy.Rules[5].ExtendDays = &three, &none // land transfers; orange
	r := rulesOf(policy)
	at := start.AddDate(0, 0, 2)
	require.Equal(t, "延期应为1至3日", models.AsError(r.Extend(mediating(t, r), chair, 4, "同意", at)).Fields[0].Message)
	c := mediating(t, r)
	require.NoError(t, r.Extend(c, chair, 3, "同意", at))
	require.Equal(t, local("2026-12-29 00:00"), c.RunningClock().DueAt)
	c = mediating(t, r)
	raise(t, r, c, at)
	require.Equal(t, "按本县的时限规则，这一类纠纷不能延期", models.AsError(r.Extend(c, chair, 1, "同意", at)).Message)
}

// TestNothingIsPausedOrExtendedTooLate: a deadline that has passed stays passed, also before a sweep has
// seen it; at the top rung there is nobody above to be told.
func TestNothingIsPausedOrExtendedTooLate(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	due := local("2026-12-24 00:00")
	for name, do := range map[string]func(c *models.Case, now time.Time) error{
		"暂停计时": func(c *models.Case, now time.Time) error {
			return r.Pause(c, chair, models.PauseSurvey, "等测绘", now)
		},
		"延期": func(c *models.Case, now time.Time) error { return r.Extend(c, chair, 5, "双方同意", now) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, do(mediating(t, r), due.Add(-time.Millisecond)))
			for _, late := range []time.Time{due, due.AddDate(0, 0, 30)} {
				c := mediating(t, r)
				before := bytesOf(t, c)
				err := models.AsError(do(c, late))
				require.Equal(t, models.Precondition, err.Kind)
				require.Equal(t, "调解期限已于2026年12月23日24时届满，不能再"+name+"。本案将自动上报枫溪镇司法所，上级按自己的期限重新计时；已经谈成的，请登记协议", err.Message)
				require.Equal(t, before, bytesOf(t, c))
			}
			c := mediating(t, r)
			c.Level = models.LevelCounty
			require.Contains(t, models.AsError(do(c, due)).Message, "本案已在最高一级，请抓紧办结，或者转请仲裁或诉讼")
		})
	}
}

// Sixty days of pause in all: then the clock goes on by itself, however late the sweep comes, and
// what is due by then goes up in the same sweep.
func TestPauseEndsByItself(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	c := mediating(t, r)
	pause(t, r, c, start.AddDate(0, 0, 7)) // 30 November
	resume(t, r, c, start.AddDate(0, 0, 17))
	again := start.AddDate(0, 0, 18) // 11 December; 50 days are left
	pause(t, r, c, again)
	require.Nil(t, c.DueAt, "what stands still is not due")
	endsBy := local("2027-01-30 00:00")
	require.Equal(t, endsBy, *c.NextAt)
	require.Equal(t, Nothing, Decide(r.Policy, c, endsBy.Add(-time.Millisecond)).Step)
	require.Equal(t, Resume, Decide(r.Policy, c, endsBy).Step)

	st := opened(t, ladders()[0])
	keep(t, st, c)
	swept := run(t, st, local("2027-02-03 08:00"))
	require.Equal(t, 1, swept.Resumed)
	require.Zero(t, swept.Moved)
	c = read(t, st, c.ID)
	require.Equal(t, "2027-02-22", workday.OfTime(c.DueAt.Add(-time.Second)).String(), lines(c))
	require.True(t, c.RunningClock().Provisional)

	err := r.Pause(c, chair, models.PauseSurvey, "再等", local("2027-02-04 08:00"))
	require.Contains(t, models.AsError(err).Message, "累计暂停已满60日")
	swept = run(t, st, local("2027-08-01 08:00"))
	require.Equal(t, 1, swept.Moved)
}

func TestResumedTooLateGoesUpAtOnce(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	c := mediating(t, r)
	pause(t, r, c, start.AddDate(0, 0, 7))
	st := opened(t, ladders()[0])
	keep(t, st, c)
	swept := run(t, st, start.AddDate(1, 0, 0))
	require.Equal(t, 1, swept.Resumed)
	require.Equal(t, 1, swept.Moved)
	c = read(t, st, c.ID)
	require.Equal(t, models.LevelTownship, c.Level)
	require.Len(t, c.Stages, 2, "one level, never a cascade")
	require.NotNil(t, c.Stages[0].Clock().Pauses[0].Until)
}

// The duty stands until it is answered, whatever becomes of the mediation meanwhile, and on every ladder the
// township and the county hear of it.
func TestUnansweredThreatIsSeenAbove(t *testing.T) {
	t.Parallel()
	by := start.Add(24 * time.Hour)
	ends := func(action models.Action, outcome models.Outcome) func(*testing.T, Rules, *models.Case) {
		return func(t *testing.T, r Rules, c *models.Case) {
			at := start.Add(time.Hour)
			do(t, r, c, action, chair, at, func() error { c.EndStage(at, outcome, "", ""); return nil })
		}
	}
	for _, test := range []struct {
		name string
		live func(*testing.T, Rules, *models.Case)
		told bool
	}{
		{"mediation goes on", nil, true},
		{"withdrawn", ends(models.ActionWithdraw, models.OutcomeWithdrawn), true},
		{"agreed", ends(models.ActionAgree, models.OutcomeAgreed), true},
		{"failed", ends(models.ActionFail, models.OutcomeFailed), true},
		{"referred", ends(models.ActionRefer, models.OutcomeReferred), true},
		{"closed, then answered", func(t *testing.T, r Rules, c *models.Case) {
			ends(models.ActionWithdraw, models.OutcomeWithdrawn)(t, r, c)
			do(t, r, c, models.ActionPolice, chair, start.Add(2*time.Hour), func() error { c.Police.ReportedAt = &start; return nil })
		}, false},
		{"filed for good", func(t *testing.T, r Rules, c *models.Case) {
			ends(models.ActionWithdraw, models.OutcomeWithdrawn)(t, r, c)
			do(t, r, c, models.ActionFile, chair, start.Add(2*time.Hour), func() error { c.Filing = &models.Filing{}; return nil })
		}, false},
	} {
		for _, policy := range ladders() {
			t.Run(test.name+", "+policy.Name, func(t *testing.T) {
				t.Parallel()
				r := rulesOf(policy)
				c := mediating(t, r)
				c.Police = &models.PoliceDuty{AskedAt: start, AnswerBy: by}
				do(t, r, c, models.ActionRaise, chair, start, func() error { c.Risk = models.Orange; return r.Tighten(c, chair, start) })
				if test.live != nil {
					test.live(t, r, c)
				}
				notices := len(c.Notices)
				st := opened(t, policy)
				keep(t, st, c)
				require.Zero(t, run(t, st, by.Add(-time.Millisecond)).Urged)
				want := map[bool]int{true: 1}[test.told]
				require.Equal(t, want, run(t, st, by).Urged)
				require.Zero(t, run(t, st, by.Add(time.Hour)).Urged, "once")
				c = read(t, st, c.ID)
				require.Equal(t, want, happened(c, models.ActionUrge))
				var told []string
				for _, n := range c.Notices[notices:] {
					if n.Kind == models.NoticePolice {
						region, _, _ := strings.Cut(n.Office, "/")
						told = append(told, region)
					}
				}
				if !test.told {
					require.Empty(t, told)
					return
				}
				require.Equal(t, []string{village, village[:9], village[:6]}, told)
			})
		}
	}
}

// What the township has is seen by the county, and what the county has by the township.
func TestUnansweredThreatIsSeenFromEveryLevel(t *testing.T) {
	t.Parallel()
	for _, policy := range ladders() {
		for _, rung := range policy.Ladder {
			c := &models.Case{Place: place(), Office: models.OfficeOf(rung, place())}
			var told []string
			for _, office := range watchers(policy, c) {
				require.NotEmpty(t, office.Name)
				told = append(told, office.Region)
			}
			require.Contains(t, told, village[:9], rung.Name)
			require.Contains(t, told, village[:6], rung.Name)
			require.Equal(t, c.Office.Region, told[0])
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(told))), len(told), "each place once")
		}
	}
}

func TestRecalendar(t *testing.T) {
	t.Parallel()
	policy := ladders()[0]
	at := local("2026-12-30 10:00")
	before := rulesOf(policy)
	c := logged(t, before, 1, at)
	require.True(t, c.RunningClock().Provisional, "2027 is not announced")
	require.Equal(t, "2027-01-05", workday.OfTime(c.DueAt.Add(-time.Second)).String(), lines(c))

	years := append(workday.Official(), workday.Year{Year: 2027, Days: []workday.Day{
		{Date: "2027-01-01", Name: "元旦"}, {Date: "2027-01-04", Name: "元旦"}, {Date: "2027-01-09", Name: "元旦", Work: true},
	}})
	after := Rules{Policy: policy, Calendar: workday.NewCalendar(years...)}
	changed, note, err := after.Recalendar(c, at.Add(time.Hour))
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, "放假安排公布，期限由2027-01-05改为2027-01-06", note)
	require.False(t, c.RunningClock().Provisional)
	changed, _, err = after.Recalendar(c, at.Add(2*time.Hour))
	require.NoError(t, err)
	require.False(t, changed, "what is settled stays")
}

// The timeline says of another calendar only what it did to the deadline: nothing where that lies before the
// year that was loaded, 公布 of a year that was not known, 更正 of one that was.
func TestRecalendarSaysWhatIsTrue(t *testing.T) {
	t.Parallel()
	policy := ladders()[0]
	off := func(days ...string) *workday.Calendar { // of the years that are kept, with more days off
		years := workday.Official()
		for _, day := range days {
			d, err := workday.Parse(day)
			require.NoError(t, err)
			i := slices.IndexFunc(years, func(y workday.Year) bool { return y.Year == d.Year })
			if i < 0 {
				years, i = append(years, workday.Year{Year: d.Year}), len(years)
			}
			years[i].Days = append(slices.Clone(years[i].Days), workday.Day{Date: day, Name: "元旦"})
		}
		return workday.NewCalendar(years...)
	}
	eve := func(t require.TestingT, r Rules) *models.Case { return logged(t, r, 1, local("2026-12-30 10:00")) }
	shortened := func(t require.TestingT, r Rules) *models.Case { // its first period would have ended in 2027
		c := mediating(t, r)
		at := start.Add(time.Hour)
		do(t, r, c, models.ActionExtend, chair, at, func() error { return r.Extend(c, chair, 15, "双方同意", at) })
		at = at.Add(time.Hour)
		do(t, r, c, models.ActionRaise, chair, at, func() error { c.Risk = models.Orange; return r.Tighten(c, chair, at) })
		require.Equal(t, "2026-12-03", workday.OfTime(c.DueAt.Add(-time.Second)).String())
		return c
	}
	for _, test := range []struct {
		name string
		live func(require.TestingT, Rules) *models.Case
		off  []string
		want string
	}{
		{"a year behind the deadline, whose first period ends there", shortened, []string{"2027-01-07"}, ""},
		{"a year behind the deadline", mediating, []string{"2027-01-01"}, ""},
		{"the year of a shorter deadline is put right", shortened, []string{"2026-12-03"}, "放假安排更正，期限由2026-12-03改为2026-12-04"},
		{"a year for the first time", eve, []string{"2027-01-01", "2027-01-04"}, "放假安排公布，期限由2027-01-05改为2027-01-06"},
		{"a year for the first time, and all stays", eve, []string{"2027-01-01"}, "放假安排公布，期限仍为2027-01-05"},
		{"the year before is put right, the next not yet known", eve, []string{"2026-12-31"}, "放假安排更正，期限由2027-01-05改为2027-01-06（仍为暂定）"},
		{"a known year is put right", mediating, []string{"2026-12-23"}, "放假安排更正，期限由2026-12-23改为2026-12-24"},
		{"a day that nobody counts", mediating, []string{"2026-12-22"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := test.live(t, rulesOf(policy))
			before := bytesOf(t, c)
			changed, note, err := Rules{Policy: policy, Calendar: off(test.off...)}.Recalendar(c, c.RunningClock().Since.Add(3*time.Hour))
			require.NoError(t, err)
			require.Equal(t, test.want != "", changed)
			require.Equal(t, test.want, note)
			require.Equal(t, changed, string(before) != string(bytesOf(t, c)))
		})
	}
}
