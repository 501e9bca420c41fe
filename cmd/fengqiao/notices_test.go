package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/jobs"
	"fengqiao/pkg/notify"
)

func TestOutgoingSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string // a word of the error, "" for none
	}{
		{"nothing", nil, ""},
		{"all", []string{"--smtp-addr", "smtp.example.com:465", "--smtp-from", "枫桥 <a@example.com>", "--smtp-username", "a", "--smtp-password", "b", "--base-url", "https://fengqiao.example.com"}, ""},
		{"without a login", []string{"--smtp-addr", "127.0.0.1:25", "--smtp-from", "a@example.com", "--base-url", "http://127.0.0.1:8080/fengqiao/"}, ""},
		{"no port", []string{"--smtp-addr", "smtp.example.com", "--smtp-from", "a@example.com"}, "主机:端口"},
		{"no sender", []string{"--smtp-addr", "smtp.example.com:465"}, "发件人"},
		{"no server", []string{"--smtp-from", "a@example.com"}, "--smtp-addr"},
		{"a name without a password", []string{"--smtp-addr", "smtp.example.com:465", "--smtp-from", "a@example.com", "--smtp-username", "a"}, "一起给出"},
		{"no address", []string{"--base-url", "fengqiao.example.com"}, "--base-url"},
		{"an address with a query", []string{"--base-url", "https://fengqiao.example.com/?a=1"}, "--base-url"},
		{"a script", []string{"--base-url", "javascript:alert(1)"}, "--base-url"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd, err := parse(append([]string{"serve"}, test.args...), nil, io.Discard, io.Discard)
			require.NoError(t, err)
			_, err = cmd.(*serveCommand).outgoing()
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
	t.Run("the password comes from a file", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "password")
		require.NoError(t, os.WriteFile(file, []byte("hunter2\n"), 0o600))
		cmd, err := parse([]string{"serve", "--smtp-addr", "h:25", "--smtp-from", "a@b.c", "--smtp-username", "a"}, []string{"FENGQIAO_SMTP_PASSWORD_FILE=" + file}, io.Discard, io.Discard)
		require.NoError(t, err)
		out, err := cmd.(*serveCommand).outgoing()
		require.NoError(t, err)
		require.Equal(t, "hunter2", out.mail.Password)
	})
	t.Run("a wrong setting is told before anything is opened", func(t *testing.T) {
		t.Parallel()
		data := filepath.Join(t.TempDir(), "data")
		code, _, stderr := call(t, "", "serve", "--data", data, "--smtp-from", "a@example.com")
		require.Equal(t, exitFailure, code)
		require.Contains(t, stderr, "--smtp-addr")
		require.NoDirExists(t, data)
	})
}

// township is the place of the demo whose judicial officer hears of what is handed up.
const township = demo.CountyCode + "101"

var judicial = models.Actor{ID: "judicial", Name: "陈静", Role: models.RoleJudicial, Region: township}

// urgent prepares a store whose township has a webhook and a case of red risk that was just handed up to
// it: its notice goes out at any hour.
func urgent(t *testing.T, data, url string) *models.Case {
	t.Helper()
	where := storeFlags{Data: data}
	ring, err := (&sealFlags{}).ring(&where)
	require.NoError(t, err)
	a, err := where.open(t.Context(), time.Now)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.close()) }()
	require.NoError(t, a.seed(t.Context()))
	for _, r := range demo.Regions() {
		require.NoError(t, a.store.PutRegion(t.Context(), r))
	}
	require.NoError(t, a.store.InsertAccount(t.Context(), &models.Account{Username: judicial.ID, Name: judicial.Name, Role: judicial.Role, Region: judicial.Region, Epoch: 1}))
	require.NoError(t, a.notices(ring, outgoing{}).SaveOffice(t.Context(), judicial, notify.Office{Robots: []notify.Robot{{Channel: models.ChannelWebhook, On: true, URL: url, Secret: "0123456789abcdef"}}}))
	mediator := demo.Accounts()[0].Actor
	c, _, err := a.casework(ring).Log(t.Context(), mediator, casework.LogForm{
		Type: models.LandTransfer, VillageCode: mediator.Region, Title: "租金纠纷", Facts: "租金拖欠。", Requests: []string{"付清租金"}, Risk: models.Red,
		Parties: []casework.PartyForm{{Role: models.Applicant, Kind: models.Person, Name: "赵甲"}, {Role: models.Respondent, Kind: models.Person, Name: "钱乙"}},
	}, "")
	require.NoError(t, err)
	return c
}

