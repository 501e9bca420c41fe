package notify

import "time"

// pauses are how long a send waits after its first failure, its second, and so on. After the last of
// them one more failure gives it up, some ten hours after the first.
func pauses() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}
}

// again is when a send that has just failed, after so many failures before, is tried again; nil where
// it is given up.
func again(failures int, now time.Time) *time.Time {
	all := pauses()
	if failures >= len(all) {
		return nil
	}
	at := now.Add(all[failures])
	return &at
}
