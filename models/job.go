package models

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"fengqiao/pkg/docstore"
)

// Lease says which process does a job for the time being. It saves work; that work is done once
// rests on the version of each document, never on a lease. A term is one holding: whoever renews
// or releases names it.
type Lease struct {
	Job           string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Holder        string    `bson:"holder"`
	Term          int64     `bson:"term"`
	Until         time.Time `bson:"until"`
}

func (l *Lease) DocID() any { return l.Job }

// JobRun is one run of a job for one slot of its schedule.
type JobRun struct {
	ID            string `bson:"_id" json:"id"` // job@slot
	docstore.Head `bson:",inline"`
	Job           string     `bson:"job" json:"job"`
	Slot          time.Time  `bson:"slot" json:"slot"`
	Holder        string     `bson:"holder" json:"holder"`
	StartedAt     time.Time  `bson:"startedAt" json:"startedAt"`
	EndedAt       *time.Time `bson:"endedAt,omitempty" json:"endedAt,omitempty"`
	Status        string     `bson:"status" json:"status"` // running, done, failed
	CaughtUp      bool       `bson:"caughtUp" json:"caughtUp"`
	Sweep         *SweepRun  `bson:"sweep,omitempty" json:"sweep,omitempty"`
	Note          string     `bson:"note,omitempty" json:"note,omitempty"`
}

func (r *JobRun) DocID() any { return r.ID }

// SweepRun is what one sweep did.
type SweepRun struct {
	Looked  int `bson:"looked" json:"looked"`
	Moved   int `bson:"moved" json:"moved"`
	Warned  int `bson:"warned" json:"warned"`
	Overdue int `bson:"overdue" json:"overdue"` // told that the top rung's deadline has passed
	Resumed int `bson:"resumed" json:"resumed"` // pauses whose days were used up
	Urged   int `bson:"urged" json:"urged"`     // threats whose report was not put on record
	// Reminded are cases that are over, of which something comes: an instalment, a visit.
	Reminded int            `bson:"reminded" json:"reminded"`
	Skipped  map[string]int `bson:"skipped" json:"skipped"` // why, and how many
}

// String says what a sweep did, in plain Chinese; what it did not do goes without saying.
func (r *SweepRun) String() string {
	text := fmt.Sprintf("检查%d件，上报%d件，提醒%d件", r.Looked, r.Moved, r.Warned)
	for _, x := range []struct {
		n    int
		what string
	}{{r.Overdue, "最高一级逾期提示"}, {r.Resumed, "恢复计时"}, {r.Urged, "提示没有登记报告公安"}, {r.Reminded, "履行、司法确认、回访提醒"}} {
		if x.n > 0 {
			text += fmt.Sprintf("，%s%d件", x.what, x.n)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		text += fmt.Sprintf("；未处理%d件（%s）", r.Skipped[why], why)
	}
	return text
}
