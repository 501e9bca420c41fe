package models

import "time"

// PauseGround is one of the three grounds on which a clock may stop.
type PauseGround string

const (
	PauseSurvey   PauseGround = "survey"   // 鉴定测绘
	PauseAbsent   PauseGround = "absent"   // a party is away, and agrees
	PauseDecision PauseGround = "decision" // a collective decision has to come first
)

// PauseGrounds lists the grounds.
func PauseGrounds() []Choice {
	return []Choice{{string(PauseSurvey), "等待鉴定、测绘"}, {string(PauseAbsent), "当事人外出，同意等待"}, {string(PauseDecision), "等待集体决议"}}
}

// Name is the ground as people say it.
func (g PauseGround) Name() string { return NameOf(PauseGrounds(), string(g)) }

// Pause stops a clock. The day on which it begins and those up to the one on which it ends, but not
// that one, do not count.
type Pause struct {
	Ground PauseGround `bson:"ground" json:"ground"`
	Note   string      `bson:"note" json:"note"`
	By     Actor       `bson:"by" json:"by"`
	From   time.Time   `bson:"from" json:"from"`
	// EndsBy is when the days of pause that a case has in all are used up: then the clock goes on by
	// itself.
	EndsBy time.Time  `bson:"endsBy" json:"endsBy"`
	Until  *time.Time `bson:"until,omitempty" json:"until,omitempty"` // nil while it lasts
}

// AdjustmentKind is why a running deadline moved.
type AdjustmentKind string

const (
	AdjustExtend AdjustmentKind = "extend" // 延期, once per level, with both parties' consent
	AdjustRisk   AdjustmentKind = "risk"   // a higher risk has shorter days, counted from its assessment
	AdjustOrder  AdjustmentKind = "order"  // 督办: a higher level sets the last day
)

// Adjustment moved a running deadline. The deadline is always worked out anew from the clock's
// beginning and all its adjustments and pauses: it is a function of the file alone.
type Adjustment struct {
	Kind    AdjustmentKind `bson:"kind" json:"kind"`
	At      time.Time      `bson:"at" json:"at"`
	By      Actor          `bson:"by" json:"by"`
	Days    int            `bson:"days,omitempty" json:"days,omitempty"`       // extend: days more; risk: days from At
	Unit    Unit           `bson:"unit,omitempty" json:"unit,omitempty"`       // risk: of the days
	Rule    string         `bson:"rule,omitempty" json:"rule,omitempty"`       // risk: name of the rule that has them
	LastDay string         `bson:"lastDay,omitempty" json:"lastDay,omitempty"` // order: at the latest the end of this day
	Note    string         `bson:"note" json:"note"`
}

// Pause is the pause that lasts, nil where the clock runs. It points into the clock.
func (c *Clock) Pause() *Pause {
	if n := len(c.Pauses); n > 0 && c.Pauses[n-1].Until == nil {
		return &c.Pauses[n-1]
	}
	return nil
}

// Adjusted is the latest adjustment of a kind, nil where there was none.
func (c *Clock) Adjusted(kind AdjustmentKind) *Adjustment {
	for i := len(c.Adjustments) - 1; i >= 0; i-- {
		if c.Adjustments[i].Kind == kind {
			return &c.Adjustments[i]
		}
	}
	return nil
}

// RunningClock is the clock of the open stage, nil where none runs. It points into the case.
func (c *Case) RunningClock() *Clock {
	if stage := c.OpenStage(); stage != nil {
		return stage.Clock()
	}
	return nil
}

// IsPaused says whether the clock of the case stands still.
func (c *Case) IsPaused() bool {
	clock := c.RunningClock()
	return clock != nil && clock.Pause() != nil
}

// Pauses lists every pause the case has had, the latest last.
func (c *Case) Pauses() []Pause {
	var all []Pause
	for _, stage := range c.Stages {
		for _, clock := range stage.Clocks {
			all = append(all, clock.Pauses...)
		}
	}
	return all
}

// ExtendedAt says whether a level has had its one extension.
func (c *Case) ExtendedAt(level string) bool {
	for _, stage := range c.Stages {
		for i := range stage.Clocks {
			if stage.Level == level && stage.Clocks[i].Adjusted(AdjustExtend) != nil {
				return true
			}
		}
	}
	return false
}

// PoliceDuty is that of 人民调解法第25条: where a dispute may turn into a public-security or criminal
// case, it is reported to the police or another competent department at once.
type PoliceDuty struct {
	AskedAt    time.Time  `bson:"askedAt" json:"askedAt"`                           // when the threat was put on record
	AnswerBy   time.Time  `bson:"answerBy" json:"answerBy"`                         // unanswered then, the levels above see it
	ToldAt     *time.Time `bson:"toldAt,omitempty" json:"toldAt,omitempty"`         // when they were told
	ReportedAt *time.Time `bson:"reportedAt,omitempty" json:"reportedAt,omitempty"` // when it was reported, nil until then
	ReportedBy string     `bson:"reportedBy,omitempty" json:"reportedBy,omitempty"` // who reported
	ReportedTo string     `bson:"reportedTo,omitempty" json:"reportedTo,omitempty"` // to whom
	Note       string     `bson:"note,omitempty" json:"note,omitempty"`
}

// IsOpen says whether the duty still waits for its answer.
func (d *PoliceDuty) IsOpen() bool { return d != nil && d.ReportedAt == nil }

// UrgesReport says whether the levels above are still to be told if the duty is not answered in time. That
// mediation has ended changes nothing of the threat; only a file that was filed for good is left alone.
func (c *Case) UrgesReport() bool {
	return c.Police.IsOpen() && c.Police.ToldAt == nil && c.Filing == nil
}
