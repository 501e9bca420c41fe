package notify_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// sendTo is how the message of a case to an office stands with its webhook.
func (w *world) sendTo(c *models.Case, region string) models.Send {
	w.t.Helper()
	m := w.messageOf(c, models.OfficeRecipient(region))
	require.Len(w.t, m.Sends, 1)
	return m.Sends[0]
}

// Every channel of a recipient gets the letter, once, and the inbox has the message besides.
func TestLettersArriveByEveryChannel(t *testing.T) {
	t.Parallel()
	post := serveMail(t)
	w := newWorld(t, func(o *notify.Options) {
		o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"}
		o.BaseURL = "https://fengqiao.example.com/"
	})
	wecom, dingtalk, system := receive(t, say(ok)), receive(t, say(ok)), receive(t, nil)
	require.NoError(t, w.notices.SaveOffice(t.Context(), actor("judicial"), notify.Office{Robots: []notify.Robot{
		{Channel: models.ChannelWeCom, On: true, URL: wecom.URL + "/send?key=1"},
		{Channel: models.ChannelDingTalk, On: true, URL: dingtalk.URL + "/send?access_token=2", Secret: "SEC3"},
		{Channel: models.ChannelWebhook, On: true, URL: system.URL, Secret: webhookSecret},
	}}))
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("judicial"), notify.Personal{Mail: "he@example.com", MailOn: true}))
	c := w.handedUp(models.Blue)
	require.Equal(t, notify.Run{Notices: 1, Sent: 4}, w.run())
	require.Empty(t, w.run())

	require.Len(t, w.inbox("judicial"), 1)
	link := "https://fengqiao.example.com/cases/" + c.ID.Hex()
	text := c.Notices[0].Text + "（11月24日10:00）"
	for _, group := range []*receiver{wecom, dingtalk} {
		require.Len(t, group.requests(), 1)
		require.JSONEq(t, fmt.Sprintf(`{"msgtype":"text","text":{"content":"【枫桥】%s\n%s"}}`, text, link), group.requests()[0].body)
	}
	require.NotEmpty(t, dingtalk.requests()[0].query["sign"])
	require.Len(t, system.requests(), 1)
	require.Contains(t, system.requests()[0].body, text)
	require.Len(t, post.mails(), 1)
	_, mail := read(t, post.mails()[0])
	require.Contains(t, mail, text+"\r\n\r\n"+link)
	for _, recipient := range []string{"judicial", models.OfficeRecipient(township)} {
		for _, s := range w.messageOf(c, recipient).Sends {
			require.NotNil(t, s.SentAt)
			require.Equal(t, 1, s.Attempts)
		}
	}
}

// A letter that is not accepted is sent again after growing pauses, none of which ends at night, then given
// up, and sent again when somebody says so. All the time it has one key.
func TestRetriesAndDeadLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	up := false
	system := receive(t, func(_ int, r http.ResponseWriter, _ *http.Request) {
		if !up {
			r.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	w.webhook("judicial", system)
	w.set(local("2026-11-27 16:00")) // Friday
	c := w.handedUp(models.Blue)
	key := models.MessageID(c.ID.Hex(), c.Notices[0].Key, models.OfficeRecipient(township))
	for i, at := range []string{"2026-11-27 16:00", "2026-11-27 16:01", "2026-11-27 16:06", "2026-11-27 16:21", "2026-11-27 17:21", "2026-11-27 20:21", "2026-11-30 07:00"} {
		if i > 0 {
			w.set(local(at).Add(-time.Millisecond))
			require.Empty(t, w.run(), "not yet %s", at)
		}
		w.set(local(at))
		run := w.run()
		require.Equal(t, 1, run.Failed, at)
		s := w.sendTo(c, township)
		require.Equal(t, i+1, s.Attempts)
		require.Equal(t, "http.503", s.Error)
		require.Equal(t, i == 6, run.Dead == 1)
		require.Equal(t, i == 6, s.DeadAt != nil)
		require.Len(t, system.keys(), i+1)
	}
	w.advance(100 * 24 * time.Hour)
	require.Empty(t, w.run(), "it is given up")

	dead, err := w.notices.Dead(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, dead.Messages, 1)
	require.Equal(t, key, dead.Messages[0].ID)
	w.set(local("2027-03-09 10:00"))
	require.NoError(t, w.notices.SendAgain(t.Context(), key))
	require.NoError(t, w.notices.SendAgain(t.Context(), key), "twice is no harm")
	require.Equal(t, notify.Run{Failed: 1}, w.run(), "from the first attempt")
	require.Equal(t, 1, w.sendTo(c, township).Attempts)
	up = true
	w.advance(time.Minute)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	dead, err = w.notices.Dead(t.Context(), "", 10)
	require.NoError(t, err)
	require.Empty(t, dead.Messages)
	for _, k := range system.keys() {
		require.Equal(t, key, k)
	}
	err = w.notices.SendAgain(t.Context(), "no/such/message")
	require.Equal(t, models.NotFound, models.AsError(err).Kind)
}

// The power goes between sending and marking: the letter goes out again under the same key, so that a
// receiver that remembers keys has it once.
func TestCrashBetweenSendingAndRecording(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken := map[string]int{}
	system := receive(t, func(_ int, _ http.ResponseWriter, r *http.Request) { taken[r.Header.Get(notify.HeaderKey)]++ })
	w.webhook("judicial", system)
	c := w.handedUp(models.Blue)
	w.engine.shake(func(op, kind string) error {
		if op == opReplace && kind == "messages" {
			return errPower
		}
		return nil
	}, nil)
	_, err := w.notices.Run(t.Context(), w.Now())
	require.ErrorIs(t, err, errPower)
	require.Len(t, system.keys(), 1)
	require.NotNil(t, w.sendTo(c, township).NextAt, "nobody knows that it was sent")

	w.engine.shake(nil, nil)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, system.keys(), 2)
	require.Len(t, taken, 1, "one letter")
	require.Equal(t, system.requests()[0].body, system.requests()[1].body, "to the letter")
	w.advance(time.Minute)
	require.Empty(t, w.run())
}

// The job is told to end while a letter is on its way: that is no failed attempt, and the letter goes out
// with the next run.
func TestCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	system := receive(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			cancel()
			<-r.Context().Done()
		}
	})
	w.webhook("judicial", system)
	c := w.handedUp(models.Blue)
	_, err := w.notices.Run(ctx, w.Now())
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, w.sendTo(c, township).Attempts)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, system.keys(), 2)
}

