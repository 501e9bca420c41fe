package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RiskFactorKind is what a risk policy looks at. All of it is about the dispute, none about a person.
type RiskFactorKind string

const (
	FactorHouseholds RiskFactorKind = "households" // how many households it touches
	FactorAmount     RiskFactorKind = "amount"     // the sum in dispute, in fen
	FactorThreat     RiskFactorKind = "threat"     // threats or blows were reported
	FactorWeapon     RiskFactorKind = "weapon"     // weapons were
	FactorCrowd      RiskFactorKind = "crowd"      // a crowd was
	FactorFailed     RiskFactorKind = "failed"     // sittings without a result, and the mediation that failed
	FactorOverdue    RiskFactorKind = "overdue"    // days after a deadline
	FactorEarlier    RiskFactorKind = "earlier"    // earlier cases on the same contract or decided plan
	FactorPetition   RiskFactorKind = "petition"   // somebody announced a petition
	FactorCourt      RiskFactorKind = "court"      // somebody announced to go to court
	FactorCollective RiskFactorKind = "collective" // the village collective is a respondent
	FactorConflict   RiskFactorKind = "conflict"   // its own village took it in: a conflict of interest
	FactorNear       RiskFactorKind = "near"       // days until the harvest, the rent or the payout
)

// RiskFactorKinds lists them in the order of a form.
func RiskFactorKinds() []Choice {
	return []Choice{
		{string(FactorHouseholds), "涉及户数"}, {string(FactorAmount), "涉及金额"}, {string(FactorThreat), "扬言威胁或者动手"}, {string(FactorWeapon), "携带器械"},
		{string(FactorCrowd), "聚集"}, {string(FactorFailed), "调解未达成一致"}, {string(FactorOverdue), "超过办理期限"}, {string(FactorEarlier), "同一合同或方案此前的纠纷"},
		{string(FactorPetition), "扬言上访"}, {string(FactorCourt), "声明起诉"}, {string(FactorCollective), "被申请人是村集体"}, {string(FactorConflict), "由有利益冲突的村受理"},
		{string(FactorNear), "临近收获、交租或者分红发放"},
	}
}

// Name is the factor as people say it.
func (k RiskFactorKind) Name() string { return NameOf(RiskFactorKinds(), string(k)) }

// Unit is what the factor is measured in; "" where it only is or is not.
func (k RiskFactorKind) Unit() string {
	switch k {
	case FactorHouseholds:
		return "户"
	case FactorAmount:
		return "元"
	case FactorFailed:
		return "次"
	case FactorOverdue, FactorNear:
		return "日"
	case FactorEarlier:
		return "件"
	}
	return ""
}

// RiskFactor gives points to a dispute whose measure is From or more; of a coming date, to one that is
// From days away or less. Of several rows of one kind the one with the most points counts.
type RiskFactor struct {
	Kind   RiskFactorKind `bson:"kind" json:"kind" validate:"required,oneof=households amount threat weapon crowd failed overdue earlier petition court collective conflict near" label:"因素"`
	From   int64          `bson:"from" json:"from" validate:"gte=1,lte=100000000000" label:"起算数"` // amounts in fen; 1 where it has no unit
	Points int            `bson:"points" json:"points" validate:"gte=1,lte=100" label:"分数"`
}

// RiskPolicy is a version of how disputes are assessed. An assessment keeps the number of the version
// that made it. The two numbers of clusters say when several cases with one root are put to people as
// a group dispute.
type RiskPolicy struct {
	Edition    `bson:",inline"`
	Factors    []RiskFactor `bson:"factors" json:"factors" validate:"min=1,max=60,dive" label:"因素"`
	YellowFrom int          `bson:"yellowFrom" json:"yellowFrom" validate:"gte=1,lte=1000" label:"黄色的分数线"`
	OrangeFrom int          `bson:"orangeFrom" json:"orangeFrom" validate:"gte=1,lte=1000" label:"橙色的分数线"`
	RedFrom    int          `bson:"redFrom" json:"redFrom" validate:"gte=1,lte=1000" label:"红色的分数线"`

	ClusterDays       int `bson:"clusterDays" json:"clusterDays" validate:"gte=1,lte=730" label:"群体性纠纷的天数"`
	ClusterHouseholds int `bson:"clusterHouseholds" json:"clusterHouseholds" validate:"gte=2,lte=1000" label:"群体性纠纷的户数"`
}

