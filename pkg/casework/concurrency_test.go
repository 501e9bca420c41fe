package casework_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore/enginetest"
)

const writers = 16

// together runs one function in each of the writers and returns their results.
func together(work func(writer int) (*models.Case, error)) ([]*models.Case, []error) {
	cases, errs := make([]*models.Case, writers), make([]error, writers)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			<-start
			cases[i], errs[i] = work(i)
		})
	}
	close(start)
	group.Wait()
	return cases, errs
}

// atomic says whether the server under test can show what happens when many write at once.
func (w *world) atomic(t *testing.T, hidden string) bool {
	t.Helper()
	return enginetest.Offers(t, w.caps.AtomicUpdates, "AtomicUpdates", hidden) && enginetest.Offers(t, w.caps.DuplicateOnUpdate, "DuplicateOnUpdate", hidden)
}

// TestNumbersHaveNoGaps: committees give their numbers one after the other, however many cases are
// accepted at once, in one village or in two.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		committees []string
	}{
		{"one committee", []string{village}},
		{"two committees", []string{village, otherVillage}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			onEveryEngine(t, func(t *testing.T, w *world) {
				chairOf := func(at string) models.Actor {
					actor := chair
					actor.Region = at
					return actor
				}
				var logged []*models.Case
				for i := range writers {
					at := test.committees[i%len(test.committees)]
					c, _, err := w.Log(t.Context(), chairOf(at), draft(func(f *casework.LogForm) { f.VillageCode = at }), "")
					require.NoError(t, err)
					logged = append(logged, c)
				}
				accept := func(i int) (*models.Case, error) {
					c := logged[i]
					return w.Accept(t.Context(), chairOf(c.Place.Village), ref(c), casework.AcceptForm{})
				}
				var accepted []*models.Case
				if w.atomic(t, "numbers without gaps when 16 cases are accepted at once; shown here: one after the other") {
					var errs []error
					accepted, errs = together(accept)
					for _, err := range errs {
						require.NoError(t, err)
					}
				} else {
					for i := range logged {
						accepted = append(accepted, did(t)(accept(i)))
					}
				}
				given := map[string][]int64{}
				for _, c := range accepted {
					require.Equal(t, c.Place.Village, c.Number.Committee)
					require.Equal(t, c.Number, w.stored(t, c).Number, "what was told is what is kept")
					require.Equal(t, c.Number.Key(), c.NumberKey)
					require.EqualValues(t, 2, c.Version, "tried again, not written twice")
					given[c.Number.Committee] = append(given[c.Number.Committee], c.Number.Seq)
				}
				require.Len(t, given, len(test.committees))
				for committee, numbers := range given {
					slices.Sort(numbers)
					require.Len(t, numbers, writers/len(test.committees))
					for i, seq := range numbers {
						require.EqualValues(t, i+1, seq, "%s: %v", committee, numbers)
					}
				}
			})
		})
	}
}

// TestNumbersBeginAnewEachYear, of the offices' zone, and each committee counts for itself.
func TestNumbersBeginAnewEachYear(t *testing.T) {
	t.Parallel()
	w := newWorld(t).at("2026-12-31 08:00")
	accept := func(at string) string {
		c := w.log(t)
		w.at(at)
		return did(t)(w.Accept(t.Context(), chair, ref(c), casework.AcceptForm{})).Number.Text
	}
	require.Equal(t, "〔2026〕北坡村人调字第1号", accept("2026-12-31 23:59"))
	require.Equal(t, "〔2027〕北坡村人调字第1号", accept("2027-01-01 00:00"))
	require.Equal(t, "〔2027〕北坡村人调字第2号", accept("2027-01-01 00:01"))

	up := w.log(t, func(f *casework.LogForm) { f.Risk = models.Red })
	taken := did(t)(w.Review(t.Context(), judicial, ref(up), casework.ReviewForm{Decision: "accept"}))
	require.Equal(t, "〔2027〕枫溪镇人调字第1号", taken.Number.Text, "a case that the village never accepted has its number from the township")
	own, _, err := w.Log(t.Context(), judicial, draft(), "")
	require.NoError(t, err)
	require.Equal(t, "〔2027〕枫溪镇人调字第2号", did(t)(w.Accept(t.Context(), judicial, ref(own), casework.AcceptForm{})).Number.Text)
	kept := did(t)(w.Review(t.Context(), judicial, ref(w.waiting(t)), casework.ReviewForm{Decision: "accept"}))
	require.Equal(t, "〔2027〕北坡村人调字第3号", kept.Number.Text, "one that it did accept keeps its own")
}

