package notify_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/notify"
)

func mailTo(s *mailServer, change ...func(*notify.MailServer)) notify.Mail {
	server := &notify.MailServer{Addr: s.addr, From: "枫桥 <noreply@fengqiao.example.com>", Now: func() time.Time { return morning }}
	for _, f := range change {
		f(server)
	}
	return notify.Mail{Server: server, To: "he@example.com"}
}

// read takes a mail apart, as a mail program does.
func read(t *testing.T, p posted) (header mail.Header, text string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(p.text))
	require.NoError(t, err)
	raw, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	require.NoError(t, err)
	return m.Header, string(raw)
}

func TestMailArrives(t *testing.T) {
	t.Parallel()
	server := serveMail(t)
	require.NoError(t, mailTo(server).Send(t.Context(), letter))
	got := server.mails()
	require.Len(t, got, 1)
	require.Equal(t, "FROM:<noreply@fengqiao.example.com> BODY=8BITMIME", got[0].from)
	require.Equal(t, "TO:<he@example.com>", got[0].to)
	for row := range strings.SplitSeq(got[0].text, "\r\n") {
		require.LessOrEqual(t, len(row), 998, "RFC 5322")
		require.False(t, strings.ContainsFunc(row, func(r rune) bool { return r > '~' || r == '\n' }), "all is ASCII: %q", row)
	}
	header, text := read(t, got[0])
	words := new(mime.WordDecoder)
	subject, err := words.DecodeHeader(header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "枫桥："+letter.Subject, subject)
	from, err := header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "枫桥", Address: "noreply@fengqiao.example.com"}}, from)
	require.Equal(t, "<he@example.com>", header.Get("To"))
	require.Equal(t, "auto-generated", header.Get("Auto-Submitted"))
	date, err := header.Date()
	require.NoError(t, err)
	require.True(t, morning.Equal(date))
	require.Regexp(t, `^<[0-9a-f]{32}@fengqiao\.example\.com>$`, header.Get("Message-Id"))
	require.Equal(t, letter.Text+"\r\n\r\n"+letter.Link+"\r\n\r\n这封邮件由枫桥系统自动发出，请不要回复。不想收邮件，请在系统的“通知设置”里关闭。\r\n", text)

	// The same letter is the same mail; another is another.
	other := letter
	other.Key, other.Urgent, other.Link = "another", true, ""
	require.NoError(t, mailTo(server).Send(t.Context(), letter))
	require.NoError(t, mailTo(server).Send(t.Context(), other))
	again, _ := read(t, server.mails()[1])
	require.Equal(t, header.Get("Message-Id"), again.Get("Message-Id"))
	urgent, text := read(t, server.mails()[2])
	require.NotEqual(t, header.Get("Message-Id"), urgent.Get("Message-Id"))
	subject, err = words.DecodeHeader(urgent.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "枫桥（紧急）："+letter.Subject, subject)
	require.NotContains(t, text, "http")
}

func TestMailIsEncryptedWhereItIsOffered(t *testing.T) {
	t.Parallel()
	certificate, roots := identity(t)
	server := serveMail(t, func(s *mailServer) { s.identity, s.auth = certificate, true })
	login := func(m *notify.MailServer) { m.Username, m.Password = "robot", "hunter2" }
	trust := func(m *notify.MailServer) { m.TLS = &tls.Config{RootCAs: roots} }
	require.NoError(t, mailTo(server, login, trust).Send(t.Context(), letter))
	got := server.mails()[0]
	require.True(t, got.encrypted)
	require.Equal(t, "robot/hunter2", got.user)

	require.Equal(t, "tls", code(t, mailTo(server, login).Send(t.Context(), letter)), "a certificate that nobody knows")
	require.Len(t, server.mails(), 1)
}

