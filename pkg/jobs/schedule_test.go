package jobs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/workday"
)

func TestParseSchedule(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 23, 58, 0, 0, workday.Zone)
	tests := []struct {
		name, spec string
		next       time.Time // zero: refused
	}{
		{"every five minutes", "*/5 * * * *", time.Date(2026, 3, 1, 0, 0, 0, 0, workday.Zone)},
		{"first of the month in Chinese time", "0 6 1 * *", time.Date(2026, 3, 1, 6, 0, 0, 0, workday.Zone)},
		{"descriptor", "@daily", time.Date(2026, 3, 1, 0, 0, 0, 0, workday.Zone)},
		{"every minute", "* * * * *", time.Date(2026, 2, 28, 23, 59, 0, 0, workday.Zone)},
		{"leap day", "0 0 29 2 *", time.Date(2028, 2, 29, 0, 0, 0, 0, workday.Zone)},
		{"seconds", "*/5 * * * * *", time.Time{}},
		{"more than once a minute", "@every 10s", time.Time{}},
		{"zone of its own", "TZ=UTC 0 6 1 * *", time.Time{}},
		{"cron zone of its own", "CRON_TZ=UTC 0 6 1 * *", time.Time{}},
		{"zone without fields", "TZ=", time.Time{}},
		{"never", "0 0 31 2 *", time.Time{}},
		{"empty", "", time.Time{}},
		{"words", "sometimes", time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parseSchedule(tt.spec)
			if tt.next.IsZero() {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.True(t, tt.next.Equal(s.next(at)), "got %s", s.next(at))
		})
	}
}

func TestLatestSlot(t *testing.T) {
	t.Parallel()
	s, err := parseSchedule("0 6 1 * *")
	require.NoError(t, err)
	june := time.Date(2026, 6, 1, 6, 0, 0, 0, workday.Zone)

	slot, count := s.latest(june, time.Date(2026, 9, 20, 0, 0, 0, 0, workday.Zone))
	require.Equal(t, 3, count)
	require.True(t, slot.Equal(time.Date(2026, 9, 1, 6, 0, 0, 0, workday.Zone)))

	slot, count = s.latest(june, time.Date(2026, 7, 1, 5, 59, 59, 0, workday.Zone))
	require.Zero(t, count)
	require.True(t, slot.IsZero())

	_, count = s.latest(june, time.Date(2026, 7, 1, 6, 0, 0, 0, workday.Zone))
	require.Equal(t, 1, count)
}

// A clock that is ahead of the machine's fires at its own first of the month.
func TestScheduleFollowsAShiftedClock(t *testing.T) {
	t.Parallel()
	s, err := parseSchedule("0 6 1 * *")
	require.NoError(t, err)
	const ahead = 31 * 24 * time.Hour
	wall := time.Now()
	got := shifted{s, func() time.Time { return time.Now().Add(ahead) }}.Next(wall)
	require.WithinDuration(t, s.next(wall.Add(ahead)).Add(-ahead), got, 10*time.Millisecond)
}
