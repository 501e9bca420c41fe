package subsidy_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/subsidy"
)

// TestSettlement follows files through three months: what is paid, what is missing, what comes later.
func TestSettlement(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		names := map[string]string{}
		add := func(name, at string, change ...func(*models.Case)) *models.Case {
			c := w.closed(t, at, change...)
			names[c.ID.Hex()] = name
			return c
		}
		whole, oralOne := add("whole", "2026-10-05 09:00"), add("oral", "2026-10-31 23:59", oral)
		lacking := add("lacking", "2026-10-09 09:00", incomplete)
		add("worked", "2026-10-10 09:00", failed(2))
		add("idle", "2026-10-10 09:00", failed(1))
		add("next", "2026-11-01 00:00")
		add("before the table", "2026-06-30 23:59")

		sheet := w.sheet(t, "2026-10")
		require.Equal(t, []string{"whole own  10000 ", "oral own  5000 ", "worked own  3300 "}, says(sheet, names))
		require.Len(t, sheet.Unpaid, 2)
		require.Equal(t, "lacking", names[sheet.Unpaid[0].Case])
		require.Contains(t, sheet.Unpaid[0].Missing[0], "权利义务告知书")
		require.Equal(t, "没有达成协议，调解1次，不满2次", sheet.Unpaid[1].Why)
		require.Empty(t, w.sheet(t, "2026-06").Lines, "no table, nothing computed")
		require.Equal(t, []string{"next own  10000 "}, says(w.sheet(t, "2026-11"), names), "October's are October's as long as it is open")

		saved := w.decide(t, "2026-10", false, map[string]string{oralOne.ID.Hex(): models.SubsidyRefused})
		require.Equal(t, int64(1), saved.Version)
		require.Equal(t, []string{"whole own  10000 approved", "oral own  5000 refused", "worked own  3300 approved"}, says(w.sheet(t, "2026-10"), names))
		w.decide(t, "2026-10", true, map[string]string{oralOne.ID.Hex(): models.SubsidyRefused})

		// Whatever happens later, the closed sheet stays: another table, a file that changes.
		require.NoError(t, w.store.InsertSubsidyTable(t.Context(), table(2, "2026-11-01", 999_00)))
		w.change(t, lacking, func(c *models.Case) { c.Sittings[0].RightsTold = true })
		w.change(t, whole, closedAgain("2026-11-06 09:00"))
		frozen := w.sheet(t, "2026-10")
		require.Equal(t, []string{"whole own  10000 approved", "oral own  5000 refused", "worked own  3300 approved"}, says(frozen, names))
		_, all := frozen.Totals()
		require.Equal(t, models.SubsidyTotal{Files: 2, AmountFen: 13_300}, all)

		// The file that is complete now is paid late, by the table of its day; the one that was mediated and
		// closed again is not paid again; corrections are lines of their own.
		_, err := w.Correct(t.Context(), judicialOf(township), township, "2026-10", subsidy.CorrectForm{Key: whole.ID.Hex(), Reason: "查实是一件纠纷拆成两件"})
		require.NoError(t, err)
		_, err = w.Correct(t.Context(), judicialOf(township), township, "2026-10", subsidy.CorrectForm{Key: oralOne.ID.Hex(), Reason: "日期已经核对"})
		require.NoError(t, err)
		require.Equal(t, []string{"whole back 2026-10 -10000 approved", "oral again 2026-10 5000 ", "lacking late 2026-10 10000 ", "next own  99900 "}, says(w.sheet(t, "2026-11"), names))
		for _, key := range []string{whole.ID.Hex(), oralOne.ID.Hex()} {
			_, err = w.Correct(t.Context(), judicialOf(township), township, "2026-10", subsidy.CorrectForm{Key: key, Reason: "再来一次"})
			require.Equal(t, "subsidy.corrected", models.AsError(err).Code)
		}
		_, err = w.Decide(t.Context(), judicialOf(township), township, "2026-11", subsidy.DecideForm{Version: 2})
		require.Equal(t, "subsidy.running", models.AsError(err).Code)
		w.now = local("2026-12-02 09:00")
		last := w.decide(t, "2026-11", true, nil)
		_, all = last.Totals()
		require.Equal(t, int64(-10_000+5_000+10_000+99_900), all.AmountFen)
		require.Equal(t, 3, all.Files)
		require.Empty(t, w.sheet(t, "2026-12").Lines)

		periods, err := w.Periods(t.Context(), models.Scope{Region: village}, village)
		require.NoError(t, err)
		var keys []string
		for _, p := range periods {
			keys = append(keys, fmt.Sprint(p.Period.Key, " ", p.Over, " ", p.ClosedAt != nil))
		}
		require.Equal(t, []string{"2026-12 false false", "2026-11 true true", "2026-10 true true", "2026-09 true false", "2026-08 true false", "2026-07 true false"}, keys)
	})
}

