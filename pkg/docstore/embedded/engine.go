package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"fengqiao/pkg/docstore"
)

// Engine is a docstore.Engine on one SQLite file.
type Engine struct {
	readers *sql.DB
	writer  *writer
	tables  atomic.Pointer[map[string]*table] // by kind; replaced as a whole by Ensure
	ensure  sync.Mutex                        // held while tables are replaced

	statements statements

	gate   sync.RWMutex // held for reading by every call; Close waits for them
	closed bool
}

var _ docstore.Engine = (*Engine)(nil)

type options struct {
	busy    time.Duration
	readers int
}

// Option changes how a store is opened.
type Option func(*options)

// BusyTimeout says how long a write waits while another process writes, before it is unavailable.
// It is 10 seconds unless told.
func BusyTimeout(d time.Duration) Option { return func(o *options) { o.busy = d } }

// Readers says how many queries may run at the same time. It is twice the number of processors,
// at least 4, unless told.
func Readers(n int) Option { return func(o *options) { o.readers = n } }

// Open opens the store in the file of that path, which it creates, readable for its owner only, if
// there is none. A file of a newer version of the program is docstore.ErrNewerSchema.
func Open(ctx context.Context, path string, opts ...Option) (docstore.Engine, error) {
	return open(ctx, path, opts...)
}

func open(ctx context.Context, path string, opts ...Option) (*Engine, error) {
	o := options{busy: 10 * time.Second, readers: max(4, 2*runtime.GOMAXPROCS(0))}
	for _, opt := range opts {
		opt(&o)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sqlite.Fdatasync(true)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: open the store: %w", docstore.ErrUnavailable, err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("%w: open the store: %w", docstore.ErrUnavailable, err)
	}

	writing, err := pool(path, 0, 1, writerCache, "synchronous(FULL)", fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages))
	if err != nil {
		return nil, err
	}
	conn, err := prepareFile(ctx, writing, o.busy)
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	readers, err := pool(path, o.busy, o.readers, readerCache, "query_only(1)")
	if err != nil {
		return nil, errors.Join(err, conn.Close(), writing.Close())
	}
	e := &Engine{readers: readers, statements: statements{db: readers}}
	e.tables.Store(&map[string]*table{})
	e.writer = newWriter(writing, conn, o.busy, e.checkSchema)
	e.writer.log = newCheckpointer(readers)
	return e, nil
}

// The page caches, in KiB for each connection. The operating system keeps the rest of the file.
const (
	writerCache = 16 << 10
	readerCache = 4 << 10
)

// pool makes the connections of one use. Their statements name the file by a URI, so that any
// character may be in its path.
func pool(path string, busy time.Duration, size, cache int, pragmas ...string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	query := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
		fmt.Sprintf("cache_size(-%d)", cache),
		"foreign_keys(0)",
	}, pragmas...)}
	name := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// enter begins a call: it refuses an ended context and a closed store. A call that entered leaves.
func (e *Engine) enter(ctx context.Context) error {
	e.gate.RLock()
	if e.closed {
		e.gate.RUnlock()
		return fmt.Errorf("%w: it is closed", docstore.ErrUnavailable)
	}
	if err := ctx.Err(); err != nil {
		e.gate.RUnlock()
		return err
	}
	return nil
}

func (e *Engine) leave() { e.gate.RUnlock() }

// table returns what is known of a kind that was given to Ensure.
func (e *Engine) table(kind *docstore.Kind) (*table, error) {
	t, ok := (*e.tables.Load())[kind.Name]
	if !ok {
		return nil, fmt.Errorf("kind %q was not declared to the store", kind.Name)
	}
	return t, nil
}

// Ping says whether the file can be read.
func (e *Engine) Ping(ctx context.Context) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	defer e.leave()
	var version int
	return told(ctx, e.readers.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version))
}

// Close waits for the calls that have begun, then releases the file.
func (e *Engine) Close() error {
	e.gate.Lock()
	defer e.gate.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.writer.log.close()
	err := errors.Join(e.statements.close(), e.readers.Close(), e.writer.close())
	if err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}
