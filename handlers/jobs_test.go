package handlers_test

import (
	"context"
	"time"
)

// idleJobs stands for a runner whose jobs find nothing to do.
type idleJobs struct{ clock *clock }

func (j idleJobs) Next(string) time.Time { return j.clock.Now().Add(time.Minute) }

func (j idleJobs) RunNow(context.Context, string, string) (string, error) { return "sweep@now", nil }
