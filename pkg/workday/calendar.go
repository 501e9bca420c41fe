package workday

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	version   string
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
	c.version = c.identity()
	return c
}

// Version names the data that the calendar was made of: the announced years and a short digest of
// their days, such as “2026,2027 1f0c5a2e”; “0” where no year was announced. Calendars of one
// version say the same of every day.
func (c *Calendar) Version() string { return c.version }

func (c *Calendar) identity() string {
	if len(c.announced) == 0 {
		return "0"
	}
	var years []string
	for _, year := range slices.Sorted(maps.Keys(c.announced)) {
		years = append(years, strconv.Itoa(year))
	}
	h := sha256.New()
	for _, date := range slices.Sorted(maps.Keys(c.days)) {
		fmt.Fprintf(h, "%s %t %s\n", date, c.days[date].Work, c.days[date].Name)
	}
	return strings.Join(years, ",") + " " + hex.EncodeToString(h.Sum(nil)[:4])
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
	Skipped   []Skip    // days not counted, in their order
	MovedFrom Date      // the last day before it was moved because it is off; zero where it was not
	// Provisional says that the result rests on a year that was not announced.
	Provisional bool
}

// MaxDays is the longest period that is counted.
const MaxDays = 3660

// Span is days that do not count, From and To among them, and why.
type Span struct {
	From, To Date
	Why      string
}

// spanOf is why a day lies in one of some spans, "" where it lies in none.
func spanOf(spans []Span, d Date) string {
	for _, s := range spans {
		if !d.Before(s.From) && !s.To.Before(d) {
			return s.Why
		}
	}
	return ""
}

// AddDays counts n calendar days after the day of the event, without those of the spans. Where the
// last one is a day off the period ends on the next day that is worked (民法典第203条).
func (c *Calendar) AddDays(event Date, n int, except ...Span) (Counted, error) {
	if err := checkDays(event, n); err != nil {
		return Counted{}, err
	}
	out, counted := Counted{Last: event}, 0
	if len(except) == 0 {
		out.Last, counted = event.AddDays(n), n
	}
	for counted < n {
		out.Last = out.Last.AddDays(1)
		if why := spanOf(except, out.Last); why != "" {
			out.Skipped = append(out.Skipped, Skip{out.Last, why})
		} else {
			counted++
		}
	}
	first := out.Last
	for ; !c.IsWorkday(out.Last); out.Last = out.Last.AddDays(1) {
		out.Provisional = out.Provisional || c.IsProvisional(out.Last)
	}
	if out.Last != first {
		out.MovedFrom = first
	}
	return c.finish(out), nil
}

// AddWorkdays counts n working days after the day of the event, without those of the spans.
func (c *Calendar) AddWorkdays(event Date, n int, except ...Span) (Counted, error) {
	if err := checkDays(event, n); err != nil {
		return Counted{}, err
	}
	out := Counted{Last: event}
	for counted := 0; counted < n; {
		out.Last = out.Last.AddDays(1)
		why := spanOf(except, out.Last)
		if why == "" {
			why = c.Why(out.Last)
		}
		if why != "" {
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
