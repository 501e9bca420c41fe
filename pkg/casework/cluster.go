package casework

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// DecideForm confirms or dismisses a group dispute.
type DecideForm struct {
	State  models.ClusterState `json:"state" validate:"required,oneof=confirmed dismissed" label:"意见"`
	Reason string              `json:"reason" validate:"notblank,max=500" label:"理由"`
}

// link looks once, by index, which cases of the village have the widest root in common with a new one,
// and notes how many of them rest on the same contract or plan.
func (s *Service) link(ctx context.Context, c *models.Case) ([]store.RootedCase, error) {
	roots := c.RootsOf()
	if len(roots) == 0 {
		return nil, nil
	}
	found, err := s.store.CasesWithRoot(ctx, c.Place.Village, roots[0])
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(o store.RootedCase) bool { return o.Ended || o.ID == c.ID })
	c.Linked.Earlier = 0
	for _, other := range found {
		if slices.ContainsFunc(roots, func(r models.Root) bool { return r.Narrow() && hasRoot(other, r) }) {
			c.Linked.Earlier++
		}
	}
	return found, nil
}

func hasRoot(c store.RootedCase, root models.Root) bool {
	return slices.ContainsFunc(c.Roots, func(r models.Root) bool { return r.Key() == root.Key() })
}

// suggest puts cases with one root to people as a group dispute, where they come close enough. That it
// fails costs nothing but time: the nightly run finds them again.
func (s *Service) suggest(ctx context.Context, policy *models.RiskPolicy, c *models.Case, fellows []store.RootedCase, now time.Time) {
	if policy == nil || len(fellows) == 0 || c.TogetherAt != nil {
		return
	}
	_, _ = s.gather(ctx, policy, c.Place, append(slices.Clone(fellows), selfOf(c)), now)
}

func selfOf(c *models.Case) store.RootedCase {
	return store.RootedCase{ClusterMember: models.ClusterMember{ID: c.ID, LoggedAt: c.LoggedAt, Households: max(c.Households, 1)}, Village: c.Place.Village, Roots: c.RootsOf()}
}

// crowded says whether the cases that a new one shares a root with were a group before it came: then
// it is put to them by the next run, and logging it writes nothing but the case itself.
func crowded(policy *models.RiskPolicy, fellows []store.RootedCase, now time.Time) bool {
	if policy == nil {
		return false
	}
	var members []models.ClusterMember
	for _, o := range fellows {
		if now.Sub(o.LoggedAt) <= time.Duration(policy.ClusterDays)*24*time.Hour {
			members = append(members, o.ClusterMember)
		}
	}
	return policy.Crowds(members)
}

