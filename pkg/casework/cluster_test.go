package casework_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/store"
)

// tenant is the root of the drafts: one cooperative has the land.
var tenant = models.Root{Kind: models.RootTransferee, Text: "丰年农机合作社"}

func twoHouseholds(f *casework.LogForm) { f.Households = 2 }

// group is a confirmed group dispute of some cases that the village has taken on.
func (w *world) group(t *testing.T, n int) (*models.Cluster, []*models.Case) {
	t.Helper()
	var cases []*models.Case
	for range n {
		cases = append(cases, w.accepted(t, twoHouseholds))
	}
	_, err := w.FollowClusters(t.Context())
	require.NoError(t, err)
	cluster, err := w.Decide(t.Context(), chair, models.ClusterID(village, tenant), 0, casework.DecideForm{State: models.ClusterConfirmed, Reason: "都是这家合作社欠租"})
	require.NoError(t, err)
	for i := range cases {
		cases[i] = w.stored(t, cases[i])
	}
	return cluster, cases
}

// TestGroupIsFoundAtLogging: cases of one village with one root are put to people, as soon as there are
// enough of them, and no others.
func TestGroupIsFoundAtLogging(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		id := models.ClusterID(village, tenant)
		suggested := func() []*models.Cluster {
			list, err := w.Clusters(t.Context(), judicial, "", models.ClusterSuggested, 10)
			require.NoError(t, err)
			return list
		}
		first := w.log(t)
		require.Equal(t, []string{"transferee/丰年农机合作社"}, first.Roots, "the cooperative among the parties")
		w.log(t, func(f *casework.LogForm) { f.Land.Transferee = "绿丰合作社" })
		_, _, err := w.Log(t.Context(), models.Actor{ID: "wu", Name: "吴建国", Role: models.RoleMediator, Region: otherVillage}, draft(twoHouseholds, func(f *casework.LogForm) { f.VillageCode = otherVillage }), "")
		require.NoError(t, err)
		require.Empty(t, suggested(), "another root, and another village")
		second := w.log(t, twoHouseholds)
		require.Len(t, suggested(), 1)
		cluster, cases, err := w.Cluster(t.Context(), mediator, id)
		require.NoError(t, err)
		require.Equal(t, 3, cluster.Households())
		require.Len(t, cases, 2)
		require.Equal(t, first.ID, cases[0].ID)
		require.Nil(t, w.stored(t, second).Cluster, "a suggestion changes no case")
		require.Equal(t, int64(1), w.stored(t, second).Version)

		third := w.log(t)
		require.NotNil(t, third.TogetherAt, "the next ones wait for the next run: logging writes no more than the case")
		require.Len(t, suggested()[0].Cases, 2)
		did, err := w.FollowClusters(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, did.Told)
		require.Len(t, suggested()[0].Cases, 3)
		require.Nil(t, w.stored(t, third).TogetherAt)
		require.False(t, w.stored(t, third).ChangedSince(third.Version))

		_, _, err = w.Cluster(t.Context(), nextDoor, id)
		require.Equal(t, models.NotFound, models.AsError(err).Kind, "what lies outside does not exist")
		_, err = w.Decide(t.Context(), mediator, id, 0, casework.DecideForm{State: models.ClusterConfirmed, Reason: "同一家"})
		require.Equal(t, models.Forbidden, models.AsError(err).Kind)
		_, err = w.Decide(t.Context(), chair, id, 1, casework.DecideForm{State: models.ClusterConfirmed, Reason: "同一家"})
		require.Equal(t, models.Conflict, models.AsError(err).Kind, "a case came since")
		_, err = w.Decide(t.Context(), chair, id, 0, casework.DecideForm{State: models.ClusterConfirmed})
		require.Equal(t, "reason", models.AsError(err).Fields[0].Field)
	})
}

