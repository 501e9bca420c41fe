package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/models"
)

// change is a body with one thing changed, at a path.
type change struct {
	path, what string
	body       any
}

// mutator walks a schema along a good body and makes of it what the schema refuses, and what it only
// just takes.
type mutator struct{ bad, fine []change }

// walk goes through a value. whole gives the body with another value in its place.
func (m *mutator) walk(ref *openapi3.SchemaRef, value any, path string, whole func(any) any) {
	bad := func(what string, v any) { m.bad = append(m.bad, change{path, what, whole(v)}) }
	fine := func(what string, v any) { m.fine = append(m.fine, change{path, what, whole(v)}) }
	if len(ref.Value.AnyOf) > 0 { // an object, or null
		m.walk(ref.Value.AnyOf[0], value, path, whole)
		fine("null", nil)
		return
	}
	s := *ref.Value
	for _, beside := range s.AllOf { // what stands beside a reference narrows it
		s.Enum = beside.Value.Enum
	}
	switch {
	case s.Type.Is("object"):
		bad("a list for an object", []any{})
		m.object(&s, value, path, whole)
	case s.Type.Is("array"):
		bad("an object for a list", map[string]any{})
		m.array(&s, value, path, whole)
	case s.Type.Is("string"):
		bad("a number for text", 17)
		text(&s, bad, fine)
	case s.Type.Is("integer"):
		bad("text for a number", "17")
		bad("a fraction", 1.5)
		if s.Min != nil {
			bad("too small", int64(*s.Min)-1)
			fine("the smallest", int64(*s.Min))
		}
		if s.Max != nil {
			bad("too large", int64(*s.Max)+1)
			fine("the largest", int64(*s.Max))
		}
	case s.Type.Is("boolean"):
		bad("text for a truth", "true")
		fine("true", true)
	}
}

func text(s *openapi3.Schema, bad, fine func(string, any)) {
	for _, code := range s.Enum {
		fine("the code "+fmt.Sprint(code), code)
	}
	switch {
	case len(s.Enum) > 0:
		bad("no code of the list", "no_such_code")
	case s.Pattern == `\S`:
		bad("blanks", " \n")
	case s.Pattern != "":
		bad("not of the pattern", "2026年")
	}
	if s.MaxLength != nil {
		bad("too long", strings.Repeat("长", int(*s.MaxLength)+1))
		fine("as long as may be", strings.Repeat("长", int(*s.MaxLength)))
	}
}

func (m *mutator) object(s *openapi3.Schema, value any, path string, whole func(any) any) {
	object, _ := value.(map[string]any)
	at := path
	if at != "" {
		at += "."
	}
	with := func(name string, v any) any {
		changed := maps.Clone(object)
		if changed == nil {
			changed = map[string]any{}
		}
		changed[name] = v
		return whole(changed)
	}
	m.bad = append(m.bad, change{at + "nonsense", "a field that is not known", with("nonsense", 1)})
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		m.walk(s.Properties[name], object[name], at+name, func(v any) any { return with(name, v) })
	}
	for _, name := range s.Required {
		changed := maps.Clone(object)
		delete(changed, name)
		m.bad = append(m.bad, change{at + name, "missing", whole(changed)})
	}
}

// sample is the least that a schema takes.
func sample(s *openapi3.Schema) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type.Is("object"):
		object := map[string]any{}
		for _, name := range s.Required {
			object[name] = sample(s.Properties[name].Value)
		}
		return object
	case s.Type.Is("array"):
		return []any{}
	case s.Type.Is("integer"):
		return 1
	case s.Type.Is("boolean"):
		return false
	}
	return "一项"
}

func (m *mutator) array(s *openapi3.Schema, value any, path string, whole func(any) any) {
	list, _ := value.([]any)
	item := sample(s.Items.Value)
	if len(list) > 0 {
		item = list[0]
	}
	if s.MinItems > 0 {
		m.bad = append(m.bad, change{path, "too few", whole([]any{})})
	}
	if s.MaxItems != nil {
		many := append(slices.Clone(list), slices.Repeat([]any{item}, int(*s.MaxItems)+1)...)
		m.bad = append(m.bad, change{path, "too many", whole(many[:*s.MaxItems+1])})
		m.fine = append(m.fine, change{path, "as many as may be", whole(many[:*s.MaxItems])})
	}
	m.walk(s.Items, item, path+"[0]", func(v any) any {
		if len(list) > 1 {
			return whole(append([]any{v}, list[1:]...))
		}
		return whole([]any{v})
	})
}

