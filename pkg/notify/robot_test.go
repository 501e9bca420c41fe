package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/notify"
)

var letter = notify.Letter{
	Key: "665f00000000000000000001/5-0/office:330681101", Kind: models.NoticeEscalated, Subject: "〔2026〕北坡村人调字第12号（北坡村）",
	Text: "〔2026〕北坡村人调字第12号（北坡村）由北坡村人民调解委员会上报枫溪镇司法所，请签收", Link: "https://fengqiao.example.com/cases/665f00000000000000000001", At: morning,
}

const ok = `{"errcode":0,"errmsg":"ok"}`

func say(text string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

func clock() time.Time { return morning }

// channels are the ways by HTTP to an address.
func channels(address string) map[string]notify.Channel {
	client := notify.NewClient()
	return map[string]notify.Channel{
		"wecom":    notify.WeCom{Client: client, URL: address},
		"dingtalk": notify.DingTalk{Client: client, URL: address, Secret: "SEC0", Now: clock},
		"webhook":  notify.Webhook{Client: client, URL: address, Secret: webhookSecret, Now: clock},
	}
}

// code is the code of the fault that a letter met with, "" for none.
func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var fault *notify.SendError
	require.ErrorAs(t, err, &fault)
	return fault.Code
}

func TestWeComSaysItInTheGroup(t *testing.T) {
	t.Parallel()
	group := receive(t, func(_ int, w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(ok)) })
	robot := notify.WeCom{Client: notify.NewClient(), URL: group.URL + "/cgi-bin/webhook/send?key=693a91f6"}
	require.NoError(t, robot.Send(t.Context(), letter))
	got := group.requests()
	require.Len(t, got, 1)
	require.Equal(t, []string{"693a91f6"}, got[0].query["key"])
	require.Equal(t, "application/json; charset=utf-8", got[0].header.Get("Content-Type"))
	require.JSONEq(t, `{"msgtype":"text","text":{"content":"【枫桥】`+letter.Text+`\n`+letter.Link+`"}}`, got[0].body)

	urgent := letter
	urgent.Urgent, urgent.Link = true, ""
	require.NoError(t, robot.Send(t.Context(), urgent))
	require.JSONEq(t, `{"msgtype":"text","text":{"content":"【枫桥·紧急】`+letter.Text+`"}}`, group.requests()[1].body)
}

// The expected signature was made by Python's hmac.
func TestDingTalkSigns(t *testing.T) {
	t.Parallel()
	group := receive(t, say(ok))
	now := time.UnixMilli(1795500000000)
	robot := notify.DingTalk{Client: notify.NewClient(), URL: group.URL + "/robot/send?access_token=abc%2Bd", Secret: "SECthis is secret", Now: func() time.Time { return now }}
	require.NoError(t, robot.Send(t.Context(), letter))
	got := group.requests()[0]
	require.Equal(t, map[string][]string{"access_token": {"abc+d"}, "timestamp": {"1795500000000"}, "sign": {"JITVkjehm6MKEVLa+WlNCOR+q2bUlN9s7QYghAL5NSU="}}, got.query)
	require.JSONEq(t, `{"msgtype":"text","text":{"content":"【枫桥】`+letter.Text+`\n`+letter.Link+`"}}`, got.body)
}

// Settings that were saved before a secret was asked for send nothing that is not signed.
func TestDingTalkIsNotSentUnsigned(t *testing.T) {
	t.Parallel()
	group := receive(t, say(ok))
	err := notify.DingTalk{Client: notify.NewClient(), URL: group.URL, Now: time.Now}.Send(t.Context(), notify.Letter{Text: "甲"})
	var fault *notify.SendError
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "没有保存加签的密钥，请在通知设置里填写", notify.Explain(fault.Code))
	require.Empty(t, group.requests())
}

func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	system := receive(t, status(http.StatusAccepted))
	hook := notify.Webhook{Client: notify.NewClient(), URL: system.URL, Secret: "0123456789abcdef", Now: func() time.Time { return time.Unix(1795500000, 999) }}
	require.NoError(t, hook.Send(t.Context(), letter))
	got := system.requests()[0]
	require.Equal(t, letter.Key, got.header.Get("X-Fengqiao-Key"))
	require.Equal(t, "1795500000", got.header.Get("X-Fengqiao-Timestamp"))
	mac := hmac.New(sha256.New, []byte("0123456789abcdef"))
	fmt.Fprintf(mac, "1795500000.%s", got.body)
	require.Equal(t, "sha256="+hex.EncodeToString(mac.Sum(nil)), got.header.Get("X-Fengqiao-Signature"))
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.body), &body))
	require.Equal(t, map[string]any{
		"key": letter.Key, "kind": "escalated", "subject": letter.Subject, "text": letter.Text, "link": letter.Link, "at": "2026-11-24T02:00:00Z", "urgent": false,
	}, body)
}

