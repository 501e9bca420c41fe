package handlers

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"fengqiao/handlers/api"
	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

// How often one client address may try to log in, where Deps does not say: half a minute's worth at
// once, then one every two seconds. An office of twenty behind one address does not notice.
const (
	defaultLoginRate  = rate.Limit(0.5)
	defaultLoginBurst = 30
)

// maxBody is the largest body that is read.
const maxBody = 1 << 20

// Pages are the server-rendered pages.
type Pages interface {
	Routes() []web.Route
	// Error answers a request for a page that failed.
	Error(c *gin.Context, err error, requestID string)
}

// Deps are what the handlers work with.
type Deps struct {
	API      *api.API
	Pages    Pages
	Accounts *account.Service
	Ready    func(context.Context) error // whether the store answers
	Log      *slog.Logger
	Now      func() time.Time

	Registry       *prometheus.Registry // where figures are kept; others may add theirs. nil for one of its own
	TrustedProxies []string             // addresses or networks whose X-Forwarded-For is believed
	LoginRate      rate.Limit           // logins a second of one client address, 0 for the default
	LoginBurst     int                  // and so many at once
}

// server holds what every request needs.
type server struct {
	Deps
	figures  *figures
	throttle *throttle
	origins  *http.CrossOriginProtection
	bodies   map[string]int64 // of the routes that read more than is usual, by method and path
}

// New builds the handler of everything.
func New(d Deps) (http.Handler, error) {
	if d.Registry == nil {
		d.Registry = prometheus.NewRegistry()
	}
	figures, err := newFigures(d.Registry)
	if err != nil {
		return nil, err
	}
	s := &server{
		Deps: d, figures: figures, origins: http.NewCrossOriginProtection(), bodies: map[string]int64{},
		throttle: newThrottle(cmp.Or(d.LoginRate, defaultLoginRate), cmp.Or(d.LoginBurst, defaultLoginBurst)),
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	if err := engine.SetTrustedProxies(d.TrustedProxies); err != nil {
		return nil, err
	}
	engine.Use(s.observe, s.recoverPanics(), s.protect)
	engine.NoRoute(s.adapt(func(*gin.Context) error {
		return models.Errorf(models.NotFound, "not_found", "没有这个地址")
	}))
	engine.NoMethod(s.adapt(func(*gin.Context) error {
		return models.Errorf(models.NotFound, web.CodeMethod, "这个地址不支持这种请求")
	}))
	for _, route := range Routes(d) {
		if route.MaxBody > 0 {
			s.bodies[route.Method+" "+route.Path] = route.MaxBody
		}
		engine.Handle(route.Method, route.Path, s.adapt(s.enter(route)))
	}
	return engine, nil
}

// Routes is the route table: every route with the permission it needs.
func Routes(d Deps) []web.Route {
	return slices.Concat(operations(d), d.API.Routes(), d.Pages.Routes())
}

// adapt turns a handler into Gin's, and an error into the answer.
func (s *server) adapt(handle web.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := handle(c); err != nil {
			s.fail(c, err)
		}
	}
}

// enter finds out who is asking and whether they may, before the route's handler runs. On a public
// route everybody is a stranger.
func (s *server) enter(route web.Route) web.Handler {
	if route.Permission == account.Public {
		if route.Method == http.MethodGet {
			return route.Handle
		}
		return func(c *gin.Context) error {
			if err := s.throttle.admit(c.ClientIP(), s.Now()); err != nil {
				return err
			}
			return route.Handle(c)
		}
	}
	return func(c *gin.Context) error {
		actor, err := s.Accounts.Authenticate(c.Request.Context(), web.Token(c))
		if err != nil {
			return err
		}
		web.SetActor(c, actor)
		if err := account.Check(actor, route.Permission); err != nil {
			return err
		}
		return route.Handle(c)
	}
}

// isAPI says whether a request is answered by the API's form of failures.
func isAPI(c *gin.Context) bool { return strings.HasPrefix(c.Request.URL.Path, "/api/") }
