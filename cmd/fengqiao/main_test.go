package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// binary is the program, built once for the tests that need processes of their own.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "fengqiao-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "fengqiao")
		build := exec.Command("go", "build", "-o", binary, ".")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// command runs the program inside the test and returns what it printed.
func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, nil, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

// mustCall is call for what must succeed.
func mustCall(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, stdout, stderr := call(t, stdin, args...)
	require.Equal(t, exitOK, code, stderr)
	return stdout
}

// process runs the built program to its end.
func process(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = cleanEnv()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%w: %s", err, errs.String())
	}
	return out.String(), nil
}

// cleanEnv is the environment without settings that are meant for a real installation.
func cleanEnv() []string {
	var out []string
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, envPrefix) {
			out = append(out, line)
		}
	}
	return out
}

func TestSettingsAreTakenInOrder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "uri")
	require.NoError(t, os.WriteFile(file, []byte("mongodb://from-file\n"), 0o600))
	fromFile, fromEnv := "FENGQIAO_MONGODB_URI_FILE="+file, "FENGQIAO_MONGODB_URI=mongodb://from-env"
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    string
	}{
		{"default", nil, nil, ""},
		{"file over default", nil, []string{fromFile}, "mongodb://from-file"},
		{"environment over file", nil, []string{fromFile, fromEnv}, "mongodb://from-env"},
		{"flag over environment", []string{"--mongodb-uri", "mongodb://from-flag"}, []string{fromFile, fromEnv}, "mongodb://from-flag"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd, err := parse(append([]string{"serve"}, tt.args...), tt.environ, &bytes.Buffer{}, &bytes.Buffer{})
			require.NoError(t, err)
			serve, ok := cmd.(*serveCommand)
			require.True(t, ok)
			require.Equal(t, tt.want, serve.MongodbURI.Reveal())
		})
	}
	t.Run("what is no secret", func(t *testing.T) {
		t.Parallel()
		for _, tt := range []struct {
			args, environ []string
			want          string
		}{
			{[]string{"serve"}, nil, "127.0.0.1:8080"},
			{[]string{"serve"}, []string{"FENGQIAO_ADDR=127.0.0.1:1"}, "127.0.0.1:1"},
			{[]string{"serve", "--addr", "127.0.0.1:2"}, []string{"FENGQIAO_ADDR=127.0.0.1:1"}, "127.0.0.1:2"},
		} {
			cmd, err := parse(tt.args, tt.environ, &bytes.Buffer{}, &bytes.Buffer{})
			require.NoError(t, err)
			require.Equal(t, tt.want, cmd.(*serveCommand).Addr)
		}
	})
	t.Run("data of demo and server differ", func(t *testing.T) {
		t.Parallel()
		cmd, err := parse([]string{"demo"}, nil, &bytes.Buffer{}, &bytes.Buffer{})
		require.NoError(t, err)
		require.Equal(t, "./data/demo", cmd.(*demoCommand).Data)
		cmd, err = parse([]string{"user", "list"}, nil, &bytes.Buffer{}, &bytes.Buffer{})
		require.NoError(t, err)
		require.Equal(t, "./data/fengqiao", cmd.(*userListCommand).Data)
	})
}

func TestWhatIsUnknownIsAnError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		args    []string
		environ []string
		words   string
	}{
		{"command", []string{"serv"}, nil, "serv"},
		{"flag", []string{"serve", "--port", "1"}, nil, "--port"},
		{"argument", []string{"version", "now"}, nil, "now"},
		{"variable", []string{"version"}, []string{"FENGQIAO_ADRR=x"}, "FENGQIAO_ADRR"},
		{"file of what is no secret", []string{"version"}, []string{"FENGQIAO_ADDR_FILE=x"}, "FENGQIAO_ADDR_FILE"},
		{"secret file that is not there", []string{"serve"}, []string{"FENGQIAO_SEAL_KEY_FILE=/nowhere/key"}, "FENGQIAO_SEAL_KEY_FILE"},
		{"moment", []string{"escalate", "--now", "yesterday"}, nil, "yesterday"},
		{"role", []string{"user", "add", "x", "--name", "x", "--region", "99", "--role", "king"}, nil, "role"},
		{"subcommand", []string{"user"}, nil, "add"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			require.Equal(t, exitUsage, run(t.Context(), tt.args, tt.environ, strings.NewReader(""), &out, &errs))
			require.Contains(t, errs.String(), tt.words)
			require.Empty(t, out.String())
		})
	}
}

func TestHelpIsChinese(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--help"}, {"serve", "--help"}, {"user", "add", "--help"}} {
		out := mustCall(t, "", args...)
		require.Contains(t, out, "用法：")
		require.NotContains(t, out, "Show context")
	}
	out := mustCall(t, "", "serve", "--help")
	require.Contains(t, out, "FENGQIAO_SEAL_KEY_FILE")
	require.Contains(t, out, "127.0.0.1:8080")
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	s := secret("mongodb://user:hunter2@host/db")
	raw, err := json.Marshal(map[string]any{"uri": s})
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%s %v %q %#v", s, s, s, s), fmt.Sprintf("%+v", storeFlags{MongodbURI: s}), string(raw), s.LogValue().String()} {
		require.NotContains(t, text, "hunter2")
	}
	require.Equal(t, "mongodb://user:hunter2@host/db", s.Reveal())
	require.NotContains(t, (&storeFlags{MongodbURI: s}).where(), "hunter2")
}

func TestMongoNeedsASealKey(t *testing.T) {
	t.Parallel()
	code, _, stderr := call(t, "", "serve", "--mongodb-uri", "mongodb://127.0.0.1:1/x")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "FENGQIAO_SEAL_KEY")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	var info versionInfo
	require.NoError(t, json.Unmarshal([]byte(mustCall(t, "", "version", "--json")), &info))
	require.NotEmpty(t, info.Go)
	require.Contains(t, mustCall(t, "", "version"), "枫桥")
}
