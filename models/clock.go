package models

import "time"

// Office is who handles a case at one rung.
type Office struct {
	ID     string `bson:"id" json:"id"` // region code / level
	Region string `bson:"region" json:"region"`
	Name   string `bson:"name" json:"name"` // 枫溪镇司法所
}

// OfficeID is the id of the office of a level at a place.
func OfficeID(region, level string) string { return region + "/" + level }

// OfficeOf is the office of a rung for a dispute at a place.
func OfficeOf(rung Rung, place Place) Office {
	code := place.Code(rung.Seat)
	office := Office{ID: OfficeID(code, rung.Level), Region: code}
	switch {
	case rung.Seat == RegionVillage:
		office.Name = place.VillageCommittee
	case rung.Seat == RegionCounty:
		office.Name = place.CountyOffice
	case rung.Body == "office":
		office.Name = place.TownshipOffice
	default:
		office.Name = place.TownshipCommittee
	}
	return office
}

// Outcome is how a stage ended.
type Outcome string

const (
	OutcomeAgreed    Outcome = "agreed"
	OutcomeFailed    Outcome = "failed"
	OutcomeEscalated Outcome = "escalated"
	OutcomeReturned  Outcome = "returned"
	OutcomeWithdrawn Outcome = "withdrawn"
	OutcomeDeclined  Outcome = "declined"
	OutcomeReferred  Outcome = "referred"
)

// Reason is why a case went up.
type Reason string

const (
	ReasonDeadline Reason = "deadline" // not resolved in time
	ReasonRisk     Reason = "risk"     // assessed as needing it at once
	ReasonFailed   Reason = "failed"   // cannot be resolved at this level
	ReasonConflict Reason = "conflict" // the village would judge in its own house
	ReasonAsked    Reason = "asked"    // a party asks for it
	ReasonOrdered  Reason = "ordered"  // 提级办理: a higher level takes it
	ReasonCluster  Reason = "cluster"  // another case of the same group dispute went up
)

var reasonNames = map[Reason]string{
	ReasonDeadline: "到期未办结，自动上报", ReasonRisk: "矛盾可能激化", ReasonFailed: "本级调解不成",
	ReasonConflict: "本级有利益冲突", ReasonAsked: "当事人要求", ReasonOrdered: "上级提级办理",
	ReasonCluster: "同一群体性纠纷已上报",
}

// Name is the reason as people say it.
func (r Reason) Name() string { return reasonNames[r] }

// EscalationReasons lists what a person may give as the reason.
func EscalationReasons() []Choice {
	var out []Choice
	for _, r := range []Reason{ReasonFailed, ReasonAsked, ReasonConflict, ReasonRisk} {
		out = append(out, Choice{string(r), r.Name()})
	}
	return out
}

// Stage is one rung a case has been on. A closed stage never changes.
type Stage struct {
	Level    string     `bson:"level" json:"level"`
	Name     string     `bson:"name" json:"name"` // the rung's name: 村级
	Office   Office     `bson:"office" json:"office"`
	Handler  *Actor     `bson:"handler,omitempty" json:"handler,omitempty"` // nobody yet: the office has it
	Opened   time.Time  `bson:"opened" json:"opened"`
	Received *time.Time `bson:"received,omitempty" json:"received,omitempty"` // 签收 or 受理
	Clocks   []Clock    `bson:"clocks" json:"clocks"`                         // the last one runs while the stage is open
	Closed   *time.Time `bson:"closed,omitempty" json:"closed,omitempty"`
	Outcome  Outcome    `bson:"outcome,omitempty" json:"outcome,omitempty"`
	// Why the stage was closed by escalation or return, what was asked, and how late it was.
	Reason  Reason   `bson:"reason,omitempty" json:"reason,omitempty"`
	Note    string   `bson:"note,omitempty" json:"note,omitempty"`
	Asked   string   `bson:"asked,omitempty" json:"asked,omitempty"` // what is asked of the next level
	Missing []string `bson:"missing" json:"missing"`                 // a return names item by item what is missing
	// Returned are the papers that a return sends back, each with its reason; Missing says them too.
	Returned []ReturnItem `bson:"returned,omitempty" json:"returned,omitempty"`
	LateDays int          `bson:"lateDays,omitempty" json:"lateDays,omitempty"` // whole days after the deadline
}

// Clock is one deadline with the working that made it.
type Clock struct {
	Phase        Phase      `bson:"phase" json:"phase"`
	Since        time.Time  `bson:"since" json:"since"`
	DueAt        time.Time  `bson:"dueAt" json:"dueAt"` // the first instant after the last day
	Days         int        `bson:"days" json:"days"`
	Unit         Unit       `bson:"unit" json:"unit"`
	Rule         string     `bson:"rule" json:"rule"`
	RuleName     string     `bson:"ruleName" json:"ruleName"`
	PolicyNumber int        `bson:"policyNumber" json:"policyNumber"`
	PolicyCounty string     `bson:"policyCounty" json:"policyCounty"`
	Provisional  bool       `bson:"provisional" json:"provisional"` // 暂定: a year of the calendar was not yet announced
	Calendar     string     `bson:"calendar" json:"calendar"`       // which calendar data made it
	Working      []WorkLine `bson:"working" json:"working"`
	Warnings     []Warning  `bson:"warnings" json:"warnings"`
	OverdueTold  *time.Time `bson:"overdueTold,omitempty" json:"overdueTold,omitempty"` // at the top rung: when it was told
	// WarnDays are the days before the deadline on which it is reminded of, whenever that is.
	WarnDays    []int        `bson:"warnDays" json:"warnDays"`
	Pauses      []Pause      `bson:"pauses" json:"pauses"`
	Adjustments []Adjustment `bson:"adjustments" json:"adjustments"`
}

// WorkLine is one line of a deadline's working, in plain Chinese.
type WorkLine struct {
	Kind string `bson:"kind" json:"kind"` // summary, start, count, skip, moved, extend, risk, order, pause, provisional, then
	From string `bson:"from,omitempty" json:"from,omitempty"`
	To   string `bson:"to,omitempty" json:"to,omitempty"`
	Text string `bson:"text" json:"text"`
}

// Warning is one reminder before a deadline.
type Warning struct {
	At       time.Time  `bson:"at" json:"at"`
	Days     int        `bson:"days" json:"days"`
	WarnedAt *time.Time `bson:"warnedAt,omitempty" json:"warnedAt,omitempty"`
}

// Summary is the first line of the working.
func (c *Clock) Summary() string {
	if len(c.Working) == 0 {
		return ""
	}
	return c.Working[0].Text
}

// Notice is a message that waits in the case until it is delivered. Its text carries the number
// and the village, never a name or a phone.
type Notice struct {
	Key         string     `bson:"key" json:"key"` // unique in the case; sending it twice is recognised by it
	At          time.Time  `bson:"at" json:"at"`
	Kind        string     `bson:"kind" json:"kind"` // one of NoticeKinds
	Office      string     `bson:"office" json:"office"`
	Text        string     `bson:"text" json:"text"`
	Urgent      bool       `bson:"urgent" json:"urgent"`                               // the risk was red: no quiet hours
	DeliveredAt *time.Time `bson:"deliveredAt,omitempty" json:"deliveredAt,omitempty"` // handed over to its recipients' messages
}
