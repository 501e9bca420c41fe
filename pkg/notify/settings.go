package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Personal is how somebody wants to hear of notices beside the inbox.
type Personal struct {
	Version int64  `json:"-"` // of the settings that were seen; 0 for none
	Mail    string `json:"mail" validate:"max=120" label:"邮箱地址"`
	MailOn  bool   `json:"mailOn" label:"发到邮箱"`
	Daily   bool   `json:"daily" label:"每天汇总"` // all warnings of a day together
}

// Office is how the robots of an office are set up. Addresses and secrets go in and never come out: what
// is left empty stays as it is.
type Office struct {
	Version   int64     `json:"-"`
	Daily     bool      `json:"officeDaily" label:"每天汇总"`
	Robots    []Robot   `json:"robots" validate:"max=3,dive" label:"机器人"`
	ChangedAt time.Time `json:"-"` // zero where nobody has set anything up
	ChangedBy string    `json:"-"`
}

// Robot is one of them.
type Robot struct {
	Channel models.Channel `json:"channel" validate:"oneof=wecom dingtalk webhook" label:"渠道"`
	On      bool           `json:"on" label:"开启"`
	URL     string         `json:"url" validate:"max=500" label:"地址"`
	Secret  string         `json:"secret" validate:"max=200" label:"密钥"`

	Kept       string `json:"-"` // the kept address, masked; "" for none
	KeptSecret bool   `json:"-"`
}

// shortestSecret is the length from which a webhook's secret cannot be guessed.
const shortestSecret = 16

// HasOffice says whether a role sets up the robots of its office.
func HasOffice(role models.Role) bool {
	return role == models.RoleChair || role == models.RoleJudicial || role == models.RoleCounty
}

// OffersMail says whether there is a server that takes our mail.
func (s *Service) OffersMail() bool { return s.mail != nil }

// Personal returns one's own settings.
func (s *Service) Personal(ctx context.Context, actor models.Actor) (Personal, error) {
	settings, err := s.settings(ctx, actor.ID)
	if err != nil {
		return Personal{}, err
	}
	p := Personal{Version: settings.Version, Daily: !settings.Single}
	if e := settings.Endpoint(models.ChannelMail); e != nil {
		p.MailOn = e.On
		// An address that can no longer be opened has to be typed again.
		p.Mail, _ = s.unseal(actor.ID, models.ChannelMail, "address", e.Address)
	}
	return p, nil
}

// SavePersonal writes one's own settings.
func (s *Service) SavePersonal(ctx context.Context, actor models.Actor, form Personal) error {
	if err := s.validate.Check(&form); err != nil {
		return err
	}
	if form.Mail != "" {
		if _, err := parseMailbox(form.Mail); err != nil {
			return models.FieldErrorf("mail", "请填写邮箱地址，例如 zhang@example.com")
		}
	}
	if form.MailOn && form.Mail == "" {
		return models.FieldErrorf("mail", "请填写邮箱地址，或者不选“发到邮箱”")
	}
	return s.change(ctx, actor, actor.ID, form.Version, func(settings *models.NoticeSettings) error {
		settings.Single = !form.Daily
		e := endpoint(settings, models.ChannelMail)
		e.On = form.MailOn
		return s.seal(actor.ID, e, "address", form.Mail, "", &e.Address)
	})
}

// Office returns the settings of the actor's office; Forbidden for whoever has none to set up.
func (s *Service) Office(ctx context.Context, actor models.Actor) (Office, error) {
	recipient, err := officeOf(actor)
	if err != nil {
		return Office{}, err
	}
	settings, err := s.settings(ctx, recipient)
	if err != nil {
		return Office{}, err
	}
	o := Office{Version: settings.Version, Daily: !settings.Single, ChangedAt: settings.ChangedAt, ChangedBy: settings.ChangedBy}
	for _, channel := range robots() {
		r := Robot{Channel: channel}
		if e := settings.Endpoint(channel); e != nil {
			r.On, r.Kept, r.KeptSecret = e.On, e.Address.Mask, len(e.Secret.Box) > 0
		}
		o.Robots = append(o.Robots, r)
	}
	return o, nil
}

// SaveOffice writes the settings of the actor's office.
func (s *Service) SaveOffice(ctx context.Context, actor models.Actor, form Office) error {
	recipient, err := officeOf(actor)
	if err != nil {
		return err
	}
	if err := s.validate.Check(&form); err != nil {
		return err
	}
	return s.change(ctx, actor, recipient, form.Version, func(settings *models.NoticeSettings) error {
		settings.Single = !form.Daily
		for i, r := range form.Robots {
			e := endpoint(settings, r.Channel)
			field := fmt.Sprintf("robots[%d].", i)
			if r.URL != "" {
				u, err := checkURL(r.URL)
				if err != nil {
					return models.FieldErrorf(field+"url", "请填写以https://开头的完整地址")
				}
				if err := s.seal(recipient, e, "address", r.URL, u.Scheme+"://"+u.Host+"/…", &e.Address); err != nil {
					return err
				}
			}
			if r.Secret != "" {
				if err := s.seal(recipient, e, "secret", r.Secret, "", &e.Secret); err != nil {
					return err
				}
			}
			e.On = r.On
			if e.On && len(e.Address.Box) == 0 {
				return models.FieldErrorf(field+"url", "请填写%s的地址，或者不选“开启”", r.Channel.Name())
			}
			if r.Channel == models.ChannelDingTalk && e.On && len(e.Secret.Box) == 0 {
				return models.FieldErrorf(field+"secret", "请填写加签的密钥：在钉钉机器人的安全设置里选“加签”，复制以SEC开头的一串")
			}
			if signs := r.Channel == models.ChannelWebhook; signs && (e.On && len(e.Secret.Box) == 0 || r.Secret != "" && len(r.Secret) < shortestSecret) {
				return models.FieldErrorf(field+"secret", "请填写至少%d个字符的密钥，对方用它核对消息", shortestSecret)
			}
		}
		return nil
	})
}

