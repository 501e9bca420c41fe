package handlers

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/web"
	"fengqiao/models"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestThrottleAdmits(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(0.5, 3)
	for range 3 {
		require.NoError(t, throttle.admit("192.0.2.1", began))
	}
	err := throttle.admit("192.0.2.1", began)
	var told *models.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, models.TooMany, told.Kind)
	require.Equal(t, 2*time.Second, told.Wait)
	require.Equal(t, "尝试的次数太多，请在2秒后再试", told.Message)
	require.Equal(t, "2", web.RetryAfter(told))

	require.NoError(t, throttle.admit("192.0.2.2", began), "another client does not wait")
	require.Error(t, throttle.admit("192.0.2.1", began.Add(1999*time.Millisecond)))
	require.NoError(t, throttle.admit("192.0.2.1", began.Add(2*time.Second)), "a refused try costs nothing")
	require.Error(t, throttle.admit("192.0.2.1", began.Add(2*time.Second)))
}

func TestWhoIsOneClient(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		a, b string
		same bool
	}{
		{"two addresses", "192.0.2.1", "192.0.2.2", false},
		{"one address, written in two ways", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"one customer's addresses", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"two customers", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"a zone", "fe80::1%eth0", "fe80::1%eth1", true},
		{"no addresses", "", "somewhere", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			throttle := newThrottle(1, 1)
			require.NoError(t, throttle.admit(test.a, began))
			require.Equal(t, test.same, throttle.admit(test.b, began) != nil)
		})
	}
}

// TestThrottleForgets asks that it remembers those who try, and not everybody for ever.
func TestThrottleForgets(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(0.001, 1)
	require.NoError(t, throttle.admit("192.0.2.1", began))
	for i := range 3*maxClients + 1 {
		require.NoError(t, throttle.admit(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&0xff, i&0xff), began))
		if i%(maxClients/2) == 0 {
			require.Error(t, throttle.admit("192.0.2.1", began), "who comes back in time is known, after %d others", i)
		}
		require.LessOrEqual(t, len(throttle.young)+len(throttle.older), 2*maxClients)
	}
}
