package notify_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// TestSeveralProcesses lets the job run in four processes at once, as when a lease has been lost: every
// message is there once, every letter arrives, none is left, and the receiver that remembers keys has each
// once.
func TestSeveralProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	taken := map[string]bool{}
	system := receive(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		taken[r.Header.Get(notify.HeaderKey)] = true
	})
	w.webhook("judicial", system)
	w.webhook("chair", system)
	var up, warned []*models.Case
	for range 12 {
		up = append(up, w.handedUp(models.Blue))
		warned = append(warned, w.warned())
	}
	atOnce := func() {
		errs := make([]error, 4)
		var group sync.WaitGroup
		for i := range errs {
			service := w.service()
			group.Go(func() { _, errs[i] = service.Run(t.Context(), w.Now()) })
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	}
	atOnce()
	w.run() // whose case was changed by another is left for the next run
	w.set(local("2026-11-25 08:00"))
	atOnce()
	require.Empty(t, w.run(), "nothing is left")

	require.Len(t, w.inbox("judicial"), len(up))
	require.Len(t, w.inbox("chair"), len(warned))
	for _, c := range up {
		m := w.messageOf(c, models.OfficeRecipient(township))
		require.NotNil(t, m.Sends[0].SentAt)
		require.True(t, taken[m.ID])
		delete(taken, m.ID)
		require.Nil(t, w.reload(c).NoticeAt)
	}
	digest := w.message(models.DigestID(models.OfficeRecipient(village), "2026-11-25"))
	require.Len(t, digest.Items, len(warned), "each once")
	for _, c := range warned {
		require.True(t, digest.Holds(w.messageOf(c, models.OfficeRecipient(village)).ID))
	}
	require.NotNil(t, digest.Sends[0].SentAt)
	require.True(t, taken[digest.ID+"#12"])
	delete(taken, digest.ID+"#12")
	require.Empty(t, taken, "and nothing else arrived")
}
