package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// TestAnswersHaveNoNullLists asks it of a list at every depth, and that what is there stays.
func TestAnswersHaveNoNullLists(t *testing.T) {
	t.Parallel()
	type leaf struct {
		Words []string  `json:"words"`
		At    time.Time `json:"at"`
	}
	type tree struct {
		CaseItemLike struct {
			Leaf *leaf `json:"leaf"`
		} `json:"item"`
		Leaves []leaf   `json:"leaves"`
		None   *leaf    `json:"none"`
		Lists  [][]leaf `json:"lists"`
		hidden []string
	}
	body := tree{Leaves: []leaf{{Words: []string{"a"}}, {}}, Lists: [][]leaf{nil, {{}}}}
	body.CaseItemLike.Leaf = &leaf{}
	recorder := httptest.NewRecorder()
	require.NoError(t, send(gin.CreateTestContextOnly(recorder, &gin.Engine{}), http.StatusTeapot, body))
	require.Equal(t, http.StatusTeapot, recorder.Code)
	const at = `"at":"0001-01-01T00:00:00Z"`
	require.JSONEq(t, `{
		"item": {"leaf": {"words": [], `+at+`}},
		"leaves": [{"words": ["a"], `+at+`}, {"words": [], `+at+`}],
		"none": null,
		"lists": [[], [{"words": [], `+at+`}]]
	}`, recorder.Body.String())
	require.Nil(t, body.hidden)
}

// TestCaseOfNothing asks that even a file in which everything is missing is answered in its form.
func TestCaseOfNothing(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	empty := &models.Case{Agreement: &models.Agreement{}, Stages: []models.Stage{{Clocks: []models.Clock{{}}}}, Sittings: []models.Sitting{{}}}
	require.NoError(t, send(gin.CreateTestContextOnly(recorder, &gin.Engine{}), http.StatusOK, viewOf(empty, &models.Policy{}, models.Actor{}, time.Time{})))
	var got map[string]any
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &got))
	for _, name := range []string{"requests", "parties", "mediators", "stages", "sittings", "timeline", "hints", "allowed"} {
		require.IsType(t, []any{}, got[name], name)
	}
	for _, name := range []string{"number", "dueAt", "acceptedAt", "landTransfer", "dividend", "failure", "referral"} {
		require.Contains(t, got, name)
		require.Nil(t, got[name], name)
	}
	require.IsType(t, []any{}, got["agreement"].(map[string]any)["instalments"])
}