// The job is told to end between two channels of a message: what has arrived by then is marked.
func TestCutShortBetweenTwoChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	group := receive(t, say(ok))
	system := receive(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			cancel()
			<-r.Context().Done()
		}
	})
	require.NoError(t, w.notices.SaveOffice(t.Context(), actor("judicial"), notify.Office{Robots: []notify.Robot{
		{Channel: models.ChannelWeCom, On: true, URL: group.URL}, {Channel: models.ChannelWebhook, On: true, URL: system.URL, Secret: webhookSecret},
	}}))
	w.handedUp(models.Blue)
	_, err := w.notices.Run(ctx, w.Now())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, notify.Run{Sent: 1}, w.run())
	require.Len(t, group.requests(), 1, "nobody reads it twice")
	require.Len(t, system.requests(), 2)
}

// A receiver that does not answer holds up itself alone: its letter is still on its way when another's,
// which waits behind it, has arrived.
func TestSlowReceiverHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arrived := make(chan struct{})
	slow := receive(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-arrived:
		case <-r.Context().Done():
		}
	})
	quick := receive(t, func(n int, _ http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			close(arrived)
		}
	})
	w.webhook("judicial", slow)
	w.webhook("county", quick)
	w.handedUp(models.Blue)
	w.advance(time.Second)
	w.told(models.Blue, [2]string{models.NoticeEscalated, county + "/county"})
	require.Equal(t, notify.Run{Notices: 2, Sent: 2}, w.run())
}

// One that is too slow is an attempt that failed.
func TestSlowAnswerIsAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *notify.Options) { o.Timeout = 50 * time.Millisecond })
	system := receive(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done()
		}
	})
	w.webhook("judicial", system)
	c := w.handedUp(models.Blue)
	require.Equal(t, notify.Run{Notices: 1, Failed: 1}, w.run())
	require.Equal(t, "timeout", w.sendTo(c, township).Error)
}

// What has just failed is not tried again with the next letter: a receiver that is away costs a run one
// attempt, not one for each letter.
func TestReceiverThatIsAwayIsTriedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	system := receive(t, func(n int, r http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			r.WriteHeader(http.StatusBadGateway)
		}
	})
	w.webhook("judicial", system)
	var cases []*models.Case
	for range 130 { // more than one page
		cases = append(cases, w.handedUp(models.Blue))
	}
	require.Equal(t, notify.Run{Notices: 130, Failed: 130}, w.run())
	require.Len(t, system.keys(), 1)
	for _, c := range cases {
		require.Equal(t, 1, w.sendTo(c, township).Attempts)
		require.Equal(t, "http.502", w.sendTo(c, township).Error)
	}
}

