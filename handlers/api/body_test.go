package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// told is what a failure of reading says: its kind, its code, and for each field that is wrong the
// path and the message.
type told struct {
	kind   models.Kind
	code   string
	fields []models.FieldError
}

func toldOf(t *testing.T, err error) told {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Message)
	return told{e.Kind, e.Code, e.Fields}
}

func fields(pairs ...string) told {
	out := told{kind: models.Invalid, code: "invalid"}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.fields = append(out.fields, models.FieldError{Field: pairs[i], Message: pairs[i+1]})
	}
	return out
}

const (
	unknown = "没有这一项，请核对名称"
	twice   = "这一项写了不止一次，请只写一次"
	text    = "应为文字，请加引号"
	integer = "应为整数，不加引号，不带小数"
	list_   = "应为列表"
	object_ = "应为JSON对象"
	boolean = "应为true或false"
	moment  = "应为带时区的时间，例如2026-11-24T09:30:00+08:00"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	malformed := told{kind: models.Malformed, code: "json"}
	for _, test := range []struct {
		name string
		body string
		form any
		want told
	}{
		{"not JSON", `title=a`, new(casework.LogForm), malformed},
		{"a comma too many", `{"title":"a",}`, new(casework.LogForm), malformed},
		{"cut off", `{"title":"a"`, new(casework.LogForm), malformed},
		{"cut off in a word", `{"title":"a`, new(casework.LogForm), malformed},
		{"only blanks", " \n\t", new(casework.LogForm), malformed},
		{"a second object", `{"title":"a"} {"title":"b"}`, new(casework.LogForm), malformed},
		{"garbage after it", `{"title":"a"} x`, new(casework.LogForm), malformed},
		{"a bracket after it", `{"title":"a"}}`, new(casework.LogForm), malformed},
		{"a list", `[]`, new(casework.LogForm), malformed},
		{"a word", `"title"`, new(casework.LogForm), malformed},
		{"null", `null`, new(casework.AcceptForm), malformed},
		{"GBK", "{\"title\":\"\xd5\xc5\xc8\xfd\"}", new(casework.LogForm), malformed},
		{"too deep", strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), new(casework.LogForm), malformed},

		{"a field that is not known", `{"titel":"a"}`, new(casework.LogForm), fields("titel", unknown)},
		{"in another letter case", `{"Title":"a"}`, new(casework.LogForm), fields("Title", unknown)},
		{"the empty name", `{"":1}`, new(casework.LogForm), fields("", unknown)},
		{"not known, deep", `{"parties":[{},{"phon":"1"}],"landTransfer":{"area":1}}`, new(casework.LogForm), fields("parties[1].phon", unknown, "landTransfer.area", unknown)},
		{"twice", `{"title":"a","title":"b"}`, new(casework.LogForm), fields("title", twice)},
		{"twice, deep", `{"parties":[{"name":"a","name":"a"}],"dividend":{"year":2025,"year":2026}}`, new(casework.LogForm), fields("parties[0].name", twice, "dividend.year", twice)},
		{"three times", `{"title":"a","title":1,"title":"c"}`, new(casework.LogForm), fields("title", twice, "title", twice)},

		{"a number for text", `{"title":1}`, new(casework.LogForm), fields("title", text)},
		{"text for a number", `{"amountFen":"100"}`, new(casework.LogForm), fields("amountFen", integer)},
		{"a fraction", `{"amountFen":1.5}`, new(casework.LogForm), fields("amountFen", integer)},
		{"an exponent", `{"amountFen":1e3}`, new(casework.LogForm), fields("amountFen", integer)},
		{"larger than any number", `{"amountFen":9223372036854775808}`, new(casework.LogForm), fields("amountFen", integer)},
		{"text for a truth", `{"landTransfer":{"filed":"true"}}`, new(casework.LogForm), fields("landTransfer.filed", boolean)},
		{"an object for a list", `{"parties":{}}`, new(casework.LogForm), fields("parties", list_)},
		{"a list for an object", `{"landTransfer":[]}`, new(casework.LogForm), fields("landTransfer", object_)},
		{"text for an object in a list", `{"parties":["许来福"]}`, new(casework.LogForm), fields("parties[0]", object_)},
		{"a number in a list of text", `{"requests":["a",2]}`, new(casework.LogForm), fields("requests[1]", text)},
		{"a day for a time", `{"heldAt":"2026-03-02"}`, new(casework.SittingForm), fields("heldAt", moment)},
		{"a time without its zone", `{"heldAt":"2026-03-02T09:00:00"}`, new(casework.SittingForm), fields("heldAt", moment)},
		{"a number for a time", `{"heldAt":1}`, new(casework.SittingForm), fields("heldAt", moment)},
		{
			"everything at once, in the order of the body", `{"x":1,"parties":[{"name":1,"away":"no"},3],"amountFen":"1","y":{"title":1}}`, new(casework.LogForm),
			fields("x", unknown, "parties[0].name", text, "parties[0].away", boolean, "parties[1]", object_, "amountFen", integer, "y", unknown),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := toldOf(t, decode([]byte(test.body), test.form))
			require.Empty(t, cmp.Diff(test.want, got, cmp.AllowUnexported(told{})))
		})
	}
}

