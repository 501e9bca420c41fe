package screening

import (
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Period is a time for which each cell owes one return. The periods of a county follow one another
// without a gap: where another rule begins in the middle of a week or month, that period is cut there.
type Period struct {
	From, To workday.Date // its first and its last day
	Rule     models.ScreeningRule
}

// Start is the first moment of the period.
func (p Period) Start() time.Time { return p.From.Start() }

// End is the moment just after it.
func (p Period) End() time.Time { return p.To.AddDays(1).Start() }

// Covered is the moment from which a return that is missing is 未报.
func (p Period) Covered() time.Time { return p.To.AddDays(1 + p.Rule.GraceDays).Start() }

// Remind is the moment from which the period is about to end.
func (p Period) Remind() time.Time { return p.To.AddDays(1 - p.Rule.RemindDays).Start() }

// Name is the period as people say it: 2026年11月, or 11月16日至22日.
func (p Period) Name() string {
	first, last := p.From.Start().In(workday.Zone), p.To.Start().In(workday.Zone)
	if p.Rule.Every == models.EveryMonth && p.From.Day == 1 && p.To.AddDays(1).Day == 1 {
		return first.Format("2006年1月")
	}
	if first.Month() == last.Month() {
		return first.Format("2006年1月2日至") + last.Format("2日")
	}
	return first.Format("2006年1月2日至") + last.Format("1月2日")
}

// PeriodOn is the period in which a day lies. rules are in the order of their days; the default rule
// holds before the first.
func PeriodOn(rules []models.ScreeningRule, day workday.Date) Period {
	rule, next := models.DefaultScreeningRule(), ""
	for i, r := range rules {
		if r.From > day.String() {
			next = r.From
			break
		}
		if i+1 == len(rules) || rules[i+1].From > r.From { // of two from one day the later written holds
			rule = r
		}
	}
	p := Period{Rule: rule}
	if rule.Every == models.EveryWeek {
		p.From = day.AddDays(-(int(day.Weekday()) + 6) % 7)
		p.To = p.From.AddDays(6)
	} else {
		p.From = workday.Date{Year: day.Year, Month: day.Month, Day: 1}
		p.To = workday.OfTime(time.Date(day.Year, day.Month+1, 0, 12, 0, 0, 0, workday.Zone))
	}
	if p.From.String() < rule.From {
		p.From = mustDay(rule.From)
	}
	if next != "" && p.To.String() >= next {
		p.To = mustDay(next).AddDays(-1)
	}
	return p
}

// mustDay reads a day that was checked before it was kept.
func mustDay(text string) workday.Date {
	day, err := workday.Parse(text)
	if err != nil {
		panic(err)
	}
	return day
}

// periodsEnding are the periods whose last day lies in [from, to], in their order.
func periodsEnding(rules []models.ScreeningRule, from, to workday.Date) []Period {
	var out []Period
	for day := from; !to.Before(day); {
		p := PeriodOn(rules, day)
		if !to.Before(p.To) {
			out = append(out, p)
		}
		day = p.To.AddDays(1)
	}
	return out
}

// PeriodFrom is the period that begins on a day; false where none does.
func PeriodFrom(rules []models.ScreeningRule, from string) (Period, bool) {
	day, err := workday.Parse(from)
	if err != nil {
		return Period{}, false
	}
	p := PeriodOn(rules, day)
	return p, p.From == day
}