// TestGroupIsFoundAtNight: what logging did not come to write, or could not see.
func TestGroupIsFoundAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contract := func(f *casework.LogForm) {
		f.Land.ContractRef, f.Parties[1].Kind = "2024-12号", models.Person
		f.Parties[1].IDNumber = ""
	}
	w.log(t, contract, twoHouseholds)
	// It has a transferee too, by which it is looked for: the one before has none.
	w.log(t, contract, func(f *casework.LogForm) { f.Land.Transferee = "绿丰合作社" })
	list, err := w.Clusters(t.Context(), chair, "", models.ClusterSuggested, 10)
	require.NoError(t, err)
	require.Empty(t, list)
	found, err := w.GatherClusters(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, found)
	list, err = w.Clusters(t.Context(), chair, "", models.ClusterSuggested, 10)
	require.NoError(t, err)
	require.Equal(t, "同一合同：2024-12号", list[0].Root.Name())
	found, err = w.GatherClusters(t.Context())
	require.NoError(t, err)
	require.Zero(t, found, "once")
	third := w.log(t, contract)
	require.Equal(t, 2, third.Linked.Earlier)
	require.Contains(t, third.Assessment.Text(), "同一合同或方案此前已有2件纠纷")
}

// TestConfirmedGroupIsHandledAsOne: each case says so, a common sitting stands on all of them, and one
// that goes up takes the others along.
func TestConfirmedGroupIsHandledAsOne(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		_, cases := w.group(t, 3)
		for i, c := range cases {
			require.NoError(t, c.VerifyTimeline())
			require.Equal(t, tenant.Name(), c.Cluster.Name)
			require.Equal(t, i == 0, c.Cluster.Lead)
			require.Contains(t, last(t, c, models.ActionJoin).Note, "周大成（村调委会主任）确认：都是这家合作社欠租")
		}
		alone := did(t)(w.RecordSitting(t.Context(), mediator, ref(cases[1]), w.sitting()))
		require.Empty(t, alone.Sittings[0].Common)
		cases[0] = did(t)(w.RecordSitting(t.Context(), mediator, ref(cases[0]), w.sitting(func(f *casework.SittingForm) {
			f.Together, f.Course = true, "三家一起谈。"
			f.Statements = []casework.StatementForm{{Party: cases[0].Parties[0].Name, Text: "付清"}, {Party: cases[0].Parties[1].Name, Text: "付一半"}}
		})))
		require.Nil(t, cases[0].TogetherAt, "the others have it")
		for i, want := range []int{1, 2, 1} {
			c := w.stored(t, cases[i])
			require.Len(t, c.Sittings, want)
			require.Equal(t, "三家一起谈。", c.Sittings[want-1].Course)
			require.Equal(t, want, c.Sittings[want-1].Seq)
			for _, said := range c.Sittings[want-1].Statements {
				require.Contains(t, []string{c.Parties[0].Name, c.Parties[1].Name}, said.Party, "of no case's stranger")
			}
			require.Contains(t, c.Sittings[want-1].Statements, models.Statement{Party: cases[0].Parties[1].Name, Text: "付一半"}, "who is a party everywhere")
			require.NoError(t, c.VerifyTimeline())
		}

		up := did(t)(w.Escalate(t.Context(), chair, casework.Ref{ID: cases[2].ID}, casework.EscalateForm{Reason: models.ReasonFailed, Note: "差距大", Asked: "请镇里一起调"}))
		require.Equal(t, models.LevelTownship, up.Level)
		for _, c := range cases[:2] {
			c = w.stored(t, c)
			require.Equal(t, models.LevelTownship, c.Level)
			require.Equal(t, models.ReviewPending, c.Review)
			require.Equal(t, models.ReasonCluster, c.Stages[0].Reason)
			require.Contains(t, c.Stages[0].Note, "本级调解不成，差距大")
			require.Equal(t, "请镇里一起调", c.Stages[0].Asked)
			require.NoError(t, c.VerifyTimeline())
		}
		did, err := w.FollowClusters(t.Context())
		require.NoError(t, err)
		require.Equal(t, casework.Gathered{}, did, "nothing is left to do")
		w.log(t, func(f *casework.LogForm) { f.Land.Transferee = "绿丰合作社" })
		page, err := w.List(t.Context(), judicial, store.CaseFilter{Grouped: true}, "", 10)
		require.NoError(t, err)
		require.Len(t, page.Cases, 3, "those of a group alone")
	})
}

