package escalation

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// eve is a Monday before a year that is not announced: thirty days from it end within that year.
var eve = local("2026-12-07 09:00")

// announced is 2027 with what is needed here: Wednesday to Friday of the first week are off.
func announced() workday.Year {
	return workday.Year{Year: 2027, Source: "试", Days: []workday.Day{
		{Date: "2027-01-01", Name: "元旦"}, {Date: "2027-01-06", Name: "元旦"}, {Date: "2027-01-07", Name: "元旦"}, {Date: "2027-01-08", Name: "元旦"}, {Date: "2027-01-09", Name: "元旦", Work: true},
	}}
}

// openedCounty is opened with a county, which jobs go through.
func openedCounty(t testing.TB) *store.Store {
	t.Helper()
	st := opened(t, ladders()[0])
	require.NoError(t, st.PutRegion(t.Context(), &models.Region{Code: village[:6], Kind: models.RegionCounty, Parent: village[:4], Name: "青禾县"}))
	return st
}

// numbered is the nth case, accepted at a moment: its mediation ends thirty days later.
func numbered(t require.TestingT, r Rules, n int, at time.Time) *models.Case {
	c := logged(t, r, n, at)
	require.NoError(t, c.Move(r.Policy, models.ActionAccept, chair, at, "", func() error {
		c.OpenStage().Received = &at
		clock, err := r.Start(c, models.PhaseMediation, c.Level, at, 0)
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clock)
		return err
	}))
	return c
}

func lastOf(c *models.Case) string {
	return workday.OfTime(c.RunningClock().DueAt.Add(-time.Millisecond)).String()
}

func TestRecount(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := openedCounty(t)
	moves := numbered(t, r, 1, eve)                        // ends on Wednesday 6 January, which turns out to be off
	settles := numbered(t, r, 2, eve.AddDate(0, 0, 12))    // ends on Monday 18 January, and stays
	inOldYear := numbered(t, r, 3, eve.AddDate(0, 0, -14)) // ends in 2026
	overdue := numbered(t, r, 4, eve.AddDate(0, 0, -60))   // has passed
	paused := numbered(t, r, 5, eve)                       // stands still
	shifted := numbered(t, r, 6, eve.AddDate(0, 0, 3))     // ends on Saturday 9 January, then worked
	working := logged(t, r, 7, local("2026-12-31 10:00"))  // three working days from there
	ended := numbered(t, r, 8, eve)                        // agreed
	require.NoError(t, paused.Move(r.Policy, models.ActionPause, chair, eve.AddDate(0, 0, 1), "", func() error { return r.Pause(paused, chair, models.PauseSurvey, "等", eve.AddDate(0, 0, 1)) }))
	require.NoError(t, ended.Move(r.Policy, models.ActionAgree, chair, eve.AddDate(0, 0, 1), "", func() error {
		ended.EndStage(eve.AddDate(0, 0, 1), models.OutcomeAgreed, "", "")
		return nil
	}))
	all := []*models.Case{moves, settles, inOldYear, overdue, paused, shifted, working, ended}
	keep(t, st, all...)
	now := local("2026-12-31 12:00")
	s := &Sweeper{store: st, batch: 3}

	done, err := s.Recount(t.Context(), now, nil)
	require.NoError(t, err)
	require.NoError(t, done.Faults)
	require.Zero(t, done.Changed, "nothing was announced yet")
	require.Equal(t, 7, done.Looked, "but the one that has ended")

	years := append(workday.Official(), announced())
	want := map[string]string{
		moves.ID.Hex():   "放假安排公布，期限由2027-01-06改为2027-01-09",
		settles.ID.Hex(): "放假安排公布，期限仍为2027-01-18",
		shifted.ID.Hex(): "放假安排公布，期限由2027-01-11改为2027-01-09",
		working.ID.Hex(): "放假安排公布，期限由2027-01-06改为2027-01-09",
	}
	foreseen := map[string]string{}
	note := func(into map[string]string) func(Shift) error {
		return func(x Shift) error {
			into[x.ID.Hex()] = x.Note
			require.Equal(t, "枫溪镇", x.Place.TownshipName)
			require.Equal(t, "北坡村人民调解委员会", x.Office.Name)
			return nil
		}
	}
	faults, err := s.PreviewRecount(t.Context(), now, village[:6], years, note(foreseen))
	require.NoError(t, err)
	require.NoError(t, faults)
	require.Equal(t, want, foreseen)
	for _, c := range all {
		require.Equal(t, bytesOf(t, c), bytesOf(t, read(t, st, c.ID)), "a preview changes nothing")
	}
	elsewhere := map[string]string{}
	_, err = s.PreviewRecount(t.Context(), now, village[:9]+"299", years, note(elsewhere))
	require.NoError(t, err)
	require.Empty(t, elsewhere)

	require.NoError(t, st.InsertCalendarYear(t.Context(), announced()))
	seen := map[string]string{}
	done, err = s.Recount(t.Context(), now, note(seen))
	require.NoError(t, err)
	require.NoError(t, done.Faults)
	require.Equal(t, want, seen, "what was foreseen")
	require.Equal(t, Recounted{Looked: 7, Changed: 4, Moved: 3}, done)
	for _, c := range all {
		after := read(t, st, c.ID)
		if want[c.ID.Hex()] == "" {
			require.Equal(t, bytesOf(t, c), bytesOf(t, after))
			continue
		}
		require.Equal(t, 1, happened(after, models.ActionRecount))
		last := after.Timeline[len(after.Timeline)-1]
		require.Equal(t, want[c.ID.Hex()], last.Note)
		require.Equal(t, models.SystemActor(), last.Actor)
		require.False(t, after.RunningClock().Provisional)
		require.Equal(t, after.RunningClock().DueAt, *after.DueAt)
	}

	done, err = s.Recount(t.Context(), now, nil)
	require.NoError(t, err)
	require.Equal(t, Recounted{Looked: 7}, done, "a second run finds nothing to do")

	// The pause ends: the clock goes on by the calendar as it is by then.
	again := read(t, st, paused.ID)
	rules, err := RulesFor(t.Context(), st, again, now)
	require.NoError(t, err)
	require.NoError(t, again.Move(rules.Policy, models.ActionResume, chair, now, "", func() error { return rules.Resume(again, now) }))
	require.False(t, again.RunningClock().Provisional)
}

