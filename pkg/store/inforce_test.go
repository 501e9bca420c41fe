package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// What another process publishes holds from the day on for which it was published, also where it was
// written a moment after midnight only.
func TestVersionsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		other, err := store.New(t.Context(), st.engine)
		require.NoError(t, err)
		day := workday.OfTime(noon)
		publish := func(number int, from time.Time) {
			p, risk := models.DefaultPolicy(from), models.DefaultRiskPolicy(from)
			p.County, p.Number, risk.County, risk.Number = county, number, county, number
			require.NoError(t, other.InsertPolicy(t.Context(), p))
			require.NoError(t, other.InsertRiskPolicy(t.Context(), risk))
		}
		requireInForce := func(number int, at time.Time) {
			t.Helper()
			p, err := st.PolicyInForce(t.Context(), county, at)
			require.NoError(t, err)
			require.Equal(t, number, p.Number)
			risk, err := st.RiskPolicyInForce(t.Context(), county, at)
			require.NoError(t, err)
			require.Equal(t, number, risk.Number)
		}
		publish(1, day.AddDays(-3).Start())
		requireInForce(1, noon)
		publish(2, day.AddDays(1).Start())
		requireInForce(1, noon.Add(time.Hour))
		midnight := day.AddDays(1).Start()
		requireInForce(2, midnight)
		publish(3, midnight) // its process checked the day before midnight
		requireInForce(3, midnight.Add(20*time.Minute))
	})
}
