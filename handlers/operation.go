package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fengqiao/handlers/web"
	"fengqiao/pkg/account"
)

const (
	healthPath  = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

func isOperation(route string) bool {
	return route == healthPath || route == readyPath || route == metricsPath
}

// operations are the routes that operators and their machines ask: whether the process lives, whether
// its store answers, its figures. They hold nothing of any case.
func operations(d Deps) []web.Route {
	metrics := promhttp.HandlerFor(d.Registry, promhttp.HandlerOpts{})
	return []web.Route{
		{Method: http.MethodGet, Path: healthPath, Permission: account.Public, Handle: func(c *gin.Context) error {
			c.String(http.StatusOK, "ok\n")
			return nil
		}},
		{Method: http.MethodGet, Path: readyPath, Permission: account.Public, Handle: func(c *gin.Context) error {
			if err := d.Ready(c.Request.Context()); err != nil {
				d.Log.WarnContext(c.Request.Context(), "store does not answer", "request_id", web.RequestID(c), "error", err)
				c.String(http.StatusServiceUnavailable, "store unavailable\n")
				return nil
			}
			c.String(http.StatusOK, "ready\n")
			return nil
		}},
		{Method: http.MethodGet, Path: metricsPath, Permission: account.Public, Handle: func(c *gin.Context) error {
			metrics.ServeHTTP(c.Writer, c.Request)
			return nil
		}},
	}
}

// figures are what Prometheus reads of the requests: how many, and how long they took.
type figures struct{ seconds *prometheus.HistogramVec }

func newFigures(registry *prometheus.Registry) (*figures, error) {
	f := &figures{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "fengqiao_http_request_duration_seconds", Help: "Time to answer a request.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"route", "method", "status"})}
	for _, c := range []prometheus.Collector{f.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *figures) note(route, method string, status int, took time.Duration) {
	f.seconds.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}
