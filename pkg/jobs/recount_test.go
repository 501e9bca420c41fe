package jobs

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRecountJob: it is there where somebody does it, says how much it did, and has a name for people.
func TestRecountJob(t *testing.T) {
	t.Parallel()
	is := func(j Job) bool { return j.Name == Recount }
	require.False(t, slices.ContainsFunc(Standard(Work{}), is))
	broken := errors.New("no store")
	list := Standard(Work{Recount: func(_ context.Context, now time.Time) (int, error) { return now.Day(), broken }})
	i := slices.IndexFunc(list, is)
	require.Positive(t, i)
	out, err := list[i].Run(t.Context(), time.Date(2026, 11, 24, 0, 20, 0, 0, time.UTC))
	require.ErrorIs(t, err, broken)
	require.Equal(t, "按放假安排重算期限24件", out.Note)
	require.True(t, slices.ContainsFunc(Names(), func(n Named) bool { return n.Code == Recount }))
	_, err = parseSchedule(list[i].Schedule)
	require.NoError(t, err)
}
