package store

import (
	"context"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// CasesComing returns the cases of a place inside the scope whose clock wants attention at or before a
// moment, the earliest first. place "" is the whole scope; whoever sees more than one county names
// one. after is the last one of the page before, nil for the first page.
func (s *Store) CasesComing(ctx context.Context, scope models.Scope, place string, until time.Time, after *models.Case, limit int) ([]*models.Case, error) {
	place, ok := narrowed(scope, place)
	if !ok {
		return []*models.Case{}, nil
	}
	kind := models.RegionKindOf(place)
	if kind == models.RegionProvince || kind == models.RegionCity {
		return nil, models.FieldErrorf("county", "请先选择一个县")
	}
	// What comes in a few days is few: a township and a village are picked out of their county's.
	query := docstore.Query{Index: "county_next", Filter: []docstore.Condition{docstore.Equal("place.county", place[:6]), docstore.AtMost("nextAt", until)}, Order: "nextAt", Limit: limit}
	if kind != models.RegionCounty {
		query.Filter = append(query.Filter, docstore.Equal("place."+string(kind), place))
	}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.NextAt, ID: after.ID}
	}
	found, err := s.cases.Find(ctx, query)
	return found, told(err, "纠纷")
}

// narrowed is the smaller of a scope and a place; false where they do not meet.
func narrowed(scope models.Scope, place string) (string, bool) {
	if place == "" || strings.HasPrefix(scope.Region, place) {
		place = scope.Region
	}
	return place, models.RegionKindOf(place) != "" && scope.Covers(place)
}

// LatestDeadline is the latest one that runs in a county, nil where none does.
func (s *Store) LatestDeadline(ctx context.Context, county string) (*time.Time, error) {
	found, err := s.cases.Find(ctx, docstore.Query{
		Index: "county_due", Filter: []docstore.Condition{docstore.Equal("place.county", county), docstore.Below("dueAt", models.FarFuture())},
		Order: "dueAt", Desc: true, Limit: 1,
	})
	if err != nil || len(found) == 0 {
		return nil, told(err, "纠纷")
	}
	return found[0].DueAt, nil
}

// CountLevels counts the open cases of a county by the level that has them.
func (s *Store) CountLevels(ctx context.Context, county string) (map[string]int64, error) {
	var open []string
	for _, state := range models.States() {
		if models.State(state.Code).IsOpen() {
			open = append(open, state.Code)
		}
	}
	groups, err := s.cases.Tally(ctx, docstore.Grouping{
		Index:  "county",
		Filter: []docstore.Condition{docstore.Equal("place.county", county), docstore.In("state", open...)},
		By:     []string{"level"},
	})
	if err != nil {
		return nil, told(err, "纠纷")
	}
	counts := map[string]int64{}
	for _, g := range groups {
		level, _ := g.Keys[0].(string)
		counts[level] = g.Count
	}
	return counts, nil
}
