package store

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func slipKind() *docstore.Kind { return &docstore.Kind{Name: "slips"} }

func scanKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "scans",
		Fields:  []docstore.Field{{Path: "waiting", Type: docstore.String}, {Path: "at", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "waiting", Fields: []string{"waiting", "at"}}},
	}
}

// Slip returns what a printed code stands for.
func (s *Store) Slip(ctx context.Context, key string) (*models.Slip, error) {
	slip, err := s.slips.Get(ctx, key)
	return slip, told(err, "编码")
}

// InsertSlip adds one. A taken key is IsDuplicate(err, IndexID).
func (s *Store) InsertSlip(ctx context.Context, slip *models.Slip) error {
	return told(s.slips.Insert(ctx, slip), "编码")
}

// ReplaceSlip writes one back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceSlip(ctx context.Context, slip *models.Slip) error {
	return told(s.slips.Replace(ctx, slip), "编码")
}

const scanNoun = "照片"

// Scan returns what was sent from a place inside the scope, put into a case or not.
func (s *Store) Scan(ctx context.Context, scope models.Scope, id string) (*models.Scan, error) {
	scan, err := s.scans.Get(ctx, id)
	if err == nil && !scope.Covers(scan.Region) {
		err = docstore.ErrNotFound
	}
	if err != nil {
		return nil, told(err, scanNoun)
	}
	return scan, nil
}

// InsertScan adds one. What was sent before is IsDuplicate(err, IndexID).
func (s *Store) InsertScan(ctx context.Context, scan *models.Scan) error {
	return told(s.scans.Insert(ctx, scan), scanNoun)
}

// ReplaceScan writes one back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceScan(ctx context.Context, scan *models.Scan) error {
	return told(s.scans.Replace(ctx, scan), scanNoun)
}

// WaitingScans returns what waits at a place to be put into a case, the oldest first.
func (s *Store) WaitingScans(ctx context.Context, region string, limit int) ([]*models.Scan, error) {
	found, err := s.scans.Find(ctx, docstore.Query{Index: "waiting", Filter: []docstore.Condition{docstore.Equal("waiting", region)}, Order: "at", Limit: limit})
	return found, told(err, scanNoun)
}
