package screening_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

func ruleOf(from, every string) models.ScreeningRule {
	return models.ScreeningRule{From: from, Every: every, GraceDays: 3, RemindDays: 2}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	weekly := []models.ScreeningRule{ruleOf("2026-11-04", models.EveryWeek)} // a Wednesday
	back := append(weekly, ruleOf("2026-12-10", models.EveryMonth))
	corrected := append(weekly, ruleOf("2026-11-04", models.EveryMonth))
	for _, test := range []struct {
		name          string
		rules         []models.ScreeningRule
		day, from, to string
		text          string
	}{
		{"nothing was said", nil, "2026-02-11", "2026-02-01", "2026-02-28", "2026年2月"},
		{"leap year", nil, "2028-02-29", "2028-02-01", "2028-02-29", "2028年2月"},
		{"before the rule, the month is cut", weekly, "2026-11-02", "2026-11-01", "2026-11-03", "2026年11月1日至3日"},
		{"the first week is cut", weekly, "2026-11-04", "2026-11-04", "2026-11-08", "2026年11月4日至8日"},
		{"a Monday", weekly, "2026-11-09", "2026-11-09", "2026-11-15", "2026年11月9日至15日"},
		{"a Sunday", weekly, "2026-11-15", "2026-11-09", "2026-11-15", "2026年11月9日至15日"},
		{"over a year's end", weekly, "2027-01-01", "2026-12-28", "2027-01-03", "2026年12月28日至1月3日"},
		{"the last week is cut", back, "2026-12-09", "2026-12-07", "2026-12-09", "2026年12月7日至9日"},
		{"the rest of the month", back, "2026-12-10", "2026-12-10", "2026-12-31", "2026年12月10日至31日"},
		{"the later written of one day holds", corrected, "2026-11-20", "2026-11-04", "2026-11-30", "2026年11月4日至30日"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			day, err := workday.Parse(test.day)
			require.NoError(t, err)
			p := screening.PeriodOn(test.rules, day)
			require.Equal(t, test.from, p.From.String())
			require.Equal(t, test.to, p.To.String())
			require.Equal(t, test.text, p.Name())
		})
	}
}

// TestPeriodsFollowOneAnother: whatever rules a county gives itself, every day lies in one period, and the
// next one begins on the day after its last.
func TestPeriodsFollowOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := workday.Date{Year: 2026, Month: 1, Day: 1}
		var rules []models.ScreeningRule
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			day = day.AddDays(rapid.IntRange(0, 60).Draw(t, "later"))
			rules = append(rules, ruleOf(day.String(), rapid.SampledFrom([]string{models.EveryWeek, models.EveryMonth}).Draw(t, "every")))
		}
		at := workday.Date{Year: 2025, Month: 12, Day: 1}
		for range 40 {
			p := screening.PeriodOn(rules, at)
			if p.From != at || p.To.Before(p.From) {
				t.Fatalf("the period of %s is %s to %s", at, p.From, p.To)
			}
			for d := p.From; !p.To.Before(d); d = d.AddDays(1) {
				if q := screening.PeriodOn(rules, d); q.From != p.From || q.To != p.To {
					t.Fatalf("%s lies in %s to %s and in %s to %s", d, p.From, p.To, q.From, q.To)
				}
			}
			at = p.To.AddDays(1)
		}
	})
}
