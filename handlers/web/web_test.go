package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

func TestToken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		authorization string
		cookie        string
		want          string
	}{
		{"nothing", "", "", ""},
		{"a header", "Bearer abc", "", "abc"},
		{"the scheme in any letter case", "bearer abc", "", "abc"},
		{"more blanks", "Bearer   abc ", "", "abc"},
		{"a cookie", "", "xyz", "xyz"},
		{"the header goes before the cookie", "Bearer abc", "xyz", "abc"},
		{"a header of another scheme is not passed over", "Basic YTpi", "xyz", ""},
		{"a header without a token", "Bearer", "xyz", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &gin.Context{Request: httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)}
			if test.authorization != "" {
				c.Request.Header.Set("Authorization", test.authorization)
			}
			if test.cookie != "" {
				c.Request.AddCookie(&http.Cookie{Name: SessionCookie, Value: test.cookie})
			}
			require.Equal(t, test.want, Token(c))
		})
	}
}

func TestActorIsNobodyUntilSet(t *testing.T) {
	t.Parallel()
	c := &gin.Context{}
	require.Zero(t, Actor(c))
	require.Empty(t, RequestID(c))
	who := models.Actor{ID: "mediator", Role: models.RoleMediator}
	SetActor(c, who)
	SetRequestID(c, "r1")
	require.Equal(t, who, Actor(c))
	require.Equal(t, "r1", RequestID(c))
}
