package notify

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// desk is a recipient of notices.
type desk struct {
	name     string
	person   bool
	channels []models.Channel // by which letters go out to it
	single   bool             // every warning by itself
}

// handOver makes messages of every notice that waits, page by page.
func (d *delivery) handOver(ctx context.Context) error {
	var after *models.Case
	for {
		page, err := d.store.CasesToNotify(ctx, d.now, after, batch)
		if err != nil || len(page) == 0 {
			return err
		}
		last := page[len(page)-1]
		at := *last.NoticeAt // handing over moves it
		after = &models.Case{ID: last.ID, NoticeAt: &at}
		if err := d.handOverPage(ctx, page); err != nil || len(page) < batch {
			return err
		}
	}
}

// handOverPage makes the messages first and marks the notices when all are there.
func (d *delivery) handOverPage(ctx context.Context, page []*models.Case) error {
	var messages []*models.Message
	notices := make([]int, len(page))
	for i, c := range page {
		for _, n := range c.Notices {
			if n.DeliveredAt != nil {
				continue
			}
			made, err := d.messagesFor(ctx, c, n)
			if err != nil {
				return err
			}
			messages = append(messages, made...)
			notices[i]++
		}
	}
	if err := d.put(ctx, messages); err != nil {
		return err
	}
	for _, c := range page {
		for _, n := range c.Notices {
			c.HandOver(n.Key, d.now)
		}
	}
	results, err := d.store.ReplaceCases(ctx, page)
	if err != nil {
		return err
	}
	for i, err := range results {
		switch {
		case err == nil:
			d.run.Notices += notices[i]
		case store.IsConflict(err): // the next run finds its messages made
			d.run.Occupied++
		default:
			return err
		}
	}
	return nil
}

// forwarded stands behind what goes to another office than it was meant for.
const forwarded = "（原收件单位没有能收消息的账号，转给上一级）"

// messagesFor are those of a notice. An office where nobody hears it has the next one above told; what
// nobody hears up to the county waits as a dead letter until somebody does.
func (d *delivery) messagesFor(ctx context.Context, c *models.Case, n models.Notice) ([]*models.Message, error) {
	region := placeOf(n.Office)
	desks, at, err := d.desksAround(ctx, region)
	if err != nil {
		return nil, err
	}
	if len(desks) == 0 {
		m := d.messageFor(c, n, &desk{name: models.OfficeRecipient(region)})
		m.Strand(faultNobody, d.now)
		return []*models.Message{m}, nil
	}
	if at != region {
		heard := func(o models.Notice) bool { return placeOf(o.Office) == at && o.At.Equal(n.At) && o.Text == n.Text }
		if slices.ContainsFunc(c.Notices, heard) {
			return nil, nil
		}
		n.Text += forwarded
	}
	var out []*models.Message
	for _, to := range desks {
		out = append(out, d.messageFor(c, n, to))
	}
	return out, nil
}

// placeOf is the region in the id of an office.
func placeOf(office string) string {
	region, _, _ := strings.Cut(office, "/")
	return region
}

// desksAround are who hears of a notice to the office of a place, or to that of the nearest place around it
// where anybody does.
func (d *delivery) desksAround(ctx context.Context, region string) ([]*desk, string, error) {
	for _, digits := range []int{12, 9, 6} { // of a village, a township, a county
		if len(region) < digits {
			continue
		}
		if desks, err := d.desksAt(ctx, region[:digits]); err != nil || len(desks) > 0 {
			return desks, region[:digits], err
		}
	}
	return nil, "", nil
}

// desksAt are who hears at a place: the accounts that handle cases there, and its robots where it has any.
func (d *delivery) desksAt(ctx context.Context, region string) ([]*desk, error) {
	accounts, err := d.accountsAt(ctx, region)
	if err != nil {
		return nil, err
	}
	var out []*desk
	for _, a := range accounts {
		to, err := d.desk(ctx, a.Username)
		if err != nil {
			return nil, err
		}
		out = append(out, to)
	}
	robots, err := d.desk(ctx, models.OfficeRecipient(region))
	if err == nil && len(robots.channels) > 0 {
		out = append(out, robots)
	}
	return out, err
}

func (d *delivery) accountsAt(ctx context.Context, region string) ([]*models.Account, error) {
	all, err := d.store.AccountsAt(ctx, region)
	return slices.DeleteFunc(all, func(a *models.Account) bool { return a.Disabled || !isHandler(a.Role) }), err
}

// isHandler says whether a role hears of what happens to the cases of its office.
func isHandler(role models.Role) bool {
	return slices.Contains([]models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}, role)
}

