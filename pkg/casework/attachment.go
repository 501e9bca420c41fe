package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/enclosure"
	"fengqiao/pkg/escalation"
)

// AttachForm is a photo or a PDF with what it is.
type AttachForm struct {
	Kind string `json:"kind" validate:"required,oneof=application notice identity proxy investigation evidence sitting agreement receipt visit confirmation other" label:"材料种类"`
	Name string `json:"name,omitempty" validate:"max=60" label:"材料名称"`
	File []byte `json:"file" label:"文件"`
}

// maxAttachments is how many a case takes.
const maxAttachments = 200

// Attach adds a photo or a PDF to the file; after filing, as a supplement. What is sent a second time, by the
// same bytes as the same kind, is there already: nothing changes,
// whatever version was seen.
func (s *Service) Attach(ctx context.Context, actor models.Actor, ref Ref, form AttachForm) (*models.Case, error) {
	form.Name = strings.TrimSpace(form.Name)
	c, err := s.Case(ctx, actor, ref.ID)
	if err != nil {
		return nil, err
	}
	// Who may not, or has nothing to say, does not make the server decode anything.
	action, err := s.mayAttach(ctx, actor, c)
	if err != nil {
		return nil, err
	}
	sent := sentHash(form.File)
	if c.Sent(form.Kind, sent) != nil {
		return c, nil
	}
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	file, err := enclosure.Read(ctx, form.File)
	if err != nil {
		return nil, err
	}
	attached, err := s.keep(ctx, actor, file, sent)
	if err != nil {
		return nil, err
	}
	attached.Kind, attached.Name = form.Kind, form.Name
	return s.attach(ctx, actor, ref, action, attached)
}

// sentHash is by what a file that comes in is known again.
func sentHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// keep puts the bytes of a file into the store, and says what is known of it by then.
func (s *Service) keep(ctx context.Context, actor models.Actor, file enclosure.File, sent string) (models.Attachment, error) {
	kept := models.Attachment{Type: file.Type, Size: int64(len(file.Data)), Sent: sent, By: actor}
	var err error
	if kept.Hash, err = s.store.KeepFile(ctx, file.Data); err != nil {
		return kept, err
	}
	if file.Preview != nil {
		kept.Preview, err = s.store.KeepFile(ctx, file.Preview)
	}
	return kept, err
}

// attach puts what is kept into the case.
func (s *Service) attach(ctx context.Context, actor models.Actor, ref Ref, action models.Action, attached models.Attachment) (*models.Case, error) {
	changed, err := s.change(ctx, actor, ref, action, nil, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if c.Sent(attached.Kind, attached.Sent) != nil {
			return errThere
		}
		if len(c.Attachments) >= maxAttachments {
			return models.FieldErrorf("file", "一件案件最多附%d份材料，请把几张照片合成一个PDF", maxAttachments)
		}
		attached := attached
		attached.Seq, attached.At = len(c.Attachments)+1, now
		if attached.Name == "" {
			attached.Name = fmt.Sprintf("%s%d", attached.KindName(), attached.Seq)
		}
		return c.Move(rules.Policy, attachAction(c), actor, now, attached.Entry(), func() error {
			if c.Filing != nil {
				attached.Supplement = c.Filing.Supplement(now, actor, attached.Entry())
			}
			c.Attachments = append(c.Attachments, attached)
			return nil
		})
	})
	if errors.Is(err, errThere) {
		return s.Case(ctx, actor, ref.ID)
	}
	return changed, err
}

// DetachForm takes an attachment out of the file that was attached by mistake.
type DetachForm struct {
	Seq    int    `json:"seq" validate:"min=1" label:"哪一份材料"`
	Reason string `json:"reason" validate:"notblank,max=200" label:"原因"`
}

// Detach withdraws an attachment, never after filing. Its bytes and its entry in the timeline stay.
func (s *Service) Detach(ctx context.Context, actor models.Actor, ref Ref, form DetachForm) (*models.Case, error) {
	form.Reason = strings.TrimSpace(form.Reason)
	return s.change(ctx, actor, ref, models.ActionDetach, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		attached := c.Attachment(form.Seq)
		switch {
		case attached == nil:
			return models.FieldErrorf("seq", "本案没有第%d号材料", form.Seq)
		case attached.Withdrawn != nil:
			return models.FieldErrorf("seq", "第%d号材料已经撤下了", form.Seq)
		}
		return c.Move(rules.Policy, models.ActionDetach, actor, now, attached.Entry()+"；"+form.Reason, func() error {
			attached.Withdrawn = &models.Withdrawal{At: now, By: actor, Reason: form.Reason}
			return nil
		})
	})
}

// errThere says that somebody else sent the same file at the same time.
var errThere = errors.New("attachment is there already")

// OpenAttachment gives the bytes of an attachment to those whose work the case is, after the look is on record:
// a photo may show anything. preview asks for the small picture.
func (s *Service) OpenAttachment(ctx context.Context, actor models.Actor, id bson.ObjectID, seq int, preview bool) (*models.Attachment, []byte, error) {
	c, err := s.Case(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	attached := c.Attachment(seq)
	if attached == nil {
		return nil, nil, models.Errorf(models.NotFound, "attachment.none", "没有这份材料")
	}
	if err := s.onRecord(ctx, actor, c, AccessAttachment); err != nil {
		return nil, nil, err
	}
	hash := attached.Hash
	if preview && attached.Preview != "" {
		hash = attached.Preview
	}
	data, err := s.store.File(ctx, hash)
	return attached, data, err
}

// mayAttach says what attaching is now, or why the actor may not.
func (s *Service) mayAttach(ctx context.Context, actor models.Actor, c *models.Case) (models.Action, error) {
	rules, err := escalation.RulesFor(ctx, s.store, c, s.now())
	if err != nil {
		return "", err
	}
	action := attachAction(c)
	_, err = models.Permit(c.Seating(rules.Policy), action, actor)
	return action, err
}

// attachAction is what attaching is: after filing, a supplement.
func attachAction(c *models.Case) models.Action {
	if c.Filing != nil {
		return models.ActionAddend
	}
	return models.ActionAttach
}
