package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

// theDocument is the description, read by another library than the one that writes it.
func theDocument(t *testing.T) (*API, *openapi3.T) {
	t.Helper()
	a := New(Deps{})
	raw, err := a.document()
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(raw)
	require.NoError(t, err)
	return a, document
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	_, document := theDocument(t)
	require.True(t, document.IsOpenAPI31OrLater(), document.OpenAPI)
	require.NoError(t, document.Validate(t.Context()))
}

// TestDocumentDescribesEveryEndpoint asks that each is there with what a client must know of it.
func TestDocumentDescribesEveryEndpoint(t *testing.T) {
	t.Parallel()
	a, document := theDocument(t)
	for _, e := range a.endpoints() {
		name := e.Method + " " + e.Path
		path := document.Paths.Find(documentPath(e.Path))
		require.NotNil(t, path, name)
		operation := path.GetOperation(e.Method)
		require.NotNil(t, operation, name)
		require.NotEmpty(t, operation.Summary, name)
		require.Len(t, operation.Tags, 1, name)
		require.Equal(t, e.Permission != account.Public, operation.Security != nil, name)
		for _, role := range models.Roles() {
			if e.Permission != account.Public {
				require.Equal(t, account.Has(role, e.Permission), strings.Contains(operation.Description, role.Name()), "%s: %s", name, role.Name())
			}
		}
		require.Equal(t, strings.Count(e.Path, ":"), len(operation.Parameters)-countIn(operation.Parameters, "query")-countIn(operation.Parameters, "header"), name)
		require.Equal(t, e.in != nil, operation.RequestBody != nil, name)
		for text, response := range operation.Responses.Map() {
			status, err := strconv.Atoi(text)
			require.NoError(t, err, name)
			if status < http.StatusBadRequest {
				continue
			}
			require.Equal(t, titles[status], *response.Value.Description, "%s %d", name, status)
			require.Equal(t, "#/components/schemas/Problem", response.Value.Content[problemType].Schema.Ref, "%s %d", name, status)
			require.Len(t, response.Value.Content, 1)
		}
	}
}

func countIn(parameters openapi3.Parameters, where string) int {
	n := 0
	for _, p := range parameters {
		if p.Value.In == where {
			n++
		}
	}
	return n
}

// TestExamplesAreTaken asks that what the document shows as an example is what its schema and the
// reader of forms take.
func TestExamplesAreTaken(t *testing.T) {
	t.Parallel()
	a, document := theDocument(t)
	examples := 0
	for _, e := range a.endpoints() {
		if e.example == nil {
			continue
		}
		examples++
		media := document.Paths.Find(documentPath(e.Path)).GetOperation(e.Method).RequestBody.Value.Content["application/json"]
		require.NotNil(t, media.Example)
		require.NoError(t, media.Schema.Value.VisitJSON(media.Example, openapi3.EnableJSONSchema2020()))
		raw, err := json.Marshal(media.Example)
		require.NoError(t, err)
		require.NoError(t, decode(raw, reflect.New(reflect.TypeOf(e.in).Elem()).Interface()))
	}
	require.Equal(t, 3, examples)
}

// TestRulesAreInTheDocument asks that every rule of every form is one that limit writes down, or one
// that is known to be more than a schema can say. A new rule must not stay unsaid by oversight.
func TestRulesAreInTheDocument(t *testing.T) {
	t.Parallel()
	said := map[string]bool{"required": true, "notblank": true, "oneof": true, "day": true, "village": true, "money": true, "gte": true, "lte": true, "min": true, "max": true}
	unsaid := map[string]bool{"omitempty": true, "dive": true, "phone": true}
	seen := map[string]bool{}
	var walk func(reflect.Type)
	walk = func(form reflect.Type) {
		for form.Kind() == reflect.Pointer || form.Kind() == reflect.Slice {
			form = form.Elem()
		}
		if form.Kind() != reflect.Struct || form == timeType {
			return
		}
		require.True(t, isForm(form), "%s is read, but its schema is that of an answer", form)
		for i := range form.NumField() {
			field := form.Field(i)
			for rule := range strings.SplitSeq(field.Tag.Get("validate"), ",") {
				name, _, _ := strings.Cut(rule, "=")
				require.True(t, name == "" || said[name] || unsaid[name], "%s.%s: %s", form, field.Name, name)
				seen[name] = true
			}
			if field.Tag.Get("json") != "-" { // that is filled by a page alone
				walk(field.Type)
			}
		}
	}
	for _, e := range New(Deps{}).endpoints() {
		if e.in != nil {
			walk(reflect.TypeOf(e.in))
		}
	}
	for name := range said {
		require.True(t, seen[name], "%s is in no form any more", name)
	}
}

// TestEveryFailureHasATitle asks it of every status that a failure can have.
func TestEveryFailureHasATitle(t *testing.T) {
	t.Parallel()
	codes := []string{"", web.CodeMethod, web.CodeMediaType}
	seen := map[int]bool{}
	for _, kind := range models.Kinds() {
		for _, code := range codes {
			status := web.Status(&models.Error{Kind: kind, Code: code})
			require.NotEmpty(t, titles[status], status)
			seen[status] = true
		}
	}
	require.Len(t, titles, len(seen))
}
