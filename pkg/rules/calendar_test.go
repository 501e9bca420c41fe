package rules_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// newYear is 2027 as somebody pastes it, with more days off in January than any real year has.
const newYear = `2027-01-01至2027-01-03 元旦 休
2027-01-06至2027-01-08 元旦 休
2027-01-09 元旦 班
2027-05-01至2027-05-02 劳动节 休
2027-10-01至2027-10-03 国庆节 休
`

func form(text string) rules.YearForm {
	return rules.YearForm{Year: "2027", Source: " 国办发明电〔2026〕9号 ", Text: text}
}

// running are cases whose clocks end in January: one moves, one is only settled; and one next door.
func (w *world) running(t *testing.T) (moves, settles, nextDoor *models.Case) {
	t.Helper()
	w.now = local("2026-12-20 10:00")
	moves = lived(t, 1, life{north, land, "2026-12-07 09:00", 0, -1, "", ""})   // to 6 January
	settles = lived(t, 2, life{south, land, "2026-12-19 09:00", 0, -1, "", ""}) // to 18 January
	nextDoor = lived(t, 3, life{far, land, "2026-12-08 09:00", 0, -1, "", ""})  // to 7 January
	w.keep(t, moves, settles, nextDoor)
	return moves, settles, nextDoor
}

func notes(list []escalation.Shift) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Title+" "+s.Note)
	}
	return out
}

func lastNote(c *models.Case) string { return c.Timeline[len(c.Timeline)-1].Note }

func TestLoadYear(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		moves, settles, nextDoor := w.running(t)
		y, err := w.ParseYear(form(newYear))
		require.NoError(t, err)
		require.Equal(t, "国办发明电〔2026〕9号", y.Source)
		require.Len(t, y.Days, 12)

		plan, err := w.PlanYear(t.Context(), boss.Scope(), y)
		require.NoError(t, err)
		require.NoError(t, plan.Faults)
		require.Nil(t, plan.Kept)
		require.Zero(t, plan.Version)
		require.False(t, plan.IsKept())
		require.Equal(t, []string{"春节", "清明", "端午", "中秋"}, plan.Missing)
		require.Equal(t, []string{"第1件 放假安排公布，期限由2027-01-06改为2027-01-09", "第2件 放假安排公布，期限仍为2027-01-18"}, notes(plan.Shifts), "and nothing of the county next door")
		require.Equal(t, []int{1, 1}, []int{plan.Moved, plan.Settled()})
		for _, c := range []*models.Case{moves, settles, nextDoor} {
			require.True(t, w.read(t, c).RunningClock().Provisional, "a plan changes nothing")
		}
		township, err := w.PlanYear(t.Context(), models.Scope{Region: south}, y)
		require.NoError(t, err)
		require.Len(t, township.Shifts, 1)
		everywhere, err := w.PlanYear(t.Context(), models.Scope{Region: "33"}, y)
		require.NoError(t, err)
		require.Len(t, everywhere.Shifts, 3)

		loaded, err := w.LoadYear(t.Context(), boss, y, plan.Version)
		require.NoError(t, err)
		require.Equal(t, []int{2, 1, 3, 2}, []int{loaded.Changed, loaded.Moved, loaded.All.Changed, loaded.All.Moved})
		for c, want := range map[*models.Case]string{moves: "放假安排公布，期限由2027-01-06改为2027-01-09", settles: "放假安排公布，期限仍为2027-01-18", nextDoor: "放假安排公布，期限由2027-01-07改为2027-01-09"} {
			after := w.read(t, c)
			require.Equal(t, want, lastNote(after))
			require.Equal(t, models.ActionRecount, after.Timeline[len(after.Timeline)-1].Action)
			require.False(t, after.RunningClock().Provisional)
		}
		kept, version, err := w.store.CalendarYear(t.Context(), 2027)
		require.NoError(t, err)
		require.Equal(t, y.Days, kept.Days)
		require.Equal(t, "国办发明电〔2026〕9号（方正平于2026-12-20录入）", kept.Source)

		again, err := w.PlanYear(t.Context(), boss.Scope(), y)
		require.NoError(t, err)
		require.True(t, again.IsKept())
		require.Empty(t, again.Shifts)
		for _, v := range []int64{0, version} {
			loaded, err = w.LoadYear(t.Context(), boss, y, v)
			require.NoError(t, err, "the same once more is no mistake")
			require.Zero(t, loaded.All.Changed)
		}
		_, after, err := w.store.CalendarYear(t.Context(), 2027)
		require.NoError(t, err)
		require.Equal(t, version, after)
	})
}

