package notify_test

import (
	"context"
	"errors"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// shakyEngine is an engine that can be watched and broken.
type shakyEngine struct {
	docstore.Engine
	mu            sync.Mutex
	before, after func(op, kind string) error
}

// Operations, as the watchers are told of them.
const (
	opInsert  = "insert"
	opReplace = "replace"
	opFind    = "find"
)

// shake sets who is asked before an operation and after it. An error before it keeps it from being done;
// after it the caller is told that it failed although it was done, as when a process dies between the
// two. nil asks nobody.
func (e *shakyEngine) shake(before, after func(op, kind string) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.before, e.after = before, after
}

func (e *shakyEngine) around(op string, kind *docstore.Kind, do func() error) error {
	e.mu.Lock()
	before, after := e.before, e.after
	e.mu.Unlock()
	if before != nil {
		if err := before(op, kind.Name); err != nil {
			return err
		}
	}
	err := do()
	if err == nil && after != nil {
		err = after(op, kind.Name)
	}
	return err
}

func (e *shakyEngine) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	return e.around(opInsert, kind, func() error { return e.Engine.Insert(ctx, kind, doc) })
}

func (e *shakyEngine) Replace(ctx context.Context, kind *docstore.Kind, doc bson.Raw, expected int64) error {
	return e.around(opReplace, kind, func() error { return e.Engine.Replace(ctx, kind, doc, expected) })
}

func (e *shakyEngine) ReplaceMany(ctx context.Context, kind *docstore.Kind, writes []docstore.Write) (results []error, err error) {
	err = e.around(opReplace, kind, func() (err error) {
		results, err = e.Engine.ReplaceMany(ctx, kind, writes)
		return err
	})
	return results, err
}

func (e *shakyEngine) Find(ctx context.Context, kind *docstore.Kind, query docstore.Query) (docs []bson.Raw, err error) {
	err = e.around(opFind, kind, func() (err error) {
		docs, err = e.Engine.Find(ctx, kind, query)
		return err
	})
	return docs, err
}

var errPower = errors.New("the power is gone")

// nth fails from the nth write on, as when a process ends there: nothing that comes after is done.
func nth(n int) (fault func(op, kind string) error, reached func() bool) {
	var mu sync.Mutex
	seen := 0
	return func(op, _ string) error {
			if op == opFind {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if seen++; seen >= n {
				return errPower
			}
			return nil
		}, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return seen >= n
		}
}

// once does something when an operation on a kind of document is asked for the first time.
func once(op, kind string, do func() error) func(string, string) error {
	var mu sync.Mutex
	done := false
	return func(o, k string) error {
		mu.Lock()
		first := !done && o == op && k == kind
		done = done || first
		mu.Unlock()
		if !first {
			return nil
		}
		return do()
	}
}
