package models

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Scan is a photo or a PDF on its way into a case: it was sent, and nobody has said yet where it belongs. It waits
// at the place of whoever sent it until it is put into a case or laid aside; its bytes are kept either way.
type Scan struct {
	ID            string `bson:"_id"` // of the place and the bytes: the same photo sent twice is one
	docstore.Head `bson:",inline"`
	Region        string    `bson:"region"`
	Waiting       string    `bson:"waiting,omitempty"` // the place, while it waits
	At            time.Time `bson:"at"`
	By            Actor     `bson:"by"`
	// File is what becomes the attachment: type, hash, size, preview and what was sent.
	File Attachment `bson:"file"`
	// Code is that which was seen in the picture, "" for none.
	Code string `bson:"code,omitempty"`
	// Case and Seq say which attachment it became, Aside why it became none.
	Case  *bson.ObjectID `bson:"case,omitempty"`
	Seq   int            `bson:"seq,omitempty"`
	Aside string         `bson:"aside,omitempty"`
}

func (s *Scan) DocID() any { return s.ID }

// ScanID is the id of what was sent from a place, by the hash of its bytes.
func ScanID(region, sent string) string {
	sum := sha256.Sum256([]byte("fengqiao scan " + region + " " + sent))
	return hex.EncodeToString(sum[:12])
}
