package account_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	password = "枫桥-2026-好"
	village  = "330681101201"
)

// world is the service on one engine, at a time that tests move.
type world struct {
	*account.Service
	store  *store.Store
	engine docstore.Engine
	caps   docstoretest.Capabilities

	mu  sync.Mutex
	now time.Time
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, enginetest.Embedded(t), docstoretest.All)
}

func newWorldOn(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities) *world {
	t.Helper()
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	w := &world{store: st, engine: engine, caps: caps, now: time.Date(2026, 11, 24, 9, 0, 0, 0, workday.Zone)}
	w.Service = account.New(st, account.NewHasher(2), models.NewValidator(), w.Now)
	return w
}

// onEveryEngine runs a test on each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities) {
		test(t, newWorldOn(t, engine, caps))
	})
}

// passwordHash is made once: it is slow by design.
var passwordHash = sync.OnceValues(func() (string, error) {
	return account.NewHasher(1).Hash(context.Background(), password)
})

// seat gives a mediator an account with the password.
func (w *world) seat(t *testing.T, username string, change ...func(*models.Account)) {
	t.Helper()
	hash, err := passwordHash()
	require.NoError(t, err)
	who := &models.Account{Username: username, Name: "陈守义", Role: models.RoleMediator, Region: village, PasswordHash: hash, CreatedAt: w.now.UTC(), Epoch: 1}
	for _, f := range change {
		f(who)
	}
	require.NoError(t, w.store.InsertAccount(t.Context(), who))
}

// cheaply gives an account a hash of cheapPassword that is checked in no time, for tests that guess a
// lot. The first right login makes it anew.
func cheaply(a *models.Account) {
	a.PasswordHash = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$fHZBoLdwmH2B2ocq4ikQBWNFFFLROTej7gzHcd3fuws"
}

const cheapPassword = "fengqiao-2026"

func (w *world) login(t *testing.T, username, password string) (string, error) {
	t.Helper()
	token, session, who, err := w.Login(t.Context(), account.Credentials{Username: username, Password: password})
	if err != nil {
		require.Empty(t, token)
		require.Nil(t, session)
		require.Nil(t, who)
		return "", err
	}
	require.Equal(t, who.Username, session.Username)
	return token, nil
}

func (w *world) mustLogin(t *testing.T, username, password string) string {
	t.Helper()
	token, err := w.login(t, username, password)
	require.NoError(t, err)
	return token
}

// requireTold wants an error that people are told of, and returns it.
func requireTold(t *testing.T, kind models.Kind, code string, err error) *models.Error {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, "%v", err)
	require.Equal(t, code, e.Code)
	return e
}

// requireField wants one faulty field.
func requireField(t *testing.T, field, message string, err error) {
	t.Helper()
	e := requireTold(t, models.Invalid, "invalid", err)
	require.Equal(t, []models.FieldError{{Field: field, Message: message}}, e.Fields)
}
