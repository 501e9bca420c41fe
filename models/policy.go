package models

import (
	"fmt"
	"slices"
	"time"
)

// Phase is what a stage's clock measures.
type Phase string

const (
	PhaseAcceptance Phase = "acceptance" // from logging to 受理
	PhaseReview     Phase = "review"     // from hand-over to 签收
	PhaseMediation  Phase = "mediation"  // from 受理 or 签收 to a result
	PhaseReturned   Phase = "returned"   // from 退回 until the case comes back; the days are set by the return
)

var phaseNames = map[Phase]string{PhaseAcceptance: "受理", PhaseReview: "签收", PhaseMediation: "调解", PhaseReturned: "补充调解"}

// Name is the phase as people say it.
func (p Phase) Name() string { return phaseNames[p] }

// Unit tells calendar days from working days.
type Unit string

const (
	CalendarDays Unit = "calendar"
	WorkingDays  Unit = "working"
)

// Rung is one level of the ladder a case climbs.
type Rung struct {
	Level string     `bson:"level" json:"level" validate:"required,max=20" label:"层级代码"`
	Name  string     `bson:"name" json:"name" validate:"required,max=20" label:"层级名称"` // 村级
	Seat  RegionKind `bson:"seat" json:"seat" validate:"required,oneof=village township county" label:"层级所在地"`
	// Body says who handles a case here: the place's mediation committee or its reviewing office.
	Body string `bson:"body" json:"body" validate:"required,oneof=committee office" label:"办理单位"`
	// SingleClock lets one clock run through the whole stage: receiving the case does not start
	// another (“四级七天”).
	SingleClock bool `bson:"singleClock" json:"singleClock"`
}

// Rule gives the days of one phase for the cases it matches. An empty list matches everything.
type Rule struct {
	ID     string        `bson:"id" json:"id" validate:"required,max=40" label:"规则编号"`
	Name   string        `bson:"name" json:"name" validate:"required,max=40" label:"规则名称"` // as the working of a deadline names it
	Phase  Phase         `bson:"phase" json:"phase" validate:"required,oneof=acceptance review mediation" label:"环节"`
	Levels []string      `bson:"levels" json:"levels"`
	Types  []DisputeType `bson:"types" json:"types"`
	Except []DisputeType `bson:"except" json:"except"` // types it does not match
	// Subtypes and ExceptSubtypes narrow a rule of one single type: to cases of these sub-types, and to
	// those that have none or another than these.
	Subtypes       []string    `bson:"subtypes,omitempty" json:"subtypes,omitempty"`
	ExceptSubtypes []string    `bson:"exceptSubtypes,omitempty" json:"exceptSubtypes,omitempty"`
	Risks          []RiskLevel `bson:"risks" json:"risks"`
	Conflict       *bool       `bson:"conflict,omitempty" json:"conflict,omitempty"` // only with, only without conflict of interest
	Days           int         `bson:"days" json:"days" validate:"gte=1,lte=365" label:"天数"`
	Unit           Unit        `bson:"unit" json:"unit" validate:"required,oneof=calendar working" label:"算法"`
	WarnDays       []int       `bson:"warnDays" json:"warnDays" validate:"max=5,dive,gte=1,lte=60" label:"提前提醒的天数"` // calendar days before the deadline
	// ExtendDays is the longest extension of a mediation by this rule, 0 for none; nil is as the policy has it.
	ExtendDays *int `bson:"extendDays,omitempty" json:"extendDays,omitempty" validate:"omitempty,gte=0,lte=60" label:"延期的最多天数"`
}

// Policy is a version of the rules: the ladder, the days, what a return may ask. A case keeps the
// number of the policy that made its deadline; a later policy never changes it.
type Policy struct {
	Edition       `bson:",inline"`
	Ladder        []Rung      `bson:"ladder" json:"ladder" validate:"min=1,max=8,dive" label:"层级"`
	Rules         []Rule      `bson:"rules" json:"rules" validate:"min=1,max=60,dive" label:"规则"`
	AtOnce        []RiskLevel `bson:"atOnce" json:"atOnce"` // escalates when a case is assessed so
	ReturnMinDays int         `bson:"returnMinDays" json:"returnMinDays" validate:"gte=1" label:"退回补充的最少天数"`
	ReturnMaxDays int         `bson:"returnMaxDays" json:"returnMaxDays" validate:"gtefield=ReturnMinDays,lte=365" label:"退回补充的最多天数"`
	ExtendMaxDays int         `bson:"extendMaxDays" json:"extendMaxDays" validate:"gte=0,lte=60" label:"延期的最多天数"` // of the one extension of a level, 0 for none
	PauseMaxDays  int         `bson:"pauseMaxDays" json:"pauseMaxDays" validate:"gte=0,lte=365" label:"暂停的最多天数"`  // of all pauses of a case
	PoliceHours   int         `bson:"policeHours" json:"policeHours" validate:"gte=1,lte=72" label:"登记报告公安的小时数"`  // within which a threat's report is put on record
	// When people are reminded of what comes after mediation: see AfterDays. A version without VisitDays has the default ones.
	VisitDays     int   `bson:"visitDays,omitempty" json:"visitDays,omitempty" validate:"omitempty,gte=1,lte=365" label:"结案后回访的天数"`
	VisitWarnDays []int `bson:"visitWarnDays,omitempty" json:"visitWarnDays,omitempty" validate:"max=5,dive,gte=0,lte=60" label:"回访提前提醒的天数"`
	DueWarnDays   []int `bson:"dueWarnDays,omitempty" json:"dueWarnDays,omitempty" validate:"max=5,dive,gte=0,lte=60" label:"履行提前提醒的天数"`
	ConfirmDays   []int `bson:"confirmDays,omitempty" json:"confirmDays,omitempty" validate:"max=5,dive,gte=1,lte=29" label:"司法确认提醒的天数"`
}

