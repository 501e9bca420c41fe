package handlers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
)

// contract is the API's OpenAPI document, read by libraries that are not the one that wrote it: one
// for paths, parameters and statuses, one for bodies, whose schemas are compiled once.
type contract struct {
	document *openapi3.T
	router   routers.Router

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

const documentURL = "http://localhost/openapi.json"

// theContract reads the document once. What is answered is held to it more strictly than clients are
// asked to: a field that the document does not know is a fault.
var theContract = sync.OnceValues(func() (*contract, error) {
	raw, err := documentOf(api.New(api.Deps{}))
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	c := &contract{document: document, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	if c.router, err = legacy.NewRouter(document); err != nil {
		return nil, err
	}
	strict, err := closeObjects(raw)
	if err != nil {
		return nil, err
	}
	c.compiler.AssertFormat()
	return c, c.compiler.AddResource(documentURL, strict)
})

// documentOf asks the API for its document.
func documentOf(a *api.API) ([]byte, error) {
	recorder := httptest.NewRecorder()
	for _, route := range a.Routes() {
		if route.Path == api.DocumentPath {
			err := route.Handle(gin.CreateTestContextOnly(recorder, &gin.Engine{}))
			return recorder.Body.Bytes(), err
		}
	}
	return nil, errors.New("the API has no document")
}

// closeObjects refuses fields beside those of each schema.
func closeObjects(raw []byte) (any, error) {
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, err
	}
	for _, schema := range document["components"].(map[string]any)["schemas"].(map[string]any) {
		object := schema.(map[string]any)
		if _, said := object["additionalProperties"]; object["properties"] != nil && !said {
			object["additionalProperties"] = false
		}
	}
	return document, nil
}

// checkContract holds a request to the API, and its answer, to what the document says: what is
// accepted is a request that the document knows, and every answer is one that it promises.
func checkContract(tb testing.TB, request *http.Request, answer reply) {
	tb.Helper()
	if !strings.HasPrefix(request.URL.Path, "/api/") {
		return
	}
	c, err := theContract()
	require.NoError(tb, err)
	sent := []byte{}
	if request.Body != nil {
		sent, err = io.ReadAll(request.Body)
		require.NoError(tb, err)
	}
	require.NoError(tb, c.check(request, sent, answer), "%s %s answered %d %s", request.Method, request.URL.Path, answer.status, answer.body)
}

func (c *contract) check(request *http.Request, sent []byte, answer reply) error {
	route, params, err := c.router.FindRoute(request)
	if err != nil || strings.HasSuffix(request.URL.Path, "/") { // no endpoint: nothing but a failure
		switch answer.status {
		case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusForbidden, http.StatusRequestEntityTooLarge:
			return c.body("#/components/schemas/Problem", answer.body)
		}
		return errors.New("an answer where there is no endpoint")
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true, MultiError: true,
			ExcludeRequestBody: true, ExcludeResponseBody: true,
		},
	}
	at := "#/paths/" + strings.ReplaceAll(route.Path, "/", "~1") + "/" + strings.ToLower(request.Method)
	if answer.status < http.StatusBadRequest {
		err = errors.Join(openapi3filter.ValidateRequest(request.Context(), input), c.request(at, route.Operation, request.Header.Get("Content-Type"), sent))
		if err != nil {
			return fmt.Errorf("accepted what the document refuses: %w", err)
		}
	}
	return errors.Join(
		openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: answer.status, Header: answer.header, Options: input.Options}),
		c.response(at, route.Operation, answer),
	)
}

// request checks a body that was sent; none stands for an empty form.
func (c *contract) request(at string, operation *openapi3.Operation, kind string, sent []byte) error {
	if operation.RequestBody == nil || len(sent) == 0 {
		return nil
	}
	if strings.HasPrefix(kind, "multipart/form-data") {
		if operation.RequestBody.Value.Content["multipart/form-data"] == nil {
			return errors.New("a form with a file where the document knows none")
		}
		return nil
	}
	return c.body(at+"/requestBody/content/application~1json/schema", sent)
}

