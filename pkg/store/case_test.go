package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
)

// numbered gives a case the next number of its committee.
func numbered(committee string, year int, seq int64) func(*models.Case) {
	return func(c *models.Case) {
		c.Number = models.NewCaseNumber(&models.Region{Code: committee, ShortName: "北坡村"}, year, seq)
		c.NumberKey = c.Number.Key()
	}
}

// TestCasesOutsideTheScopeDoNotExist looks for a case in every way, as each role from every place.
func TestCasesOutsideTheScopeDoNotExist(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		putRegions(t, st.Store)
		cases := map[string]*models.Case{}
		for _, v := range villages() {
			cases[v] = newCase(v, noon, due(noon), numbered(v, 2026, 1), func(c *models.Case) {
				c.DraftKey, c.Grams, c.Review = "chen/"+v, []string{"大山"}, models.ReviewPending
				c.Office.ID = "one office of all"
			})
			insert(t, st.Store, cases[v])
		}
		everywhere := []string{"33", "3306", county, otherCounty, north, south, far, northOne, northTwo, southOne, farOne, "330681103", "330683", "", "3306811"}
		for _, role := range models.Roles() {
			for _, region := range everywhere {
				if seat := role.Seat(); seat != "" && seat != models.RegionKindOf(region) {
					continue
				}
				actor := models.Actor{ID: "a", Role: role, Region: region}
				for village, c := range cases {
					what := fmt.Sprintf("%s of %q looks for a case of %s", role, region, village)
					inside := actor.Scope().Covers(village)
					byID, err1 := st.Case(t.Context(), actor.Scope(), c.ID)
					byDraft, err2 := st.CaseByDraft(t.Context(), actor.Scope(), c.DraftKey)
					byNumber, err3 := st.CaseByNumber(t.Context(), actor.Scope(), c.NumberKey)
					for i, found := range []*models.Case{byID, byDraft, byNumber} {
						err := []error{err1, err2, err3}[i]
						if !inside {
							require.Nil(t, found, what)
							requireKind(t, models.NotFound, "not_found", err)
							require.True(t, store.IsNotFound(err))
							continue
						}
						require.NoError(t, err, what)
						require.Equal(t, c.ID, found.ID, what)
					}
				}
				if kind := models.RegionKindOf(region); kind == models.RegionProvince || kind == models.RegionCity {
					continue // names a county first, see TestListOddities
				}
				for name, filter := range map[string]store.CaseFilter{
					"all": {}, "due": {DueBefore: &noon}, "waiting": {Review: models.ReviewPending}, "office": {Offices: []string{"one office of all"}}, "search": {Grams: []string{"大山"}},
				} {
					page, err := st.Cases(t.Context(), actor.Scope(), filter, "", 100)
					require.NoError(t, err)
					want := slices.DeleteFunc(villages(), func(v string) bool { return !actor.Scope().Covers(v) })
					require.Len(t, page.Cases, len(want), "%s of %q lists %s", role, region, name)
					for _, c := range page.Cases {
						require.True(t, actor.Scope().Covers(c.Place.Village))
					}
				}
			}
		}
	})
}

func TestCaseIsWrittenBackOnce(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		scope := models.Scope{Region: county}
		c := newCase(northOne, noon, func(c *models.Case) { c.DraftKey = "chen/1" })
		insert(t, st.Store, c)
		require.EqualValues(t, 1, c.Version)

		twice := newCase(northOne, noon, func(c *models.Case) { c.DraftKey = "chen/1" })
		err := st.InsertCase(t.Context(), twice)
		requireKind(t, models.Conflict, "duplicate", err)
		require.True(t, store.IsDuplicate(err, store.IndexDraftKey))

		one, err := st.Case(t.Context(), scope, c.ID)
		require.NoError(t, err)
		other, err := st.Case(t.Context(), scope, c.ID)
		require.NoError(t, err)
		one.Title = "第一个"
		require.NoError(t, st.ReplaceCase(t.Context(), one))
		other.Title = "第二个"
		err = st.ReplaceCase(t.Context(), other)
		require.True(t, store.IsConflict(err), "%v", err)
		require.EqualValues(t, 1, other.Version, "as it was read")

		last := newCase(southOne, noon)
		insert(t, st.Store, last)
		results, err := st.ReplaceCases(t.Context(), []*models.Case{last, other, newCase(northOne, noon, func(c *models.Case) { c.Version = 1 })})
		require.NoError(t, err)
		require.NoError(t, results[0])
		requireKind(t, models.Conflict, "conflict", results[1])
		requireKind(t, models.NotFound, "not_found", results[2])
		kept, err := st.Case(t.Context(), scope, c.ID)
		require.NoError(t, err)
		require.Equal(t, "第一个", kept.Title)
		require.EqualValues(t, 2, kept.Version)
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		last := func(committee string, year int) int64 {
			n, err := st.LastNumber(t.Context(), committee, year)
			require.NoError(t, err)
			return n
		}
		require.Zero(t, last(northOne, 2026))
		for _, seq := range []int64{1, 2, 9, 10, 99_999_999} {
			insert(t, st.Store, newCase(northOne, noon, numbered(northOne, 2026, seq)))
			require.Equal(t, seq, last(northOne, 2026))
		}
		insert(t, st.Store, newCase(northOne, noon, numbered(north, 2026, 4)), newCase(northOne, noon, numbered(northOne, 2025, 7)), newCase(northOne, noon))
		require.EqualValues(t, 99_999_999, last(northOne, 2026))
		require.EqualValues(t, 7, last(northOne, 2025), "each year counts for itself")
		require.EqualValues(t, 4, last(north, 2026), "and each committee")
		require.Zero(t, last(northTwo, 2026))
		require.Zero(t, last(northOne[:11], 2026), "a code that begins alike is another")

		err := st.InsertCase(t.Context(), newCase(northOne, noon, numbered(northOne, 2026, 9)))
		require.True(t, store.IsDuplicate(err, store.IndexNumberKey), "%v", err)
		c := newCase(northOne, noon)
		insert(t, st.Store, c)
		numbered(northOne, 2026, 9)(c)
		if err := st.ReplaceCase(t.Context(), c); enginetest.Offers(t, st.caps.DuplicateOnUpdate, "DuplicateOnUpdate", "a change that takes another case's number is told apart from other errors") {
			require.True(t, store.IsDuplicate(err, store.IndexNumberKey), "%v", err)
		} else {
			require.Error(t, err, "the number is not given twice all the same")
		}
	})
}