// TestPaidOnce: a file that was paid, mediated again and closed again is never paid a second time; one
// whose approval came to nothing is.
func TestPaidOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	paid, lost := w.closed(t, "2026-10-05 09:00"), w.closed(t, "2026-10-06 09:00")
	w.decide(t, "2026-10", false, nil) // both are claimed
	w.change(t, lost, closedAgain("2026-11-06 09:00"))
	require.Empty(t, w.sheet(t, "2026-11").Lines, "as long as October is open it is claimed there")
	w.decide(t, "2026-10", true, nil)
	w.change(t, paid, closedAgain("2026-11-07 09:00"))
	w.now = local("2026-12-02 09:00")
	sheet := w.decide(t, "2026-11", true, nil)
	require.Len(t, sheet.Lines, 1)
	require.Equal(t, lost.ID.Hex(), sheet.Lines[0].Case)
	claim, err := w.store.SubsidyClaim(t.Context(), lost.ID.Hex())
	require.NoError(t, err)
	require.Equal(t, sheet.ID, claim.Sheet)

	// Taken back, it is not paid again either.
	_, err = w.Correct(t.Context(), judicialOf(township), township, "2026-11", subsidy.CorrectForm{Key: lost.ID.Hex(), Reason: "重复"})
	require.NoError(t, err)
	w.change(t, lost, closedAgain("2026-12-01 09:00"))
	require.Len(t, w.sheet(t, "2026-12").Lines, 1)
	require.Equal(t, models.LineBack, w.sheet(t, "2026-12").Lines[0].Kind)
	w.now = local("2027-01-05 09:00")
	_, err = w.Correct(t.Context(), judicialOf(township), township, "2026-11", subsidy.CorrectForm{Key: lost.ID.Hex(), Reason: "重复"})
	require.Equal(t, "subsidy.corrected", models.AsError(err).Code, "nor taken back twice")
}

