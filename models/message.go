package models

import (
	"slices"
	"strings"
	"time"

	"fengqiao/pkg/docstore"
)

// Channel is a way by which a message leaves the house. The inbox on the page is none: everybody has
// it.
type Channel string

const (
	ChannelMail     Channel = "mail"     // to one person
	ChannelWeCom    Channel = "wecom"    // the rest to an office
	ChannelDingTalk Channel = "dingtalk" //
	ChannelWebhook  Channel = "webhook"  //
	// ChannelOffice is an office itself, whoever sits there: what nobody could be found for waits for it.
	ChannelOffice Channel = "office"
)

// Channels lists the channels.
func Channels() []Choice {
	return []Choice{
		{string(ChannelMail), "邮件"}, {string(ChannelWeCom), "企业微信群机器人"}, {string(ChannelDingTalk), "钉钉机器人"}, {string(ChannelWebhook), "其他系统"}, {string(ChannelOffice), "单位"},
	}
}

// Name is the channel as people say it.
func (c Channel) Name() string { return NameOf(Channels(), string(c)) }

// What a notice is about. A digest is made of warnings.
const (
	NoticeWarning   = "warning"
	NoticeEscalated = "escalated"
	NoticeReturned  = "returned"
	NoticeReceived  = "received"
	NoticeOverdue   = "overdue"
	NoticeOrder     = "order"
	NoticePolice    = "police"
	NoticeReturn    = "return" // a screening return that is missing
	NoticeGroup     = "group"  // a group dispute that waits for an answer
	NoticeReport    = "report"
	NoticeDue       = "due"     // an instalment
	NoticeConfirm   = "confirm" // the days to apply for judicial confirmation
	NoticeVisit     = "visit"   // a follow-up visit
	NoticeDigest    = "digest"
)

// IsReminder says whether a notice only reminds of a day that comes: those of a day go out together.
func IsReminder(kind string) bool {
	return slices.Contains([]string{NoticeWarning, NoticeDue, NoticeConfirm, NoticeVisit, NoticeReturn}, kind)
}

// NoticeKinds lists what a notice may be about.
func NoticeKinds() []Choice {
	return []Choice{
		{NoticeWarning, "期限提醒"}, {NoticeEscalated, "上报"}, {NoticeReturned, "退回"}, {NoticeReceived, "签收"}, {NoticeOverdue, "逾期"}, {NoticeOrder, "督办"}, {NoticePolice, "报告公安提示"}, {NoticeDue, "履行提醒"}, {NoticeConfirm, "司法确认提醒"}, {NoticeVisit, "回访提醒"}, {NoticeReturn, "排查提醒"}, {NoticeGroup, "群体性纠纷"}, {NoticeReport, "月报"}, {NoticeDigest, "每日汇总"},
	}
}

// Message is one notice for one recipient: an account, by its user name, or the robots of an office.
// A digest is a message too: it gathers a recipient's warnings until the moment it goes out.
//
// The id is made from the case, or from what else it is about, the notice and the recipient, so that making a message twice is
// recognised. Subject and Text carry the number and the village, never a name or a phone.
type Message struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Recipient     string `bson:"recipient"`
	// Inbox is the account in whose inbox the message stands, "" for a robot's and for a digest;
	// Unread is the same until it was read.
	Inbox   string       `bson:"inbox,omitempty"`
	Unread  string       `bson:"unread,omitempty"`
	Case    string       `bson:"case,omitempty"`   // id of the case, "" where it is about none
	Report  string       `bson:"report,omitempty"` // id of the monthly report that it is about
	Page    string       `bson:"page,omitempty"`   // path to look at where it is about neither
	Kind    string       `bson:"kind"`
	Subject string       `bson:"subject"` // 〔2026〕北坡村人调字第12号（北坡村）
	Text    string       `bson:"text"`
	At      time.Time    `bson:"at"` // when that happened which it tells
	Urgent  bool         `bson:"urgent"`
	ReadAt  *time.Time   `bson:"readAt,omitempty"`
	Digest  string       `bson:"digest,omitempty"` // id of the digest that takes it along; then it has no sends
	Items   []DigestItem `bson:"items"`            // of a digest
	Sends   []Send       `bson:"sends"`
	// NextAt mirrors the earliest send that waits, DeadAt the latest one that was given up; missing
	// where there is none.
	NextAt *time.Time `bson:"nextAt,omitempty"`
	DeadAt *time.Time `bson:"deadAt,omitempty"`
}

func (m *Message) DocID() any { return m.ID }

// MessageID is the id of a notice's message for a recipient.
func MessageID(caseID, notice, recipient string) string {
	return caseID + "/" + notice + "/" + recipient
}

// DigestID is the id of a recipient's digest of a day ("2006-01-02").
func DigestID(recipient, day string) string { return NoticeDigest + "/" + recipient + "/" + day }

const officePrefix = "office:" // no user name has a colon

// OfficeRecipient is the recipient that the robots of a place's office are.
func OfficeRecipient(region string) string { return officePrefix + region }

// RecipientOffice is the place whose office a recipient is, false for an account.
func RecipientOffice(recipient string) (region string, ok bool) {
	return strings.CutPrefix(recipient, officePrefix)
}

// DigestItem is one warning in a digest.
type DigestItem struct {
	Message string    `bson:"message"` // id
	Text    string    `bson:"text"`
	At      time.Time `bson:"at"`
}

