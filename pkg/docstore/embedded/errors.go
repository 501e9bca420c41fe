package embedded

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"fengqiao/pkg/docstore"
)

// told turns an error of SQLite into one of the document store, by its result code. The text of
// SQLite is kept only for a mistake in a statement; it names tables, never what is in them.
func told(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return fmt.Errorf("embedded store: %w", err)
	}
	return fmt.Errorf("%w: SQLite result %d", docstore.ErrUnavailable, failure.Code())
}

// isCode says whether an error has one of SQLite's primary result codes.
func isCode(err error, codes ...int) bool {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return false
	}
	for _, code := range codes {
		if failure.Code()&0xff == code {
			return true
		}
	}
	return false
}

// isBusy says that another process holds the lock.
func isBusy(err error) bool { return isCode(err, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) }

// isTaken says that a unique key was taken. Every unique column is declared so, and nothing else in
// a table of documents can break a constraint.
func isTaken(err error) bool { return isCode(err, sqlite3.SQLITE_CONSTRAINT) }