// TestSweepReadsWhatIsDue: the oldest first, each once, also where many are due at one moment and
// those of a page are written back before the next is read.
func TestSweepReadsWhatIsDue(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		var want []string
		for i := range 12 {
			c := newCase(pick(rand.New(rand.NewPCG(3, uint64(i))), villages()...), noon, due(noon.Add(time.Duration(i/4)*time.Hour)))
			insert(t, st.Store, c)
			want = append(want, c.ID.Hex())
		}
		insert(t, st.Store, newCase(northOne, noon), newCase(northOne, noon, due(noon.Add(3*time.Hour))))
		var got []string
		var after *models.Case
		for {
			page, err := st.CasesToSweep(t.Context(), noon.Add(2*time.Hour), after, 5)
			require.NoError(t, err)
			got = append(got, ids(page)...)
			if len(page) < 5 {
				break
			}
			last := *page[len(page)-1]
			after = &last
			for _, c := range page {
				c.NextAt = nil
				require.NoError(t, st.ReplaceCase(t.Context(), c))
			}
		}
		require.Equal(t, want, got)
	})
}

// TestActiveCases compares those of a township and month with a plain reckoning, and reads more than
// one page of them.
func TestActiveCases(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		random := rand.New(rand.NewPCG(4, 4))
		var cases []*models.Case
		for range 240 {
			logged := noon.AddDate(0, 0, random.IntN(9))
			c := newCase(pick(random, northOne, northTwo, northOne, southOne), logged)
			if random.IntN(3) == 0 {
				closed := logged.AddDate(0, 0, random.IntN(9))
				c.ClosedAt, c.ActiveUntil, c.State = &closed, closed, models.Closed
			}
			cases = append(cases, c)
		}
		insert(t, st.Store, cases...)
		for _, window := range []struct{ from, before time.Time }{
			{noon, noon.AddDate(0, 0, 20)}, {noon.AddDate(0, 0, 4), noon.AddDate(0, 0, 7)}, {noon.AddDate(0, 0, -5), noon}, {noon.AddDate(0, 1, 0), noon.AddDate(0, 2, 0)},
		} {
			want := slices.DeleteFunc(slices.Clone(cases), func(c *models.Case) bool {
				return c.Place.Township != north || c.ActiveUntil.Before(window.from) || !c.LoggedAt.Before(window.before)
			})
			var got []*models.Case
			require.NoError(t, st.ActiveCases(t.Context(), north, window.from, window.before, func(c *models.Case) error {
				got = append(got, c)
				return nil
			}))
			require.ElementsMatch(t, ids(want), ids(got))
			if window.from.Equal(noon) {
				require.Greater(t, len(got), 160)
			}
		}
		stop := errors.New("enough")
		seen := 0
		require.ErrorIs(t, st.ActiveCases(t.Context(), north, noon, noon.AddDate(1, 0, 0), func(*models.Case) error { seen++; return stop }), stop)
		require.Equal(t, 1, seen)
	})
}

func TestFirstLogged(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		_, ok, err := st.FirstLogged(t.Context(), north)
		require.NoError(t, err)
		require.False(t, ok)
		for i, state := range models.States() {
			at := noon.AddDate(0, 0, -i)
			insert(t, st.Store, newCase(northOne, noon, func(c *models.Case) { c.State = models.State(state.Code) }),
				newCase(northTwo, at, func(c *models.Case) { c.State = models.State(state.Code) }), newCase(southOne, noon.AddDate(-1, 0, 0)))
			first, ok, err := st.FirstLogged(t.Context(), north)
			require.NoError(t, err)
			require.True(t, ok)
			require.True(t, at.Equal(first), "the earliest is %s: %s", state.Code, first)
		}
	})
}

