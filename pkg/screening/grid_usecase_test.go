package screening_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/docstore/mongodb/mongotest"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// grided is a county with the use cases at work on a grid.
type grided struct {
	*screening.Service
	store *store.Store
	cases *casework.Service
	caps  docstoretest.Capabilities
	mu    sync.Mutex
	now   time.Time
}

func (w *grided) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *grided) at(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = local(text)
}

const north = "330681101201"

var (
	chair     = models.Actor{ID: "chair", Name: "周大成", Role: models.RoleChair, Region: north}
	secretary = models.Actor{ID: "secretary", Name: "林知远", Role: models.RoleFirstSecretary, Region: north}
	mediator  = models.Actor{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: north}
	judicial  = models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: "330681101"}
	official  = models.Actor{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: "330681"}
)

// withGrid runs a test on each engine, on a store that has the county's places, accounts and rules.
func withGrid(t *testing.T, test func(t *testing.T, w *grided)) {
	for name, open := range map[string]func(*testing.T) (docstore.Engine, docstoretest.Capabilities){
		"embedded": func(t *testing.T) (docstore.Engine, docstoretest.Capabilities) {
			engine, err := embedded.Open(t.Context(), filepath.Join(t.TempDir(), "grid.db"))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, engine.Close()) })
			return engine, docstoretest.All
		},
		"mongodb": func(t *testing.T) (docstore.Engine, docstoretest.Capabilities) {
			server := mongotest.Find(t)
			return server.Open(t), server.Capabilities
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine, caps := open(t)
			st, err := store.New(t.Context(), engine)
			require.NoError(t, err)
			for _, r := range regions() {
				copied := *r
				require.NoError(t, st.PutRegion(t.Context(), &copied))
			}
			require.NoError(t, st.InsertPolicy(t.Context(), policy()))
			for _, a := range []models.Actor{chair, secretary, mediator, judicial, official} {
				require.NoError(t, st.InsertAccount(t.Context(), &models.Account{Username: a.ID, Name: a.Name, Role: a.Role, Region: a.Region}))
			}
			ring, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
			require.NoError(t, err)
			w := &grided{store: st, caps: caps, now: local("2026-11-02 09:00")}
			w.Service = screening.New(st, w.clock)
			w.cases = casework.New(st, ring, models.NewValidator(), w.clock)
			test(t, w)
		})
	}
}

// drawn draws a branch, a group and two member households.
func (w *grided) drawn(t *testing.T) {
	t.Helper()
	for _, f := range []screening.CellForm{
		{Kind: models.CellBranch, Name: "北坡村党支部", Account: "chair", Households: 300},
		{Kind: models.CellGroup, Parent: 1, Name: "第一党小组", Account: "mediator", Households: 100},
		{Kind: models.CellHousehold, Parent: 2, Name: "王五中心户", Responsible: "王五", HouseholdNames: []string{"赵六", "钱七"}},
		{Kind: models.CellHousehold, Parent: 2, Name: "孙八中心户", Responsible: "孙八", Households: 12},
	} {
		f.From = workday.OfTime(w.clock()).String()
		_, err := w.Draw(t.Context(), chair, north, f)
		require.NoError(t, err)
	}
}

func cell(number int) string { return models.CellID(north, number) }

func requireFault(t *testing.T, field, message string, err error) {
	t.Helper()
	e := models.AsError(err)
	require.Equal(t, models.Invalid, e.Kind, "%v", err)
	require.True(t, slices.ContainsFunc(e.Fields, func(f models.FieldError) bool { return f.Field == field && strings.Contains(f.Message, message) }), "%v", e.Fields)
}

