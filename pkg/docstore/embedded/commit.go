package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fengqiao/pkg/docstore"
)

// writer owns the connection that writes. Its goroutine commits the writes that wait in groups.
type writer struct {
	db      *sql.DB
	session *session
	busy    time.Duration
	check   func(*session) error // asks, when the schema was changed, whether it is still ours

	mutex   sync.Mutex
	waiting []*write
	closing bool
	wake    chan struct{} // has a value when something waits, or the writer is to end
	ended   chan struct{} // closed when the goroutine has ended

	committed func(writes int) // for tests: called after each commit with the writes it had
}

// write is one call that waits to be committed. apply writes what the call asks for and keeps its
// outcome for the caller; it may be called again in a new transaction if this one fails. The error
// it returns is one that ends the transaction: what the caller is to be told is not among them.
type write struct {
	apply func(*session) error
	state atomic.Int32
	done  chan error // gets the error of the transaction, nil after the commit
}

const (
	writeWaits int32 = iota
	writeTaken       // by the writer: it will be answered
	writeGiven       // up by its caller
)

func newWriter(db *sql.DB, conn *sql.Conn, busy time.Duration, check func(*session) error) *writer {
	w := &writer{
		db: db, busy: busy, check: check,
		session: &session{conn: conn, prepared: map[string]*sql.Stmt{}},
		wake:    make(chan struct{}, 1), ended: make(chan struct{}),
		committed: func(int) {},
	}
	go w.run()
	return w
}

// do has a write committed. If the context ends while the write waits, it is not applied.
func (w *writer) do(ctx context.Context, apply func(*session) error) error {
	one := &write{apply: apply, done: make(chan error, 1)}
	w.mutex.Lock()
	w.waiting = append(w.waiting, one)
	w.mutex.Unlock()
	w.rouse()
	select {
	case err := <-one.done:
		return err
	case <-ctx.Done():
		if one.state.CompareAndSwap(writeWaits, writeGiven) {
			return ctx.Err()
		}
		return <-one.done
	}
}

func (w *writer) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// close lets the writer finish what waits and releases the connection.
func (w *writer) close() error {
	w.mutex.Lock()
	w.closing = true
	w.mutex.Unlock()
	w.rouse()
	<-w.ended
	if err := w.session.close(); err != nil {
		return err
	}
	return w.db.Close()
}

func (w *writer) run() {
	defer close(w.ended)
	for range w.wake {
		for w.pending() {
			w.commitWaiting()
		}
		w.mutex.Lock()
		ended := w.closing && len(w.waiting) == 0
		w.mutex.Unlock()
		if ended {
			return
		}
	}
}

func (w *writer) pending() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return len(w.waiting) > 0
}

// take returns what waits, without what its callers gave up.
func (w *writer) take() []*write {
	w.mutex.Lock()
	all := w.waiting
	w.waiting = nil
	w.mutex.Unlock()
	taken := all[:0]
	for _, one := range all {
		if one.state.CompareAndSwap(writeWaits, writeTaken) {
			taken = append(taken, one)
		}
	}
	return taken
}

// commitWaiting takes what waits once the lock is held, so that what comes while another process
// writes joins the group and what is given up meanwhile does not.
func (w *writer) commitWaiting() {
	err := w.begin()
	group := w.take()
	if err != nil {
		answer(group, err)
		return
	}
	if len(group) == 0 {
		_ = rollback(w.session.conn, nil)
		return
	}
	if w.apply(group) {
		return
	}
	for _, one := range group { // one of them cannot be done: each alone, so that it harms no other
		alone := []*write{one}
		if err := w.begin(); err != nil {
			answer(alone, err)
			continue
		}
		w.apply(alone)
	}
}

// begin starts a transaction on the schema that this program knows.
func (w *writer) begin() error {
	err := retry(context.Background(), w.busy, func() error {
		return w.session.exec("BEGIN IMMEDIATE")
	})
	if isBusy(err) {
		return fmt.Errorf("%w: another process has been writing for %s", docstore.ErrUnavailable, w.busy)
	}
	if err != nil {
		return err
	}
	if err := w.check(w.session); err != nil {
		return rollback(w.session.conn, err)
	}
	return nil
}

// apply applies the writes of a group and commits them. It answers them and reports true, unless a
// write ends the transaction and others are to be tried without it.
func (w *writer) apply(group []*write) bool {
	for _, one := range group {
		if err := one.apply(w.session); err != nil {
			err = rollback(w.session.conn, err)
			if len(group) > 1 {
				return false
			}
			answer(group, err)
			return true
		}
	}
	err := w.session.exec("COMMIT")
	if err != nil {
		err = rollback(w.session.conn, err)
	} else {
		w.committed(len(group))
	}
	answer(group, err)
	return true
}

func answer(group []*write, err error) {
	for _, one := range group {
		one.done <- err
	}
}

// session is what a write uses: the connection inside the transaction of its group. It is never
// cancelled.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	schema   int64 // version of the SQL schema that was last compared with the declarations
}

// maxPrepared bounds the statements kept for use again; what comes after is prepared each time.
const maxPrepared = 256

func (s *session) statement(query string) (stmt *sql.Stmt, release func(), err error) {
	if stmt, ok := s.prepared[query]; ok {
		return stmt, func() {}, nil
	}
	stmt, err = s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, nil, err
	}
	if len(s.prepared) < maxPrepared {
		s.prepared[query] = stmt
		return stmt, func() {}, nil
	}
	return stmt, func() { _ = stmt.Close() }, nil
}

func (s *session) exec(query string, args ...any) error {
	_, err := s.execResult(query, args...)
	return err
}

func (s *session) execResult(query string, args ...any) (sql.Result, error) {
	stmt, release, err := s.statement(query)
	if err != nil {
		return nil, err
	}
	defer release()
	return stmt.ExecContext(context.Background(), args...)
}

// row reads one row into dest and reports whether there is one.
func (s *session) row(query string, args []any, dest ...any) (bool, error) {
	stmt, release, err := s.statement(query)
	if err != nil {
		return false, err
	}
	defer release()
	switch err := stmt.QueryRowContext(context.Background(), args...).Scan(dest...); err {
	case nil:
		return true, nil
	case sql.ErrNoRows:
		return false, nil
	default:
		return false, err
	}
}

func (s *session) close() error {
	for _, stmt := range s.prepared {
		if err := stmt.Close(); err != nil {
			return err
		}
	}
	return s.conn.Close()
}
