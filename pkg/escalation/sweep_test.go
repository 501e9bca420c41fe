package escalation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// Far more cases are due than fit one page: all go up, the oldest first, and none is left.
func TestRunGoesOnBeyondOnePage(t *testing.T) {
	t.Parallel()
	const due, later = 520, 10
	rules := rulesOf(ladders()[0])
	st := opened(t, rules.Policy)
	var cases []*models.Case
	for n := range due + later {
		at := start.Add(time.Duration(n*37%due) * time.Hour / 4) // not in the order of their ids; many share a deadline
		if n >= due {
			at = start.AddDate(0, 0, 20)
		}
		cases = append(cases, logged(t, rules, n, at))
	}
	keep(t, st, cases...)
	now := start.AddDate(0, 0, 20)

	var order []time.Time
	require.NoError(t, NewSweeper(st).Preview(t.Context(), now, func(c *models.Case, d Decision) error {
		require.Equal(t, Move, d.Step)
		order = append(order, *c.NextAt)
		return nil
	}))
	require.Len(t, order, due)
	require.True(t, slices.IsSortedFunc(order, time.Time.Compare), "the oldest first")

	require.Equal(t, models.SweepRun{Looked: due, Moved: due, Skipped: map[string]int{}}, run(t, st, now))
	for n, before := range cases {
		c := read(t, st, before.ID)
		if n >= due {
			require.Equal(t, bytesOf(t, before), bytesOf(t, c), "what is not due is left alone")
			continue
		}
		require.Equal(t, models.LevelTownship, c.Level)
		require.Equal(t, 1, happened(c, models.ActionExpire))
		require.Len(t, c.Stages, 2)
	}
	require.Equal(t, models.SweepRun{Skipped: map[string]int{}}, run(t, st, now), "a second sweep finds nothing to do")
}

// However the cases lie in the store and in whatever batches they are read, each ends the same.
func TestOrderAndBatchesDoNotMatter(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	ends := start.AddDate(0, 0, 4)
	var want [][]byte
	for _, batch := range []int{250, 1, 2, 7, 30} {
		st := opened(t, rules.Policy)
		cases := make([]*models.Case, 30)
		for n := range cases {
			cases[(n*7+batch)%30] = logged(t, rules, n, start.Add(time.Duration(n/3)*7*time.Hour)) // some share a deadline
		}
		keep(t, st, cases...)
		sweeper := &Sweeper{store: st, batch: batch, hands: 1 + batch%3}
		swept := models.SweepRun{}
		for now := start; !now.After(ends); now = now.AddDate(0, 0, 2) {
			once, err := sweeper.Run(t.Context(), now)
			require.NoError(t, err)
			swept.Looked, swept.Moved, swept.Warned = swept.Looked+once.Looked, swept.Moved+once.Moved, swept.Warned+once.Warned
		}
		require.NotZero(t, swept.Moved)
		require.NotZero(t, swept.Warned)
		require.Equal(t, swept.Looked, swept.Moved+swept.Warned, "nothing is looked at twice")
		var got [][]byte
		for n := range cases {
			got = append(got, bytesOf(t, read(t, st, logged(t, rules, n, start).ID)))
		}
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "batches of %d", batch)
	}
}

