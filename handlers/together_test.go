package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// clients is how many do the same at once.
const clients = 16

// together sends requests at the same moment, and gives the answers in their order.
func (w *world) together(t *testing.T, requests []*http.Request) []reply {
	t.Helper()
	answers := make([]reply, len(requests))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, request := range requests {
		all.Go(func() {
			<-start
			answers[i] = w.serve(request)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// TestNumbersHaveNoGaps asks that the numbers of a committee follow one another, whoever accepts.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	requests := []*http.Request{}
	for i := range clients {
		made := w.log(t, "mediator", draft(village))
		as := []string{"mediator", "chair"}[i%2]
		requests = append(requests, w.request(t, http.MethodPost, casePath(made.ID, "accept"), as, nil, "If-Match", fmt.Sprintf(`"v%d"`, made.Version)))
	}
	elsewhere := w.log(t, "mediator2", draft(village2))
	requests = append(requests, w.request(t, http.MethodPost, casePath(elsewhere.ID, "accept"), "mediator2", nil))

	want, got := []string{}, []string{}
	for i, answer := range w.together(t, requests) {
		number := *into[api.Case](t, answer, http.StatusOK).Number
		if i == clients {
			require.Equal(t, "〔2026〕南湾村人调字第1号", number, "each committee counts for itself")
			continue
		}
		got = append(got, number)
		want = append(want, fmt.Sprintf("〔2026〕北坡村人调字第%d号", i+1))
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got)
}

// TestTheLoserIsTold asks that of several who change what they saw one succeeds, and that the others
// are told who changed what, while nothing of theirs is kept.
func TestTheLoserIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	made := w.log(t, "mediator", draft(village))
	tag := fmt.Sprintf(`"v%d"`, made.Version)
	answers := w.together(t, []*http.Request{
		w.request(t, http.MethodPost, casePath(made.ID, "accept"), "mediator", casework.AcceptForm{}, "If-Match", tag),
		w.request(t, http.MethodPost, casePath(made.ID, "risk"), "chair", casework.RiskForm{Risk: models.Orange, Reason: "有人要堵路"}, "If-Match", tag),
	})
	won := slices.IndexFunc(answers, func(r reply) bool { return r.status == http.StatusOK })
	require.NotEqual(t, -1, won)
	winner, lost := into[api.Case](t, answers[won], http.StatusOK), problem(t, answers[1-won], http.StatusConflict)
	require.Equal(t, "conflict", lost.Code)
	require.Contains(t, lost.Detail, []string{"陈守义", "周大成"}[won])
	require.Contains(t, lost.Detail, []string{"受理", "提高风险等级"}[won])
	require.Contains(t, lost.Detail, "3月2日09:00")
	require.Equal(t, made.Version+1, winner.Version)
	again := into[api.Case](t, w.get(t, casePath(made.ID, ""), []string{"mediator", "chair"}[won]), http.StatusOK)
	require.Equal(t, winner, again)
}

// TestWithoutIfMatchAllAreKept asks that those who do not say what they saw do not lose one another's
// work.
func TestWithoutIfMatchAllAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	made := w.caseAt(t, village, models.RegionVillage, mediating)
	requests := []*http.Request{}
	for i := range clients {
		form := sitting(w)
		form.Course = fmt.Sprintf("第%d份记录", i)
		requests = append(requests, w.request(t, http.MethodPost, casePath(made.ID, "sittings"), "mediator", form))
	}
	for _, answer := range w.together(t, requests) {
		require.Equal(t, http.StatusOK, answer.status, "%s", answer.body)
	}
	after := into[api.Case](t, w.get(t, casePath(made.ID, ""), "mediator"), http.StatusOK)
	courses := map[string]bool{}
	for i, s := range after.Sittings {
		require.Equal(t, i+1, s.Seq)
		courses[s.Course] = true
	}
	require.Len(t, courses, clients)
	require.Equal(t, made.Version+clients, after.Version)
}

// TestOneDraftIsOneCase asks that a draft that a phone sends again and again is one case.
func TestOneDraftIsOneCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	requests := []*http.Request{}
	for range clients {
		requests = append(requests, w.request(t, http.MethodPost, "/api/v1/cases", "mediator", draft(village), "Idempotency-Key", "draft-7"))
	}
	created, ids := 0, map[string]bool{}
	for _, answer := range w.together(t, requests) {
		checkContract(t, w.request(t, http.MethodPost, "/api/v1/cases", "mediator", draft(village)), answer)
		status := http.StatusOK
		if answer.status == http.StatusCreated {
			status = http.StatusCreated
			created++
		}
		logged := into[api.Case](t, answer, status)
		ids[logged.ID] = true
		require.Equal(t, "/api/v1/cases/"+logged.ID, answer.header.Get("Location"))
	}
	require.Equal(t, 1, created)
	require.Len(t, ids, 1)
	require.Len(t, into[api.CasePage](t, w.get(t, "/api/v1/cases", "mediator"), http.StatusOK).Items, 1)
}

// TestKeysOfDrafts asks what makes two drafts the same.
func TestKeysOfDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	send := func(as, key string, status int) string {
		header := []string{}
		if key != "" {
			header = []string{"Idempotency-Key", key}
		}
		return into[api.Case](t, w.post(t, "/api/v1/cases", as, draft(village), header...), status).ID
	}
	first := send("mediator", "a", http.StatusCreated)
	require.Equal(t, first, send("mediator", "a", http.StatusOK))
	require.NotEqual(t, first, send("mediator", "b", http.StatusCreated), "another key")
	require.NotEqual(t, first, send("chair", "a", http.StatusCreated), "another account")
	require.NotEqual(t, send("mediator", "", http.StatusCreated), send("mediator", "", http.StatusCreated), "no key")

	changed := draft(village)
	changed.Title = "改过的标题"
	again := into[api.Case](t, w.post(t, "/api/v1/cases", "mediator", changed, "Idempotency-Key", "a"), http.StatusOK)
	require.Equal(t, draft(village).Title, again.Title, "what was logged first stands")
	w.act(t, "mediator", again, "accept", casework.AcceptForm{})
	require.Equal(t, models.Mediating, into[api.Case](t, w.post(t, "/api/v1/cases", "mediator", draft(village), "Idempotency-Key", "a"), http.StatusOK).State, "as it is now")

	long := make([]byte, 201)
	for i := range long {
		long[i] = 'k'
	}
	require.Equal(t, "idempotency_key", problem(t, w.post(t, "/api/v1/cases", "mediator", draft(village), "Idempotency-Key", string(long)), http.StatusBadRequest).Code)
	send("mediator", string(long[:200]), http.StatusCreated)
}
