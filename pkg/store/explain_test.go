package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
)

// asked is a query or tally that passed through a recorder.
type asked struct {
	kind  *docstore.Kind
	query docstore.Query
	tally bool
}

// String is the shape of what was asked: without its values, but for whether there are several.
func (a asked) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s:", a.kind.Name, a.query.Index)
	for _, c := range a.query.Filter {
		fmt.Fprintf(&b, " %s/%d", c.Field, c.Op)
		if len(c.Values) > 1 {
			b.WriteString("s")
		}
	}
	fmt.Fprintf(&b, ", order %q desc %t, later page %t, tally %t", a.query.Order, a.query.Desc, a.query.After != nil, a.tally)
	return b.String()
}

// recorder is an engine that notes what it is asked, each shape once, and has nothing but places.
type recorder struct {
	failing
	seen map[string]asked
}

func (r *recorder) note(a asked) { r.seen[a.String()] = a }

func (r *recorder) Find(_ context.Context, kind *docstore.Kind, query docstore.Query) ([]bson.Raw, error) {
	r.note(asked{kind: kind, query: query})
	if kind.Name != "regions" {
		return nil, nil
	}
	one, err1 := docstore.Marshal(&models.Region{Code: north, Head: docstore.Head{Version: 1}})
	other, err2 := docstore.Marshal(&models.Region{Code: south, Head: docstore.Head{Version: 1}})
	return []bson.Raw{one, other}, errors.Join(err1, err2)
}

// Tally is noted as the query that walks the same part of the same index: Explain knows no tallies.
func (r *recorder) Tally(_ context.Context, kind *docstore.Kind, grouping docstore.Grouping) ([]docstore.Group, error) {
	query := docstore.Query{Index: grouping.Index, Filter: grouping.Filter, Limit: docstore.MaxLimit}
	if index, _ := kind.Index(grouping.Index); index.Leading(grouping.Filter) < len(index.Fields) {
		query.Order = index.Fields[len(index.Fields)-1]
	}
	r.note(asked{kind: kind, query: query, tally: true})
	return nil, nil
}

// TestEveryMethodIsCalled holds that nothing that the application can ask escapes the tests below: a
// new method of the store, or a new field of the filter, has to be added there.
func TestEveryMethodIsCalled(t *testing.T) {
	t.Parallel()
	called := methods(nil)
	typ := reflect.TypeFor[*store.Store]()
	for i := range typ.NumMethod() {
		require.Contains(t, called, typ.Method(i).Name)
	}
	require.Len(t, called, typ.NumMethod())

	filter := reflect.TypeFor[store.CaseFilter]()
	for i := range filter.NumField() {
		require.True(t, slices.ContainsFunc(everyList(), func(q question) bool { return !reflect.ValueOf(q.filter).Field(i).IsZero() }),
			"no list asks for %s", filter.Field(i).Name)
	}
}

// walked are the small kinds that are read from one end to the other on purpose.
var walked = []string{"accounts", "calendars"}

// everythingAsked is each shape of query and tally that the store makes, as a first and as a later
// page.
func everythingAsked(t *testing.T) []asked {
	t.Helper()
	r := &recorder{failing{err: docstore.ErrNotFound}, map[string]asked{}}
	st := newStore(t, r)
	for _, call := range methods(st) {
		call(t.Context())
	}
	for _, a := range r.seen {
		later := a
		later.query.After = &docstore.Cursor{ID: "a"}
		if a.kind.Name == "cases" {
			later.query.After.ID = bson.NewObjectID()
		}
		if a.query.Order != "" {
			field, ok := a.kind.Field(a.query.Order)
			require.True(t, ok)
			later.query.After.Value = map[docstore.Type]any{docstore.Time: noon, docstore.String: "a", docstore.Int: int64(1)}[field.Type]
		}
		r.note(later)
	}
	var all []asked
	for _, a := range r.seen {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b asked) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// TestNothingWalksACollection asks both engines how they would answer all that the store asks.
func TestNothingWalksACollection(t *testing.T) {
	t.Parallel()
	all := everythingAsked(t)
	t.Logf("%d shapes of queries and tallies", len(all))
	indexes := map[string]bool{}
	for _, a := range all {
		if len(a.query.Filter) == 0 {
			require.Contains(t, walked, a.kind.Name, "%s: it has no condition, so that it walks the whole kind", a)
		}
		indexes[a.kind.Name+"/"+a.query.Index] = true
	}
	for _, kind := range store.Kinds() {
		for _, index := range kind.Indexes {
			require.True(t, indexes[kind.Name+"/"+index.Name], "nothing asks by index %s of %s", index.Name, kind.Name)
		}
	}
	onEveryEngine(t, func(t *testing.T, st opened) {
		if !enginetest.Offers(t, st.caps.Explain, "Explain", fmt.Sprintf("which index answers each of the %d shapes of queries and tallies", len(all))) {
			for _, a := range all {
				_, err := st.engine.Find(t.Context(), a.kind, a.query)
				require.NoError(t, err, "the server takes it at least: %s", a)
			}
			return
		}
		for _, a := range all {
			plan, err := st.engine.Explain(t.Context(), a.kind, a.query)
			require.NoError(t, err, "%s", a)
			require.Equal(t, a.query.Index, plan.Index, "%s: %s", a, plan.Text)
			require.False(t, plan.Scan, "%s walks the collection: %s", a, plan.Text)
			require.False(t, plan.Sort, "%s sorts: %s", a, plan.Text)
			require.NotEmpty(t, plan.Text, "%s", a)
		}
	})
}

// TestEveryMethodSaysWhenTheStoreIsAway: whatever is asked, people are told to try again.
func TestEveryMethodSaysWhenTheStoreIsAway(t *testing.T) {
	t.Parallel()
	st := newStore(t, failing{err: fmt.Errorf("engine: %w", docstore.ErrUnavailable)})
	for name, call := range methods(st) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			errs := call(t.Context())
			require.NotEmpty(t, errs)
			for _, err := range errs {
				requireKind(t, models.Unavailable, "unavailable", err)
				require.ErrorIs(t, err, docstore.ErrUnavailable)
			}
		})
	}
}
