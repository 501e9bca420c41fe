package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"fengqiao/pkg/workday"
)

// schedule is a cron specification in the zone of Chinese working days.
type schedule struct{ spec cron.Schedule }

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// parseSchedule reads five cron fields or a descriptor such as @daily. A zone of its own is
// refused: all jobs count in one zone.
func parseSchedule(spec string) (schedule, error) {
	if strings.Contains(spec, "TZ=") {
		return schedule{}, fmt.Errorf("schedule %q names a zone", spec)
	}
	parsed, err := parser.Parse(spec)
	if err != nil {
		return schedule{}, fmt.Errorf("schedule %q: %w", spec, err)
	}
	s := schedule{parsed}
	// Cron looks five years ahead: from a leap day's eve every real date is found.
	from := time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)
	first := s.next(from)
	if first.IsZero() {
		return schedule{}, fmt.Errorf("schedule %q never comes", spec)
	}
	if second := s.next(first); second.Sub(first) < time.Minute {
		return schedule{}, fmt.Errorf("schedule %q comes more than once a minute", spec)
	}
	return s, nil
}

func (s schedule) next(after time.Time) time.Time { return s.spec.Next(after.In(workday.Zone)) }

// latest walks the schedule from last to now: the latest slot in (last, now] and how many there
// are. None is zero.
func (s schedule) latest(last, now time.Time) (slot time.Time, count int) {
	for next := s.next(last); !next.IsZero() && !next.After(now); next = s.next(next) {
		slot, count = next, count+1
	}
	return slot, count
}

// shifted lets cron, which reads the machine's clock, fire at the times of another clock.
type shifted struct {
	schedule
	now func() time.Time
}

// Next is called by cron with the machine's time.
func (s shifted) Next(wall time.Time) time.Time {
	machine := time.Now()
	offset := s.now().Sub(machine).Round(time.Millisecond)
	return s.next(wall.Add(offset)).Add(-offset)
}