// TestLoadYearIsFinished: what was broken off behind the year and before the cases is made up for, by
// loading it again or by the job.
func TestLoadYearIsFinished(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"loaded again", "by the job"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, enginetest.Embedded(t))
			moves, _, _ := w.running(t)
			y, err := w.ParseYear(form(newYear))
			require.NoError(t, err)
			require.NoError(t, w.store.InsertCalendarYear(t.Context(), y))
			if name == "by the job" {
				n, err := w.Recount(t.Context(), w.now)
				require.NoError(t, err)
				require.Equal(t, 3, n)
				n, err = w.Recount(t.Context(), w.now)
				require.NoError(t, err)
				require.Zero(t, n)
			} else {
				loaded, err := w.LoadYear(t.Context(), boss, y, 0)
				require.NoError(t, err)
				require.Equal(t, 3, loaded.All.Changed)
			}
			require.Equal(t, "放假安排公布，期限由2027-01-06改为2027-01-09", lastNote(w.read(t, moves)))
		})
	}
}

// TestCorrectYear: a slip is put right, and what rests on it; who looked at the year before is told.
func TestCorrectYear(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		moves, _, _ := w.running(t)
		slip, err := w.ParseYear(form(strings.Replace(newYear, "2027-01-06至", "2027-01-07至", 1)))
		require.NoError(t, err)
		_, err = w.LoadYear(t.Context(), boss, slip, 0)
		require.NoError(t, err)
		require.Equal(t, "放假安排公布，期限仍为2027-01-06", lastNote(w.read(t, moves)))

		y, err := w.ParseYear(form(newYear))
		require.NoError(t, err)
		plan, err := w.PlanYear(t.Context(), boss.Scope(), y)
		require.NoError(t, err)
		require.Equal(t, []rules.DayChange{{Date: "2027-01-06", Was: "按星期", Is: "元旦放假"}}, plan.Days)
		require.Equal(t, []string{"第1件 放假安排更正，期限由2027-01-06改为2027-01-09"}, notes(plan.Shifts))

		_, err = w.LoadYear(t.Context(), rival, y, 0)
		e := models.AsError(err)
		require.Equal(t, models.Conflict, e.Kind, "%v", err)
		require.Equal(t, "刚刚有人改过2027年的放假安排，请重新核对影响，再决定要不要载入", e.Message)

		loaded, err := w.LoadYear(t.Context(), rival, y, plan.Version)
		require.NoError(t, err)
		require.Equal(t, 1, loaded.Moved)
		require.Equal(t, "放假安排更正，期限由2027-01-06改为2027-01-09", lastNote(w.read(t, moves)))
	})
}

// TestLoadYearTogether: of two who load different years at once one is told; no case has two events.
func TestLoadYearTogether(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		moves, settles, nextDoor := w.running(t)
		var group sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			text := newYear
			if i%2 == 1 {
				text += "2027-02-05 春节 休\n"
			}
			y, err := w.ParseYear(form(text))
			require.NoError(t, err)
			group.Go(func() { _, errs[i] = w.LoadYear(t.Context(), boss, y, 0) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				require.Equal(t, models.Conflict, models.AsError(err).Kind, "%v", err)
			}
		}
		require.Positive(t, won)
		_, err := w.Recount(t.Context(), w.now)
		require.NoError(t, err)
		for _, c := range []*models.Case{moves, settles, nextDoor} {
			n := 0
			for _, e := range w.read(t, c).Timeline {
				if e.Action == models.ActionRecount {
					n++
				}
			}
			require.Equal(t, 1, n)
		}
	})
}

func TestParseYearRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	for _, test := range []struct {
		name string
		form rules.YearForm
		want map[string]string
	}{
		{"nothing", rules.YearForm{}, map[string]string{"year": "请填写年份", "source": "请填写依据", "text": "请填写放假和调休的日期"}},
		{"no year", rules.YearForm{Year: "明年", Source: "国办", Text: newYear}, map[string]string{"year": "年份请写成四位数字，例如2027"}},
		{"a year that is over", rules.YearForm{Year: "2025", Source: "国办", Text: newYear}, map[string]string{"year": "2025年已经过去，不能再改"}},
		{"too far ahead", rules.YearForm{Year: "２０２９年", Source: "国办", Text: newYear}, map[string]string{"year": "最多提前两年，到2028年"}},
		{"a line", rules.YearForm{Year: "2027年", Source: "国办", Text: newYear + "2027-02-30 春节 休"}, map[string]string{"text": "第6行：没有2027年2月30日这一天"}},
		{"a source that is too long", rules.YearForm{Year: "2027", Source: strings.Repeat("号", 101), Text: newYear}, map[string]string{"source": "依据最多100个字，现在有101个字"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := w.ParseYear(test.form)
			requireFaults(t, err, test.want)
		})
	}
	_, err := w.ParseYear(form(strings.Repeat("x\n", 30)))
	e := models.AsError(err)
	require.Len(t, e.Fields, 21)
	require.Equal(t, "还有10处", e.Fields[20].Message)
	y, err := w.ParseYear(rules.YearForm{Year: "2027", Source: "国办", Text: newYear})
	require.NoError(t, err)
	require.Equal(t, workday.Day{Date: "2027-01-01", Name: "元旦"}, y.Days[0])
}