// TestWritersLoseNothing: sixteen write to one case at once without saying which version they saw.
func TestWritersLoseNothing(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.accepted(t)
		if !w.atomic(t, "16 writers on one case lose nothing") {
			return
		}
		_, errs := together(func(i int) (*models.Case, error) {
			return w.RecordSitting(t.Context(), mediator, casework.Ref{ID: c.ID}, w.sitting(func(f *casework.SittingForm) { f.Course = fmt.Sprint("第", i) }))
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		after := w.stored(t, c)
		require.NoError(t, after.VerifyTimeline())
		require.Equal(t, c.Version+writers, after.Version)
		require.Len(t, after.Timeline, len(c.Timeline)+writers)
		courses := map[string]bool{}
		for i, s := range after.Sittings {
			require.Equal(t, i+1, s.Seq)
			courses[s.Course] = true
		}
		require.Len(t, courses, writers)
	})
}

// TestOneWinsAVersion: of sixteen that saw the same version one writes, and the others are told who
// changed what.
func TestOneWinsAVersion(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.accepted(t)
		if !w.atomic(t, "of 16 writers that saw one version exactly one wins") {
			return
		}
		_, errs := together(func(i int) (*models.Case, error) {
			actor := mediator
			actor.ID, actor.Name = fmt.Sprint("writer", i), fmt.Sprintf("%d号调解员", i)
			return w.RecordSitting(t.Context(), actor, ref(c), w.sitting())
		})
		winner := slices.Index(errs, nil)
		require.GreaterOrEqual(t, winner, 0)
		for i, err := range errs {
			if i != winner {
				requireTold(t, models.Conflict, "conflict", fmt.Sprintf("本案在您打开之后已被%d号调解员于3月2日09:00修改（调解记录）。您填写的内容还在，请看过最新情况再提交", winner), err)
			}
		}
		require.Len(t, w.stored(t, c).Sittings, 1)
	})
}

// TestLoserIsToldWhoChangedWhat also where the other one was long done, and where it was the clock.
func TestLoserIsToldWhoChangedWhat(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		seen := w.accepted(t)
		w.at("2026-03-09 15:04")
		did(t)(w.Assess(t.Context(), judicial, ref(seen), casework.RiskForm{Risk: models.Orange, Reason: "涉及多户"}))
		w.at("2026-03-10 08:00")
		_, err := w.RecordSitting(t.Context(), mediator, ref(seen), w.sitting())
		requireTold(t, models.Conflict, "conflict", "本案在您打开之后已被何明理于3月9日15:04修改（"+models.ActionRaise.Name()+"）。您填写的内容还在，请看过最新情况再提交", err)

		// What cannot be written any more is said first all the same: it is why.
		seen = w.stored(t, seen)
		w.at("2026-05-01 08:00")
		require.Equal(t, 1, w.sweep(t).Moved)
		_, err = w.RecordSitting(t.Context(), mediator, ref(seen), casework.SittingForm{})
		requireTold(t, models.Conflict, "conflict", "本案在您打开之后已被系统时钟于5月1日08:00修改（"+models.ActionExpire.Name()+"）。您填写的内容还在，请看过最新情况再提交", err)
		_, err = w.RecordSitting(t.Context(), mediator, casework.Ref{ID: seen.ID, Version: seen.Version + 40}, w.sitting())
		require.Equal(t, models.Conflict, models.AsError(err).Kind, "a version that never was")
	})
}

// TestHandedOverNoticesAreNoConflict: that the messages of a case went out is no change that anybody
// who fills a form would notice.
func TestHandedOverNoticesAreNoConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := w.waiting(t)
	handed := w.stored(t, seen)
	require.NotEmpty(t, handed.Notices)
	handed.HandOver(handed.Notices[0].Key, w.Now().UTC())
	require.NoError(t, w.store.ReplaceCase(t.Context(), handed))
	did(t)(w.Review(t.Context(), judicial, ref(seen), casework.ReviewForm{Decision: "accept"}))
}
