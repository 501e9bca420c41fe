package handlers_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/handlers"
	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/subsidy"
)

// prober brings about each status that the document declares.
type prober struct {
	w      *world
	engine *brokenEngine
	all    map[string]visit
}

// probe is how a status is brought about.
type probe func(t *testing.T, route web.Route, v visit) reply

// send makes a probe: the visit of the route with something changed about it.
func (p *prober) send(as string, change func(path, body *any, header *[]string)) probe {
	return func(t *testing.T, route web.Route, v visit) reply {
		t.Helper()
		who := as
		if who == "judicial" {
			who = v.whoMay()
		}
		about := p.w.freshTarget(t, v)
		var path, body any = v.path(route.Path, about), nil
		if v.body != nil {
			body = v.body(p.w, about)
		}
		header := []string{}
		change(&path, &body, &header)
		return p.w.do(t, route.Method, path.(string), who, body, header...)
	}
}

func (p *prober) header(as string, header ...string) probe {
	return p.send(as, func(_, _ *any, h *[]string) { *h = header })
}

func (p *prober) body(raw string) probe {
	return p.send("judicial", func(_, body *any, _ *[]string) { *body = raw })
}

// tooLarge sends a byte more than the route reads.
func (p *prober) tooLarge(t *testing.T, route web.Route, v visit) reply {
	t.Helper()
	return p.body(strings.Repeat(" ", int(cmp.Or(route.MaxBody, 1<<20))+1))(t, route, v)
}

func (p *prober) query(query string) probe {
	return p.send("judicial", func(path, _ *any, _ *[]string) {
		bare, _, _ := strings.Cut((*path).(string), "?")
		*path = bare + "?" + query
	})
}

// broken lets the store fail, after the case was made.
func (p *prober) broken(fault func() error) probe {
	return func(t *testing.T, route web.Route, v visit) (answer reply) {
		t.Helper()
		about := p.w.freshTarget(t, v)
		p.engine.with(fault, func() { answer = p.w.visited(t, route.Method, route.Path, v, v.whoMay(), about) })
		return answer
	}
}

// filedElsewhere asks about a photo that is in another case by now.
func (p *prober) filedElsewhere() probe {
	return p.send("judicial", func(_, _ *any, _ *[]string) {
		s, err := p.w.store.Scan(context.Background(), models.Scope{Region: county}, scanOf(township))
		if err == nil {
			other := bson.NewObjectID()
			s.Case = &other
			_ = p.w.store.ReplaceScan(context.Background(), s) // else the status is another
		}
	})
}

// noForm asks for a form that there is not.
func (p *prober) noForm() probe {
	return p.send("judicial", func(path, _ *any, _ *[]string) { *path = strings.Replace((*path).(string), "notice", "nonsense", 1) })
}

// before asks at a time when no rules were in force.
func (p *prober) before(t *testing.T, route web.Route, v visit) reply {
	t.Helper()
	about := p.w.freshTarget(t, v)
	if v.body != nil {
		v.body = func(_ *world, about target) any {
			form := draft(about.village)
			form.Land = nil // no day of it had come
			return form
		}
	}
	p.w.clock.advance(-40 * 365 * 24 * time.Hour)
	defer p.w.clock.advance(40 * 365 * 24 * time.Hour)
	return p.w.visited(t, route.Method, route.Path, v, "judicial", about)
}

