package workday

import (
	"fmt"
	"time"
)

// Year is one announced year of the calendar, as the State Council's general office makes it known
// each autumn: the days off and the weekend days that are worked instead.
type Year struct {
	Year   int    `bson:"year" json:"year"`
	Source string `bson:"source" json:"source"` // where the data is from
	Days   []Day  `bson:"days" json:"days"`
}

// Day is one day of a Year that differs from its weekday.
type Day struct {
	Date string `bson:"date" json:"date"` // 2006-01-02
	Name string `bson:"name" json:"name"` // of the holiday: 春节
	Work bool   `bson:"work" json:"work"` // worked, on a weekend (调休上班); else a day off
}

// Calendar knows which days are worked. It never changes; safe for concurrent use.
type Calendar struct {
	days      map[string]Day
	announced map[int]bool
}

// NewCalendar makes a calendar of announced years. Every other year is provisional.
func NewCalendar(years ...Year) *Calendar {
	c := &Calendar{days: map[string]Day{}, announced: map[int]bool{}}
	for _, y := range years {
		c.announced[y.Year] = true
		for _, d := range y.Days {
			c.days[d.Date] = d
		}
	}
	return c
}

// fixed are the statutory holidays whose date is the same each year (全国年节及纪念日放假办法, in force
// since 2025-01-01, 第2条); the others follow the moon or the sun.
var fixed = map[[2]int]string{
	{1, 1}: "元旦", {5, 1}: "劳动节", {5, 2}: "劳动节", {10, 1}: "国庆节", {10, 2}: "国庆节", {10, 3}: "国庆节",
}

const weekend = "周末"

// Why says why a day is off: the holiday's name with 放假, or 周末; "" for a day that is worked.
func (c *Calendar) Why(d Date) string {
	if day, ok := c.days[d.String()]; ok {
		if day.Work {
			return ""
		}
		return day.Name + "放假"
	}
	if !c.announced[d.Year] {
		if name, ok := fixed[[2]int{int(d.Month), d.Day}]; ok {
			return name + "放假"
		}
	}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return weekend
	}
	return ""
}

// IsWorkday says whether a day is worked.
func (c *Calendar) IsWorkday(d Date) bool { return c.Why(d) == "" }

// IsProvisional says whether the year of a day was not yet announced, so that what is said of the
// day may change.
func (c *Calendar) IsProvisional(d Date) bool { return !c.announced[d.Year] }

// Skip is a day that was not counted.
type Skip struct {
	Date Date
	Why  string
}

// Counted is where a period ends, with the working.
type Counted struct {
	Due       time.Time // the first instant after the last day, in UTC
	Last      Date      // the last day of the period
	Skipped   []Skip    // days not counted, in their order; only where working days are counted
	MovedFrom Date      // the last day before it was moved because it is off; zero where it was not
	// Provisional says that the result rests on a year that was not announced.
	Provisional bool
}

// MaxDays is the longest period that is counted.
const MaxDays = 3660

// AddDays counts n calendar days after the day of the event. Where the last one is a day off the
// period ends on the next day that is worked (民法典第203条).
func (c *Calendar) AddDays(event Date, n int) (Counted, error) {
	if err := checkDays(event, n); err != nil {
		return Counted{}, err
	}
	out := Counted{Last: event.AddDays(n)}
	first := out.Last
	for ; !c.IsWorkday(out.Last); out.Last = out.Last.AddDays(1) {
		out.Provisional = out.Provisional || c.IsProvisional(out.Last)
	}
	if out.Last != first {
		out.MovedFrom = first
	}
	return c.finish(out), nil
}

// AddWorkdays counts n working days after the day of the event.
func (c *Calendar) AddWorkdays(event Date, n int) (Counted, error) {
	if err := checkDays(event, n); err != nil {
		return Counted{}, err
	}
	out := Counted{Last: event}
	for counted := 0; counted < n; {
		out.Last = out.Last.AddDays(1)
		if why := c.Why(out.Last); why != "" {
			out.Skipped = append(out.Skipped, Skip{out.Last, why})
		} else {
			counted++
		}
		out.Provisional = out.Provisional || c.IsProvisional(out.Last)
	}
	return c.finish(out), nil
}

func (c *Calendar) finish(out Counted) Counted {
	out.Provisional = out.Provisional || c.IsProvisional(out.Last)
	out.Due = out.Last.AddDays(1).Start()
	return out
}

func checkDays(event Date, n int) error {
	if n < 1 || n > MaxDays {
		return fmt.Errorf("cannot count %d days from %s: from 1 to %d", n, event, MaxDays)
	}
	return nil
}
