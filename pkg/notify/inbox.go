package notify

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Unread is how many messages somebody has not read.
func (s *Service) Unread(ctx context.Context, actor models.Actor) (int64, error) {
	return s.store.CountUnread(ctx, actor.ID)
}

// Inbox returns one page of somebody's messages, the newest first.
func (s *Service) Inbox(ctx context.Context, actor models.Actor, after string, limit int) (store.MessagePage, error) {
	return s.store.Inbox(ctx, actor.ID, after, limit)
}

// Read marks a message as read and returns it. Another's message does not exist.
func (s *Service) Read(ctx context.Context, actor models.Actor, id string) (*models.Message, error) {
	return s.edit(ctx, id, func(m *models.Message) (bool, error) {
		if m.Inbox != actor.ID {
			return false, models.Errorf(models.NotFound, "not_found", "没有找到这个消息")
		}
		return m.Read(s.now()), nil
	})
}

// ReadAll marks as read what somebody has not read of what happened until a moment: the newest that was
// on the page, so that what came since stays unread.
func (s *Service) ReadAll(ctx context.Context, actor models.Actor, until time.Time) error {
	for range attempts {
		unread, err := s.store.UnreadMessages(ctx, actor.ID, until, batch)
		if err != nil || len(unread) == 0 {
			return err
		}
		for _, m := range unread {
			m.Read(s.now())
		}
		// One that the sender has changed meanwhile is found again.
		if _, err := s.store.ReplaceMessages(ctx, unread); err != nil {
			return err
		}
	}
	return nil
}

// Dead returns one page of the messages that have a send which was given up, the latest first.
func (s *Service) Dead(ctx context.Context, after string, limit int) (store.MessagePage, error) {
	return s.store.DeadMessages(ctx, after, limit)
}

// SendAgain lets the sends of a message that were given up begin anew. A message that has none, because
// somebody was faster, is no error.
func (s *Service) SendAgain(ctx context.Context, id string) error {
	_, err := s.edit(ctx, id, func(m *models.Message) (bool, error) { return m.Again(s.now()), nil })
	return err
}

// edit changes a message, whoever else does so at the same time. change reports false where there is
// nothing to write.
func (s *Service) edit(ctx context.Context, id string, change func(*models.Message) (bool, error)) (*models.Message, error) {
	for range attempts {
		m, err := s.store.Message(ctx, id)
		if err != nil {
			return nil, err
		}
		changed, err := change(m)
		if err != nil || !changed {
			return m, err
		}
		if err := s.store.ReplaceMessage(ctx, m); !store.IsConflict(err) {
			return m, err
		}
	}
	return nil, errCrowded
}
