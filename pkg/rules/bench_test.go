package rules_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// benchCases is a tenth of the cases of a large county's year.
const benchCases = 2_000

// BenchmarkTrial tries a policy on the cases of a county's year, and beside it reads the same documents
// whole: a trial reads each case once, in part, in parallel. The figures of one run are compared with
// each other. 200,000 cases within ten seconds are 20,000 cases/s.
func BenchmarkTrial(b *testing.B) {
	st, err := store.New(b.Context(), enginetest.Embedded(b))
	require.NoError(b, err)
	policy := models.DefaultPolicy(origin)
	require.NoError(b, st.InsertPolicy(b.Context(), policy))
	for _, y := range workday.Official() {
		require.NoError(b, st.InsertCalendarYear(b.Context(), y))
	}
	ring, err := seal.LoadOrCreate(filepath.Join(b.TempDir(), "seal.key"))
	require.NoError(b, err)
	loader, err := demo.NewLoader(b.Context(), st, ring, escalation.Rules{Policy: policy, Calendar: workday.NewCalendar(workday.Official()...)}, now, 1)
	require.NoError(b, err)
	require.NoError(b, loader.Load(b.Context(), benchCases, nil))
	rate := func(b *testing.B) {
		b.ReportMetric(benchCases*float64(b.N)/b.Elapsed().Seconds(), "cases/s")
	}
	b.Run("trial", func(b *testing.B) {
		service := rules.New(st, func() time.Time { return now })
		for b.Loop() {
			trial, err := service.Try(b.Context(), rules.TrialQuery{County: demo.LoadCounty, Year: 2026, With: candidate(), Against: policy, Most: 300})
			require.NoError(b, err)
			require.Equal(b, benchCases, trial.Cases)
		}
		rate(b)
	})
	b.Run("read whole, one after another", func(b *testing.B) {
		townships, err := st.RegionsIn(b.Context(), demo.LoadCounty)
		require.NoError(b, err)
		for b.Loop() {
			n := 0
			for _, t := range townships {
				require.NoError(b, st.ActiveCases(b.Context(), t.Code, origin, now, func(*models.Case) error { n++; return nil }))
			}
			require.Equal(b, benchCases, n)
		}
		rate(b)
	})
}
