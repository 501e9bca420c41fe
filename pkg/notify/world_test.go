package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

const (
	county   = "330681"
	township = "330681101"
	village  = "330681101201"
	village2 = "330681101202"
)

// seats are who is there: everybody who may sit at the offices around a village, and some who hear
// nothing.
var seats = []models.Actor{
	{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: village},
	{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: village},
	{ID: "firstsecretary", Name: "林知远", Role: models.RoleFirstSecretary, Region: village},
	{ID: "closed", Name: "葛永年", Role: models.RoleMediator, Region: village},
	{ID: "mediator2", Name: "吴建国", Role: models.RoleMediator, Region: village2},
	{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: township},
	{ID: "auditor", Name: "钱慎之", Role: models.RoleAuditor, Region: township},
	{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county},
	{ID: "admin", Name: "孙维新", Role: models.RoleAdmin, Region: county},
}

func actor(id string) models.Actor {
	i := slices.IndexFunc(seats, func(a models.Actor) bool { return a.ID == id })
	return seats[i]
}

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

// morning is on a Tuesday like any other.
var morning = local("2026-11-24 10:00")

// world is a store with everybody in it and a clock that tests move.
type world struct {
	t        *testing.T
	path     string // of the store's file
	engine   *shakyEngine
	store    *store.Store
	ring     *seal.Ring
	validate *models.Validator
	notices  *notify.Service

	mu  sync.Mutex
	now time.Time
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at
}

func (w *world) advance(d time.Duration) { w.set(w.Now().Add(d)) }

// seeded is the file of a store with everybody in it. It is made once: each world has a copy.
var seeded = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "fengqiao-notify-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path, ctx := filepath.Join(dir, "notices.db"), context.Background()
	engine, err := embedded.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(seed(ctx, engine), engine.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func seed(ctx context.Context, engine docstore.Engine) error {
	st, err := store.New(ctx, engine)
	if err != nil {
		return err
	}
	errs := []error{st.InsertPolicy(ctx, models.DefaultPolicy(morning.AddDate(-1, 0, 0)))}
	for _, year := range workday.Official() {
		errs = append(errs, st.InsertCalendarYear(ctx, year))
	}
	for _, r := range []models.Region{
		{Code: county, Name: "青禾县", ShortName: "青禾县", Office: "青禾县矛调中心"},
		{Code: township, Name: "枫溪镇", ShortName: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"},
		{Code: village, Name: "北坡村", ShortName: "北坡村", Committee: "北坡村人民调解委员会"},
		{Code: village2, Name: "南湾村", ShortName: "南湾村", Committee: "南湾村人民调解委员会"},
	} {
		r.Kind = models.RegionKindOf(r.Code)
		r.Parent = map[models.RegionKind]string{models.RegionTownship: county, models.RegionVillage: township}[r.Kind]
		errs = append(errs, st.PutRegion(ctx, &r))
	}
	for _, a := range seats {
		errs = append(errs, st.InsertAccount(ctx, &models.Account{Username: a.ID, Name: a.Name, Role: a.Role, Region: a.Region, Disabled: a.ID == "closed", CreatedAt: morning, Epoch: 1}))
	}
	return errors.Join(errs...)
}

func newWorld(t *testing.T, change ...func(*notify.Options)) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notices.db")
	everybody, err := seeded()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, everybody, 0o600))
	file, err := embedded.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	w := &world{t: t, path: path, engine: &shakyEngine{Engine: file}, now: morning, validate: models.NewValidator()}
	w.store, err = store.New(t.Context(), w.engine)
	require.NoError(t, err)
	w.ring, err = seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
	require.NoError(t, err)
	w.notices = w.service(change...)
	return w
}

// service is another process on the same store.
func (w *world) service(change ...func(*notify.Options)) *notify.Service {
	o := notify.Options{Store: w.store, Ring: w.ring, Validate: w.validate, Now: w.Now, Wall: w.Now, Timeout: time.Minute}
	for _, f := range change {
		f(&o)
	}
	return notify.New(o)
}

