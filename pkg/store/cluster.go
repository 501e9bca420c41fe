package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func clusterKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "clusters",
		Fields: []docstore.Field{
			{Path: "place.county", Type: docstore.String},
			{Path: "place.township", Type: docstore.String},
			{Path: "place.village", Type: docstore.String},
			{Path: "state", Type: docstore.String},
			{Path: "changedAt", Type: docstore.Time},
			{Path: "pendingAt", Type: docstore.Time},
		},
		Indexes: []docstore.Index{
			{Name: "county", Fields: []string{"place.county", "state", "changedAt"}},
			{Name: "township", Fields: []string{"place.township", "state", "changedAt"}},
			{Name: "village", Fields: []string{"place.village", "state", "changedAt"}},
			{Name: "pending", Fields: []string{"pendingAt"}},
		},
	}
}

// IndexID is the name of the unique index of every kind's id.
const IndexID = docstore.IDIndex

const clusterNoun = "群体性纠纷"

// Cluster returns the cluster of that id inside the scope.
func (s *Store) Cluster(ctx context.Context, scope models.Scope, id string) (*models.Cluster, error) {
	c, err := s.clusters.Get(ctx, id)
	if err == nil && !scope.Covers(c.Place.Village) {
		err = docstore.ErrNotFound
	}
	if err != nil {
		return nil, told(err, clusterNoun)
	}
	return c, nil
}

// InsertCluster adds a cluster. A taken id is IsDuplicate(err, IndexID).
func (s *Store) InsertCluster(ctx context.Context, c *models.Cluster) error {
	return told(s.clusters.Insert(ctx, c), clusterNoun)
}

// ReplaceCluster writes a cluster back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceCluster(ctx context.Context, c *models.Cluster) error {
	return told(s.clusters.Replace(ctx, c), clusterNoun)
}

// Clusters returns those in a state in a place inside the scope, the one that changed last first, up to
// a number. place "" is the whole scope; whoever sees more than one county names one.
func (s *Store) Clusters(ctx context.Context, scope models.Scope, place string, state models.ClusterState, limit int) ([]*models.Cluster, error) {
	place, ok := narrowed(scope, place)
	if !ok {
		return []*models.Cluster{}, nil
	}
	kind := models.RegionKindOf(place)
	if kind == models.RegionProvince || kind == models.RegionCity {
		return nil, models.FieldErrorf("county", "请先选择一个县")
	}
	found, err := s.clusters.Find(ctx, docstore.Query{
		Index:  string(kind),
		Filter: []docstore.Condition{docstore.Equal("place."+string(kind), place), docstore.Equal("state", string(state))},
		Order:  "changedAt", Desc: true, Limit: min(max(limit, 1), docstore.MaxLimit),
	})
	return found, told(err, clusterNoun)
}

// ClustersSince returns the clusters of a township in a state that changed at or after a moment, all of them.
func (s *Store) ClustersSince(ctx context.Context, township string, state models.ClusterState, from time.Time) ([]*models.Cluster, error) {
	query := docstore.Query{
		Index:  "township",
		Filter: []docstore.Condition{docstore.Equal("place.township", township), docstore.Equal("state", string(state)), docstore.AtLeast("changedAt", from)},
		Order:  "changedAt", Limit: docstore.MaxLimit,
	}
	out := []*models.Cluster{}
	for {
		found, err := s.clusters.Find(ctx, query)
		if err != nil {
			return nil, told(err, clusterNoun)
		}
		out = append(out, found...)
		if len(found) < query.Limit {
			return out, nil
		}
		last := found[len(found)-1]
		query.After = &docstore.Cursor{Value: last.ChangedAt, ID: last.ID}
	}
}

// PendingClusters returns clusters with a decision that not every case has yet, the oldest first.
func (s *Store) PendingClusters(ctx context.Context, until time.Time, after *models.Cluster, limit int) ([]*models.Cluster, error) {
	query := docstore.Query{Index: "pending", Filter: []docstore.Condition{docstore.AtMost("pendingAt", until)}, Order: "pendingAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.PendingAt, ID: after.ID}
	}
	found, err := s.clusters.Find(ctx, query)
	return found, told(err, clusterNoun)
}

// RootedCase is as much of a case as the search for group disputes asks of it.
type RootedCase struct {
	models.ClusterMember
	Village string
	Roots   []models.Root
	Ended   bool // withdrawn or declined: it is no dispute of anybody any more
}

// maxRooted bounds the cases with one root that are looked at.
const maxRooted = 40

// CasesWithRoot returns the latest cases of a village that have a root, some dozens at most. It is asked
// whenever a case with a root is logged, and takes out of each document only what it returns.
func (s *Store) CasesWithRoot(ctx context.Context, village string, root models.Root) ([]RootedCase, error) {
	found, err := s.cases.Raws(ctx, docstore.Query{
		Index:  "village_roots",
		Filter: []docstore.Condition{docstore.Equal("place.village", village), docstore.HasAll("roots", root.Key())},
		Order:  "loggedAt", Desc: true, Limit: maxRooted,
	})
	if err != nil {
		return nil, told(err, "纠纷")
	}
	out := make([]RootedCase, len(found))
	for i, raw := range found {
		r := courseReader{}
		c := &models.Case{
			ID: field(&r, raw, "_id", bson.RawValue.ObjectIDOK), LoggedAt: r.time(raw, "loggedAt"),
			Households: int(field(&r, raw, "households", bson.RawValue.AsInt64OK)),
		}
		c.Place.Village = village
		if land, ok := raw.Lookup("land").DocumentOK(); ok {
			c.Land = &models.LandTransferFacts{Transferee: optional(land, "transferee"), ContractRef: optional(land, "contractRef")}
		}
		if dividend, ok := raw.Lookup("dividend").DocumentOK(); ok {
			year, _ := dividend.Lookup("year").AsInt64OK()
			c.Dividend = &models.DividendFacts{Year: int(year), DecisionDate: optional(dividend, "decisionDate")}
		}
		c.Ending = models.ClosingReason(optional(raw, "ending"))
		if r.err != nil {
			return nil, r.err
		}
		out[i] = rooted(c)
	}
	return out, nil
}