// The server is killed at the moment at which the receiver has its letter and the server does not know it
// yet. The job goes on where it was: the letter comes again, under the same key.
func TestKilledBetweenSendingAndRecording(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var keys []string
	victim, killed := make(chan *os.Process, 1), make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		keys = append(keys, r.Header.Get(notify.HeaderKey))
		first := len(keys) == 1
		mu.Unlock()
		if first {
			_ = (<-victim).Kill()
			<-r.Context().Done()
			close(killed)
		}
	}))
	t.Cleanup(receiver.Close)
	data := t.TempDir()
	c := urgent(t, data, receiver.URL)
	s := startServer(t, "serve", "--data", data)
	victim <- s.cmd.Process
	<-killed
	require.Error(t, s.cmd.Wait(), "it was killed")
	require.NotContains(t, s.log.String(), receiver.URL, "no address in the log")
	require.NotContains(t, s.log.String(), "赵甲")

	a, ring := openAt(t, fileSite(data), time.Now())
	id := models.MessageID(c.ID.Hex(), c.Notices[0].Key, models.OfficeRecipient(township))
	m, err := a.store.Message(t.Context(), id)
	require.NoError(t, err)
	require.Nil(t, m.Sends[0].SentAt, "nobody knows that it was sent")
	run, err := a.notices(ring, outgoing{}).Run(t.Context(), a.now())
	require.NoError(t, err)
	require.Equal(t, 1, run.Sent)
	mu.Lock()
	require.Equal(t, []string{id, id}, keys)
	mu.Unlock()
	m, err = a.store.Message(t.Context(), id)
	require.NoError(t, err)
	require.NotNil(t, m.Sends[0].SentAt)
	run, err = a.notices(ring, outgoing{}).Run(t.Context(), a.now())
	require.NoError(t, err)
	require.Empty(t, run)
}

// The jobs of a server deliver what waits, and leave their record without a word of the letter. Those of the
// command line, which has no seal key, know of no delivery.
func TestServerDeliversAtStart(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got <- r.Header.Get(notify.HeaderKey)
	}))
	t.Cleanup(receiver.Close)
	data := t.TempDir()
	c := urgent(t, data, receiver.URL)
	a, ring := openAt(t, fileSite(data), time.Now())
	var log bytes.Buffer
	runner, err := jobs.New(a.store, "test", a.now, slog.New(slog.NewJSONHandler(&log, nil)), jobs.Standard(a.workWith(a.notices(ring, outgoing{})))...)
	require.NoError(t, err)
	require.NoError(t, runner.Start(t.Context()))
	require.Equal(t, models.MessageID(c.ID.Hex(), c.Notices[0].Key, models.OfficeRecipient(township)), <-got)
	stopped, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, runner.Stop(stopped))
	runs, err := a.store.Runs(t.Context(), jobs.Notices, 10)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, jobs.StatusDone, runs[0].Status)
	require.Equal(t, "转交通知2条，发出1条", runs[0].Note)
	require.Empty(t, log.String())
	page, err := a.store.Inbox(t.Context(), judicial.ID, "", 10)
	require.NoError(t, err)
	require.Len(t, page.Messages, 1)

	require.False(t, slices.ContainsFunc(jobs.Standard(a.work()), func(j jobs.Job) bool { return j.Name == jobs.Notices }))
}

// Whoever opens the demo finds messages.
func TestDemoHasMessages(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "demo")
	s := startServer(t, "demo", "--data", data, "--cases", "60")
	require.Zero(t, s.stop(t), s.log.String()) // waits for the runs of the start
	a, _ := openAt(t, fileSite(data), time.Now())
	for _, who := range []string{"mediator", "chair", "judicial", "county"} {
		page, err := a.store.Inbox(t.Context(), who, "", 10)
		require.NoError(t, err)
		require.NotEmpty(t, page.Messages, who)
	}
}
