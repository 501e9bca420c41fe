package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
)

// pick chooses one of some values, the same every time for one source.
func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

// scatter makes cases of every sort in all the places. Some share the moment they were logged or
// are due, as an import makes them.
func scatter(random *rand.Rand, n int) []*models.Case {
	cases := make([]*models.Case, n)
	for i := range cases {
		village := pick(random, villages()...)
		cases[i] = newCase(village, noon.Add(time.Duration(random.IntN(40))*time.Hour), func(c *models.Case) {
			c.Type = pick[models.DisputeType](random, models.LandTransfer, models.Dividend)
			c.Risk = pick(random, models.Blue, models.Red)
			c.State = models.State(pick(random, models.States()...).Code)
			c.Grams = models.Grams(pick(random, "陈大山", "陈小山", "许来福"), pick(random, "北坡三组", "长垄"))
			if random.IntN(2) == 0 {
				c.Level = models.LevelTownship
				c.Office = models.Office{ID: models.OfficeID(village[:9], models.LevelTownship), Region: village[:9]}
				c.Review = pick(random, models.ReviewPending, models.ReviewAccepted)
			}
			if c.State.IsOpen() {
				due(noon.Add(time.Duration(random.IntN(9)) * time.Hour))(c)
			}
		})
	}
	return cases
}

// question is what a list is asked for.
type question struct {
	scope  models.Scope
	filter store.CaseFilter
}

// ask makes up a question: of all that can be asked, each with some chance.
func ask(random *rand.Rand) question {
	q := question{scope: models.Scope{Region: pick(random, county, otherCounty, north, south, northOne, southOne)}}
	f := &q.filter
	some := func() bool { return random.IntN(4) == 0 }
	moment := func() *time.Time {
		at := noon.Add(time.Duration(random.IntN(40)) * time.Hour)
		return &at
	}
	if some() {
		f.County = pick(random, county, otherCounty)
	}
	if some() {
		f.Township = pick(random, north, south)
	}
	if some() {
		f.Village = pick(random, northOne, northTwo, southOne)
	}
	if some() {
		f.State = models.State(pick(random, models.States()...).Code)
	}
	if some() {
		f.Level = pick(random, models.LevelVillage, models.LevelTownship)
	}
	if some() {
		f.Type = models.LandTransfer
	}
	if some() {
		f.Risk = models.Red
	}
	if some() {
		f.Review = pick(random, models.ReviewPending, models.ReviewAccepted)
	}
	if some() {
		f.Offices = pick(random, []string{models.OfficeID(north, models.LevelTownship)}, []string{models.OfficeID(northOne, models.LevelVillage), models.OfficeID(south, models.LevelTownship)})
	}
	if some() {
		f.DueBefore = moment()
	}
	if some() {
		f.LoggedFrom = moment()
	}
	if some() {
		f.LoggedBefore = moment()
	}
	if some() {
		f.Grams = pick(random, []string{"大山"}, []string{"大山", "三组"}, []string{"来福", "长垄"}, []string{"没有"})
		f.Risk = "" // nobody is looked up by it
	}
	return q
}

// answer is what the list must show, worked out one case after the other.
func (q question) answer(cases []*models.Case) []string {
	f := q.filter
	byDue := len(f.Grams) == 0 && (f.DueBefore != nil || len(f.Offices) > 0 || f.Review == models.ReviewPending)
	is := func(want, have string) bool { return want == "" || want == have }
	shown := slices.DeleteFunc(slices.Clone(cases), func(c *models.Case) bool {
		hasAll := !slices.ContainsFunc(f.Grams, func(g string) bool { return !slices.Contains(c.Grams, g) })
		return !(strings.HasPrefix(c.Place.Village, q.scope.Region) &&
			is(f.County, c.Place.County) && is(f.Township, c.Place.Township) && is(f.Village, c.Place.Village) &&
			is(string(f.State), string(c.State)) && is(f.Level, c.Level) && is(string(f.Type), string(c.Type)) &&
			is(string(f.Risk), string(c.Risk)) && is(string(f.Review), string(c.Review)) && hasAll &&
			(len(f.Offices) == 0 || slices.Contains(f.Offices, c.Office.ID)) &&
			(f.DueBefore == nil || c.DueAt != nil && !c.DueAt.After(*f.DueBefore)) &&
			(f.LoggedFrom == nil || !c.LoggedAt.Before(*f.LoggedFrom)) &&
			(f.LoggedBefore == nil || c.LoggedAt.Before(*f.LoggedBefore)) &&
			(!byDue || c.DueAt != nil))
	})
	slices.SortFunc(shown, func(a, b *models.Case) int {
		if byDue {
			return cmp.Or(a.DueAt.Compare(*b.DueAt), cmp.Compare(a.ID.Hex(), b.ID.Hex()))
		}
		return cmp.Or(b.LoggedAt.Compare(a.LoggedAt), cmp.Compare(b.ID.Hex(), a.ID.Hex()))
	})
	return ids(shown)
}

