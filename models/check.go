package models

import (
	"slices"
	"time"

	"fengqiao/pkg/docstore"
)

// FileCheck is what a township has to look into of a month, so that no file is made up: cases drawn at
// random whose parties are called back, and what looks unlikely. It names cases and places, never
// people, and says of nothing that it is wrong: that is for somebody to find out.
type FileCheck struct {
	ID            string `bson:"_id"` // township/2026-10
	docstore.Head `bson:",inline"`
	Region        string    `bson:"region"`
	Month         string    `bson:"month"`
	BuiltAt       time.Time `bson:"builtAt"`
	// Seed decides the draw: of the Population the cases with the smallest SHA-256 of seed and id. Who
	// has the seed and the files draws the same.
	Seed       string      `bson:"seed"`
	Population int         `bson:"population"`
	Items      []CheckItem `bson:"items"`
	// Guard is from where on something was looked into, nil for a check from before it could be set.
	Guard *GuardThresholds `bson:"guard,omitempty"`
}

// Thresholds are those that the check was made by.
func (c *FileCheck) Thresholds() GuardThresholds {
	if c.Guard == nil {
		return DefaultGuard()
	}
	return *c.Guard
}

func (c *FileCheck) DocID() any { return c.ID }

// CheckID is the id of a township's check of a month.
func CheckID(township, month string) string { return township + "/" + month }

// CheckKind is why something is looked into.
type CheckKind string

const (
	CheckCall    CheckKind = "call"    // drawn at random: the parties are called back
	CheckShare   CheckKind = "share"   // a village has more of the cases than is likely
	CheckSimilar CheckKind = "similar" // texts that are nearly the same
	CheckFast    CheckKind = "fast"    // ended sooner after logging than is likely
	CheckBatch   CheckKind = "batch"   // several ended within minutes
)

// CheckKinds lists them.
func CheckKinds() []Choice {
	return []Choice{{string(CheckCall), "随机回访"}, {string(CheckShare), "数量异常"}, {string(CheckSimilar), "文字雷同"}, {string(CheckFast), "办结过快"}, {string(CheckBatch), "集中办结"}}
}

// CheckItem is one thing to look into, with its ground and what came of it.
type CheckItem struct {
	Key    string      `bson:"key"` // unique in the check
	Kind   CheckKind   `bson:"kind"`
	Ground string      `bson:"ground"`
	Place  string      `bson:"place,omitempty"` // village it is about, "" where it is about cases
	Cases  []CheckCase `bson:"cases,omitempty"`
	Result string      `bson:"result,omitempty"` // "" until somebody has looked
	Note   string      `bson:"note,omitempty"`
	By     *Actor      `bson:"by,omitempty"`
	At     *time.Time  `bson:"at,omitempty"`
}

// CheckCase is a case that an item is about.
type CheckCase struct {
	ID      string `bson:"id"`
	Number  string `bson:"number"`
	Village string `bson:"village"`
}

// CheckResults lists what may come of looking into something.
func CheckResults() []Choice {
	return []Choice{{"true", "核实无误"}, {"mended", "有差错，已经更正"}, {"false", "不属实"}, {"unreached", "暂时联系不上"}}
}

// Item is the one of a key, nil for none. It points into the check.
func (c *FileCheck) Item(key string) *CheckItem {
	if i := slices.IndexFunc(c.Items, func(item CheckItem) bool { return item.Key == key }); i >= 0 {
		return &c.Items[i]
	}
	return nil
}