// response checks the type and the body of an answer.
func (c *contract) response(at string, operation *openapi3.Operation, answer reply) error {
	promised := operation.Responses.Status(answer.status)
	if promised == nil {
		return fmt.Errorf("status %d is not in the document", answer.status)
	}
	if len(promised.Value.Content) == 0 {
		if len(answer.body) > 0 {
			return errors.New("a body where the document has none")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(answer.header.Get("Content-Type"))
	if err != nil || promised.Value.Content[kind] == nil {
		return fmt.Errorf("content type %q is not in the document", answer.header.Get("Content-Type"))
	}
	if !strings.HasSuffix(kind, "json") { // a file
		if len(answer.body) == 0 {
			return errors.New("an empty file")
		}
		return nil
	}
	return c.body(at+"/responses/"+strconv.Itoa(answer.status)+"/content/"+strings.ReplaceAll(kind, "/", "~1")+"/schema", answer.body)
}

// body checks JSON against the schema at a place in the document.
func (c *contract) body(at string, raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	schema := c.schemas[at]
	if schema == nil {
		var err error
		if schema, err = c.compiler.Compile(documentURL + at); err != nil {
			return err
		}
		c.schemas[at] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// TestContractNotices asks that the check is able to fail.
func TestContractNotices(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	require.NoError(t, err)
	const good = `{"username":"mediator","name":"陈守义","role":"mediator","roleName":"人民调解员","region":"330681101201"}`
	const failure = `{"type":"about:blank","title":"未登录","status":401,"detail":"请先登录","code":"login_needed","requestId":"x"}`
	for _, test := range []struct {
		name                string
		method, path, sent  string
		status              int
		contentType, answer string
		faulty              bool
	}{
		{"as it is", http.MethodGet, "/api/v1/me", "", 200, "application/json; charset=utf-8", good, false},
		{"a failure as it is", http.MethodGet, "/api/v1/me", "", 401, "application/problem+json", failure, false},
		{"a field that is gone", http.MethodGet, "/api/v1/me", "", 200, "application/json", strings.Replace(good, `"region"`, `"place"`, 1), true},
		{"a field too many", http.MethodGet, "/api/v1/me", "", 200, "application/json", strings.Replace(good, `{`, `{"idNumber":"1",`, 1), true},
		{"another type", http.MethodGet, "/api/v1/me", "", 200, "application/json", strings.Replace(good, `"330681101201"`, `330681101201`, 1), true},
		{"another content type", http.MethodGet, "/api/v1/me", "", 200, "text/html", good, true},
		{"not JSON", http.MethodGet, "/api/v1/me", "", 200, "application/json", "ok", true},
		{"a status of another endpoint", http.MethodGet, "/api/v1/me", "", 404, "application/problem+json", failure, true},
		{"a failure that is no problem", http.MethodGet, "/api/v1/me", "", 401, "application/json", failure, true},
		{"a body after 204", http.MethodDelete, "/api/v1/sessions/current", "", 204, "application/json", "{}", true},
		{"a body that should have been refused", http.MethodPost, "/api/v1/sessions", `{"username":"a","pass":"b"}`, 201, "application/json", `{"token":"t","expiresAt":"2026-03-02T01:00:00Z","account":` + good + `}`, true},
		{"a parameter that should have been refused", http.MethodGet, "/api/v1/cases?limit=500", "", 200, "application/json", `{"items":[],"next":null}`, true},
		{"a time that is none", http.MethodPost, "/api/v1/sessions", `{"username":"a","password":"b"}`, 201, "application/json", `{"token":"t","expiresAt":"tomorrow","account":` + good + `}`, true},
		{"an answer where there is no endpoint", http.MethodGet, "/api/v1/nothing", "", 200, "application/json", `{}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), test.method, test.path, nil)
			err := c.check(request, []byte(test.sent), reply{test.status, http.Header{"Content-Type": {test.contentType}}, []byte(test.answer)})
			require.Equal(t, test.faulty, err != nil, "%v", err)
		})
	}
}
