package notify_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// What somebody has changed by the time of the attempt holds.
func TestSettingsOfTheMomentHold(t *testing.T) {
	t.Parallel()
	post := serveMail(t)
	w := newWorld(t, func(o *notify.Options) { o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"} })
	wrong, right := receive(t, status(http.StatusNotFound)), receive(t, nil)
	w.webhook("judicial", wrong)
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("county"), notify.Personal{Mail: "fang@example.com", MailOn: true}))
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("judicial"), notify.Personal{Mail: "he@example.com", MailOn: true}))
	w.set(local("2026-11-24 23:00"))
	c := w.told(models.Blue, [2]string{models.NoticeEscalated, township + "/township"}, [2]string{models.NoticeEscalated, county + "/county"})
	require.Equal(t, notify.Run{Notices: 2}, w.run())

	// In the morning one has switched mail off, the account of the other is closed.
	personal, err := w.notices.Personal(t.Context(), actor("judicial"))
	require.NoError(t, err)
	personal.MailOn = false
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("judicial"), personal))
	account, err := w.store.Account(t.Context(), "county")
	require.NoError(t, err)
	account.Disabled = true
	require.NoError(t, w.store.ReplaceAccount(t.Context(), account))
	w.set(local("2026-11-25 07:00"))
	require.Equal(t, notify.Run{Failed: 1}, w.run())
	require.Empty(t, post.mails())
	require.Equal(t, "off", w.messageOf(c, "judicial").Sends[0].Error)
	require.Equal(t, "gone", w.message(models.MessageID(c.ID.Hex(), c.Notices[1].Key, "county")).Sends[0].Error)

	w.webhook("judicial", right) // the address is mended
	w.advance(time.Minute)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, wrong.keys(), 1)
	require.Equal(t, wrong.keys(), right.keys())
}

// A key that is gone makes addresses unreadable: that is told, not passed over.
func TestLostKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	system := receive(t, nil)
	w.webhook("judicial", system)
	c := w.handedUp(models.Blue)
	other := newWorld(t)
	w.ring = other.ring
	w.notices = w.service()
	require.Equal(t, notify.Run{Notices: 1, Failed: 1}, w.run())
	require.Equal(t, "sealed", w.sendTo(c, township).Error)
	require.Empty(t, system.keys())
}

// A store that is away fails the run, and the next one goes on.
func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"cases", "messages", "calendars", "accounts"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			system := receive(t, nil)
			w.webhook("judicial", system)
			w.handedUp(models.Blue)
			w.engine.shake(once(opFind, kind, func() error { return errPower }), nil)
			_, err := w.notices.Run(t.Context(), w.Now())
			require.ErrorIs(t, err, errPower)
			w.run()
			require.Len(t, system.keys(), 1)
			require.Len(t, w.inbox("judicial"), 1)
		})
	}
}

func TestRunInWords(t *testing.T) {
	t.Parallel()
	require.Empty(t, notify.Run{}.String())
	require.Equal(t, "转交通知3条，发出2条，没有发成2条，其中放弃1条", notify.Run{Notices: 3, Sent: 2, Failed: 2, Dead: 1}.String())
	require.Equal(t, "暂缓4条，5件正被修改，留待下次", notify.Run{Held: 4, Occupied: 5}.String())
}