func TestDrawingAGrid(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		g, err := w.Grid(t.Context(), judicial.Scope(), north)
		require.NoError(t, err)
		names := []string{}
		for _, c := range w.Standing(g) {
			names = append(names, strings.Repeat("·", c.Depth)+c.Name+"/"+c.Responsible+fmt.Sprint(c.Households))
		}
		require.Equal(t, []string{"北坡村党支部/周大成300", "·第一党小组/陈守义100", "··王五中心户/王五2", "··孙八中心户/孙八12"}, names)

		_, err = w.Draw(t.Context(), mediator, north, screening.CellForm{})
		require.Equal(t, models.Forbidden, models.AsError(err).Kind)
		_, err = w.Draw(t.Context(), chair, "330681101202", screening.CellForm{})
		require.Equal(t, models.NotFound, models.AsError(err).Kind, "another village's grid does not exist")
		draw := func(f screening.CellForm) error {
			if f.From == "" {
				f.From = "2026-11-02"
			}
			_, err := w.Draw(t.Context(), secretary, north, f)
			return err
		}
		group := screening.CellForm{Kind: models.CellGroup, Parent: 1, Name: "第二党小组", Responsible: "吴九"}
		for _, test := range []struct {
			change         func(f *screening.CellForm)
			field, message string
		}{
			{func(f *screening.CellForm) { f.Kind = "" }, "kind", "请选择级别"},
			{func(f *screening.CellForm) { f.Parent = 0 }, "parent", "请选择属于哪个村党支部"},
			{func(f *screening.CellForm) { f.Parent = 3 }, "parent", "党小组不能属于党员中心户"},
			{func(f *screening.CellForm) { f.Kind = models.CellBranch }, "parent", "最上面一级"},
			{func(f *screening.CellForm) { f.Name = " " }, "name", "请填写名称"},
			{func(f *screening.CellForm) { f.Responsible = "" }, "responsible", "负责人"},
			{func(f *screening.CellForm) { f.Account = "judicial" }, "account", "本村没有这个账号"},
			{func(f *screening.CellForm) { f.Responsible = "３３０681195803126417" }, "responsible", "身份证"},
			{func(f *screening.CellForm) { f.HouseholdNames = []string{"赵六330681195803126417"} }, "householdNames", "身份证"},
			{func(f *screening.CellForm) { f.Households, f.HouseholdNames = 1, []string{"赵六", "钱七"} }, "households", "比户数多"},
			{func(f *screening.CellForm) { f.From = "2026-11-03" }, "from", "不能晚于今天"},
			{func(f *screening.CellForm) { f.From = "2026-10-01" }, "from", "才有"},
		} {
			f := group
			test.change(&f)
			requireFault(t, test.field, test.message, draw(f))
		}
		require.NoError(t, draw(group))
	})
}

// TestACellKeepsItsHistory: a move, another person, a correction and the end are spans more, and what stood
// on a day, as far as it was known then, stays what it was.
func TestACellKeepsItsHistory(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		_, err := w.Draw(t.Context(), chair, north, screening.CellForm{Kind: models.CellGroup, Parent: 1, Name: "第二党小组", Responsible: "吴九", From: "2026-11-02"})
		require.NoError(t, err)
		w.at("2026-11-20 10:00")
		moved := screening.CellForm{Parent: 5, Name: "王五中心户", Responsible: "李十", Households: 9, From: "2026-11-16", Reason: "搬家"}
		require.NoError(t, w.Change(t.Context(), chair, cell(3), 1, moved))
		err = w.Change(t.Context(), secretary, cell(3), 1, moved)
		require.Equal(t, models.Conflict, models.AsError(err).Kind)
		require.Contains(t, models.AsError(err).Message, "周大成", "the loser is told who")
		moved.From = "2026-11-10"
		requireFault(t, "from", "日期不能更早", w.Change(t.Context(), secretary, cell(3), 2, moved))

		requireFault(t, "lastDay", "下面还有王五中心户", w.EndCell(t.Context(), chair, cell(5), 1, screening.EndCellForm{LastDay: "2026-11-20", Reason: "并组"}))
		require.NoError(t, w.EndCell(t.Context(), chair, cell(3), 2, screening.EndCellForm{LastDay: "2026-11-20", Reason: "外出"}))
		requireFault(t, "lastDay", "下面还有王五中心户", w.EndCell(t.Context(), chair, cell(5), 1, screening.EndCellForm{LastDay: "2026-11-19", Reason: "并组"}))
		require.NoError(t, w.EndCell(t.Context(), chair, cell(5), 1, screening.EndCellForm{LastDay: "2026-11-20", Reason: "并组"}))
		require.Equal(t, models.Precondition, models.AsError(w.Change(t.Context(), chair, cell(3), 3, moved)).Kind)

		_, c, err := w.Cell(t.Context(), official.Scope(), cell(3))
		require.NoError(t, err)
		require.Len(t, c.Spans, 3)
		later := local("2026-12-01 00:00")
		for day, want := range map[string]string{"2026-11-02": "王五", "2026-11-15": "王五", "2026-11-16": "李十", "2026-11-20": "李十", "2026-11-21": ""} {
			s, ok := c.On(day, later)
			require.Equal(t, want != "", ok, day)
			if ok {
				require.Equal(t, want, s.Responsible, day)
			}
		}
		s, ok := c.On("2026-11-18", local("2026-11-19 00:00"))
		require.True(t, ok)
		require.Equal(t, "王五", s.Responsible, "nobody had written the change down yet")
		_, ok = c.On("2026-11-01", later)
		require.False(t, ok)
	})
}