// A password is not sent in the clear to another machine.
func TestPasswordsAreNotSentInTheClear(t *testing.T) {
	t.Parallel()
	plain := serveMail(t, func(s *mailServer) { s.auth = true })
	_, port, err := net.SplitHostPort(plain.addr)
	require.NoError(t, err)
	login := func(m *notify.MailServer) { m.Username, m.Password = "robot", "hunter2" }
	require.NoError(t, mailTo(plain, login).Send(t.Context(), letter), "but to this one")
	require.Equal(t, "robot/hunter2", plain.mails()[0].user)
	elsewhere := func(m *notify.MailServer) { m.Addr = "0.0.0.0:" + port } // the same server by a name that is not this machine's
	require.Equal(t, "plain", code(t, mailTo(plain, login, elsewhere).Send(t.Context(), letter)))
	require.Len(t, plain.mails(), 1)
}

func TestMailServersThatDoNotAccept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, command, answer, want string }{
		{"is full", "hello", "421 too busy", "smtp.421"},
		{"hangs up at once", "hello", hangUp, "unreachable"},
		{"does not know the sender", "MAIL", "553 who are you", "smtp.553"},
		{"has no such box", "RCPT", "550 no such user", "smtp.550"},
		{"wants no text", "DATA", "554 no", "smtp.554"},
		{"does not like the text", ".", "552 too long", "smtp.552"},
		{"hangs up after the text", ".", hangUp, "unreachable"},
		{"says nothing", "hello", silence, "timeout"},
		{"says nothing in the middle", "RCPT", silence, "timeout"},
		{"speaks another language", "hello", "HTTP/1.1 400 Bad Request", "unreachable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serveMail(t, func(s *mailServer) {
				s.refuse = func(command string) string {
					if command == test.command {
						return test.answer
					}
					return ""
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if test.want == "timeout" {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
			}
			defer cancel()
			require.Equal(t, test.want, code(t, mailTo(server).Send(ctx, letter)))
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		t.Parallel()
		server := serveMail(t, func(s *mailServer) {
			s.auth = true
			s.refuse = func(command string) string {
				if command == "AUTH" {
					return "535 no"
				}
				return ""
			}
		})
		channel := mailTo(server, func(m *notify.MailServer) { m.Username, m.Password = "robot", "hunter2" })
		require.Equal(t, "smtp.535", code(t, channel.Send(t.Context(), letter)))
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, listener.Close())
		require.Equal(t, "unreachable", code(t, mailTo(&mailServer{addr: listener.Addr().String()}).Send(t.Context(), letter)))
	})
}

// Whoever types an address cannot type a command or a header with it.
func TestMailAddresses(t *testing.T) {
	t.Parallel()
	server := serveMail(t)
	for _, to := range []string{"", "he", "he@", "何 <he@example.com>", "he@example.com, she@example.com", "he@example.com\r\nRCPT TO:<x@example.com>", "he@example.com\r\nBcc: x@example.com", "<he@example.com>", "何@example.com", "he@例子.com", " he@example.com"} {
		channel := mailTo(server)
		channel.To = to
		require.Equal(t, "address", code(t, channel.Send(t.Context(), letter)), "%q", to)
	}
	long := letter
	long.Subject = "换行\r\nBcc: x@example.com"
	require.NoError(t, mailTo(server).Send(t.Context(), long))
	header, _ := read(t, server.mails()[0])
	require.Empty(t, header.Get("Bcc"))
	require.Len(t, server.mails(), 1)
}

func TestMailServerSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		addr, from string
		good       bool
	}{
		{"a name with an address", "smtp.example.com:465", "枫桥 <noreply@example.com>", true},
		{"an address alone", "127.0.0.1:25", "noreply@example.com", true},
		{"no port", "smtp.example.com", "noreply@example.com", false},
		{"no sender", "smtp.example.com:465", "", false},
		{"no address", "smtp.example.com:465", "枫桥", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &notify.MailServer{Addr: test.addr, From: test.from, Password: "hunter2"}
			require.Equal(t, test.good, s.Check() == nil)
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", s, s, s), "hunter2")
		})
	}
}