// TestLoggedCourses: each case of a township that was logged in a time, in whatever state, once.
func TestLoggedCourses(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		var want []string
		for i, state := range models.States() {
			for j, at := range []time.Time{noon.Add(-time.Millisecond), noon, noon.Add(time.Hour - time.Millisecond), noon.Add(time.Hour)} {
				c := newCase([]string{northOne, northTwo}[i%2], at, numbered(northOne, 2026, int64(10*i+j)), func(c *models.Case) {
					c.State, c.Title, c.Facts = models.State(state.Code), state.Name, "长长的经过"
					c.Stages = []models.Stage{{Level: models.LevelVillage, Opened: at, Clocks: []models.Clock{{Phase: models.PhaseMediation}}}}
					c.Timeline = []models.Event{{Seq: 1, At: at, After: models.Position{Risk: models.Orange}}}
				})
				insert(t, st.Store, c, newCase(southOne, at))
				if j == 1 || j == 2 {
					want = append(want, c.ID.Hex())
				}
			}
		}
		var got []*models.Case
		require.NoError(t, st.LoggedCourses(t.Context(), north, noon, noon.Add(time.Hour), func(c *models.Case) error {
			got = append(got, c)
			return nil
		}))
		require.ElementsMatch(t, want, ids(got))
		for _, c := range got {
			require.Equal(t, north, c.Place.Township)
			require.NotEmpty(t, c.Title)
			require.NotEmpty(t, c.Number.Text)
			require.Empty(t, c.Facts, "no more than is asked for")
			require.Len(t, c.Stages, 1)
			require.Len(t, c.Stages[0].Clocks, 1)
			require.Equal(t, models.Orange, c.Timeline[0].After.Risk)
		}
		n, err := st.CountLogged(t.Context(), north, noon, noon.Add(time.Hour))
		require.NoError(t, err)
		require.EqualValues(t, len(want), n)
		n, err = st.CountLogged(t.Context(), far, noon, noon.Add(time.Hour))
		require.NoError(t, err)
		require.Zero(t, n)
		stop := errors.New("enough")
		require.ErrorIs(t, st.LoggedCourses(t.Context(), north, noon, noon.Add(time.Hour), func(*models.Case) error { return stop }), stop)
	})
}

func TestCountOpen(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		office := models.OfficeID(north, models.LevelTownship)
		at := func(id string, review models.ReviewState) func(*models.Case) {
			return func(c *models.Case) { c.Office.ID, c.Review = id, review }
		}
		late, soon := due(noon), due(noon.Add(time.Hour))
		insert(t, st.Store,
			newCase(northOne, noon, late, at(office, models.ReviewPending)), newCase(northTwo, noon, late, at(office, models.ReviewPending)),
			newCase(northOne, noon, late, at(office, "")), newCase(northOne, noon, soon, at(office, models.ReviewAccepted)),
			newCase(southOne, noon, late, at("another", models.ReviewPending)), newCase(northOne, noon, at(office, models.ReviewAccepted)))
		counts, err := st.CountOpen(t.Context(), office, noon)
		require.NoError(t, err)
		require.Equal(t, map[models.ReviewState]int64{models.ReviewPending: 2, "": 1}, counts)
		counts, err = st.CountOpen(t.Context(), office, models.FarFuture())
		require.NoError(t, err)
		require.Equal(t, map[models.ReviewState]int64{models.ReviewPending: 2, "": 1, models.ReviewAccepted: 1}, counts)
		counts, err = st.CountOpen(t.Context(), "nobody's", noon)
		require.NoError(t, err)
		require.Empty(t, counts)
	})
}

// TestCaseIsReadAsItWasWritten holds that a whole case file comes back from both engines.
func TestCaseIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		c := newCase(northOne, noon, due(noon), numbered(northOne, 2026, 3), func(c *models.Case) {
			c.Title, c.Facts, c.Requests, c.Grams = "三组地租拖欠", "两年没有付。", []string{"付清"}, []string{"三组"}
			c.Parties = []models.Party{{Role: models.Applicant, Kind: models.Person, Name: "许来福", Phone: models.Sealed{KeyID: "k1", Box: []byte{1, 2}, Index: "ab", Mask: "138****5678"}}}
			c.Land = &models.LandTransferFacts{LandName: "长垄", AreaCentiMu: 300}
			c.Stages = []models.Stage{{Level: models.LevelVillage, Opened: noon, Clocks: []models.Clock{{Phase: models.PhaseAcceptance, Since: noon, DueAt: noon, Working: []models.WorkLine{}, Warnings: []models.Warning{}}}, Missing: []string{}}}
			c.Timeline, c.Notices, c.Sittings, c.Mediators = []models.Event{}, []models.Notice{}, []models.Sitting{}, []string{"陈守义"}
		})
		insert(t, st.Store, c)
		got, err := st.Case(t.Context(), models.Scope{Region: northOne}, c.ID)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(c, got, cmpopts.EquateEmpty()))
		_, err = st.Case(t.Context(), models.Scope{Region: northOne}, bson.NewObjectID())
		require.True(t, store.IsNotFound(err))
	})
}
