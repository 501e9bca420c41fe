package notify_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

func (w *world) unread(who string) int64 {
	w.t.Helper()
	n, err := w.notices.Unread(w.t.Context(), actor(who))
	require.NoError(w.t, err)
	return n
}

func TestReadingMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.warned()
	w.run()
	require.EqualValues(t, 1, w.unread("chair"))
	id := w.inbox("chair")[0].ID
	for _, other := range []string{"mediator", "judicial", "admin"} {
		_, err := w.notices.Read(t.Context(), actor(other), id)
		requireKind(t, models.NotFound, err)
	}
	_, err := w.notices.Read(t.Context(), actor("chair"), "no/such/message")
	requireKind(t, models.NotFound, err)
	require.EqualValues(t, 1, w.unread("chair"))

	m, err := w.notices.Read(t.Context(), actor("chair"), id)
	require.NoError(t, err)
	require.Equal(t, c.ID.Hex(), m.Case)
	require.Equal(t, morning, *w.message(id).ReadAt)
	w.advance(time.Hour)
	_, err = w.notices.Read(t.Context(), actor("chair"), id)
	require.NoError(t, err)
	require.Equal(t, morning, *w.message(id).ReadAt, "the first time counts")
	require.Zero(t, w.unread("chair"))
	require.EqualValues(t, 1, w.unread("mediator"), "another's is another")
}

// What has come since the page was shown stays unread.
func TestReadAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 120 {
		w.warned()
	}
	w.run()
	until := w.inbox("chair")[0].At
	w.advance(time.Minute)
	w.warned()
	w.run()
	require.EqualValues(t, 121, w.unread("chair"))
	require.NoError(t, w.notices.ReadAll(t.Context(), actor("chair"), until))
	require.EqualValues(t, 1, w.unread("chair"))
	require.EqualValues(t, 121, w.unread("mediator"))
	require.NoError(t, w.notices.ReadAll(t.Context(), actor("chair"), w.Now()))
	require.Zero(t, w.unread("chair"))
}

// Somebody who presses twice, on two devices, reads once.
func TestReadAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		w.warned()
	}
	w.run()
	id := w.inbox("chair")[0].ID
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			if i%2 == 0 {
				_, errs[i] = w.notices.Read(t.Context(), actor("chair"), id)
			} else {
				errs[i] = w.notices.ReadAll(t.Context(), actor("chair"), w.Now())
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Zero(t, w.unread("chair"))
}
