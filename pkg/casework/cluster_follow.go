package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
)

// apply writes what was decided about a cluster into each of its cases, and then notes that this is
// done. A case that has it already is left alone.
func (s *Service) apply(ctx context.Context, cluster *models.Cluster) error {
	if cluster.PendingAt == nil {
		return nil
	}
	led := false
	for _, m := range cluster.Cases {
		err := s.follow(ctx, cluster.Place.Village, m.ID, func(c *models.Case, rules escalation.Rules, now time.Time) (bool, error) {
			led = led || c.Cluster != nil && c.Cluster.ID == cluster.ID && c.Cluster.Lead
			changed, err := settleCluster(c, rules, cluster, !led, now)
			led = led || changed
			return changed, err
		})
		if err != nil {
			return fmt.Errorf("cluster %s: %w", cluster.ID, err)
		}
	}
	done := *cluster
	done.PendingAt = nil
	err := s.store.ReplaceCluster(ctx, &done)
	if store.IsConflict(err) {
		return nil // another decision was made: it is pending by itself
	}
	if err == nil {
		*cluster = done
	}
	return err
}

// settleCluster brings a case in step with what was decided.
func settleCluster(c *models.Case, rules escalation.Rules, cluster *models.Cluster, lead bool, now time.Time) (bool, error) {
	decision := cluster.Decision()
	if c.State == models.Closed || decision == nil {
		return false, nil
	}
	who := decision.Actor.Name + "（" + decision.Actor.Role.Name() + "）"
	switch {
	case cluster.State == models.ClusterConfirmed && c.Cluster == nil:
		note := fmt.Sprintf("%s，共%d件。%s确认：%s", cluster.Root.Name(), len(cluster.Cases), who, decision.Reason)
		return true, c.Move(rules.Policy, models.ActionJoin, models.SystemActor(), now, note, func() error {
			c.Join(cluster, lead, now)
			return nil
		})
	case cluster.State == models.ClusterDismissed && c.Cluster != nil && c.Cluster.ID == cluster.ID:
		note := fmt.Sprintf("%s。%s排除：%s", cluster.Root.Name(), who, decision.Reason)
		return true, c.Move(rules.Policy, models.ActionPart, models.SystemActor(), now, note, func() error {
			c.Part(now)
			return nil
		})
	}
	return false, nil
}

// follow loads a case, lets act change it and writes it back, again when another writer was faster. act
// says whether there was anything to do: doing the same twice changes nothing.
func (s *Service) follow(ctx context.Context, village string, id bson.ObjectID, act func(*models.Case, escalation.Rules, time.Time) (bool, error)) error {
	for range attempts {
		c, err := s.store.Case(ctx, models.Scope{Region: village}, id)
		if err != nil {
			return err
		}
		now := s.now()
		rules, err := escalation.RulesFor(ctx, s.store, c, now)
		if err != nil {
			return err
		}
		changed, err := act(c, rules, now)
		if err != nil || !changed {
			return err
		}
		if err := rules.Assess(c, now); err != nil {
			return err
		}
		s.index(c)
		if err := s.store.ReplaceCase(ctx, c); !store.IsConflict(err) {
			return err
		}
	}
	return errBusy()
}

// together tells the other cases of a group dispute at once what happened to one. The case is written
// by then, and says that they wait to be told: what does not come through now is made up for.
func (s *Service) together(ctx context.Context, c *models.Case) *models.Case {
	if c.TogetherAt == nil || c.Cluster == nil { // to what group it belongs is the next run's to see
		return c
	}
	if told, err := s.tell(ctx, c); err == nil {
		return told
	}
	return c
}

