package models

import (
	"time"

	"fengqiao/pkg/docstore"
)

// ScreeningSettings say how often the cells of a county send their returns. Rules are added, never
// changed: a period that has begun keeps the rule that made it.
type ScreeningSettings struct {
	County        string `bson:"_id" json:"county"`
	docstore.Head `bson:",inline"`
	Rules         []ScreeningRule `bson:"rules" json:"rules"` // their days do not go back
}

func (s *ScreeningSettings) DocID() any { return s.County }

// How often a return is due.
const (
	EveryWeek  = "week"  // Monday to Sunday
	EveryMonth = "month" // a civil month
)

// ScreeningPeriods lists how often a return may be due.
func ScreeningPeriods() []Choice {
	return []Choice{{EveryWeek, "每周一次"}, {EveryMonth, "每月一次"}}
}

// ScreeningRule holds from a day on, until the day of the next one.
type ScreeningRule struct {
	From       string     `bson:"from" json:"from"` // 2006-01-02
	Every      string     `bson:"every" json:"every"`
	Kinds      []CellKind `bson:"kinds" json:"kinds"` // levels that send a return of their own
	RemindDays int        `bson:"remindDays" json:"remindDays"`
	GraceDays  int        `bson:"graceDays" json:"graceDays"` // after which a return that is missing is 未报
	RecordedAt time.Time  `bson:"recordedAt" json:"recordedAt"`
	RecordedBy Actor      `bson:"recordedBy" json:"recordedBy"`
}

// DefaultScreeningRule is what holds where a county has said nothing: every level once a month, with a
// reminder three days before the end and three days of grace.
func DefaultScreeningRule() ScreeningRule {
	return ScreeningRule{From: "2000-01-01", Every: EveryMonth, Kinds: []CellKind{CellBranch, CellGroup, CellHousehold}, RemindDays: 3, GraceDays: 3}
}
