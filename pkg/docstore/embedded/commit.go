package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fengqiao/pkg/docstore"
)

// writer owns the connection that writes. Writes are committed in groups, by one of the callers that
// wait: whoever holds the lead commits all that waits then, and passes the lead on. A writer that is
// alone so waits for nobody.
type writer struct {
	db      *sql.DB
	session *session
	busy    time.Duration
	check   func(*session) error // asks, when the schema was changed, whether it is still ours

	lead    chan struct{} // holds a value while somebody leads, who alone may use the session
	mutex   sync.Mutex
	waiting []*write

	log       *checkpointer
	committed func(writes int) // for tests: called after each commit with the writes it had
}

// write is one call that waits to be committed. apply writes what the call asks for and keeps its
// outcome for the caller; it may be called again in a new transaction if this one fails. The error
// it returns is one that ends the transaction: what the caller is to be told is not among them.
type write struct {
	apply func(*session) error
	docs  int // how many documents it writes
	state atomic.Int32
	done  chan error // gets the error of the transaction, nil after the commit
}

const (
	writeWaits int32 = iota
	writeTaken       // by who leads: it will be answered
	writeGiven       // up by its caller
)

func newWriter(db *sql.DB, conn *sql.Conn, busy time.Duration, check func(*session) error) *writer {
	return &writer{
		db: db, busy: busy, check: check,
		session: &session{conn: conn, prepared: map[string]*sql.Stmt{}},
		lead:    make(chan struct{}, 1), committed: func(int) {},
	}
}

// do has a write of so many documents committed. If the context ends while the write waits, it is not applied.
func (w *writer) do(ctx context.Context, docs int, apply func(*session) error) error {
	one := &write{apply: apply, docs: docs, done: make(chan error, 1)}
	w.mutex.Lock()
	w.waiting = append(w.waiting, one)
	w.mutex.Unlock()
	select {
	case err := <-one.done:
		return err
	case w.lead <- struct{}{}:
		w.leadFor(ctx, one)
	case <-ctx.Done():
	}
	if one.state.CompareAndSwap(writeWaits, writeGiven) {
		return ctx.Err()
	}
	return <-one.done
}

// leadFor commits what waits, unless another did so just before, and passes the lead on.
func (w *writer) leadFor(ctx context.Context, one *write) {
	defer func() { <-w.lead }()
	if one.state.Load() == writeWaits {
		w.commitWaiting(ctx)
	}
}

// close releases the connection. No call is waiting or comes after.
func (w *writer) close() error {
	w.lead <- struct{}{}
	if err := w.session.close(); err != nil {
		return err
	}
	return w.db.Close()
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
// writes joins the group and what is given up meanwhile does not. If the context of who leads ends while
// it waits for the lock, nothing is taken, and another may lead.
func (w *writer) commitWaiting(ctx context.Context) {
	err := w.begin(ctx)
	if err != nil && ctx.Err() != nil {
		return
	}
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
		if err := w.begin(context.Background()); err != nil {
			answer(alone, err)
			continue
		}
		w.apply(alone)
	}
}

// begin starts a transaction on the schema that this program knows.
func (w *writer) begin(ctx context.Context) error {
	err := retry(ctx, w.busy, func() error {
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
	panicked := true
	defer func() {
		if panicked { // in who leads: the others are not left waiting for it
			answer(group, rollback(w.session.conn, errPanicked))
		}
	}()
	applied, err := w.commit(group)
	panicked = false
	if err != nil {
		err = rollback(w.session.conn, err)
		if !applied && len(group) > 1 {
			return false
		}
	} else {
		docs := 0
		for _, one := range group {
			docs += one.docs
		}
		w.log.wrote(docs)
		w.committed(len(group))
	}
	answer(group, err)
	return true
}

var errPanicked = errors.New("a write of the same group panicked")

// commit reports whether every write was applied, and the error of the one that was not or of the commit.
func (w *writer) commit(group []*write) (applied bool, err error) {
	for _, one := range group {
		if err := one.apply(w.session); err != nil {
			return false, err
		}
	}
	return true, w.session.exec("COMMIT")
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