// Somebody changes a case between reading and writing: their change stands, and the sweep looks again.
func TestChangedMeanwhileIsReadAgain(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	now := start.AddDate(0, 0, 10)
	for _, test := range []struct {
		name   string
		change func(t *testing.T, c *models.Case)
		level  string
		want   models.SweepRun
	}{
		{"it is still due", func(t *testing.T, c *models.Case) {
			require.NoError(t, c.Move(rules.Policy, models.ActionRaise, chair, now, "持械", func() error { c.Risk = models.Orange; return nil }))
		}, models.LevelTownship, models.SweepRun{Looked: 3, Moved: 3, Skipped: map[string]int{}}},
		{"it was ended", func(t *testing.T, c *models.Case) {
			require.NoError(t, c.Move(rules.Policy, models.ActionWithdraw, chair, now, "", func() error { c.EndStage(now, models.OutcomeWithdrawn, "", ""); return nil }))
		}, models.LevelVillage, models.SweepRun{Looked: 3, Moved: 2, Skipped: map[string]int{skippedChanged: 1}}},
		{"another sweep was faster", func(t *testing.T, c *models.Case) {
			require.Equal(t, Move, sweepOne(t, rules, c, now))
		}, models.LevelTownship, models.SweepRun{Looked: 3, Moved: 2, Skipped: map[string]int{skippedChanged: 1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			st := opened(t, rules.Policy)
			for n := range 3 {
				keep(t, st, logged(t, rules, n, start))
			}
			s := NewSweeper(st)
			w := s.begin(now)
			require.NoError(t, s.pages(t.Context(), now, func(page []*models.Case) error {
				require.Len(t, page, 3)
				changed := read(t, st, page[1].ID)
				test.change(t, changed)
				require.NoError(t, st.ReplaceCase(t.Context(), changed))
				b := newBatch(page)
				require.NoError(t, w.work(t.Context(), b))
				w.take(b)

				left := read(t, st, changed.ID)
				require.Equal(t, test.level, left.Level)
				require.Equal(t, changed.Risk, left.Risk, "the change stands")
				require.Equal(t, changed.Timeline, left.Timeline[:len(changed.Timeline)])
				require.LessOrEqual(t, happened(left, models.ActionExpire), 1)
				return nil
			}))
			require.Equal(t, test.want, w.run)
			require.Empty(t, w.faults)
			require.Equal(t, models.SweepRun{Skipped: map[string]int{}}, run(t, st, now))
		})
	}
}

// Somebody writes a case faster than the sweep every time: it is left to the next run.
func TestACaseThatChangesAllTheTimeIsLeft(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	engine := &racing{id: logged(t, rules, 1, start).ID}
	st := openedOn(t, func(e docstore.Engine) docstore.Engine { engine.Engine = e; return engine }, rules.Policy)
	keep(t, st, logged(t, rules, 1, start), logged(t, rules, 2, start))
	engine.on.Store(true)
	now := start.AddDate(0, 0, 10)
	require.Equal(t, models.SweepRun{Looked: 2, Moved: 1, Skipped: map[string]int{skippedChanged: 1}}, run(t, st, now))
	require.EqualValues(t, sweepAttempts, engine.lost.Load(), "it was tried so often")
	engine.on.Store(false)
	require.Equal(t, models.SweepRun{Looked: 1, Moved: 1, Skipped: map[string]int{}}, run(t, st, now))
}

// racing is an engine on which somebody else writes one document faster every time.
type racing struct {
	docstore.Engine
	id   bson.ObjectID
	on   atomic.Bool
	lost atomic.Int64
}

func (r *racing) ReplaceMany(ctx context.Context, kind *docstore.Kind, writes []docstore.Write) ([]error, error) {
	var others []docstore.Write
	results := make([]error, len(writes))
	var at []int
	for i, w := range writes {
		if id, _, _ := docstore.HeadOf(w.Doc); r.on.Load() && id == any(r.id) {
			r.lost.Add(1)
			results[i] = docstore.ErrConflict
			continue
		}
		others, at = append(others, w), append(at, i)
	}
	done, err := r.Engine.ReplaceMany(ctx, kind, others)
	for i, result := range done {
		results[at[i]] = result
	}
	return results, err
}

// A case of a county that has no policy is named; it blocks neither the cases before nor after it.
func TestBrokenCasesDoNotBlockTheOthers(t *testing.T) {
	t.Parallel()
	rules := rulesOf(models.DefaultPolicy(start.AddDate(-1, 0, 0)))
	rules.Policy.County = "330681"
	st := opened(t, rules.Policy)
	var broken []string
	for n := range 40 {
		c := logged(t, rules, n, start.Add(time.Duration(n)*time.Minute))
		if n%3 == 0 {
			c.Place = models.PlaceOf("320115101201")
			broken = append(broken, c.ID.Hex())
		}
		keep(t, st, c)
	}
	now := start.AddDate(0, 0, 10)
	s := &Sweeper{store: st, batch: 5, hands: 3}
	want := cmp.Diff([]string{}, broken[:maxFaults])
	named := func(err error) []string {
		require.Error(t, err)
		ids := []string{}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			id, why, ok := strings.Cut(strings.TrimPrefix(line, "case "), ": ")
			require.True(t, ok, line)
			require.Contains(t, why, "policy.none")
			ids = append(ids, id)
		}
		return ids
	}

	seen := 0
	err := s.Preview(t.Context(), now, func(*models.Case, Decision) error { seen++; return nil })
	require.Equal(t, 26, seen)
	require.Equal(t, want, cmp.Diff([]string{}, named(err)))

	swept, err := s.Run(t.Context(), now)
	require.Equal(t, want, cmp.Diff([]string{}, named(err)), "the first ten, by id")
	require.Equal(t, models.SweepRun{Looked: 40, Moved: 26, Skipped: map[string]int{skippedBroken: 14}}, swept)

	swept, err = s.Run(t.Context(), now)
	require.Error(t, err, "it is told again until it is mended")
	require.Equal(t, models.SweepRun{Looked: 14, Skipped: map[string]int{skippedBroken: 14}}, swept)

	mended := models.DefaultPolicy(start.AddDate(-1, 0, 0))
	require.NoError(t, st.InsertPolicy(t.Context(), mended))
	require.Equal(t, models.SweepRun{Looked: 14, Moved: 14, Skipped: map[string]int{}}, run(t, st, now))
}

