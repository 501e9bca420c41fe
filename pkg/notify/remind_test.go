package notify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// A reminder stands in the inbox once, however often it is made, leads to its page, and goes into the
// day's digest like a warning.
func TestRemindersAreMadeOnce(t *testing.T) {
	t.Parallel()
	w, post := mailed(t, true)
	w.set(local("2026-11-24 09:15"))
	reminders := []notify.Reminder{
		{Key: "returns/330681101201/2026-11-01/soon", To: "chair", Kind: models.NoticeReturn, Subject: "北坡村2026年11月排查表", Text: "还有2个网格没有报", Page: "/returns"},
		{Key: "returns/330681101201/2026-11-01/soon", To: "mediator", Kind: models.NoticeReturn, Subject: "北坡村2026年11月排查表", Text: "还有1个网格没有报", Page: "/returns"},
	}
	made, err := w.notices.Remind(t.Context(), w.Now(), reminders)
	require.NoError(t, err)
	require.Equal(t, 2, made)
	w.set(local("2026-11-24 10:15"))
	made, err = w.notices.Remind(t.Context(), w.Now(), reminders)
	require.NoError(t, err)
	require.Zero(t, made)
	require.Len(t, w.inbox("chair"), 1)
	require.Len(t, w.inbox("mediator"), 1)
	m := w.inbox("chair")[0]
	require.Equal(t, "/returns", m.Page)
	require.Empty(t, m.Case)

	w.set(local("2026-11-25 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	_, text := read(t, post.mails()[0])
	require.Equal(t, 1, strings.Count(text, "还有2个网格没有报"), "%s", text)
	require.Empty(t, w.run())
}
