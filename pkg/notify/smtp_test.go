package notify_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// posted is a mail that a server has taken.
type posted struct {
	from, to, text string
	encrypted      bool
	user           string // "name/password" of whoever logged in
}

// mailServer is a small SMTP server (RFC 5321) that remembers what it got.
type mailServer struct {
	addr     string
	identity *tls.Config // offers STARTTLS
	auth     bool        // offers AUTH PLAIN
	// refuse answers a command with something else; "" lets it pass. Commands are EHLO, STARTTLS, AUTH, MAIL,
	// RCPT, DATA, “.” for the end of the mail, and “hello” before anything.
	refuse func(command string) string

	mu   sync.Mutex
	mail []posted
}

// hangUp as an answer ends the connection without a word; silence never answers.
const (
	hangUp  = "hang up"
	silence = "silence"
)

func serveMail(t *testing.T, change ...func(*mailServer)) *mailServer {
	t.Helper()
	s := &mailServer{refuse: func(string) string { return "" }}
	for _, f := range change {
		f(s)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.addr = listener.Addr().String()
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			group.Go(func() {
				defer conn.Close()
				s.talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		group.Wait()
	})
	return s
}

func (s *mailServer) mails() []posted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mail)
}

// talk is one conversation.
func (s *mailServer) talk(conn net.Conn) {
	in := bufio.NewReader(conn)
	var now posted
	reply := func(command, usual string) bool {
		answer := s.refuse(command)
		switch answer {
		case "":
			answer = usual
		case hangUp:
			return false
		case silence:
			_, _ = in.ReadByte() // until the other side has enough
			return false
		}
		_, err := fmt.Fprintf(conn, "%s\r\n", answer)
		return err == nil
	}
	if !reply("hello", "220 test ESMTP") {
		return
	}
	for {
		row, err := in.ReadString('\n')
		if err != nil {
			return
		}
		row = strings.TrimRight(row, "\r\n")
		command, rest, _ := strings.Cut(row, " ")
		usual := "250 OK"
		switch command = strings.ToUpper(command); command {
		case "EHLO":
			usual = "250-test"
			if s.identity != nil && !now.encrypted {
				usual += "\r\n250-STARTTLS"
			}
			if s.auth {
				usual += "\r\n250-AUTH LOGIN PLAIN"
			}
			usual += "\r\n250 8BITMIME"
		case "STARTTLS":
			usual = "220 go ahead"
		case "AUTH":
			usual = "235 welcome"
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			now.user = strings.ReplaceAll(strings.TrimPrefix(string(raw), "\x00"), "\x00", "/")
		case "MAIL":
			now.from = rest
		case "RCPT":
			now.to = rest
		case "DATA":
			usual = "354 go on"
		case "QUIT":
			usual = "221 bye"
		}
		if !reply(command, usual) {
			return
		}
		switch {
		case command == "QUIT":
			return
		case command == "STARTTLS":
			secure := tls.Server(conn, s.identity)
			if secure.Handshake() != nil {
				return
			}
			conn, in = secure, bufio.NewReader(secure)
			now = posted{encrypted: true}
		case command == "DATA" && s.refuse("DATA") == "":
			for now.text = ""; !strings.HasSuffix(now.text, "\r\n.\r\n"); {
				more, err := in.ReadString('\n')
				if err != nil {
					return
				}
				now.text += more
			}
			now.text = strings.TrimSuffix(now.text, ".\r\n")
			if answer := s.refuse("."); answer == "" || answer == hangUp { // it has it, whatever it says
				s.mu.Lock()
				s.mail = append(s.mail, now)
				s.mu.Unlock()
			}
			if !reply(".", "250 taken") {
				return
			}
		}
	}
}

// identity is a certificate for this machine and the pool that trusts it.
func identity(t *testing.T) (server *tls.Config, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), // TLS asks the machine's clock
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	roots = x509.NewCertPool()
	roots.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, roots
}