// AfterDays are when people are reminded of what comes after mediation, in days.
type AfterDays struct {
	Visit     int   // within how many a dispute that is closed is visited again
	VisitWarn []int // before the last day for it
	DueWarn   []int // before an instalment is due
	Confirm   []int // after the agreement came into force, of the thirty of 人民调解法第33条
}

// DefaultAfterDays are those of a version that says nothing of it.
func DefaultAfterDays() AfterDays {
	return AfterDays{Visit: 30, VisitWarn: []int{7, 0}, DueWarn: []int{3, 0}, Confirm: []int{20, 27}}
}

// AfterDays are those of the version.
func (p *Policy) AfterDays() AfterDays {
	if p.VisitDays == 0 {
		return DefaultAfterDays()
	}
	return AfterDays{Visit: p.VisitDays, VisitWarn: p.VisitWarnDays, DueWarn: p.DueWarnDays, Confirm: p.ConfirmDays}
}

// Rung finds a level of the ladder.
func (p *Policy) Rung(level string) (Rung, bool) {
	if i := p.rungIndex(level); i >= 0 {
		return p.Ladder[i], true
	}
	return Rung{}, false
}

// Above is the rung that a case of this level escalates to; false at the top.
func (p *Policy) Above(level string) (Rung, bool) {
	i := p.rungIndex(level)
	if i < 0 || i+1 >= len(p.Ladder) {
		return Rung{}, false
	}
	return p.Ladder[i+1], true
}

// TakenTo is the rung to which a case of this level goes when somebody who sits at a kind of place takes it
// up (提级办理): the lowest one there, else the top, where the ladder ends below that place; false at the top.
func (p *Policy) TakenTo(level string, seat RegionKind) (Rung, bool) {
	i := p.rungIndex(level)
	if i < 0 || i+1 >= len(p.Ladder) {
		return Rung{}, false
	}
	for _, r := range p.Ladder[i+1:] {
		if r.Seat == seat {
			return r, true
		}
	}
	return p.Ladder[len(p.Ladder)-1], true
}

// Intake is the lowest rung at a kind of place: where a dispute that comes in there begins.
func (p *Policy) Intake(seat RegionKind) (Rung, bool) {
	for _, r := range p.Ladder {
		if r.Seat == seat {
			return r, true
		}
	}
	return Rung{}, false
}

func (p *Policy) rungIndex(level string) int {
	return slices.IndexFunc(p.Ladder, func(r Rung) bool { return r.Level == level })
}

// Circumstances are what a rule looks at.
type Circumstances struct {
	Phase    Phase
	Level    string
	Type     DisputeType
	Subtype  string // "" for none
	Risk     RiskLevel
	Conflict bool
}

// Circumstances are those of the case in a phase at a level, with a risk.
func (c *Case) Circumstances(phase Phase, level string, risk RiskLevel) Circumstances {
	return Circumstances{Phase: phase, Level: level, Type: c.Type, Subtype: c.Subtype, Risk: risk, Conflict: c.Conflict.Exists}
}

func (r *Rule) matches(c Circumstances) bool {
	return r.Phase == c.Phase &&
		(len(r.Levels) == 0 || slices.Contains(r.Levels, c.Level)) &&
		(len(r.Types) == 0 || slices.Contains(r.Types, c.Type)) &&
		!slices.Contains(r.Except, c.Type) &&
		(len(r.Subtypes) == 0 || slices.Contains(r.Subtypes, c.Subtype)) &&
		!slices.Contains(r.ExceptSubtypes, c.Subtype) &&
		(len(r.Risks) == 0 || slices.Contains(r.Risks, c.Risk)) &&
		(r.Conflict == nil || *r.Conflict == c.Conflict)
}