// A preview says what a sweep at that moment then does, and does none of it.
func TestPreviewChangesNothing(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	st := opened(t, rules.Policy)
	var cases []*models.Case
	for n := range 12 {
		cases = append(cases, logged(t, rules, n, start.Add(time.Duration(n)*12*time.Hour)))
	}
	top := climbed(t, rules, 99, models.LevelCounty)
	keep(t, st, append(cases, top)...)
	now := start.AddDate(0, 0, 20)

	for _, at := range []time.Time{start, start.AddDate(0, 0, 3), now} {
		count := map[Step]int{}
		require.NoError(t, NewSweeper(st).Preview(t.Context(), at, func(c *models.Case, d Decision) error {
			require.NotEmpty(t, d.Why)
			count[d.Step]++
			return nil
		}))
		for _, c := range cases {
			require.Equal(t, bytesOf(t, c), bytesOf(t, read(t, st, c.ID)))
		}
		if at.Equal(now) {
			require.Equal(t, map[Step]int{Move: 12, Tell: 1}, count)
		}
	}
	stop := errors.New("enough")
	visited := 0
	err := NewSweeper(st).Preview(t.Context(), now, func(*models.Case, Decision) error { visited++; return stop })
	require.ErrorIs(t, err, stop)
	require.Equal(t, 1, visited)
	require.Equal(t, models.SweepRun{Looked: 13, Moved: 12, Overdue: 1, Skipped: map[string]int{}}, run(t, st, now))
}

// Several sweepers at once move each case once between them.
func TestSweepersAtOnce(t *testing.T) {
	t.Parallel()
	const many, sweepers = 120, 6
	rules := rulesOf(ladders()[1])
	st := opened(t, rules.Policy)
	var cases []*models.Case
	for n := range many {
		cases = append(cases, logged(t, rules, n, start.Add(time.Duration(n)*time.Second)))
	}
	keep(t, st, cases...)
	now := start.AddDate(0, 0, 3)
	runs, errs := make([]models.SweepRun, sweepers), make([]error, sweepers)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range sweepers {
		group.Go(func() {
			<-begin
			runs[i], errs[i] = (&Sweeper{store: st, batch: 10 + i, hands: 1 + i%3}).Run(t.Context(), now)
		})
	}
	close(begin)
	group.Wait()
	moved := 0
	for i := range sweepers {
		require.NoError(t, errs[i])
		moved += runs[i].Moved
		require.Equal(t, runs[i].Looked, runs[i].Moved+runs[i].Skipped[skippedChanged], "moved, or seen to be moved by another")
	}
	require.Equal(t, many, moved)
	for _, c := range cases {
		c = read(t, st, c.ID)
		require.Equal(t, models.LevelVillage, c.Level)
		require.Equal(t, 1, happened(c, models.ActionExpire))
		require.Len(t, c.Notices, 2)
	}
}

func TestRunStopsWhenAskedTo(t *testing.T) {
	t.Parallel()
	rules := rulesOf(ladders()[0])
	st := opened(t, rules.Policy)
	keep(t, st, logged(t, rules, 1, start))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewSweeper(st).Run(ctx, start.AddDate(0, 0, 10))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, models.LevelVillage, read(t, st, logged(t, rules, 1, start).ID).Level)
}

// climbed is a case that was handed up to a level at start.
func climbed(t require.TestingT, r Rules, n int, level string) *models.Case {
	c := logged(t, r, n, start)
	for c.Level != level {
		require.NoError(t, c.Move(r.Policy, models.ActionExpire, system, start, "", func() error { return r.HandUp(c, start, HandOver{Reason: models.ReasonRisk}) }))
	}
	return c
}

// The ladder changes while cases are on it: a level that is still there goes on by the new rules, one
// that is gone by those that made its clock.
func TestRunUnderANewLadder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		from, to *models.Policy
		level    string
		step     Step
		next     string
		policy   int // that made the running clock afterwards
	}{
		{"a level of both", ladders()[0], ladders()[1], models.LevelVillage, Move, models.LevelOffice, 2},
		{"a top that is gone", ladders()[0], ladders()[1], models.LevelCounty, Tell, models.LevelCounty, 1},
		{"the other way", ladders()[1], ladders()[0], models.LevelVillage, Move, models.LevelTownship, 2},
		{"a top that is none any more", ladders()[1], ladders()[0], models.LevelTownship, Move, models.LevelCounty, 2},
		{"the lowest level is gone", ladders()[1], ladders()[0], models.LevelGroup, Move, models.LevelVillage, 1},
		{"a level between is gone", ladders()[1], ladders()[0], models.LevelOffice, Move, models.LevelTownship, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.to.Number, test.to.EffectiveFrom = 2, start.AddDate(0, 0, 1)
			st := opened(t, test.from, test.to)
			c := climbed(t, rulesOf(test.from), 1, test.level)
			keep(t, st, c)
			want := models.SweepRun{Looked: 1, Skipped: map[string]int{}}
			count(&want, test.step)
			require.Equal(t, want, run(t, st, start.AddDate(0, 0, 30)))
			after := read(t, st, c.ID)
			require.Equal(t, test.next, after.Level)
			require.Equal(t, test.policy, after.OpenStage().Clock().PolicyNumber)
			require.Equal(t, c.OpenStage().Clock().Working, after.Stages[len(c.Stages)-1].Clock().Working, "a later policy changes no past deadline")
		})
	}
}
