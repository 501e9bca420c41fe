package casework_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Places of the small world: two counties; the first has two townships, and the first of those two
// villages.
const (
	county, otherCounty      = "330681", "330682"
	township, otherTownship  = "330681101", "330681102"
	village, otherVillage    = "330681101201", "330681101202"
	farVillage, alienVillage = "330681102201", "330682101201"
)

// People of the small world.
var (
	mediator  = models.Actor{ID: "chen", Name: "陈守义", Role: models.RoleMediator, Region: village}
	chair     = models.Actor{ID: "zhou", Name: "周大成", Role: models.RoleChair, Region: village}
	secretary = models.Actor{ID: "lin", Name: "林知远", Role: models.RoleFirstSecretary, Region: village}
	neighbour = models.Actor{ID: "wu", Name: "吴建国", Role: models.RoleChair, Region: otherVillage}
	judicial  = models.Actor{ID: "he", Name: "何明理", Role: models.RoleJudicial, Region: township}
	nextDoor  = models.Actor{ID: "zheng", Name: "郑公允", Role: models.RoleJudicial, Region: otherTownship}
	countyMan = models.Actor{ID: "fang", Name: "方正平", Role: models.RoleCounty, Region: county}
	alien     = models.Actor{ID: "hua", Name: "华远", Role: models.RoleCounty, Region: otherCounty}
	auditor   = models.Actor{ID: "qian", Name: "钱慎之", Role: models.RoleAuditor, Region: county}
	admin     = models.Actor{ID: "sun", Name: "孙维新", Role: models.RoleAdmin, Region: county}
)

// world is the use cases on one engine, at a time that tests move.
type world struct {
	*casework.Service
	store  *store.Store
	engine docstore.Engine
	caps   docstoretest.Capabilities
	ring   *seal.Ring
	policy *models.Policy

	mu  sync.Mutex
	now time.Time
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// at moves the clock of the world, as people write a time.
func (w *world) at(text string) *world {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = local(text)
	return w
}

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

func newWorld(t *testing.T, policy ...*models.Policy) *world {
	t.Helper()
	return newWorldOn(t, enginetest.Embedded(t), docstoretest.All, policy...)
}

// newWorldOn fills an engine. It is Monday, 2 March 2026, nine o'clock.
func newWorldOn(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities, policy ...*models.Policy) *world {
	t.Helper()
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	ring, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
	require.NoError(t, err)
	w := &world{store: st, engine: engine, caps: caps, ring: ring, policy: models.DefaultPolicy(local("2025-01-01 00:00"))}
	w.at("2026-03-02 09:00")
	if len(policy) > 0 {
		w.policy = policy[0]
	}
	require.NoError(t, st.InsertPolicy(t.Context(), w.policy))
	for _, year := range workday.Official() {
		require.NoError(t, st.InsertCalendarYear(t.Context(), year))
	}
	for code, name := range map[string]string{
		county: "青禾县", otherCounty: "白鹿县", township: "枫溪镇", otherTownship: "石桥镇", "330682101": "云岭镇",
		village: "北坡村", otherVillage: "南湾村", farVillage: "柳塘村", alienVillage: "松岗村",
	} {
		kind := models.RegionKindOf(code)
		r := &models.Region{Code: code, Kind: kind, Name: name, ShortName: name, Committee: name + "人民调解委员会", Office: name + "司法所"}
		switch kind {
		case models.RegionTownship:
			r.Parent = code[:6]
		case models.RegionVillage:
			r.Parent = code[:9]
		case models.RegionCounty:
			r.Office = name + "矛调中心"
		}
		require.NoError(t, st.PutRegion(t.Context(), r))
	}
	w.Service = casework.New(st, ring, models.NewValidator(), w.Now)
	return w
}

// onEveryEngine runs a test in a world on each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world), policy ...*models.Policy) {
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities) {
		test(t, newWorldOn(t, engine, caps, policy...))
	})
}

// Numbers of nobody: the checksums are right.
const (
	idNumber   = "330681195803126417"
	phone      = "13812345678"
	creditCode = "93330681MA2ABCDE7A"
)