// probes are the ways that fit most endpoints, by status; special those of single ones.
func (p *prober) probes(t *testing.T) (byStatus map[int]probe, special map[string]probe) {
	asUsual := p.send("judicial", func(_, _ *any, _ *[]string) {})
	elsewhere := p.send("judicial", func(path, _ *any, _ *[]string) {
		parts := strings.Split((*path).(string), "/")
		for i, part := range parts {
			if _, err := bson.ObjectIDFromHex(part); err == nil {
				parts[i] = bson.NewObjectID().Hex()
			} else if part == township {
				parts[i] = township2
			} else if strings.HasPrefix(part, village) {
				parts[i] = strings.Replace(part, village, "330681109209", 1)
			}
		}
		*path = strings.Join(parts, "/")
	})
	byStatus = map[int]probe{
		http.StatusOK: asUsual, http.StatusCreated: asUsual, http.StatusNoContent: asUsual,
		http.StatusNotModified:           p.header("judicial", "If-None-Match", "*"),
		http.StatusBadRequest:            p.body(`{`),
		http.StatusUnauthorized:          p.header(""),
		http.StatusForbidden:             p.header("admin", "Sec-Fetch-Site", "cross-site"),
		http.StatusNotFound:              elsewhere,
		http.StatusConflict:              p.header("judicial", "If-Match", `"v99"`),
		http.StatusRequestEntityTooLarge: p.tooLarge,
		http.StatusUnsupportedMediaType:  p.header("judicial", "Content-Type", "text/plain"),
		http.StatusUnprocessableEntity:   p.body(`{"nonsense":1}`),
		http.StatusInternalServerError:   p.broken(confused),
		http.StatusServiceUnavailable:    p.broken(unreachable),
	}
	special = map[string]probe{
		"POST /api/v1/cases 200": func(t *testing.T, route web.Route, v visit) reply {
			first := p.header("judicial", "Idempotency-Key", "twice")(t, route, v)
			require.Equal(t, http.StatusCreated, first.status)
			return p.header("judicial", "Idempotency-Key", "twice")(t, route, v)
		},
		"POST /api/v1/cases 409":    p.before,
		"GET /api/v1/cases/:id 409": p.before,
		"GET /api/v1/reviews 409":   p.before,
		"GET /api/v1/cases 400":     p.query("village=%ZZ"), "GET /api/v1/cases 422": p.query("vilage=1"),
		"GET /api/v1/clusters 400": p.query("state=%ZZ"), "GET /api/v1/clusters 422": p.query("stat=1"),
		"GET /api/v1/reviews 400": p.query("after=nowhere"), "GET /api/v1/reviews 422": p.query("limit=0"),
		"GET /api/v1/regions 400": p.query("parent=1;2"), "GET /api/v1/regions 422": p.query("place=1"), "GET /api/v1/regions 404": p.query("parent=" + township2),
		"GET /api/v1/articles 422":         p.query("type=quarrel"),
		"GET /api/v1/screening/:place 400": p.query("period=%ZZ"), "GET /api/v1/screening/:place 422": p.query("perod=1"),
		"POST /api/v1/returns/:cell/:from 200": p.send("judicial", func(path, body *any, _ *[]string) {
			form := screening.FileForm{Key: "once", Seen: p.w.filings(village), Zero: true}
			p.w.post(t, (*path).(string), "mediator", form)
			*body = form
		}),
		"POST /api/v1/returns/:cell/:from 409": p.send("judicial", func(path, body *any, _ *[]string) {
			*body = screening.FileForm{Seen: 99, Findings: []screening.FindingForm{{What: "争吵", Type: "other"}}}
		}),
		"POST /api/v1/subsidies/:region/:period 409": p.send("judicial", func(_, body *any, _ *[]string) {
			*body = subsidy.DecideForm{Version: 99, Decisions: []subsidy.DecisionForm{}}
		}),
		"POST /api/v1/subsidies/:region/:period/correct 409": p.send("judicial", func(path, body *any, _ *[]string) {
			p.w.post(t, (*path).(string), "judicial", *body)
		}),
		"GET /api/v1/subsidies/:region/:period/workbook 409": p.send("judicial", func(path, _ *any, _ *[]string) {
			*path = strings.Replace((*path).(string), periodSettled, periodOpen, 1)
		}),
		"POST /api/v1/findings/:finding/settle 409": p.send("judicial", func(path, body *any, _ *[]string) {
			p.w.post(t, (*path).(string), "judicial", *body)
		}),
		"GET /api/v1/scans/:scan 400": p.query("code=%ZZ"), "GET /api/v1/scans/:scan 422": p.query("code=7K3F"),
		"POST /api/v1/scans/:scan/attach 409": p.filedElsewhere(),
		"POST /api/v1/scans/:scan/aside 409":  p.filedElsewhere(),
		"GET /api/v1/forms/:form 404":         p.noForm(),
		"POST /api/v1/forms/:form/stock 404":  p.noForm(),
		"POST /api/v1/sessions 401":           p.body(`{"username":"mediator","password":"wrong"}`),
		"POST /api/v1/sessions 429": func(t *testing.T, _ web.Route, _ visit) reply {
			wrong := account.Credentials{Username: "mediator3", Password: "wrong"}
			for range 5 {
				require.Equal(t, http.StatusUnauthorized, p.w.post(t, "/api/v1/sessions", "", wrong).status)
			}
			return p.w.post(t, "/api/v1/sessions", "", wrong)
		},
	}
	nextYear := p.send("judicial", func(path, _ *any, _ *[]string) { *path = strings.Replace((*path).(string), "2026-03", "2027-01", 1) })
	for _, name := range []string{"GET /api/v1/reports/:region/:month", "POST /api/v1/reports/:region/:month", "GET /api/v1/reports/:region/:month/figures/:key"} {
		special[name+" 422"] = nextYear
	}
	special["GET /api/v1/reports/:region/:month/verify 422"] = p.send("judicial", func(path, _ *any, _ *[]string) { *path = strings.Replace((*path).(string), monthOver, "2027-01", 1) })
	for _, path := range []string{"cells", "import"} {
		special["POST /api/v1/grids/:village/"+path+" 409"] = p.broken(func() error { return docstore.ErrConflict }) // always slower than somebody else
	}
	return byStatus, special
}

// TestEveryDeclaredStatus brings about every status that the document declares, of every endpoint.
// That no other is answered, checkContract asks in every test.
func TestEveryDeclaredStatus(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	require.NoError(t, err)
	engine := breakable(t)
	w := newWorld(t, engine, func(d *handlers.Deps) { d.LoginBurst = 1000 })
	p := &prober{w, engine, visits()}
	byStatus, special := p.probes(t)
	seen, operations := 0, 0
	for _, route := range w.routes() {
		if !strings.HasPrefix(route.Path, "/api/") {
			continue
		}
		path := c.document.Paths.Find(documentPath(route.Path))
		require.NotNil(t, path, "%s is not in the document", route.Path)
		operation := path.GetOperation(route.Method)
		require.NotNil(t, operation, "%s %s is not in the document", route.Method, route.Path)
		operations++
		for declared := range operation.Responses.Map() {
			name := fmt.Sprintf("%s %s %s", route.Method, route.Path, declared)
			status := 0
			_, err := fmt.Sscan(declared, &status)
			require.NoError(t, err, name)
			how := special[name]
			if how == nil {
				how = byStatus[status]
			}
			require.NotNil(t, how, "%s: say how it comes about, or take it out of the document", name)
			answer := how(t, route, p.all[route.Method+" "+route.Path])
			require.Equal(t, status, answer.status, "%s: %s", name, answer.body)
			if p.all[route.Method+" "+route.Path].ends {
				w.login(t, "judicial")
			}
			seen++
		}
	}
	require.Greater(t, seen, 200)
	for _, path := range c.document.Paths.Map() {
		operations -= len(path.Operations())
	}
	require.Zero(t, operations, "the document describes what is no route")
}

// documentPath writes Gin's :id as {id}.
func documentPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}
