package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

// The oldest notice that waits is what the case is found by; when all are handed over it is found no more.
func TestNoticesWaitInTheCase(t *testing.T) {
	t.Parallel()
	c := logged(defaultPolicy())
	require.Nil(t, c.NoticeAt)
	to := models.Office{ID: village + "/village"}
	later := start.Add(time.Hour)
	c.Notify(models.NoticeWarning, later, to, "晚")
	c.Notify(models.NoticeWarning, start, to, "早")
	c.Risk = models.Red
	c.Notify(models.NoticeOverdue, later, to, "急")
	require.Equal(t, start, *c.NoticeAt)
	require.Equal(t, []bool{false, false, true}, []bool{c.Notices[0].Urgent, c.Notices[1].Urgent, c.Notices[2].Urgent}, "by the risk of that moment")
	keys := map[string]bool{}
	for _, n := range c.Notices {
		keys[n.Key] = true
	}
	require.Len(t, keys, 3)

	done := start.Add(2 * time.Hour)
	c.HandOver(c.Notices[1].Key, done)
	require.Equal(t, later, *c.NoticeAt)
	require.Equal(t, done, *c.Notices[1].DeliveredAt)
	c.HandOver("no such key", done)
	require.Equal(t, later, *c.NoticeAt)
	c.HandOver(c.Notices[0].Key, done)
	c.HandOver(c.Notices[1].Key, done.Add(time.Hour))
	require.Equal(t, done, *c.Notices[1].DeliveredAt, "once")
	c.HandOver(c.Notices[2].Key, done)
	require.Nil(t, c.NoticeAt)
}

// Whoever has opened a form before the notices were handed over loses nothing by it.
func TestHandOverIsNoChange(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	c.Version = 1 // as the store counts
	require.False(t, c.ChangedSince(1))
	c.Notify(models.NoticeWarning, start, c.Office, "提醒")

	c.HandOver(c.Notices[0].Key, start)
	c.Version = 2
	require.False(t, c.ChangedSince(1), "seen before")
	require.False(t, c.ChangedSince(2), "and after")
	require.True(t, c.ChangedSince(3), "there is no such version")
	require.True(t, c.ChangedSince(0))

	require.NoError(t, c.Move(policy, models.ActionAccept, actorOf(models.RoleMediator), start, "", nil))
	c.Version = 3
	require.True(t, c.ChangedSince(1))
	require.True(t, c.ChangedSince(2))
	require.False(t, c.ChangedSince(3))

	old := logged(policy) // written before cases kept their revision
	old.Revision, old.Version = 0, 7
	require.False(t, old.ChangedSince(7))
	require.True(t, old.ChangedSince(6))
	old.HandOver("x", start)
	old.Version = 8
	require.False(t, old.ChangedSince(7))
	require.True(t, old.ChangedSince(6))

	moved := logged(policy) // into another store, where versions begin anew
	moved.Revision, moved.Version = 9, 1
	require.False(t, moved.ChangedSince(1))
}

func TestSendsOfAMessage(t *testing.T) {
	t.Parallel()
	const a, b = models.ChannelMail, models.ChannelWeCom
	soon, late := start.Add(time.Minute), start.Add(time.Hour)
	fresh := func() *models.Message {
		m := &models.Message{ID: "m"}
		m.Enqueue(a, late)
		m.Enqueue(b, soon)
		return m
	}
	for _, test := range []struct {
		name       string
		do         func(*models.Message)
		next, dead *time.Time
	}{
		{"both wait, the earlier decides", func(*models.Message) {}, &soon, nil},
		{"one was sent", func(m *models.Message) { m.Sent(b, start) }, &late, nil},
		{"both were sent", func(m *models.Message) { m.Sent(b, start); m.Sent(a, start) }, nil, nil},
		{"one was put off", func(m *models.Message) { m.PutOff(b, late.Add(time.Hour)) }, &late, nil},
		{"one was dropped", func(m *models.Message) { m.Drop(b, "off") }, &late, nil},
		{"one failed and waits", func(m *models.Message) { m.Failed(b, "timeout", start, &late) }, &late, nil},
		{"one was given up", func(m *models.Message) { m.Failed(b, "timeout", soon, nil) }, &late, &soon},
		{"both were given up, the later decides", func(m *models.Message) { m.Failed(b, "timeout", soon, nil); m.Failed(a, "timeout", late, nil) }, nil, &late},
		{"again", func(m *models.Message) { m.Failed(b, "timeout", soon, nil); m.Again(start) }, &start, nil},
		{"what was sent stays sent", func(m *models.Message) { m.Sent(b, start); m.Failed(b, "timeout", start, &soon) }, &late, nil},
		{"what was given up stays so", func(m *models.Message) { m.Failed(b, "timeout", soon, nil); m.Sent(b, late) }, &late, &soon},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := fresh()
			test.do(m)
			require.Equal(t, test.next, m.NextAt)
			require.Equal(t, test.dead, m.DeadAt)
		})
	}
	t.Run("counts", func(t *testing.T) {
		t.Parallel()
		m := fresh()
		m.Failed(b, "timeout", start, &soon)
		m.Failed(b, "http.503", start, &soon)
		require.Equal(t, models.Send{Channel: b, Attempts: 2, NextAt: &soon, Error: "http.503"}, m.Sends[1])
		m.Sent(b, late)
		require.Equal(t, models.Send{Channel: b, Attempts: 3, SentAt: &late}, m.Sends[1])
		require.False(t, m.Again(late), "nothing was given up")
		m.Failed(a, "timeout", late, nil)
		require.True(t, m.Again(late))
		require.Equal(t, models.Send{Channel: a, NextAt: &late, Error: "timeout"}, m.Sends[0], "from its first attempt")
		require.Equal(t, models.Send{Channel: b, Attempts: 3, SentAt: &late}, m.Sends[1])
	})
}

