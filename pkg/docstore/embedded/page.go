package embedded

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// SQLite keeps the beginning of a long row in a page that it shares with its neighbours, and the rest
// in pages of its own. How long the beginning is depends on the length of the whole: between leastLocal
// and mostLocal bytes, as it comes. A document that grows, as cases do with every step, would so change
// the room it takes among its neighbours each time, and three pages would be balanced where one is
// written. So a long document is written with so many zeros behind it that its beginning is as short
// as can be, whatever its length. A document tells its own length; what stands behind is no part of it.
//
// The numbers follow from pages of 4096 bytes (sqlite.org/fileformat2.html, 1.6). With other pages the
// zeros do no good and no harm.
const (
	pageRoom    = 4096 - 4 // of a document's own page
	mostLocal   = 4096 - 35
	leastLocal  = (4096-12)*32/255 - 23
	rowOverhead = 4 // bytes of a row before the document, one more from 8 KiB on
)

// fitted is a document as it is written.
func fitted(doc bson.Raw) []byte {
	length := len(doc) + rowOverhead
	if length <= mostLocal {
		return doc
	}
	local := (length - leastLocal) % pageRoom
	if local == 0 || leastLocal+local > mostLocal {
		return doc // its beginning is as short as can be
	}
	return append(make([]byte, 0, len(doc)+pageRoom), doc...)[:len(doc)+mostLocal+1-leastLocal-local]
}

// trimmed is the document of what was written.
func trimmed(written []byte) bson.Raw {
	if len(written) < 4 {
		return written
	}
	if n := int(binary.LittleEndian.Uint32(written)); n < len(written) {
		return written[:n:n]
	}
	return written
}
