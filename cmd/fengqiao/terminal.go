package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// isTerminal says whether a person looks at a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// logger writes for machines, or for the person at the terminal.
func (t *terminal) logger() *slog.Logger {
	if isTerminal(t.err) {
		return slog.New(slog.NewTextHandler(t.err, nil))
	}
	return slog.New(slog.NewJSONHandler(t.err, nil))
}

// json writes a value for machines.
func (t *terminal) json(value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func (t *terminal) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(t.out, format, args...)
	return err
}

// progress is a bar on a terminal and nothing elsewhere. The function it returns takes what is done
// of the total; finish ends the bar.
func (t *terminal) progress(what string, total int) (advance func(done int), finish func()) {
	if !isTerminal(t.err) {
		return func(int) {}, func() {}
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(t.err),
		progressbar.OptionShowCount(), progressbar.OptionUseANSICodes(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	// A bar that cannot be drawn is no reason to stop the work.
	return func(done int) { _ = bar.Set(done) }, func() { _ = bar.Finish() }
}

// password reads a new password: asked for twice at a terminal, one line from a pipe.
func (t *terminal) password(fromStdin bool) (string, error) {
	file, ok := t.in.(*os.File)
	if fromStdin || !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(t.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.New("没有读到密码")
		}
		return line, nil
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(t.err, prompt)
		typed, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(t.err)
		return string(typed), err
	}
	first, err := ask("新密码：")
	if err != nil {
		return "", err
	}
	second, err := ask("再输入一次：")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("两次输入的密码不一样")
	}
	return first, nil
}
