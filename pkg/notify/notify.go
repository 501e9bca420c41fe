package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Options are what delivering stands on.
type Options struct {
	Store    *store.Store
	Ring     *seal.Ring
	Validate *models.Validator
	Now      func() time.Time
	Mail     *MailServer   // nil: nobody gets mail
	BaseURL  string        // of the pages, for links in letters; "" for no links
	Client   *http.Client  // nil for NewClient
	Timeout  time.Duration // of one letter; 0 for ten seconds
	Wall     func() time.Time
}

// Service delivers notices and keeps how people want to hear of them. Safe for concurrent use, also by
// several processes on one store.
type Service struct {
	store    *store.Store
	ring     *seal.Ring
	validate *models.Validator
	now      func() time.Time
	mail     *MailServer
	base     string
	client   *http.Client
	timeout  time.Duration
	wall     func() time.Time // the machine's clock, for signatures
}

// New makes the service.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, ring: o.Ring, validate: o.Validate, mail: o.Mail, base: o.BaseURL, client: o.Client, wall: o.Wall,
		now:     func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) },
		timeout: cmp.Or(o.Timeout, 10*time.Second),
	}
	if s.client == nil {
		s.client = NewClient()
	}
	if s.wall == nil {
		s.wall = time.Now
	}
	return s
}

// Run is what one run of the job did.
type Run struct {
	Notices  int // handed over
	Sent     int // letters that were accepted
	Failed   int // attempts that failed
	Dead     int // of those, given up
	Held     int // put off to the end of the quiet hours, or to the next minute
	Occupied int // cases that somebody changed meanwhile, left for the next run
}

// String says what the run did; "" where there was nothing to do.
func (r Run) String() string {
	var parts []string
	for _, p := range []struct {
		n      int
		format string
	}{{r.Notices, "转交通知%d条"}, {r.Sent, "发出%d条"}, {r.Held, "暂缓%d条"}, {r.Failed, "没有发成%d条"}, {r.Dead, "其中放弃%d条"}, {r.Occupied, "%d件正被修改，留待下次"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf(p.format, p.n))
		}
	}
	return strings.Join(parts, "，")
}

// How much is done together.
const (
	batch    = 100 // cases or messages that are read together; it bounds the memory
	width    = 8   // receivers that are sent to at once
	attempts = 32  // rounds of a change that others make at the same time
)

// Run hands over every notice that waits at now and sends every message whose time has come, until none
// is left. It may be broken off anywhere, and run beside another: what was not marked as done is done
// again. A letter that is not accepted is no error; it is counted.
func (s *Service) Run(ctx context.Context, now time.Time) (Run, error) {
	now = now.UTC().Truncate(time.Millisecond)
	calendar, err := s.store.Calendar(ctx, now)
	if err != nil {
		return Run{}, err
	}
	d := &delivery{Service: s, now: now, calendar: calendar, desks: map[string]*desk{}, boxes: map[string]*box{}}
	// What was handed over before is sent even when handing over fails.
	err = errors.Join(d.handOver(ctx), d.send(ctx))
	return d.run, err
}

// delivery is one run at work.
type delivery struct {
	*Service
	now      time.Time
	calendar *workday.Calendar
	desks    map[string]*desk // recipients of a notice, by the recipient's name
	boxes    map[string]*box  // receivers of letters, by the recipient's name

	mu  sync.Mutex
	run Run
}

func (d *delivery) count(add func(*Run)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	add(&d.run)
}

// each does something with every item, so many at once. After an error no further one is begun, and
// those that have begun are not cut short.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	queue, failed := make(chan T), make(chan error, len(items))
	var workers sync.WaitGroup
	for range min(width, len(items)) {
		workers.Go(func() {
			for item := range queue {
				if err := do(ctx, item); err != nil {
					failed <- err
				}
			}
		})
	}
	for _, item := range items {
		if ctx.Err() != nil || len(failed) > 0 {
			break
		}
		queue <- item
	}
	close(queue)
	workers.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, ctx.Err())...)
}
