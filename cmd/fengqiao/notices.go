package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	"fengqiao/pkg/jobs"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/seal"
)

// outgoingFlags say how notices leave the house.
type outgoingFlags struct {
	SMTPAddr     string `name:"smtp-addr" help:"发通知邮件的服务器，例如 smtp.example.com:465；不给出则不发邮件。" placeholder:"HOST:PORT"`
	SMTPFrom     string `name:"smtp-from" help:"通知邮件的发件人，例如 枫桥 <noreply@example.com>。" placeholder:"ADDRESS"`
	SMTPUsername string `name:"smtp-username" help:"邮件服务器的用户名。" placeholder:"NAME"`
	SMTPPassword secret `name:"smtp-password" help:"邮件服务器的密码。" placeholder:"PASSWORD"`
	BaseURL      string `name:"base-url" help:"浏览器访问本系统的地址，例如 https://fengqiao.example.com；给出时通知里带上案件页面的链接。" placeholder:"URL"`
}

// outgoing is what they come to, checked.
type outgoing struct {
	mail *notify.MailServer
	base string
}

var (
	errBaseURL    = errors.New("--base-url 请写成 https:// 或 http:// 开头的地址，不带参数")
	errSMTPOrphan = errors.New("给出了 --smtp-from、--smtp-username 或 --smtp-password，却没有给出 --smtp-addr")
	errSMTPLogin  = errors.New("--smtp-username 和 --smtp-password 请一起给出")
)

func (f *outgoingFlags) outgoing() (outgoing, error) {
	out := outgoing{base: f.BaseURL}
	if u, err := url.Parse(f.BaseURL); f.BaseURL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		return out, errBaseURL
	}
	if f.SMTPAddr == "" {
		if f.SMTPFrom != "" || f.SMTPUsername != "" || f.SMTPPassword != "" {
			return out, errSMTPOrphan
		}
		return out, nil
	}
	if (f.SMTPUsername == "") != (f.SMTPPassword == "") {
		return out, errSMTPLogin
	}
	out.mail = &notify.MailServer{Addr: f.SMTPAddr, From: f.SMTPFrom, Username: f.SMTPUsername, Password: f.SMTPPassword.Reveal()}
	return out, out.mail.Check()
}

// notices delivers what waits in the cases.
func (a *application) notices(ring *seal.Ring, out outgoing) *notify.Service {
	return notify.New(notify.Options{Store: a.store, Ring: ring, Validate: a.validate, Now: a.now, Mail: out.mail, BaseURL: out.base})
}

// workWith is what the jobs of a server do: it has the keys by which addresses are opened.
func (a *application) workWith(notices *notify.Service) jobs.Work {
	work := a.work()
	work.Notices = func(ctx context.Context, now time.Time) (string, error) {
		run, err := notices.Run(ctx, now)
		return run.String(), err
	}
	work.Returns = func(ctx context.Context, now time.Time) (int, error) { return a.remind(ctx, notices, now) }
	return work
}

// remind makes the messages of the screening returns that are missing, and of group disputes that wait.
func (a *application) remind(ctx context.Context, notices *notify.Service, now time.Time) (int, error) {
	if _, err := a.reports.Mend(ctx); err != nil {
		return 0, err
	}
	due, err := a.reports.Reminders(ctx)
	if err != nil {
		return 0, err
	}
	reminders := make([]notify.Reminder, len(due))
	for i, r := range due {
		reminders[i] = notify.Reminder{Key: r.Key, To: r.To, Kind: r.Kind, Subject: r.Subject, Text: r.Text, Page: r.Page}
	}
	return notices.Remind(ctx, now, reminders)
}
