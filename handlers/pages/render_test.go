package pages

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// brokenPages has one page whose template fails when half of it is written.
func brokenPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Deps{})
	require.NoError(t, err)
	p.templates["help"], err = template.Must(p.templates["help"].Clone()).Parse(`{{define "main"}}<p>这一半写得出来</p>{{.Body.NoSuchField}}{{end}}`)
	require.NoError(t, err)
	return p
}

func contextOf(t *testing.T, path string) (*gin.Context, *httptest.ResponseRecorder) {
	t.Helper()
	recorder := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(recorder)
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	return c, recorder
}

// TestHalfAPageIsNeverSent has a template fail: nothing of the page is sent, and the error page is
// sent in its place; where that fails too, a line of plain text.
func TestHalfAPageIsNeverSent(t *testing.T) {
	t.Parallel()
	p := brokenPages(t)
	c, recorder := contextOf(t, "/help")
	err := p.help(c)
	require.Error(t, err)
	require.False(t, c.Writer.Written())
	require.Empty(t, recorder.Body.String())

	p.Error(c, err, "request-7")
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.Contains(t, recorder.Body.String(), "request-7")
	require.NotContains(t, recorder.Body.String(), "这一半写得出来")
	require.NotContains(t, recorder.Body.String(), "NoSuchField")

	p.templates["error"] = p.templates["help"]
	c, recorder = contextOf(t, "/help")
	p.Error(c, errors.New("no store"), "request-8")
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.Equal(t, "系统出错了，请稍后再试。编号：request-8", recorder.Body.String())
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	p, err := New(Deps{})
	require.NoError(t, err)
	for _, kind := range models.Kinds() {
		t.Run(fmt.Sprint("kind ", int(kind)), func(t *testing.T) {
			t.Parallel()
			c, recorder := contextOf(t, "/cases/xyz")
			p.Error(c, &models.Error{Kind: kind, Code: "x", Message: "请这样做", Cause: errors.New("SELECT secrets")}, "request-9")
			c.Writer.WriteHeaderNow()
			if kind == models.Unauthenticated {
				require.Equal(t, http.StatusSeeOther, recorder.Code)
				require.Equal(t, "/login?next=%2Fcases%2Fxyz", recorder.Header().Get("Location"))
				return
			}
			require.NotContains(t, recorder.Body.String(), "SELECT")
			require.Equal(t, kind == models.Internal || kind == models.Unavailable, recorder.Code >= 500)
			require.Equal(t, kind != models.Internal, recorder.Code < 500 || recorder.Code == http.StatusServiceUnavailable)
			if kind != models.Internal {
				require.Contains(t, recorder.Body.String(), "请这样做")
			}
		})
	}
}

func TestTemplatesAreComplete(t *testing.T) {
	t.Parallel()
	entries, err := templateFiles.ReadDir("templates/pages")
	require.NoError(t, err)
	for _, entry := range entries {
		require.Contains(t, pagePartials, entry.Name()[:len(entry.Name())-len(".html")], "a template that no page uses")
	}
	require.Len(t, pagePartials, len(entries))
}
