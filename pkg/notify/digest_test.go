package notify_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// mailed is a world in which the chair gets mail.
func mailed(t *testing.T, daily bool, change ...func(*mailServer)) (*world, *mailServer) {
	t.Helper()
	post := serveMail(t, change...)
	w := newWorld(t, func(o *notify.Options) { o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"} })
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("chair"), notify.Personal{Mail: "zhou@example.com", MailOn: true, Daily: daily}))
	return w, post
}

// All warnings of a day reach a person as one mail, next morning; each stands in the inbox at once.
func TestOneDigestADay(t *testing.T) {
	t.Parallel()
	w, post := mailed(t, true)
	w.set(local("2026-11-24 09:00"))
	w.warned()
	w.run()
	w.set(local("2026-11-24 23:00"))
	w.warned()
	w.run()
	w.set(local("2026-11-25 00:05")) // most deadlines end at midnight
	w.warned()
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	require.Len(t, w.inbox("chair"), 3)
	require.Empty(t, post.mails())

	// The first was made after eight, so it belongs to the digest of the 25th like the others.
	w.set(local("2026-11-25 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, post.mails(), 1)
	header, text := read(t, post.mails()[0])
	require.Equal(t, "<zhou@example.com>", header.Get("To"))
	require.True(t, strings.HasPrefix(text, "有3条期限提醒：\r\n"+
		"1. 〔2026〕北坡村人调字第12号（北坡村）事由1（11月24日09:00）\r\n"+
		"2. 〔2026〕北坡村人调字第12号（北坡村）事由1（11月24日23:00）\r\n"+
		"3. 〔2026〕北坡村人调字第12号（北坡村）事由1（11月25日00:05）\r\n"), "%s", text)
	require.Empty(t, w.run())

	w.set(local("2026-11-25 08:01"))
	w.warned()
	w.run()
	w.set(local("2026-11-25 20:00"))
	require.Empty(t, w.run(), "one a day")
	w.set(local("2026-11-26 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, post.mails(), 2)
}

func TestDigestWaitsForADayThatIsWorked(t *testing.T) {
	t.Parallel()
	w, post := mailed(t, true)
	for _, at := range []string{"2026-09-30 12:00", "2026-10-01 00:05", "2026-10-04 00:05", "2026-10-08 00:05"} {
		w.set(local(at))
		w.warned()
		w.run()
	}
	require.Empty(t, post.mails())
	w.set(local("2026-10-08 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	_, text := read(t, post.mails()[0])
	require.Contains(t, text, "有4条期限提醒")
}

// What is no warning, what is urgent, and what somebody wants singly goes out by itself.
func TestWhatIsNotGathered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		daily    bool
		kind     string
		risk     models.RiskLevel
		gathered bool
	}{
		{"a warning", true, models.NoticeWarning, models.Orange, true},
		{"a warning of a red risk", true, models.NoticeWarning, models.Red, false},
		{"singly", false, models.NoticeWarning, models.Blue, false},
		{"an escalation", true, models.NoticeEscalated, models.Blue, false},
		{"a return", true, models.NoticeReturned, models.Blue, false},
		{"overdue", true, models.NoticeOverdue, models.Blue, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, post := mailed(t, test.daily)
			for range 2 {
				w.told(test.risk, [2]string{test.kind, village + "/village"})
			}
			w.run()
			require.Len(t, post.mails(), map[bool]int{true: 0, false: 2}[test.gathered])
			w.set(local("2026-11-25 08:00"))
			w.run()
			require.Len(t, post.mails(), map[bool]int{true: 1, false: 2}[test.gathered])
		})
	}
}

// Robots gather as well, and each recipient gathers its own.
func TestEachRecipientHasItsOwnDigest(t *testing.T) {
	t.Parallel()
	w, post := mailed(t, true)
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("mediator"), notify.Personal{Mail: "chen@example.com", MailOn: true, Daily: false}))
	group := receive(t, nil)
	w.webhook("chair", group)
	w.warned()
	w.warned()
	require.Equal(t, notify.Run{Notices: 2, Sent: 2}, w.run(), "the mediator wants them singly")
	w.set(local("2026-11-25 08:00"))
	require.Equal(t, notify.Run{Sent: 2}, w.run())
	require.Len(t, post.mails(), 3)
	require.Equal(t, []string{models.DigestID(models.OfficeRecipient(village), "2026-11-25") + "#2"}, group.keys())
	require.Contains(t, group.requests()[0].body, `"kind":"digest"`)
	require.Contains(t, group.requests()[0].body, `"subject":"2条期限提醒"`)
}

// A digest that has been tried keeps what it has: it arrives later as it was, and what is new goes into the
// next one.
func TestDigestThatFailsStaysAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	up := false
	group := receive(t, func(_ int, r http.ResponseWriter, _ *http.Request) {
		if !up {
			r.WriteHeader(http.StatusBadGateway)
		}
	})
	w.webhook("chair", group)
	w.warned()
	w.run()
	w.set(local("2026-11-25 08:00"))
	require.Equal(t, 1, w.run().Failed)
	w.warned() // at eight sharp, while the digest of the day is on its way
	w.run()
	up = true
	w.advance(time.Minute)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	w.set(local("2026-11-26 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	office := models.OfficeRecipient(village)
	require.Equal(t, []string{models.DigestID(office, "2026-11-25") + "#1", models.DigestID(office, "2026-11-25") + "#1", models.DigestID(office, "2026-11-26") + "#1"}, group.keys())
}

// Another process puts a warning into a digest while it is being sent. The letter went out without it: the
// digest goes out again, whole and under another key, so that no receiver throws it away.
func TestDigestGrowsWhileItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var lateErr error
	group := receive(t, func(n int, _ http.ResponseWriter, _ *http.Request) {
		if n > 1 {
			return
		}
		ctx := context.WithoutCancel(t.Context())
		id := models.DigestID(models.OfficeRecipient(village), "2026-11-25")
		m, err := w.store.Message(ctx, id)
		if err == nil {
			m.Items = append(m.Items, models.DigestItem{Message: "late", Text: "迟到的", At: w.Now()})
			err = w.store.ReplaceMessage(ctx, m)
		}
		lateErr = err
	})
	w.webhook("chair", group)
	w.warned()
	w.run()
	w.set(local("2026-11-25 08:00"))
	w.run()
	require.NoError(t, lateErr)
	w.advance(time.Minute)
	w.run()
	id := models.DigestID(models.OfficeRecipient(village), "2026-11-25")
	require.Equal(t, []string{id + "#1", id + "#2"}, group.keys())
	require.NotContains(t, group.requests()[0].body, "迟到的")
	require.Contains(t, group.requests()[1].body, "迟到的")
	w.advance(time.Minute)
	require.Empty(t, w.run())
}

// A warning that a process has kept but not put into its digest, which has gone out meanwhile, is in the
// next one.
func TestWarningThatMissesItsDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := receive(t, nil)
	w.webhook("chair", group)
	w.set(local("2026-11-25 07:58"))
	w.warned()
	w.run()
	missed := w.warned()
	fault, _ := nth(3)
	w.engine.shake(nil, fault) // the process ends when its three messages are there
	_, err := w.notices.Run(t.Context(), w.Now())
	require.ErrorIs(t, err, errPower)
	w.engine.shake(func(op, kind string) error { // and another sends before it is back
		if op == opFind && kind == "cases" {
			return errPower
		}
		return nil
	}, nil)
	w.set(local("2026-11-25 08:00"))
	_, err = w.notices.Run(t.Context(), w.Now())
	require.ErrorIs(t, err, errPower)
	require.Len(t, group.keys(), 1)
	w.engine.shake(nil, nil)
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	require.Equal(t, models.DigestID(models.OfficeRecipient(village), "2026-11-25"), w.messageOf(missed, models.OfficeRecipient(village)).Digest)
	w.set(local("2026-11-26 08:00"))
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	digest := w.message(models.DigestID(models.OfficeRecipient(village), "2026-11-26"))
	require.Len(t, digest.Items, 1)
	require.True(t, digest.Holds(w.messageOf(missed, models.OfficeRecipient(village)).ID))
}