// TestTwoPhonesOneReturn: however many send the return of a cell for a period, there is one, and it was
// sent once.
func TestTwoPhonesOneReturn(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		send := func(key string, seen int, findings ...screening.FindingForm) (*models.Return, bool, error) {
			return w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Key: key, Seen: seen, Zero: len(findings) == 0, Findings: findings})
		}
		if w.caps.AtomicInserts {
			var group sync.WaitGroup
			filed := make([]bool, 16)
			for i := range filed {
				group.Go(func() {
					_, ok, err := send(fmt.Sprint("phone", i), 0)
					filed[i] = ok && err == nil
				})
			}
			group.Wait()
			require.Len(t, slices.DeleteFunc(filed, func(ok bool) bool { return !ok }), 1)
		} else {
			_, ok, err := send("phone0", 0)
			require.NoError(t, err)
			require.True(t, ok)
		}
		ditch := screening.FindingForm{What: "两家为水沟争吵", Type: "neighbourhood", Households: 2, Signs: []string{"threat"}}
		_, _, err := send("other", 0, ditch)
		require.Equal(t, "return.filed", models.AsError(err).Code, "a form that does not know of it is told")
		require.Contains(t, models.AsError(err).Message, "陈守义")
		_, ok, err := send("other", 1, ditch)
		require.NoError(t, err)
		require.True(t, ok)
		r, ok, err := send("other", 1, ditch)
		require.NoError(t, err)
		require.False(t, ok, "the same form again is the same return")
		require.Len(t, r.Filings, 2)
		require.True(t, r.Filings[0].IsZero(), "what was corrected is kept")

		// A settled finding stays through any correction; one that waits is changed or dropped.
		_, err = w.Settle(t.Context(), secretary, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "当场说和"})
		require.NoError(t, err)
		road := screening.FindingForm{What: "新路占地", Type: "forest_land"}
		r, _, err = send("third", 2, road)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, []int{r.Latest().Findings[0].Seq, r.Latest().Findings[1].Seq})
		r, _, err = send("fourth", 3)
		require.NoError(t, err)
		require.Len(t, r.Latest().Findings, 1)
		require.Empty(t, r.Waiting)
		_, _, err = send("fifth", 4, screening.FindingForm{Seq: 1, What: "改掉", Type: "other"})
		requireFault(t, "findings[0].what", "已经处理", err)
		_, err = w.Settle(t.Context(), mediator, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingDuplicated, Note: "重复"})
		require.Equal(t, models.Conflict, models.AsError(err).Kind)
	})
}

func TestWhatAReturnRefuses(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		file := func(actor models.Actor, id, from string, form screening.FileForm) error {
			_, _, err := w.File(t.Context(), actor, id, from, form)
			return err
		}
		zero, good := screening.FileForm{Zero: true}, screening.FindingForm{What: "争吵", Type: "other"}
		require.Equal(t, models.Forbidden, models.AsError(file(judicial, cell(3), "2026-11-01", zero)).Kind)
		for name, ask := range map[string][2]string{"no cell": {cell(9), "2026-11-01"}, "no period begins then": {cell(3), "2026-11-02"}, "before it was drawn": {cell(3), "2026-10-01"}, "still to come": {cell(3), "2026-12-01"}, "another village": {"330681101202-1", "2026-11-01"}} {
			require.Equal(t, models.NotFound, models.AsError(file(mediator, ask[0], ask[1], zero)).Kind, name)
		}
		require.Equal(t, "return.both", models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{Zero: true, Findings: []screening.FindingForm{good}})).Code)
		require.Equal(t, "return.empty", models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{})).Code)
		for field, change := range map[string]func(f *screening.FindingForm){
			"findings[0].what":  func(f *screening.FindingForm) { f.What = "老王330681195803126417和老李吵架" },
			"findings[0].type":  func(f *screening.FindingForm) { f.Type = "quarrel" },
			"findings[0].signs": func(f *screening.FindingForm) { f.Signs = []string{"bad"} },
		} {
			f := good
			change(&f)
			e := models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{f}}))
			require.Equal(t, field, e.Fields[0].Field)
		}
		w.at("2027-03-10 09:00")
		require.Equal(t, "return.too_late", models.AsError(file(mediator, cell(3), "2026-11-01", zero)).Code)
		require.NoError(t, file(mediator, cell(3), "2027-01-01", zero))
		r, err := w.store.Return(t.Context(), official.Scope(), models.ReturnID(cell(3), "2027-01-01"))
		require.NoError(t, err)
		require.True(t, r.Filings[0].Late)
	})
}

