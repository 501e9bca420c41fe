package rules_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A county of two townships, and one next door.
const (
	county      = "330681"
	otherCounty = "330682"
	north       = "330681101"
	south       = "330681102"
	far         = "330682101"
)

var (
	now    = local("2026-11-24 10:00") // a Tuesday
	boss   = models.Actor{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county}
	rival  = models.Actor{ID: "rival", Name: "冯致和", Role: models.RoleCounty, Region: county}
	chair  = models.Actor{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: north + "201"}
	origin = local("2020-01-01 00:00")
)

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

// world is a county with the default policy and the official calendar.
type world struct {
	*rules.Service
	store *store.Store
	now   time.Time
}

// onEveryEngine runs a test on a fresh world of each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, _ docstoretest.Capabilities) { test(t, newWorld(t, engine)) })
}

func newWorld(tb testing.TB, engine docstore.Engine) *world {
	tb.Helper()
	st, err := store.New(tb.Context(), engine)
	require.NoError(tb, err)
	w := &world{store: st, now: now}
	w.Service = rules.New(st, func() time.Time { return w.now })
	require.NoError(tb, st.InsertPolicy(tb.Context(), models.DefaultPolicy(origin)))
	for _, y := range workday.Official() {
		require.NoError(tb, st.InsertCalendarYear(tb.Context(), y))
	}
	for code, name := range map[string]string{county: "青禾县", otherCounty: "云和县", north: "枫溪镇", south: "石桥镇", far: "白鹤镇"} {
		kind := models.RegionKindOf(code)
		parent := map[models.RegionKind]string{models.RegionCounty: code[:4], models.RegionTownship: code[:6]}[kind]
		require.NoError(tb, st.PutRegion(tb.Context(), &models.Region{Code: code, Kind: kind, Parent: parent, Name: name, Committee: name + "人民调解委员会", Office: name + "司法所"}))
	}
	return w
}

// candidate is the default policy with shorter land transfers, from the beginning of next year.
func candidate(change ...func(*models.Policy)) *models.Policy {
	p := models.DefaultPolicy(local("2027-01-01 00:00"))
	p.Name = "青禾县时限规则"
	p.Rules[1].Days = 20
	for _, f := range change {
		f(p)
	}
	return p
}

// life is what becomes of a case.
type life struct {
	township string
	kind     models.DisputeType
	logged   string // a moment
	accepted int    // days later, -1 for never
	ended    int    // days after it was logged, -1 for not yet
	outcome  models.Outcome
	reason   models.Reason // of an escalation
}

// lived makes the case of a life, with a clock by the default rules.
func lived(tb testing.TB, n int, l life) *models.Case {
	tb.Helper()
	village := l.township + "201"
	r := escalation.Rules{Policy: models.DefaultPolicy(origin), Calendar: workday.NewCalendar(workday.Official()...)}
	at := local(l.logged)
	c := &models.Case{ID: bson.ObjectID{0: byte(n >> 8), 1: byte(n), 11: 1}, Place: models.PlaceOf(village), Type: l.kind, Risk: models.Blue, Title: fmt.Sprintf("第%d件", n)}
	c.Place.TownshipName, c.Place.VillageName, c.Place.VillageCommittee, c.Place.TownshipOffice = l.township, "北坡村", "北坡村人民调解委员会", "司法所"
	rung := r.Policy.Ladder[0]
	clock, err := r.Start(c, models.PhaseAcceptance, rung.Level, at, 0)
	require.NoError(tb, err)
	c.Log(chair, at, rung, models.OfficeOf(rung, c.Place), clock, "")
	move := func(days int, action models.Action, actor models.Actor, change func(time.Time) error) {
		when := at.AddDate(0, 0, days)
		require.NoError(tb, c.Move(r.Policy, action, actor, when, "", func() error { return change(when) }))
	}
	who := chair
	who.Region = village
	if l.accepted >= 0 {
		move(l.accepted, models.ActionAccept, who, func(when time.Time) error {
			c.OpenStage().Received = &when
			clock, err := r.Start(c, models.PhaseMediation, c.Level, when, 0)
			c.OpenStage().Clocks = append(c.OpenStage().Clocks, clock)
			c.Number = &models.CaseNumber{Text: fmt.Sprintf("〔2025〕第%d号", n)}
			return err
		})
	}
	switch {
	case l.ended < 0:
	case l.outcome == models.OutcomeEscalated:
		action := models.ActionEscalate
		if l.reason == models.ReasonDeadline {
			action, who = models.ActionExpire, models.SystemActor()
		}
		move(l.ended, action, who, func(when time.Time) error {
			return r.HandUp(c, when, escalation.HandOver{Reason: l.reason})
		})
	default:
		action := map[models.Outcome]models.Action{models.OutcomeAgreed: models.ActionAgree, models.OutcomeWithdrawn: models.ActionWithdraw, models.OutcomeDeclined: models.ActionDecline}[l.outcome]
		move(l.ended, action, who, func(when time.Time) error { c.EndStage(when, l.outcome, "", ""); return nil })
	}
	return c
}

func (w *world) keep(tb testing.TB, cases ...*models.Case) {
	tb.Helper()
	errs := make([]error, len(cases))
	var group sync.WaitGroup
	for writer := range 16 {
		group.Go(func() {
			for i := writer; i < len(cases); i += 16 {
				errs[i] = w.store.InsertCase(tb.Context(), cases[i])
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(tb, err)
	}
}

func (w *world) read(tb testing.TB, c *models.Case) *models.Case {
	tb.Helper()
	kept, err := w.store.Case(tb.Context(), models.Scope{Region: "33"}, c.ID)
	require.NoError(tb, err)
	require.NoError(tb, kept.VerifyTimeline())
	return kept
}

// requireFaults wants an Invalid error with just these faults.
func requireFaults(t *testing.T, err error, want map[string]string) {
	t.Helper()
	e := models.AsError(err)
	require.Equal(t, models.Invalid, e.Kind, "%v", err)
	got := map[string]string{}
	for _, f := range e.Fields {
		got[f.Field] = f.Message
	}
	require.Equal(t, want, got)
}
