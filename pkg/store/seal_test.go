package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// Of several that bring keys to a fresh store at once, those with the keys that came first go on.
func TestCheckSeal(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { errs[i] = st.CheckSeal(t.Context(), fmt.Sprint("mark ", i%2)) })
		}
		group.Wait()
		agreed := map[int]int{}
		for i, err := range errs {
			if err == nil {
				agreed[i%2]++
				continue
			}
			requireKind(t, models.Precondition, "seal.other", err)
		}
		require.Len(t, agreed, 1, "one of the two marks")
		for mark, n := range agreed {
			require.Equal(t, 4, n)
			require.NoError(t, st.CheckSeal(t.Context(), fmt.Sprint("mark ", mark)))
			requireKind(t, models.Precondition, "seal.other", st.CheckSeal(t.Context(), fmt.Sprint("mark ", 1-mark)))
		}
	})
}
