package store

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func checkKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "checks",
		Fields:  []docstore.Field{{Path: "region", Type: docstore.String}, {Path: "month", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "region", Fields: []string{"region", "month"}, Unique: true}},
	}
}

// Check returns a township's check of a month ("2006-01").
func (s *Store) Check(ctx context.Context, township, month string) (*models.FileCheck, error) {
	c, err := s.checks.Get(ctx, models.CheckID(township, month))
	return c, told(err, "抽查表")
}

// Checks returns a township's checks, the latest first, at most so many.
func (s *Store) Checks(ctx context.Context, township string, limit int) ([]*models.FileCheck, error) {
	found, err := s.checks.Find(ctx, docstore.Query{Index: "region", Filter: []docstore.Condition{docstore.Equal("region", township)}, Order: "month", Desc: true, Limit: limit})
	return found, told(err, "抽查表")
}

// InsertCheck adds a check that is not yet there. One that is there already is IsDuplicate(err, "_id").
func (s *Store) InsertCheck(ctx context.Context, c *models.FileCheck) error {
	c.ID = models.CheckID(c.Region, c.Month)
	return told(s.checks.Insert(ctx, c), "抽查表")
}

// ReplaceCheck writes a check back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceCheck(ctx context.Context, c *models.FileCheck) error {
	return told(s.checks.Replace(ctx, c), "抽查表")
}