// CasesFollowing returns the cases that go on with a filed one, the latest first, some dozens at most. They are
// of its village, so that whoever sees one sees all.
func (s *Store) CasesFollowing(ctx context.Context, scope models.Scope, filed *models.Case) ([]*models.Case, error) {
	if !scope.Covers(filed.Place.Village) {
		return []*models.Case{}, nil
	}
	found, err := s.cases.Find(ctx, docstore.Query{
		Index:  "village_roots",
		Filter: []docstore.Condition{docstore.Equal("place.village", filed.Place.Village), docstore.HasAll("roots", models.FollowsKey(filed.ID.Hex()))},
		Order:  "loggedAt", Desc: true, Limit: maxRooted,
	})
	return found, told(err, "纠纷")
}

// optional is a text that may be missing.
func optional(raw bson.Raw, name string) string {
	text, _ := raw.Lookup(name).StringValueOK()
	return text
}

func rooted(c *models.Case) RootedCase {
	return RootedCase{
		ClusterMember: models.ClusterMember{ID: c.ID, LoggedAt: c.LoggedAt, Households: max(c.Households, 1)},
		Village:       c.Place.Village, Roots: c.RootsOf(), Ended: c.Ending == models.Withdrawn || c.Ending == models.Declined,
	}
}

// RootedSince calls visit with every case of a township that was logged at or after a moment and has a
// root. The order is no promise.
func (s *Store) RootedSince(ctx context.Context, township string, from, before time.Time, visit func(RootedCase) error) error {
	return s.LoggedCases(ctx, township, from, before, func(c *models.Case) error {
		if len(c.RootsOf()) == 0 {
			return nil
		}
		return visit(rooted(c))
	})
}

// LoggedCases calls visit once with every case of a township that was logged in [from, before). The
// order is no promise.
func (s *Store) LoggedCases(ctx context.Context, township string, from, before time.Time, visit func(*models.Case) error) error {
	seen := map[bson.ObjectID]bool{}
	for _, state := range models.States() {
		query := docstore.Query{Index: "township", Filter: logged(township, from, before, state.Code), Order: "loggedAt", Limit: 500}
		for {
			found, err := s.cases.Find(ctx, query)
			if err != nil {
				return told(err, "纠纷")
			}
			for _, c := range found {
				if seen[c.ID] {
					continue
				}
				seen[c.ID] = true
				if err := visit(c); err != nil {
					return err
				}
			}
			if len(found) < query.Limit {
				break
			}
			last := found[len(found)-1]
			query.After = &docstore.Cursor{Value: last.LoggedAt, ID: last.ID}
		}
	}
	return nil
}

// CasesTogether returns cases of a group dispute to which something happened that the others have not
// been told of, the oldest first. after is the last one of the page before, nil for the first.
func (s *Store) CasesTogether(ctx context.Context, until time.Time, after *models.Case, limit int) ([]*models.Case, error) {
	query := docstore.Query{Index: "together", Filter: []docstore.Condition{docstore.AtMost("togetherAt", until)}, Order: "togetherAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.TogetherAt, ID: after.ID}
	}
	found, err := s.cases.Find(ctx, query)
	return found, told(err, "纠纷")
}

// CasesToScore returns the open cases whose score time may have changed by now, the longest due first.
func (s *Store) CasesToScore(ctx context.Context, now time.Time, after *models.Case, limit int) ([]*models.Case, error) {
	query := docstore.Query{Index: "rescore", Filter: []docstore.Condition{docstore.AtMost("rescoreAt", now)}, Order: "rescoreAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.RescoreAt, ID: after.ID}
	}
	found, err := s.cases.Find(ctx, query)
	return found, told(err, "纠纷")
}

// OpenCases calls visit once with every page of the cases of a county that are logged or mediating. The
// place where the next page begins is kept before a page is worked on.
func (s *Store) OpenCases(ctx context.Context, county string, limit int, visit func([]*models.Case) error) error {
	for _, state := range []models.State{models.Logged, models.Mediating} {
		query := docstore.Query{
			Index:  "county",
			Filter: []docstore.Condition{docstore.Equal("place.county", county), docstore.Equal("state", string(state))},
			Order:  "loggedAt", Limit: limit,
		}
		for {
			found, err := s.cases.Find(ctx, query)
			if err != nil {
				return told(err, "纠纷")
			}
			if len(found) == 0 {
				break
			}
			last := found[len(found)-1]
			query.After = &docstore.Cursor{Value: last.LoggedAt, ID: last.ID}
			if err := visit(found); err != nil {
				return err
			}
			if len(found) < limit {
				break
			}
		}
	}
	return nil
}
