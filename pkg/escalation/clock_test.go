package escalation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// TestWorking holds the deadline's sum, as people read it.
func TestWorking(t *testing.T) {
	t.Parallel()
	standard, seven := ladders()[0], ladders()[1]
	for _, test := range []struct {
		name   string
		policy *models.Policy
		phase  models.Phase
		level  string
		now    string
		days   int
		due    string // 24:00 of the day before
		want   []string
	}{
		{"thirty days for a land transfer", standard, models.PhaseMediation, models.LevelVillage, "2026-11-23 09:30", 0, "2026-12-24 00:00", []string{
			"summary: 从11月24日起算30日，至12月23日24时；到期自动上报枫溪镇司法所",
			"start: 11月23日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"the last minute of a day is that day", standard, models.PhaseMediation, models.LevelVillage, "2026-11-23 23:59", 0, "2026-12-24 00:00", []string{
			"summary: 从11月24日起算30日，至12月23日24时；到期自动上报枫溪镇司法所",
			"start: 11月23日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"the last day is a Saturday", standard, models.PhaseMediation, models.LevelVillage, "2026-10-29 08:00", 0, "2026-12-01 00:00", []string{
			"summary: 从10月30日起算30日，至11月30日24时；到期自动上报枫溪镇司法所",
			"start: 10月29日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”",
			"moved: 11月28日是周末，顺延至11月30日（民法典第203条）",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"the last day is the first of 国庆 with 中秋", standard, models.PhaseMediation, models.LevelVillage, "2025-09-01 08:00", 0, "2025-10-10 00:00", []string{
			"summary: 从9月2日起算30日，至10月9日24时；到期自动上报枫溪镇司法所",
			"start: 9月1日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”",
			"moved: 10月1日是国庆中秋放假，顺延至10月9日（民法典第203条）",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"the last day is a Saturday that is worked", standard, models.PhaseMediation, models.LevelVillage, "2026-01-15 08:00", 0, "2026-02-15 00:00", []string{
			"summary: 从1月16日起算30日，至2月14日24时；到期自动上报枫溪镇司法所",
			"start: 1月15日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“村级土地流转”",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"working days over 国庆 with 中秋", standard, models.PhaseAcceptance, models.LevelVillage, "2025-09-29 08:00", 0, "2025-10-11 00:00", []string{
			"summary: 从9月30日起算3个工作日，至10月10日24时；到期自动上报枫溪镇司法所",
			"start: 9月29日登记，当日不计（民法典第201条）",
			"count: 受理期限3个工作日，依据时限规则（默认规则第1版）“受理”",
			"skip: 10月1日至10月8日不计：国庆中秋放假",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"skipped for three reasons", standard, models.PhaseReview, models.LevelCounty, "2023-09-28 08:00", 0, "2023-10-12 00:00", []string{
			"summary: 从9月29日起算5个工作日，至10月11日24时；到期由县级报告逾期，并转请仲裁或诉讼",
			"start: 9月28日上报送达，当日不计（民法典第201条）",
			"count: 签收期限5个工作日，依据时限规则（默认规则第1版）“县级签收”",
			"skip: 9月29日不计：中秋节放假",
			"skip: 9月30日至10月6日不计：国庆节放假",
			"then: 到期由县级报告逾期，并转请仲裁或诉讼",
		}},
		{"two weekends are two lines", standard, models.PhaseReview, models.LevelCounty, "2026-11-26 08:00", 0, "2026-12-04 00:00", []string{
			"summary: 从11月27日起算5个工作日，至12月3日24时；到期由县级报告逾期，并转请仲裁或诉讼",
			"start: 11月26日上报送达，当日不计（民法典第201条）",
			"count: 签收期限5个工作日，依据时限规则（默认规则第1版）“县级签收”",
			"skip: 11月28日至11月29日不计：周末",
			"then: 到期由县级报告逾期，并转请仲裁或诉讼",
		}},
		{"into a year that is not announced", standard, models.PhaseMediation, models.LevelTownship, "2026-12-31 08:00", 0, "2027-02-02 00:00", []string{
			"summary: 从2027年1月1日起算30日，至2027年2月1日24时；到期自动上报青禾县矛调中心",
			"start: 12月31日开始调解，当日不计（民法典第201条）",
			"count: 调解期限30日，依据时限规则（默认规则第1版）“镇级调解”",
			"moved: 2027年1月30日是周末，顺延至2027年2月1日（民法典第203条）",
			"provisional: 暂定：所经年份的放假安排尚未公布，公布后重新计算",
			"then: 到期自动上报青禾县矛调中心",
		}},
		{"a return sets its days", standard, models.PhaseReturned, models.LevelVillage, "2026-11-23 09:30", 10, "2026-12-04 00:00", []string{
			"summary: 从11月24日起算10日，至12月3日24时；到期自动上报枫溪镇司法所",
			"start: 11月23日退回送达，当日不计（民法典第201条）",
			"count: 补充调解期限10日，依据时限规则（默认规则第1版）“村级土地流转”",
			"then: 到期自动上报枫溪镇司法所",
		}},
		{"one clock through a whole level", seven, models.PhaseReview, models.LevelOffice, "2026-11-26 09:30", 0, "2026-12-01 00:00", []string{
			"summary: 从11月27日起算2个工作日，至11月30日24时；到期自动上报枫溪镇人民调解委员会",
			"start: 11月26日开始调解，当日不计（民法典第201条）",
			"count: 调解期限2个工作日，依据时限规则（默认规则第1版）“镇司法所”",
			"skip: 11月28日至11月29日不计：周末",
			"then: 到期自动上报枫溪镇人民调解委员会",
		}},
		{"the last of four levels", seven, models.PhaseReview, models.LevelTownship, "2026-11-23 09:30", 0, "2026-11-26 00:00", []string{
			"summary: 从11月24日起算2个工作日，至11月25日24时；到期由镇级报告逾期，并转请仲裁或诉讼",
			"start: 11月23日开始调解，当日不计（民法典第201条）",
			"count: 调解期限2个工作日，依据时限规则（默认规则第1版）“镇级”",
			"then: 到期由镇级报告逾期，并转请仲裁或诉讼",
		}},
		{"a return to a level of one clock", seven, models.PhaseReturned, models.LevelGroup, "2026-11-23 09:30", 2, "2026-11-26 00:00", []string{
			"summary: 从11月24日起算2日，至11月25日24时；到期自动上报北坡村人民调解委员会",
			"start: 11月23日退回送达，当日不计（民法典第201条）",
			"count: 补充调解期限2日，依据时限规则（默认规则第1版）“组级”",
			"then: 到期自动上报北坡村人民调解委员会",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rules := rulesOf(test.policy)
			c := &models.Case{Place: place(), Type: models.LandTransfer, Risk: models.Blue}
			clock, err := rules.Start(c, test.phase, test.level, local(test.now), test.days)
			require.NoError(t, err)
			lines := []string{}
			for _, line := range clock.Working {
				lines = append(lines, line.Kind+": "+line.Text)
			}
			require.Empty(t, cmp.Diff(test.want, lines))
			require.Equal(t, test.want[0], "summary: "+clock.Summary())
			require.Equal(t, local(test.due), clock.DueAt)
			require.Equal(t, local(test.now), clock.Since)
			require.Equal(t, rules.Calendar.Version(), clock.Calendar)
			require.Equal(t, 1, clock.PolicyNumber)
			require.Equal(t, clock.Provisional, clock.Working[len(lines)-2].Kind == "provisional")
		})
	}
}

func TestStartPhaseOfTheClock(t *testing.T) {
	t.Parallel()
	standard, seven := rulesOf(ladders()[0]), rulesOf(ladders()[1])
	c := &models.Case{Place: place(), Type: models.LandTransfer, Risk: models.Blue}
	for _, test := range []struct {
		name        string
		rules       Rules
		level       string
		phase, want models.Phase
	}{
		{"acceptance", standard, models.LevelVillage, models.PhaseAcceptance, models.PhaseAcceptance},
		{"review", standard, models.LevelTownship, models.PhaseReview, models.PhaseReview},
		{"returned", standard, models.LevelVillage, models.PhaseReturned, models.PhaseReturned},
		{"one clock: acceptance is mediation", seven, models.LevelGroup, models.PhaseAcceptance, models.PhaseMediation},
		{"one clock: review is mediation", seven, models.LevelOffice, models.PhaseReview, models.PhaseMediation},
		{"one clock: returned", seven, models.LevelGroup, models.PhaseReturned, models.PhaseReturned},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock, err := test.rules.Start(c, test.phase, test.level, start, 0)
			require.NoError(t, err)
			require.Equal(t, test.want, clock.Phase)
		})
	}
}

func TestStartWarnings(t *testing.T) {
	t.Parallel()
	due := local("2026-12-24 00:00")
	for _, test := range []struct {
		name string
		days []int
		now  string
		want []int
	}{
		{"in their order", []int{7, 2}, "2026-11-23 09:30", []int{7, 2}},
		{"in their order, however the rule lists them", []int{2, 10, 7}, "2026-11-23 09:30", []int{10, 7, 2}},
		{"none asked", nil, "2026-11-23 09:30", nil},
		{"one would be before the beginning", []int{40, 2}, "2026-11-23 09:30", []int{2}},
		{"one would be at the very beginning", []int{30, 2}, "2026-11-23 23:59", []int{30, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rules := rulesOf(models.DefaultPolicy(start))
			for i := range rules.Policy.Rules {
				rules.Policy.Rules[i].WarnDays = test.days
			}
			c := &models.Case{Place: place(), Type: models.LandTransfer, Risk: models.Blue}
			clock, err := rules.Start(c, models.PhaseMediation, models.LevelVillage, local(test.now), 0)
			require.NoError(t, err)
			require.Equal(t, due, clock.DueAt)
			var got []int
			for _, w := range clock.Warnings {
				require.Equal(t, due.Add(-time.Duration(w.Days)*24*time.Hour), w.At)
				got = append(got, w.Days)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	c := &models.Case{Place: place(), Type: models.LandTransfer, Risk: models.Blue}
	rules := rulesOf(ladders()[0])
	_, err := rules.Start(c, models.PhaseMediation, "group", start, 0)
	require.ErrorContains(t, err, `has no level "group"`)
	_, err = rules.Start(c, models.PhaseReview, models.LevelVillage, start, 0)
	require.ErrorContains(t, err, "has no rule for")
	_, err = rules.Start(c, models.PhaseReturned, models.LevelVillage, start, workday.MaxDays+1)
	require.ErrorContains(t, err, "cannot count")
}
