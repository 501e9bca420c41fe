package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// TestCasesComing compares what comes at every place, page by page, with a plain reckoning. Some
// cases have a next moment and no deadline: their clock stands still.
func TestCasesComing(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		random := rand.New(rand.NewPCG(7, 7))
		var cases []*models.Case
		for i := range 160 {
			c := newCase(pick(random, villages()...), noon)
			if next := noon.Add(time.Duration(random.IntN(12)) * time.Hour); i%4 > 0 {
				c.NextAt = &next
			}
			if i%4 > 1 {
				c.DueAt = c.NextAt
			}
			cases = append(cases, c)
		}
		insert(t, st.Store, cases...)
		until := noon.Add(7 * time.Hour)
		for _, test := range []struct{ scope, place, want string }{
			{county, "", county}, {county, county, county}, {county, north, north}, {county, northOne, northOne}, {county, "33", county},
			{north, "", north}, {north, county, north}, {north, northTwo, northTwo}, {northOne, "", northOne}, {northOne, north, northOne},
			{"33", county, county}, {"33", northOne, northOne},
			{north, south, "none"}, {northOne, northTwo, "none"}, {county, otherCounty, "none"}, {"", county, "none"}, {"", "", "none"}, {county, "33068110", "none"},
		} {
			var want []*models.Case
			for _, c := range cases {
				in := models.Scope{Region: test.want}.Covers(c.Place.Village)
				if in && c.NextAt != nil && !c.NextAt.After(until) {
					want = append(want, c)
				}
			}
			slices.SortFunc(want, func(a, b *models.Case) int {
				if n := a.NextAt.Compare(*b.NextAt); n != 0 {
					return n
				}
				return slices.Compare(a.ID[:], b.ID[:])
			})
			got := []*models.Case{}
			var after *models.Case
			for {
				page, err := st.CasesComing(t.Context(), models.Scope{Region: test.scope}, test.place, until, after, 7)
				require.NoError(t, err)
				got = append(got, page...)
				if len(page) < 7 {
					break
				}
				after = page[6]
			}
			require.Equal(t, ids(want), ids(got), "%+v", test)
			require.Equal(t, test.want == "none", len(got) == 0, "%+v", test)
		}
		_, err := st.CasesComing(t.Context(), models.Scope{Region: "33"}, "", until, nil, 7)
		requireKind(t, models.Invalid, "invalid", err)
	})
}

func TestCountLevels(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		at := func(level string, state models.State) func(*models.Case) {
			return func(c *models.Case) { c.Level, c.State = level, state }
		}
		insert(t, st.Store,
			newCase(northOne, noon, at(models.LevelVillage, models.Logged)), newCase(southOne, noon, at(models.LevelVillage, models.Mediating)),
			newCase(northOne, noon, at(models.LevelOffice, models.Mediating)), newCase(northOne, noon, at(models.LevelVillage, models.Closed)),
			newCase(northTwo, noon, at(models.LevelOffice, models.Agreed)), newCase(farOne, noon, at(models.LevelGroup, models.Logged)))
		counts, err := st.CountLevels(t.Context(), county)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{models.LevelVillage: 2, models.LevelOffice: 1}, counts)
		counts, err = st.CountLevels(t.Context(), otherCounty)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{models.LevelGroup: 1}, counts)
		counts, err = st.CountLevels(t.Context(), "999999")
		require.NoError(t, err)
		require.Empty(t, counts)
	})
}

func TestAccountsIn(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for i, region := range []string{county, north, northOne, northOne, northTwo, south, southOne, otherCounty, farOne, "33"} {
			require.NoError(t, st.InsertAccount(t.Context(), &models.Account{Username: fmt.Sprintf("user%d", 9-i), Role: models.RoleAuditor, Region: region, CreatedAt: noon}))
		}
		for _, test := range []struct {
			scope string
			want  []string
		}{
			{county, []string{"user9", "user8", "user6", "user7", "user5", "user4", "user3"}},
			{north, []string{"user8", "user6", "user7", "user5"}},
			{northOne, []string{"user6", "user7"}},
			{otherCounty, []string{"user2", "user1"}},
			{"33", []string{"user0", "user9", "user8", "user6", "user7", "user5", "user4", "user3", "user2", "user1"}},
			{"44", nil},
			{"", nil},
		} {
			var got []string
			var after *models.Account
			for {
				page, err := st.AccountsIn(t.Context(), models.Scope{Region: test.scope}, after, 2)
				require.NoError(t, err)
				for _, a := range page {
					got = append(got, a.Username)
				}
				if len(page) < 2 {
					break
				}
				after = page[1]
			}
			require.Equal(t, test.want, got, test.scope)
		}
	})
}

func TestLease(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		lease, err := st.Lease(t.Context(), "sweep")
		require.NoError(t, err)
		require.Nil(t, lease, "nobody has ever held it")
		held, err := st.AcquireLease(t.Context(), "sweep", "one", noon, time.Minute)
		require.NoError(t, err)
		lease, err = st.Lease(t.Context(), "sweep")
		require.NoError(t, err)
		require.Equal(t, held.Holder, lease.Holder)
		require.Equal(t, noon.Add(time.Minute), lease.Until)
		_, err = st.Lease(t.Context(), "reports")
		require.NoError(t, err)
	})
	_, err := newStore(t, failing{err: errNone}).Lease(t.Context(), "sweep")
	require.ErrorIs(t, err, errNone)
}

// errNone is an error of nothing in particular.
var errNone = fmt.Errorf("disk on fire")