// TestPaidOnceTogether: two officers approve in two months at once while files move from one to the other.
// Each file is approved on at most one closed sheet.
func TestPaidOnceTogether(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.now = local("2026-12-02 09:00")
		var files []*models.Case
		for range 5 {
			files = append(files, w.closed(t, "2026-10-05 09:00"))
		}
		const rounds = 6
		var work sync.WaitGroup
		start := make(chan struct{})
		for _, period := range []string{"2026-10", "2026-11"} {
			for officer := range 2 {
				work.Go(func() {
					<-start
					for range rounds {
						sheet, err := w.Sheet(t.Context(), models.Scope{Region: county}, township, period)
						if err != nil {
							t.Error(err)
							return
						}
						actor := judicialOf(township)
						actor.ID = fmt.Sprint("judicial", officer)
						_, err = w.Decide(t.Context(), actor, township, period, formFor(sheet, false, nil))
						if kind := models.AsError(err).Kind; err != nil && kind != models.Conflict && kind != models.Invalid {
							t.Error(err)
						}
					}
				})
			}
		}
		work.Go(func() {
			<-start
			for i := range rounds {
				for _, c := range files {
					found, err := w.store.Case(t.Context(), models.Scope{Region: county}, c.ID)
					if err == nil {
						closedAgain([]string{"2026-11-05 09:00", "2026-10-05 09:00"}[i%2])(found)
						err = w.store.ReplaceCase(t.Context(), found)
					}
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
		close(start)
		work.Wait()
		w.decide(t, "2026-10", true, nil)
		w.decide(t, "2026-11", true, nil)
		for _, c := range files {
			times := 0
			for _, period := range []string{"2026-10", "2026-11"} {
				if w.sheet(t, period).Pays(c.ID.Hex()) {
					times++
				}
			}
			require.Equal(t, 1, times)
		}
	})
}

// TestSettlementProperties: whatever is decided and corrected in whatever order, no file is paid twice nor
// taken back twice, the sum of a sheet is that of its lines, and a closed sheet never changes.
func TestSettlementProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	towns := 100
	var names sync.Mutex
	rapid.Check(t, func(rt *rapid.T) {
		names.Lock()
		defer names.Unlock()
		towns++
		town := county + fmt.Sprint(towns)
		actor, scope := judicialOf(town), models.Scope{Region: town}
		require.NoError(t, w.store.PutRegion(t.Context(), &models.Region{Code: town, Kind: models.RegionTownship, Name: "某镇"}))
		w.now = local("2026-11-10 10:00")
		var files []*models.Case
		closed := map[string][]byte{}
		periods := []string{"2026-09", "2026-10", "2026-11", "2026-12"}
		for range rapid.IntRange(2, 9).Draw(rt, "steps") {
			period := rapid.SampledFrom(periods).Draw(rt, "period")
			day := fmt.Sprintf("%s-%02d 09:00", rapid.SampledFrom(periods[:3]).Draw(rt, "month"), rapid.IntRange(1, 9).Draw(rt, "day"))
			switch rapid.SampledFrom([]string{"file", "file", "decide", "decide", "close", "again", "correct", "later"}).Draw(rt, "step") {
			case "file":
				files = append(files, w.closed(t, day, func(c *models.Case) {
					c.Place.Township, c.Place.Village = town, town+"201"
					c.Sittings[0].RightsTold = rapid.Bool().Draw(rt, "complete")
				}))
			case "again":
				if len(files) > 0 {
					w.change(t, rapid.SampledFrom(files).Draw(rt, "file"), func(c *models.Case) { closedAgain(day)(c); c.Sittings[0].RightsTold = true })
				}
			case "later":
				w.now = w.now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(rt, "days"))
			case "decide", "close":
				sheet, err := w.Sheet(t.Context(), scope, town, period)
				if err != nil {
					continue // it has not begun
				}
				form := subsidy.DecideForm{Version: sheet.Version, Close: rapid.Bool().Draw(rt, "closing"), Decisions: []subsidy.DecisionForm{}}
				for _, l := range sheet.Lines {
					form.Decisions = append(form.Decisions, subsidy.DecisionForm{Key: l.Key, State: rapid.SampledFrom([]string{models.SubsidyApproved, models.SubsidyApproved, models.SubsidyRefused}).Draw(rt, "state"), Reason: "理由"})
				}
				_, _ = w.Decide(t.Context(), actor, town, period, form) // what is refused changes nothing
			case "correct":
				sheet, err := w.Sheet(t.Context(), scope, town, period)
				if err == nil && len(sheet.Lines) > 0 {
					_, _ = w.Correct(t.Context(), actor, town, period, subsidy.CorrectForm{Key: rapid.SampledFrom(sheet.Lines).Draw(rt, "line").Key, Reason: "理由"})
				}
			}
			sheets, err := w.store.SubsidySheets(t.Context(), town, local("2026-01-01 00:00"))
			require.NoError(t, err)
			pays, backs := map[string]int{}, map[string]int{}
			for _, s := range sheets {
				raw, err := docstore.Marshal(s)
				require.NoError(t, err)
				if was, ok := closed[s.ID]; ok {
					require.True(rt, bytes.Equal(was, raw), "a closed sheet changed")
				} else if s.ClosedAt != nil {
					closed[s.ID] = raw
				}
				sum := int64(0)
				for _, l := range s.Lines {
					if l.State != models.SubsidyApproved {
						continue
					}
					sum += l.AmountFen
					if l.Kind == models.LineBack {
						backs[l.Case]++
					} else if s.ClosedAt != nil {
						pays[l.Case]++
					}
				}
				_, all := s.Totals()
				require.Equal(rt, sum, all.AmountFen)
			}
			for id, n := range pays {
				require.LessOrEqual(rt, n, 1, "paid twice")
				require.LessOrEqual(rt, backs[id], n, "taken back without being paid, or twice")
			}
		}
	})
}

