package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/notify"
)

// inboxRows is how many messages a page shows.
const inboxRows = 30

type messageRow struct {
	ID, Kind, Text, At string
	Unread, Urgent     bool
	IsCase             bool // it is about a case
}

type inboxBody struct {
	Rows        []messageRow
	Unread      bool
	Until       string // moment of the newest message on the page
	First, Next string
}

// inbox shows somebody's messages, the newest first.
func (p *Pages) inbox(c *gin.Context) error {
	ctx, actor, after := c.Request.Context(), web.Actor(c), c.Query("after")
	page, err := p.Notices.Inbox(ctx, actor, after, inboxRows)
	if err != nil {
		return err
	}
	unread, err := p.Notices.Unread(ctx, actor)
	if err != nil {
		return err
	}
	body := inboxBody{Unread: unread > 0}
	for _, m := range page.Messages {
		body.Rows = append(body.Rows, messageRow{
			ID: m.ID, Kind: models.NameOf(models.NoticeKinds(), m.Kind), Text: m.Text, At: moment(m.At), Unread: m.Unread != "", Urgent: m.Urgent, IsCase: m.Case != "",
		})
	}
	if after != "" {
		body.First, body.Unread = "/messages", false
	} else if len(page.Messages) > 0 {
		body.Until = page.Messages[0].At.Format(time.RFC3339Nano)
	}
	if page.Next != "" {
		body.Next = "/messages?" + url.Values{"after": {page.Next}}.Encode()
	}
	return p.render(c, http.StatusOK, "messages", "消息", body)
}

// openMessage marks a message as read and goes to its case, or to what else it is about.
func (p *Pages) openMessage(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	id := values.Get("id")
	if id == "" {
		return models.Errorf(models.Malformed, "form", "表单没有完整收到，请返回重新提交")
	}
	m, err := p.Notices.Read(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if region, month, ok := strings.Cut(m.Report, "/"); ok {
		return redirect(c, reportPath(region, month)+"/issue")
	}
	if m.Case == "" {
		return redirect(c, localPath(m.Page))
	}
	return redirect(c, "/cases/"+url.PathEscape(m.Case))
}

// readAll marks as read what was on the page or is older.
func (p *Pages) readAll(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339Nano, values.Get("until"))
	if err != nil {
		return models.Errorf(models.Malformed, "form", "表单没有完整收到，请返回重新提交")
	}
	if err := p.Notices.ReadAll(c.Request.Context(), web.Actor(c), until); err != nil {
		return err
	}
	return redirect(c, "/messages")
}

type noticesBody struct {
	Own    *form
	Office *form // nil for whoever has no office to set up
	Robots []robotView
	Mail   bool // there is a server for it
	Place  string
	Change string // who changed the office's settings last, and when
	Done   string
	Fault  string // what came of a test
}

type robotView struct {
	Prefix        string // of its fields: robots[0].
	Channel, Name string
	Hint          string
	Kept          string
	HasSecret     bool // it takes one
	KeptSecret    bool
}

const noticesTitle = "通知设置"

var noticesDone = map[string]string{"own": "您的通知设置已经保存。", "office": "群机器人的设置已经保存。", "forget": "机器人的地址已经删除。", "test": "测试消息已经发出，请看看有没有收到。"}

func (p *Pages) noticesForm(c *gin.Context) error {
	body, err := p.noticesBody(c, nil, nil)
	if err != nil {
		return err
	}
	body.Done = noticesDone[c.Query("done")]
	return p.render(c, http.StatusOK, "notices", noticesTitle, body)
}

// noticesBody fills the page from what is kept; a form that was refused stays as it was typed.
func (p *Pages) noticesBody(c *gin.Context, own, office *form) (noticesBody, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	body := noticesBody{Own: own, Office: office, Mail: p.Notices.OffersMail()}
	if own == nil {
		kept, err := p.Notices.Personal(ctx, actor)
		if err != nil {
			return body, err
		}
		body.Own = newForm()
		body.Own.Values.Set("version", strconv.FormatInt(kept.Version, 10))
		body.Own.Values.Set("mail", kept.Mail)
		setCheck(body.Own, "mailOn", kept.MailOn)
		setCheck(body.Own, "daily", kept.Daily)
	}
	if !notify.HasOffice(actor.Role) {
		return body, nil
	}
	kept, err := p.Notices.Office(ctx, actor)
	if err != nil {
		return body, err
	}
	if body.Place, err = p.placeName(ctx, actor.Region); err != nil {
		return body, err
	}
	if !kept.ChangedAt.IsZero() {
		body.Change = kept.ChangedBy + "于" + moment(kept.ChangedAt) + "修改"
	}
	if office == nil {
		body.Office = newForm()
		body.Office.Values.Set("version", strconv.FormatInt(kept.Version, 10))
		setCheck(body.Office, "officeDaily", kept.Daily)
	}
	for i, r := range kept.Robots {
		v := robotView{Prefix: fmt.Sprintf("robots[%d].", i), Channel: string(r.Channel), Name: r.Channel.Name(), Kept: r.Kept, KeptSecret: r.KeptSecret}
		v.HasSecret, v.Hint = r.Channel != models.ChannelWeCom, robotHints[r.Channel]
		body.Robots = append(body.Robots, v)
		if office == nil {
			setCheck(body.Office, v.Prefix+"on", r.On)
		}
	}
	return body, nil
}