// TestAFindingBecomesOneCase: whoever logs it, and however often, and each leads to the other, also where
// that was broken off in between.
func TestAFindingBecomesOneCase(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		ditch := screening.FindingForm{What: "两家为水沟争吵", Where: "北垄", Type: "neighbourhood", Households: 2, Signs: []string{"failed"}}
		r, _, err := w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{ditch, ditch}})
		require.NoError(t, err)
		form := casework.LogForm{
			Type: "neighbourhood", VillageCode: north, Title: "水沟", Facts: "两家为水沟争吵", Source: "screening", Finding: models.FindingID(r.ID, 1),
			Parties: []casework.PartyForm{{Role: models.Applicant, Kind: models.Person, Name: "甲"}, {Role: models.Respondent, Kind: models.Person, Name: "乙"}},
		}
		first, created, err := w.cases.Log(t.Context(), mediator, form, "draft")
		require.NoError(t, err)
		require.True(t, created)
		require.Equal(t, &models.CaseFinding{ID: form.Finding, Where: "北垄", Signs: []string{"failed"}}, first.Finding)
		again, created, err := w.cases.Log(t.Context(), chair, form, "another draft")
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, first.ID, again.ID)
		l, err := w.Lead(t.Context(), judicial.Scope(), form.Finding)
		require.NoError(t, err)
		require.Equal(t, first.ID.Hex(), l.Outcome.Case)
		require.Len(t, l.Return.Outcomes, 1)
		waiting, err := w.Waiting(t.Context(), official.Scope(), official.Region)
		require.NoError(t, err)
		require.Len(t, waiting, 1)

		// The case of the second is logged, and noting it at the finding is broken off.
		form.Finding = models.FindingID(r.ID, 2)
		second, _, err := w.cases.Log(t.Context(), mediator, form, "")
		require.NoError(t, err)
		broken, err := w.store.Return(t.Context(), official.Scope(), r.ID)
		require.NoError(t, err)
		broken.Outcomes = broken.Outcomes[:1]
		broken.Waiting, broken.ActiveUntil = broken.Township, models.FarFuture()
		require.NoError(t, w.store.ReplaceReturn(t.Context(), broken))
		_, err = w.Settle(t.Context(), mediator, form.Finding, screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.Equal(t, "finding.settled", models.AsError(err).Code, "a finding that has a case is not closed")
		l, err = w.Lead(t.Context(), judicial.Scope(), form.Finding)
		require.NoError(t, err)
		require.Equal(t, second.ID.Hex(), l.Outcome.Case)
		mended, err := w.Mend(t.Context())
		require.NoError(t, err)
		require.Zero(t, mended)

		form.Finding = models.FindingID(r.ID, 3)
		_, _, err = w.cases.Log(t.Context(), mediator, form, "")
		requireFault(t, "finding", "没有找到", err)
	})
}

