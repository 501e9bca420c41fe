package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

func contextWith(t *testing.T, header, value string) *gin.Context {
	t.Helper()
	c := &gin.Context{}
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	c.Request.Header.Set(header, value)
	c.Params = gin.Params{{Key: "id", Value: "65a1b2c3d4e5f60718293a4b"}}
	return c
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		tag     string
		version int64 // -1 where it is refused
	}{
		{"not sent", "", 0},
		{"anything", "*", 0},
		{"a version", `"v3"`, 3},
		{"weak", `W/"v3"`, -1},
		{"without quotes", "v3", -1},
		{"one quote", `"v3`, -1},
		{"the other quote", `v3"`, -1},
		{"a number alone", "3", -1},
		{"another's tag", `"abc"`, -1},
		{"zero", `"v0"`, -1},
		{"negative", `"v-1"`, -1},
		{"with a sign", `"v+3"`, -1},
		{"with zeros", `"v03"`, -1},
		{"two", `"v3", "v4"`, -1},
		{"larger than any version", `"v99999999999999999999"`, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ref, err := refOf(contextWith(t, "If-Match", test.tag))
			if test.version < 0 {
				require.Equal(t, told{models.Malformed, "if_match", nil}, toldOf(t, err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.version, ref.Version)
			require.Equal(t, "65a1b2c3d4e5f60718293a4b", ref.ID.Hex())
		})
	}
}

func TestIfNoneMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		tag  string
		want bool
	}{
		{"not sent", "", false},
		{"this version", `"v3"`, true},
		{"this version, weak", `W/"v3"`, true},
		{"an older one", `"v2"`, false},
		{"among others", `"v1",  "v3"`, true},
		{"anything", "*", true},
		{"a longer number", `"v33"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, unchanged(contextWith(t, "If-None-Match", test.tag), 3))
		})
	}
}
