package embedded

import (
	"context"
	"database/sql"
)

// checkpointPages is how long the write-ahead log grows, in pages, before whoever writes then copies it into
// the file and begins it anew: 64 MiB. Most of it was copied by then, by checkpointer.
const checkpointPages = 16 << 10

// copyEvery is how many writes come between two copies beside the writers: a quarter of a full log, or less.
// Many documents written by one call are one write: a sweep has both processors busy already, and copying
// beside it would keep those waiting who read meanwhile.
const copyEvery = 256

// checkpointer copies the log into the file while others write, so that the one who fills it finds little
// left to copy.
type checkpointer struct {
	writes int // since the last copy was asked for; of who leads
	due    chan struct{}
	done   chan struct{}
}

func newCheckpointer(db *sql.DB) *checkpointer {
	c := &checkpointer{due: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(c.done)
		for range c.due {
			// What a failure leaves in the log, the next copy takes, or who fills it.
			_, _ = db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
		}
	}()
	return c
}

// wrote counts the writes of a group that was committed, and asks for a copy once they are enough.
func (c *checkpointer) wrote(writes int) {
	if c.writes += writes; c.writes < copyEvery {
		return
	}
	c.writes = 0
	select {
	case c.due <- struct{}{}:
	default: // one is under way, and another asked for
	}
}

// close ends the copies. Nobody writes any more.
func (c *checkpointer) close() {
	close(c.due)
	<-c.done
}