// Send is the way of a message through one channel. It waits, or was sent, or was given up, or was
// dropped because the channel is off; Error is then or until then why it failed the last time.
type Send struct {
	Channel  Channel    `bson:"channel"`
	Attempts int        `bson:"attempts"`
	NextAt   *time.Time `bson:"nextAt,omitempty"` // waits for this moment
	SentAt   *time.Time `bson:"sentAt,omitempty"`
	DeadAt   *time.Time `bson:"deadAt,omitempty"`
	Error    string     `bson:"error,omitempty"` // a code, never the receiver's words
}

// Enqueue lets the message wait for a channel until a moment.
func (m *Message) Enqueue(channel Channel, at time.Time) {
	m.Sends = append(m.Sends, Send{Channel: channel, NextAt: &at})
	m.settle()
}

// Read takes the message out of what is unread. It reports false where it was read before.
func (m *Message) Read(now time.Time) bool {
	if m.Unread == "" {
		return false
	}
	m.Unread, m.ReadAt = "", &now
	return true
}

// Sent notes that the receiver of a channel has accepted the message.
func (m *Message) Sent(channel Channel, now time.Time) {
	m.each(channel, func(s *Send) { s.Attempts, s.NextAt, s.SentAt, s.DeadAt, s.Error = s.Attempts+1, nil, &now, nil, "" })
}

// Failed notes an attempt that failed. It is made again at next; where that is nil it is given up.
func (m *Message) Failed(channel Channel, code string, now time.Time, next *time.Time) {
	m.each(channel, func(s *Send) {
		s.Attempts, s.NextAt, s.Error = s.Attempts+1, next, code
		if next == nil {
			s.DeadAt = &now
		}
	})
}

// PutOff lets a channel wait longer, without an attempt.
func (m *Message) PutOff(channel Channel, until time.Time) {
	m.each(channel, func(s *Send) { s.NextAt = &until })
}

// Drop ends the waiting of a channel without an attempt: nobody wants it there any more.
func (m *Message) Drop(channel Channel, code string) {
	m.each(channel, func(s *Send) { s.NextAt, s.Error = nil, code })
}

// Strand notes that nobody was found for the message.
func (m *Message) Strand(code string, now time.Time) {
	m.Sends = append(m.Sends, Send{Channel: ChannelOffice, DeadAt: &now, Error: code})
	m.settle()
}

// Again lets every send that was given up wait anew, from its first attempt. It reports false where
// there is none.
func (m *Message) Again(now time.Time) bool {
	found := false
	for i := range m.Sends {
		if s := &m.Sends[i]; s.DeadAt != nil {
			s.Attempts, s.NextAt, s.DeadAt, found = 0, &now, nil, true
		}
	}
	m.settle()
	return found
}

// each changes the send of a channel while it waits: one that another process has sent meanwhile
// stays sent.
func (m *Message) each(channel Channel, change func(*Send)) {
	for i := range m.Sends {
		if s := &m.Sends[i]; s.Channel == channel && s.NextAt != nil {
			change(s)
		}
	}
	m.settle()
}

func (m *Message) settle() {
	m.NextAt, m.DeadAt = nil, nil
	for _, s := range m.Sends {
		if s.NextAt != nil && (m.NextAt == nil || s.NextAt.Before(*m.NextAt)) {
			m.NextAt = s.NextAt
		}
		if s.DeadAt != nil && (m.DeadAt == nil || s.DeadAt.After(*m.DeadAt)) {
			m.DeadAt = s.DeadAt
		}
	}
}

// IsOpen says whether a digest still takes warnings in: nobody has tried to send it yet.
func (m *Message) IsOpen() bool {
	return m.NextAt != nil && !slices.ContainsFunc(m.Sends, func(s Send) bool { return s.Attempts > 0 || s.NextAt == nil })
}

// Holds says whether a digest has a message in it.
func (m *Message) Holds(id string) bool {
	return slices.ContainsFunc(m.Items, func(item DigestItem) bool { return item.Message == id })
}

// NoticeSettings say how a recipient wants to hear of notices, beside the inbox. Addresses and
// secrets are sealed.
type NoticeSettings struct {
	Recipient     string `bson:"_id"`
	docstore.Head `bson:",inline"`
	// Single lets every warning go out by itself instead of all of a day together.
	Single    bool       `bson:"single"`
	Endpoints []Endpoint `bson:"endpoints"`
	ChangedAt time.Time  `bson:"changedAt"`
	ChangedBy string     `bson:"changedBy"` // user name
}

func (s *NoticeSettings) DocID() any { return s.Recipient }

// Endpoint is where a channel ends: a mail address, or the URL and the secret of a robot.
type Endpoint struct {
	Channel Channel `bson:"channel"`
	On      bool    `bson:"on"`
	Address Sealed  `bson:"address"`
	Secret  Sealed  `bson:"secret"`
}

// Endpoint is that of a channel, nil for none. It points into the settings.
func (s *NoticeSettings) Endpoint(channel Channel) *Endpoint {
	for i := range s.Endpoints {
		if s.Endpoints[i].Channel == channel {
			return &s.Endpoints[i]
		}
	}
	return nil
}

// On lists the channels that are switched on.
func (s *NoticeSettings) On() []Channel {
	var on []Channel
	for _, e := range s.Endpoints {
		if e.On {
			on = append(on, e.Channel)
		}
	}
	return on
}
