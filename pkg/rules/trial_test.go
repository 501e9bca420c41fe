package rules_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/rules"
)

const (
	land, neighbours = models.LandTransfer, models.DisputeType("neighbourhood")
	agreed, up       = models.OutcomeAgreed, models.OutcomeEscalated
)

// lives are those of a year and around it. Land transfers have thirty days by the rules in force and
// twenty by the candidate, all else is alike.
func lives() []life {
	return []life{
		0:  {north, land, "2025-03-03 09:00", 0, 10, agreed, ""},                       // agreed in time, by both
		1:  {north, land, "2025-03-03 10:00", 0, 25, agreed, ""},                       // up by the candidate only: 24 March
		2:  {south, land, "2025-06-10 09:00", 0, 33, up, models.ReasonDeadline},        // up by both, on other days
		3:  {south, land, "2025-06-11 09:00", 0, 25, up, models.ReasonAsked},           // handed up by a person, too late for the candidate
		4:  {south, neighbours, "2025-12-20 09:00", 0, 31, up, models.ReasonDeadline},  // up by both on the same day, in the next year
		5:  {north, neighbours, "2025-07-01 09:00", -1, 1, models.OutcomeDeclined, ""}, // never accepted
		6:  {north, neighbours, "2025-07-02 09:00", -1, 4, up, models.ReasonDeadline},  // never accepted, and up by both
		7:  {north, land, "2024-12-31 23:59", 0, 25, agreed, ""},                       // the year before
		8:  {north, land, "2026-01-01 00:00", 0, 25, agreed, ""},                       // the year after
		9:  {far, land, "2025-03-03 09:00", 0, 25, agreed, ""},                         // next door
		10: {south, land, "2025-12-31 23:59", 0, 25, agreed, ""},                       // up by the candidate in January
		11: {north, models.Dividend, "2025-05-06 09:00", 0, 25, agreed, ""},            // up by both: twenty days anyway
	}
}

func (w *world) live(tb testing.TB) {
	tb.Helper()
	var cases []*models.Case
	for n, l := range lives() {
		cases = append(cases, lived(tb, n, l))
	}
	w.keep(tb, cases...)
}

func (w *world) try(t *testing.T, change func(*rules.TrialQuery)) *rules.Trial {
	t.Helper()
	current, err := w.Deadlines.Current(t.Context(), county)
	require.NoError(t, err)
	q := rules.TrialQuery{County: county, Year: 2025, With: candidate(), Against: current}
	if change != nil {
		change(&q)
	}
	trial, err := w.Try(t.Context(), q)
	require.NoError(t, err)
	return trial
}

func titles(list []rules.Differ) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s %s", d.Title, d.Way.Name()))
	}
	return out
}

