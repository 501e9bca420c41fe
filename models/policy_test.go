package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

func TestPoliciesThatACountyCanChoosePass(t *testing.T) {
	t.Parallel()
	for _, policy := range []*models.Policy{defaultPolicy(), fourLevels()} {
		t.Run(policy.Name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, policy.Check())
			require.NoError(t, models.NewValidator().Check(policy), "tags")
			require.Equal(t, models.PolicyID("", 1), policy.ID)
			require.Equal(t, start.AddDate(-1, 0, 0), policy.EffectiveFrom)
		})
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	drop := func(id string) func(*models.Policy) {
		return func(p *models.Policy) {
			kept := p.Rules[:0]
			for _, r := range p.Rules {
				if r.ID != id {
					kept = append(kept, r)
				}
			}
			p.Rules = kept
		}
	}
	yes := true
	for _, test := range []struct {
		name   string
		change func(*models.Policy)
		says   []string
		not    []string
	}{
		{"no acceptance", drop("acceptance"), []string{"村级、受理、土地流转、蓝（低）、无利益冲突：没有规则"}, []string{"签收", "调解、", "规则重叠"}},
		{"no review at the township", drop("township-review"), []string{"镇级、签收、土地流转、蓝（低）、无利益冲突：没有规则", "镇级、签收、土地流转、蓝（低）、有利益冲突：没有规则"}, []string{"县级", "受理"}},
		{"no rule for dividends with a conflict", drop("village-dividend-conflict"), []string{"村级、调解、集体分红、蓝（低）、有利益冲突：没有规则", "村级、调解、集体分红、黄（一般）、有利益冲突：没有规则"}, []string{"无利益冲突", "土地流转", "橙"}},
		{"no rule for grave risks", drop("village-risk"), []string{"村级、调解、土地流转、橙（较高）、无利益冲突：没有规则", "红（高）"}, []string{"蓝", "黄"}},
		{"two rules for one", func(p *models.Policy) {
			p.Rules = append(p.Rules, models.Rule{ID: "extra", Phase: models.PhaseMediation, Levels: []string{models.LevelCounty}, Types: []models.DisputeType{"labour"}, Conflict: &yes, Days: 1, Unit: models.WorkingDays})
		}, []string{"县级、调解、劳动争议、红（高）、有利益冲突：规则重叠（county、extra）"}, []string{"没有规则", "无利益冲突", "镇级"}},
		{"a level twice", func(p *models.Policy) {
			p.Ladder = append(p.Ladder, models.Rung{Level: models.LevelVillage, Name: "又一个村级", Seat: models.RegionVillage, Body: "committee"})
		}, []string{"层级“又一个村级”重复"}, nil},
		{"a rung without rules", func(p *models.Policy) {
			p.Ladder = append(p.Ladder, models.Rung{Level: "city", Name: "市级", Seat: models.RegionCounty, Body: "office"})
		}, []string{"市级、调解、土地流转、蓝（低）、无利益冲突：没有规则"}, []string{"县级"}},
		{"no rules at all", func(p *models.Policy) { p.Rules = nil }, []string{"村级、调解、土地流转、蓝（低）、无利益冲突：没有规则"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			policy := defaultPolicy()
			test.change(policy)
			err := policy.Check()
			require.Error(t, err)
			e := models.AsError(err)
			require.Equal(t, models.Invalid, e.Kind)
			require.Equal(t, "policy.invalid", e.Code)
			for _, text := range test.says {
				require.Contains(t, e.Message, text)
			}
			for _, text := range test.not {
				require.NotContains(t, e.Message, text)
			}
			require.LessOrEqual(t, strings.Count(e.Message, "；")+1, 10, "no more than ten")
		})
	}
}