// What receivers do wrong, and what is told of it.
func TestReceiversThatDoNotAccept(t *testing.T) {
	t.Parallel()
	elsewhere := receive(t, say(ok))
	for _, test := range []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request)
		robot  string // code of the robots' fault, "" where they accept
		hook   string
	}{
		{"a fault of theirs", status(http.StatusInternalServerError), "http.500", "http.500"},
		{"no such place", status(http.StatusNotFound), "http.404", "http.404"},
		{"too often", status(http.StatusTooManyRequests), "http.429", "http.429"},
		{"another address", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "redirect", "redirect"},
		{"moved for good", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusMovedPermanently)
		}, "redirect", "redirect"},
		{"200 with an error's number", say(`{"errcode":93000,"errmsg":"invalid webhook url"}`), "robot.93000", ""},
		{"200 without a number", say(`{"errmsg":"ok"}`), "answer", ""},
		{"a page", say("<html>ok</html>"), "answer", ""},
		{"nothing", func(int, http.ResponseWriter, *http.Request) {}, "answer", ""},
		{"more than anybody reads", say(`{"errcode":0,"errmsg":"` + strings.Repeat("x", 100<<10) + `"}`), "answer", ""},
		{"hangs up", func(_ int, w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, "unreachable", "unreachable"},
		{"hangs up in the middle", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"errcode":0`))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "unreachable", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			to := receive(t, test.answer)
			for name, channel := range channels(to.URL) {
				want := test.robot
				if name == "webhook" {
					want = test.hook
				}
				require.Equal(t, want, code(t, channel.Send(t.Context(), letter)), name)
			}
			require.Len(t, to.requests(), 3, "each was asked once")
		})
	}
	require.Empty(t, elsewhere.requests(), "a letter goes nowhere but where it was meant to go")
}

func TestSlowReceivers(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(int, http.ResponseWriter, *http.Request){
		"never answers": never,
		"begins and never ends": func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"errcode":`))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := receive(t, answer)
			for kind, channel := range channels(to.URL) {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				err := channel.Send(ctx, letter)
				cancel()
				want := "timeout"
				if kind == "webhook" && name != "never answers" {
					want = "" // its status was the answer
				}
				require.Equal(t, want, code(t, err), kind)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, channel := range channels(gone.URL) {
		require.Equal(t, "unreachable", code(t, channel.Send(t.Context(), letter)), name)
	}
}

// Letters go by HTTPS, but on this machine; and a certificate must be good.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "x", "http://", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "http://10.0.0.1/", "http://localhost.example.com/", "http://127.0.0.1.example.com/",
		"ftp://127.0.0.1/", "file:///etc/passwd", "https://user:password@example.com/", "https://example.com/#x", "https:///x", "//example.com/", "https://exa mple.com/", "https://example.com:port/",
	} {
		for name, channel := range channels(address) {
			require.Equal(t, "address", code(t, channel.Send(t.Context(), letter)), "%s %s", name, address)
		}
	}

	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(ok)) }))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for name, channel := range channels(secure.URL) {
		require.Equal(t, "tls", code(t, channel.Send(t.Context(), letter)), name)
	}
	client := notify.NewClient()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	require.NoError(t, notify.WeCom{Client: client, URL: secure.URL}.Send(t.Context(), letter))
}

// No fault tells an address, whose query is as good as a password.
func TestFaultsTellNoAddress(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	u, err := url.Parse(gone.URL)
	require.NoError(t, err)
	for _, address := range []string{gone.URL + "/send?key=hunter2", "https://" + u.Host + "/send?key=hunter2", "http://example.com/send?key=hunter2"} {
		for name, channel := range channels(address) {
			err := channel.Send(t.Context(), letter)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hunter2", name)
			require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), u.Port(), name)
		}
	}
}

// A text that a robot does not take as a whole is cut at the end of a line, and says so.
func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	long := letter
	var lines strings.Builder
	lines.WriteString("有60条期限提醒：")
	for i := range 60 {
		fmt.Fprintf(&lines, "\n%d. 〔2026〕北坡村人调字第%d号（北坡村）距调解期限届满还有2日", i+1, i+1)
	}
	long.Text = lines.String()
	one := letter
	one.Text = strings.Repeat("很长的一行", 500)
	for name, l := range map[string]notify.Letter{"many lines": long, "one line": one} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group := receive(t, say(ok))
			require.NoError(t, notify.WeCom{Client: notify.NewClient(), URL: group.URL}.Send(t.Context(), l))
			var body struct{ Text struct{ Content string } }
			require.NoError(t, json.Unmarshal([]byte(group.requests()[0].body), &body))
			content := body.Text.Content
			require.LessOrEqual(t, len(content), 2048)
			require.Greater(t, len(content), 1800, "as much as goes in")
			require.True(t, utf8.ValidString(content))
			require.NotContains(t, content, "\ufffd")
			require.True(t, strings.HasSuffix(content, "\n……其余请登录系统查看\n"+letter.Link))
			if name == "many lines" {
				rows := strings.Split(content, "\n")
				require.True(t, strings.HasSuffix(rows[len(rows)-3], "还有2日"), "a whole line: %s", rows[len(rows)-3])
			}
		})
	}
}

// Whoever looks after the system reads what went wrong, in words.
func TestEveryFaultIsExplained(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, fault := range []string{"timeout", "unreachable", "tls", "address", "redirect", "answer", "sealed", "plain", "off", "gone", "http.403", "robot.1", "robot.45009", "robot.93000", "robot.310000", "smtp.421", "smtp.535", "smtp.550"} {
		words := notify.Explain(fault)
		require.NotEqual(t, notify.Explain("no such code"), words, fault)
		require.Empty(t, seen[words], "%s says the same as %s", fault, seen[words])
		seen[words] = fault
		require.True(t, strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) }), fault)
	}
	require.Empty(t, notify.Explain(""))
	require.NotEmpty(t, notify.Explain("no such code"))
}
