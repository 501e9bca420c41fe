package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	engine, err := embedded.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	st, err := store.New(t.Context(), engine)
	require.NoError(t, err)
	require.NoError(t, st.InsertPolicy(t.Context(), models.DefaultPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))))
	for _, y := range workday.Official() {
		require.NoError(t, st.InsertCalendarYear(t.Context(), y))
	}
	return st
}

func newRing(t *testing.T) *seal.Ring {
	t.Helper()
	ring, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
	require.NoError(t, err)
	return ring
}

func build(t *testing.T, now time.Time, seed uint64, cases int, reported bool) *store.Store {
	t.Helper()
	st := openStore(t)
	require.NoError(t, Build(t.Context(), st, Options{
		Ring: newRing(t), Hasher: account.NewHasher(2), Validate: models.NewValidator(), Now: now, Seed: seed, Cases: cases,
		Sweep: func(ctx context.Context, now time.Time) error {
			_, err := escalation.NewSweeper(st).Run(ctx, now)
			return err
		},
		Reports: func(ctx context.Context, now time.Time) error {
			if !reported {
				return nil
			}
			reports := screening.New(st, func() time.Time { return now })
			if _, err := reports.BuildMissing(ctx, nil); err != nil {
				return err
			}
			_, err := reports.BuildChecks(ctx)
			return err
		},
	}))
	return st
}