// TestListsShowWhatIsAskedFor compares lists, read page by page, with a plain reckoning.
func TestListsShowWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		random := rand.New(rand.NewPCG(1, 1))
		putRegions(t, st.Store)
		cases := scatter(random, 90)
		insert(t, st.Store, cases...)
		notEmpty := 0
		for range 150 {
			q := ask(random)
			limit := pick(random, 5, 11, 200)
			what := fmt.Sprintf("scope %s, page of %d, %+v", q.scope.Region, limit, q.filter)
			var got []string
			for after := ""; ; {
				page, err := st.Cases(t.Context(), q.scope, q.filter, after, limit)
				require.NoError(t, err, what)
				require.LessOrEqual(t, len(page.Cases), limit, what)
				got = append(got, ids(page.Cases)...)
				if after = page.Next; after == "" {
					break
				}
				require.Len(t, page.Cases, limit, "a page that is not the last one is full: %s", what)
			}
			want := q.answer(cases)
			require.Equal(t, want, append([]string{}, got...), what)
			if len(want) > 3 {
				notEmpty++
			}
		}
		require.Greater(t, notEmpty, 30, "questions that nothing answers show nothing")
	})
}

// TestPagingWhileOthersInsert: what was there when paging began is shown once, whatever comes in
// before or behind the place that was reached.
func TestPagingWhileOthersInsert(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter store.CaseFilter
	}{
		{"by the day of logging", store.CaseFilter{}},
		{"by the deadline", store.CaseFilter{Review: models.ReviewPending}},
		{"a search", store.CaseFilter{Grams: []string{"大山"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			onEveryEngine(t, func(t *testing.T, st opened) {
				random := rand.New(rand.NewPCG(2, 2))
				putRegions(t, st.Store)
				one := func() *models.Case {
					at := noon.Add(time.Duration(random.IntN(50)) * time.Minute)
					return newCase(northOne, at, due(at), func(c *models.Case) { c.Review, c.Grams = models.ReviewPending, []string{"大山"} })
				}
				var there []*models.Case
				for range 60 {
					there = append(there, one())
				}
				insert(t, st.Store, there...)
				seen := map[string]int{}
				for after := ""; ; {
					page, err := st.Cases(t.Context(), models.Scope{Region: county}, test.filter, after, 7)
					require.NoError(t, err)
					for _, id := range ids(page.Cases) {
						seen[id]++
						require.Equal(t, 1, seen[id], "shown twice")
					}
					if after = page.Next; after == "" {
						break
					}
					insert(t, st.Store, one(), one(), one())
				}
				for _, id := range ids(there) {
					require.Equal(t, 1, seen[id], "not shown")
				}
			})
		})
	}
}

func TestListOddities(t *testing.T) {
	t.Parallel()
	st := newStore(t, enginetest.Embedded(t))
	putRegions(t, st)
	insert(t, st, newCase(northOne, noon), newCase(farOne, noon))

	for _, test := range []struct {
		name   string
		scope  string
		filter store.CaseFilter
		want   int
	}{
		{"a place around the scope is the scope", northOne, store.CaseFilter{County: county, Township: north}, 1},
		{"a place beside the scope", northOne, store.CaseFilter{Village: northTwo}, 0},
		{"places that do not meet", county, store.CaseFilter{Township: south, Village: northOne}, 0},
		{"a code that is none", county, store.CaseFilter{Village: "33068110120"}, 0},
		{"a province that names a county", "33", store.CaseFilter{County: county}, 1},
		{"a city that names a village", "3306", store.CaseFilter{Village: farOne}, 1},
		{"no scope", "", store.CaseFilter{}, 0},
		{"a scope that is no place", "3306811", store.CaseFilter{}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page, err := st.Cases(t.Context(), models.Scope{Region: test.scope}, test.filter, "", 10)
			require.NoError(t, err)
			require.NotNil(t, page.Cases)
			require.Len(t, page.Cases, test.want)
		})
	}
	for _, scope := range []string{"33", "3306"} {
		for name, filter := range map[string]store.CaseFilter{
			"all": {}, "due": {DueBefore: &noon}, "office": {Offices: []string{"x"}}, "search": {Grams: []string{"大山"}},
		} {
			t.Run("wider than a county/"+scope+"/"+name, func(t *testing.T) {
				t.Parallel()
				_, err := st.Cases(t.Context(), models.Scope{Region: scope}, filter, "", 10)
				requireKind(t, models.Invalid, "invalid", err)
				require.Equal(t, []models.FieldError{{Field: "county", Message: "请先选择一个县"}}, models.AsError(err).Fields)
			})
		}
	}
	t.Run("a search in a county without townships", func(t *testing.T) {
		t.Parallel()
		page, err := st.Cases(t.Context(), models.Scope{Region: "330699"}, store.CaseFilter{Grams: []string{"大山"}}, "", 10)
		require.NoError(t, err)
		require.Empty(t, page.Cases)
	})
	t.Run("a broken cursor", func(t *testing.T) {
		t.Parallel()
		_, err := st.Cases(t.Context(), models.Scope{Region: county}, store.CaseFilter{}, "x", 10)
		requireKind(t, models.Malformed, "cursor", err)
	})
	t.Run("limits out of bounds", func(t *testing.T) {
		t.Parallel()
		for _, limit := range []int{-1, 0, 5000} {
			page, err := st.Cases(t.Context(), models.Scope{Region: county}, store.CaseFilter{}, "", limit)
			require.NoError(t, err)
			require.Len(t, page.Cases, 1)
		}
	})
}
