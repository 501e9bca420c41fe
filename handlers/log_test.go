package handlers_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/pkg/account"
)

// syncBuffer keeps what is logged.
type syncBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// lines are those that hold all of some texts.
func (b *syncBuffer) lines(texts ...string) []string {
	var found []string
	for line := range strings.Lines(b.String()) {
		holds := true
		for _, text := range texts {
			holds = holds && strings.Contains(line, text)
		}
		if holds {
			found = append(found, line)
		}
	}
	return found
}

// logTo lets a world log everything there is to a buffer.
func logTo(logs *syncBuffer) func(*handlers.Deps) {
	return func(d *handlers.Deps) {
		d.Log = slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// TestLogHoldsNothingOfAnybody tells a whole story with the log at its most talkative, and looks for
// whatever of it must not be written down.
func TestLogHoldsNothingOfAnybody(t *testing.T) {
	t.Parallel()
	logs := &syncBuffer{}
	w := newWorld(t, openEmbedded(t), logTo(logs))
	tellStory(t, w)
	w.login(t, "mediator")
	made := w.log(t, "mediator", draft(village))

	const secret, mistyped, searched = "secret-of-somebody", "13900001111", "丰年农机"
	query := url.Values{"q": {searched}}.Encode()
	require.Equal(t, http.StatusOK, w.get(t, "/api/v1/cases?"+query, "mediator").status)
	require.Equal(t, http.StatusOK, w.get(t, "/api/v1/cases?q="+idNumber, "mediator").status)
	require.Equal(t, http.StatusOK, w.get(t, "/cases?"+query, "mediator").status)
	require.Equal(t, http.StatusUnprocessableEntity, w.get(t, "/api/v1/cases?"+url.Values{searched: {"1"}}.Encode(), "mediator").status)
	require.Equal(t, http.StatusOK, w.post(t, casePath(made.ID, "reveal"), "mediator", nil).status)
	require.Equal(t, http.StatusOK, w.post(t, "/cases/"+made.ID+"/reveal", "mediator", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, w.get(t, "/api/v1/"+url.PathEscape(searched), "mediator").status)
	require.Equal(t, http.StatusNotFound, w.get(t, "/"+url.PathEscape(searched)+"?x="+phone, "").status)
	require.Equal(t, http.StatusUnprocessableEntity, w.post(t, "/api/v1/cases", "mediator", `{"facts":"许来福","许来福":1}`).status)
	require.Equal(t, http.StatusBadRequest, w.post(t, "/api/v1/cases", "mediator", `{"facts":"许来福`).status)
	require.Equal(t, http.StatusUnauthorized, w.post(t, sessions, "", credentials(mistyped, secret)).status)
	require.Equal(t, http.StatusUnauthorized, w.post(t, "/login", "", url.Values{"username": {mistyped}, "password": {secret}}).status)
	require.Equal(t, http.StatusUnauthorized, w.get(t, "/api/v1/me", "", "Authorization", "Bearer "+secret).status)
	require.Equal(t, http.StatusConflict, w.post(t, casePath(made.ID, "accept"), "mediator", nil, "If-Match", `"v9"`).status)
	require.Equal(t, http.StatusForbidden, w.post(t, "/cases/new", "mediator", draftValues(village), "Origin", "https://"+secret+".example").status)

	written := logs.String()
	require.Greater(t, strings.Count(written, "\n"), 60)
	require.NotEmpty(t, logs.lines(`"level":"DEBUG"`, `"request refused"`), "the log is at its most talkative")
	require.NotEmpty(t, logs.lines(`"route":"/api/v1/cases/:id/accept"`, `"account":"mediator"`, `"status":200`), "it says what was done, by whom")
	hidden := map[string]string{
		"a name": "许来福", "a name as an address": url.PathEscape("许来福"), "an organisation": "丰年", "who answers for it": "邵兴旺", "the officer's name": "陈守义",
		"an identity number": idNumber, "its mask": "**6417", "a phone": phone, "the mask of it": "**5678", "a mistyped user name": mistyped,
		"the title": "地租拖欠", "the facts": "流转给合作社", "a land": "长垄", "what was said": "双方陈述", "an address": "三组12号", "what was agreed": "分两期",
		"a password": password, "a guess": secret, "a query": "q=", "a query's text": url.QueryEscape(searched), "a draft's key": "phone-1", "a number": "人调字",
	}
	for username, token := range w.tokens {
		hidden["the token of "+username], hidden["its hash, of "+username] = token, account.HashToken(token)
	}
	for what, text := range hidden {
		require.NotContains(t, written, text, what)
	}
}