func TestTrial(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.live(t)
		var mu sync.Mutex
		total, most := 0, 0
		trial := w.try(t, func(q *rules.TrialQuery) {
			q.Counted = func(n int) { total = n }
			q.Progress = func(n int) {
				mu.Lock()
				defer mu.Unlock()
				most = max(most, n)
			}
		})
		require.Equal(t, 9, trial.Cases)
		require.Equal(t, 9, total)
		require.LessOrEqual(t, most, total)
		require.Zero(t, trial.Untried)
		require.Equal(t, rules.Pair{Was: 4, Is: 7}, trial.Up)
		require.Equal(t, rules.Pair{}, trial.Pending)
		require.Equal(t, []int{3, 0, 1}, []int{trial.More, trial.Fewer, trial.Moved})
		require.Equal(t, [2]string{"默认规则第1版", "默认规则第1版"}, trial.Candidates)
		require.Equal(t, []string{"第1件 改为上报", "第3件 改为上报", "第10件 改为上报", "第2件 上报的日期不同"}, titles(trial.Differing))

		row := func(key, name string, was, is int) rules.TrialRow {
			return rules.TrialRow{Key: key, Name: name, Pair: rules.Pair{Was: was, Is: is}}
		}
		require.Equal(t, []rules.TrialRow{row(north, "枫溪镇", 2, 3), row(south, "石桥镇", 2, 4)}, trial.Townships)
		require.Equal(t, []rules.TrialRow{row("land_transfer", "土地流转", 1, 4), row("dividend", "集体分红", 1, 1), row("neighbourhood", "邻里", 2, 2)}, trial.Types)
		require.Equal(t, []rules.TrialRow{row("village", "村级", 4, 7)}, trial.Levels)
		require.Equal(t, []rules.TrialRow{
			row("2025-03", "2025年3月", 0, 1), row("2025-04", "2025年4月", 0, 0), row("2025-05", "2025年5月", 1, 1), row("2025-06", "2025年6月", 0, 1), row("2025-07", "2025年7月", 2, 2),
			row("2025-08", "2025年8月", 0, 0), row("2025-09", "2025年9月", 0, 0), row("2025-10", "2025年10月", 0, 0), row("2025-11", "2025年11月", 0, 0), row("2025-12", "2025年12月", 0, 0),
			row("2026-01", "2026年1月", 1, 2),
		}, trial.Months)

		first := trial.Differing[0]
		require.Equal(t, "2025-03-03", first.LoggedOn)
		require.Equal(t, "〔2025〕第1号", first.Number)
		require.Equal(t, north+"北坡村", first.Place)
		require.Equal(t, "不上报", first.Was.Text())
		require.Equal(t, "调解期限2025-03-24届满，自动上报", first.Is.Text())
		require.Equal(t, rules.End{Up: true, Phase: "调解", Rule: "村级土地流转", LastDay: "2025-07-10"}, trial.Differing[3].Was)
		require.Equal(t, "2025-06-30", trial.Differing[3].Is.LastDay)

		few := w.try(t, func(q *rules.TrialQuery) { q.Most = 2 })
		require.Len(t, few.Differing, 2)
		require.Equal(t, trial.Up, few.Up)

		back := w.try(t, func(q *rules.TrialQuery) { q.With, q.Against = q.Against, q.With })
		require.Equal(t, []int{0, 3, 1}, []int{back.More, back.Fewer, back.Moved})
		require.Equal(t, rules.Pair{Was: 7, Is: 4}, back.Up)
		require.Equal(t, "第1件 改为不上报", titles(back.Differing)[0])

		same := w.try(t, func(q *rules.TrialQuery) { q.With = q.Against })
		require.Empty(t, same.Differing)
		require.Equal(t, rules.Pair{Was: 4, Is: 4}, same.Up)

		empty := w.try(t, func(q *rules.TrialQuery) { q.Year = 2023 })
		require.Zero(t, empty.Cases)
		require.Empty(t, empty.Months)

		four := w.try(t, func(q *rules.TrialQuery) { q.With = models.FourLevelPolicy(origin) })
		require.Equal(t, []rules.TrialRow{row("village", "村级", 4, 0), row("group", "组级", 0, 8)}, four.Levels, "where each would have begun")
	})
}

// TestTrialWritesNothing: every document is as it was.
func TestTrialWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	w.live(t)
	var before []*models.Case
	for n, l := range lives() {
		before = append(before, w.read(t, lived(t, n, l)))
	}
	w.try(t, nil)
	for _, c := range before {
		require.Equal(t, c, w.read(t, c))
	}
}

// TestTrialOfWhatIsNotOver: what still runs is counted apart.
func TestTrialOfWhatIsNotOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	w.keep(t, lived(t, 1, life{north, land, "2026-11-02 09:00", 0, -1, "", ""})) // thirty days end on 2 December, twenty have passed
	trial := w.try(t, func(q *rules.TrialQuery) { q.Year = 2026 })
	require.Equal(t, rules.Pair{Was: 0, Is: 1}, trial.Up)
	require.Equal(t, rules.Pair{Was: 1, Is: 0}, trial.Pending)
	require.Equal(t, "调解期限到2026-12-02，还没有到", trial.Differing[0].Was.Text())
}

// TestTrialRefuses a year that has not come, and ends when it is asked to.
func TestTrialRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	w.live(t)
	current, err := w.Deadlines.Current(t.Context(), county)
	require.NoError(t, err)
	q := rules.TrialQuery{County: county, Year: 2025, With: candidate(), Against: current}
	for _, year := range []int{0, 1999, 2027} {
		late := q
		late.Year = year
		_, err := w.Try(t.Context(), late)
		requireFaults(t, err, map[string]string{"year": "请填写2000年到2026年之间的一年"})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	q.Counted = func(int) { cancel(stop) }
	_, err = w.Try(ctx, q)
	require.Error(t, err)
}
