package rules_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/rules"
)

// longRun takes as long as it is told, and says how it ended.
func longRun(d time.Duration, ended *error) func(context.Context, *rules.Run) (any, error) {
	return func(ctx context.Context, run *rules.Run) (any, error) {
		run.Counted(200)
		run.Progress(120)
		select {
		case <-time.After(d):
			return "算完了", nil
		case <-ctx.Done():
			*ended = context.Cause(ctx)
			return nil, ctx.Err()
		}
	}
}

func bubble(t *testing.T, test func(t *testing.T, runs *rules.Runs, stop context.CancelFunc)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		runs := rules.NewRuns(ctx)
		test(t, runs, stop)
		stop()
		runs.Wait()
	})
}

// TestRunsTellHowFarTheyAre: whoever asks again is told, and handed the result once.
func TestRunsTellHowFarTheyAre(t *testing.T) {
	bubble(t, func(t *testing.T, runs *rules.Runs, _ context.CancelFunc) {
		var ended error
		long := longRun(7*time.Second, &ended)
		begun := time.Now()
		for range 3 {
			result, far, err := runs.Ask(t.Context(), "county", "甲", long)
			require.NoError(t, err)
			require.Nil(t, result)
			require.Equal(t, &rules.Far{Begun: true, Done: 120, Total: 200}, far)
			time.Sleep(time.Second)
		}
		time.Sleep(time.Second)
		result, far, err := runs.Ask(t.Context(), "county", "甲", long)
		require.NoError(t, err)
		require.Nil(t, far)
		require.Equal(t, "算完了", result)
		require.Equal(t, 7*time.Second, time.Since(begun), "it was one run")
		_, far, err = runs.Ask(t.Context(), "county", "甲", long)
		require.NoError(t, err)
		require.NotNil(t, far, "handed over once, and then begun anew")
		_, _, err = runs.Ask(t.Context(), "county", "乙", nil)
		require.ErrorContains(t, err, "trial.gone")
		_, far, err = runs.Ask(t.Context(), "county", "甲", nil)
		require.NoError(t, err, "whoever only looks ends nothing")
		require.NotNil(t, far)
	})
}

// TestRunsAreShort: what ends at once is answered at once, with its error too.
func TestRunsAreShort(t *testing.T) {
	bubble(t, func(t *testing.T, runs *rules.Runs, _ context.CancelFunc) {
		fault := models.FieldErrorf("year", "请填写年份")
		_, far, err := runs.Ask(t.Context(), "county", "甲", func(context.Context, *rules.Run) (any, error) { return nil, fault })
		require.Nil(t, far)
		require.Equal(t, fault, err)
		_, far, err = runs.Ask(t.Context(), "county", "甲", func(context.Context, *rules.Run) (any, error) { panic("a fault of the program") })
		require.Nil(t, far)
		require.ErrorContains(t, err, "a fault of the program")
		var none *rules.Runs
		result, far, err := none.Ask(t.Context(), "county", "甲", func(_ context.Context, run *rules.Run) (any, error) { run.Counted(1); return 1, nil })
		require.NoError(t, err)
		require.Nil(t, far)
		require.Equal(t, 1, result)
	})
}

// TestRunsTakeTurns: one at a time on the machine, one at a time for a person.
func TestRunsTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T, runs *rules.Runs, _ context.CancelFunc) {
		var first, second, third error
		_, far, err := runs.Ask(t.Context(), "county", "甲", longRun(time.Minute, &first))
		require.NoError(t, err)
		require.True(t, far.Begun)
		_, far, err = runs.Ask(t.Context(), "rival", "甲", longRun(time.Minute, &second))
		require.NoError(t, err)
		require.Equal(t, &rules.Far{}, far, "it waits for its turn")
		_, far, err = runs.Ask(t.Context(), "county", "乙", longRun(time.Minute, &third))
		require.NoError(t, err)
		require.Equal(t, &rules.Far{}, far)
		synctest.Wait()
		require.ErrorContains(t, first, "trial.replaced")
		require.NoError(t, second)
		time.Sleep(2 * time.Minute)
		result, _, err := runs.Ask(t.Context(), "county", "乙", longRun(time.Minute, &third))
		require.NoError(t, err)
		require.Equal(t, "算完了", result)
	})
}

// TestRunsAreBounded in number and in time, and end with the server.
func TestRunsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, runs *rules.Runs, stop context.CancelFunc) {
		var ended error
		ask := func(who string) (*rules.Far, error) {
			_, far, err := runs.Ask(t.Context(), who, "甲", longRun(time.Hour, &ended))
			return far, err
		}
		for i := range 8 {
			_, err := ask(fmt.Sprint(i))
			require.NoError(t, err)
		}
		_, err := ask("one more")
		require.Equal(t, models.TooMany, models.AsError(err).Kind)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		require.ErrorContains(t, ended, "trial.too_long")
		_, err = ask("0")
		require.ErrorContains(t, err, "trial.too_long")
		time.Sleep(11 * time.Minute)
		_, err = ask("one more")
		require.NoError(t, err, "what nobody fetched is forgotten")

		gone, leave := context.WithCancel(t.Context())
		leave()
		_, _, err = runs.Ask(gone, "one more", "甲", longRun(time.Hour, &ended))
		require.ErrorIs(t, err, context.Canceled, "who has gone is not answered, and the run goes on")

		stop()
		runs.Wait()
		require.True(t, errors.Is(ended, context.Canceled))
		_, err = ask("two more")
		require.Equal(t, models.Unavailable, models.AsError(err).Kind)
	})
}