// DefaultRiskPolicy is what a county starts with; it may change every number. The factors are those of
// practice, the points our default.
func DefaultRiskPolicy(effectiveFrom time.Time) *RiskPolicy {
	return &RiskPolicy{
		Edition: Edition{ID: PolicyID("", 1), Number: 1, Name: "默认风险评估规则", EffectiveFrom: effectiveFrom},
		Factors: []RiskFactor{
			{FactorHouseholds, 5, 10}, {FactorHouseholds, 10, 20},
			{FactorAmount, 50_000_00, 10}, {FactorAmount, 200_000_00, 20},
			{FactorThreat, 1, 30}, {FactorWeapon, 1, 40}, {FactorCrowd, 1, 30},
			{FactorFailed, 2, 10}, {FactorFailed, 3, 20},
			{FactorOverdue, 1, 10}, {FactorOverdue, 10, 20},
			{FactorEarlier, 1, 10},
			{FactorPetition, 1, 20}, {FactorCourt, 1, 10},
			{FactorCollective, 1, 10}, {FactorConflict, 1, 5},
			{FactorNear, 15, 10},
		},
		YellowFrom: 20, OrangeFrom: 40, RedFrom: 70,
		ClusterDays: 90, ClusterHouseholds: 3,
	}
}

// RiskSigns are the signs of trouble that people report about a dispute. They stay until somebody who
// may lower a risk says that they are over.
type RiskSigns struct {
	Threat   bool `bson:"threat,omitempty" json:"threat,omitempty" label:"有人扬言威胁或者动手"`
	Weapon   bool `bson:"weapon,omitempty" json:"weapon,omitempty" label:"有人携带器械"`
	Crowd    bool `bson:"crowd,omitempty" json:"crowd,omitempty" label:"有人聚集"`
	Petition bool `bson:"petition,omitempty" json:"petition,omitempty" label:"有人扬言上访"`
	Court    bool `bson:"court,omitempty" json:"court,omitempty" label:"有人声明要起诉"`
}

// RiskSignNames lists the signs in the order of a form.
func RiskSignNames() []Choice {
	return []Choice{{"threat", "有人扬言威胁或者动手"}, {"weapon", "有人携带器械"}, {"crowd", "有人聚集"}, {"petition", "有人扬言上访"}, {"court", "有人声明要起诉"}}
}

// Has says whether a sign, by its code, was reported.
func (s RiskSigns) Has(code string) bool {
	return map[string]bool{"threat": s.Threat, "weapon": s.Weapon, "crowd": s.Crowd, "petition": s.Petition, "court": s.Court}[code]
}

// Text lists the signs that were reported, "" for none.
func (s RiskSigns) Text() string {
	var names []string
	for _, sign := range RiskSignNames() {
		if s.Has(sign.Code) {
			names = append(names, sign.Name)
		}
	}
	return strings.Join(names, "、")
}

// With is these signs and others together.
func (s RiskSigns) With(o RiskSigns) RiskSigns {
	return RiskSigns{s.Threat || o.Threat, s.Weapon || o.Weapon, s.Crowd || o.Crowd, s.Petition || o.Petition, s.Court || o.Court}
}

// Without is what of these signs is not among others.
func (s RiskSigns) Without(o RiskSigns) RiskSigns {
	return RiskSigns{s.Threat && !o.Threat, s.Weapon && !o.Weapon, s.Crowd && !o.Crowd, s.Petition && !o.Petition, s.Court && !o.Court}
}

// Any says whether any sign was reported.
func (s RiskSigns) Any() bool { return s != RiskSigns{} }

// CallsPolice says whether the signs ask for the report of 人民调解法第25条: the dispute may turn into a
// public-security or criminal case.
func (s RiskSigns) CallsPolice() bool { return s.Threat || s.Weapon || s.Crowd }

