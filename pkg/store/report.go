package store

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func reportKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "reports",
		Fields:  []docstore.Field{{Path: "region", Type: docstore.String}, {Path: "month", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "region", Fields: []string{"region", "month"}, Unique: true}},
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