// TestRemindersOfReturns: before the end to who is in charge, after it to the chair as well; the same ones whenever
// they are asked for, those of a time in which nobody asked too; and never a name in them.
func TestRemindersOfReturns(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		due := func() []string {
			reminders, err := w.Reminders(t.Context())
			require.NoError(t, err)
			out := []string{}
			for _, r := range reminders {
				for _, name := range []string{"周大成", "陈守义", "王五", "孙八"} {
					require.NotContains(t, r.Text+r.Subject+r.Key, name)
				}
				out = append(out, r.To+" "+r.Key[len("returns/330681101201/"):]+" "+r.Text)
			}
			return out
		}
		w.at("2026-11-27 23:59")
		require.Empty(t, due())
		w.at("2026-11-28 00:00")
		const soon = "北坡村2026年11月的排查表，还有%d个网格没有报，11月30日截止。没有发现也要报“本期没有发现”。"
		want := []string{"chair 2026-11-01/soon " + fmt.Sprintf(soon, 3), "mediator 2026-11-01/soon " + fmt.Sprintf(soon, 1)}
		require.Equal(t, want, due())
		require.Equal(t, want, due())
		_, _, err := w.File(t.Context(), mediator, cell(2), "2026-11-01", screening.FileForm{Zero: true})
		require.NoError(t, err)
		require.Len(t, due(), 1)

		w.at("2026-12-20 09:00") // nobody asked for three weeks
		require.Equal(t, []string{"chair 2026-11-01/late 北坡村2026年11月的排查表，有3个网格过了11月30日还没有报，请尽快补报。"}, due())
		w.at("2027-01-01 00:00")
		require.Len(t, due(), 2, "December's, to the chair for all and to the mediator for the group")
		for n := 1; n <= 4; n++ {
			_, _, err := w.File(t.Context(), chair, cell(n), "2026-12-01", screening.FileForm{Zero: true})
			require.NoError(t, err)
		}
		require.Empty(t, due())
	})
}

// TestTheSummaryRises: each level is the sum of those below it, and tells 零报告 from 未报.
func TestTheSummaryRises(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		file := func(n int, findings ...screening.FindingForm) *models.Return {
			r, _, err := w.File(t.Context(), mediator, cell(n), "2026-11-01", screening.FileForm{Zero: len(findings) == 0, Findings: findings})
			require.NoError(t, err)
			return r
		}
		file(2)
		r := file(3, screening.FindingForm{What: "甲", Type: "other"}, screening.FindingForm{What: "乙", Type: "other"})
		_, err := w.Settle(t.Context(), judicial, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.NoError(t, err)
		summary := func(unit string) *screening.Summary {
			s, err := w.Summary(t.Context(), official.Scope(), unit, "2026-11-01")
			require.NoError(t, err)
			return s
		}
		require.Equal(t, screening.Counts{Cells: 4, Returned: 2, Zero: 1, Waiting: 2, Findings: 2, Prevented: 1, Open: 1}, summary(north).Unit.Counts)
		w.at("2026-12-02 09:00")
		file(4)
		w.at("2026-12-04 00:00") // three days of grace have passed
		want := screening.Counts{Cells: 4, Returned: 3, Zero: 2, Late: 1, Missing: 1, Findings: 2, Prevented: 1, Open: 1}
		for _, unit := range []string{official.Region, judicial.Region, north, cell(1)} {
			s := summary(unit)
			require.Equal(t, want, s.Unit.Counts, unit)
			require.Len(t, s.Duties, want.Cells, unit)
			require.Len(t, s.Leads, want.Findings, unit)
			var sum screening.Counts
			for _, u := range s.Units {
				sum = screening.Counts{
					Cells: sum.Cells + u.Cells, Returned: sum.Returned + u.Returned, Zero: sum.Zero + u.Zero, Late: sum.Late + u.Late, Waiting: sum.Waiting + u.Waiting,
					Missing: sum.Missing + u.Missing, Findings: sum.Findings + u.Findings, Cases: sum.Cases + u.Cases, Prevented: sum.Prevented + u.Prevented, Open: sum.Open + u.Open,
				}
			}
			require.Equal(t, want, sum, unit)
		}
		group := summary(cell(2))
		require.Equal(t, []string{"第一党小组", "王五中心户", "孙八中心户"}, []string{group.Units[0].Name, group.Units[1].Name, group.Units[2].Name})
		require.True(t, group.Units[0].Alone)
		require.Equal(t, 1, group.Units[0].Cells)
		for _, scope := range []models.Scope{{Region: "330681102"}, {Region: "330681101202"}} {
			_, err := w.Summary(t.Context(), scope, north, "")
			require.Equal(t, models.NotFound, models.AsError(err).Kind)
		}
	})
}

