package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Position is where a case stands: what a timeline event changed it from and to. The report of a
// month reads it as of the month's last moment.
type Position struct {
	State  State         `bson:"state" json:"state"`
	Level  string        `bson:"level" json:"level"`
	Review ReviewState   `bson:"review,omitempty" json:"review,omitempty"`
	Risk   RiskLevel     `bson:"risk" json:"risk"`
	Ending ClosingReason `bson:"ending,omitempty" json:"ending,omitempty"`
	DueAt  *time.Time    `bson:"dueAt,omitempty" json:"dueAt,omitempty"`
}

// Event is one entry of a case's timeline. Each carries the hash of the one before it, so that a
// case file can be verified alone.
type Event struct {
	Seq    int       `bson:"seq" json:"seq"` // from 1, without gaps
	At     time.Time `bson:"at" json:"at"`
	Actor  Actor     `bson:"actor" json:"actor"`
	Action Action    `bson:"action" json:"action"`
	Before Position  `bson:"before" json:"before"`
	After  Position  `bson:"after" json:"after"`
	Note   string    `bson:"note,omitempty" json:"note,omitempty"` // Chinese, for people; carries no sealed number
	// Clock is what the event did to the clock, nil where it left it alone.
	Clock *ClockChange `bson:"clock,omitempty" json:"clock,omitempty"`
	Prev  string       `bson:"prev" json:"prev"`
	Hash  string       `bson:"hash" json:"hash"`
}

// digest is the SHA-256, in hex, of everything in the event but its own hash, each part with its
// length in front so that no two events have the same text.
func (e *Event) digest() string {
	h := sha256.New()
	part(h, e.Prev)
	part(h, fmt.Sprint(e.Seq))
	part(h, stamp(&e.At))
	e.Actor.hash(h)
	part(h, string(e.Action))
	for _, p := range []*Position{&e.Before, &e.After} {
		part(h, string(p.State))
		part(h, p.Level)
		part(h, string(p.Review))
		part(h, string(p.Risk))
		part(h, string(p.Ending))
		part(h, stamp(p.DueAt))
	}
	part(h, e.Note)
	e.Clock.hash(h) // adds nothing where there is none: events of before it was kept have the hash they had
	return hex.EncodeToString(h.Sum(nil))
}

func part(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return fmt.Sprint(t.UnixMilli())
}

// firstHash is what the first event of a case builds on: its id.
func firstHash(id bson.ObjectID) string {
	sum := sha256.Sum256([]byte("fengqiao case " + id.Hex()))
	return hex.EncodeToString(sum[:])
}

// VerifyTimeline checks that no event of the case was changed, added in between or taken out of
// the middle, and names the first one that does not fit.
func (c *Case) VerifyTimeline() error {
	prev := firstHash(c.ID)
	for i := range c.Timeline {
		e := &c.Timeline[i]
		if e.Seq != i+1 || e.Prev != prev || e.Hash != e.digest() {
			return fmt.Errorf("timeline of case %s: event %d does not fit the chain", c.ID.Hex(), i+1)
		}
		prev = e.Hash
	}
	return nil
}
