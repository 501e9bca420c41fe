package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/pkg/notify"
	"fengqiao/pkg/workday"
)

func official() *workday.Calendar { return workday.NewCalendar(workday.Official()...) }

func TestWhen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, now, want string }{
		{"a day like any other", "2026-11-24 10:00", "2026-11-24 10:00"},
		{"the first moment", "2026-11-24 07:00", "2026-11-24 07:00"},
		{"the moment before", "2026-11-24 06:59", "2026-11-24 07:00"},
		{"midnight", "2026-11-24 00:00", "2026-11-24 07:00"},
		{"the last moment", "2026-11-24 20:59", "2026-11-24 20:59"},
		{"the moment after", "2026-11-24 21:00", "2026-11-25 07:00"},
		{"Friday night", "2026-11-27 21:00", "2026-11-30 07:00"},
		{"Saturday noon", "2026-11-28 12:00", "2026-11-30 07:00"},
		{"Sunday before seven", "2026-11-29 06:00", "2026-11-30 07:00"},
		{"a Saturday that is worked", "2026-10-10 12:00", "2026-10-10 12:00"},
		{"the night before one", "2026-10-09 22:00", "2026-10-10 07:00"},
		{"the eve of the National Day", "2026-09-30 21:00", "2026-10-08 07:00"},
		{"in the middle of Spring Festival", "2026-02-18 12:00", "2026-02-24 07:00"},
		{"the last of the year", "2025-12-31 21:00", "2026-01-04 07:00"},
		{"a year that was not announced, a fixed holiday", "2026-12-31 22:00", "2027-01-04 07:00"},
		{"the leap day", "2024-02-29 23:00", "2024-03-01 07:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now := local(test.now)
			require.Equal(t, local(test.want), notify.When(now, official(), false))
			require.Equal(t, now, notify.When(now, official(), true), "what is urgent knows no rest")
		})
	}
}

func TestDigestDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, now, want string }{
		{"before eight", "2026-11-24 07:59", "2026-11-24"},
		{"at eight it is on its way", "2026-11-24 08:00", "2026-11-25"},
		{"at noon", "2026-11-24 12:00", "2026-11-25"},
		{"on Friday", "2026-11-27 12:00", "2026-11-30"},
		{"early on Saturday", "2026-11-28 01:00", "2026-11-30"},
		{"before a long holiday", "2026-09-30 09:00", "2026-10-08"},
		{"before a Saturday that is worked", "2026-10-09 09:00", "2026-10-10"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, notify.DigestDay(local(test.now), official()).String())
		})
	}
}

// Whatever the moment: a letter goes out in waking hours of a day that is worked, not earlier than now, and
// no such hour passes before it.
func TestWhenIsTheFirstGoodMoment(t *testing.T) {
	t.Parallel()
	calendar := official()
	good := func(at time.Time) bool {
		clock := at.In(workday.Zone)
		return calendar.IsWorkday(workday.OfTime(at)) && clock.Hour() >= 7 && clock.Hour() < 21
	}
	rapid.Check(t, func(t *rapid.T) {
		now := local("2025-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "minutes")) * time.Minute)
		when := notify.When(now, calendar, false)
		require.True(t, good(when), "%s", when)
		require.False(t, when.Before(now))
		for at := now; at.Before(when); at = at.Add(time.Minute * 30) {
			require.False(t, good(at), "%s would have done", at)
		}
		require.Equal(t, when, notify.When(when, calendar, false), "then it is time")
	})
}

// A calendar without a day that is worked must not keep the job busy for ever.
func TestEndlessHoliday(t *testing.T) {
	t.Parallel()
	year := workday.Year{Year: 2026}
	for d := (workday.Date{Year: 2026, Month: 1, Day: 1}); d.Year == 2026; d = d.AddDays(1) {
		year.Days = append(year.Days, workday.Day{Date: d.String(), Name: "长假"})
	}
	when := notify.When(local("2026-03-01 12:00"), workday.NewCalendar(year), false)
	require.True(t, when.After(local("2026-03-30 00:00")))
	require.True(t, when.Before(local("2026-06-01 00:00")))
}
