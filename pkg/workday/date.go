package workday

import (
	"fmt"
	"time"
)

// Zone is the civil time of the whole country. It has had no daylight saving since 1991.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil day in Zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// OfTime is the day in Zone on which a moment lies.
func OfTime(at time.Time) Date {
	y, m, d := at.In(Zone).Date()
	return Date{y, m, d}
}

// Parse reads a day written 2006-01-02.
func Parse(text string) (Date, error) {
	at, err := time.ParseInLocation(time.DateOnly, text, Zone)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not like 2006-01-02", text)
	}
	return OfTime(at), nil
}

// Start is the first instant of the day, in UTC.
func (d Date) Start() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone).UTC()
}

// AddDays is the day n days later; earlier where n is negative.
func (d Date) AddDays(n int) Date {
	y, m, day := time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC).Date()
	return Date{y, m, day}
}

// Before says whether the day comes before another.
func (d Date) Before(other Date) bool { return d.number() < other.number() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// String writes the day as 2006-01-02.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// number orders days.
func (d Date) number() int { return d.Year*10000 + int(d.Month)*100 + d.Day }
