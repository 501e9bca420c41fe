package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore"
)

// brokenEngine is an engine that fails when it is told to.
type brokenEngine struct {
	docstore.Engine
	fault atomic.Pointer[func() error]
	only  string // kind of document that fails, "" for all
}

func breakable(tb testing.TB) *brokenEngine {
	tb.Helper()
	return &brokenEngine{Engine: openEmbedded(tb)}
}

// with lets every call fail in a way while f runs.
func (e *brokenEngine) with(fault func() error, f func()) {
	e.fault.Store(&fault)
	defer e.fault.Store(nil)
	f()
}

func (e *brokenEngine) err(kind *docstore.Kind) error {
	if fault := e.fault.Load(); fault != nil && (e.only == "" || kind != nil && e.only == kind.Name) {
		return (*fault)()
	}
	return nil
}

func (e *brokenEngine) Get(ctx context.Context, kind *docstore.Kind, id any) (bson.Raw, error) {
	if err := e.err(kind); err != nil {
		return nil, err
	}
	return e.Engine.Get(ctx, kind, id)
}

func (e *brokenEngine) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	if err := e.err(kind); err != nil {
		return err
	}
	return e.Engine.Insert(ctx, kind, doc)
}

func (e *brokenEngine) Replace(ctx context.Context, kind *docstore.Kind, doc bson.Raw, expected int64) error {
	if err := e.err(kind); err != nil {
		return err
	}
	return e.Engine.Replace(ctx, kind, doc, expected)
}

func (e *brokenEngine) Find(ctx context.Context, kind *docstore.Kind, query docstore.Query) ([]bson.Raw, error) {
	if err := e.err(kind); err != nil {
		return nil, err
	}
	return e.Engine.Find(ctx, kind, query)
}

func (e *brokenEngine) Ping(ctx context.Context) error {
	if err := e.err(nil); err != nil {
		return err
	}
	return e.Engine.Ping(ctx)
}

// Ways to fail. Each says something that must not get out.
const innermost = "SELECT doc FROM cases WHERE name='许来福'"

func crashed() error  { panic(innermost) }
func confused() error { return fmt.Errorf("embedded store: %w", errors.New(innermost)) }
func sealBroken() error {
	return &models.Error{Kind: models.Internal, Code: "seal.broken", Message: innermost, Cause: errors.New(innermost)}
}
func unreachable() error { return fmt.Errorf("%w: %s", docstore.ErrUnavailable, innermost) }

// TestFaultsOfOursSayNothing asks that a fault of ours is told by one sentence and the request's id,
// on a page as in the API, and that the id leads to the log.
func TestFaultsOfOursSayNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		fault  func() error
		status int
		code   string
		detail string
	}{
		{"an error of the store", confused, http.StatusInternalServerError, "internal", "系统出错了，请稍后再试"},
		{"a panic", crashed, http.StatusInternalServerError, "internal", "系统出错了，请稍后再试"},
		{"the store is gone", unreachable, http.StatusServiceUnavailable, "unavailable", "系统暂时不能用，请稍后再试"},
		{"a fault of the trade", sealBroken, http.StatusInternalServerError, "internal", "系统出错了，请稍后再试"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			engine, logs := breakable(t), &syncBuffer{}
			w := newWorld(t, engine, logTo(logs))
			engine.with(test.fault, func() {
				answer := w.get(t, "/api/v1/cases", "mediator")
				p := problem(t, answer, test.status)
				require.Equal(t, api.Problem{Type: "about:blank", Title: p.Title, Status: test.status, Detail: test.detail, Code: test.code, RequestID: p.RequestID}, p)
				require.NotContains(t, string(answer.body), "SELECT")
				require.Equal(t, test.status == http.StatusServiceUnavailable, answer.header.Get("Retry-After") != "")

				page := w.get(t, "/cases", "mediator")
				require.Equal(t, test.status, page.status)
				require.Contains(t, string(page.body), test.detail)
				require.Contains(t, string(page.body), page.header.Get("X-Request-Id"))
				require.NotContains(t, string(page.body), "SELECT")

				for _, id := range []string{p.RequestID, page.header.Get("X-Request-Id")} {
					lines := logs.lines("request failed", id)
					require.Len(t, lines, 1, "a fault is logged once")
					require.Contains(t, lines[0], `"level":"ERROR"`)
					require.Contains(t, lines[0], "SELECT", "with its cause")
					require.Len(t, logs.lines(`"msg":"request"`, id), 1, "and so is the request")
				}
			})
			require.Equal(t, http.StatusOK, w.get(t, "/api/v1/cases", "mediator").status, "it goes on afterwards")
		})
	}
}

