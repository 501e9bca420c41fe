package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
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
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Places of the small world: a county of two townships, the first with two villages, the second with
// one; and a county next door.
const (
	county       = "330681"
	county2      = "330682"
	township     = "330681101"
	township2    = "330681102"
	township3    = "330682101"
	village      = "330681101201"
	village2     = "330681101202"
	farVillage   = "330681102201"
	otherVillage = "330682101201"

	password = "fengqiao-test"
)

// seats are the accounts of the small world: every role, and those next door who handle cases. The
// auditor and the administrator, who may sit anywhere, sit where there are places above and below.
var seats = []models.Actor{
	{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: village},
	{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: village},
	{ID: "firstsecretary", Name: "林知远", Role: models.RoleFirstSecretary, Region: village},
	{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: township},
	{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county},
	{ID: "auditor", Name: "钱慎之", Role: models.RoleAuditor, Region: township},
	{ID: "admin", Name: "孙维新", Role: models.RoleAdmin, Region: township},
	{ID: "mediator2", Name: "吴建国", Role: models.RoleMediator, Region: village2},
	{ID: "mediator3", Name: "葛永年", Role: models.RoleMediator, Region: farVillage},
	{ID: "judicial2", Name: "郑公允", Role: models.RoleJudicial, Region: township2},
	{ID: "judicial3", Name: "蒋立言", Role: models.RoleJudicial, Region: township3},
	{ID: "county2", Name: "冯致和", Role: models.RoleCounty, Region: county2},
}

// clock is the time of the world, which tests move.
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

// world is the whole system on one engine, as cmd puts it together.
type world struct {
	handler http.Handler
	deps    handlers.Deps
	store   *store.Store
	sweeper *escalation.Sweeper
	notices *notify.Service
	clock   *clock
	tokens  map[string]string
	made    int // accounts that tests have made
}

// openEmbedded is the engine that is there by default.
func openEmbedded(tb testing.TB) docstore.Engine {
	tb.Helper()
	engine, err := embedded.Open(tb.Context(), filepath.Join(tb.TempDir(), "cases.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, engine.Close()) })
	return engine
}

// passwordHash is made once: it is slow by design.
var passwordHash = sync.OnceValues(func() (string, error) {
	return account.NewHasher(1).Hash(context.Background(), password)
})

// newWorld fills an engine and builds the handler on it. change may alter what it is built with.
func newWorld(tb testing.TB, engine docstore.Engine, change ...func(*handlers.Deps)) *world {
	tb.Helper()
	ctx := tb.Context()
	w := &world{clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, workday.Zone)}, tokens: map[string]string{}}
	var err error
	w.store, err = store.New(ctx, engine)
	require.NoError(tb, err)
	w.seed(tb)

	ring, err := seal.LoadOrCreate(filepath.Join(tb.TempDir(), "seal.key"))
	require.NoError(tb, err)
	validate := models.NewValidator()
	accounts := account.New(w.store, account.NewHasher(2), validate, w.clock.Now)
	cases := casework.New(w.store, ring, validate, w.clock.Now)
	reports := screening.New(w.store, w.clock.Now)
	w.sweeper = escalation.NewSweeper(w.store)
	w.notices = notify.New(notify.Options{Store: w.store, Ring: ring, Validate: validate, Now: w.clock.Now})
	html, err := pages.New(pages.Deps{Cases: cases, Accounts: accounts, Store: w.store, Reports: reports, Notices: w.notices, Ring: ring, Now: w.clock.Now, Jobs: idleJobs{w.clock}})
	require.NoError(tb, err)
	w.deps = handlers.Deps{
		API:   api.New(api.Deps{Cases: cases, Accounts: accounts, Reports: reports, Store: w.store, Now: w.clock.Now}),
		Pages: html, Accounts: accounts, Ready: w.store.Ping, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Now: w.clock.Now,
	}
	for _, f := range change {
		f(&w.deps)
	}
	w.handler, err = handlers.New(w.deps)
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
		{Code: county, Name: "青禾县", ShortName: "青禾县", Office: "青禾县矛调中心"},
		{Code: township, Name: "枫溪镇", ShortName: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"},
		{Code: township2, Name: "石桥镇", ShortName: "石桥镇", Committee: "石桥镇人民调解委员会", Office: "石桥镇司法所"},
		{Code: village, Name: "北坡村", ShortName: "北坡村", Committee: "北坡村人民调解委员会"},
		{Code: village2, Name: "南湾村", ShortName: "南湾村", Committee: "南湾村人民调解委员会"},
		{Code: farVillage, Name: "柳塘村", ShortName: "柳塘村", Committee: "柳塘村人民调解委员会"},
		{Code: county2, Name: "云和县", ShortName: "云和县", Office: "云和县矛调中心"},
		{Code: township3, Name: "白鹤镇", ShortName: "白鹤镇", Committee: "白鹤镇人民调解委员会", Office: "白鹤镇司法所"},
		{Code: otherVillage, Name: "竹溪村", ShortName: "竹溪村", Committee: "竹溪村人民调解委员会"},
	} {
		r.Kind = models.RegionKindOf(r.Code)
		r.Parent = map[models.RegionKind]string{models.RegionTownship: r.Code[:6], models.RegionVillage: r.Code[:min(9, len(r.Code))]}[r.Kind]
		require.NoError(tb, w.store.PutRegion(ctx, &r))
	}
	for _, at := range []string{village, village2, farVillage, otherVillage} {
		w.drawn(at)
	}
	hash, err := passwordHash()
	require.NoError(tb, err)
	for _, seat := range seats {
		who := &models.Account{Username: seat.ID, Name: seat.Name, Role: seat.Role, Region: seat.Region, PasswordHash: hash, CreatedAt: w.clock.Now().UTC(), Epoch: 1}
		require.NoError(tb, w.store.InsertAccount(ctx, who))
		w.login(tb, seat.ID)
	}
}

