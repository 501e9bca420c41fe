package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// TestWhoHearsOfANotice: the accounts that handle cases at the office, whatever its rung is called, and
// nobody else.
func TestWhoHearsOfANotice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, office string
		want         []string
		forwarded    bool
	}{
		{"a village", village + "/village", []string{"chair", "mediator"}, false},
		{"a group of the village", village + "/group", []string{"chair", "mediator"}, false},
		{"the township", township + "/township", []string{"judicial"}, false},
		{"the county", county + "/county", []string{"county"}, false},
		{"a village where nobody sits", "330681101209/village", []string{"judicial"}, true},
		{"a township where nobody sits", "330681109/township", []string{"county"}, true},
		{"a village where nobody sits, of a township where nobody does", "330681109201/village", []string{"county"}, true},
		{"no office at all", "", nil, false},
		{"a county where nobody sits", "330682/county", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.told(models.Blue, [2]string{models.NoticeReturned, test.office})
			require.Equal(t, notify.Run{Notices: 1}, w.run())
			var got []string
			for _, a := range seats {
				for _, m := range w.inbox(a.ID) {
					require.Equal(t, a.ID, m.Recipient)
					require.Equal(t, c.ID.Hex(), m.Case)
					require.Equal(t, "〔2026〕北坡村人调字第12号（北坡村）", m.Subject)
					text := c.Notices[0].Text
					if test.forwarded {
						text += "（原收件单位没有能收消息的账号，转给上一级）"
					}
					require.Equal(t, text, m.Text)
					require.Equal(t, models.NoticeReturned, m.Kind)
					require.Equal(t, a.ID, m.Unread)
					require.True(t, m.At.Equal(w.Now()))
					require.Empty(t, m.Sends)
					got = append(got, a.ID)
				}
			}
			slices.Sort(got)
			require.Equal(t, test.want, got)
			dead, err := w.notices.Dead(t.Context(), "", 9)
			require.NoError(t, err)
			require.Equal(t, len(test.want) == 0, len(dead.Messages) == 1, "what nobody hears is not lost")
			require.Nil(t, w.reload(c).NoticeAt)
			require.NotNil(t, w.reload(c).Notices[0].DeliveredAt)
		})
	}
}

// What nobody hears waits for the administrator, is sent again to whoever is there by then, and only once.
func TestNobodyHears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.told(models.Blue, [2]string{models.NoticePolice, "330682001201/village"})
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	dead := func() []*models.Message {
		page, err := w.notices.Dead(t.Context(), "", 9)
		require.NoError(t, err)
		return page.Messages
	}
	require.Len(t, dead(), 1)
	m := dead()[0]
	require.Equal(t, "office:330682001201", m.Recipient)
	require.Empty(t, m.Inbox)
	require.Contains(t, notify.Explain(m.Sends[0].Error), "没有能收消息的账号")

	w.advance(time.Minute)
	require.NoError(t, w.notices.SendAgain(t.Context(), m.ID))
	require.Empty(t, dead(), "it waits")
	require.Equal(t, notify.Run{Failed: 1, Dead: 1}, w.run())
	require.Len(t, dead(), 1, "still nobody")

	require.NoError(t, w.store.InsertAccount(t.Context(), &models.Account{Username: "late", Name: "丁晚来", Role: models.RoleJudicial, Region: "330682001", CreatedAt: morning, Epoch: 1}))
	require.NoError(t, w.notices.SendAgain(t.Context(), m.ID))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Empty(t, dead())
	require.Zero(t, w.run())
	require.Len(t, w.inbox("late"), 1)
	got := w.inbox("late")[0]
	require.Equal(t, []string{c.ID.Hex(), "late", models.NoticePolice}, []string{got.Case, got.Unread, got.Kind})
	require.Equal(t, c.Notices[0].Text+"（原收件单位没有能收消息的账号，转给上一级）", got.Text)
}

// Where the office above is told of the same itself, it is not told twice.
func TestForwardedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.caseOf(models.Blue)
	for _, office := range []string{"330681101209/village", township + "/township"} {
		c.Notify(models.NoticeEscalated, w.Now(), models.Office{ID: office}, "上报，请签收")
	}
	require.NoError(t, w.store.InsertCase(t.Context(), c))
	require.Equal(t, notify.Run{Notices: 2}, w.run())
	require.Len(t, w.inbox("judicial"), 1)
	require.Equal(t, "上报，请签收", w.inbox("judicial")[0].Text)
}

