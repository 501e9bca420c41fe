package pages_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/handlers/pages"
	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// A county with one township of two villages, and what people type there.
const (
	county   = "330681"
	township = "330681101"
	village  = "330681101201"
	village2 = "330681101202"

	password = "fengqiao-test"
	idNumber = "330681195803126417"
	phone    = "13812345678"
)

// began is when a world begins: a Monday.
var began = time.Date(2026, 3, 2, 9, 0, 0, 0, workday.Zone)

// seats are the accounts of the county by their user names: every role.
var seats = func() map[string]models.Actor {
	out := map[string]models.Actor{}
	for _, a := range []models.Actor{
		{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: village},
		{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: village},
		{ID: "firstsecretary", Name: "林知远", Role: models.RoleFirstSecretary, Region: village},
		{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: township},
		{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county},
		{ID: "auditor", Name: "钱慎之", Role: models.RoleAuditor, Region: county},
		{ID: "admin", Name: "孙维新", Role: models.RoleAdmin, Region: county},
	} {
		out[a.ID] = a
	}
	return out
}()

// clock is the time of a world, which tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is the system with its pages, on a store of its own.
type world struct {
	handler  http.Handler
	routes   []web.Route
	store    *store.Store
	cases    *casework.Service
	accounts *account.Service
	sweeper  *escalation.Sweeper
	notices  *notify.Service
	reports  *screening.Service
	jobs     fakeJobs
	trials   *rules.Runs
	clock    *clock
	tokens   map[string]string
}

// passwordHash is made once: it is slow by design.
var passwordHash = sync.OnceValues(func() (string, error) {
	return account.NewHasher(1).Hash(context.Background(), password)
})

func newWorld(tb testing.TB) *world {
	tb.Helper()
	engine, err := embedded.Open(tb.Context(), filepath.Join(tb.TempDir(), "cases.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, engine.Close()) })
	ring, err := seal.LoadOrCreate(filepath.Join(tb.TempDir(), "seal.key"))
	require.NoError(tb, err)
	w := &world{clock: &clock{now: began}, tokens: map[string]string{}}
	w.store, err = store.New(tb.Context(), engine)
	require.NoError(tb, err)
	w.seed(tb)

	validate := models.NewValidator()
	w.accounts = account.New(w.store, account.NewHasher(2), validate, w.clock.Now)
	w.cases = casework.New(w.store, ring, validate, w.clock.Now)
	w.sweeper = escalation.NewSweeper(w.store)
	w.reports = screening.New(w.store, w.clock.Now)
	w.notices = notify.New(notify.Options{Store: w.store, Ring: ring, Validate: validate, Now: w.clock.Now})
	w.trials = rules.NewRuns(tb.Context())
	w.trials.SetPatience(time.Minute)
	tb.Cleanup(w.trials.Wait) // before the store closes
	html, err := pages.New(pages.Deps{Cases: w.cases, Accounts: w.accounts, Store: w.store, Reports: w.reports, Notices: w.notices, Ring: ring, Now: w.clock.Now, Jobs: &w.jobs, Trials: w.trials})
	require.NoError(tb, err)
	w.routes = html.Routes()
	w.handler, err = handlers.New(handlers.Deps{
		API:   api.New(api.Deps{Cases: w.cases, Accounts: w.accounts, Reports: w.reports, Store: w.store, Now: w.clock.Now}),
		Pages: html, Accounts: w.accounts, Ready: w.store.Ping, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Now: w.clock.Now,
	})
	require.NoError(tb, err)
	return w
}

func (w *world) seed(tb testing.TB) {
	tb.Helper()
	ctx := tb.Context()
	require.NoError(tb, w.store.InsertPolicy(ctx, models.DefaultPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))))
	require.NoError(tb, w.store.InsertRiskPolicy(ctx, models.DefaultRiskPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))))
	for _, year := range workday.Official() {
		require.NoError(tb, w.store.InsertCalendarYear(ctx, year))
	}
	for _, r := range []models.Region{
		{Code: county, Kind: models.RegionCounty, Name: "青禾县", ShortName: "青禾县", Office: "青禾县矛调中心"},
		{Code: township, Kind: models.RegionTownship, Parent: county, Name: "枫溪镇", ShortName: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"},
		{Code: village, Kind: models.RegionVillage, Parent: township, Name: "北坡村", ShortName: "北坡村", Committee: "北坡村人民调解委员会"},
		{Code: village2, Kind: models.RegionVillage, Parent: township, Name: "南湾村", ShortName: "南湾村", Committee: "南湾村人民调解委员会"},
	} {
		require.NoError(tb, w.store.PutRegion(ctx, &r))
	}
	hash, err := passwordHash()
	require.NoError(tb, err)
	for id, seat := range seats {
		require.NoError(tb, w.store.InsertAccount(ctx, &models.Account{Username: id, Name: seat.Name, Role: seat.Role, Region: seat.Region, PasswordHash: hash, CreatedAt: began.UTC(), Epoch: 1}))
		token, tokenHash := account.NewToken()
		require.NoError(tb, w.store.InsertSession(ctx, &models.Session{TokenHash: tokenHash, Username: id, Epoch: 1, CreatedAt: began.UTC(), ExpiresAt: began.AddDate(10, 0, 0).UTC()}))
		w.tokens[id] = token
	}
}

