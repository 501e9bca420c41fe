package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// served is a server in a process of its own.
type served struct {
	url  string
	cmd  *exec.Cmd
	log  *syncBuffer
	out  *bufio.Reader
	done chan error
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startServer runs the built program and waits until it says where it listens.
func startServer(t *testing.T, args ...string) *served {
	t.Helper()
	s := launch(t, args...)
	s.ready(t)
	return s
}

// launch runs the built program.
func launch(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{log: &syncBuffer{}, done: make(chan error, 1)}
	s.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), binary, append(args, "--addr", "127.0.0.1:0")...)
	s.cmd.Env = cleanEnv()
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() { _ = s.cmd.Process.Kill() }) // ended already, unless the test failed
	s.out = bufio.NewReader(out)
	return s
}

// ready waits until the server says where it listens.
func (s *served) ready(t *testing.T) {
	t.Helper()
	found := regexp.MustCompile(`http://\S+`)
	for s.url == "" {
		row, err := s.out.ReadString('\n')
		require.NoError(t, err, s.log.String())
		s.url = found.FindString(row)
	}
}

// stop asks the server to stop and returns its exit code.
func (s *served) stop(t *testing.T) int {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	go func() {
		_, _ = io.Copy(io.Discard, s.out)
		s.done <- s.cmd.Wait()
	}()
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		require.Fail(t, "the server does not stop", s.log.String())
	}
	return s.cmd.ProcessState.ExitCode()
}

// client keeps cookies to itself and follows no redirect.
func newClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}
}

func do(t *testing.T, method, address, contentType, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := newClient().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(answer)
}

// From the first start to the last: ready, the link for the first administrator, a login, a stop.
func TestServeFromFirstStartToStop(t *testing.T) {
	t.Parallel()
	const password = "correct horse battery staple"
	data := t.TempDir()
	s := startServer(t, "serve", "--data", data)
	response, _ := do(t, http.MethodGet, s.url+"/readyz", "", "")
	require.Equal(t, http.StatusOK, response.StatusCode)

	link := regexp.MustCompile(`http://[^"\s]+/setup/([^"\s]+)`).FindStringSubmatch(s.log.String())
	require.Len(t, link, 2, "the link is in the log: %s", s.log)
	require.Equal(t, 1, strings.Count(s.log.String(), link[1]), "once")
	response, _ = do(t, http.MethodGet, link[0], "", "")
	require.Equal(t, http.StatusOK, response.StatusCode)
	form := url.Values{"username": {"root"}, "name": {"管理员"}, "region": {"990681"}, "password": {password}, "again": {password}}.Encode()
	response, answer := do(t, http.MethodPost, link[0], "application/x-www-form-urlencoded", form, "Origin", s.url)
	require.Equal(t, http.StatusSeeOther, response.StatusCode, answer)
	response, _ = do(t, http.MethodPost, link[0], "application/x-www-form-urlencoded", form, "Origin", s.url)
	require.NotEqual(t, http.StatusSeeOther, response.StatusCode, "the link works once")

	credentials, err := json.Marshal(map[string]string{"username": "root", "password": password})
	require.NoError(t, err)
	response, answer = do(t, http.MethodPost, s.url+"/api/v1/sessions", "application/json", string(credentials))
	require.Equal(t, http.StatusCreated, response.StatusCode, answer)
	var session struct{ Token string }
	require.NoError(t, json.Unmarshal([]byte(answer), &session))
	response, answer = do(t, http.MethodGet, s.url+"/api/v1/me", "", "", "Authorization", "Bearer "+session.Token)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, answer, "root")

	require.Zero(t, s.stop(t), s.log.String())
	for _, private := range []string{password, session.Token, "argon2"} {
		require.NotContains(t, s.log.String(), private)
	}
	for row := range strings.Lines(s.log.String()) {
		require.True(t, json.Valid([]byte(row)), "the log is JSON: %s", row)
		// The link itself is the one line that may carry the token: requests for it do not.
		if strings.Contains(row, link[1]) {
			require.Contains(t, row, "管理员")
		}
	}

	again := startServer(t, "serve", "--data", data)
	require.NotContains(t, again.log.String(), "/setup/", "there is an administrator")
	response, _ = do(t, http.MethodGet, again.url+"/api/v1/me", "", "", "Authorization", "Bearer "+session.Token)
	require.Equal(t, http.StatusOK, response.StatusCode, "sessions outlive a restart")
	require.Zero(t, again.stop(t))
}

