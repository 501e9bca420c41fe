package handlers

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"fengqiao/models"
)

// maxClients bounds how many addresses are remembered in each of two generations.
const maxClients = 10_000

// throttle limits how often each client address may try something. When the younger generation is
// full the older is forgotten: an address that comes back in time keeps its count.
type throttle struct {
	rate  rate.Limit
	burst int

	mu           sync.Mutex
	young, older map[netip.Prefix]*rate.Limiter
}

func newThrottle(limit rate.Limit, burst int) *throttle {
	return &throttle{rate: limit, burst: burst, young: map[netip.Prefix]*rate.Limiter{}}
}

// admit counts one try of a client, or is a TooMany error that says how long to wait.
func (t *throttle) admit(client string, now time.Time) error {
	limiter := t.limiter(networkOf(client))
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	reservation.CancelAt(now)
	err := models.Errorf(models.TooMany, "login.throttled", "尝试的次数太多，请在%d秒后再试", int(math.Ceil(wait.Seconds())))
	err.Wait = wait
	return err
}

func (t *throttle) limiter(client netip.Prefix) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	limiter, ok := t.young[client]
	if ok {
		return limiter
	}
	if limiter, ok = t.older[client]; !ok {
		limiter = rate.NewLimiter(t.rate, t.burst)
	}
	if len(t.young) >= maxClients {
		t.young, t.older = map[netip.Prefix]*rate.Limiter{}, t.young
	}
	t.young[client] = limiter
	return limiter
}

// networkOf is what counts as one client: an IPv4 address, or the 64 bits of IPv6 that one customer
// is given. What is no address counts as one client with all others of its kind.
func networkOf(client string) netip.Prefix {
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