// TestAMonthOfReturnsStaysAsItWas: the report that was stored when the month was over is that which the same
// documents give much later, after late returns, corrections, settled findings and changes of the grid that
// are dated back; and each figure opens a list of its length.
func TestAMonthOfReturnsStaysAsItWas(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		require.NoError(t, w.SetRule(t.Context(), official, screening.RuleForm{From: "2026-11-16", Every: models.EveryWeek, Kinds: []string{"group", "household"}, GraceDays: 3}))
		requireFault(t, "from", "明天或者以后", w.SetRule(t.Context(), official, screening.RuleForm{From: "2026-11-02", Every: models.EveryWeek, Kinds: []string{"group"}}))
		require.Equal(t, models.Forbidden, models.AsError(w.SetRule(t.Context(), judicial, screening.RuleForm{})).Kind)
		find := screening.FindingForm{What: "甲", Type: "other"}
		file := func(n int, from string, seen int, findings ...screening.FindingForm) *models.Return {
			r, _, err := w.File(t.Context(), mediator, cell(n), from, screening.FileForm{Seen: seen, Zero: len(findings) == 0, Findings: findings})
			require.NoError(t, err)
			return r
		}
		first := file(2, "2026-11-01", 0, find)
		w.at("2026-11-20 09:00")
		file(2, "2026-11-16", 0)
		file(3, "2026-11-01", 0) // late
		w.at("2026-11-30 20:00")
		file(3, "2026-11-30", 0) // of a week that ends in December
		w.at("2026-12-01 00:10")
		_, err := w.BuildMissing(t.Context(), nil)
		require.NoError(t, err)
		stored, err := w.store.Report(t.Context(), official.Region, "2026-11")
		require.NoError(t, err)
		figures := map[string]int64{}
		for _, f := range stored.Figures {
			if strings.HasPrefix(f.Key, "screen_") || strings.HasPrefix(f.Key, "leads") {
				figures[f.Key] = f.Value
			}
		}
		require.Equal(t, map[string]int64{
			"screen_due": 10, "screen_returned": 3, "screen_zero": 2, "screen_missing": 7, "screen_coverage": 3, "screen_late": 1, "leads": 1, "leads_case": 0, "leads_prevented": 0, "leads_open": 1,
		}, figures, "to the 15th all four cells, then three a week, twice")

		w.at("2026-12-03 09:00")
		file(3, "2026-11-16", 0, find)
		file(2, "2026-11-16", 1, find)
		_, err = w.Settle(t.Context(), chair, models.FindingID(first.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.NoError(t, err)
		require.NoError(t, w.EndCell(t.Context(), chair, cell(4), 1, screening.EndCellForm{LastDay: "2026-11-10", Reason: "早就没有了"}))
		_, err = w.Draw(t.Context(), chair, north, screening.CellForm{Kind: models.CellHousehold, Parent: 2, Name: "新的", Responsible: "丁", From: "2026-11-02"})
		require.NoError(t, err)
		for _, r := range regions() {
			then, err := w.store.Report(t.Context(), r.Code, "2026-11")
			require.NoError(t, err)
			win := window(t, "2026-11")
			g, err := w.Grid(t.Context(), official.Scope(), north)
			require.NoError(t, err)
			returns, err := w.store.ActiveReturns(t.Context(), judicial.Region, time.Time{}, models.FarFuture())
			require.NoError(t, err)
			rules, err := w.Rules(t.Context(), official.Region)
			require.NoError(t, err)
			again := screening.Compute(r, win, slices.Values([]*models.Case{}), inside(r), screening.EntriesOf(win, rules, []*models.Grid{g}, returns)...)
			require.Empty(t, cmp.Diff(then, again, cmpopts.IgnoreFields(models.Report{}, "Head", "BuiltAt")), r.Name)
			for _, f := range then.Figures {
				if d, _ := screening.Define(f.Key); d.OfGrid() {
					list, err := w.Entries(t.Context(), official.Scope(), r.Code, "2026-11", f.Key)
					require.NoError(t, err)
					want := f.Value
					if d.Rate {
						want = *f.Of
					}
					require.Len(t, list, int(want), "%s %s", r.Name, f.Key)
				}
			}
		}
	})
}
