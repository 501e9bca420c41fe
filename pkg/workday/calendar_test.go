package workday_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/pkg/workday"
)

func day(t require.TestingT, text string) workday.Date {
	d, err := workday.Parse(text)
	require.NoError(t, err)
	return d
}

func official() *workday.Calendar { return workday.NewCalendar(workday.Official()...) }

// TestEveryDayAgreesWithTheLibrary asks the library itself about each day of the announced years.
func TestEveryDayAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	calendar := official()
	days, off, moved := 0, 0, 0
	for d := day(t, "2019-01-01"); d.Before(day(t, "2027-01-01")); d = d.AddDays(1) {
		days++
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		works, name := !weekend, ""
		if h := HolidayUtil.GetHoliday(d.String()); h != nil {
			require.Equal(t, d.String(), h.GetDay())
			works, name = h.IsWork(), h.GetName()
		}
		require.Equal(t, works, calendar.IsWorkday(d), d)
		require.False(t, calendar.IsProvisional(d), d)
		switch why := calendar.Why(d); {
		case works:
			require.Empty(t, why, d)
			if weekend {
				moved++
			}
		case name == "":
			require.Equal(t, "周末", why, d)
		case name == "元旦节":
			require.Equal(t, "元旦放假", why, d)
		default:
			require.Equal(t, name+"放假", why, d)
		}
		if !works && !weekend {
			off++
		}
	}
	require.Equal(t, 8*365+2, days)
	require.Greater(t, off, 8*10, "holidays on weekdays")
	require.Greater(t, moved, 8*4, "working days at weekends")
}

func TestOfficialYears(t *testing.T) {
	t.Parallel()
	years := workday.Official()
	require.GreaterOrEqual(t, len(years), 8)
	for i, y := range years {
		require.Equal(t, 2019+i, y.Year, "in their order, without gaps")
		require.NotEmpty(t, y.Source)
		seen := map[string]bool{}
		for _, d := range y.Days {
			date := day(t, d.Date)
			require.Equal(t, y.Year, date.Year)
			require.False(t, seen[d.Date], d.Date)
			seen[d.Date] = true
			require.NotEmpty(t, d.Name)
			require.NotEqual(t, "元旦节", d.Name)
			if d.Work {
				require.Contains(t, []time.Weekday{time.Saturday, time.Sunday}, date.Weekday(), d.Date)
			}
		}
		require.True(t, seen[fmt.Sprintf("%d-01-01", y.Year)])
		require.True(t, seen[fmt.Sprintf("%d-10-01", y.Year)])
	}
}

func TestAddDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		event       string
		days        int
		last        string
		movedFrom   string // "" where the last day stays
		provisional bool
	}{
		{"an ordinary month", "2026-11-23", 30, "2026-12-23", "", false},
		{"ends on a Saturday", "2026-11-18", 10, "2026-11-30", "2026-11-28", false},
		{"ends on a Sunday", "2026-11-19", 10, "2026-11-30", "2026-11-29", false},
		{"ends on a Friday", "2026-11-17", 10, "2026-11-27", "", false},
		{"ends on a Sunday that is worked", "2025-09-18", 10, "2025-09-28", "", false},
		{"ends on a Saturday that is worked, the eve of 春节", "2026-01-15", 30, "2026-02-14", "", false},
		{"ends on the first day of 春节", "2026-01-16", 30, "2026-02-24", "2026-02-15", false},
		{"ends on the last day of 春节", "2026-01-24", 30, "2026-02-24", "2026-02-23", false},
		{"ends on the day after 春节", "2026-01-25", 30, "2026-02-24", "", false},
		{"国庆 with 中秋 of 2025", "2025-09-11", 20, "2025-10-09", "2025-10-01", false},
		{"国庆 with 中秋 of 2023, moved to a Saturday that is worked", "2023-09-19", 10, "2023-10-07", "2023-09-29", false},
		{"国庆 with 中秋 of 2020", "2020-09-21", 10, "2020-10-09", "2020-10-01", false},
		{"元旦 over the year's end", "2023-12-20", 10, "2024-01-02", "2023-12-30", false},
		{"元旦 of 2026, moved to a Sunday that is worked", "2025-12-12", 20, "2026-01-04", "2026-01-01", false},
		{"month's end", "2026-03-01", 30, "2026-03-31", "", false},
		{"leap day", "2024-01-30", 30, "2024-02-29", "", false},
		{"over the leap day", "2024-02-20", 30, "2024-03-21", "", false},
		{"one day", "2026-11-23", 1, "2026-11-24", "", false},
		{"into a year that is not announced", "2026-12-15", 30, "2027-01-14", "", true},
		{"to 元旦 of a year that is not announced", "2026-12-02", 30, "2027-01-04", "2027-01-01", true},
		{"to the last day that is announced", "2026-12-01", 30, "2026-12-31", "", false},
		{"to 劳动节 of a year that is not announced", "2027-04-21", 10, "2027-05-03", "2027-05-01", true},
		{"to a 劳动节 on weekdays", "2028-04-21", 10, "2028-05-03", "2028-05-01", true},
		{"to 国庆 of a year that is not announced", "2027-09-21", 10, "2027-10-04", "2027-10-01", true},
		{"to a leap day of a year that is not announced", "2028-02-28", 1, "2028-02-29", "", true},
		{"before the years that are kept", "2018-05-10", 1, "2018-05-11", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := official().AddDays(day(t, test.event), test.days)
			require.NoError(t, err)
			want := workday.Counted{Due: day(t, test.last).AddDays(1).Start(), Last: day(t, test.last), Provisional: test.provisional}
			if test.movedFrom != "" {
				want.MovedFrom = day(t, test.movedFrom)
			}
			require.Empty(t, cmp.Diff(want, got))
		})
	}
}

