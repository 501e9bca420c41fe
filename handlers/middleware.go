package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
)

// unmatched stands for the route of a request that no route answers.
const unmatched = "unmatched"

// statusGone is written to the log for a client that did not wait.
const statusGone = 499

// observe gives the request its id, and notes afterwards how it went.
func (s *server) observe(c *gin.Context) {
	began := time.Now()
	id := rand.Text()
	web.SetRequestID(c, id)
	c.Header("X-Request-Id", id)
	c.Next()

	route, method, status, took := c.FullPath(), c.Request.Method, c.Writer.Status(), time.Since(began)
	if route == "" {
		route, method = unmatched, "other"
	}
	s.figures.note(route, method, status, took)
	level := slog.LevelInfo
	if isOperation(route) {
		level = slog.LevelDebug
	}
	s.Log.LogAttrs(c.Request.Context(), level, "request",
		slog.String("request_id", id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", took), slog.String("account", web.Actor(c).ID))
}

// recoverPanics answers a panic as a fault of ours.
func (s *server) recoverPanics() gin.HandlerFunc {
	return gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, recovered any) {
		s.fail(c, fmt.Errorf("panic: %v\n%s", recovered, debug.Stack()))
	})
}

// policy is the content security policy of every answer: nothing from outside, no inline code.
var policy = strings.Join([]string{
	"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "font-src 'self'", "form-action 'self'",
	"base-uri 'none'", "frame-ancestors 'none'", "connect-src 'self'", "manifest-src 'self'",
}, "; ")

// protect sets the security headers, refuses what another site's page sends in the name of somebody
// who is logged in here, and limits the body. A handler that serves what may be kept says so itself.
func (s *server) protect(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	if err := s.origins.Check(c.Request); err != nil {
		s.fail(c, &models.Error{Kind: models.Forbidden, Code: "cross_origin", Message: "请求来自别的网站，已拒绝", Cause: err})
		return
	}
	limit := int64(maxBody)
	more, file := s.bodies[c.Request.Method+" "+c.FullPath()]
	if file {
		limit = more // what takes a file says itself, at its field, that it is too large
	}
	if c.Request.ContentLength > limit && !file {
		s.fail(c, &http.MaxBytesError{Limit: limit})
		return
	}
	if c.Request.ContentLength != 0 {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	}
}

// fail answers a request that failed, and logs it.
func (s *server) fail(c *gin.Context, err error) {
	c.Abort()
	ctx := c.Request.Context()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		c.Status(statusGone)
		return
	}
	told := web.Told(err)
	status := web.Status(told)
	id := web.RequestID(c)
	if status >= http.StatusInternalServerError {
		s.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request_id", id), slog.String("code", told.Code), slog.Any("error", err))
	} else {
		s.Log.LogAttrs(ctx, slog.LevelDebug, "request refused", slog.String("request_id", id), slog.String("code", told.Code))
	}
	if c.Writer.Written() {
		return
	}
	if wait := web.RetryAfter(told); wait != "" {
		c.Header("Retry-After", wait)
	}
	if isAPI(c) {
		s.API.Error(c, err, id)
		return
	}
	s.Pages.Error(c, err, id)
}
