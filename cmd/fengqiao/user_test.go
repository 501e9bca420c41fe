package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUserCommands(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	add := func(password string, args ...string) (int, string, string) {
		return call(t, password, append([]string{"user", "add", "--data", data, "--password-stdin"}, args...)...)
	}
	code, stdout, stderr := add("a long enough password\n", "Zhang", "--name", "张德厚", "--role", "mediator", "--region", "990681101201", "--party-member")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "人民调解员")

	for name, tt := range map[string]struct {
		password string
		args     []string
		words    string
	}{
		"taken":         {"a long enough password", []string{"zhang", "--name", "张", "--role", "mediator", "--region", "990681101201"}, "username"},
		"short":         {"short", []string{"li", "--name", "李", "--role", "mediator", "--region", "990681101201"}, "password"},
		"no password":   {"", []string{"li", "--name", "李", "--role", "mediator", "--region", "990681101201"}, "密码"},
		"wrong place":   {"a long enough password", []string{"li", "--name", "李", "--role", "judicial", "--region", "990681101201"}, "region"},
		"password flag": {"", []string{"li", "--password", "x"}, "--password"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := add(tt.password, tt.args...)
			require.NotEqual(t, exitOK, code)
			require.Contains(t, stderr, tt.words)
		})
	}

	mustCall(t, "", "user", "disable", "zhang", "--data", data)
	list := mustCall(t, "", "user", "list", "--data", data, "--json")
	require.NotContains(t, list, "argon2")
	var accounts []struct {
		Username, Role string
		Disabled       bool
	}
	require.NoError(t, json.Unmarshal([]byte(list), &accounts))
	require.Len(t, accounts, 1)
	require.True(t, accounts[0].Disabled)
	require.Contains(t, mustCall(t, "", "user", "list", "--data", data), "已停用")

	mustCall(t, "", "user", "enable", "zhang", "--data", data)
	mustCall(t, "another long password\n", "user", "passwd", "zhang", "--data", data, "--password-stdin")
	code, _, stderr = call(t, "another long password\n", "user", "passwd", "nobody", "--data", data, "--password-stdin")
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr, "没有找到")
}

func TestRegionImport(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const head = "code,name,shortName,committee,office,households\n"
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "regions.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good := "\uFEFF" + head + "990681101201,北坡村,,,,430\n990681101,枫溪镇,枫溪,,枫溪镇司法所,\n990681,青禾县,,,,\n"
	require.Contains(t, mustCall(t, "", "region", "import", write(good), "--data", data), "3个")
	require.Contains(t, mustCall(t, "", "region", "import", write(good), "--data", data), "3个", "importing again changes names")

	for name, tt := range map[string]struct{ text, words string }{
		"other columns":    {"code,name\n99,x\n", "首行"},
		"bad code":         {head + "990681,青禾县,,,,\n99068,x,,,,\n", "第3行"},
		"no name":          {head + "990681,,,,,\n", "第2行"},
		"twice":            {head + "990681,青禾县,,,,\n990681,青禾县,,,,\n", "重复"},
		"households":       {head + "990681,青禾县,,,,many\n", "many"},
		"without a parent": {head + "990682101,孤镇,,,,\n", "990682"},
		"empty":            {"", "首行"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := call(t, "", "region", "import", write(tt.text), "--data", data)
			require.Equal(t, exitFailure, code)
			require.Contains(t, stderr, tt.words)
		})
	}
}
