package embedded

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

// checkpointPages is how long the write-ahead log grows, in pages, before whoever writes then copies it into
// the file and begins it anew: 128 MiB. It grows so long only where nobody pauses: see checkpointer. A page
// that is written again meanwhile is copied once.
const checkpointPages = 32 << 10

const (
	copyAfter = 256                    // so many documents are worth a copy
	copyPause = 100 * time.Millisecond // nothing is written for so long before one
)

// checkpointer copies the log into the file when writers pause, so that it does not fill and nobody waits for
// the copy.
type checkpointer struct {
	written atomic.Int64  // documents, ever
	copied  int64         // of them when the last copy was asked for; of who leads
	due     chan struct{} // enough was written
	closed  chan struct{}
	done    chan struct{}
}

func newCheckpointer(db *sql.DB) *checkpointer {
	c := &checkpointer{due: make(chan struct{}, 1), closed: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(c.done)
		for c.paused() {
			// What a failure leaves in the log, the next copy takes, or who fills it.
			_, _ = db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
		}
	}()
	return c
}

// wrote counts documents that were committed, and asks for a copy once they are enough.
func (c *checkpointer) wrote(docs int) {
	written := c.written.Add(int64(docs))
	if written-c.copied < copyAfter {
		return
	}
	c.copied = written
	select {
	case c.due <- struct{}{}:
	default: // it was asked for already
	}
}

// paused waits until enough was written and nothing is any more; false if the store is closed first.
func (c *checkpointer) paused() bool {
	select {
	case <-c.due:
	case <-c.closed:
		return false
	}
	for {
		before := c.written.Load()
		select {
		case <-time.After(copyPause):
		case <-c.closed:
			return false
		}
		if c.written.Load() == before {
			return true
		}
	}
}

// close ends the copies. Nobody writes any more.
func (c *checkpointer) close() {
	close(c.closed)
	<-c.done
}