// TestEveryRouteFailsWell asks the same of every route that needs its store: none answers as if
// nothing had happened, and none answers with what went wrong.
func TestEveryRouteFailsWell(t *testing.T) {
	t.Parallel()
	engine := breakable(t)
	w := newWorld(t, engine)
	all := visits()
	about, _ := targetOf(models.RegionTownship, own)
	about.found = &api.Case{CaseItem: api.CaseItem{ID: bson.NewObjectID().Hex(), Version: 1}}
	about.params = strings.NewReplacer(":id", about.found.ID, ":region", township, ":month", "2026-03", ":key", "opened", ":paper", "notice", ":form", "notice", ":seq", "1", ":figure", "opened", ":username", "retired", ":token", "link", ":version", "d1", ":scan", scanOf(township), ":cell", cellOf(village), ":from", periodOf, ":finding", findingOf(village), ":place", township, ":village", village)
	storeless := map[string]bool{
		"GET /healthz": true, "GET /readyz": true, "GET /metrics": true, "GET /api/openapi.json": true,
		"GET /login": true, "GET /help": true, "GET /larger": true, "GET /static/:sum/:file": true, "GET /favicon.ico": true,
	}
	for _, route := range w.routes() {
		name := route.Method + " " + route.Path
		if storeless[name] {
			continue
		}
		for status, fault := range map[int]func() error{http.StatusInternalServerError: confused, http.StatusServiceUnavailable: unreachable} {
			engine.with(fault, func() {
				answer := w.visited(t, route.Method, route.Path, all[name], "judicial", about)
				require.Equal(t, status, answer.status, name)
				require.NotContains(t, string(answer.body), "SELECT", name)
				require.Contains(t, string(answer.body), answer.header.Get("X-Request-Id"), name)
			})
		}
	}
}

// TestClientThatLeaves asks that a client that did not wait is no fault of ours.
func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	engine, logs := breakable(t), &syncBuffer{}
	w := newWorld(t, engine, logTo(logs))
	ctx, leave := context.WithCancel(t.Context())
	engine.with(func() error { leave(); return ctx.Err() }, func() {
		answer := w.serve(w.request(t, http.MethodGet, "/api/v1/cases", "mediator", nil).WithContext(ctx))
		require.Empty(t, answer.body)
		require.Len(t, logs.lines(`"status":499`, answer.header.Get("X-Request-Id")), 1)
	})
	require.Empty(t, logs.lines(`"level":"ERROR"`))
}

// halfPages have a page that fails when a part of it is sent.
type halfPages struct{ handlers.Pages }

func (p halfPages) Routes() []web.Route {
	return append(p.Pages.Routes(), web.Route{Method: http.MethodGet, Path: "/half", Permission: account.Public, Handle: func(c *gin.Context) error {
		c.String(http.StatusOK, "half")
		return errors.New(innermost)
	}})
}

// TestHalfAnAnswerStays asks that no second answer is written behind one that has begun.
func TestHalfAnAnswerStays(t *testing.T) {
	t.Parallel()
	logs := &syncBuffer{}
	w := newWorld(t, openEmbedded(t), logTo(logs), func(d *handlers.Deps) { d.Pages = halfPages{d.Pages} })
	require.Equal(t, "half", string(w.get(t, "/half", "").body))
	require.Len(t, logs.lines("request failed", "SELECT"), 1)
}