// Forget takes the address and the secret of a robot away.
func (s *Service) Forget(ctx context.Context, actor models.Actor, channel models.Channel, version int64) error {
	recipient, err := officeOf(actor)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, recipient, version, func(settings *models.NoticeSettings) error {
		*endpoint(settings, channel) = models.Endpoint{Channel: channel}
		return nil
	})
}

// Test sends a letter to one's own mail box, or to a robot of the actor's office, at once and whatever
// the hour. What comes of it is a Precondition error in plain Chinese, or nil.
func (s *Service) Test(ctx context.Context, actor models.Actor, channel models.Channel) error {
	recipient := actor.ID
	if channel != models.ChannelMail {
		var err error
		if recipient, err = officeOf(actor); err != nil {
			return err
		}
	}
	settings, err := s.settings(ctx, recipient)
	if err != nil {
		return err
	}
	e := settings.Endpoint(channel)
	switch {
	case channel == models.ChannelMail && s.mail == nil:
		return models.Errorf(models.Precondition, "notice.no_mail", "没有发成：系统还没有设置邮件服务器，请联系管理员")
	case e == nil || len(e.Address.Box) == 0 || !s.carries(recipient, channel):
		return models.Errorf(models.Precondition, "notice.no_address", "没有发成：还没有保存%s的地址", channel.Name())
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err = s.channel(recipient, *e).Send(ctx, Letter{
		Key: kindTest + "/" + rand.Text(), Kind: kindTest, Subject: "测试消息", Text: "这是一条测试消息，收到它说明已经接通。", At: s.now(),
	})
	if err != nil {
		return &models.Error{Kind: models.Precondition, Code: "notice.test", Message: "没有发成：" + Explain(codeOf(err)), Cause: err}
	}
	return nil
}

func officeOf(actor models.Actor) (string, error) {
	if !HasOffice(actor.Role) {
		return "", models.Errorf(models.Forbidden, "notice.office", "群机器人由村调委会主任、司法所和县矛调中心设置")
	}
	return models.OfficeRecipient(actor.Region), nil
}

// settings are a recipient's, empty ones for one who never said anything.
func (s *Service) settings(ctx context.Context, recipient string) (*models.NoticeSettings, error) {
	settings, err := s.store.NoticeSettings(ctx, recipient)
	if store.IsNotFound(err) {
		return &models.NoticeSettings{Recipient: recipient}, nil
	}
	return settings, err
}

// change writes settings back that were seen in a version; whoever comes second gets a Conflict.
func (s *Service) change(ctx context.Context, actor models.Actor, recipient string, version int64, act func(*models.NoticeSettings) error) error {
	settings, err := s.settings(ctx, recipient)
	if err != nil {
		return err
	}
	late := settings.Version != version
	if !late {
		if err := act(settings); err != nil {
			return err
		}
		settings.ChangedAt, settings.ChangedBy = s.now(), actor.ID
		err = s.store.PutNoticeSettings(ctx, settings)
		late = store.IsConflict(err) || store.IsDuplicate(err, "_id")
	}
	if late {
		return &models.Error{Kind: models.Conflict, Code: "conflict", Message: "刚刚有人改过通知设置，请重新打开这一页再改", Cause: err}
	}
	return err
}

// endpoint is the one of a channel, made where there is none.
func endpoint(settings *models.NoticeSettings, channel models.Channel) *models.Endpoint {
	if e := settings.Endpoint(channel); e != nil {
		return e
	}
	settings.Endpoints = append(settings.Endpoints, models.Endpoint{Channel: channel})
	return &settings.Endpoints[len(settings.Endpoints)-1]
}

func (s *Service) seal(recipient string, e *models.Endpoint, what, plain, mask string, into *models.Sealed) error {
	if plain == "" {
		*into = models.Sealed{}
		return nil
	}
	keyID, box, err := s.ring.Seal(plain, sealPlace(recipient, e.Channel, what))
	if err != nil {
		return err
	}
	*into = models.Sealed{KeyID: keyID, Box: box, Mask: mask}
	return nil
}

var errNothingKept = errors.New("nothing is kept there")

func (s *Service) unseal(recipient string, channel models.Channel, what string, kept models.Sealed) (string, error) {
	if len(kept.Box) == 0 {
		if what == "address" {
			return "", errNothingKept
		}
		return "", nil
	}
	return s.ring.Open(kept.KeyID, kept.Box, sealPlace(recipient, channel, what))
}

func sealPlace(recipient string, channel models.Channel, what string) string {
	return "notice/" + recipient + "/" + string(channel) + "/" + what
}
