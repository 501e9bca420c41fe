package store

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func reportKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "reports",
		Fields:  []docstore.Field{{Path: "region", Type: docstore.String}, {Path: "month", Type: docstore.String}, {Path: "unsealed", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "region", Fields: []string{"region", "month"}, Unique: true}, {Name: "unsealed", Fields: []string{"unsealed", "month"}}},
	}
}

// Report returns a place's report of a month ("2006-01").
func (s *Store) Report(ctx context.Context, region, month string) (*models.Report, error) {
	r, err := s.reports.Get(ctx, models.ReportID(region, month))
	return r, told(err, "月报")
}

// InsertReport adds a report that is not yet there.
func (s *Store) InsertReport(ctx context.Context, r *models.Report) error {
	r.ID = models.ReportID(r.Region, r.Month)
	return told(s.reports.Insert(ctx, r), "月报")
}

// ReplaceReport writes a report back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceReport(ctx context.Context, r *models.Report) error {
	return told(s.reports.Replace(ctx, r), "月报")
}

// PutHeads keeps the list of case heads that a seal stands for and returns the hash by which it is
// found.
func (s *Store) PutHeads(ctx context.Context, data []byte) (string, error) {
	hash, err := s.engine.PutBlob(ctx, data)
	return hash, told(err, "月报")
}

// Heads returns the list of case heads of a hash.
func (s *Store) Heads(ctx context.Context, hash string) ([]byte, error) {
	data, err := s.engine.GetBlob(ctx, hash)
	return data, told(err, "月报的案件清单")
}

// UnsealedReports calls visit with every report of a county, its townships and villages of the months
// from and to, both included, that is not sealed. The order is that of the months.
func (s *Store) UnsealedReports(ctx context.Context, county, from, to string, visit func(*models.Report) error) error {
	query := docstore.Query{
		Index:  "unsealed",
		Filter: []docstore.Condition{docstore.Equal("unsealed", county), docstore.AtLeast("month", from), docstore.AtMost("month", to)},
		Order:  "month", Limit: 200,
	}
	for {
		found, err := s.reports.Find(ctx, query)
		if err != nil {
			return told(err, "月报")
		}
		for _, r := range found {
			if err := visit(r); err != nil {
				return err
			}
		}
		if len(found) < query.Limit {
			return nil
		}
		last := found[len(found)-1]
		query.After = &docstore.Cursor{Value: last.Month, ID: last.ID}
	}
}

// Reports returns a place's reports of the months from and to, both included, in their order.
func (s *Store) Reports(ctx context.Context, region, from, to string) ([]*models.Report, error) {
	found, err := s.reports.Find(ctx, docstore.Query{
		Index:  "region",
		Filter: []docstore.Condition{docstore.Equal("region", region), docstore.AtLeast("month", from), docstore.AtMost("month", to)},
		Order:  "month", Limit: docstore.MaxLimit,
	})
	return found, told(err, "月报")
}

// CountReports is how many of a place's reports of the months from and to, both included, are there.
func (s *Store) CountReports(ctx context.Context, region, from, to string) (int64, error) {
	groups, err := s.reports.Tally(ctx, docstore.Grouping{
		Index:  "region",
		Filter: []docstore.Condition{docstore.Equal("region", region), docstore.AtLeast("month", from), docstore.AtMost("month", to)},
	})
	if err != nil || len(groups) == 0 {
		return 0, told(err, "月报")
	}
	return groups[0].Count, nil
}