// draft is a land-transfer dispute as a mediator types it.
func draft(change ...func(*casework.LogForm)) casework.LogForm {
	f := casework.LogForm{
		Type: models.LandTransfer, Subtype: "rent_arrears", VillageCode: village, Title: "三组地租拖欠", Facts: "流转给合作社三亩地，两年租金没有付。",
		Requests: []string{"付清两年租金"}, Source: "application", AmountFen: 480_000, Households: 1, Risk: models.Blue,
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: idNumber, Phone: phone, Address: "三组12号", Sex: "男"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", IDNumber: creditCode, Representative: "邵兴旺"},
		},
		Land: &models.LandTransferFacts{Contract: "written", ContractDate: "2024-01-05", From: "2024-01-10", To: "2029-01-09", LandName: "长垄", AreaCentiMu: 300},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

// againstTheVillage is a dispute in which the village's mediators would judge in their own house.
func againstTheVillage(f *casework.LogForm) {
	f.Type, f.Subtype, f.Land = models.Dividend, "membership", nil
	f.Parties[1] = casework.PartyForm{Role: models.Respondent, Kind: models.Organisation, Name: "北坡村股份经济合作社", Collective: true}
}

// log logs a dispute of the village.
func (w *world) log(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	c, created, err := w.Log(t.Context(), mediator, draft(change...), "")
	require.NoError(t, err)
	require.True(t, created)
	return c
}

// did wants a use case to have succeeded: nothing of the file is lost or broken.
func did(t *testing.T) func(*models.Case, error) *models.Case {
	t.Helper()
	return func(c *models.Case, err error) *models.Case {
		t.Helper()
		require.NoError(t, err)
		require.NoError(t, c.VerifyTimeline())
		return c
	}
}

func ref(c *models.Case) casework.Ref { return casework.Ref{ID: c.ID, Version: c.Version} }

// accepted is a case that the village has taken on.
func (w *world) accepted(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	return did(t)(w.Accept(t.Context(), chair, ref(w.log(t, change...)), casework.AcceptForm{}))
}

// sitting is a 调解记录 of a moment ago.
func (w *world) sitting(change ...func(*casework.SittingForm)) casework.SittingForm {
	f := casework.SittingForm{HeldAt: w.Now(), Place: "村委会", Course: "双方各说了经过。", Result: "continue", RightsTold: true}
	for _, c := range change {
		c(&f)
	}
	return f
}

// mediated is a case that had a sitting.
func (w *world) mediated(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	return did(t)(w.RecordSitting(t.Context(), mediator, ref(w.accepted(t, change...)), w.sitting()))
}

// oral is the shortest agreement.
func oral(change ...func(*casework.AgreementForm)) casework.AgreementForm {
	f := casework.AgreementForm{Form: "oral", OralReason: "双方认为不需要书面协议", Items: []string{"三日内付清两年租金"}}
	for _, c := range change {
		c(&f)
	}
	return f
}

func written(change ...func(*casework.AgreementForm)) casework.AgreementForm {
	f := casework.AgreementForm{Form: "written", Facts: "两年租金未付", Items: []string{"分两期付清"}, AmountFen: 480_000}
	for _, c := range change {
		c(&f)
	}
	return f
}

// drafted is an agreement that nobody has signed.
func drafted(change ...func(*casework.DraftForm)) casework.DraftForm {
	f := casework.DraftForm{Form: "written", Facts: "两年租金未付", Items: []string{"分两期付清"}, AmountFen: 480_000, Reason: "双方改了主意"}
	for _, c := range change {
		c(&f)
	}
	return f
}

// correcting is the draft of log with another title.
func correcting(change ...func(*casework.CorrectForm)) casework.CorrectForm {
	d := draft()
	f := casework.CorrectForm{
		Reason: "写错了", Type: d.Type, Subtype: d.Subtype, Title: "三组长垄地租拖欠", Facts: d.Facts, Requests: d.Requests, Source: d.Source,
		AmountFen: d.AmountFen, Households: d.Households, Land: d.Land,
		Parties: []casework.CorrectPartyForm{
			{Was: 1, Role: models.Applicant, Kind: models.Person, Name: "许来福", Address: "三组12号", Sex: "男"},
			{Was: 2, Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Representative: "邵兴旺"},
		},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

// waiting is a case that the village has handed up and the township has not yet signed in.
func (w *world) waiting(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	return did(t)(w.Escalate(t.Context(), chair, ref(w.accepted(t, change...)), casework.EscalateForm{Reason: models.ReasonAsked, Note: "当事人要求上级处理"}))
}

// taken is a case that the township has taken over.
func (w *world) taken(t *testing.T, form casework.ReviewForm) *models.Case {
	t.Helper()
	form.Decision = "accept"
	return did(t)(w.Review(t.Context(), judicial, ref(w.waiting(t)), form))
}

// stored is the case as it is kept.
func (w *world) stored(t *testing.T, c *models.Case) *models.Case {
	t.Helper()
	got, err := w.store.Case(t.Context(), models.Scope{Region: c.Place.County}, c.ID)
	require.NoError(t, err)
	return got
}

// sweep lets the clock do its work now.
func (w *world) sweep(t *testing.T) models.SweepRun {
	t.Helper()
	run, err := escalation.NewSweeper(w.store).Run(t.Context(), w.Now())
	require.NoError(t, err)
	return run
}

// requireTold wants an error that people are told of, and returns it.
func requireTold(t *testing.T, kind models.Kind, code, message string, err error) {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, "%v", err)
	require.Equal(t, code, e.Code)
	require.Equal(t, message, e.Message)
}

// requireRefused wants a refusal by the lifecycle, which has its own words: plain Chinese.
func requireRefused(t *testing.T, kind models.Kind, code string, err error) {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, "%v", err)
	require.Equal(t, code, e.Code)
	require.Regexp(t, `^[\p{Han}“”，、（）]+$`, e.Message)
}

// requireFields wants faulty fields and what is said of each, in their order.
func requireFields(t *testing.T, err error, pairs ...string) {
	t.Helper()
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, models.Invalid, e.Kind, "%v", err)
	require.Equal(t, "填写有误，请按提示修改", e.Message)
	var got []string
	for _, f := range e.Fields {
		got = append(got, f.Field, f.Message)
	}
	require.Equal(t, pairs, got)
}