// run lets the job run at the world's time.
func (w *world) run() notify.Run {
	w.t.Helper()
	run, err := w.notices.Run(w.t.Context(), w.Now())
	require.NoError(w.t, err)
	return run
}

// told puts a case into the store that has notices: each of a kind to an office.
func (w *world) told(risk models.RiskLevel, notices ...[2]string) *models.Case {
	w.t.Helper()
	c := w.caseOf(risk)
	for i, n := range notices {
		region, _, _ := strings.Cut(n[1], "/")
		c.Notify(n[0], w.Now(), models.Office{ID: n[1], Region: region}, fmt.Sprintf("%s（北坡村）事由%d", c.NumberText(), i+1))
	}
	require.NoError(w.t, w.store.InsertCase(w.t.Context(), c))
	return c
}

// warned is told of one warning to the village.
func (w *world) warned() *models.Case {
	return w.told(models.Blue, [2]string{models.NoticeWarning, village + "/village"})
}

// handedUp is told of an escalation to the township.
func (w *world) handedUp(risk models.RiskLevel) *models.Case {
	return w.told(risk, [2]string{models.NoticeEscalated, township + "/township"})
}

func (w *world) caseOf(risk models.RiskLevel) *models.Case {
	id := bson.NewObjectID()
	c := &models.Case{ID: id, DraftKey: id.Hex(), Place: models.PlaceOf(village), State: models.Mediating, Level: models.LevelVillage, Risk: risk, LoggedAt: w.Now(), ActiveUntil: models.FarFuture()}
	c.Place.VillageName = "北坡村"
	c.Number = &models.CaseNumber{Committee: village, Year: 2026, Seq: 12, Text: "〔2026〕北坡村人调字第12号"}
	c.NumberKey = id.Hex() // the same text for all of them, but a key of its own
	return c
}

func (w *world) message(id string) *models.Message {
	w.t.Helper()
	m, err := w.store.Message(w.t.Context(), id)
	require.NoError(w.t, err)
	return m
}

// messageOf is the message of a case's first notice to somebody.
func (w *world) messageOf(c *models.Case, recipient string) *models.Message {
	w.t.Helper()
	return w.message(models.MessageID(c.ID.Hex(), c.Notices[0].Key, recipient))
}

func (w *world) reload(c *models.Case) *models.Case {
	w.t.Helper()
	again, err := w.store.Case(w.t.Context(), models.Scope{Region: county}, c.ID)
	require.NoError(w.t, err)
	return again
}

func (w *world) inbox(username string) []*models.Message {
	w.t.Helper()
	page, err := w.store.Inbox(w.t.Context(), username, "", 1000)
	require.NoError(w.t, err)
	return page.Messages
}

// webhook sets up an office's webhook at a receiver.
func (w *world) webhook(who string, to *receiver) {
	w.t.Helper()
	office, err := w.notices.Office(w.t.Context(), actor(who))
	require.NoError(w.t, err)
	require.NoError(w.t, w.notices.SaveOffice(w.t.Context(), actor(who), notify.Office{
		Version: office.Version, Daily: true, Robots: []notify.Robot{{Channel: models.ChannelWebhook, On: true, URL: to.URL, Secret: webhookSecret}},
	}))
}

const webhookSecret = "a secret of the county"

// request is what a receiver got.
type request struct {
	header http.Header
	query  map[string][]string
	body   string
}

// receiver is an HTTP server that remembers what it got.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []request
}

// receive starts a receiver. answer says what it does with the nth request, from 1; nil accepts all.
func receive(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	v := &receiver{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sender went away
		}
		v.mu.Lock()
		v.got = append(v.got, request{r.Header.Clone(), r.URL.Query(), string(body)})
		n := len(v.got)
		v.mu.Unlock()
		if answer != nil {
			answer(n, w, r)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *receiver) requests() []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.got)
}

// keys are those of what a webhook got, in its order.
func (v *receiver) keys() []string {
	keys := []string{}
	for _, r := range v.requests() {
		keys = append(keys, r.header.Get(notify.HeaderKey))
	}
	return keys
}

// status answers with one status.
func status(code int) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// never does not answer before the sender has gone.
func never(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