// TestRecountPutsRight: a year that was loaded with a slip is put right, and so are the deadlines that
// rest on it, though nothing was provisional any more.
func TestRecountPutsRight(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := openedCounty(t)
	c := numbered(t, r, 1, eve)
	keep(t, st, c)
	now := eve.AddDate(0, 0, 1)
	slip := announced()
	slip.Days = slip.Days[:1]
	require.NoError(t, st.InsertCalendarYear(t.Context(), slip))
	done, err := NewSweeper(st).Recount(t.Context(), now, nil)
	require.NoError(t, err)
	require.Equal(t, 1, done.Changed)
	require.Equal(t, "2027-01-06", lastOf(read(t, st, c.ID)))
	_, version, err := st.CalendarYear(t.Context(), 2027)
	require.NoError(t, err)
	require.NoError(t, st.ReplaceCalendarYear(t.Context(), announced(), version))
	done, err = NewSweeper(st).Recount(t.Context(), now, nil)
	require.NoError(t, err)
	require.Equal(t, 1, done.Moved)
	after := read(t, st, c.ID)
	require.Equal(t, "2027-01-09", lastOf(after))
	require.Equal(t, "放假安排更正，期限由2027-01-06改为2027-01-09", after.Timeline[len(after.Timeline)-1].Note)
}

// TestRecountInTheNextYear: the calendar of a clock that began in the old year still knows that year,
// when it is worked out anew in the next one.
func TestRecountInTheNextYear(t *testing.T) {
	t.Parallel()
	st := openedCounty(t)
	began := local("2025-12-30 10:00")
	r, err := RulesFor(t.Context(), st, logged(t, rulesOf(ladders()[0]), 2, began), began)
	require.NoError(t, err)
	// Three working days: 1 to 3 January 2026 are off, and Sunday the 4th is worked.
	c := logged(t, r, 1, began)
	require.Equal(t, "2026-01-05", lastOf(c))
	require.False(t, c.RunningClock().Provisional)
	keep(t, st, c)
	done, err := NewSweeper(st).Recount(t.Context(), local("2026-01-05 10:00"), nil)
	require.NoError(t, err)
	require.Equal(t, Recounted{Looked: 1}, done)

	rules, err := RulesFor(t.Context(), st, c, local("2026-01-05 10:00"))
	require.NoError(t, err)
	clock := *c.RunningClock()
	rung, _ := rules.Policy.Rung(c.Level)
	require.NoError(t, rules.Recount(c, rung, &clock, local("2026-01-05 10:00")))
	require.Equal(t, c.RunningClock().DueAt, clock.DueAt)
	require.False(t, clock.Provisional, "2025 is known as well")
	require.Equal(t, c.RunningClock().Calendar, clock.Calendar)
}

