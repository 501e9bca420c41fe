package store

import (
	"context"
	"slices"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func regionKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "regions",
		Fields:  []docstore.Field{{Path: "parent", Type: docstore.String}, {Path: "kind", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "parent", Fields: []string{"parent"}}, {Name: "kind", Fields: []string{"kind"}}},
	}
}

// Region returns the place of a code.
func (s *Store) Region(ctx context.Context, code string) (*models.Region, error) {
	r, err := s.regions.Get(ctx, code)
	return r, told(err, "地区")
}

// PutRegion adds a place, or changes its names.
func (s *Store) PutRegion(ctx context.Context, r *models.Region) error {
	old, err := s.regions.Get(ctx, r.Code)
	switch {
	case err == nil:
		r.Version = old.Version
		return told(s.regions.Replace(ctx, r), "地区")
	case IsNotFound(told(err, "地区")):
		return told(s.regions.Insert(ctx, r), "地区")
	}
	return told(err, "地区")
}

// RegionsIn returns the places directly inside a place, in the order of their codes.
func (s *Store) RegionsIn(ctx context.Context, parent string) ([]*models.Region, error) {
	found, err := s.regions.Find(ctx, docstore.Query{Index: "parent", Filter: []docstore.Condition{docstore.Equal("parent", parent)}, Limit: docstore.MaxLimit})
	return found, told(err, "地区")
}

// RegionsOf returns the places of one kind inside a scope, in the order of their codes.
func (s *Store) RegionsOf(ctx context.Context, scope models.Scope, kind models.RegionKind) ([]*models.Region, error) {
	all, err := s.regionsOf(ctx, kind)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r *models.Region) bool { return !scope.Covers(r.Code) }), nil
}

// Counties returns every county, in the order of their codes: jobs go through all of them.
func (s *Store) Counties(ctx context.Context) ([]*models.Region, error) {
	return s.regionsOf(ctx, models.RegionCounty)
}

func (s *Store) regionsOf(ctx context.Context, kind models.RegionKind) ([]*models.Region, error) {
	query := docstore.Query{Index: "kind", Filter: []docstore.Condition{docstore.Equal("kind", string(kind))}, Limit: docstore.MaxLimit}
	out := []*models.Region{}
	for {
		found, err := s.regions.Find(ctx, query)
		if err != nil {
			return nil, told(err, "地区")
		}
		out = append(out, found...)
		if len(found) < query.Limit {
			return out, nil
		}
		query.After = &docstore.Cursor{ID: found[len(found)-1].Code}
	}
}

// Place is a village's place with the names of the places and offices around it.
func (s *Store) Place(ctx context.Context, village string) (models.Place, error) {
	place := models.PlaceOf(village)
	v, err := s.Region(ctx, place.Village)
	if err != nil {
		return models.Place{}, err
	}
	t, err := s.Region(ctx, place.Township)
	if err != nil {
		return models.Place{}, err
	}
	c, err := s.Region(ctx, place.County)
	if err != nil {
		return models.Place{}, err
	}
	place.VillageName, place.TownshipName, place.CountyName = v.Name, t.Name, c.Name
	place.VillageCommittee, place.TownshipCommittee = v.Committee, t.Committee
	place.TownshipOffice, place.CountyOffice = t.Office, c.Office
	return place, nil
}