// TestSweepTakesTheGroupAlong: a deadline that passes for one hands up all of them, once.
func TestSweepTakesTheGroupAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cluster, cases := w.group(t, 2)
	order := did(t)(w.Order(t.Context(), judicial, ref(cases[0]), casework.OrderForm{Kind: "deadline", LastDay: "2026-03-06", Note: "抓紧"}))
	w.at("2026-03-07 00:05")
	require.Equal(t, 1, w.sweep(t).Moved)
	require.Equal(t, models.LevelVillage, w.stored(t, cases[1]).Level)
	done, err := w.FollowClusters(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, done.Told)
	for _, c := range cases {
		require.Equal(t, models.LevelTownship, w.stored(t, c).Level)
	}
	require.Nil(t, w.stored(t, order).TogetherAt)
	require.Zero(t, w.sweep(t).Moved)

	page, err := w.List(t.Context(), judicial, filterOf(cluster.ID), "", 10)
	require.NoError(t, err)
	require.Len(t, page.Cases, 2)

	parted, err := w.Decide(t.Context(), judicial, cluster.ID, 0, casework.DecideForm{State: models.ClusterDismissed, Reason: "各有各的原因"})
	require.NoError(t, err)
	require.Nil(t, parted.PendingAt)
	for _, c := range cases {
		c = w.stored(t, c)
		require.Nil(t, c.Cluster)
		require.Contains(t, last(t, c, models.ActionPart).Note, "各有各的原因")
	}
}

// dying is an engine whose writes fail after so many, as if the machine had stopped; it lives again when
// it is given new life.
type dying struct {
	docstore.Engine
	left atomic.Int64
}

func (d *dying) spent() error {
	if d.left.Add(-1) < 0 {
		return fmt.Errorf("write: %w", docstore.ErrUnavailable)
	}
	return nil
}

func (d *dying) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	if err := d.spent(); err != nil {
		return err
	}
	return d.Engine.Insert(ctx, kind, doc)
}

func (d *dying) Replace(ctx context.Context, kind *docstore.Kind, doc bson.Raw, expected int64) error {
	if err := d.spent(); err != nil {
		return err
	}
	return d.Engine.Replace(ctx, kind, doc, expected)
}

// TestGroupSurvivesACrash: whichever write is the last one, the next run brings every case to where it
// would have been, and none of it twice.
func TestGroupSurvivesACrash(t *testing.T) {
	t.Parallel()
	for writes := range 14 {
		t.Run(fmt.Sprint(writes), func(t *testing.T) {
			t.Parallel()
			engine := enginetest.Embedded(t)
			mortal := &dying{Engine: engine}
			mortal.left.Store(1 << 40)
			w := newWorldOn(t, mortal, docstoretest.All)
			var cases []*models.Case
			for range 3 {
				cases = append(cases, w.accepted(t, twoHouseholds))
			}
			_, err := w.FollowClusters(t.Context())
			require.NoError(t, err)

			mortal.left.Store(int64(writes))
			_, errDecide := w.Decide(t.Context(), chair, models.ClusterID(village, tenant), 0, casework.DecideForm{State: models.ClusterConfirmed, Reason: "同一家"})
			_, errSit := w.RecordSitting(t.Context(), mediator, casework.Ref{ID: cases[0].ID}, w.sitting(func(f *casework.SittingForm) { f.Together = true }))
			_, errUp := w.Escalate(t.Context(), chair, casework.Ref{ID: cases[0].ID}, casework.EscalateForm{Reason: models.ReasonFailed, Note: "差距大"})
			mortal.left.Store(1 << 40)
			for range 2 { // the second finds nothing
				_, err = w.FollowClusters(t.Context())
				require.NoError(t, err)
			}
			for _, c := range cases {
				c = w.stored(t, c)
				require.NoError(t, c.VerifyTimeline())
				require.Equal(t, errDecide == nil, c.Cluster != nil, "decided: %v", errDecide)
				require.Equal(t, errSit == nil, len(c.Sittings) == 1, "sat: %v, has %d", errSit, len(c.Sittings))
				if errUp == nil && errDecide == nil && c.ID != cases[0].ID {
					require.Equal(t, models.LevelTownship, c.Level)
				}
				require.Nil(t, c.TogetherAt)
				require.LessOrEqual(t, count(c, models.ActionJoin), 1)
				require.LessOrEqual(t, count(c, models.ActionExpire), 1)
				if c.ID == cases[0].ID {
					require.Equal(t, errUp == nil, slices.ContainsFunc(c.Timeline, func(e models.Event) bool { return e.Action == models.ActionEscalate }))
				}
			}
		})
	}
}

func filterOf(cluster string) store.CaseFilter { return store.CaseFilter{Cluster: cluster} }