// skips writes runs of days with their reason.
func skips(list []workday.Skip) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, s.Date.String()[5:]+s.Why)
	}
	return out
}

func TestAddWorkdays(t *testing.T) {
	t.Parallel()
	spring := []string{
		"02-15春节放假", "02-16春节放假", "02-17春节放假", "02-18春节放假", "02-19春节放假", "02-20春节放假", "02-21春节放假", "02-22春节放假", "02-23春节放假",
	}
	national := []string{
		"10-01国庆中秋放假", "10-02国庆中秋放假", "10-03国庆中秋放假", "10-04国庆中秋放假", "10-05国庆中秋放假", "10-06国庆中秋放假", "10-07国庆中秋放假", "10-08国庆中秋放假",
	}
	for _, test := range []struct {
		name        string
		event       string
		days        int
		last        string
		skipped     []string
		provisional bool
	}{
		{"within a week", "2026-11-23", 3, "2026-11-26", nil, false},
		{"over a weekend and the month's end", "2026-11-27", 2, "2026-12-01", []string{"11-28周末", "11-29周末"}, false},
		{"event on a Sunday", "2026-11-22", 1, "2026-11-23", nil, false},
		{"eve of 春节: the Saturday is worked", "2026-02-13", 1, "2026-02-14", nil, false},
		{"over 春节", "2026-02-13", 2, "2026-02-24", spring, false},
		{"the Saturday after 春节 is worked", "2026-02-27", 2, "2026-03-02", []string{"03-01周末"}, false},
		{"Sunday before 国庆 of 2025 is worked", "2025-09-26", 1, "2025-09-28", []string{"09-27周末"}, false},
		{"over 国庆 with 中秋 of 2025", "2025-09-30", 1, "2025-10-09", national, false},
		{"Saturday after 国庆 of 2025 is worked", "2025-10-10", 2, "2025-10-13", []string{"10-12周末"}, false},
		{"over 国庆 with 中秋 of 2023, into the weekend", "2023-09-28", 2, "2023-10-08",
			[]string{"09-29中秋节放假", "09-30国庆节放假", "10-01国庆节放假", "10-02国庆节放假", "10-03国庆节放假", "10-04国庆节放假", "10-05国庆节放假", "10-06国庆节放假"}, false},
		{"over 国庆 with 中秋 of 2020", "2020-09-30", 2, "2020-10-10",
			[]string{"10-01国庆中秋放假", "10-02国庆节放假", "10-03国庆节放假", "10-04国庆节放假", "10-05国庆节放假", "10-06国庆节放假", "10-07国庆节放假", "10-08国庆节放假"}, false},
		{"year's end", "2025-12-31", 1, "2026-01-04", []string{"01-01元旦放假", "01-02元旦放假", "01-03元旦放假"}, false},
		{"year's end, a holiday in the old year", "2022-12-30", 1, "2023-01-03", []string{"12-31元旦放假", "01-01元旦放假", "01-02元旦放假"}, false},
		{"leap day", "2024-02-28", 1, "2024-02-29", nil, false},
		{"over the leap day", "2024-02-28", 2, "2024-03-01", nil, false},
		{"into a year that is not announced", "2026-12-31", 1, "2027-01-04", []string{"01-01元旦放假", "01-02周末", "01-03周末"}, true},
		{"in a year that is not announced", "2027-09-30", 1, "2027-10-04", []string{"10-01国庆节放假", "10-02国庆节放假", "10-03国庆节放假"}, true},
		{"春节 of a year that is not announced is not guessed", "2027-02-05", 1, "2027-02-08", []string{"02-06周末", "02-07周末"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := official().AddWorkdays(day(t, test.event), test.days)
			require.NoError(t, err)
			require.Equal(t, day(t, test.last), got.Last)
			require.Equal(t, day(t, test.last).AddDays(1).Start(), got.Due)
			require.ElementsMatch(t, test.skipped, skips(got.Skipped))
			require.Zero(t, got.MovedFrom)
			require.Equal(t, test.provisional, got.Provisional)
		})
	}
}

