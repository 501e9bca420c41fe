package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// MailServer is who takes our mail.
type MailServer struct {
	Addr               string // host:port; TLS from the start at port 465, else STARTTLS where it is offered
	From               string // an address, or a name with one: 枫桥 <noreply@example.com>
	Username, Password string // "" for none; never sent in the clear to another machine

	TLS *tls.Config      // nil for the machine's own roots
	Now func() time.Time // nil for the machine's clock
}

// Check says what is wrong with the settings of a server.
func (s *MailServer) Check() error {
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return errors.New("邮件服务器请写成 主机:端口，例如 smtp.example.com:465")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		return errors.New("发件人请写成邮箱地址，例如 noreply@example.com")
	}
	return nil
}

func (s *MailServer) String() string   { return "[redacted]" }
func (s *MailServer) GoString() string { return "[redacted]" }

// Mail is the mail box of one person.
type Mail struct {
	Server *MailServer
	To     string // an address
}

// implicitTLS is the port at which TLS begins with the first byte (RFC 8314).
const implicitTLS = "465"

const mailFooter = "这封邮件由枫桥系统自动发出，请不要回复。不想收邮件，请在系统的“通知设置”里关闭。"

// Send hands the letter to the mail server. Its Message-ID is made from its key.
func (m Mail) Send(ctx context.Context, l Letter) error {
	err := m.talk(ctx, l)
	var refused *textproto.Error
	var fault *SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault):
		return fault
	case errors.As(err, &refused):
		return &SendError{fmt.Sprintf("smtp.%d", refused.Code)}
	}
	return networkFault(ctx, err)
}

// talk is the whole conversation with the server.
func (m Mail) talk(ctx context.Context, l Letter) error {
	from, err := mail.ParseAddress(m.Server.From)
	if err != nil {
		return &SendError{faultAddress}
	}
	to, err := parseMailbox(m.To)
	if err != nil {
		return &SendError{faultAddress}
	}
	host, port, err := net.SplitHostPort(m.Server.Addr)
	if err != nil {
		return &SendError{faultAddress}
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.Server.TLS != nil {
		secure = m.Server.TLS.Clone()
	}
	secure.ServerName = host
	wire, err := (&net.Dialer{Timeout: connectLimit}).DialContext(ctx, "tcp", m.Server.Addr)
	if err != nil {
		return err
	}
	defer wire.Close() // after QUIT it is closed already
	// Whatever is waited for ends with the context.
	defer context.AfterFunc(ctx, func() { _ = wire.SetDeadline(time.Unix(1, 0)) })()
	conn := wire
	if port == implicitTLS {
		conn = tls.Client(wire, secure)
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if offered, _ := client.Extension("STARTTLS"); offered {
		if err := client.StartTLS(secure); err != nil {
			return err
		}
	}
	if m.Server.Username != "" {
		if _, encrypted := client.TLSConnectionState(); !encrypted && !isLoopback(host) {
			return &SendError{faultPlain}
		}
		if err := client.Auth(smtp.PlainAuth("", m.Server.Username, m.Server.Password, host)); err != nil {
			return err
		}
	}
	if err := client.Mail(from.Address); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write(m.compose(from, to, l)); err != nil {
		return err
	}
	if err := body.Close(); err != nil { // the server's answer to the whole
		return err
	}
	_ = client.Quit() // it has the mail; how it says goodbye is no matter
	return nil
}

// compose writes the mail.
func (m Mail) compose(from *mail.Address, to string, l Letter) []byte {
	now := time.Now
	if m.Server.Now != nil {
		now = m.Server.Now
	}
	subject := "枫桥：" + l.Subject
	if l.Urgent {
		subject = "枫桥（紧急）：" + l.Subject
	}
	text := l.Text
	if l.Link != "" {
		text += "\n\n" + l.Link
	}
	text += "\n\n" + mailFooter + "\n"
	_, domain, _ := strings.Cut(from.Address, "@")
	sum := sha256.Sum256([]byte(l.Key))

	var out bytes.Buffer
	for _, field := range [][2]string{
		{"From", from.String()}, {"To", (&mail.Address{Address: to}).String()}, {"Subject", mime.BEncoding.Encode("utf-8", subject)},
		{"Date", now().Format(time.RFC1123Z)}, {"Message-ID", "<" + hex.EncodeToString(sum[:16]) + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"},
	} {
		fmt.Fprintf(&out, "%s: %s\r\n", field[0], field[1])
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	for len(encoded) > 0 {
		n := min(76, len(encoded))
		out.WriteString("\r\n" + encoded[:n])
		encoded = encoded[n:]
	}
	out.WriteString("\r\n")
	return out.Bytes()
}

// parseMailbox reads a bare mail address.
func parseMailbox(text string) (string, error) {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || address.Address != text || strings.ContainsFunc(text, func(r rune) bool { return r > '~' || r <= ' ' }) {
		return "", errors.New("no mail address")
	}
	return text, nil
}