// A process ends when a warning is in its digest and before the case says so, and the digest goes out: the
// warning is in no second one.
func TestWarningThatHasGoneOutAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := receive(t, nil)
	w.webhook("chair", group)
	w.set(local("2026-11-25 07:58"))
	c := w.warned()
	w.engine.shake(func(op, kind string) error {
		if op == opReplace && kind == "cases" {
			return errPower
		}
		return nil
	}, nil)
	for _, at := range []string{"2026-11-25 07:58", "2026-11-25 08:00"} {
		w.set(local(at))
		_, err := w.notices.Run(t.Context(), w.Now())
		require.ErrorIs(t, err, errPower)
	}
	require.Len(t, group.keys(), 1)
	w.engine.shake(nil, nil)
	require.Equal(t, notify.Run{Notices: 1}, w.run())
	require.Nil(t, w.reload(c).NoticeAt)
	w.set(local("2026-11-26 08:00"))
	require.Empty(t, w.run())
	require.Len(t, group.keys(), 1)
}

// Whoever has no channel beside the inbox has no digest either.
func TestNoDigestForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.warned()
	w.run()
	require.Empty(t, w.inbox("chair")[0].Digest)
	require.Empty(t, w.inbox("chair")[0].Sends)
	w.set(local("2026-11-25 08:00"))
	require.Empty(t, w.run())
}