// tell puts a case to the group that it was found to belong to, or lets the others of a confirmed one go
// up with it and records its common sittings on them; then it notes on the case that they have been told.
func (s *Service) tell(ctx context.Context, c *models.Case) (*models.Case, error) {
	if c.Cluster == nil {
		if err := s.regather(ctx, c); err != nil {
			return nil, err
		}
	} else {
		cluster, err := s.store.Cluster(ctx, models.Scope{Region: c.Place.Village}, c.Cluster.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range cluster.Cases {
			if m.ID == c.ID {
				continue
			}
			err := s.follow(ctx, c.Place.Village, m.ID, func(other *models.Case, rules escalation.Rules, now time.Time) (bool, error) {
				return share(c, other, rules, now)
			})
			if err != nil {
				return nil, err
			}
		}
	}
	told := *c
	if c.Cluster != nil {
		cluster := *c.Cluster
		told.Cluster = &cluster
	}
	told.Told()
	switch err := s.store.ReplaceCase(ctx, &told); {
	case store.IsConflict(err): // somebody changed it: the next run tells again, which changes nothing
		return c, nil
	case err != nil:
		return nil, err
	}
	return &told, nil
}

// regather puts a case to the group that was there when it was logged.
func (s *Service) regather(ctx context.Context, c *models.Case) error {
	now := s.now()
	policy, err := s.store.RiskPolicyInForce(ctx, c.Place.County, now)
	if err != nil {
		return err
	}
	seen := *c
	fellows, err := s.link(ctx, &seen)
	if err != nil {
		return err
	}
	_, err = s.gather(ctx, policy, c.Place, append(fellows, selfOf(c)), now)
	return err
}

// share does to another case of the group dispute what was done to one.
func share(c, other *models.Case, rules escalation.Rules, now time.Time) (changed bool, err error) {
	if other.Cluster == nil || other.Cluster.ID != c.Cluster.ID || !other.State.IsOpen() {
		return false, nil
	}
	for _, sitting := range c.Sittings {
		if !slices.Contains(c.Cluster.Sat, sitting.Seq) || other.HasCommon(sitting.Common) {
			continue
		}
		note := fmt.Sprintf("第%d次调解，与%s等共同进行：%s", len(other.Sittings)+1, c.NumberText(), models.NameOf(SittingResults(), sitting.Result))
		err := other.Move(rules.Policy, models.ActionCommon, models.SystemActor(), now, note, func() error {
			sitting.Seq, sitting.Level, sitting.RecordedAt = len(other.Sittings)+1, other.Level, now
			sitting.Statements = slices.DeleteFunc(slices.Clone(sitting.Statements), func(said models.Statement) bool { // of those who are no party there
				return !slices.ContainsFunc(other.Parties, func(p models.Party) bool { return p.Name == said.Party })
			})
			other.Sittings = append(other.Sittings, sitting)
			return nil
		})
		if err != nil {
			return changed, err
		}
		changed = true
	}
	if c.Cluster.Rose == "" || other.Office.ID != c.Cluster.Rose {
		return changed, nil
	}
	note := fmt.Sprintf("同一群体性纠纷的%s已上报，一并上报：%s", c.NumberText(), lastRise(c))
	return true, other.Move(rules.Policy, models.ActionExpire, models.SystemActor(), now, note, func() error {
		return rules.HandUp(other, now, escalation.HandOver{Reason: models.ReasonCluster, Note: note, Asked: lastAsked(c), To: lastTo(c)})
	})
}

// lastRise is why a case went up the last time.
func lastRise(c *models.Case) string {
	for _, stage := range slices.Backward(c.Stages) {
		if stage.Outcome == models.OutcomeEscalated {
			return stage.Reason.Name() + "，" + stage.Note
		}
	}
	return ""
}

// lastTo is the level to which a case went up the last time.
func lastTo(c *models.Case) string {
	for i, stage := range slices.Backward(c.Stages) {
		if stage.Outcome == models.OutcomeEscalated && i+1 < len(c.Stages) {
			return c.Stages[i+1].Level
		}
	}
	return ""
}

func lastAsked(c *models.Case) string {
	for _, stage := range slices.Backward(c.Stages) {
		if stage.Outcome == models.OutcomeEscalated {
			return stage.Asked
		}
	}
	return ""
}

// clusterBatch is how many documents the nightly run reads at once.
const clusterBatch = 100

// Gathered is what a run over the group disputes did.
type Gathered struct {
	Found, Applied, Told int
}

// FollowClusters makes up for what did not come through: decisions that not every case has, and what
// happened to one case of a group dispute and not yet to the others.
func (s *Service) FollowClusters(ctx context.Context) (Gathered, error) {
	var out Gathered
	var faults []error
	now := s.now()
	var last *models.Cluster
	for {
		page, err := s.store.PendingClusters(ctx, now, last, clusterBatch)
		if err != nil {
			return out, errors.Join(append(faults, err)...)
		}
		for _, cluster := range page {
			at := *cluster.PendingAt
			last = &models.Cluster{ID: cluster.ID, PendingAt: &at}
			if err := s.apply(ctx, cluster); err != nil {
				faults = append(faults, err)
				continue
			}
			out.Applied++
		}
		if len(page) < clusterBatch {
			break
		}
	}
	var after *models.Case
	for {
		page, err := s.store.CasesTogether(ctx, now, after, clusterBatch)
		if err != nil {
			return out, errors.Join(append(faults, err)...)
		}
		for _, c := range page {
			at := *c.TogetherAt
			after = &models.Case{ID: c.ID, TogetherAt: &at}
			if _, err := s.tell(ctx, c); err != nil {
				faults = append(faults, fmt.Errorf("case %s: %w", c.ID.Hex(), err))
				continue
			}
			out.Told++
		}
		if len(page) < clusterBatch {
			break
		}
	}
	return out, errors.Join(faults...)
}
