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
	// Thresholds are from where on something is told, each version behind the one before it.
	Thresholds []Thresholds `bson:"thresholds,omitempty" json:"thresholds"`
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

// Thresholds say from where on a report gives advice, and from where on files are looked into. They hold
// for the months that end after they were recorded.
type Thresholds struct {
	Advice     []AdviceThreshold `bson:"advice"`
	Guard      GuardThresholds   `bson:"guard"`
	RecordedAt time.Time         `bson:"recordedAt"`
	RecordedBy Actor             `bson:"recordedBy"`
}

// AdviceThreshold is from where on a rule of advice speaks: where its number is at least so large, of a
// place inside also at least so many percent of the whole, and of a rise so many percent above last month.
type AdviceThreshold struct {
	Key   string `bson:"key" json:"key" validate:"required" label:"哪一条"`
	Least int64  `bson:"least" json:"least" validate:"gte=1,lte=9999" label:"数量"`
	Share int64  `bson:"share,omitempty" json:"share,omitempty" validate:"gte=0,lte=100" label:"占比"`
	Rise  int64  `bson:"rise,omitempty" json:"rise,omitempty" validate:"gte=0,lte=1000" label:"增加"`
}

// GuardThresholds are from where on something is worth a look. None of them proves anything.
type GuardThresholds struct {
	DrawPercent    int `bson:"drawPercent" json:"drawPercent" validate:"gte=1,lte=100" label:"回访的比例"`
	DrawLeast      int `bson:"drawLeast" json:"drawLeast" validate:"gte=1,lte=100" label:"回访的最少件数"`
	ShareMonths    int `bson:"shareMonths" json:"shareMonths" validate:"gte=3,lte=36" label:"看几个月"`
	ShareLeast     int `bson:"shareLeast" json:"shareLeast" validate:"gte=1,lte=1000" label:"办结件数"`
	ShareTimes     int `bson:"shareTimes" json:"shareTimes" validate:"gte=2,lte=20" label:"倍数"`
	ShareChance    int `bson:"shareChance" json:"shareChance" validate:"gte=1,lte=500" label:"碰巧的可能"`
	SimilarLeast   int `bson:"similarLeast" json:"similarLeast" validate:"gte=20,lte=2000" label:"最短的文字"`
	SimilarPercent int `bson:"similarPercent" json:"similarPercent" validate:"gte=50,lte=100" label:"重合"`
	FastMinutes    int `bson:"fastMinutes" json:"fastMinutes" validate:"gte=1,lte=1440" label:"达成协议的时间"`
	BatchLeast     int `bson:"batchLeast" json:"batchLeast" validate:"gte=2,lte=100" label:"办结的件数"`
	BatchMinutes   int `bson:"batchMinutes" json:"batchMinutes" validate:"gte=1,lte=1440" label:"办结的时间"`
}

// DefaultGuard is what holds where a county has said nothing: of a twentieth of the ended cases, and of
// five at least, the parties are called back; a village that ended ten in a year, twice as many as its
// households make likely and more than chance does once in a thousand; texts of sixty characters and more
// that are alike by 85 percent; an agreement within the hour; four ended within half an hour.
func DefaultGuard() GuardThresholds {
	return GuardThresholds{
		DrawPercent: 5, DrawLeast: 5, ShareMonths: 12, ShareLeast: 10, ShareTimes: 2, ShareChance: 10,
		SimilarLeast: 60, SimilarPercent: 85, FastMinutes: 60, BatchLeast: 4, BatchMinutes: 30,
	}
}

// ThresholdsAt are those that were recorded last before a moment; with none it is the default, which has no advice of its own. s may be nil.
func (s *ScreeningSettings) ThresholdsAt(before time.Time) Thresholds {
	if s != nil {
		for i := len(s.Thresholds) - 1; i >= 0; i-- {
			if s.Thresholds[i].RecordedAt.Before(before) {
				return s.Thresholds[i]
			}
		}
	}
	return Thresholds{Guard: DefaultGuard()}
}

// AdviceOf is the threshold of a rule, false where nothing was said of it.
func (t *Thresholds) AdviceOf(key string) (AdviceThreshold, bool) {
	for _, a := range t.Advice {
		if a.Key == key {
			return a, true
		}
	}
	return AdviceThreshold{}, false
}
