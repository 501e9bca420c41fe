package models

import (
	"fmt"
	"hash"
	"reflect"
	"slices"
	"time"
)

// ClockChange is what an event did to the clock. The changes of a timeline, one after another, are all
// that the running deadline depends on beside the calendar: see Case.ReplayClock.
type ClockChange struct {
	Began bool        `bson:"began,omitempty" json:"began,omitempty"` // a clock began, of these terms
	Terms *ClockTerms `bson:"terms,omitempty" json:"terms,omitempty"` // without Began: what a correction made of them
	Pause *Pause      `bson:"pause,omitempty" json:"pause,omitempty"` // it stopped
	Until *time.Time  `bson:"until,omitempty" json:"until,omitempty"` // its pause ended
	// Adjustments are all that the clock has since then, where one came to them or was put right.
	Adjustments []Adjustment `bson:"adjustments,omitempty" json:"adjustments,omitempty"`
}

// ClockTerms are what a clock begins with.
type ClockTerms struct {
	Phase        Phase     `bson:"phase" json:"phase"`
	Since        time.Time `bson:"since" json:"since"`
	Days         int       `bson:"days" json:"days"`
	Unit         Unit      `bson:"unit" json:"unit"`
	Rule         string    `bson:"rule" json:"rule"`
	RuleName     string    `bson:"ruleName" json:"ruleName"`
	PolicyNumber int       `bson:"policyNumber" json:"policyNumber"`
	PolicyCounty string    `bson:"policyCounty" json:"policyCounty"`
	WarnDays     []int     `bson:"warnDays" json:"warnDays"`
}

func (c *Clock) terms() ClockTerms {
	return ClockTerms{c.Phase, c.Since, c.Days, c.Unit, c.Rule, c.RuleName, c.PolicyNumber, c.PolicyCounty, append([]int{}, c.WarnDays...)}
}

// ReplayClock makes the clock that ran last anew from the timeline alone: its terms, pauses and
// adjustments, without what is worked out from them. It is nil where no event tells of a clock, as in
// files whose timeline is older than ClockChange.
func (c *Case) ReplayClock() *Clock {
	var clock *Clock
	for _, e := range c.Timeline {
		change := e.Clock
		if change == nil || clock == nil && !change.Began {
			continue
		}
		if change.Began {
			clock = &Clock{}
		}
		if t := change.Terms; t != nil {
			clock.Phase, clock.Since, clock.Days, clock.Unit, clock.Rule, clock.RuleName = t.Phase, t.Since, t.Days, t.Unit, t.Rule, t.RuleName
			clock.PolicyNumber, clock.PolicyCounty, clock.WarnDays = t.PolicyNumber, t.PolicyCounty, slices.Clone(t.WarnDays)
		}
		if change.Pause != nil {
			clock.Pauses = append(clock.Pauses, *change.Pause)
		}
		if pause := clock.Pause(); pause != nil && change.Until != nil {
			pause.Until = change.Until
		}
		if change.Adjustments != nil {
			clock.Adjustments = slices.Clone(change.Adjustments)
		}
	}
	return clock
}

// clockMark is the clock that ran last as it was before a change.
type clockMark struct {
	stage, clock int // how many there were
	terms        ClockTerms
	pauses       int
	paused       bool
	adjustments  []Adjustment
}

func (c *Case) markClock() clockMark {
	m := clockMark{stage: len(c.Stages)}
	stage := c.LastStage()
	if stage == nil || stage.Clock() == nil {
		return m
	}
	clock := stage.Clock()
	m.clock, m.terms, m.pauses, m.paused = len(stage.Clocks), clock.terms(), len(clock.Pauses), clock.Pause() != nil
	m.adjustments = slices.Clone(clock.Adjustments)
	return m
}

// clockChange is what became of the clock since it was marked, nil for nothing.
func (c *Case) clockChange(was clockMark) *ClockChange {
	is := c.markClock()
	if is.clock == 0 {
		return nil
	}
	var change ClockChange
	clock := c.LastStage().Clock()
	if is.stage != was.stage || is.clock != was.clock {
		was, change.Began = clockMark{}, true
	}
	if !reflect.DeepEqual(is.terms, was.terms) {
		change.Terms = &is.terms
	}
	if is.pauses > was.pauses {
		pause := clock.Pauses[is.pauses-1]
		pause.Until = nil
		change.Pause = &pause
	}
	if was.paused && !is.paused {
		until := *clock.Pauses[is.pauses-1].Until // what the event tells is its own
		change.Until = &until
	}
	if !slices.Equal(is.adjustments, was.adjustments) {
		change.Adjustments = is.adjustments
	}
	if reflect.DeepEqual(change, ClockChange{}) {
		return nil
	}
	return &change
}

// hash adds everything of the change to the hash of its event.
func (c *ClockChange) hash(h hash.Hash) {
	if c == nil {
		return
	}
	part(h, fmt.Sprint(c.Began))
	if t := c.Terms; t != nil {
		part(h, "terms")
		part(h, stamp(&t.Since))
		part(h, string(t.Phase))
		part(h, fmt.Sprint(t.Days))
		part(h, string(t.Unit))
		part(h, t.Rule)
		part(h, t.RuleName)
		part(h, fmt.Sprint(t.PolicyNumber))
		part(h, t.PolicyCounty)
		part(h, fmt.Sprint(t.WarnDays))
	}
	if p := c.Pause; p != nil {
		part(h, "pause")
		part(h, string(p.Ground))
		part(h, p.Note)
		p.By.hash(h)
		part(h, stamp(&p.From))
		part(h, stamp(&p.EndsBy))
		part(h, stamp(p.Until))
	}
	part(h, stamp(c.Until))
	for _, a := range c.Adjustments {
		part(h, string(a.Kind))
		part(h, stamp(&a.At))
		a.By.hash(h)
		part(h, fmt.Sprint(a.Days))
		part(h, string(a.Unit))
		part(h, a.Rule)
		part(h, a.LastDay)
		part(h, a.Note)
	}
}

func (a *Actor) hash(h hash.Hash) {
	part(h, a.ID)
	part(h, a.Name)
	part(h, string(a.Role))
	part(h, a.Region)
}
