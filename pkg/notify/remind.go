package notify

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Reminder is a message to one account that is about no case.
type Reminder struct {
	Key     string // what it is about: with To, the same for the same reminder
	To      string // user name
	Kind    string // one of models.NoticeKinds
	Subject string
	Text    string // places and numbers, never a name or a phone
	Page    string // path to look at
}

// Remind makes messages of reminders and says how many are new. One that was made before is left as it
// is, so that it may be called again and by several at once.
func (s *Service) Remind(ctx context.Context, now time.Time, reminders []Reminder) (made int, err error) {
	now = now.UTC().Truncate(time.Millisecond)
	calendar, err := s.store.Calendar(ctx, now)
	if err != nil {
		return 0, err
	}
	d := &delivery{Service: s, now: now, calendar: calendar, desks: map[string]*desk{}, boxes: map[string]*box{}}
	var messages []*models.Message
	for _, r := range reminders {
		to, err := d.desk(ctx, r.To)
		if err != nil {
			return 0, err
		}
		m := &models.Message{ID: r.Key + "/" + r.To, Recipient: r.To, Kind: r.Kind, Subject: r.Subject, Text: r.Text, At: now, Page: r.Page}
		if _, err := s.store.Message(ctx, m.ID); store.IsNotFound(err) {
			made++
		} else if err != nil {
			return 0, err
		}
		d.address(m, to)
		messages = append(messages, m)
	}
	return made, d.put(ctx, messages)
}