func everyCase(t *testing.T, st *store.Store) []*models.Case {
	t.Helper()
	var all []*models.Case
	for after := ""; ; {
		page, err := st.Cases(t.Context(), models.Scope{Region: CountyCode}, store.CaseFilter{}, after, 200)
		require.NoError(t, err)
		all = append(all, page.Cases...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

// Whatever the day the demo is opened on, holidays included, everything there is to see is there.
func TestDemoShowsEverything(t *testing.T) {
	t.Parallel()
	days := []time.Time{
		time.Date(2026, 11, 24, 10, 0, 0, 0, workday.Zone),
		time.Date(2026, 10, 1, 0, 5, 0, 0, workday.Zone), // in the holidays, just after the month and midnight
	}
	for i, now := range days {
		t.Run(now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			st := build(t, now, uint64(i)+1, 400, true)
			all := everyCase(t, st)
			require.Len(t, all, 400)

			seen := map[string]int{}
			open := map[string]int{}
			for _, c := range all {
				require.NoError(t, c.VerifyTimeline())
				require.True(t, c.Timeline[len(c.Timeline)-1].At.Before(now))
				seen["state "+string(c.State)]++
				seen["ending "+string(c.Ending)]++
				seen["type "+string(c.Type)]++
				seen["risk "+string(c.Risk)]++
				for _, stage := range c.Stages {
					seen["level "+stage.Level]++
					seen["outcome "+stage.Level+" "+string(stage.Outcome)]++
					seen["reason "+string(stage.Reason)]++
				}
				if c.DueAt != nil {
					open["open at "+c.Level]++
					open["review "+string(c.Review)]++
				}
				for _, e := range c.Timeline {
					seen["action "+string(e.Action)]++
				}
				if d := c.Draft(); d != nil && c.State == models.Mediating {
					seen["draft "+map[bool]string{true: "unsigned", false: "half signed"}[len(d.Text.Signatures) == 0]]++
				}
				if c.Dictation.IsOpen() {
					seen["dictated"]++
				}
				if a := c.Agreement; a != nil && a.Confirmation.IsConfirmed() {
					seen["confirmed"]++
				}
				seen["attachments"] += len(c.Attachments)
				if c.Filing != nil {
					seen["filed"]++
					seen["retention "+c.Filing.Retention]++
					seen["supplements"] += len(c.Filing.Supplements)
				} else if c.State == models.Closed {
					seen["not filed"]++
				}
				if c.Agreement != nil {
					seen["agreement "+c.Agreement.Form]++
				}
			}
			for _, list := range []struct {
				name  string
				codes []models.Choice
			}{{"state ", models.States()}, {"ending ", models.ClosingReasons()}, {"type ", models.DisputeTypes()}, {"risk ", models.RiskLevels()}} {
				for _, choice := range list.codes {
					require.NotZero(t, seen[list.name+choice.Code], list.name+choice.Name)
				}
			}
			for _, what := range []string{
				"level village", "level township", "level county", "reason deadline", "reason risk", "reason failed", "outcome township returned",
				"draft unsigned", "draft half signed", "dictated", "confirmed", "action sign", "action press", "action breach", "action visit", "action reopen", "action correct", "action remind",
				"outcome village agreed", "outcome township agreed", "outcome county agreed", "agreement written", "agreement oral",
				"attachments", "filed", "not filed", "retention short", "retention long", "retention permanent", "supplements",
			} {
				require.NotZero(t, seen[what], what)
			}
			for _, what := range []string{"open at village", "open at township", "open at county", "review pending", "review accepted", "review returned"} {
				require.NotZero(t, open[what], what)
			}
			land, dividend := seen["type land_transfer"], seen["type dividend"]
			for _, choice := range models.DisputeTypes()[2:] {
				require.Greater(t, dividend, seen["type "+choice.Code])
			}
			require.Greater(t, land, dividend)

			if i == 0 {
				checkYear(t, st, all)
			}
			swept, err := escalation.NewSweeper(st).Run(t.Context(), now)
			require.NoError(t, err)
			require.GreaterOrEqual(t, swept.Moved, 10, "the first sweep has work")
			require.LessOrEqual(t, swept.Moved, 30)
		})
	}
}

// checkYear looks at what a year of use leaves, on the 24th of November.
func checkYear(t *testing.T, st *store.Store, all []*models.Case) {
	t.Helper()
	t.Run("numbers are gap-free per committee and year", func(t *testing.T) {
		seqs := map[string][]int64{}
		for _, c := range all {
			if c.Number != nil {
				key := fmt.Sprintf("%s/%d", c.Number.Committee, c.Number.Year)
				seqs[key] = append(seqs[key], c.Number.Seq)
			}
		}
		require.NotEmpty(t, seqs)
		for key, list := range seqs {
			slices.Sort(list)
			for i, seq := range list {
				require.EqualValues(t, i+1, seq, key)
			}
		}
	})
	t.Run("every role logs in once", func(t *testing.T) {
		roles := map[models.Role]bool{}
		for _, a := range Accounts() {
			who, err := st.Account(t.Context(), a.ID)
			require.NoError(t, err)
			roles[who.Role] = true
		}
		require.Len(t, roles, len(models.Roles()))
	})
	t.Run("reports are in every state, and their seals hold", func(t *testing.T) {
		states, supplements := map[models.ReportState]int{}, 0
		for _, r := range Regions() {
			reports, err := st.Reports(t.Context(), r.Code, "2025-01", "2026-10")
			require.NoError(t, err)
			for _, report := range reports {
				states[report.Issue.State]++
				supplements += len(report.Issue.Supplements)
				if report.Issue.State == models.ReportSealed {
					require.NoError(t, report.VerifySeal())
				}
			}
		}
		for _, state := range models.ReportStates() {
			require.Positive(t, states[models.ReportState(state.Code)], state.Name)
		}
		require.Positive(t, supplements)
	})
	t.Run("call-backs are drawn, and some are answered", func(t *testing.T) {
		results := map[string]int{}
		for _, township := range townships {
			check, err := st.Check(t.Context(), CountyCode+township.code, "2026-10")
			require.NoError(t, err)
			for _, item := range check.Items {
				results[item.Result]++
			}
		}
		require.Positive(t, results[""])
		require.Positive(t, results["true"])
		require.Positive(t, results["unreached"])
	})
	t.Run("thirteen months have their reports", func(t *testing.T) {
		reports, err := st.Reports(t.Context(), CountyCode, "2025-01", "2026-12")
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(reports), 13)
		require.Equal(t, "2026-10", reports[len(reports)-1].Month)
		for _, village := range Regions() {
			_, err := st.Report(t.Context(), village.Code, "2026-10")
			require.NoError(t, err, village.Name)
		}
	})
	t.Run("the demo villages have work", func(t *testing.T) {
		for _, who := range Accounts() {
			if !slices.Contains([]models.Role{models.RoleMediator, models.RoleJudicial, models.RoleCounty}, who.Role) {
				continue
			}
			level := map[models.Role]string{models.RoleMediator: models.LevelVillage, models.RoleJudicial: models.LevelTownship, models.RoleCounty: models.LevelCounty}[who.Role]
			counts, err := st.CountOpen(t.Context(), who.Region+"/"+level, models.FarFuture())
			require.NoError(t, err)
			require.NotEmpty(t, counts, who.ID)
			if who.Role == models.RoleJudicial {
				require.NotZero(t, counts[models.ReviewPending], who.ID)
			}
		}
	})
	t.Run("texts have no holes", func(t *testing.T) {
		for _, c := range all {
			text := c.Title + c.Facts + strings.Join(c.Requests, "")
			if c.Agreement != nil {
				text += strings.Join(c.Agreement.Items, "")
			}
			require.NotContains(t, text, "{")
			require.NotContains(t, text, "%")
		}
	})
}

// The same seed and moment tell the same stories; ids and sealed numbers differ.
func TestDemoFollowsItsSeed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, workday.Zone)
	stories := func(seed uint64) []string {
		var out []string
		for _, c := range everyCase(t, build(t, now, seed, 20, false)) {
			line := c.NumberText() + c.Title + string(c.State)
			for _, e := range c.Timeline {
				line += " " + e.At.Format(time.RFC3339) + string(e.Action) + e.Note
			}
			out = append(out, line)
		}
		slices.Sort(out)
		return out
	}
	first := stories(3)
	require.Empty(t, cmp.Diff(first, stories(3)))
	require.NotEqual(t, first, stories(4))
}

