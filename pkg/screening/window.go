package screening

import (
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

const monthLayout = "2006-01"

// settling is how long after a month's end its reports are not yet stored: a write that began before
// midnight may still be on its way, and the clocks of several servers differ.
const settling = 5 * time.Minute

// Window is the time a report covers, [Start, End), within one civil month of workday.Zone. End is
// the month's end, or just after the moment of asking while the month is not over.
type Window struct {
	Month      string // 2006-01
	Start, End time.Time
	Over       bool // the month had ended
}

// NewWindow is the window of a month as it can be seen now. A month that is no month, or has not
// begun, is an Invalid error of the field month.
func NewWindow(month string, now time.Time) (Window, error) {
	start, err := time.ParseInLocation(monthLayout, month, workday.Zone)
	if err != nil || start.Year() < 2000 {
		return Window{}, models.FieldErrorf("month", "月份请写成年-月，例如%s", MonthOf(now))
	}
	if start.After(now) {
		return Window{}, models.FieldErrorf("month", "%d年%d月还没有到，最晚可以查看%s", start.Year(), start.Month(), MonthOf(now))
	}
	w := Window{Month: month, Start: start, End: start.AddDate(0, 1, 0)}
	w.Over = !now.Before(w.End)
	if !w.Over {
		// Times are kept to the millisecond: what happened now is in, what comes after is not.
		w.End = now.Truncate(time.Millisecond).Add(time.Millisecond)
	}
	return w, nil
}

// MonthOf is the civil month of a moment.
func MonthOf(at time.Time) string { return at.In(workday.Zone).Format(monthLayout) }

// AddMonths is the month that lies n months after one; before it where n is negative. The month
// must be one that NewWindow accepts.
func AddMonths(month string, n int) string {
	start, err := time.ParseInLocation(monthLayout, month, workday.Zone)
	if err != nil {
		return month
	}
	return start.AddDate(0, n, 0).Format(monthLayout)
}

// contains says whether a moment lies in the window.
func (w Window) contains(at time.Time) bool { return !at.Before(w.Start) && at.Before(w.End) }
