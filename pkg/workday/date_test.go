package workday_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/pkg/workday"
)

func TestOfTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"last instant of a day", time.Date(2026, 11, 23, 15, 59, 59, 999999999, time.UTC), "2026-11-23"},
		{"first instant of the next", time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), "2026-11-24"},
		{"year's end", time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), "2027-01-01"},
		{"leap day", time.Date(2024, 2, 28, 16, 0, 0, 0, time.UTC), "2024-02-29"},
		{"in the zone", time.Date(2026, 11, 23, 0, 0, 0, 0, workday.Zone), "2026-11-23"},
		{"seen from elsewhere", time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", -8*60*60)), "2026-11-24"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, workday.OfTime(test.at).String())
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	d, err := workday.Parse("2024-02-29")
	require.NoError(t, err)
	require.Equal(t, workday.Date{Year: 2024, Month: time.February, Day: 29}, d)
	require.Equal(t, time.Date(2024, 2, 28, 16, 0, 0, 0, time.UTC), d.Start())
	require.Equal(t, time.UTC, d.Start().Location())
	for _, text := range []string{"", "2023-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-2", "26-01-02", "2026-01-02 ", " 2026-01-02", "2026-01-02T00:00:00Z", "2026/01/02", "２０２６-01-02", "二〇二六年"} {
		_, err := workday.Parse(text)
		require.ErrorContains(t, err, "is not like 2006-01-02", text)
	}
}

// FuzzParse: what is read is written again as it was, and is a day that begins and ends.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2026-11-24", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "2026-1-2", "", "+026-01-02", "2026-11-24\n", "２０２６-11-24"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := workday.Parse(text)
		if err != nil {
			require.Zero(t, d)
			return
		}
		require.Equal(t, text, d.String())
		require.Equal(t, d, workday.OfTime(d.Start()))
		require.Equal(t, d.AddDays(-1), workday.OfTime(d.Start().Add(-time.Nanosecond)))
		require.Equal(t, d, d.AddDays(1).AddDays(-1))
		require.True(t, d.Before(d.AddDays(1)) && !d.Before(d))
	})
}

func anyDate() *rapid.Generator[workday.Date] {
	return rapid.Custom(func(t *rapid.T) workday.Date {
		return workday.Date{Year: 2018, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 11*366).Draw(t, "days"))
	})
}

func TestDateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate().Draw(t, "date"), rapid.IntRange(-800, 800).Draw(t, "n")
		other := d.AddDays(n)
		require.Equal(t, n < 0, other.Before(d))
		require.Equal(t, n > 0, d.Before(other))
		require.Equal(t, time.Duration(n)*24*time.Hour, other.Start().Sub(d.Start()))
		require.Equal(t, d, other.AddDays(-n))
		require.Equal(t, time.Weekday(((int(d.Weekday())+n)%7+7)%7), other.Weekday())
		parsed, err := workday.Parse(d.String())
		require.NoError(t, err)
		require.Equal(t, d, parsed)
	})
}

// TestAddDaysProperties: the last day is worked, the first such one from the nth day on; the period
// ends at midnight; a longer period never ends sooner.
func TestAddDaysProperties(t *testing.T) {
	t.Parallel()
	calendar := official()
	rapid.Check(t, func(t *rapid.T) {
		event, n := anyDate().Draw(t, "event"), rapid.IntRange(1, 500).Draw(t, "n")
		got, err := calendar.AddDays(event, n)
		require.NoError(t, err)
		nth := event.AddDays(n)
		require.True(t, calendar.IsWorkday(got.Last))
		for d := nth; d != got.Last; d = d.AddDays(1) {
			require.False(t, calendar.IsWorkday(d), "%s was passed over", d)
		}
		moved := workday.Date{}
		if got.Last != nth {
			moved = nth
		}
		require.Equal(t, moved, got.MovedFrom)
		require.Empty(t, got.Skipped)
		requireEnd(t, got)
		longer, err := calendar.AddDays(event, n+1)
		require.NoError(t, err)
		require.False(t, longer.Due.Before(got.Due))
		later, err := calendar.AddDays(event.AddDays(1), n)
		require.NoError(t, err)
		require.False(t, later.Due.Before(got.Due))
	})
}

// TestAddWorkdaysProperties: n days up to the last are worked, every other is told with its reason.
func TestAddWorkdaysProperties(t *testing.T) {
	t.Parallel()
	calendar := official()
	rapid.Check(t, func(t *rapid.T) {
		event, n := anyDate().Draw(t, "event"), rapid.IntRange(1, 200).Draw(t, "n")
		got, err := calendar.AddWorkdays(event, n)
		require.NoError(t, err)
		worked, provisional := 0, false
		skipped := got.Skipped
		for d := event.AddDays(1); !got.Last.Before(d); d = d.AddDays(1) {
			provisional = provisional || calendar.IsProvisional(d)
			if calendar.IsWorkday(d) {
				worked++
				continue
			}
			require.NotEmpty(t, skipped)
			require.Equal(t, workday.Skip{Date: d, Why: calendar.Why(d)}, skipped[0])
			require.NotEmpty(t, skipped[0].Why)
			skipped = skipped[1:]
		}
		require.Empty(t, skipped)
		require.Equal(t, n, worked)
		require.Equal(t, provisional, got.Provisional)
		require.True(t, calendar.IsWorkday(got.Last))
		require.Zero(t, got.MovedFrom)
		requireEnd(t, got)
		longer, err := calendar.AddWorkdays(event, n+1)
		require.NoError(t, err)
		require.True(t, got.Due.Before(longer.Due))
	})
}

// requireEnd asks that a period ends at 24:00 of its last day in the zone.
func requireEnd(t require.TestingT, got workday.Counted) {
	end := got.Due.In(workday.Zone)
	h, m, s := end.Clock()
	require.Zero(t, h+m+s+end.Nanosecond())
	require.Equal(t, got.Last, workday.OfTime(got.Due.Add(-time.Nanosecond)))
	require.Equal(t, time.UTC, got.Due.Location())
}