// LinkedFacts are what a case, and its assessment, takes from other cases, as far as it was known when it was
// logged: what comes later is a later case's.
type LinkedFacts struct {
	Earlier int `bson:"earlier,omitempty" json:"earlier,omitempty"` // cases before it on the same contract or decided plan
	// Follows is the filed case that it goes on with, nil for none.
	Follows *FiledCase `bson:"follows,omitempty" json:"follows,omitempty"`
}

// RiskPoint is one factor that was found, with its points and why, in plain Chinese.
type RiskPoint struct {
	Kind   RiskFactorKind `bson:"kind" json:"kind"`
	Points int            `bson:"points" json:"points"`
	Why    string         `bson:"why" json:"why"`
}

// Assessment is the score of a dispute at a moment.
type Assessment struct {
	At           time.Time   `bson:"at" json:"at"`
	Level        RiskLevel   `bson:"level" json:"level"`
	Points       int         `bson:"points" json:"points"`
	Factors      []RiskPoint `bson:"factors" json:"factors"`
	PolicyNumber int         `bson:"policyNumber" json:"policyNumber"`
	PolicyCounty string      `bson:"policyCounty" json:"policyCounty"`
}

// Text is the assessment in one sentence: 橙（较高），45分：涉及12户（20分）；有人扬言上访（20分）.
func (a *Assessment) Text() string {
	if len(a.Factors) == 0 {
		return a.Level.Name() + "，没有风险因素"
	}
	parts := make([]string, len(a.Factors))
	for i, f := range a.Factors {
		parts[i] = fmt.Sprintf("%s（%d分）", f.Why, f.Points)
	}
	return fmt.Sprintf("%s，%d分：%s", a.Level.Name(), a.Points, strings.Join(parts, "；"))
}

// Same says whether two assessments come to the same level by the same factors; none at all is the
// same as one that found nothing. How many days late it was meanwhile, or which version of the rules
// found the same, makes it no other.
func (a *Assessment) Same(b *Assessment) bool {
	if a == nil {
		return b == nil || b.Level == Blue && len(b.Factors) == 0
	}
	if b == nil {
		return b.Same(a)
	}
	return a.Level == b.Level && slices.EqualFunc(a.Factors, b.Factors, func(x, y RiskPoint) bool { return x.Kind == y.Kind && x.Points == y.Points })
}

// RiskRaise is the level to which a person has raised a dispute. It holds, as the least, until it is
// lowered.
type RiskRaise struct {
	Level  RiskLevel `bson:"level" json:"level"`
	By     Actor     `bson:"by" json:"by"`
	At     time.Time `bson:"at" json:"at"`
	Reason string    `bson:"reason" json:"reason"`
}

// ScoredRisk is the level of the last assessment.
func (c *Case) ScoredRisk() RiskLevel {
	if c.Assessment == nil {
		return Blue
	}
	return c.Assessment.Level
}

// RiskInForce is the higher of what was scored and what a person has raised it to.
func (c *Case) RiskInForce() RiskLevel {
	level := c.ScoredRisk()
	if c.Raised != nil && c.Raised.Level.Rank() > level.Rank() {
		return c.Raised.Level
	}
	return level
}

// AdoptRisk takes the level that a case had before there were assessments for one that a person has
// raised it to: that is what it was. What is logged now is being assessed.
func (c *Case) AdoptRisk(now time.Time) {
	if c.Assessment != nil || c.Raised != nil || c.Risk.Rank() <= Blue.Rank() || c.LoggedAt.Equal(now) {
		return
	}
	raise := RiskRaise{Level: c.Risk, By: c.LoggedBy, At: c.LoggedAt, Reason: "登记时评定"}
	for i := range c.Timeline {
		if e := &c.Timeline[i]; e.Action == ActionRaise || e.Action == ActionLower {
			raise.By, raise.At, raise.Reason = e.Actor, e.At, e.Note
		}
	}
	c.Raised = &raise
}
