package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

func codes(regions []*models.Region) []string {
	out := []string{}
	for _, r := range regions {
		out = append(out, r.Code)
	}
	return out
}

func TestRegions(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		_, err := st.Region(t.Context(), county)
		requireKind(t, models.NotFound, "not_found", err)
		putRegions(t, st.Store)
		in := func(parent string) []string {
			found, err := st.RegionsIn(t.Context(), parent)
			require.NoError(t, err)
			return codes(found)
		}
		require.Equal(t, []string{north, south}, in(county))
		require.Equal(t, []string{northOne, northTwo}, in(north))
		require.Empty(t, in(northOne))

		of := func(scope string, kind models.RegionKind) []string {
			found, err := st.RegionsOf(t.Context(), models.Scope{Region: scope}, kind)
			require.NoError(t, err)
			return codes(found)
		}
		require.Equal(t, []string{northOne, northTwo, southOne}, of(county, models.RegionVillage))
		require.Equal(t, []string{north}, of(north, models.RegionTownship), "the place of the scope is in it")
		require.Empty(t, of(north, models.RegionCounty))
		require.Empty(t, of("", models.RegionVillage))
		counties, err := st.Counties(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{county, otherCounty}, codes(counties))

		renamed := &models.Region{Code: north, Kind: models.RegionTownship, Parent: county, Name: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"}
		require.NoError(t, st.PutRegion(t.Context(), renamed))
		got, err := st.Region(t.Context(), north)
		require.NoError(t, err)
		require.Equal(t, "枫溪镇", got.Name)
		require.EqualValues(t, 2, got.Version)

		place, err := st.Place(t.Context(), northOne)
		require.NoError(t, err)
		require.Equal(t, models.Place{
			Province: "33", City: "3306", County: county, Township: north, Village: northOne,
			CountyName: "名" + county, TownshipName: "枫溪镇", VillageName: "名" + northOne,
			VillageCommittee: "会" + northOne, TownshipCommittee: "枫溪镇人民调解委员会", TownshipOffice: "枫溪镇司法所", CountyOffice: "所" + county,
		}, place)
		_, err = st.Place(t.Context(), "330681101299")
		requireKind(t, models.NotFound, "not_found", err)
	})
}

