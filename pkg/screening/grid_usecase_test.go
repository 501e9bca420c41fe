package screening_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
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
	enginetest.OnEach(t, func(t *testing.T, engine docstore.Engine, caps docstoretest.Capabilities) {
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