// What was handed over is handed over: a second run finds nothing, and what was read stays read.
func TestHandOverIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.told(models.Blue, [2]string{models.NoticeEscalated, township + "/township"}, [2]string{models.NoticeEscalated, village + "/village"})
	require.Equal(t, notify.Run{Notices: 2}, w.run())
	version := w.reload(c).Version
	_, err := w.notices.Read(t.Context(), actor("judicial"), w.inbox("judicial")[0].ID)
	require.NoError(t, err)
	w.advance(time.Minute)
	require.Empty(t, w.run())
	require.Equal(t, version, w.reload(c).Version)
	require.Len(t, w.inbox("judicial"), 1)
	require.Empty(t, w.inbox("judicial")[0].Unread)
	require.Len(t, w.inbox("mediator"), 1)

	again := w.reload(c) // it goes on: only what is new is handed over
	again.Notify(models.NoticeOverdue, w.Now(), models.Office{ID: village + "/village"}, "又一条")
	require.NoError(t, w.store.ReplaceCase(t.Context(), again))
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	require.Len(t, w.inbox("mediator"), 2)
	require.Len(t, w.inbox("judicial"), 1)
}

// Many cases are handed over page by page, and all of them.
func TestManyNotices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const count = 230
	for range count {
		w.warned()
	}
	require.Equal(t, notify.Run{Notices: count}, w.run())
	require.Len(t, w.inbox("chair"), count)
	require.Empty(t, w.run())
}

// Somebody changes a case while its notices are handed over: it is left, and the next run finds its
// messages made.
func TestCaseIsChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.handedUp(models.Blue)
	w.engine.shake(once(opInsert, "messages", func() error {
		other := w.reload(c)
		other.Title = "别人改的"
		return w.store.ReplaceCase(t.Context(), other)
	}), nil)
	require.Equal(t, notify.Run{Occupied: 1}, w.run())
	require.Len(t, w.inbox("judicial"), 1)
	require.NotNil(t, w.reload(c).NoticeAt)
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	require.Len(t, w.inbox("judicial"), 1)
	require.Equal(t, "别人改的", w.reload(c).Title)
}

// TestBrokenOffAnywhere ends the process at every write in turn, before it or just after it, and lets the
// job run again: every message is there once, every letter has arrived at least once and under one key,
// every warning is in one digest, and nothing is left over.
func TestBrokenOffAnywhere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		shake func(w *world, fault func(op, kind string) error)
	}{
		{"before the write", func(w *world, fault func(op, kind string) error) { w.engine.shake(fault, nil) }},
		{"after the write", func(w *world, fault func(op, kind string) error) { w.engine.shake(nil, fault) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !breakOff(t, n, test.shake) {
					require.Equal(t, 13, n, "so many writes there are at least")
					return
				}
			}
		})
	}
}

// breakOff plays it with the nth write; false where there are fewer.
func breakOff(t *testing.T, n int, shake func(*world, func(op, kind string) error)) bool {
	post := serveMail(t)
	w := newWorld(t, func(o *notify.Options) { o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"} })
	system := receive(t, nil)
	w.webhook("judicial", system)
	for _, who := range []string{"mediator", "chair"} {
		require.NoError(t, w.notices.SavePersonal(t.Context(), actor(who), notify.Personal{Mail: who + "@example.com", MailOn: true, Daily: true}))
	}
	up := w.handedUp(models.Blue)
	warned := []*models.Case{w.warned(), w.warned()}

	fault, reached := nth(n)
	shake(w, fault)
	broke := false
	for _, at := range []time.Time{morning, local("2026-11-25 08:00")} {
		w.set(at)
		_, err := w.notices.Run(t.Context(), at)
		if err != nil {
			require.ErrorIs(t, err, errPower)
			require.False(t, broke)
			broke = true
			w.engine.shake(nil, nil)
			w.run()
		}
	}
	require.Equal(t, reached(), broke)
	require.Empty(t, w.run(), "nothing is left over")

	key := models.MessageID(up.ID.Hex(), up.Notices[0].Key, models.OfficeRecipient(township))
	require.NotEmpty(t, system.keys())
	for _, k := range system.keys() {
		require.Equal(t, key, k)
	}
	require.Len(t, w.inbox("judicial"), 1)
	for _, who := range []string{"mediator", "chair"} {
		require.Len(t, w.inbox(who), 2)
		digest := w.message(models.DigestID(who, "2026-11-25"))
		require.Len(t, digest.Items, 2)
		for _, c := range warned {
			require.True(t, digest.Holds(w.messageOf(c, who).ID))
		}
		require.NotNil(t, digest.Sends[0].SentAt)
	}
	ids := map[string]string{}
	for _, m := range post.mails() {
		header, text := read(t, m)
		require.Contains(t, text, "有2条期限提醒")
		ids[header.Get("To")] += header.Get("Message-Id")
	}
	require.Len(t, ids, 2, "one to each")
	for _, id := range ids {
		one, rest := id[:len(id)/max(1, strings.Count(id, "<"))], id
		require.Empty(t, strings.ReplaceAll(rest, one, ""), "if twice, then the same")
	}
	return broke
}
