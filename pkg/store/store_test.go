package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened is a fresh store on one engine.
type opened struct {
	*store.Store
	engine docstore.Engine
	caps   docstoretest.Capabilities
}

// onEveryEngine runs a test on a fresh store of each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, st opened)) {
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities) {
		test(t, opened{newStore(t, engine), engine, caps})
	})
}

func newStore(t *testing.T, engine docstore.Engine) *store.Store {
	t.Helper()
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	return st
}

// requireKind wants an error that people are told of.
func requireKind(t *testing.T, kind models.Kind, code string, err error) {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, "%v", err)
	require.Equal(t, code, e.Code)
}

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

var noon = local("2026-11-24 12:00")

// Places: two counties that begin alike, townships and villages in them.
const (
	county, otherCounty = "330681", "330682"
	north, south        = "330681101", "330681102"
	far                 = "330682101"
	northOne, northTwo  = "330681101201", "330681101202"
	southOne            = "330681102201"
	farOne              = "330682101201"
)

func villages() []string { return []string{northOne, northTwo, southOne, farOne} }

// putRegions keeps the places and those around them.
func putRegions(t *testing.T, st *store.Store) {
	t.Helper()
	for _, code := range append([]string{county, otherCounty, north, south, far}, villages()...) {
		kind := models.RegionKindOf(code)
		parent := map[models.RegionKind]string{models.RegionCounty: code[:4], models.RegionTownship: code[:6], models.RegionVillage: code[:min(9, len(code))]}[kind]
		require.NoError(t, st.PutRegion(t.Context(), &models.Region{
			Code: code, Kind: kind, Parent: parent, Name: "名" + code, ShortName: code, Committee: "会" + code, Office: "所" + code,
		}))
	}
}

// newCase is a case that was logged at a village; change sets what a test asks for.
func newCase(village string, loggedAt time.Time, change ...func(*models.Case)) *models.Case {
	c := &models.Case{
		ID: bson.NewObjectID(), Place: models.PlaceOf(village), Type: models.LandTransfer, State: models.Logged, Level: models.LevelVillage, Risk: models.Blue,
		Office: models.Office{ID: models.OfficeID(village, models.LevelVillage), Region: village}, LoggedAt: loggedAt, ActiveUntil: models.FarFuture(),
	}
	c.DraftKey, c.NumberKey = c.ID.Hex(), c.ID.Hex()
	for _, f := range change {
		f(c)
	}
	return c
}

func due(at time.Time) func(*models.Case) {
	return func(c *models.Case) { c.DueAt, c.NextAt = &at, &at }
}

func insert(t *testing.T, st *store.Store, cases ...*models.Case) {
	t.Helper()
	for _, c := range cases {
		require.NoError(t, st.InsertCase(t.Context(), c))
	}
}

func ids(cases []*models.Case) []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.ID.Hex()
	}
	return out
}

// failing answers every call with one error.
type failing struct {
	docstore.Engine
	err error
}

func (f failing) Ensure(context.Context, ...*docstore.Kind) error { return nil }
func (f failing) Get(context.Context, *docstore.Kind, any) (bson.Raw, error) {
	return nil, f.err
}
func (f failing) Insert(context.Context, *docstore.Kind, bson.Raw) error         { return f.err }
func (f failing) Replace(context.Context, *docstore.Kind, bson.Raw, int64) error { return f.err }
func (f failing) ReplaceMany(context.Context, *docstore.Kind, []docstore.Write) ([]error, error) {
	return nil, f.err
}
func (f failing) Delete(context.Context, *docstore.Kind, any, int64) error { return f.err }
func (f failing) Find(context.Context, *docstore.Kind, docstore.Query) ([]bson.Raw, error) {
	return nil, f.err
}
func (f failing) Tally(context.Context, *docstore.Kind, docstore.Grouping) ([]docstore.Group, error) {
	return nil, f.err
}
func (f failing) PutBlob(context.Context, []byte) (string, error) { return "", f.err }
func (f failing) GetBlob(context.Context, string) ([]byte, error) { return nil, f.err }
func (f failing) Ping(context.Context) error                      { return f.err }

// TestErrorsAreTold holds what becomes of each error of the document store, however deep it lies.
func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		err     error
		kind    models.Kind
		code    string
		message string
	}{
		{"not found", docstore.ErrNotFound, models.NotFound, "not_found", "没有找到这个纠纷"},
		{"conflict", docstore.ErrConflict, models.Conflict, "conflict", "刚刚有人改过，请刷新后再试"},
		{"duplicate", &docstore.DuplicateError{Kind: "cases", Index: store.IndexNumberKey}, models.Conflict, "duplicate", "已经有同样的纠纷"},
		{"unavailable", docstore.ErrUnavailable, models.Unavailable, "unavailable", "系统暂时不能用，请稍后再试"},
		{"newer schema", docstore.ErrNewerSchema, models.Internal, "internal", "系统出错了，请稍后再试"},
		{"cancelled", context.Canceled, models.Internal, "internal", "系统出错了，请稍后再试"},
		{"unknown", errors.New("disk on fire"), models.Internal, "internal", "系统出错了，请稍后再试"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			st := newStore(t, failing{err: fmt.Errorf("engine: %w", test.err)})
			err := st.ReplaceCase(t.Context(), newCase(northOne, noon))
			told := models.AsError(err)
			require.Equal(t, test.kind, told.Kind)
			require.Equal(t, test.code, told.Code)
			require.Equal(t, test.message, told.Message)
			require.ErrorIs(t, err, test.err, "the cause is kept for the log")
			require.NotContains(t, told.Message, "engine", "and told to nobody")

			require.Equal(t, test.name == "not found", store.IsNotFound(err))
			require.Equal(t, test.name == "conflict", store.IsConflict(err))
			require.Equal(t, test.name == "duplicate", store.IsDuplicate(err, store.IndexNumberKey))
			require.False(t, store.IsDuplicate(err, store.IndexDraftKey))
		})
	}
}

// TestPing holds that a missing document is nothing that Ping could tell people of.
func TestPing(t *testing.T) {
	t.Parallel()
	require.NoError(t, newStore(t, enginetest.Embedded(t)).Ping(t.Context()))
	requireKind(t, models.Unavailable, "unavailable", newStore(t, failing{err: docstore.ErrUnavailable}).Ping(t.Context()))
	require.Equal(t, models.Internal, models.AsError(newStore(t, failing{err: docstore.ErrNotFound}).Ping(t.Context())).Kind)
}