// draft is a land-transfer dispute, as it is typed in.
func draft() casework.LogForm {
	return casework.LogForm{
		Type: models.LandTransfer, Subtype: "rent_arrears", VillageCode: village, Title: "三组地租拖欠", Facts: "流转给合作社三亩地，两年租金没有付。",
		Requests: []string{"付清两年租金"}, Source: "application", AmountFen: 480_000, Households: 1, Risk: models.Blue,
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: idNumber, Phone: phone, Address: "三组12号", Sex: "男"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Representative: "邵兴旺"},
		},
		Land: &models.LandTransferFacts{Contract: "written", LandName: "长垄", AreaCentiMu: 300, PriceFenPerMu: 80_000},
	}
}

// logged logs a dispute of the village; change may alter it first.
func (w *world) logged(tb testing.TB, change ...func(*casework.LogForm)) *models.Case {
	tb.Helper()
	form := draft()
	for _, f := range change {
		f(&form)
	}
	c, created, err := w.cases.Log(tb.Context(), seats["mediator"], form, "")
	require.NoError(tb, err)
	require.True(tb, created)
	return c
}

func (w *world) mediating(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.logged(tb)
	c, err := w.cases.Accept(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AcceptForm{})
	require.NoError(tb, err)
	return c
}

// paused is a case in mediation whose clock stands.
func (w *world) paused(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.mediating(tb)
	c, err := w.cases.Pause(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.PauseForm{Ground: "survey", Note: "等测绘结果"})
	require.NoError(tb, err)
	return c
}

// sat is a case in mediation with one sitting.
func (w *world) sat(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.mediating(tb)
	c, err := w.cases.RecordSitting(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.SittingForm{HeldAt: w.clock.Now(), Place: "村委会", Course: "双方陈述。", Result: "agreed"})
	require.NoError(tb, err)
	return c
}

// agreed is a case with an agreement of two instalments, due in one and in two months.
func (w *world) agreed(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.sat(tb)
	day := func(months int) string { return workday.OfTime(w.clock.Now().AddDate(0, months, 0)).String() }
	c, err := w.cases.Agree(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AgreementForm{
		Form: "written", Items: []string{"分两期付清"}, AmountFen: 480_000, Facts: "租金四千八百元。",
		Instalments: []casework.InstalmentForm{{DueOn: day(1), AmountFen: 240_000, What: "现金"}, {DueOn: day(2), AmountFen: 240_000}},
	})
	require.NoError(tb, err)
	return c
}

// drafted is a case with the text of an agreement that nobody has signed.
func (w *world) drafted(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.sat(tb)
	c, err := w.cases.Draft(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.DraftForm{Form: "written", Items: []string{"分两期付清"}})
	require.NoError(tb, err)
	return c
}

// pressed is a case with an agreement that is not kept although somebody was urged to.
func (w *world) pressed(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.agreed(tb)
	c, err := w.cases.Press(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.PressForm{Seq: 1, On: workday.OfTime(w.clock.Now()).String(), How: "上门", Answer: "月底付"})
	require.NoError(tb, err)
	return c
}

// dictated is a case that was typed for another.
func (w *world) dictated(tb testing.TB) *models.Case {
	tb.Helper()
	return w.logged(tb, func(f *casework.LogForm) { f.DictatedBy = "许来福" })
}

// escalated is a case in mediation that was handed up to the township.
func (w *world) escalated(tb testing.TB) *models.Case {
	tb.Helper()
	c := w.sat(tb)
	c, err := w.cases.Escalate(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.EscalateForm{Reason: "asked", Note: "双方要求由镇里调解"})
	require.NoError(tb, err)
	return c
}

func casePath(c *models.Case, action string) string {
	if action == "" {
		return "/cases/" + c.ID.Hex()
	}
	return fmt.Sprintf("/cases/%s/%s", c.ID.Hex(), action)
}

func (w *world) caseNow(tb testing.TB, c *models.Case) *models.Case {
	tb.Helper()
	latest, err := w.store.Case(tb.Context(), models.Scope{Region: county}, c.ID)
	require.NoError(tb, err)
	return latest
}
