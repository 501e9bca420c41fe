package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// newMessage is a message in somebody's inbox; change sets what a test asks for.
func newMessage(username string, n int, at time.Time, change ...func(*models.Message)) *models.Message {
	m := &models.Message{
		ID: models.MessageID("665f00000000000000000001", fmt.Sprintf("%02d-0", n), username), Recipient: username, Inbox: username, Unread: username,
		Kind: models.NoticeWarning, Text: "提醒", At: at, Items: []models.DigestItem{}, Sends: []models.Send{},
	}
	for _, f := range change {
		f(m)
	}
	return m
}

func insertMessages(t *testing.T, st *store.Store, messages ...*models.Message) {
	t.Helper()
	for _, m := range messages {
		require.NoError(t, st.InsertMessage(t.Context(), m))
	}
}

func messageIDs(messages []*models.Message) []string {
	ids := []string{}
	for _, m := range messages {
		ids = append(ids, m.ID)
	}
	return ids
}

// A message that is made twice is there once, as it was, and written back once.
func TestMessageIsMadeAndWrittenOnce(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		m := newMessage("chair", 1, noon)
		insertMessages(t, st.Store, m)
		again := newMessage("chair", 1, noon, func(m *models.Message) { m.Text = "又一次" })
		require.True(t, store.IsDuplicate(st.InsertMessage(t.Context(), again), "_id"))
		one, err := st.Message(t.Context(), m.ID)
		require.NoError(t, err)
		require.Equal(t, m, one)
		other, err := st.Message(t.Context(), m.ID)
		require.NoError(t, err)
		require.True(t, one.Read(noon))
		require.NoError(t, st.ReplaceMessage(t.Context(), one))
		require.True(t, store.IsConflict(st.ReplaceMessage(t.Context(), other)))
		_, err = st.Message(t.Context(), "no/such/message")
		requireKind(t, models.NotFound, "not_found", err)

		second := newMessage("chair", 2, noon)
		insertMessages(t, st.Store, second)
		results, err := st.ReplaceMessages(t.Context(), []*models.Message{second, other})
		require.NoError(t, err)
		require.NoError(t, results[0])
		require.True(t, store.IsConflict(results[1]))
	})
}

// The inbox has one's own messages, the newest first, and goes through them page by page, also where many
// are of one moment and while others come in.
func TestInbox(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		const count = 23
		for i := range count {
			insertMessages(t, st.Store, newMessage("chair", i, noon.Add(time.Duration(i/5)*time.Minute)), newMessage("mediator", i, noon))
		}
		insertMessages(t, st.Store, newMessage("office:"+northOne, 0, noon, func(m *models.Message) { m.Inbox, m.Unread = "", "" }))
		var seen []*models.Message
		for after := ""; ; {
			page, err := st.Inbox(t.Context(), "chair", after, 4)
			require.NoError(t, err)
			seen = append(seen, page.Messages...)
			insertMessages(t, st.Store, newMessage("chair", count+len(seen), noon.Add(time.Hour)))
			if after = page.Next; after == "" {
				break
			}
			require.Len(t, page.Messages, 4)
		}
		require.Len(t, seen, count)
		for i, m := range seen {
			require.Equal(t, "chair", m.Recipient)
			if i > 0 {
				require.False(t, m.At.After(seen[i-1].At))
				require.NotEqual(t, m.ID, seen[i-1].ID)
			}
		}
		empty, err := st.Inbox(t.Context(), "nobody", "", 4)
		require.NoError(t, err)
		require.Empty(t, empty.Messages)
		require.Empty(t, empty.Next)
		for _, broken := range []string{"!", "bm9uZQ", "MTIz", "MTIzLg"} { // no base64, no dot, no id
			_, err := st.Inbox(t.Context(), "chair", broken, 4)
			requireKind(t, models.Malformed, "cursor", err)
		}
		another, err := st.Inbox(t.Context(), "mediator", mustNext(t, st, "chair"), 100)
		require.NoError(t, err)
		for _, m := range another.Messages {
			require.Equal(t, "mediator", m.Recipient, "another's place in a list leads to nothing of another's")
		}
	})
}

func mustNext(t *testing.T, st opened, username string) string {
	t.Helper()
	page, err := st.Inbox(t.Context(), username, "", 1)
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	return page.Next
}

func TestUnread(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		count := func(username string) int64 {
			n, err := st.CountUnread(t.Context(), username)
			require.NoError(t, err)
			return n
		}
		require.Zero(t, count("chair"))
		for i := range 5 {
			insertMessages(t, st.Store, newMessage("chair", i, noon.Add(time.Duration(i)*time.Minute)), newMessage("mediator", i, noon))
		}
		require.EqualValues(t, 5, count("chair"))
		unread, err := st.UnreadMessages(t.Context(), "chair", noon.Add(2*time.Minute), 10)
		require.NoError(t, err)
		require.Len(t, unread, 3, "at that very moment included")
		for _, m := range unread {
			require.Equal(t, "chair", m.Inbox)
			require.True(t, m.Read(noon))
		}
		_, err = st.ReplaceMessages(t.Context(), unread)
		require.NoError(t, err)
		require.EqualValues(t, 2, count("chair"))
		require.EqualValues(t, 5, count("mediator"))
		unread, err = st.UnreadMessages(t.Context(), "chair", noon.Add(time.Hour), 1)
		require.NoError(t, err)
		require.Len(t, unread, 1)
	})
}

