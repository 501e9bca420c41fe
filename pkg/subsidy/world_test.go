package subsidy_test

import (
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
	"fengqiao/pkg/subsidy"
	"fengqiao/pkg/workday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	county   = "330681"
	township = "330681101"
	village  = "330681101201"
	village2 = "330681101202"
)

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func judicialOf(township string) models.Actor {
	return models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: township}
}

// world is a county with a table and one township.
type world struct {
	*subsidy.Service
	store *store.Store
	now   time.Time
	made  int
}

// onEveryEngine runs a test on a fresh world of each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, _ docstoretest.Capabilities) { test(t, newWorld(t, engine)) })
}

func newWorld(tb testing.TB, engine docstore.Engine) *world {
	tb.Helper()
	st, err := store.New(tb.Context(), engine)
	require.NoError(tb, err)
	w := &world{store: st, now: local("2026-11-10 10:00")}
	w.Service = subsidy.New(st, func() time.Time { return w.now })
	require.NoError(tb, st.InsertSubsidyTable(tb.Context(), table(1, "2026-07-01", 100_00)))
	for code, name := range map[string]string{county: "青禾县", township: "枫溪镇", village: "北坡村", village2: "南湾村"} {
		require.NoError(tb, st.PutRegion(tb.Context(), &models.Region{Code: code, Kind: models.RegionKindOf(code), Name: name}))
	}
	return w
}

// table pays every file the same, half for an oral agreement, and a third for useful work.
func table(number int, from string, fen int64) *models.SubsidyTable {
	return &models.SubsidyTable{
		Edition: models.Edition{County: county, Number: number, Name: "标准", EffectiveFrom: local(from + " 00:00")}, Every: models.SettleMonthly,
		Grades: []models.SubsidyGrade{{Name: "一般"}}, Rows: []models.SubsidyRow{{Name: "一般纠纷", AmountFen: fen}}, OralPercent: 50, WorkPercent: 33, WorkSittings: 2,
	}
}

// closed keeps a file that was closed at a moment, complete and with a written agreement.
func (w *world) closed(tb testing.TB, at string, change ...func(*models.Case)) *models.Case {
	tb.Helper()
	w.made++
	on, accepted := local(at), local(at).AddDate(0, 0, -9)
	c := &models.Case{
		ID: bson.NewObjectID(), Place: models.PlaceOf(village), Type: "neighbourhood", Source: "application", Title: "许来福家的屋檐", Level: models.LevelVillage,
		State: models.Closed, Ending: models.Performed, LoggedAt: accepted, AcceptedAt: &accepted, ClosedAt: &on, ActiveUntil: on,
		Parties:  []models.Party{{Name: "许来福", IDNumber: models.Sealed{Mask: "330681********6417"}}},
		Sittings: []models.Sitting{{Seq: 1, RightsTold: true}}, Agreement: &models.Agreement{Form: "written", InForceOn: "2026-10-01"}, Mediators: []string{"陈守义"},
	}
	c.DraftKey, c.Place.VillageName = c.ID.Hex(), "北坡村"
	c.Place.VillageCommittee, c.Place.TownshipCommittee = "北坡村人民调解委员会", "枫溪镇人民调解委员会"
	c.Number = models.NewCaseNumber(&models.Region{Code: village, ShortName: "北坡村"}, 2026, int64(w.made))
	for _, f := range change {
		f(c)
	}
	c.NumberKey, c.Office = c.Number.Key(), models.Office{Region: c.Place.Village}
	require.NoError(tb, w.store.InsertCase(tb.Context(), c))
	return c
}

// incomplete leaves out that the parties were told of their rights.
func incomplete(c *models.Case) { c.Sittings[0].RightsTold = false }

func oral(c *models.Case) { c.Agreement.Form = "oral" }

// failed is a file without an agreement, after so many sittings.
func failed(sittings int) func(*models.Case) {
	return func(c *models.Case) {
		c.Agreement, c.Failure, c.Ending = nil, &models.Failure{}, models.Lapsed
		for i := 1; i < sittings; i++ {
			c.Sittings = append(c.Sittings, models.Sitting{Seq: i + 1})
		}
	}
}

// change puts a file into another state, as reopening it and closing it again does.
func (w *world) change(tb testing.TB, c *models.Case, change func(*models.Case)) {
	tb.Helper()
	found, err := w.store.Case(tb.Context(), models.Scope{Region: county}, c.ID)
	require.NoError(tb, err)
	change(found)
	require.NoError(tb, w.store.ReplaceCase(tb.Context(), found))
}

func closedAgain(at string) func(*models.Case) {
	return func(c *models.Case) { on := local(at); c.ClosedAt, c.ActiveUntil = &on, on }
}

func (w *world) sheet(tb testing.TB, period string) *subsidy.Sheet {
	tb.Helper()
	sheet, err := w.Sheet(tb.Context(), models.Scope{Region: county}, township, period)
	require.NoError(tb, err)
	return sheet
}

// decide decides every line of a sheet as the map says, approved where it says nothing.
func (w *world) decide(tb testing.TB, period string, closing bool, states map[string]string) *subsidy.Sheet {
	tb.Helper()
	sheet, err := w.Decide(tb.Context(), judicialOf(township), township, period, formFor(w.sheet(tb, period), closing, states))
	require.NoError(tb, err)
	return sheet
}

func formFor(sheet *subsidy.Sheet, closing bool, states map[string]string) subsidy.DecideForm {
	form := subsidy.DecideForm{Version: sheet.Version, Close: closing, Decisions: []subsidy.DecisionForm{}}
	for _, l := range sheet.Lines {
		d := subsidy.DecisionForm{Key: l.Key, State: models.SubsidyApproved}
		if state, ok := states[l.Key]; ok {
			d.State = state
		}
		if d.State == models.SubsidyRefused {
			d.Reason = "签名日期对不上"
		}
		form.Decisions = append(form.Decisions, d)
	}
	return form
}

// says lists the lines of a sheet in a few words each.
func says(sheet *subsidy.Sheet, names map[string]string) []string {
	out := []string{}
	for _, l := range sheet.Lines {
		out = append(out, fmt.Sprintf("%s %s %s %d %s", names[l.Case], l.Kind, l.Of, l.AmountFen, l.State))
	}
	return out
}