// stricter are the fields with rules that no schema can say: a checksum, a sum, what it is already.
var stricter = []string{"/api/v1/cases parties[0].idNumber", "/api/v1/cases/:id/agreement instalments", "/api/v1/cases/:id/draft instalments", "/api/v1/cases/:id/agreement grounds", "/api/v1/cases/:id/draft grounds", "/api/v1/cases/:id/agreement template", "/api/v1/cases/:id/draft template",
	"/api/v1/cases/:id/correct parties[0].idNumber", "/api/v1/cases/:id/visit visited", "/api/v1/cases/:id/affirm by", "/api/v1/cases/:id/confirm step", "/api/v1/cases/:id/breach way", "/api/v1/cases/:id/reopen reason", "/api/v1/cases/:id/correct type", "/api/v1/cases/:id/correct source",
	"/api/v1/cases/:id/risk risk", "/api/v1/cases/:id/sittings together", "/api/v1/cases/:id/extend days", "/api/v1/cases finding", "/api/v1/cases follows", "/api/v1/cases parties[0].was",
	"/api/v1/grids/:village/cells kind", "/api/v1/grids/:village/cells parent", "/api/v1/cells/:cell/change kind", "/api/v1/cells/:cell/change parent", "/api/v1/grids/:village/cells account", "/api/v1/cells/:cell/change account", "/api/v1/grids/:village/cells households", "/api/v1/cells/:cell/change households", "/api/v1/reports/:region/:month/issue action"}

// TestDocumentSaysWhatIsTaken makes, from the schema of every body, bodies that it refuses, which the
// handlers refuse too, naming the field; and bodies at its limits, with whose field they are content.
func TestDocumentSaysWhatIsTaken(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	require.NoError(t, err)
	w := newWorld(t, openEmbedded(t), func(d *handlers.Deps) { d.LoginBurst = 100_000 })
	all := visits()
	bodies, changes := 0, 0
	for _, route := range w.routes() {
		v := all[route.Method+" "+route.Path]
		if v.body == nil || !strings.HasPrefix(route.Path, "/api/") {
			continue
		}
		bodies++
		name := route.Method + " " + route.Path
		about := w.freshTarget(t, v)
		schema := c.document.Paths.Find(documentPath(route.Path)).GetOperation(route.Method).RequestBody.Value.Content["application/json"].Schema
		m := &mutator{}
		m.walk(schema, asJSON(t, v.body(w, about)), "", func(v any) any { return v })
		changes += len(m.bad) + len(m.fine)
		at := "#/paths/" + strings.ReplaceAll(documentPath(route.Path), "/", "~1") + "/post/requestBody/content/application~1json/schema"
		for _, bad := range m.bad {
			raw, err := json.Marshal(bad.body)
			require.NoError(t, err)
			require.Error(t, c.body(at, raw), "%s %s: %s", name, bad.path, bad.what)
			answer := w.post(t, v.path(route.Path, about), v.whoMay(), bad.body)
			if bad.path == "" {
				require.Equal(t, http.StatusBadRequest, answer.status, name)
				continue
			}
			require.Contains(t, faultyFields(problem(t, answer, http.StatusUnprocessableEntity)), bad.path, "%s: %s", name, bad.what)
		}
		for _, fine := range m.fine {
			raw, err := json.Marshal(fine.body)
			require.NoError(t, err)
			require.NoError(t, c.body(at, raw), "%s %s: %s", name, fine.path, fine.what)
			answer := w.post(t, v.path(route.Path, about), v.whoMay(), fine.body)
			if answer.status == http.StatusUnprocessableEntity && !slices.Contains(stricter, route.Path+" "+fine.path) {
				require.NotContains(t, faultyFields(problem(t, answer, answer.status)), fine.path, "%s: %s", name, fine.what)
			}
			require.NotEqual(t, http.StatusBadRequest, answer.status, "%s %s: %s", name, fine.path, fine.what)
			if answer.status == http.StatusOK { // the case is another now
				about = w.freshTarget(t, v)
			}
		}
	}
	require.Equal(t, 16+len(actionVisits()), bodies)
	require.Greater(t, changes, 300)
}

// freshTarget is something that the judicial officer of the township may do what the visit is for to.
func (w *world) freshTarget(t *testing.T, v visit) target {
	t.Helper()
	about, _ := targetOf(models.RegionTownship, own)
	if v.below {
		about, _ = targetOf(models.RegionTownship, child)
	}
	id := ""
	if v.stage != "" {
		found := w.caseAt(t, about.village, about.holder, v.stage)
		about.found, id = &found, found.ID
	}
	about.params = strings.NewReplacer(":id", id, ":region", about.place, ":month", "2026-03", ":key", "opened", ":paper", "notice", ":form", "notice", ":seq", "1", ":scan", scanOf(about.place), ":cell", cellOf(about.village), ":from", periodOf, ":finding", findingOf(about.village), ":place", about.place, ":village", about.village)
	if v.prepare != nil {
		v.prepare(w, about)
	}
	return about
}

// asJSON is a value as a client would have it.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func faultyFields(p api.Problem) []string {
	out := []string{}
	for _, e := range p.Errors {
		out = append(out, e.Field)
	}
	return out
}
