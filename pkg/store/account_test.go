package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		has, err := st.HasAdmin(t.Context())
		require.NoError(t, err)
		require.False(t, has)
		for i, role := range []models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleAdmin} {
			a := &models.Account{Username: fmt.Sprintf("user%d", i), Role: role, Region: seatOf(role), CreatedAt: noon, Epoch: 1}
			require.NoError(t, st.InsertAccount(t.Context(), a))
			got, err := st.Account(t.Context(), a.Username)
			require.NoError(t, err)
			require.Equal(t, a, got)
			has, err := st.HasAdmin(t.Context())
			require.NoError(t, err)
			require.Equal(t, role == models.RoleAdmin, has)
		}
		_, err = st.Account(t.Context(), "nobody")
		requireKind(t, models.NotFound, "not_found", err)
		err = st.InsertAccount(t.Context(), &models.Account{Username: "user0"})
		require.True(t, store.IsDuplicate(err, "_id"), "%v", err)

		var names []string
		for after := ""; ; after = names[len(names)-1] {
			page, err := st.AccountsByName(t.Context(), after, 3)
			require.NoError(t, err)
			for _, a := range page {
				names = append(names, a.Username)
			}
			if len(page) < 3 {
				break
			}
		}
		require.Equal(t, []string{"user0", "user1", "user2", "user3"}, names)

		at, err := st.AccountsAt(t.Context(), northOne)
		require.NoError(t, err)
		require.Len(t, at, 2)
		at, err = st.AccountsAt(t.Context(), north)
		require.NoError(t, err)
		require.Len(t, at, 1, "those of the place itself, not of places inside it")

		a, err := st.Account(t.Context(), "user1")
		require.NoError(t, err)
		stale := *a
		a.Disabled = true
		require.NoError(t, st.ReplaceAccount(t.Context(), a))
		require.True(t, store.IsConflict(st.ReplaceAccount(t.Context(), &stale)))
	})
}

// seatOf is a place where somebody of a role sits.
func seatOf(role models.Role) string {
	switch role.Seat() {
	case models.RegionVillage:
		return northOne
	case models.RegionTownship:
		return north
	}
	return county
}

func TestSessions(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for i := range 4 {
			require.NoError(t, st.InsertSession(t.Context(), &models.Session{TokenHash: fmt.Sprint("hash", i), Username: "chen", Epoch: 1, CreatedAt: noon, ExpiresAt: noon.Add(time.Duration(i) * time.Hour)}))
		}
		session, err := st.Session(t.Context(), "hash2")
		require.NoError(t, err)
		require.Equal(t, "chen", session.Username)
		expired, err := st.ExpiredSessions(t.Context(), noon.Add(2*time.Hour), 10)
		require.NoError(t, err)
		require.Len(t, expired, 2, "one that ends at this very moment has not ended before it")
		require.Equal(t, "hash0", expired[0].TokenHash)
		expired, err = st.ExpiredSessions(t.Context(), noon.Add(time.Hour), 10)
		require.NoError(t, err)
		require.Len(t, expired, 1)

		require.NoError(t, st.DeleteSession(t.Context(), session))
		requireKind(t, models.NotFound, "not_found", st.DeleteSession(t.Context(), session))
		_, err = st.Session(t.Context(), "hash2")
		require.True(t, store.IsNotFound(err))
	})
}

func TestSetupTokens(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		token := &models.SetupToken{TokenHash: "hash", ExpiresAt: noon}
		require.NoError(t, st.InsertSetup(t.Context(), token))
		got, err := st.Setup(t.Context(), "hash")
		require.NoError(t, err)
		require.Equal(t, token, got)
		require.NoError(t, st.DeleteSetup(t.Context(), got))
		requireKind(t, models.NotFound, "not_found", st.DeleteSetup(t.Context(), got))
		_, err = st.Setup(t.Context(), "hash")
		requireKind(t, models.NotFound, "not_found", err)
	})
}

// TestAccesses holds that the auditor of a place sees what was looked at there, the newest first, and
// finds it behind any number of records of other places.
func TestAccesses(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		actor := models.Actor{ID: "chen", Name: "陈守义", Role: models.RoleMediator, Region: northOne}
		for i := range 30 {
			region := southOne
			if i%10 == 0 {
				region = northOne
			}
			require.NoError(t, st.RecordAccess(t.Context(), actor, noon.Add(time.Duration(i/2)*time.Minute), "reveal", fmt.Sprint("case", i), region))
		}
		list := func(scope string, before time.Time, limit int) []string {
			found, err := st.Accesses(t.Context(), models.Scope{Region: scope}, before, limit)
			require.NoError(t, err)
			cases := []string{}
			for _, a := range found {
				require.Equal(t, actor, a.Actor)
				require.Equal(t, "reveal", a.What)
				cases = append(cases, a.Case)
			}
			return cases
		}
		later := noon.Add(time.Hour)
		require.Equal(t, []string{"case20", "case10", "case0"}, list(north, later, 10))
		require.Equal(t, []string{"case20", "case10"}, list(north, later, 2))
		require.Equal(t, []string{"case10", "case0"}, list(northOne, noon.Add(10*time.Minute), 2))
		require.Len(t, list(county, later, 100), 30)
		require.Len(t, list(county, later, 7), 7)
		require.Empty(t, list(otherCounty, later, 10))
		require.Empty(t, list("", later, 10))
		require.Empty(t, list(county, noon, 10))
	})
}