// Whatever happens to its sends: a message is found as waiting exactly while one of them waits, and as
// given up exactly while one of them is.
func TestMirrorsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &models.Message{ID: "m"}
		moment := func(what string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, what)) * time.Minute)
		}
		for _, c := range models.Channels() {
			m.Enqueue(models.Channel(c.Code), moment("first"))
		}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			channel := models.Channel(rapid.SampledFrom(models.Channels()).Draw(t, "channel").Code)
			at := moment("at")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				m.Sent(channel, at)
			case 1:
				m.Failed(channel, "timeout", at, &at)
			case 2:
				m.Failed(channel, "timeout", at, nil)
			case 3:
				m.PutOff(channel, at)
			case 4:
				m.Drop(channel, "off")
			case 5:
				m.Again(at)
			}
			var next, dead *time.Time
			for _, s := range m.Sends {
				states := 0
				for _, at := range []*time.Time{s.NextAt, s.SentAt, s.DeadAt} {
					if at != nil {
						states++
					}
				}
				require.LessOrEqual(t, states, 1, "%+v", s)
				if s.NextAt != nil && (next == nil || s.NextAt.Before(*next)) {
					next = s.NextAt
				}
				if s.DeadAt != nil && (dead == nil || s.DeadAt.After(*dead)) {
					dead = s.DeadAt
				}
			}
			require.Equal(t, next, m.NextAt)
			require.Equal(t, dead, m.DeadAt)
		}
	})
}

func TestDigestTakesInUntilItIsTried(t *testing.T) {
	t.Parallel()
	digest := func() *models.Message {
		m := &models.Message{ID: models.DigestID("chair", "2026-11-24"), Items: []models.DigestItem{{Message: "a"}}}
		m.Enqueue(models.ChannelMail, start)
		return m
	}
	for _, test := range []struct {
		name string
		do   func(*models.Message)
		open bool
	}{
		{"fresh", func(*models.Message) {}, true},
		{"put off", func(m *models.Message) { m.PutOff(models.ChannelMail, start.Add(time.Hour)) }, true},
		{"tried", func(m *models.Message) { m.Failed(models.ChannelMail, "timeout", start, &start) }, false},
		{"sent", func(m *models.Message) { m.Sent(models.ChannelMail, start) }, false},
		{"dropped", func(m *models.Message) { m.Drop(models.ChannelMail, "off") }, false},
		{"sent to one of two", func(m *models.Message) {
			m.Enqueue(models.ChannelWeCom, start)
			m.Sent(models.ChannelMail, start)
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := digest()
			test.do(m)
			require.Equal(t, test.open, m.IsOpen())
		})
	}
	require.True(t, digest().Holds("a"))
	require.False(t, digest().Holds("b"))
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	region, office := models.RecipientOffice(models.OfficeRecipient(village))
	require.True(t, office)
	require.Equal(t, village, region)
	_, office = models.RecipientOffice("office") // may be a user name
	require.False(t, office)
	require.NotEqual(t, models.MessageID("c", "1-0", "a"), models.MessageID("c", "1-0", models.OfficeRecipient("a")))

	s := &models.NoticeSettings{Endpoints: []models.Endpoint{{Channel: models.ChannelWeCom, On: true}, {Channel: models.ChannelWebhook}, {Channel: models.ChannelDingTalk, On: true}}}
	require.Equal(t, []models.Channel{models.ChannelWeCom, models.ChannelDingTalk}, s.On())
	require.Nil(t, s.Endpoint(models.ChannelMail))
	s.Endpoint(models.ChannelWebhook).On = true
	require.Len(t, s.On(), 3, "it points into the settings")
	for _, c := range models.Channels() {
		require.NotEqual(t, c.Code, models.Channel(c.Code).Name())
	}
}
