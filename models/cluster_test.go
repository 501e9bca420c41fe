package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
)

func member(days, households int) models.ClusterMember {
	return models.ClusterMember{ID: bson.NewObjectID(), LoggedAt: start.AddDate(0, 0, days), Households: households}
}

func TestRootsAreTheSameHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	root := func(text string) string { return models.Root{Kind: models.RootContract, Text: text}.Key() }
	require.Equal(t, root("北坡2024-12号"), root(" 北坡 2024—12 号"))
	require.Equal(t, root("AB-7"), root("ａｂ７"))
	require.NotEqual(t, root("2024-12"), root("2024-13"))
	c := &models.Case{Land: &models.LandTransferFacts{Transferee: "绿丰合作社", ContractRef: "——"}}
	require.Equal(t, []models.Root{{Kind: models.RootTransferee, Text: "绿丰合作社"}}, c.RootsOf(), "what has no letter is no root")
	c = &models.Case{Dividend: &models.DividendFacts{Year: 2025, DecisionDate: "2026-01-10"}}
	require.Equal(t, []models.Root{{Kind: models.RootYear, Text: "2025"}, {Kind: models.RootDecision, Text: "2026-01-10"}}, c.RootsOf())
	require.Empty(t, (&models.Case{}).RootsOf())
}

func TestWhatCrowds(t *testing.T) {
	t.Parallel()
	p := riskPolicy()
	tests := []struct {
		name    string
		members []models.ClusterMember
		want    bool
	}{
		{"none", nil, false},
		{"one case of many households", []models.ClusterMember{member(0, 30)}, false},
		{"two households", []models.ClusterMember{member(0, 1), member(1, 1)}, false},
		{"three households", []models.ClusterMember{member(0, 1), member(1, 2)}, true},
		{"on the ninetieth day", []models.ClusterMember{member(0, 1), member(90, 2)}, true},
		{"a day later", []models.ClusterMember{member(0, 1), member(91, 2)}, false},
		{"the window moves along", []models.ClusterMember{member(200, 1), member(0, 9), member(150, 1), member(120, 1)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, p.Crowds(tt.members))
		})
	}
}

// TestLifeOfACluster: suggested, dismissed, suggested again when enough has come since, confirmed, and
// taking in what comes then.
func TestLifeOfACluster(t *testing.T) {
	t.Parallel()
	p, now := riskPolicy(), start
	chair := models.Actor{ID: "chair", Name: "周大成", Role: models.RoleChair}
	c := models.NewCluster(models.Place{Village: "330681101201"}, models.Root{Kind: models.RootYear, Text: "2025"})
	a, b := member(0, 1), member(1, 2)
	require.False(t, c.Gather(p, []models.ClusterMember{a}, now), "one is no group")
	require.True(t, c.Gather(p, []models.ClusterMember{b, a}, now))
	require.Equal(t, models.ClusterSuggested, c.State)
	require.Equal(t, a.ID, c.Cases[0].ID, "the first one leads")
	require.False(t, c.Gather(p, []models.ClusterMember{a, b}, now), "the same again changes nothing")
	require.Nil(t, c.PendingAt, "no case knows of a suggestion")
	require.Nil(t, c.Decision())

	require.Error(t, c.Decide(models.ClusterSuggested, chair, now, "x"))
	require.NoError(t, c.Decide(models.ClusterDismissed, chair, now, "起因不同"))
	require.Error(t, c.Decide(models.ClusterDismissed, chair, now, "起因不同"), "once")
	require.False(t, c.Gather(p, []models.ClusterMember{member(2, 2)}, now), "those that were judged count no more")
	require.True(t, c.Gather(p, []models.ClusterMember{member(2, 2), member(3, 1)}, now))
	require.Equal(t, models.ClusterSuggested, c.State)
	require.Len(t, c.Cases, 4)

	require.NoError(t, c.Decide(models.ClusterConfirmed, chair, now, "同一方案"))
	require.NotNil(t, c.PendingAt)
	require.Equal(t, "同一方案", c.Decision().Reason)
	c.PendingAt = nil
	require.True(t, c.Gather(p, []models.ClusterMember{member(60, 1)}, now), "it is taken in as it comes")
	require.NotNil(t, c.PendingAt)
	require.False(t, c.Gather(p, []models.ClusterMember{member(300, 1)}, now), "long after it is another matter")
	require.True(t, c.Gather(p, []models.ClusterMember{member(300, 1), member(310, 2)}, now), "unless it is a group again")
	require.Equal(t, "同一方案", c.Decision().Reason, "what the system notes is no decision")
	require.Equal(t, 1+2+2+1+1+1+2, c.Households())
}

// TestToldIsNoChange: that the others were told of it makes a case no other to who works on it.
func TestToldIsNoChange(t *testing.T) {
	t.Parallel()
	c := logged(defaultPolicy())
	c.Version, c.Revision = 4, 4
	c.Cluster = &models.CaseCluster{ID: "k", Rose: "o", Sat: []int{1}}
	c.Tell(start)
	c.Tell(start.Add(time.Hour))
	require.Equal(t, start, *c.TogetherAt, "the oldest one counts")
	c.Told()
	c.Version++
	require.Nil(t, c.TogetherAt)
	require.Empty(t, c.Cluster.Rose)
	require.Empty(t, c.Cluster.Sat)
	require.False(t, c.ChangedSince(4))
}
