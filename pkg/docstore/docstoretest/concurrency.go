package docstoretest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

const writers = 16

// together runs one function in each of the writers and returns their errors.
func together(work func(writer int) error) []error {
	errs := make([]error, writers)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for w := range writers {
		wg.Go(func() {
			<-start
			errs[w] = work(w)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func (s suite) concurrency(t *testing.T) {
	_, papers, labels := s.start(t)

	if offers(t, s.caps.AtomicUpdates, "AtomicUpdates", "16 writers on one document lose no change; of 16 changes from one version exactly one is written; a deletion happens once") {
		t.Run("no change is lost", func(t *testing.T) { noChangeIsLost(t, labels) })
		t.Run("one wins a version", func(t *testing.T) { oneWinsAVersion(t, papers) })
		t.Run("one deletes", func(t *testing.T) { oneDeletes(t, labels) })
	}
	if offers(t, s.caps.AtomicInserts, "AtomicInserts", "of 16 documents with one key exactly one is written; numbers without gaps") {
		t.Run("one wins a key", func(t *testing.T) { oneWinsAKey(t, papers) })
		t.Run("numbers without gaps", func(t *testing.T) { numbersWithoutGaps(t, papers) })
	}
	t.Run("different documents", func(t *testing.T) { differentDocuments(t, papers) })
}

func noChangeIsLost(t *testing.T, c labels) {
	const each = 10
	require.NoError(t, c.Insert(t.Context(), &label{ID: "counter"}))
	for _, err := range together(func(int) error {
		for done := 0; done < each; {
			l, err := c.Get(t.Context(), "counter")
			if err != nil {
				return err
			}
			l.Count++
			switch err := c.Replace(t.Context(), l); {
			case err == nil:
				done++
			case !errors.Is(err, docstore.ErrConflict):
				return err
			}
		}
		return nil
	}) {
		require.NoError(t, err)
	}
	l, err := c.Get(t.Context(), "counter")
	require.NoError(t, err)
	require.EqualValues(t, writers*each, l.Count)
	require.EqualValues(t, writers*each+1, l.Version)
}

// outcome counts the writers that succeeded and wants the others to have lost as they should.
func outcome(t *testing.T, errs []error, lost func(error) bool) int {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.True(t, lost(err), "%v", err)
	}
	return won
}

func oneWinsAVersion(t *testing.T, c papers) {
	insert(t, c, newPaper(100))
	conflict := func(err error) bool { return errors.Is(err, docstore.ErrConflict) }
	for round := int64(1); round <= 8; round++ {
		errs := together(func(w int) error {
			p := newPaper(100, func(p *paper) {
				p.Version, p.State, p.Grams = round, fmt.Sprint("writer ", w), []string{fmt.Sprint("w", w)}
			})
			if w%2 == 0 {
				return c.Replace(t.Context(), p)
			}
			results, err := c.ReplaceMany(t.Context(), []*paper{p})
			if err != nil {
				return err
			}
			return results[0]
		})
		require.Equal(t, 1, outcome(t, errs, conflict), "round %d", round)
		winner := slices.Index(errs, nil)
		p, err := c.Get(t.Context(), number(100))
		require.NoError(t, err)
		require.Equal(t, round+1, p.Version)
		require.Equal(t, fmt.Sprint("writer ", winner), p.State)
		for w := range writers {
			found := find(t, c, docstore.Query{Index: "town_grams", Order: "at", Filter: []docstore.Condition{inTown("枫溪镇"), docstore.HasAll("grams", fmt.Sprint("w", w))}})
			require.Equal(t, w == winner, len(found) == 1, "the index has the winner's grams only")
		}
	}
}

func oneDeletes(t *testing.T, c labels) {
	require.NoError(t, c.Insert(t.Context(), &label{ID: "once"}))
	errs := together(func(int) error {
		return c.Delete(t.Context(), &label{ID: "once", Head: docstore.Head{Version: 1}})
	})
	require.Equal(t, 1, outcome(t, errs, func(err error) bool { return errors.Is(err, docstore.ErrNotFound) }))
}

func oneWinsAKey(t *testing.T, c papers) {
	errs := together(func(w int) error {
		return c.Insert(t.Context(), newPaper(200+w, func(p *paper) { p.Key = "one key" }))
	})
	require.Equal(t, 1, outcome(t, errs, func(err error) bool {
		var duplicate *docstore.DuplicateError
		return errors.As(err, &duplicate) && duplicate.Index == "key"
	}))
	winner := slices.Index(errs, nil)
	found, err := c.Find(t.Context(), docstore.Query{Index: "key", Filter: []docstore.Condition{docstore.Equal("key", "one key")}, Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, number(200+winner), found[0].ID)
}

// numbersWithoutGaps gives numbers as the committees do: the last one plus one, again if it was taken.
func numbersWithoutGaps(t *testing.T, c papers) {
	const each = 4
	last := docstore.Query{Index: "number", Filter: []docstore.Condition{inTown("编号")}, Order: "shelf.number", Desc: true, Limit: 1}
	for _, err := range together(func(w int) error {
		for i := range each {
			for {
				found, err := c.Find(t.Context(), last)
				if err != nil {
					return err
				}
				next := int64(1)
				if len(found) > 0 {
					next = found[0].Shelf.Number + 1
				}
				err = c.Insert(t.Context(), newPaper(300+w*each+i, func(p *paper) { p.Shelf = shelf{"编号", next} }))
				var duplicate *docstore.DuplicateError
				if errors.As(err, &duplicate) && duplicate.Index == "number" {
					continue
				}
				if err != nil {
					return err
				}
				break
			}
		}
		return nil
	}) {
		require.NoError(t, err)
	}
	found, err := c.Find(t.Context(), docstore.Query{Index: "number", Filter: []docstore.Condition{inTown("编号")}, Order: "shelf.number", Limit: docstore.MaxLimit})
	require.NoError(t, err)
	require.Len(t, found, writers*each)
	for i, p := range found {
		require.EqualValues(t, i+1, p.Shelf.Number)
	}
}

// differentDocuments asks that writers of different documents do not harm one another, and that
// each reads what it wrote.
func differentDocuments(t *testing.T, c papers) {
	const each = 4
	errs := together(func(w int) error {
		for i := range each {
			p := newPaper(1000+w*each+i, func(p *paper) { p.Owner = number(5000 + w) })
			if err := c.Insert(t.Context(), p); err != nil {
				return err
			}
			var duplicate *docstore.DuplicateError
			if err := c.Insert(t.Context(), newPaper(1000+w*each+i)); !errors.As(err, &duplicate) {
				return fmt.Errorf("inserted twice: %w", err)
			}
			p.State = "changed"
			if err := c.Replace(t.Context(), p); err != nil {
				return err
			}
			got, err := c.Get(t.Context(), p.ID)
			if err != nil {
				return err
			}
			if got.State != "changed" || got.Version != 2 {
				return fmt.Errorf("read version %d in state %s", got.Version, got.State)
			}
		}
		return nil
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	for w := range writers {
		found := find(t, c, docstore.Query{Index: "owner", Filter: []docstore.Condition{docstore.Equal("owner", bson.ObjectID(number(5000+w)))}})
		require.Len(t, found, each)
	}
}