// login gives somebody a new session, without a password: that takes long by design.
func (w *world) login(tb testing.TB, username string) {
	tb.Helper()
	who, err := w.store.Account(tb.Context(), username)
	require.NoError(tb, err)
	token, hash := account.NewToken()
	now := w.clock.Now().UTC()
	require.NoError(tb, w.store.InsertSession(tb.Context(), &models.Session{TokenHash: hash, Username: username, Epoch: who.Epoch, CreatedAt: now, ExpiresAt: now.AddDate(10, 0, 0)}))
	w.tokens[username] = token
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// request makes a request of somebody; "" is nobody. body is sent as JSON, unless it is a string,
// which is sent as it is, or the values of a form; header lists names and values.
func (w *world) request(tb testing.TB, method, path, as string, body any, header ...string) *http.Request {
	tb.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	case url.Values:
		reader = strings.NewReader(body.Encode())
	case upload:
		reader = strings.NewReader(body.text)
	default:
		raw, err := json.Marshal(body)
		require.NoError(tb, err)
		reader = bytes.NewReader(raw)
	}
	r := httptest.NewRequestWithContext(tb.Context(), method, path, reader)
	if _, isForm := body.(url.Values); isForm {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else if sent, isUpload := body.(upload); isUpload {
		r.Header.Set("Content-Type", sent.kind)
	} else if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[as])
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// upload is a form with a file, as a browser sends it.
type upload struct{ kind, text string }

// uploadOf writes the values of a form and a file.
func uploadOf(values url.Values, file []byte) upload {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name := range values {
		if err := w.WriteField(name, values.Get(name)); err != nil {
			panic(err) // a buffer takes everything
		}
	}
	part, err := w.CreateFormFile("file", "IMG_0001.jpg")
	if err != nil {
		panic(err)
	}
	if _, err := part.Write(file); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return upload{w.FormDataContentType(), out.String()}
}

// scan is a PDF.
func scan() []byte { return []byte("%PDF-1.7\n一张合同\n%%EOF\n") }

// routes is the route table.
func (w *world) routes() []web.Route { return handlers.Routes(w.deps) }

// serve answers a request, and does nothing else: it may be called from many goroutines.
func (w *world) serve(r *http.Request) reply {
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// do sends a request, and holds it and its answer against the document of the API.
func (w *world) do(tb testing.TB, method, path, as string, body any, header ...string) reply {
	tb.Helper()
	answer := w.serve(w.request(tb, method, path, as, body, header...))
	checkContract(tb, w.request(tb, method, path, as, body, header...), answer)
	return answer
}

func (w *world) get(tb testing.TB, path, as string, header ...string) reply {
	tb.Helper()
	return w.do(tb, http.MethodGet, path, as, nil, header...)
}

func (w *world) post(tb testing.TB, path, as string, body any, header ...string) reply {
	tb.Helper()
	return w.do(tb, http.MethodPost, path, as, body, header...)
}

// into reads a body that must be there with a status.
func into[T any](tb testing.TB, r reply, status int) T {
	tb.Helper()
	require.Equal(tb, status, r.status, "%s", r.body)
	var out T
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	decoder.DisallowUnknownFields()
	require.NoError(tb, decoder.Decode(&out))
	return out
}

// problem is what a failure says, which must have a status.
func problem(tb testing.TB, r reply, status int) api.Problem {
	tb.Helper()
	p := into[api.Problem](tb, r, status)
	require.Equal(tb, "application/problem+json", r.header.Get("Content-Type"))
	require.Equal(tb, status, p.Status)
	require.Equal(tb, r.header.Get("X-Request-Id"), p.RequestID)
	require.NotEmpty(tb, p.Title)
	require.NotEmpty(tb, p.Code)
	require.NotEmpty(tb, p.Detail)
	return p
}

// draft is a land-transfer dispute of a village, as a mediator types it.
func draft(at string) casework.LogForm {
	return casework.LogForm{
		Type: models.LandTransfer, Subtype: "rent_arrears", VillageCode: at, Title: "三组地租拖欠", Facts: "流转给合作社三亩地，两年租金没有付。",
		Requests: []string{"付清两年租金"}, Source: "application", AmountFen: 480_000, Households: 1, Risk: models.Blue,
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: idNumber, Phone: phone, Address: "三组12号", Sex: "男"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Representative: "邵兴旺"},
		},
		Land: &models.LandTransferFacts{Contract: "written", ContractDate: "2024-01-05", From: "2024-01-10", To: "2029-01-09", LandName: "长垄", AreaCentiMu: 300, PriceFenPerMu: 80_000, PaidUntil: "2024-01-09"},
	}
}

const (
	idNumber = "330681195803126417"
	phone    = "13812345678"
)

// log logs a dispute and gives its file.
func (w *world) log(tb testing.TB, as string, form casework.LogForm) api.Case {
	tb.Helper()
	return into[api.Case](tb, w.post(tb, "/api/v1/cases", as, form), http.StatusCreated)
}

// act does something to a case that must succeed, to the version that was seen.
func (w *world) act(tb testing.TB, as string, seen api.Case, action string, form any) api.Case {
	tb.Helper()
	answer := w.post(tb, casePath(seen.ID, action), as, form, "If-Match", fmt.Sprintf(`"v%d"`, seen.Version))
	changed := into[api.Case](tb, answer, http.StatusOK)
	require.Equal(tb, fmt.Sprintf(`"v%d"`, changed.Version), answer.header.Get("ETag"))
	return changed
}

func casePath(id, action string) string {
	if action == "" {
		return "/api/v1/cases/" + id
	}
	return "/api/v1/cases/" + id + "/" + action
}
