package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"fengqiao/pkg/docstore"
)

// applicationID marks the file as a store of this program ("FQIA").
const applicationID = 0x46514941

// migrations bring a file from one schema version to the next; the version is their number. They
// make what every store has; the tables of kinds follow their declarations, in Ensure.
var migrations = []string{
	`CREATE TABLE "fengqiao.kinds" (name TEXT PRIMARY KEY, declaration TEXT NOT NULL) WITHOUT ROWID;
	 CREATE TABLE "fengqiao.blobs" (hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL);`,
}

// prepareFile takes the connection that will write and brings the file up to date. Several
// processes may do so at once.
func prepareFile(ctx context.Context, db *sql.DB, wait time.Duration) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, told(ctx, err)
	}
	if err := retry(ctx, wait, func() error { return migrate(ctx, conn) }); err != nil {
		return nil, fmt.Errorf("open the store: %w", joinClose(told(ctx, err), conn))
	}
	return conn, nil
}

func joinClose(err error, conn *sql.Conn) error {
	if closing := conn.Close(); closing != nil {
		return fmt.Errorf("%w (and closing it: %w)", err, closing)
	}
	return err
}

func migrate(ctx context.Context, conn *sql.Conn) error {
	current, err := fileVersion(ctx, conn)
	if err != nil {
		return err
	}
	if err := useWAL(ctx, conn); err != nil {
		return err
	}
	if current == len(migrations) {
		return nil
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = func() error {
		current, err := fileVersion(ctx, conn) // another process may have been first
		if err != nil {
			return err
		}
		for _, statement := range migrations[current:] {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", applicationID, len(migrations)))
		return err
	}()
	if err != nil {
		return rollback(conn, err)
	}
	return nil
}

// fileVersion reads the schema version and refuses a file that is newer or of another program.
func fileVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	var version, application, tables int
	if err := conn.QueryRowContext(ctx, `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_user_version, pragma_application_id`).Scan(&version, &application, &tables); err != nil {
		return 0, err
	}
	switch {
	case tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, fmt.Errorf("%w: the file is an SQLite database of another program", docstore.ErrUnavailable)
	case version > len(migrations):
		return 0, fmt.Errorf("%w: the file has schema version %d, this program knows %d; start the newer program", docstore.ErrNewerSchema, version, len(migrations))
	}
	return version, nil
}

// useWAL switches a new file to the write-ahead log.
func useWAL(ctx context.Context, conn *sql.Conn) error {
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil || mode == "wal" {
		return err
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("%w: the file system cannot hold a write-ahead log", docstore.ErrUnavailable)
	}
	return nil
}

// retry tries again for as long as another process holds the lock, up to the time of waiting. The
// pauses are short and uneven: SQLite's own grow to a tenth of a second, in which a process that
// writes without end takes the lock again and again.
func retry(ctx context.Context, wait time.Duration, try func() error) error {
	deadline := time.Now().Add(wait)
	for {
		err := try()
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		pause := time.NewTimer(500*time.Microsecond + rand.N(2*time.Millisecond))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// rollback gives a transaction up because of err. SQLite may have done so itself.
func rollback(conn *sql.Conn, err error) error {
	_, _ = conn.ExecContext(context.Background(), "ROLLBACK")
	return err
}