// TestDecideRefuses: what must not be decided is not, and the field says why.
func TestDecideRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	c := w.closed(t, "2026-10-05 09:00")
	key := c.ID.Hex()
	decide := func(actor models.Actor, region, period string, form subsidy.DecideForm) *models.Error {
		t.Helper()
		_, err := w.Decide(t.Context(), actor, region, period, form)
		require.Error(t, err)
		return models.AsError(err)
	}
	judicial := judicialOf(township)
	require.Equal(t, models.NotFound, decide(judicialOf("330681102"), township, "2026-10", subsidy.DecideForm{}).Kind)
	boss := models.Actor{ID: "county", Role: models.RoleCounty, Region: county}
	require.Equal(t, models.Forbidden, decide(boss, township, "2026-10", subsidy.DecideForm{}).Kind, "the county writes the table, it does not approve")
	require.Equal(t, models.NotFound, decide(judicial, township, "2027-01", subsidy.DecideForm{}).Kind)
	require.Equal(t, "subsidy.running", decide(judicial, township, "2026-11", subsidy.DecideForm{}).Code)
	require.Equal(t, models.Conflict, decide(judicial, township, "2026-10", subsidy.DecideForm{Version: 4}).Kind)
	for _, test := range []struct {
		name        string
		form        subsidy.DecideForm
		field, says string
	}{
		{"no reason", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{{Key: key, State: models.SubsidyRefused, Reason: " "}}}, "decisions[0].reason", "不予核准的，请写明理由"},
		{"a stranger", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{{Key: "other", State: models.SubsidyApproved}}}, "decisions[0].state", "这件已经不在表上"},
		{"closing with one undecided", subsidy.DecideForm{Close: true, Decisions: []subsidy.DecisionForm{{Key: key}}}, "decisions[0].state", "还没有决定"},
		{"closing with one not named", subsidy.DecideForm{Close: true}, "close", "还没有决定"},
		{"no such decision", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{{Key: key, State: "maybe"}}}, "decisions[0].state", "请从列表中选择决定"},
		{"a reason too long", subsidy.DecideForm{Decisions: []subsidy.DecisionForm{{Key: key, Reason: strings.Repeat("长", 201)}}}, "decisions[0].reason", "最多200个字"},
	} {
		got := decide(judicial, township, "2026-10", test.form)
		require.Equal(t, models.Invalid, got.Kind, test.name)
		require.Equal(t, test.field, got.Fields[0].Field, test.name)
		require.Contains(t, got.Fields[0].Message, test.says, test.name)
	}
	_, err := w.store.SubsidySheet(t.Context(), models.SubsidySheetID(township, "2026-10"))
	require.Error(t, err, "nothing was kept")

	_, err = w.Correct(t.Context(), judicial, township, "2026-10", subsidy.CorrectForm{Key: key, Reason: "更正"})
	require.Equal(t, "subsidy.open", models.AsError(err).Code)
	var out bytes.Buffer
	require.Equal(t, "subsidy.open", models.AsError(w.Workbook(t.Context(), judicial, township, "2026-10", &out)).Code)
	w.decide(t, "2026-10", true, nil)
	require.Equal(t, "subsidy.closed", decide(judicial, township, "2026-10", subsidy.DecideForm{Version: 1}).Code)
	_, err = w.Correct(t.Context(), judicial, township, "2026-10", subsidy.CorrectForm{Key: key, Reason: ""})
	require.Equal(t, "reason", models.AsError(err).Fields[0].Field)
	require.NoError(t, w.Workbook(t.Context(), judicial, township, "2026-10", &out))
	seen, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, w.now.Add(time.Hour), 9)
	require.NoError(t, err)
	require.Len(t, seen, 1, "only what was handed out")
	require.Equal(t, subsidy.AccessExport, seen[0].What)
}