func TestInventedNumbersAreValidAndNobodys(t *testing.T) {
	t.Parallel()
	number := idNumber(time.Date(1962, 3, 9, 0, 0, 0, 0, time.UTC), 17)
	checked, err := models.CheckIDNumber(number)
	require.NoError(t, err)
	require.Equal(t, number, checked)
	require.True(t, strings.HasPrefix(number, "99"), "no province has this code")
	for i := range models.DisputeTypes() {
		require.NotEmpty(t, landTales)
		kind := models.DisputeType(models.DisputeTypes()[i].Code)
		if i >= 2 {
			require.NotEmpty(t, otherTales[kind], kind)
		}
	}
}

func TestLoadIsLikeACountyInUse(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	end := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	calendar := workday.NewCalendar(workday.Official()...)
	rules := escalation.Rules{Policy: models.DefaultPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), Calendar: calendar}
	loader, err := NewLoader(t.Context(), st, newRing(t), rules, end, 1)
	require.NoError(t, err)
	var told atomic.Int64
	require.NoError(t, loader.Load(t.Context(), 2_000, func(int) { told.Add(1) }))
	require.EqualValues(t, 2_000, told.Load())

	scope := models.Scope{Region: LoadCounty + "101"}
	page, err := st.Cases(t.Context(), scope, store.CaseFilter{Township: scope.Region, DueBefore: &end}, "", 100)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(page.Cases), 20, "a queue of twenty rows")
	page, err = st.Cases(t.Context(), scope, store.CaseFilter{Township: scope.Region, State: models.Closed}, "", 100)
	require.NoError(t, err)
	require.NotEmpty(t, page.Cases)
	for _, c := range page.Cases {
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, models.Performed, c.Ending)
	}

	sweeper := escalation.NewSweeper(st)
	_, err = sweeper.Run(t.Context(), end)
	require.NoError(t, err)
	require.NoError(t, loader.LoadDue(t.Context(), 300, 1))
	swept, err := sweeper.Run(t.Context(), end)
	require.NoError(t, err)
	require.Equal(t, 300, swept.Moved)
	require.Equal(t, 300, swept.Looked)
	swept, err = sweeper.Run(t.Context(), end)
	require.NoError(t, err)
	require.Zero(t, swept.Looked)
}
