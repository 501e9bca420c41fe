// Package web is what pages and API share: the form of a handler, the route table's row, who is
// asking, and which status a failure has.
package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/models"
	"fengqiao/pkg/account"
)

// Handler answers a request, or returns an error that one adapter turns into the answer.
type Handler func(*gin.Context) error

// Route is one row of the route table. A public route that changes something is how somebody who is
// not yet known comes in: each client has only so many tries.
type Route struct {
	Method     string
	Path       string // Gin's form: /cases/:id
	Permission account.Permission
	Handle     Handler
	MaxBody    int64 // the largest body that is read, 0 for what is usual
}

const (
	actorKey     = "fengqiao.actor"
	requestIDKey = "fengqiao.request_id"
)

// SetActor notes who is asking.
func SetActor(c *gin.Context, actor models.Actor) { c.Set(actorKey, actor) }

// Actor is who is asking; the zero Actor is nobody.
func Actor(c *gin.Context) models.Actor {
	actor, _ := c.Get(actorKey)
	a, _ := actor.(models.Actor)
	return a
}

// SetRequestID notes the id under which the request stands in the log.
func SetRequestID(c *gin.Context, id string) { c.Set(requestIDKey, id) }

// RequestID is the id under which the request stands in the log.
func RequestID(c *gin.Context) string { return c.GetString(requestIDKey) }

// SessionCookie is the name of the cookie that carries the session token.
const SessionCookie = "fengqiao_session"

// Token is the session token of a request: that of its Authorization header or, where it has no such
// header, that of its cookie. "" where there is none.
func Token(c *gin.Context) string {
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return ""
		}
		return strings.TrimSpace(token)
	}
	token, err := c.Cookie(SessionCookie)
	if err != nil {
		return ""
	}
	return token
}
