package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func runKind() *docstore.Kind {
	return &docstore.Kind{
		Name:      "runs",
		Fields:    []docstore.Field{{Path: "job", Type: docstore.String}, {Path: "slot", Type: docstore.Time}},
		Indexes:   []docstore.Index{{Name: "job", Fields: []string{"job", "slot"}}},
		Deletable: true,
	}
}

func leaseKind() *docstore.Kind { return &docstore.Kind{Name: "leases"} }

// Run returns a job's run of one slot.
func (s *Store) Run(ctx context.Context, id string) (*models.JobRun, error) {
	r, err := s.runs.Get(ctx, id)
	return r, told(err, "任务记录")
}

// InsertRun claims a slot: of several processes exactly one succeeds, the others get a Conflict.
func (s *Store) InsertRun(ctx context.Context, r *models.JobRun) error {
	return told(s.runs.Insert(ctx, r), "任务记录")
}

// ReplaceRun writes a run back.
func (s *Store) ReplaceRun(ctx context.Context, r *models.JobRun) error {
	return told(s.runs.Replace(ctx, r), "任务记录")
}

// Runs returns a job's latest runs, the newest first.
func (s *Store) Runs(ctx context.Context, job string, limit int) ([]*models.JobRun, error) {
	found, err := s.runs.Find(ctx, docstore.Query{Index: "job", Filter: []docstore.Condition{docstore.Equal("job", job)}, Order: "slot", Desc: true, Limit: limit})
	return found, told(err, "任务记录")
}

// OldRuns returns a job's runs of slots before a moment, the oldest first.
func (s *Store) OldRuns(ctx context.Context, job string, before time.Time, limit int) ([]*models.JobRun, error) {
	found, err := s.runs.Find(ctx, docstore.Query{Index: "job", Filter: []docstore.Condition{docstore.Equal("job", job), docstore.Below("slot", before)}, Order: "slot", Limit: limit})
	return found, told(err, "任务记录")
}

// DeleteRun removes a run.
func (s *Store) DeleteRun(ctx context.Context, r *models.JobRun) error {
	return told(s.runs.Delete(ctx, r), "任务记录")
}

// Lease returns the lease of a job, nil where nobody has ever held it.
func (s *Store) Lease(ctx context.Context, job string) (*models.Lease, error) {
	lease, err := s.leases.Get(ctx, job)
	if errors.Is(err, docstore.ErrNotFound) {
		return nil, nil
	}
	return lease, told(err, "")
}

// ErrLeaseHeld says that another process holds the lease.
var ErrLeaseHeld = errors.New("lease is held by another process")

// AcquireLease takes or renews the lease of a job until now+ttl for the holder. An expired lease is
// taken over under a new term; one that another holds is ErrLeaseHeld.
func (s *Store) AcquireLease(ctx context.Context, job, holder string, now time.Time, ttl time.Duration) (*models.Lease, error) {
	lease, err := s.leases.Get(ctx, job)
	switch {
	case errors.Is(err, docstore.ErrNotFound):
		lease = &models.Lease{Job: job, Holder: holder, Term: 1, Until: now.Add(ttl)}
		err = s.leases.Insert(ctx, lease)
	case err != nil:
	case lease.Holder != holder && now.Before(lease.Until):
		return nil, ErrLeaseHeld
	default:
		if lease.Holder != holder || !now.Before(lease.Until) {
			lease.Holder, lease.Term = holder, lease.Term+1
		}
		lease.Until = now.Add(ttl)
		err = s.leases.Replace(ctx, lease)
	}
	var duplicate *docstore.DuplicateError
	if errors.Is(err, docstore.ErrConflict) || errors.As(err, &duplicate) {
		return nil, ErrLeaseHeld
	}
	if err != nil {
		return nil, told(err, "")
	}
	return lease, nil
}

// ReleaseLease gives a lease back if its term still runs.
func (s *Store) ReleaseLease(ctx context.Context, held *models.Lease, now time.Time) error {
	lease, err := s.leases.Get(ctx, held.Job)
	if err != nil || lease.Holder != held.Holder || lease.Term != held.Term {
		return told(err, "")
	}
	lease.Until = now
	if err := s.leases.Replace(ctx, lease); err != nil && !errors.Is(err, docstore.ErrConflict) {
		return told(err, "")
	}
	return nil
}
