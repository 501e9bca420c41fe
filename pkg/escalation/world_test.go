package escalation

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

const village = "330681101201"

// local is a moment on the clocks of the country.
func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

var (
	start  = local("2026-11-23 09:30") // a Monday
	system = models.SystemActor()
	chair  = models.Actor{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: village}
)

func place() models.Place {
	p := models.PlaceOf(village)
	p.CountyName, p.TownshipName, p.VillageName = "青禾县", "枫溪镇", "北坡村"
	p.VillageCommittee, p.TownshipCommittee = "北坡村人民调解委员会", "枫溪镇人民调解委员会"
	p.TownshipOffice, p.CountyOffice = "枫溪镇司法所", "青禾县矛调中心"
	return p
}

// ladders are the policies that a county can choose; what is true of one clock is true of the other.
func ladders() []*models.Policy {
	from := start.AddDate(-2, 0, 0)
	return []*models.Policy{models.DefaultPolicy(from), models.FourLevelPolicy(from)}
}

func rulesOf(policy *models.Policy) Rules {
	return Rules{Policy: policy, Calendar: workday.NewCalendar(workday.Official()...)}
}

// logged is the nth case, written down at a moment at the lowest rung.
func logged(t require.TestingT, r Rules, n int, now time.Time) *models.Case {
	c := &models.Case{
		ID: bson.ObjectID{0: byte(n >> 16), 1: byte(n >> 8), 2: byte(n), 11: 1}, Place: place(), Type: models.LandTransfer, Risk: models.Blue,
		Title: fmt.Sprintf("第%d件", n),
	}
	rung := r.Policy.Ladder[0]
	clock, err := r.Start(c, models.PhaseAcceptance, rung.Level, now, 0)
	require.NoError(t, err)
	c.Log(chair, now, rung, models.OfficeOf(rung, c.Place), clock, "")
	return c
}

// opened is a store with one policy and the official calendar.
func opened(t testing.TB, policies ...*models.Policy) *store.Store {
	t.Helper()
	return openedOn(t, func(e docstore.Engine) docstore.Engine { return e }, policies...)
}

// openedOn is opened on an engine that a test puts around the real one.
func openedOn(t testing.TB, around func(docstore.Engine) docstore.Engine, policies ...*models.Policy) *store.Store {
	t.Helper()
	engine, err := embedded.Open(t.Context(), filepath.Join(t.TempDir(), "cases.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	st, err := store.New(t.Context(), around(engine))
	require.NoError(t, err)
	for _, policy := range policies {
		own := *policy // keeping it gives it its id, and tests share theirs
		require.NoError(t, st.InsertPolicy(t.Context(), &own))
	}
	for _, year := range workday.Official() {
		require.NoError(t, st.InsertCalendarYear(t.Context(), year))
	}
	return st
}

// keep adds cases, several at once: the engine commits those together.
func keep(t testing.TB, st *store.Store, cases ...*models.Case) {
	t.Helper()
	errs := make([]error, len(cases))
	var group sync.WaitGroup
	for writer := range 16 {
		group.Go(func() {
			for i := writer; i < len(cases); i += 16 {
				errs[i] = st.InsertCase(t.Context(), cases[i])
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func read(t testing.TB, st *store.Store, id bson.ObjectID) *models.Case {
	t.Helper()
	c, err := st.Case(t.Context(), models.Scope{Region: "33"}, id)
	require.NoError(t, err)
	require.NoError(t, c.VerifyTimeline())
	return c
}

func run(t testing.TB, st *store.Store, now time.Time) models.SweepRun {
	t.Helper()
	swept, err := NewSweeper(st).Run(t.Context(), now)
	require.NoError(t, err)
	return swept
}

// happened counts the events of one kind.
func happened(c *models.Case, action models.Action) int {
	n := 0
	for _, e := range c.Timeline {
		if e.Action == action {
			n++
		}
	}
	return n
}

func bytesOf(t require.TestingT, c *models.Case) []byte {
	raw, err := docstore.Marshal(c)
	require.NoError(t, err)
	return raw
}