// The demo is built once, tells its accounts, and every one of them gets in.
func TestDemoServes(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "demo")
	s := startServer(t, "demo", "--data", data, "--cases", "60")
	for _, username := range []string{"mediator", "judicial", "county", "admin"} {
		response, answer := do(t, http.MethodPost, s.url+"/api/v1/sessions", "application/json", `{"username":"`+username+`","password":"fengqiao-demo"}`)
		require.Equal(t, http.StatusCreated, response.StatusCode, answer)
	}
	require.Zero(t, s.stop(t), s.log.String())

	begun := time.Now()
	again := startServer(t, "demo", "--data", data, "--clock-offset", "744h")
	response, answer := do(t, http.MethodPost, again.url+"/api/v1/sessions", "application/json", `{"username":"chair","password":"fengqiao-demo"}`)
	require.Equal(t, http.StatusCreated, response.StatusCode, answer)
	var session struct{ ExpiresAt time.Time }
	require.NoError(t, json.Unmarshal([]byte(answer), &session))
	require.Greater(t, session.ExpiresAt.Sub(begun), 31*24*time.Hour, "the clock is ahead")
	require.Zero(t, again.stop(t), again.log.String())

	code, _, stderr := call(t, "", "demo", "--data", data, "--addr", "not an address")
	require.Equal(t, exitFailure, code)
	require.NotEmpty(t, stderr)
}

// Real data is never taken for a demo.
func TestDemoRefusesOtherData(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	file := filepath.Join(t.TempDir(), "regions.csv")
	require.NoError(t, os.WriteFile(file, []byte("code,name,shortName,committee,office,households\n990700,另县,,,,\n"), 0o600))
	mustCall(t, "", "region", "import", file, "--data", data)
	code, _, stderr := call(t, "", "demo", "--data", data, "--addr", "127.0.0.1:0")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "不是演示")
}

func TestReportCommand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := startServer(t, "demo", "--data", data, "--cases", "60")
	require.Zero(t, s.stop(t), s.log.String())
	month := time.Now().AddDate(0, -3, 0).Format("2006-01")
	out := filepath.Join(t.TempDir(), "月报.xlsx")
	mustCall(t, "", "report", "--data", data, "--region", "990681101", "--month", month, "--out", out)
	require.FileExists(t, out)
	mustCall(t, "", "report", "--data", data, "--region", "990681101", "--month", month, "--out", strings.TrimSuffix(out, ".xlsx")+".docx")
	require.FileExists(t, strings.TrimSuffix(out, ".xlsx")+".docx")
	all := filepath.Join(t.TempDir(), "全部")
	require.Contains(t, mustCall(t, "", "report", "--data", data, "--all", "--month", month, "--out", all), "16个地方")
	files, err := os.ReadDir(all)
	require.NoError(t, err)
	require.Len(t, files, 2*16, "a Word and an Excel file of the county, three townships and twelve villages")
	require.FileExists(t, filepath.Join(all, "990681101-枫溪镇-"+month+".docx"))
	for _, wrong := range [][]string{{"--all"}, {"--all", "--out", out}, {"--all", "--json", "--out", all}, {"--region", "990681", "--out", "report.pdf"}, {"--all", "--region", "990681", "--out", all}} {
		code, _, stderr := call(t, "", append([]string{"report", "--data", data, "--month", month}, wrong...)...)
		require.NotZero(t, code, wrong)
		require.NotEmpty(t, stderr)
	}
	text := mustCall(t, "", "report", "--data", data, "--region", "990681101", "--month", month)
	require.Contains(t, text, "枫溪镇")
	var report struct {
		Figures []struct {
			Key   string
			Value int64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(mustCall(t, "", "report", "--data", data, "--region", "990681", "--month", month, "--json")), &report))
	require.NotEmpty(t, report.Figures)

	code, _, stderr := call(t, "", "report", "--data", data, "--region", "990682", "--month", month)
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "没有找到")
	code, _, _ = call(t, "", "report", "--data", data, "--region", "990681", "--month", "March")
	require.Equal(t, exitFailure, code)
}

// The bench runs through on small stores; its numbers mean nothing there, its table is whole.
func TestBenchRunsThrough(t *testing.T) {
	t.Parallel()
	out, err := process(t.Context(), "bench", "--quick", "--dir", t.TempDir(), "--json")
	require.NoError(t, err)
	var got struct {
		Lines []line
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Len(t, got.Lines, 19)
	for _, l := range got.Lines {
		require.Positive(t, l.Figure, l.Name)
		require.NotEmpty(t, l.Large, l.Name)
	}
}

// A store whose keys were lost is not opened with new ones, which could read nothing of it.
func TestLostKeysAreTold(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := startServer(t, "serve", "--data", data)
	require.Equal(t, exitOK, first.stop(t), first.log.String())
	require.NoError(t, os.Remove(filepath.Join(data, sealFile)))
	code, _, stderr := call(t, "", "serve", "--data", data, "--addr", "127.0.0.1:0")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "seal.key")
}

// Whoever listens everywhere is told an address that a browser opens.
func TestURLOf(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "[::]:80": "http://127.0.0.1:80", "0.0.0.0:9000": "http://127.0.0.1:9000", "[::1]:80": "http://[::1]:80",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		require.Equal(t, want, urlOf(tcp))
	}
}