// A count is provisional when any day it went through was not announced.
func TestProvisionalOnTheWay(t *testing.T) {
	t.Parallel()
	calendar := workday.NewCalendar(workday.Year{Year: 2027})
	counted, err := calendar.AddWorkdays(day(t, "2026-12-29"), 5)
	require.NoError(t, err)
	require.Equal(t, "2027-01-05", counted.Last.String())
	require.True(t, counted.Provisional)
	counted, err = calendar.AddDays(day(t, "2026-12-29"), 7)
	require.NoError(t, err)
	require.Equal(t, "2027-01-05", counted.Last.String())
	require.False(t, counted.Provisional, "calendar days rest on the last day alone")

	calendar = workday.NewCalendar(workday.Year{Year: 2026}, workday.Year{Year: 2028})
	counted, err = calendar.AddDays(day(t, "2027-12-30"), 1)
	require.NoError(t, err)
	require.Equal(t, "2027-12-31", counted.Last.String())
	require.True(t, counted.Provisional)
	counted, err = calendar.AddDays(day(t, "2022-12-30"), 1)
	require.NoError(t, err)
	require.Equal(t, "2023-01-02", counted.Last.String(), "a Saturday, and 元旦 on a Sunday")
	require.True(t, counted.Provisional)
}

func TestCountRefuses(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, workday.MaxDays + 1} {
		_, err := official().AddDays(day(t, "2026-11-23"), n)
		require.ErrorContains(t, err, fmt.Sprintf("cannot count %d days from 2026-11-23", n))
		_, err = official().AddWorkdays(day(t, "2026-11-23"), n)
		require.Error(t, err)
	}
	_, err := official().AddWorkdays(day(t, "2026-11-23"), workday.MaxDays)
	require.NoError(t, err)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	a := workday.Year{Year: 2026, Source: "一", Days: []workday.Day{{Date: "2026-01-01", Name: "元旦"}, {Date: "2026-01-04", Name: "元旦", Work: true}}}
	b := workday.Year{Year: 2027, Days: []workday.Day{{Date: "2027-01-01", Name: "元旦"}}}
	version := workday.NewCalendar(a, b).Version()
	require.Regexp(t, `^2026,2027 [0-9a-f]{8}$`, version)

	turned := a
	turned.Source, turned.Days = "二", []workday.Day{a.Days[1], a.Days[0]}
	require.Equal(t, version, workday.NewCalendar(b, turned).Version(), "neither order nor source matter")

	seen := map[string]string{version: "both", "0": "none"}
	require.Equal(t, "0", workday.NewCalendar().Version())
	changed := func(d workday.Day) workday.Year {
		return workday.Year{Year: 2026, Days: []workday.Day{a.Days[0], d}}
	}
	for name, years := range map[string][]workday.Year{
		"one year":          {a},
		"the other year":    {b},
		"an empty year":     {a, b, {Year: 2028}},
		"off, not worked":   {changed(workday.Day{Date: "2026-01-04", Name: "元旦"}), b},
		"another day":       {changed(workday.Day{Date: "2026-01-03", Name: "元旦", Work: true}), b},
		"another name":      {changed(workday.Day{Date: "2026-01-04", Name: "春节", Work: true}), b},
		"a day less":        {{Year: 2026, Days: a.Days[:1]}, b},
		"no days announced": {{Year: 2026}, {Year: 2027}},
	} {
		got := workday.NewCalendar(years...).Version()
		require.NotContains(t, seen, got, "%s is as %s", name, seen[got])
		seen[got] = name
	}
}
