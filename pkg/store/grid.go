package store

import (
	"context"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func gridKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "grids",
		Fields:  []docstore.Field{{Path: "township", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "township", Fields: []string{"township"}}},
	}
}

func returnKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "returns",
		Fields: []docstore.Field{
			{Path: "village", Type: docstore.String},
			{Path: "township", Type: docstore.String},
			{Path: "from", Type: docstore.String},
			{Path: "filedAt", Type: docstore.Time},
			{Path: "activeUntil", Type: docstore.Time},
			{Path: "waiting", Type: docstore.String},
		},
		Indexes: []docstore.Index{
			{Name: "period", Fields: []string{"township", "from"}},
			{Name: "active", Fields: []string{"township", "activeUntil"}},
			{Name: "waiting", Fields: []string{"waiting"}},
		},
	}
}

func screeningKind() *docstore.Kind { return &docstore.Kind{Name: "screening_settings"} }

// Grid returns the Party grid of a village inside the scope; NotFound where none was drawn.
func (s *Store) Grid(ctx context.Context, scope models.Scope, village string) (*models.Grid, error) {
	if !scope.Covers(village) {
		return nil, told(docstore.ErrNotFound, "网格")
	}
	g, err := s.grids.Get(ctx, village)
	return g, told(err, "网格")
}

// GridsIn returns the grids of a township's villages inside the scope, in the order of their codes.
func (s *Store) GridsIn(ctx context.Context, scope models.Scope, township string) ([]*models.Grid, error) {
	found, err := s.grids.Find(ctx, docstore.Query{Index: "township", Filter: []docstore.Condition{docstore.Equal("township", township)}, Limit: docstore.MaxLimit})
	return slices.DeleteFunc(found, func(g *models.Grid) bool { return !scope.Covers(g.Village) }), told(err, "网格")
}

// PutGrid writes a grid back: a new one has version 0. IsConflict, or IsDuplicate(err, "_id") for a new
// one, when somebody else was faster.
func (s *Store) PutGrid(ctx context.Context, g *models.Grid) error {
	g.Township = models.PlaceOf(g.Village).Township
	if g.Version == 0 {
		return told(s.grids.Insert(ctx, g), "网格")
	}
	return told(s.grids.Replace(ctx, g), "网格")
}

// Return returns the screening return of an id inside the scope.
func (s *Store) Return(ctx context.Context, scope models.Scope, id string) (*models.Return, error) {
	if cell, _, ok := models.ParseReturnID(id); !ok || !scope.Covers(cell[:12]) {
		return nil, told(docstore.ErrNotFound, "排查表")
	}
	r, err := s.returns.Get(ctx, id)
	return r, told(err, "排查表")
}

// InsertReturn adds a return. One that is there already is IsDuplicate(err, "_id").
func (s *Store) InsertReturn(ctx context.Context, r *models.Return) error {
	return told(s.returns.Insert(ctx, r), "排查表")
}

// ReplaceReturn writes a return back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceReturn(ctx context.Context, r *models.Return) error {
	return told(s.returns.Replace(ctx, r), "排查表")
}

// ReturnsOf returns the returns of a township's cells inside the scope, for the period that begins on a
// day.
func (s *Store) ReturnsOf(ctx context.Context, scope models.Scope, township, from string) ([]*models.Return, error) {
	return s.allReturns(ctx, scope, docstore.Query{Index: "period", Filter: []docstore.Condition{docstore.Equal("township", township), docstore.Equal("from", from)}})
}

// WaitingReturns returns the returns of a township inside the scope that have a finding which waits.
func (s *Store) WaitingReturns(ctx context.Context, scope models.Scope, township string) ([]*models.Return, error) {
	return s.allReturns(ctx, scope, docstore.Query{Index: "waiting", Filter: []docstore.Condition{docstore.Equal("waiting", township)}})
}

// allReturns reads every page of a query that has the order of the id.
func (s *Store) allReturns(ctx context.Context, scope models.Scope, query docstore.Query) ([]*models.Return, error) {
	if models.RegionKindOf(scope.Region) == models.RegionVillage {
		query.Filter = append(query.Filter, docstore.Equal("village", scope.Region))
	}
	query.Limit = docstore.MaxLimit
	out := []*models.Return{}
	for {
		found, err := s.returns.Find(ctx, query)
		if err != nil {
			return nil, told(err, "排查表")
		}
		for _, r := range found {
			if scope.Covers(r.Village) {
				out = append(out, r)
			}
		}
		if len(found) < query.Limit {
			return out, nil
		}
		query.After = &docstore.Cursor{ID: found[len(found)-1].ID}
	}
}

// ActiveReturns returns every return of a township that was first sent before the end of [from, before)
// and of which something was sent or settled after its beginning. The order is no promise.
func (s *Store) ActiveReturns(ctx context.Context, township string, from, before time.Time) ([]*models.Return, error) {
	query := docstore.Query{
		Index:  "active",
		Filter: []docstore.Condition{docstore.Equal("township", township), docstore.AtLeast("activeUntil", from), docstore.Below("filedAt", before)},
		// What waits comes first: one that is settled while the pages are read is met again, not missed.
		Order: "activeUntil", Desc: true, Limit: 200,
	}
	seen := map[string]bool{}
	out := []*models.Return{}
	for {
		found, err := s.returns.Find(ctx, query)
		if err != nil {
			return nil, told(err, "排查表")
		}
		for _, r := range found {
			if !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, r)
			}
		}
		if len(found) < query.Limit {
			return out, nil
		}
		last := found[len(found)-1]
		query.After = &docstore.Cursor{Value: last.ActiveUntil, ID: last.ID}
	}
}

// ScreeningSettings returns how often the cells of a county send their returns; NotFound where nothing
// was said.
func (s *Store) ScreeningSettings(ctx context.Context, county string) (*models.ScreeningSettings, error) {
	settings, err := s.screening.Get(ctx, county)
	return settings, told(err, "排查设置")
}

// PutScreeningSettings writes a county's settings back: new ones have version 0. IsConflict, or
// IsDuplicate(err, "_id") for new ones, when somebody else was faster.
func (s *Store) PutScreeningSettings(ctx context.Context, settings *models.ScreeningSettings) error {
	if settings.Version == 0 {
		return told(s.screening.Insert(ctx, settings), "排查设置")
	}
	return told(s.screening.Replace(ctx, settings), "排查设置")
}