func TestDecodeTakes(t *testing.T) {
	t.Parallel()
	var form casework.LogForm
	require.NoError(t, decode([]byte(` {"title":"三组","amountFen":-0,"requests":null,"parties":[{"name":"许来福","away":true}],"landTransfer":null,"dividend":{"year":2025}} `), &form))
	require.Empty(t, cmp.Diff(casework.LogForm{Title: "三组", Parties: []casework.PartyForm{{Name: "许来福", Away: true}}, Dividend: &models.DividendFacts{Year: 2025}}, form))

	var sitting casework.SittingForm
	require.NoError(t, decode([]byte(`{"heldAt":"2026-03-02T09:00:00.5+08:00"}`), &sitting))
	require.True(t, sitting.HeldAt.Equal(time.Date(2026, 3, 2, 1, 0, 0, 5e8, time.UTC)))
}

// TestFaultsAreBounded asks that a body of many faults does not make an answer of many more bytes.
func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	body := `{"requests":[` + strings.Repeat("1,", 200_000) + `1]}`
	got := toldOf(t, decode([]byte(body), new(casework.LogForm)))
	require.Len(t, got.fields, maxFaults)
}

// TestDecodeReadsWhatIsWritten asks that every form that can be written comes back the same.
func TestDecodeReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		form := casework.LogForm{
			Title: rapid.String().Draw(t, "title"), AmountFen: rapid.Int64().Draw(t, "amount"), Requests: rapid.SliceOf(rapid.String()).Draw(t, "requests"),
			Parties: []casework.PartyForm{{Name: rapid.String().Draw(t, "name"), Away: rapid.Bool().Draw(t, "away")}},
		}
		raw, err := json.Marshal(form)
		require.NoError(t, err)
		var got casework.LogForm
		require.NoError(t, decode(raw, &got))
		require.Empty(t, cmp.Diff(form, got))
	})
}

// FuzzDecode asks that what is taken is what encoding/json reads, and that what is refused says why.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{}`, `{"title":"a"}`, `{"parties":[{"name":1}]}`, `{"title":1,"title":2}`, `[[`, `{"landTransfer":{"filed":true}}`, "\xff", `null`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want casework.LogForm
		if err := decode(body, &got); err != nil {
			require.NotEmpty(t, models.AsError(err).Message)
			require.NotEqual(t, models.Internal, models.AsError(err).Kind)
			return
		}
		require.NoError(t, json.Unmarshal(body, &want))
		require.Empty(t, cmp.Diff(want, got))
	})
}

func TestReadAsksForJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		contentType string
		body        string
		code        string // "" where it is read
	}{
		{"JSON", "application/json", `{"note":"a"}`, ""},
		{"with a charset", "application/json; charset=utf-8", `{"note":"a"}`, ""},
		{"in capitals", "Application/JSON", `{"note":"a"}`, ""},
		{"text, as a form of another site can send it", "text/plain", `{"note":"a"}`, web.CodeMediaType},
		{"a form", "application/x-www-form-urlencoded", `note=a`, web.CodeMediaType},
		{"none", "", `{"note":"a"}`, web.CodeMediaType},
		{"not a type", "application/json; =", `{"note":"a"}`, web.CodeMediaType},
		{"a relative of JSON", "application/problem+json", `{"note":"a"}`, web.CodeMediaType},
		{"none, and no body", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &gin.Context{}
			c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(test.body))
			c.Request.Header.Set("Content-Type", test.contentType)
			var form casework.CloseForm
			err := read(c, &form)
			if test.code != "" {
				require.Equal(t, test.code, toldOf(t, err).code)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.body != "", form.Note == "a")
		})
	}
}