// Match returns the one rule of these circumstances. In a policy that Check passed there is
// exactly one.
func (p *Policy) Match(c Circumstances) (Rule, error) {
	for _, r := range p.Rules {
		if r.matches(c) {
			return r, nil
		}
	}
	return Rule{}, fmt.Errorf("policy %s has no rule for %+v", p.ID, c)
}

// ExtendLimit is the longest extension by a rule, 0 for none.
func (p *Policy) ExtendLimit(r *Rule) int {
	if r.ExtendDays == nil {
		return p.ExtendMaxDays
	}
	return min(*r.ExtendDays, p.ExtendMaxDays)
}

// ExtendLimitOf is the longest extension that a case may have as it stands, 0 for none.
func (p *Policy) ExtendLimitOf(c *Case) (int, error) {
	rule, err := p.Match(c.Circumstances(PhaseMediation, c.Level, c.Risk))
	if err != nil {
		return 0, err
	}
	return p.ExtendLimit(&rule), nil
}

// Levels of the default ladder.
const (
	LevelVillage  = "village"
	LevelTownship = "township"
	LevelCounty   = "county"
)

// DefaultPolicy is what a county starts with; it may change every number. Thirty days for a
// mediation follow the national working rules for people's mediation; the rest is our default.
func DefaultPolicy(effectiveFrom time.Time) *Policy {
	village, township, county := []string{LevelVillage}, []string{LevelTownship}, []string{LevelCounty}
	calm, no, yes := []RiskLevel{Blue, Yellow}, new(bool), new(bool)
	*yes = true
	warn, after := []int{7, 2}, DefaultAfterDays()
	return &Policy{
		Edition: Edition{ID: PolicyID("", 1), Number: 1, Name: "默认时限规则", EffectiveFrom: effectiveFrom},
		Ladder: []Rung{
			{Level: LevelVillage, Name: "村级", Seat: RegionVillage, Body: "committee"},
			{Level: LevelTownship, Name: "镇级", Seat: RegionTownship, Body: "office"},
			{Level: LevelCounty, Name: "县级", Seat: RegionCounty, Body: "office"},
		},
		Rules: []Rule{
			{ID: "acceptance", Name: "受理", Phase: PhaseAcceptance, Days: 3, Unit: WorkingDays, WarnDays: []int{1}},
			{ID: "village-land", Name: "村级土地流转", Phase: PhaseMediation, Levels: village, Types: []DisputeType{LandTransfer}, Risks: calm, Days: 30, Unit: CalendarDays, WarnDays: warn},
			{ID: "village-dividend", Name: "村级集体分红", Phase: PhaseMediation, Levels: village, Types: []DisputeType{Dividend}, Risks: calm, Conflict: no, Days: 20, Unit: CalendarDays, WarnDays: warn},
			{ID: "village-dividend-conflict", Name: "村级集体分红，被申请人是村集体", Phase: PhaseMediation, Levels: village, Types: []DisputeType{Dividend}, Risks: calm, Conflict: yes, Days: 10, Unit: CalendarDays, WarnDays: warn},
			{ID: "village-other", Name: "村级其他纠纷", Phase: PhaseMediation, Levels: village, Except: []DisputeType{LandTransfer, Dividend}, Risks: calm, Days: 30, Unit: CalendarDays, WarnDays: warn},
			{ID: "village-risk", Name: "村级橙色以上", Phase: PhaseMediation, Levels: village, Risks: []RiskLevel{Orange, Red}, Days: 10, Unit: CalendarDays, WarnDays: warn},
			{ID: "township-review", Name: "镇级签收", Phase: PhaseReview, Levels: township, Days: 3, Unit: WorkingDays, WarnDays: []int{1}},
			{ID: "township", Name: "镇级调解", Phase: PhaseMediation, Levels: township, Risks: calm, Days: 30, Unit: CalendarDays, WarnDays: warn},
			{ID: "township-risk", Name: "镇级橙色以上", Phase: PhaseMediation, Levels: township, Risks: []RiskLevel{Orange, Red}, Days: 15, Unit: CalendarDays, WarnDays: warn},
			{ID: "county-review", Name: "县级签收", Phase: PhaseReview, Levels: county, Days: 5, Unit: WorkingDays, WarnDays: []int{2}},
			{ID: "county", Name: "县级调解", Phase: PhaseMediation, Levels: county, Days: 60, Unit: CalendarDays, WarnDays: warn},
		},
		AtOnce:        []RiskLevel{Red},
		ReturnMinDays: 5, ReturnMaxDays: 15, ExtendMaxDays: 15, PauseMaxDays: 60, PoliceHours: 24,
		VisitDays: after.Visit, VisitWarnDays: after.VisitWarn, DueWarnDays: after.DueWarn, ConfirmDays: after.Confirm,
	}
}