// TestCountiesOfTheCountry reads more counties than one page has.
func TestCountiesOfTheCountry(t *testing.T) {
	t.Parallel()
	st := newStore(t, enginetest.Embedded(t))
	const all, writers = 1003, 17
	errs := make([]error, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := w; i < all; i += writers {
				code := fmt.Sprintf("%06d", 110_000+i)
				errs[w] = errors.Join(errs[w], st.PutRegion(t.Context(), &models.Region{Code: code, Kind: models.RegionCounty, Parent: code[:4]}))
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	counties, err := st.Counties(t.Context())
	require.NoError(t, err)
	require.Len(t, counties, all)
	require.Equal(t, fmt.Sprintf("%06d", 110_000+all-1), counties[all-1].Code)
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		inForce := func(county string, at time.Time) string {
			p, err := st.PolicyInForce(t.Context(), county, at)
			require.NoError(t, err)
			return p.ID
		}
		_, err := st.PolicyInForce(t.Context(), county, noon)
		requireKind(t, models.Precondition, "policy.none", err)
		keep := func(county string, number int, from time.Time) {
			p := models.DefaultPolicy(from)
			p.County, p.Number = county, number
			require.NoError(t, st.InsertPolicy(t.Context(), p))
		}
		morning := workday.OfTime(noon).Start()
		keep("", 1, morning)
		require.Equal(t, models.PolicyID("", 1), inForce(county, morning), "from the first moment of its day on")
		_, err = st.PolicyInForce(t.Context(), county, morning.Add(-time.Millisecond))
		requireKind(t, models.Precondition, "policy.none", err)

		keep(county, 1, noon.AddDate(0, 0, 10))
		keep(county, 2, noon.AddDate(0, 0, 20))
		keep("", 2, noon.AddDate(0, 0, 15))
		require.Equal(t, models.PolicyID("", 1), inForce(county, noon.AddDate(0, 0, 9)))
		require.Equal(t, models.PolicyID(county, 1), inForce(county, noon.AddDate(0, 0, 19)), "a county's own goes before a later one for all")
		require.Equal(t, models.PolicyID(county, 2), inForce(county, noon.AddDate(1, 0, 0)))
		require.Equal(t, models.PolicyID("", 2), inForce(otherCounty, noon.AddDate(1, 0, 0)))

		keep("", 3, noon.AddDate(0, 0, 15))
		require.Equal(t, models.PolicyID("", 3), inForce(otherCounty, noon.AddDate(1, 0, 0)), "of two from the same moment the later version")

		for of, want := range map[string][]int{"": {3, 2, 1}, county: {2, 1}, otherCounty: {}} {
			found, err := st.Policies(t.Context(), of)
			require.NoError(t, err)
			numbers := []int{}
			for _, p := range found {
				require.Equal(t, of, p.County)
				numbers = append(numbers, p.Number)
			}
			require.Equal(t, want, numbers, "the one that takes effect last comes first")
		}

		p, err := st.Policy(t.Context(), county, 2)
		require.NoError(t, err)
		require.Equal(t, 2, p.Number)
		_, err = st.Policy(t.Context(), county, 3)
		requireKind(t, models.NotFound, "not_found", err)
		again := models.DefaultPolicy(noon)
		requireKind(t, models.Conflict, "duplicate", st.InsertPolicy(t.Context(), again))

		broken := models.DefaultPolicy(noon)
		broken.Number, broken.Rules = 9, broken.Rules[1:]
		requireKind(t, models.Invalid, "policy.invalid", st.InsertPolicy(t.Context(), broken))
		_, err = st.Policy(t.Context(), "", 9)
		requireKind(t, models.NotFound, "not_found", err)
	})
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		// Each year that is kept has one day off of its own, on a day that else is worked.
		for _, year := range []int{2027, 2025, 2026, 2028, 2029} {
			y := workday.Year{Year: year, Source: "试", Days: []workday.Day{{Date: fmt.Sprintf("%d-11-24", year), Name: "节"}}}
			require.NoError(t, st.InsertCalendarYear(t.Context(), y))
			requireKind(t, models.Conflict, "duplicate", st.InsertCalendarYear(t.Context(), y))
		}
		kept, err := st.CalendarYears(t.Context())
		require.NoError(t, err)
		require.Len(t, kept, 5)
		for i, y := range kept {
			require.Equal(t, 2025+i, y.Year)
			require.Len(t, y.Days, 1)
		}
		// New Year's Eve in the zone of the offices, when it is still the old year in UTC.
		calendar, err := st.Calendar(t.Context(), local("2026-01-01 00:00"))
		require.NoError(t, err)
		for year, known := range map[int]bool{2025: false, 2026: true, 2027: true, 2028: true, 2029: false} {
			day := workday.Date{Year: year, Month: time.November, Day: 24}
			require.Equal(t, !known, calendar.IsProvisional(day), year)
			require.Equal(t, known, calendar.Why(day) == "节放假", year)
		}
		// A deadline that began in an earlier year is worked out anew.
		earlier, err := st.CalendarSince(t.Context(), local("2025-12-31 23:59"), local("2026-01-01 00:00"))
		require.NoError(t, err)
		for year, known := range map[int]bool{2024: false, 2025: true, 2028: true, 2029: false} {
			require.Equal(t, !known, earlier.IsProvisional(workday.Date{Year: year, Month: time.November, Day: 24}), year)
		}

		y, version, err := st.CalendarYear(t.Context(), 2026)
		require.NoError(t, err)
		y.Days[0].Name = "改"
		require.NoError(t, st.ReplaceCalendarYear(t.Context(), y, version))
		require.True(t, store.IsConflict(st.ReplaceCalendarYear(t.Context(), y, version)))
		again, err := st.Calendar(t.Context(), local("2026-01-01 00:00"))
		require.NoError(t, err)
		require.Equal(t, "改放假", again.Why(workday.Date{Year: 2026, Month: time.November, Day: 24}), "what another process has put right is read at once")
		_, _, err = st.CalendarYear(t.Context(), 2030)
		requireKind(t, models.NotFound, "not_found", err)
		requireKind(t, models.NotFound, "not_found", st.ReplaceCalendarYear(t.Context(), workday.Year{Year: 2030}, 1))
	})
}

func TestReports(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		_, err := st.Report(t.Context(), north, "2026-09")
		requireKind(t, models.NotFound, "not_found", err)
		for _, region := range []string{north, northOne} {
			for _, month := range []string{"2026-11", "2026-09", "2025-12", "2026-10"} {
				require.NoError(t, st.InsertReport(t.Context(), &models.Report{Region: region, Month: month, BuiltAt: noon}))
			}
		}
		requireKind(t, models.Conflict, "duplicate", st.InsertReport(t.Context(), &models.Report{Region: north, Month: "2026-09", BuiltAt: noon.Add(time.Hour)}))
		r, err := st.Report(t.Context(), north, "2026-09")
		require.NoError(t, err)
		require.True(t, noon.Equal(r.BuiltAt), "the first stays")
		require.Equal(t, models.ReportID(north, "2026-09"), r.ID)

		for _, test := range []struct {
			region, from, to string
			want             []string
		}{
			{north, "2000-01", "2999-12", []string{"2025-12", "2026-09", "2026-10", "2026-11"}},
			{north, "2026-09", "2026-10", []string{"2026-09", "2026-10"}},
			{north, "2026-01", "2026-08", []string{}},
			{south, "2000-01", "2999-12", []string{}},
		} {
			found, err := st.Reports(t.Context(), test.region, test.from, test.to)
			require.NoError(t, err)
			months := []string{}
			for _, r := range found {
				require.Equal(t, test.region, r.Region)
				months = append(months, r.Month)
			}
			require.Equal(t, test.want, months)
			n, err := st.CountReports(t.Context(), test.region, test.from, test.to)
			require.NoError(t, err)
			require.EqualValues(t, len(test.want), n)
		}
	})
}