// gather goes through cases of one village and brings the clusters of their roots up to date. It says
// how many became others.
func (s *Service) gather(ctx context.Context, policy *models.RiskPolicy, place models.Place, cases []store.RootedCase, now time.Time) (int, error) {
	type group struct {
		root    models.Root
		members []models.ClusterMember
	}
	groups := map[string]*group{}
	var order []string
	for _, c := range cases {
		if c.Ended || now.Sub(c.LoggedAt) > time.Duration(policy.ClusterDays)*24*time.Hour {
			continue
		}
		for _, root := range c.Roots {
			key := root.Key()
			if groups[key] == nil {
				groups[key] = &group{root: root}
				order = append(order, key)
			}
			groups[key].members = append(groups[key].members, c.ClusterMember)
		}
	}
	changed := 0
	var kept []*group // what the wider root has found the narrower one need not
	for _, key := range order {
		g := groups[key]
		if !policy.Crowds(g.members) || slices.ContainsFunc(kept, func(o *group) bool { return within(g.members, o.members) }) {
			continue
		}
		kept = append(kept, g)
		did, err := s.gatherRoot(ctx, policy, place, g.root, g.members, now)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	return changed, nil
}

// within says whether every one of some cases is among others.
func within(some, others []models.ClusterMember) bool {
	return !slices.ContainsFunc(some, func(m models.ClusterMember) bool {
		return !slices.ContainsFunc(others, func(o models.ClusterMember) bool { return o.ID == m.ID })
	})
}

func (s *Service) gatherRoot(ctx context.Context, policy *models.RiskPolicy, place models.Place, root models.Root, members []models.ClusterMember, now time.Time) (bool, error) {
	for range attempts {
		cluster, err := s.store.Cluster(ctx, models.Scope{Region: place.Village}, models.ClusterID(place.Village, root))
		switch {
		case store.IsNotFound(err):
			cluster = models.NewCluster(place, root)
		case err != nil:
			return false, err
		}
		if !cluster.Gather(policy, members, now) {
			return false, nil
		}
		if cluster.Version == 0 {
			err = s.store.InsertCluster(ctx, cluster)
		} else {
			err = s.store.ReplaceCluster(ctx, cluster)
		}
		switch {
		case err == nil:
			return true, s.apply(ctx, cluster)
		case !store.IsConflict(err) && !store.IsDuplicate(err, store.IndexID):
			return false, err
		}
	}
	return false, errBusy()
}

func errBusy() error {
	return models.Errorf(models.Conflict, "conflict", "同时修改的人太多，请稍后再试")
}

// maxShown is how many cases of a group dispute are shown with it.
const maxShown = 60

// Cluster returns a group dispute inside the actor's scope, with its latest cases.
func (s *Service) Cluster(ctx context.Context, actor models.Actor, id string) (*models.Cluster, []*models.Case, error) {
	if !SeesCases(actor.Role) {
		return nil, nil, noCases()
	}
	cluster, err := s.store.Cluster(ctx, actor.Scope(), id)
	if err != nil {
		return nil, nil, err
	}
	cases := []*models.Case{}
	for _, m := range cluster.Cases[max(0, len(cluster.Cases)-maxShown):] {
		c, err := s.store.Case(ctx, actor.Scope(), m.ID)
		if err != nil {
			return nil, nil, err
		}
		cases = append(cases, c)
	}
	return cluster, cases, nil
}

// Clusters lists the group disputes in a state inside the actor's scope, the one that changed last
// first.
func (s *Service) Clusters(ctx context.Context, actor models.Actor, place string, state models.ClusterState, limit int) ([]*models.Cluster, error) {
	if !SeesCases(actor.Role) {
		return nil, noCases()
	}
	return s.store.Clusters(ctx, actor.Scope(), place, state, limit)
}

// ClustersOf are the group disputes that a case belongs to, or is suggested for.
func (s *Service) ClustersOf(ctx context.Context, c *models.Case) ([]*models.Cluster, error) {
	out := []*models.Cluster{}
	for _, root := range c.RootsOf() {
		cluster, err := s.store.Cluster(ctx, models.Scope{Region: c.Place.Village}, models.ClusterID(c.Place.Village, root))
		switch {
		case store.IsNotFound(err):
		case err != nil:
			return nil, err
		case cluster.Has(c.ID) || cluster.State == models.ClusterSuggested: // it is put to them within minutes
			out = append(out, cluster)
		}
	}
	return out, nil
}

// DecidesClusters says whether a role confirms and dismisses group disputes: whoever leads an office.
func DecidesClusters(role models.Role) bool {
	return role == models.RoleChair || role == models.RoleJudicial || role == models.RoleCounty
}

// Decide confirms a group dispute, or dismisses it. The decision is one write to its document; every
// case has it in its own file right afterwards, or by the next run.
func (s *Service) Decide(ctx context.Context, actor models.Actor, id string, version int64, form DecideForm) (*models.Cluster, error) {
	form.Reason = strings.TrimSpace(form.Reason)
	for range attempts {
		cluster, err := s.store.Cluster(ctx, actor.Scope(), id)
		if err != nil {
			return nil, err
		}
		if !DecidesClusters(actor.Role) {
			return nil, models.Errorf(models.Forbidden, "cluster.not_yours", "群体性纠纷由村调委会主任、司法所或者县里确认，您现在只能查看")
		}
		if version != 0 && version != cluster.Version {
			last := cluster.History[len(cluster.History)-1]
			return nil, models.Errorf(models.Conflict, "conflict", "这起群体性纠纷在您打开之后有了变化（%s：%s）。您填写的内容还在，请看过再提交", last.Actor.Name, last.State.Name())
		}
		if err := s.validate.Check(&form); err != nil {
			return nil, err
		}
		if err := cluster.Decide(form.State, actor, s.now(), form.Reason); err != nil {
			return nil, err
		}
		err = s.store.ReplaceCluster(ctx, cluster)
		switch {
		case err == nil:
			// It is decided. What cannot be written into a case now is made up for.
			_ = s.apply(ctx, cluster)
			return cluster, nil
		case !store.IsConflict(err):
			return nil, err
		}
	}
	return nil, errBusy()
}

// GatherClusters looks through the cases of the last months for group disputes, township by township:
// what logging a case did not find, or did not come to write.
func (s *Service) GatherClusters(ctx context.Context) (int, error) {
	now := s.now()
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return 0, err
	}
	found := 0
	for _, county := range counties {
		policy, err := s.store.RiskPolicyInForce(ctx, county.Code, now)
		if err != nil {
			return found, err
		}
		townships, err := s.store.RegionsIn(ctx, county.Code)
		if err != nil {
			return found, err
		}
		for _, township := range townships {
			villages := map[string][]store.RootedCase{}
			from := now.AddDate(0, 0, -policy.ClusterDays)
			err := s.store.RootedSince(ctx, township.Code, from, now.Add(time.Millisecond), func(c store.RootedCase) error {
				villages[c.Village] = append(villages[c.Village], c)
				return nil
			})
			if err != nil {
				return found, err
			}
			for _, village := range slices.Sorted(maps.Keys(villages)) {
				place, err := s.store.Place(ctx, village)
				if err != nil {
					return found, err
				}
				n, err := s.gather(ctx, policy, place, villages[village], now)
				if err != nil {
					return found, err
				}
				found += n
			}
		}
	}
	return found, nil
}
