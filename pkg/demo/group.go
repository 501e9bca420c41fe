package demo

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// troubles gives a dispute the signs that make its risk what its course wants. The calmer ones are as
// often a mediator's own judgement.
func (l *life) troubles(form *casework.LogForm) {
	switch l.risk {
	case models.Red:
		form.Risk, form.RiskSigns = models.Blue, models.RiskSigns{Threat: true, Weapon: true}
		form.Facts += "争执中有人抄起锄头，扬言要动手。"
	case models.Orange:
		form.Risk, form.RiskSigns = models.Blue, models.RiskSigns{Crowd: true, Court: true}
		form.Facts += "一方叫来十几个亲戚围在门口，说再不解决就去起诉。"
	case models.Yellow:
		if l.random.IntN(2) == 0 {
			form.Risk, form.RiskSigns = models.Blue, models.RiskSigns{Petition: true}
			form.Facts += "申请人说村里不管就到县里上访。"
		}
	}
}

// callPolice puts on record, some hours later, that what asks for it was reported.
func (w *world) callPolice(l *life, c *models.Case) {
	if !c.Police.IsOpen() {
		return
	}
	w.at(w.now.Add(time.Duration(1+l.random.IntN(5))*time.Hour), func(ctx context.Context) error {
		found, err := w.store.Case(ctx, models.Scope{Region: CountyCode}, l.id)
		if err != nil || found.State == models.Closed || !found.Police.IsOpen() {
			return err
		}
		actor := w.staff[found.Place.Village]
		_, err = w.casework.ReportPolice(ctx, actor, casework.Ref{ID: l.id}, casework.PoliceForm{
			ReportedAt: w.now, ReportedBy: actor.Name, ReportedTo: found.Place.TownshipName + "派出所", Note: "民警到场劝开，双方先回家。",
		})
		if err != nil {
			return fmt.Errorf("report to the police: %w", err)
		}
		return nil
	})
}

// judged is how many days a suggested group waits until somebody decides on it.
const judged = 6

// judge decides on the groups that have waited long enough, and lets their cases know.
func (w *world) judge(ctx context.Context) error {
	if _, err := w.casework.FollowClusters(ctx); err != nil {
		return err
	}
	county := models.Actor{ID: "demo", Role: models.RoleCounty, Region: CountyCode}
	waiting, err := w.casework.Clusters(ctx, county, "", models.ClusterSuggested, 100)
	if err != nil {
		return err
	}
	for _, cluster := range waiting {
		if w.now.Sub(cluster.FoundAt) < judged*24*time.Hour {
			continue
		}
		form := casework.DecideForm{State: models.ClusterDismissed, Reason: "只是同一年度的分红，各家争的不是一回事，分开办。"}
		switch {
		case cluster.Root.Kind == models.RootTransferee || cluster.Root.Kind == models.RootContract:
			form = casework.DecideForm{State: models.ClusterConfirmed, Reason: "都是同一家流转，说法一样，合起来谈才谈得拢。"}
		case len(cluster.Cases) > 3:
			form = casework.DecideForm{State: models.ClusterConfirmed, Reason: "都对今年的分配方案有意见，联名找过村里。"}
		}
		if _, err := w.casework.Decide(ctx, w.staff[cluster.Place.Township], cluster.ID, 0, form); err != nil {
			return fmt.Errorf("decide on a group: %w", err)
		}
	}
	return nil
}

// above says whether a level lies above another.
func above(level, other string) bool {
	rank := map[string]int{models.LevelVillage: 1, models.LevelTownship: 2, models.LevelCounty: 3}
	return rank[level] > rank[other]
}