func (d *delivery) desk(ctx context.Context, name string) (*desk, error) {
	if known := d.known(name); known != nil {
		return known, nil
	}
	settings, err := d.settings(ctx, name)
	if err != nil {
		return nil, err
	}
	_, office := models.RecipientOffice(name)
	to := &desk{name: name, person: !office, single: settings.Single}
	for _, channel := range settings.On() {
		if d.carries(name, channel) {
			to.channels = append(to.channels, channel)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.desks[name] = to
	return to, nil
}

// known is a desk that was looked up before in this run, nil for none.
func (d *delivery) known(name string) *desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.desks[name]
}

// relay takes what nobody heard to whoever is there by now, and says how that is marked.
func (d *delivery) relay(ctx context.Context, m *models.Message) (func(*models.Message), error) {
	region, _ := models.RecipientOffice(m.Recipient)
	desks, at, err := d.desksAround(ctx, region)
	if err != nil {
		return nil, err
	}
	if len(desks) == 0 {
		d.count(func(r *Run) { r.Failed++; r.Dead++ })
		return func(m *models.Message) { m.Failed(models.ChannelOffice, faultNobody, d.now, nil) }, nil
	}
	var messages []*models.Message
	for _, to := range desks {
		again := &models.Message{
			ID: strings.TrimSuffix(m.ID, m.Recipient) + to.name, Recipient: to.name, Case: m.Case, Kind: m.Kind, Subject: m.Subject, Text: m.Text, At: m.At, Urgent: m.Urgent,
		}
		if at != region {
			again.Text += forwarded
		}
		d.address(again, to)
		messages = append(messages, again)
	}
	if err := d.put(ctx, messages); err != nil {
		return nil, err
	}
	d.count(func(r *Run) { r.Sent++ })
	return func(m *models.Message) { m.Sent(models.ChannelOffice, d.now) }, nil
}

// messageFor is a notice for one recipient.
func (d *delivery) messageFor(c *models.Case, n models.Notice, to *desk) *models.Message {
	m := &models.Message{
		ID: models.MessageID(c.ID.Hex(), n.Key, to.name), Recipient: to.name, Case: c.ID.Hex(), Kind: n.Kind,
		Subject: c.NumberText() + "（" + c.Place.VillageName + "）", Text: n.Text, At: n.At, Urgent: n.Urgent,
	}
	d.address(m, to)
	return m
}

// address puts a message into the inbox and on its way. What only reminds goes into the day's digest.
func (d *delivery) address(m *models.Message, to *desk) {
	if to.person {
		m.Inbox, m.Unread = to.name, to.name
	}
	switch {
	case len(to.channels) == 0:
	case models.IsReminder(m.Kind) && !m.Urgent && !to.single:
		m.Digest = models.DigestID(to.name, DigestDay(d.now, d.calendar).String())
	default:
		for _, channel := range to.channels {
			m.Enqueue(channel, When(d.now, d.calendar, m.Urgent))
		}
	}
}

// put adds the messages that are not there yet, and takes into the day's digests those that belong there.
func (d *delivery) put(ctx context.Context, messages []*models.Message) error {
	digests, err := d.keep(ctx, messages)
	if err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(digests))
	return each(ctx, ids, func(ctx context.Context, id string) error { return d.gather(ctx, id, digests[id]) })
}

// keep adds the messages that are not there yet, and returns those that go into a digest, by its id. One
// that is there stays as it is: its digest was chosen when it was made.
func (d *delivery) keep(ctx context.Context, messages []*models.Message) (map[string][]*models.Message, error) {
	var mu sync.Mutex
	digests := map[string][]*models.Message{}
	err := each(ctx, messages, func(ctx context.Context, m *models.Message) error {
		err := d.store.InsertMessage(ctx, m)
		if store.IsDuplicate(err, "_id") {
			m, err = d.store.Message(ctx, m.ID)
		}
		if err != nil || m.Digest == "" {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		digests[m.Digest] = append(digests[m.Digest], m)
		return nil
	})
	return digests, err
}

// errCrowded says that a document never stood still.
var errCrowded = errors.New("others changed the message all the time")

// gather puts warnings of one recipient into a digest, each once. Where the digest has gone out without
// them they go into the next one.
func (d *delivery) gather(ctx context.Context, id string, warnings []*models.Message) error {
	slices.SortFunc(warnings, func(a, b *models.Message) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	recipient := warnings[0].Recipient
	day, err := workday.Parse(id[strings.LastIndexByte(id, '/')+1:])
	if err != nil {
		return err
	}
	for range attempts {
		digest, err := d.store.Message(ctx, models.DigestID(recipient, day.String()))
		if store.IsNotFound(err) {
			digest, err = d.newDigest(recipient, day), nil
		}
		if err != nil {
			return err
		}
		var missing []models.DigestItem
		for _, w := range warnings {
			if !digest.Holds(w.ID) {
				missing = append(missing, models.DigestItem{Message: w.ID, Text: w.Text, At: w.At})
			}
		}
		if len(missing) == 0 || len(digest.Sends) == 0 { // or nobody wants it any more
			return nil
		}
		if !digest.IsOpen() {
			day = DigestDay(later(d.now, digestAt(day)), d.calendar)
			continue
		}
		digest.Items = append(digest.Items, missing...)
		if digest.Version == 0 {
			err = d.store.InsertMessage(ctx, digest)
		} else {
			err = d.store.ReplaceMessage(ctx, digest)
		}
		if !store.IsConflict(err) && !store.IsDuplicate(err, "_id") {
			return err
		}
	}
	return errCrowded
}

func (d *delivery) newDigest(recipient string, day workday.Date) *models.Message {
	at := digestAt(day)
	m := &models.Message{ID: models.DigestID(recipient, day.String()), Recipient: recipient, Kind: models.NoticeDigest, Subject: "期限提醒每日汇总", At: at}
	if to := d.known(recipient); to != nil {
		for _, channel := range to.channels {
			m.Enqueue(channel, at)
		}
	}
	return m
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