// What waits is found when its moment has come, the earliest first; what was given up, the latest first.
func TestMessagesToSendAndDeadOnes(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		waits := func(minutes int) func(*models.Message) {
			return func(m *models.Message) {
				m.Enqueue(models.ChannelMail, noon.Add(time.Duration(minutes)*time.Minute))
			}
		}
		died := func(minutes int) func(*models.Message) {
			return func(m *models.Message) {
				m.Enqueue(models.ChannelMail, noon)
				m.Failed(models.ChannelMail, "timeout", noon.Add(time.Duration(minutes)*time.Minute), nil)
			}
		}
		all := []*models.Message{
			newMessage("chair", 0, noon, waits(3)), newMessage("chair", 1, noon, waits(0)), newMessage("chair", 2, noon, waits(5)), newMessage("chair", 3, noon, waits(0)),
			newMessage("chair", 4, noon, died(1)), newMessage("chair", 5, noon, died(9)), newMessage("chair", 6, noon),
		}
		insertMessages(t, st.Store, all...)
		var sent []string
		for after := (*models.Message)(nil); ; {
			page, err := st.MessagesToSend(t.Context(), noon.Add(3*time.Minute), after, 2)
			require.NoError(t, err)
			sent = append(sent, messageIDs(page)...)
			if len(page) < 2 {
				break
			}
			after = page[len(page)-1]
		}
		require.Equal(t, []string{all[1].ID, all[3].ID, all[0].ID}, sent)

		page, err := st.DeadMessages(t.Context(), "", 1)
		require.NoError(t, err)
		require.Equal(t, []string{all[5].ID}, messageIDs(page.Messages))
		page, err = st.DeadMessages(t.Context(), page.Next, 1)
		require.NoError(t, err)
		require.Equal(t, []string{all[4].ID}, messageIDs(page.Messages))
		require.Empty(t, page.Next)
		require.True(t, page.Messages[0].Again(noon))
		require.NoError(t, st.ReplaceMessage(t.Context(), page.Messages[0]))
		page, err = st.DeadMessages(t.Context(), "", 10)
		require.NoError(t, err)
		require.Equal(t, []string{all[5].ID}, messageIDs(page.Messages), "one that waits again is dead no more")
	})
}

// A case is found by its oldest notice that waits, and by none any more when all are handed over.
func TestCasesToNotify(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		notified := func(minutes ...int) func(*models.Case) {
			return func(c *models.Case) {
				for _, n := range minutes {
					c.Notify(models.NoticeWarning, noon.Add(time.Duration(n)*time.Minute), c.Office, "提醒")
				}
			}
		}
		quiet, late, early, future := newCase(northOne, noon), newCase(northOne, noon, notified(9, 2)), newCase(southOne, noon, notified(1)), newCase(farOne, noon, notified(11))
		insert(t, st.Store, quiet, late, early, future)
		found := func() []string {
			var out []string
			for after := (*models.Case)(nil); ; {
				page, err := st.CasesToNotify(t.Context(), noon.Add(10*time.Minute), after, 1)
				require.NoError(t, err)
				if len(page) == 0 {
					return out
				}
				out = append(out, ids(page)...)
				after = page[0]
			}
		}
		require.Equal(t, []string{early.ID.Hex(), late.ID.Hex()}, found())
		late.HandOver(late.Notices[1].Key, noon)
		require.NoError(t, st.ReplaceCase(t.Context(), late))
		require.Equal(t, []string{early.ID.Hex(), late.ID.Hex()}, found(), "its other one waits")
		late.HandOver(late.Notices[0].Key, noon)
		require.NoError(t, st.ReplaceCase(t.Context(), late))
		require.Equal(t, []string{early.ID.Hex()}, found())
	})
}

func TestNoticeSettings(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		_, err := st.NoticeSettings(t.Context(), "chair")
		requireKind(t, models.NotFound, "not_found", err)
		sealed := models.Sealed{KeyID: "k1", Box: []byte{0, 255, 1}, Mask: "https://example.com/…"}
		settings := &models.NoticeSettings{Recipient: "chair", Single: true, ChangedAt: noon, ChangedBy: "chair", Endpoints: []models.Endpoint{{Channel: models.ChannelWebhook, On: true, Address: sealed, Secret: sealed}}}
		require.NoError(t, st.PutNoticeSettings(t.Context(), settings))
		require.True(t, store.IsDuplicate(st.PutNoticeSettings(t.Context(), &models.NoticeSettings{Recipient: "chair"}), "_id"), "somebody was first")
		kept, err := st.NoticeSettings(t.Context(), "chair")
		require.NoError(t, err)
		require.Equal(t, settings, kept)
		stale := *kept
		kept.Single = false
		require.NoError(t, st.PutNoticeSettings(t.Context(), kept))
		require.True(t, store.IsConflict(st.PutNoticeSettings(t.Context(), &stale)))
	})
}

func TestOldRuns(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for i := range 5 {
			require.NoError(t, st.InsertRun(t.Context(), &models.JobRun{ID: fmt.Sprint("notices@", i), Job: "notices", Slot: noon.Add(time.Duration(i) * time.Minute)}))
		}
		require.NoError(t, st.InsertRun(t.Context(), &models.JobRun{ID: "sweep@0", Job: "sweep", Slot: noon}))
		old, err := st.OldRuns(t.Context(), "notices", noon.Add(3*time.Minute), 2)
		require.NoError(t, err)
		require.Len(t, old, 2)
		for i, run := range old {
			require.Equal(t, fmt.Sprint("notices@", i), run.ID, "the oldest first")
			require.NoError(t, st.DeleteRun(t.Context(), run))
		}
		old, err = st.OldRuns(t.Context(), "notices", noon.Add(3*time.Minute), 2)
		require.NoError(t, err)
		require.Len(t, old, 1, "one of that very moment is not before it")
		requireKind(t, models.NotFound, "not_found", st.DeleteRun(t.Context(), &models.JobRun{ID: "notices@0"}))
		runs, err := st.Runs(t.Context(), "sweep", 5)
		require.NoError(t, err)
		require.Len(t, runs, 1)
	})
}
