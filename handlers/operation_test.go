package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
)

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	engine, logs := breakable(t), &syncBuffer{}
	w := newWorld(t, engine, logTo(logs))
	for _, test := range []struct {
		name   string
		path   string
		fault  func() error
		status int
		body   string
	}{
		{"it lives", "/healthz", nil, http.StatusOK, "ok\n"},
		{"it is ready", "/readyz", nil, http.StatusOK, "ready\n"},
		{"without its store it lives", "/healthz", unreachable, http.StatusOK, "ok\n"},
		{"without its store it is not ready", "/readyz", unreachable, http.StatusServiceUnavailable, "store unavailable\n"},
		{"an answer of the store that it does not know", "/readyz", confused, http.StatusServiceUnavailable, "store unavailable\n"},
	} {
		ask := func() {
			answer := w.get(t, test.path, "")
			require.Equal(t, test.status, answer.status, test.name)
			require.Equal(t, test.body, string(answer.body), test.name)
		}
		if test.fault == nil {
			ask()
			continue
		}
		engine.with(test.fault, ask)
	}
	require.Len(t, logs.lines(`"level":"WARN"`, "store does not answer"), 2)
	require.Empty(t, logs.lines(`"level":"INFO"`, `"route":"/healthz"`), "machines that ask every second do not fill the log")
}

// TestMetricsNameRoutes asks that figures are kept by route, never by what was typed: neither a case
// nor a guess at an address makes a line of its own.
func TestMetricsNameRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	made := w.log(t, "mediator", draft(village))
	for range 3 {
		require.Equal(t, http.StatusOK, w.get(t, casePath(made.ID, ""), "mediator").status)
	}
	w.get(t, "/api/v1/guess-1", "")
	w.get(t, "/guess-2?q=x", "")
	w.do(t, "FROB", "/api/v1/cases", "", nil)
	w.do(t, http.MethodPut, "/api/v1/cases", "", nil)
	w.get(t, "/api/v1/reports/"+village+"/2026-03/figures/opened@village="+village, "mediator")

	answer := w.get(t, "/metrics", "")
	require.Equal(t, http.StatusOK, answer.status)
	text := string(answer.body)
	const name = "fengqiao_http_request_duration_seconds_count"
	require.Contains(t, text, name+`{method="GET",route="/api/v1/cases/:id",status="200"} 3`)
	require.Contains(t, text, name+`{method="POST",route="/api/v1/cases",status="201"} 1`)
	require.Contains(t, text, name+`{method="other",route="unmatched",status="404"} 2`)
	require.Contains(t, text, name+`{method="other",route="unmatched",status="405"} 2`)
	require.Contains(t, text, "go_goroutines ")
	routes := map[string]bool{"unmatched": true}
	for _, route := range w.routes() {
		routes[route.Path] = true
	}
	for _, found := range regexp.MustCompile(`route="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		require.True(t, routes[found[1]], found[1])
	}
	for _, hidden := range []string{made.ID, "guess", "FROB", village, "mediator"} {
		require.NotContains(t, text, hidden)
	}
}

// TestFiguresOfOthers asks that other parts of the process add theirs to the same page, and that two
// handlers do not disturb each other.
func TestFiguresOfOthers(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	sweeps := prometheus.NewCounter(prometheus.CounterOpts{Name: "fengqiao_sweeps_total", Help: "Sweeps."})
	registry.MustRegister(sweeps)
	sweeps.Inc()
	w := newWorld(t, openEmbedded(t), func(d *handlers.Deps) { d.Registry = registry })
	require.Contains(t, string(w.get(t, "/metrics", "").body), "fengqiao_sweeps_total 1")

	_, err := handlers.New(w.deps)
	require.Error(t, err, "the same figures twice in one place")
	other := w.deps
	other.Registry = nil
	_, err = handlers.New(other)
	require.NoError(t, err)
	other.Registry, other.TrustedProxies = nil, []string{"the proxy"}
	_, err = handlers.New(other)
	require.Error(t, err, "a proxy that is no address")
}

// TestRequestIDsDiffer asks that each request has its own, whatever the client says.
func TestRequestIDsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	seen := map[string]bool{"mine": true}
	for range 50 {
		id := w.get(t, "/healthz", "", "X-Request-Id", "mine").header.Get("X-Request-Id")
		require.False(t, seen[id])
		seen[id] = true
	}
}

// TestUnmatchedIsAnswered asks that even a method that nobody knows gets a problem.
func TestUnmatchedIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	p := problem(t, w.serve(w.request(t, "FROB", api.Prefix+"/cases", "", nil)), http.StatusMethodNotAllowed)
	require.True(t, strings.HasPrefix(p.Code, "http."))
}