// A robot takes so many messages a minute. What is over waits for the next minute and is no failure.
func TestRobotsGetNoMoreThanTheyTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	system := receive(t, nil)
	w.webhook("judicial", system)
	const count = 2*notify.RobotsPerMinute + 5
	for range count {
		w.handedUp(models.Blue)
	}
	for i, want := range []notify.Run{
		{Notices: count, Sent: notify.RobotsPerMinute, Held: count - notify.RobotsPerMinute},
		{Sent: notify.RobotsPerMinute, Held: 5},
		{Sent: 5},
		{},
	} {
		require.Equal(t, want, w.run(), "minute %d", i+1)
		w.advance(time.Minute)
	}
	keys := system.keys()
	slices.Sort(keys)
	require.Len(t, slices.Compact(keys), count, "each once")
}

// Quiet hours and days off hold back all but what is urgent. A job that comes late does not send at night
// what was due in the evening.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, made, ran, want string
		risk                  models.RiskLevel
	}{
		{"by day", "2026-11-24 10:00", "2026-11-24 10:00", "2026-11-24 10:00", models.Orange},
		{"at night", "2026-11-24 22:00", "2026-11-24 22:00", "2026-11-25 07:00", models.Orange},
		{"before the National Day", "2026-09-30 21:00", "2026-09-30 21:00", "2026-10-08 07:00", models.Blue},
		{"the job was away in the evening", "2026-11-24 20:59", "2026-11-24 21:30", "2026-11-25 07:00", models.Blue},
		{"red, at night", "2026-11-24 22:00", "2026-11-24 22:00", "2026-11-24 22:00", models.Red},
		{"red, on a holiday", "2026-10-03 12:00", "2026-10-03 12:00", "2026-10-03 12:00", models.Red},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			system := receive(t, nil)
			w.webhook("judicial", system)
			w.set(local(test.made))
			c := w.handedUp(test.risk)
			w.set(local(test.ran))
			w.run()
			require.Len(t, w.inbox("judicial"), 1, "the inbox knows no rest")
			if want := local(test.want); want.After(w.Now()) {
				require.Empty(t, system.keys())
				require.True(t, want.Equal(*w.sendTo(c, township).NextAt))
				w.set(want.Add(-time.Millisecond))
				require.Empty(t, w.run())
				w.set(want)
				require.Equal(t, notify.Run{Sent: 1}, w.run())
			}
			require.Len(t, system.keys(), 1)
			require.Zero(t, w.sendTo(c, township).Attempts-1, "waiting is no attempt")
			require.Contains(t, system.requests()[0].body, map[bool]string{true: `"urgent":true`, false: `"urgent":false`}[test.risk == models.Red])
		})
	}
}

// What waited by day when the machine was switched off is put off when it comes back at night.
func TestWaitingIsPutOffAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	system := receive(t, status(http.StatusServiceUnavailable))
	w.webhook("judicial", system)
	w.set(local("2026-11-24 20:58"))
	c := w.handedUp(models.Blue)
	require.Equal(t, 1, w.run().Failed)
	w.set(local("2026-11-24 23:00"))
	require.Equal(t, notify.Run{Held: 1}, w.run())
	require.Empty(t, w.run())
	require.True(t, local("2026-11-25 07:00").Equal(*w.sendTo(c, township).NextAt))
	require.Equal(t, 1, w.sendTo(c, township).Attempts)
	require.Len(t, system.keys(), 1)
}

// Whoever reads a message while it is being sent changes it under the sender's hand: it is read and sent.
func TestReadWhileItIsSent(t *testing.T) {
	t.Parallel()
	reading := func() {}
	post := serveMail(t, func(s *mailServer) {
		s.refuse = func(command string) string {
			if command == "." {
				reading()
			}
			return ""
		}
	})
	w := newWorld(t, func(o *notify.Options) { o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"} })
	require.NoError(t, w.notices.SavePersonal(t.Context(), actor("judicial"), notify.Personal{Mail: "he@example.com", MailOn: true}))
	c := w.handedUp(models.Blue)
	id := models.MessageID(c.ID.Hex(), c.Notices[0].Key, "judicial")
	var readErr error
	reading = func() { _, readErr = w.notices.Read(context.WithoutCancel(t.Context()), actor("judicial"), id) }
	require.Equal(t, notify.Run{Notices: 1, Sent: 1}, w.run())
	require.NoError(t, readErr)
	m := w.message(id)
	require.Empty(t, m.Unread)
	require.NotNil(t, m.Sends[0].SentAt)
	require.Empty(t, w.run())
	require.Len(t, post.mails(), 1)
}