// TestRecountReadsAgain: who is changed between reading and writing is read again and worked out on
// top of the change.
func TestRecountReadsAgain(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := openedCounty(t)
	c, other := numbered(t, r, 1, eve), numbered(t, r, 2, eve)
	keep(t, st, c, other)
	require.NoError(t, st.InsertCalendarYear(t.Context(), announced()))
	now := eve.AddDate(0, 0, 2)
	s := NewSweeper(st)
	stale := []*models.Case{read(t, st, c.ID), read(t, st, other.ID)}
	changed := read(t, st, c.ID)
	extend(t, r, changed, now, 7)
	require.NoError(t, st.ReplaceCase(t.Context(), changed))

	var out Recounted
	w := s.begin(now)
	require.NoError(t, s.recount(t.Context(), w, stale, nil, &out))
	require.Empty(t, w.faults)
	require.Equal(t, 2, out.Changed)
	after := read(t, st, c.ID)
	require.Equal(t, 1, happened(after, models.ActionExtend), "the change stands")
	require.Equal(t, 1, happened(after, models.ActionRecount))
	require.False(t, after.RunningClock().Provisional)
	require.Equal(t, "2027-01-13", lastOf(after))
}

// TestRecountFindsWhatCameMeanwhile: a case that was written with the calendar of before, behind the
// place where the run has come to, is found all the same.
func TestRecountFindsWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := openedCounty(t)
	first := numbered(t, r, 1, eve)
	keep(t, st, first)
	require.NoError(t, st.InsertCalendarYear(t.Context(), announced()))
	late := numbered(t, r, 2, eve.AddDate(0, 0, -1))
	require.True(t, late.NextAt.Before(*first.NextAt))
	require.True(t, late.RunningClock().Provisional)
	var order []string
	done, err := NewSweeper(st).Recount(t.Context(), eve, func(x Shift) error {
		if len(order) == 0 {
			keep(t, st, late)
		}
		order = append(order, x.Title)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, done.Changed)
	require.Equal(t, []string{first.Title, late.Title}, order)
}

// TestRecountTogether: however many run at once, each deadline is worked out once.
func TestRecountTogether(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := openedCounty(t)
	var cases []*models.Case
	for n := range 40 {
		cases = append(cases, numbered(t, r, n, eve.Add(time.Duration(n)*time.Minute)))
	}
	keep(t, st, cases...)
	require.NoError(t, st.InsertCalendarYear(t.Context(), announced()))
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() {
			done, err := (&Sweeper{store: st, batch: 7}).Recount(t.Context(), eve, nil)
			errs[i] = err
			if err == nil {
				errs[i] = done.Faults
			}
		})
	}
	group.Wait()
	require.Equal(t, -1, slices.IndexFunc(errs, func(err error) bool { return err != nil }), "%v", errs)
	for _, c := range cases {
		require.Equal(t, 1, happened(read(t, st, c.ID), models.ActionRecount))
	}
}

// TestRecountNamesWhatCannotBeDecided: a case without a policy blocks none of the others.
func TestRecountNamesWhatCannotBeDecided(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	r.Policy.County = village[:6]
	st := opened(t, r.Policy)
	for _, county := range []string{village[:6], "320115"} {
		require.NoError(t, st.PutRegion(t.Context(), &models.Region{Code: county, Kind: models.RegionCounty, Parent: county[:4], Name: county}))
	}
	broken, fine := numbered(t, r, 1, eve), numbered(t, r, 2, eve)
	broken.Place = models.PlaceOf("320115101201")
	keep(t, st, broken, fine)
	require.NoError(t, st.InsertCalendarYear(t.Context(), announced()))
	done, err := NewSweeper(st).Recount(t.Context(), eve, nil)
	require.NoError(t, err)
	require.ErrorContains(t, done.Faults, broken.ID.Hex())
	require.NotContains(t, done.Faults.Error(), fine.ID.Hex())
	require.Equal(t, 1, done.Changed)
	faults, err := NewSweeper(st).PreviewRecount(t.Context(), eve, "320115", append(workday.Official(), announced()), func(Shift) error { return nil })
	require.NoError(t, err)
	require.ErrorContains(t, faults, broken.ID.Hex())
}
