package pages

import (
	"fmt"
	"html/template"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// functions are what templates call. Times are shown in workday.Zone.
func functions() template.FuncMap {
	return template.FuncMap{
		"field": newField, "choices": newChoices, "fieldID": fieldID,
		"yuan": yuan, "mu": mu, "grouped": grouped,
		"day": day, "moment": moment, "date": dateText, "month": monthText,
		"subtypes": func(t string) []models.Choice { return models.Subtypes(models.DisputeType(t)) },
		"inc":      func(n int) int { return n + 1 },
		"path":     func(format string, args ...any) string { return fmt.Sprintf(format, args...) },
		"list":     func(items ...models.Choice) []models.Choice { return items },
		"pick":     func(code, name string) models.Choice { return models.Choice{Code: code, Name: name} },
		"signs":    models.RiskSignNames, "riskName": func(level string) string { return models.RiskLevel(level).Name() },
	}
}

// day is 2026年11月24日.
func day(at time.Time) string { return at.In(workday.Zone).Format("2006年1月2日") }

// moment is 2026年11月24日 09:30.
func moment(at time.Time) string { return at.In(workday.Zone).Format("2006年1月2日 15:04") }

// dateText writes 2026-11-24 as 2026年11月24日; other text stays.
func dateText(text string) string {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return d.Format("2006年1月2日")
}

// monthText writes 2026-11 as 2026年11月; other text stays.
func monthText(text string) string {
	m, err := time.Parse("2006-01", text)
	if err != nil {
		return text
	}
	return m.Format("2006年1月")
}

// deadline is a running clock on the screen.
type deadline struct {
	Text string // 还剩6天
	Tone string // late, near, calm: beside the words, never in their place
	Day  string // its last day
}

// nearDays is how many days before its end a deadline stands out: the first warning of the default
// policy.
const nearDays = 7

// deadlineOf says how long is left; nil where no clock runs.
func deadlineOf(due *time.Time, now time.Time) *deadline {
	if due == nil {
		return nil
	}
	last := due.Add(-time.Nanosecond)
	left := int(midnight(last).Sub(midnight(now)) / (24 * time.Hour))
	d := &deadline{Day: day(last), Tone: "calm"}
	switch {
	case !now.Before(*due):
		d.Text, d.Tone = fmt.Sprintf("已超期%d天", -left), "late"
	case left == 0:
		d.Text, d.Tone = "今天到期", "near"
	case left == 1:
		d.Text, d.Tone = "明天到期", "near"
	case left <= nearDays:
		d.Text, d.Tone = fmt.Sprintf("还剩%d天", left), "near"
	default:
		d.Text = fmt.Sprintf("还剩%d天", left)
	}
	return d
}

// midnight is the civil day of a moment, as a time that can be subtracted.
func midnight(at time.Time) time.Time {
	y, m, d := at.In(workday.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// typeName is a dispute type with its sub-type.
func typeName(t models.DisputeType, subtype string) string {
	name := models.NameOf(models.DisputeTypes(), string(t))
	if subtype != "" {
		name += " · " + models.NameOf(models.Subtypes(t), subtype)
	}
	return name
}
