package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func messageKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "messages",
		Fields: []docstore.Field{
			{Path: "inbox", Type: docstore.String},
			{Path: "unread", Type: docstore.String},
			{Path: "at", Type: docstore.Time},
			{Path: "nextAt", Type: docstore.Time},
			{Path: "deadAt", Type: docstore.Time},
		},
		Indexes: []docstore.Index{
			{Name: "inbox", Fields: []string{"inbox", "at"}},
			{Name: "unread", Fields: []string{"unread"}},
			{Name: "next", Fields: []string{"nextAt"}},
			{Name: "dead", Fields: []string{"deadAt"}},
		},
	}
}

func noticeSettingsKind() *docstore.Kind { return &docstore.Kind{Name: "notice_settings"} }

// CasesToNotify returns the cases that have a notice from now or before that is not yet handed over,
// the oldest notice first. after is the last one of the page before, nil for the first page.
func (s *Store) CasesToNotify(ctx context.Context, now time.Time, after *models.Case, limit int) ([]*models.Case, error) {
	query := docstore.Query{Index: "notice", Filter: []docstore.Condition{docstore.AtMost("noticeAt", now)}, Order: "noticeAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.NoticeAt, ID: after.ID}
	}
	found, err := s.cases.Find(ctx, query)
	return found, told(err, "纠纷")
}

// Message returns the message of an id.
func (s *Store) Message(ctx context.Context, id string) (*models.Message, error) {
	m, err := s.messages.Get(ctx, id)
	return m, told(err, "消息")
}

// InsertMessage adds a message. One that is there already is IsDuplicate(err, "_id").
func (s *Store) InsertMessage(ctx context.Context, m *models.Message) error {
	return told(s.messages.Insert(ctx, m), "消息")
}

// ReplaceMessage writes a message back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceMessage(ctx context.Context, m *models.Message) error {
	return told(s.messages.Replace(ctx, m), "消息")
}

// ReplaceMessages writes many messages back, each with its own result, which is one of ReplaceMessage.
func (s *Store) ReplaceMessages(ctx context.Context, messages []*models.Message) ([]error, error) {
	results, err := s.messages.ReplaceMany(ctx, messages)
	for i := range results {
		results[i] = told(results[i], "消息")
	}
	return results, told(err, "消息")
}

// MessagePage is one page of a list and where the next one begins, "" at the end.
type MessagePage struct {
	Messages []*models.Message
	Next     string
}

// Inbox returns one page of an account's messages, the newest first. after is the Next of the page
// before.
func (s *Store) Inbox(ctx context.Context, username, after string, limit int) (MessagePage, error) {
	query := docstore.Query{Index: "inbox", Filter: []docstore.Condition{docstore.Equal("inbox", username)}, Order: "at", Desc: true}
	return s.messagePage(ctx, query, after, limit, func(m *models.Message) time.Time { return m.At })
}

// DeadMessages returns one page of the messages that have a send which was given up, the latest first.
func (s *Store) DeadMessages(ctx context.Context, after string, limit int) (MessagePage, error) {
	query := docstore.Query{Index: "dead", Filter: []docstore.Condition{docstore.Below("deadAt", models.FarFuture())}, Order: "deadAt", Desc: true}
	return s.messagePage(ctx, query, after, limit, func(m *models.Message) time.Time { return *m.DeadAt })
}

func (s *Store) messagePage(ctx context.Context, query docstore.Query, after string, limit int, at func(*models.Message) time.Time) (MessagePage, error) {
	query.Limit = min(max(limit, 1), docstore.MaxLimit-1) + 1
	if after != "" {
		cursor, err := parseMessageCursor(after)
		if err != nil {
			return MessagePage{}, err
		}
		query.After = cursor
	}
	found, err := s.messages.Find(ctx, query)
	if err != nil {
		return MessagePage{}, told(err, "消息")
	}
	page := MessagePage{Messages: found}
	if len(found) == query.Limit {
		page.Messages = found[:len(found)-1]
		last := page.Messages[len(page.Messages)-1]
		page.Next = formatMessageCursor(at(last), last.ID)
	}
	return page, nil
}

// UnreadMessages returns messages that an account has not read and that tell of something at a moment
// or before it.
func (s *Store) UnreadMessages(ctx context.Context, username string, until time.Time, limit int) ([]*models.Message, error) {
	found, err := s.messages.Find(ctx, docstore.Query{Index: "unread", Filter: []docstore.Condition{docstore.Equal("unread", username), docstore.AtMost("at", until)}, Limit: limit})
	return found, told(err, "消息")
}

// CountUnread is how many messages an account has not read.
func (s *Store) CountUnread(ctx context.Context, username string) (int64, error) {
	groups, err := s.messages.Tally(ctx, docstore.Grouping{Index: "unread", Filter: []docstore.Condition{docstore.Equal("unread", username)}})
	if err != nil || len(groups) == 0 {
		return 0, told(err, "消息")
	}
	return groups[0].Count, nil
}

// MessagesToSend returns the messages that wait for a moment that has come, the earliest first. after
// is the last one of the page before, as it was read; nil for the first page.
func (s *Store) MessagesToSend(ctx context.Context, now time.Time, after *models.Message, limit int) ([]*models.Message, error) {
	query := docstore.Query{Index: "next", Filter: []docstore.Condition{docstore.AtMost("nextAt", now)}, Order: "nextAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.NextAt, ID: after.ID}
	}
	found, err := s.messages.Find(ctx, query)
	return found, told(err, "消息")
}

// NoticeSettings returns how a recipient wants to hear of notices; NotFound for one who never said.
func (s *Store) NoticeSettings(ctx context.Context, recipient string) (*models.NoticeSettings, error) {
	settings, err := s.noticeSettings.Get(ctx, recipient)
	return settings, told(err, "通知设置")
}

// PutNoticeSettings writes a recipient's settings: new ones have version 0. IsConflict, or IsDuplicate
// for new ones, when somebody else was first.
func (s *Store) PutNoticeSettings(ctx context.Context, settings *models.NoticeSettings) error {
	if settings.Version == 0 {
		return told(s.noticeSettings.Insert(ctx, settings), "通知设置")
	}
	return told(s.noticeSettings.Replace(ctx, settings), "通知设置")
}

// formatMessageCursor makes the opaque text of a place in a list of messages.
func formatMessageCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", at.UnixMilli(), id))
}

func parseMessageCursor(text string) (*docstore.Cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	millis, id, ok := strings.Cut(string(raw), ".")
	at, numberErr := strconv.ParseInt(millis, 10, 64)
	if err != nil || numberErr != nil || !ok || id == "" {
		return nil, models.Errorf(models.Malformed, "cursor", "翻页位置不对，请从第一页重新查看")
	}
	return &docstore.Cursor{Value: time.UnixMilli(at).UTC(), ID: id}, nil
}
