package notify

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Letter is what a channel carries out of the house.
type Letter struct {
	Key     string // the same whenever this letter is sent again: whoever has had it may throw it away
	Kind    string // one of models.NoticeKinds, or “test”
	Subject string // one line
	Text    string // lines
	Link    string // page to look at, "" for none
	At      time.Time
	Urgent  bool
}

// Channel carries letters to one receiver.
type Channel interface {
	// Send returns nil when the receiver has accepted the letter, and else a *SendError. After an error
	// the receiver may have it all the same.
	Send(ctx context.Context, l Letter) error
}

// kindTest marks a letter that somebody sends to see whether it arrives.
const kindTest = "test"

// letterOf writes a message as it goes out. base is the address of the pages, "" where it is not known.
func letterOf(m *models.Message, base string) Letter {
	l := Letter{Key: m.ID, Kind: m.Kind, Subject: m.Subject, At: m.At, Urgent: m.Urgent, Text: dated(m.Text, m.At)}
	page := "/cases/" + m.Case
	if m.Case == "" {
		page = m.Page
	}
	if m.Kind == models.NoticeDigest {
		page = "/messages"
		// A digest that has grown since it was sent is another letter: its receiver must not throw it away.
		l.Key = fmt.Sprintf("%s#%d", m.ID, len(m.Items))
		l.Subject = fmt.Sprintf("%d条期限提醒", len(m.Items))
		var text strings.Builder
		fmt.Fprintf(&text, "有%d条期限提醒：", len(m.Items))
		for i, item := range m.Items {
			fmt.Fprintf(&text, "\n%d. %s", i+1, dated(item.Text, item.At))
		}
		l.Text = text.String()
	}
	if base != "" {
		l.Link = strings.TrimSuffix(base, "/") + page
	}
	return l
}

// dated adds when something was so: by the time it is read it may be days ago.
func dated(text string, at time.Time) string {
	return text + at.In(workday.Zone).Format("（1月2日15:04）")
}

// words are a letter as people read it in a chat, at most so many bytes long. The name of the system
// stands in front: robots may be set to take only what carries it.
func (l Letter) words(most int) string {
	head, tail := "【枫桥】", ""
	if l.Urgent {
		head = "【枫桥·紧急】"
	}
	if l.Link != "" {
		tail = "\n" + l.Link
	}
	return head + fit(l.Text, most-len(head)-len(tail)) + tail
}

const more = "\n……其余请登录系统查看"

// fit cuts a text that is too long at the end of a line and says so.
func fit(text string, most int) string {
	if len(text) <= most {
		return text
	}
	cut := text[:max(most-len(more), 0)]
	if end := strings.LastIndexByte(cut, '\n'); end > 0 {
		return cut[:end] + more
	}
	for !utf8.ValidString(cut) {
		cut = cut[:len(cut)-1]
	}
	return cut + more
}
