package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

// asked are the fields by which cases and their groups can be found, ordered, counted or exported at
// all: an engine refuses every other one. None is a person's. grams, by which names are searched, are
// the one way to a person, and lead nowhere together with a risk.
var asked = map[string][]string{
	"cases": {
		"draftKey", "numberKey", "place.county", "place.township", "place.village", "office.id", "type", "state", "level", "review", "risk",
		"loggedAt", "dueAt", "nextAt", "noticeAt", "activeUntil", "rescoreAt", "togetherAt", "cluster.id", "grams", "roots",
	},
	"clusters": {"place.county", "place.township", "place.village", "state", "changedAt", "pendingAt"},
}

// TestRiskIsNobodys: no query, list, count, report or export groups or filters people by risk.
func TestRiskIsNobodys(t *testing.T) {
	t.Parallel()
	for _, kind := range store.Kinds() {
		var paths []string
		for _, f := range kind.Fields {
			paths = append(paths, f.Path)
			for _, word := range []string{"risk", "assess", "raised", "score", "points", "signs"} {
				if kind.Name != "cases" {
					require.NotContains(t, strings.ToLower(f.Path), word, "only disputes have a risk: %s", kind.Name)
				}
			}
		}
		if allowed, ok := asked[kind.Name]; ok {
			require.ElementsMatch(t, allowed, paths, "a new field of %s: is it a person's?", kind.Name)
		}
		for _, index := range kind.Indexes {
			require.NotContains(t, index.Fields, "risk", "%s/%s: nothing is put in order by risk", kind.Name, index.Name)
		}
	}
	people := []string{"party", "parties", "applicant", "respondent", "mediator", "handler", "person", "actor", "account"}
	for _, d := range screening.Dimensions() {
		require.NotContains(t, people, d.Key, "a report is broken down by no person")
	}
	for _, kind := range models.RiskFactorKinds() {
		require.NotContains(t, people, kind.Code, "a factor looks at the dispute")
	}

	w := newWorld(t, openEmbedded(t))
	form := draft(village)
	form.Risk = models.Orange
	logged := w.log(t, "mediator", form)
	_, err := w.store.Cases(t.Context(), models.Scope{Region: county}, store.CaseFilter{Grams: models.Grams("许来福"), Risk: models.Orange}, "", 10)
	require.Equal(t, "risk", models.AsError(err).Fields[0].Field)
	for _, path := range []string{"q=许来福&risk=orange", "q=" + idNumber + "&risk=orange"} {
		p := problem(t, w.get(t, "/api/v1/cases?"+path, "judicial"), http.StatusUnprocessableEntity)
		require.Equal(t, "risk", p.Errors[0].Field)
		answer := w.get(t, "/cases?"+path, "judicial")
		require.Equal(t, http.StatusUnprocessableEntity, answer.status)
		require.NotContains(t, string(answer.body), logged.ID)
	}
	for _, path := range []string{"risk=orange", "q=许来福"} { // each by itself is the list of disputes that it says
		page := into[api.CasePage](t, w.get(t, "/api/v1/cases?"+path, "judicial"), http.StatusOK)
		require.Len(t, page.Items, 1)
	}
	require.False(t, casework.SeesCases(models.RoleAdmin))
}