// TestCheckedPoliciesMatchExactlyOnce: a policy that lost or doubled any rule is refused, and one
// that passes gives an answer to everything that can come.
func TestCheckedPoliciesMatchExactlyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := rapid.SampledFrom([]*models.Policy{defaultPolicy(), fourLevels()}).Draw(t, "policy")
		i := rapid.IntRange(0, len(policy.Rules)-1).Draw(t, "rule")
		rung := rapid.SampledFrom(policy.Ladder).Draw(t, "rung")
		_, err := policy.Match(models.Circumstances{
			Phase: models.PhaseMediation, Level: rung.Level, Type: models.DisputeType(rapid.SampledFrom(models.DisputeTypes()).Draw(t, "type").Code),
			Risk: models.RiskLevel(rapid.SampledFrom(models.RiskLevels()).Draw(t, "risk").Code), Conflict: rapid.Bool().Draw(t, "conflict"),
		})
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "twice") {
			policy.Rules = append(policy.Rules, policy.Rules[i])
		} else {
			policy.Rules = append(policy.Rules[:i:i], policy.Rules[i+1:]...)
		}
		require.Error(t, policy.Check())
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const calendar, working = models.CalendarDays, models.WorkingDays
	standard, seven := defaultPolicy(), fourLevels()
	for _, test := range []struct {
		name     string
		policy   *models.Policy
		phase    models.Phase
		level    string
		kind     models.DisputeType
		risk     models.RiskLevel
		conflict bool
		days     int
		unit     models.Unit
	}{
		{"acceptance in the village", standard, models.PhaseAcceptance, "village", models.LandTransfer, models.Blue, false, 3, working},
		{"land in the village", standard, models.PhaseMediation, "village", models.LandTransfer, models.Yellow, true, 30, calendar},
		{"dividends in the village", standard, models.PhaseMediation, "village", models.Dividend, models.Blue, false, 20, calendar},
		{"dividends of the own collective", standard, models.PhaseMediation, "village", models.Dividend, models.Blue, true, 10, calendar},
		{"others in the village", standard, models.PhaseMediation, "village", "neighbourhood", models.Blue, false, 30, calendar},
		{"orange in the village", standard, models.PhaseMediation, "village", models.Dividend, models.Orange, true, 10, calendar},
		{"review in the township", standard, models.PhaseReview, "township", models.LandTransfer, models.Red, false, 3, working},
		{"township", standard, models.PhaseMediation, "township", models.Dividend, models.Blue, true, 30, calendar},
		{"orange in the township", standard, models.PhaseMediation, "township", models.Dividend, models.Orange, false, 15, calendar},
		{"review in the county", standard, models.PhaseReview, "county", models.LandTransfer, models.Blue, false, 5, working},
		{"county", standard, models.PhaseMediation, "county", "other", models.Orange, false, 60, calendar},
		{"组", seven, models.PhaseMediation, models.LevelGroup, models.LandTransfer, models.Blue, false, 1, working},
		{"村", seven, models.PhaseMediation, models.LevelVillage, "other", models.Orange, true, 2, working},
		{"镇司法所", seven, models.PhaseMediation, models.LevelOffice, models.Dividend, models.Blue, false, 2, working},
		{"镇", seven, models.PhaseMediation, models.LevelTownship, models.Dividend, models.Yellow, true, 2, working},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rule, err := test.policy.Match(models.Circumstances{Phase: test.phase, Level: test.level, Type: test.kind, Risk: test.risk, Conflict: test.conflict})
			require.NoError(t, err)
			require.Equal(t, test.days, rule.Days)
			require.Equal(t, test.unit, rule.Unit)
		})
	}
	_, err := standard.Match(models.Circumstances{Phase: models.PhaseReview, Level: "village"})
	require.Error(t, err)
}

// 四级七天: four levels, seven working days, each level one clock.
func TestFourLevelPolicy(t *testing.T) {
	t.Parallel()
	policy := fourLevels()
	sum := 0
	for i, rung := range policy.Ladder {
		require.True(t, rung.SingleClock, rung.Name)
		rule, err := policy.Match(models.Circumstances{Phase: models.PhaseMediation, Level: rung.Level})
		require.NoError(t, err)
		sum += rule.Days
		above, ok := policy.Above(rung.Level)
		require.Equal(t, i < 3, ok)
		if ok {
			require.Equal(t, policy.Ladder[i+1], above)
		}
	}
	require.Equal(t, 7, sum)
	require.Len(t, policy.Ladder, 4)

	offices := make([]models.Office, 0, 4)
	for _, rung := range policy.Ladder {
		offices = append(offices, models.OfficeOf(rung, place()))
	}
	require.Equal(t, []models.Office{
		{ID: village + "/group", Region: village, Name: "北坡村人民调解委员会"},
		{ID: village + "/village", Region: village, Name: "北坡村人民调解委员会"},
		{ID: village[:9] + "/office", Region: village[:9], Name: "枫溪镇司法所"},
		{ID: village[:9] + "/township", Region: village[:9], Name: "枫溪镇人民调解委员会"},
	}, offices)

	for seat, level := range map[models.RegionKind]string{models.RegionVillage: models.LevelGroup, models.RegionTownship: models.LevelOffice} {
		rung, ok := policy.Intake(seat)
		require.True(t, ok)
		require.Equal(t, level, rung.Level)
	}
	_, ok := policy.Intake(models.RegionCounty)
	require.False(t, ok)
	_, ok = policy.Rung("county")
	require.False(t, ok)
	_, ok = policy.Above("county")
	require.False(t, ok)
}