var robotHints = map[models.Channel]string{
	models.ChannelWeCom:    "在企业微信群里添加群机器人，复制它的 Webhook 地址",
	models.ChannelDingTalk: "在钉钉群里添加自定义机器人，安全设置选“加签”，复制 Webhook 地址和密钥",
	models.ChannelWebhook:  "接收通知的系统的地址。每条消息都用密钥签名（HMAC-SHA256）",
}

func setCheck(f *form, name string, on bool) {
	if on {
		f.Values.Set(name, "1")
	}
}

func (p *Pages) saveNotices(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	var in notify.Personal
	f := &form{Values: values}
	decode(values, &in)
	if in.Version, err = settingsVersion(values); err == nil {
		err = p.Notices.SavePersonal(c.Request.Context(), web.Actor(c), in)
	}
	if err == nil {
		return redirect(c, "/messages/settings?done=own")
	}
	return p.refusedNotices(c, f, err, f, nil)
}

// saveOffice writes the robots of an office. A button of the form may take one away instead.
func (p *Pages) saveOffice(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	var in notify.Office
	ctx, actor, f := c.Request.Context(), web.Actor(c), &form{Values: values}
	decode(values, &in)
	if in.Version, err = settingsVersion(values); err != nil {
		return err
	}
	done := "office"
	if channel, forget := strings.CutPrefix(values.Get("do"), "forget-"); forget {
		done, err = "forget", p.Notices.Forget(ctx, actor, models.Channel(channel), in.Version)
	} else {
		err = p.Notices.SaveOffice(ctx, actor, in)
	}
	if err == nil {
		return redirect(c, "/messages/settings?done="+done)
	}
	return p.refusedNotices(c, f, err, nil, f)
}

func (p *Pages) refusedNotices(c *gin.Context, f *form, err error, own, office *form) error {
	told := models.AsError(err)
	if told.Kind != models.Invalid && told.Kind != models.Conflict {
		return err
	}
	body, loadErr := p.noticesBody(c, own, office)
	if loadErr != nil {
		return loadErr
	}
	return p.refused(c, f, err, "notices", noticesTitle, body)
}

// settingsVersion is the version of the settings that a form was made from; 0 where none were kept.
func settingsVersion(values url.Values) (int64, error) {
	n, err := strconv.ParseInt(values.Get("version"), 10, 64)
	if err != nil || n < 0 {
		return 0, models.Errorf(models.Malformed, "form.version", "表单没有完整收到，请重新打开通知设置")
	}
	return n, nil
}

// testNotice sends a test message and shows what came of it: that a receiver does not take it is an
// answer, not a failure of the page.
func (p *Pages) testNotice(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	err = p.Notices.Test(c.Request.Context(), web.Actor(c), models.Channel(values.Get("channel")))
	if err == nil {
		return redirect(c, "/messages/settings?done=test")
	}
	told := models.AsError(err)
	if told.Kind != models.Precondition {
		return err
	}
	body, err := p.noticesBody(c, nil, nil)
	if err != nil {
		return err
	}
	body.Fault = told.Message
	return p.render(c, http.StatusOK, "notices", noticesTitle, body)
}

type deadRow struct {
	ID, Subject, Who string
	Sends            []deadSend
}

type deadSend struct {
	Channel, Error, At string
	Attempts           int
}

type deadBody struct {
	Rows        []deadRow
	First, Next string
	Done        string
}

// deadMessages shows what could not be sent. Of a message only number and village are seen here.
func (p *Pages) deadMessages(c *gin.Context) error {
	ctx, after := c.Request.Context(), c.Query("after")
	page, err := p.Notices.Dead(ctx, after, adminRows)
	if err != nil {
		return err
	}
	var body deadBody
	if c.Query("done") == "again" {
		body.Done = "已经重新排队，过了休息时间就发出。"
	}
	for _, m := range page.Messages {
		row := deadRow{ID: m.ID, Subject: m.Subject}
		if row.Who, err = p.recipientName(ctx, m); err != nil {
			return err
		}
		for _, s := range m.Sends {
			if s.DeadAt != nil {
				row.Sends = append(row.Sends, deadSend{Channel: s.Channel.Name(), Error: notify.Explain(s.Error), At: moment(*s.DeadAt), Attempts: s.Attempts})
			}
		}
		body.Rows = append(body.Rows, row)
	}
	if after != "" {
		body.First = "/admin/messages"
	}
	if page.Next != "" {
		body.Next = "/admin/messages?" + url.Values{"after": {page.Next}}.Encode()
	}
	return p.render(c, http.StatusOK, "deadmessages", "发送失败", body)
}

// recipientName is a user name, or the place whose robots are meant, or whose office itself.
func (p *Pages) recipientName(ctx context.Context, m *models.Message) (string, error) {
	region, office := models.RecipientOffice(m.Recipient)
	if !office {
		return "账号" + m.Recipient, nil
	}
	name, err := p.placeName(ctx, region)
	if !slices.ContainsFunc(m.Sends, func(s models.Send) bool { return s.Channel == models.ChannelOffice }) {
		name += "的群机器人"
	}
	return name, err
}

func (p *Pages) sendAgain(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	id := values.Get("id")
	if id == "" {
		return models.Errorf(models.Malformed, "form", "表单没有完整收到，请返回重新提交")
	}
	if err := p.Notices.SendAgain(c.Request.Context(), id); err != nil {
		return err
	}
	return redirect(c, "/admin/messages?done=again")
}
