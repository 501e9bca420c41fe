package notify

import (
	"time"

	"fengqiao/pkg/workday"
)

// Hours of the day, in Chinese time, between which letters that are not urgent go out, and the one at
// which a day's warnings do.
const (
	wakes      = 7
	digestHour = 8
	sleeps     = 21
)

// longestRest bounds the search for a day that is worked; no run of days off is half as long.
const longestRest = 40

// When is the first moment, now or later, at which a letter may go out: at once where it is urgent,
// else on a day that is worked between 7:00 and 21:00.
func When(now time.Time, calendar *workday.Calendar, urgent bool) time.Time {
	today := workday.OfTime(now)
	if urgent || calendar.IsWorkday(today) && !now.Before(hour(today, wakes)) && now.Before(hour(today, sleeps)) {
		return now
	}
	return next(now, calendar, wakes)
}

// DigestDay is the next day, today included, whose digest is still to come: the first day that is
// worked and whose 8:00 lies after now.
func DigestDay(now time.Time, calendar *workday.Calendar) workday.Date {
	return workday.OfTime(next(now, calendar, digestHour))
}

// digestAt is when the digest of a day goes out.
func digestAt(day workday.Date) time.Time { return hour(day, digestHour) }

// next is the first full hour of that number on a day that is worked, after now.
func next(now time.Time, calendar *workday.Calendar, clock int) time.Time {
	day := workday.OfTime(now)
	if !now.Before(hour(day, clock)) {
		day = day.AddDays(1)
	}
	for range longestRest {
		if calendar.IsWorkday(day) {
			break
		}
		day = day.AddDays(1)
	}
	return hour(day, clock)
}

func hour(day workday.Date, clock int) time.Time {
	return day.Start().Add(time.Duration(clock) * time.Hour)
}
