package notify

import (
	"context"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// recordLimit is how long marking a letter may take that has gone out while the job is being ended.
const recordLimit = 10 * time.Second

// box is a receiver of letters during one run.
type box struct {
	name     string
	opened   bool
	gone     bool // the account was closed
	channels map[models.Channel]Channel
	fault    map[models.Channel]string // it has failed in this run: it is not tried again
	used     map[models.Channel]int    // letters that it was given in this run
}

// send sends every message whose time has come, page by page. One receiver gets one letter after the
// other, and different receivers are sent to at once, so that one that is slow holds up itself alone.
func (d *delivery) send(ctx context.Context) error {
	var after *models.Message
	for {
		page, err := d.store.MessagesToSend(ctx, d.now, after, batch)
		if err != nil || len(page) == 0 {
			return err
		}
		last := page[len(page)-1]
		at := *last.NextAt // sending moves it
		after = &models.Message{ID: last.ID, NextAt: &at}
		if err := each(ctx, d.piles(page), d.sendPile); err != nil || len(page) < batch {
			return err
		}
	}
}

// pile is what one receiver gets.
type pile struct {
	box      *box
	messages []*models.Message
}

func (d *delivery) piles(page []*models.Message) []*pile {
	var piles []*pile
	of := map[string]*pile{}
	for _, m := range page {
		p := of[m.Recipient]
		if p == nil {
			b := d.boxes[m.Recipient]
			if b == nil {
				b = &box{name: m.Recipient, channels: map[models.Channel]Channel{}, fault: map[models.Channel]string{}, used: map[models.Channel]int{}}
				d.boxes[m.Recipient] = b
			}
			p = &pile{box: b}
			of[m.Recipient], piles = p, append(piles, p)
		}
		p.messages = append(p.messages, m)
	}
	return piles
}

func (d *delivery) sendPile(ctx context.Context, p *pile) error {
	if err := d.open(ctx, p.box); err != nil {
		return err
	}
	for _, m := range p.messages {
		var marks []func(*models.Message)
		for _, s := range m.Sends {
			if s.NextAt == nil || s.NextAt.After(d.now) {
				continue
			}
			if s.Channel == models.ChannelOffice {
				mark, err := d.relay(ctx, m)
				if err != nil {
					return err
				}
				marks = append(marks, mark)
				continue
			}
			if mark := d.try(ctx, p.box, m, s); mark != nil {
				marks = append(marks, mark)
			}
		}
		if err := d.record(ctx, m, marks); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// open looks up where the receiver's channels end. What was changed since the message was made holds:
// a mended address is used by the next attempt.
func (d *delivery) open(ctx context.Context, b *box) error {
	if b.opened {
		return nil
	}
	if _, office := models.RecipientOffice(b.name); !office {
		account, err := d.store.Account(ctx, b.name)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		b.gone = err != nil || account.Disabled
	}
	settings, err := d.settings(ctx, b.name)
	if err != nil {
		return err
	}
	for _, e := range settings.Endpoints {
		if e.On && d.carries(b.name, e.Channel) {
			b.channels[e.Channel] = d.channel(b.name, e)
		}
	}
	b.opened = true
	return nil
}

// try makes one attempt and returns how it is marked, nil where nothing is to be marked: then it is made
// again in the next run.
func (d *delivery) try(ctx context.Context, b *box, m *models.Message, s models.Send) func(*models.Message) {
	channel, until := b.channels[s.Channel], When(d.now, d.calendar, m.Urgent)
	drop := func(code string) func(*models.Message) {
		return func(m *models.Message) { m.Drop(s.Channel, code) }
	}
	switch {
	case b.gone:
		return drop(faultGone)
	case channel == nil:
		return drop(faultOff)
	case until.After(d.now):
		d.count(func(r *Run) { r.Held++ })
		return func(m *models.Message) { m.PutOff(s.Channel, until) }
	case b.fault[s.Channel] != "":
		return d.failed(m, s, b.fault[s.Channel])
	case s.Channel != models.ChannelMail && b.used[s.Channel] >= RobotsPerMinute:
		d.count(func(r *Run) { r.Held++ })
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, d.timeout)
	err := channel.Send(limited, letterOf(m, d.base))
	cancel()
	b.used[s.Channel]++
	switch {
	case err == nil:
		d.count(func(r *Run) { r.Sent++ })
		return func(m *models.Message) { m.Sent(s.Channel, d.now) }
	case ctx.Err() != nil:
		return nil // cut short; nobody knows whether it arrived
	}
	b.fault[s.Channel] = codeOf(err)
	return d.failed(m, s, codeOf(err))
}

func (d *delivery) failed(m *models.Message, s models.Send, code string) func(*models.Message) {
	next := again(s.Attempts, d.now)
	if next != nil {
		at := When(*next, d.calendar, m.Urgent)
		next = &at
	}
	d.count(func(r *Run) {
		r.Failed++
		if next == nil {
			r.Dead++
		}
	})
	return func(m *models.Message) { m.Failed(s.Channel, code, d.now, next) }
}

// record marks what came of a message's sends, also while the job is being ended. Where somebody changed
// the message meanwhile, it marks what is there now: a message that was read stays read, and what
// another process has sent stays sent. A digest that has grown was sent without what is new: it is
// left to go out again, whole.
func (d *delivery) record(ctx context.Context, m *models.Message, marks []func(*models.Message)) error {
	if len(marks) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	items := len(m.Items)
	for range attempts {
		for _, mark := range marks {
			mark(m)
		}
		err := d.store.ReplaceMessage(ctx, m)
		if !store.IsConflict(err) {
			return err
		}
		if m, err = d.store.Message(ctx, m.ID); err != nil || len(m.Items) != items {
			return err
		}
	}
	return errCrowded
}

// carries says whether a channel leads to a recipient at all: mail to people, where there is a server
// for it, robots to offices.
func (s *Service) carries(recipient string, channel models.Channel) bool {
	_, office := models.RecipientOffice(recipient)
	if channel == models.ChannelMail {
		return !office && s.mail != nil
	}
	return office && slices.Contains(robots(), channel)
}

// robots are the channels to an office.
func robots() []models.Channel {
	return []models.Channel{models.ChannelWeCom, models.ChannelDingTalk, models.ChannelWebhook}
}

// channel is the way to an endpoint.
func (s *Service) channel(recipient string, e models.Endpoint) Channel {
	address, err1 := s.unseal(recipient, e.Channel, "address", e.Address)
	secret, err2 := s.unseal(recipient, e.Channel, "secret", e.Secret)
	if err1 != nil || err2 != nil {
		return broken(faultSealed)
	}
	switch e.Channel {
	case models.ChannelMail:
		return Mail{Server: s.mail, To: address}
	case models.ChannelWeCom:
		return WeCom{Client: s.client, URL: address}
	case models.ChannelDingTalk:
		return DingTalk{Client: s.client, URL: address, Secret: secret, Now: s.wall}
	case models.ChannelWebhook:
		return Webhook{Client: s.client, URL: address, Secret: secret, Now: s.wall}
	}
	return broken(faultOff)
}

// broken is a way that leads nowhere, with the code of the reason.
type broken string

func (b broken) Send(context.Context, Letter) error { return &SendError{string(b)} }
