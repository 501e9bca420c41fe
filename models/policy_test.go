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
	rule := func(i int, change func(*models.Rule)) func(*models.Policy) {
		return func(p *models.Policy) { change(&p.Rules[i]) }
	}
	for _, test := range []struct {
		name   string
		change func(*models.Policy)
		whole  []string          // what stands in the message
		fields map[string]string // what stands at fields
	}{
		{"no acceptance", drop("acceptance"), []string{"村级受理没有规则：各类纠纷", "镇级受理没有规则：各类纠纷", "县级受理没有规则：各类纠纷"}, nil},
		{"no review at the township", drop("township-review"), []string{"镇级签收没有规则：各类纠纷"}, nil},
		{"no rule for dividends with a conflict", drop("village-dividend-conflict"), []string{"村级调解没有规则：集体分红，风险蓝（低）、黄（一般），有利益冲突"}, nil},
		{"no rule for grave risks", drop("village-risk"), []string{"村级调解没有规则：各类纠纷，风险橙（较高）、红（高）"}, nil},
		{"no rule for the others", drop("village-other"), []string{"村级调解没有规则：除土地流转、集体分红外的各类纠纷，风险蓝（低）、黄（一般）"}, nil},
		{"a gap of many shapes", rule(3, func(r *models.Rule) { r.Conflict = nil; r.Risks = []models.RiskLevel{models.Yellow} }), // dividends with a conflict
			[]string{"村级调解没有规则：集体分红，风险蓝（低），有利益冲突"}, map[string]string{"rules[3].name": "规则“村级集体分红，被申请人是村集体”和“村级集体分红”重叠：村级调解，集体分红，风险黄（一般），无利益冲突"}},
		{"half of the types", rule(4, func(r *models.Rule) {
			r.Except = nil
			for _, t := range models.DisputeTypes()[7:] {
				r.Types = append(r.Types, models.DisputeType(t.Code))
			}
		}), []string{"村级调解没有规则：婚姻家庭、邻里、房屋宅基地、合同等5类纠纷，风险蓝（低）、黄（一般）"}, nil},
		{"two rules for one", func(p *models.Policy) {
			p.Rules = append(p.Rules, models.Rule{ID: "extra", Name: "劳动争议", Phase: models.PhaseMediation, Levels: []string{models.LevelCounty}, Types: []models.DisputeType{"labour"}, Conflict: &yes, Days: 1, Unit: models.WorkingDays})
		}, nil, map[string]string{"rules[11].name": "规则“劳动争议”和“县级调解”重叠：县级调解，劳动争议，有利益冲突"}},
		{"three rules for one", func(p *models.Policy) {
			for _, id := range []string{"a", "b"} {
				p.Rules = append(p.Rules, models.Rule{ID: id, Name: id, Phase: models.PhaseReview, Levels: []string{models.LevelCounty}, Days: 1, Unit: models.WorkingDays})
			}
		}, nil, map[string]string{"rules[12].name": "规则“b”和“县级签收”、“a”重叠：县级签收，各类纠纷"}},
		{"a level twice", func(p *models.Policy) {
			p.Ladder[2].Level = models.LevelTownship
			p.Rules = p.Rules[:9]
		}, []string{"层级“县级”重复"}, nil},
		{"a ladder that goes down", func(p *models.Policy) { p.Ladder[0], p.Ladder[1] = p.Ladder[1], p.Ladder[0] }, []string{"层级“村级”应排在“镇级”前面", "村级签收没有规则：各类纠纷"}, map[string]string{"rules[6].name": "规则“镇级签收”管不到任何案件，请改正或者删去"}},
		{"a rung without rules", func(p *models.Policy) {
			p.Ladder = append(p.Ladder, models.Rung{Level: "city", Name: "市级", Seat: models.RegionCounty, Body: "office"})
		}, []string{"市级签收没有规则：各类纠纷", "市级调解没有规则：各类纠纷"}, nil},
		{"no rules at all", func(p *models.Policy) { p.Rules = nil }, []string{"村级受理没有规则：各类纠纷", "县级调解没有规则：各类纠纷"}, nil},
		{"a level that is not there", rule(1, func(r *models.Rule) { r.Levels = []string{"villlage"} }),
			[]string{"村级调解没有规则：土地流转，风险蓝（低）、黄（一般）"}, map[string]string{"rules[1].levels": "规则“村级土地流转”：没有“villlage”这个层级"}},
		{"a type that is not there", rule(1, func(r *models.Rule) { r.Types = []models.DisputeType{"land"} }),
			[]string{"村级调解没有规则：土地流转"}, map[string]string{"rules[1].types": "规则“村级土地流转”：没有“land”这个纠纷类型"}},
		{"an exception that is not there", rule(7, func(r *models.Rule) { r.Except = []models.DisputeType{"nothing"} }), nil, map[string]string{"rules[7].except": "规则“镇级调解”：没有“nothing”这个纠纷类型"}},
		{"a risk that is not there", rule(7, func(r *models.Rule) { r.Risks = append(r.Risks[:2:2], "violet") }), nil, map[string]string{"rules[7].risks": "规则“镇级调解”：没有“violet”这个风险等级"}},
		{"at once with a risk that is not there", func(p *models.Policy) { p.AtOnce = []models.RiskLevel{"violet"} }, nil, map[string]string{"atOnce": "没有“violet”这个风险等级"}},
		{"a rule for nothing", func(p *models.Policy) {
			p.Rules = append(p.Rules, models.Rule{ID: "extra", Name: "村级签收", Phase: models.PhaseReview, Levels: []string{models.LevelVillage}, Days: 3, Unit: models.WorkingDays})
		}, nil, map[string]string{"rules[11].name": "规则“村级签收”管不到任何案件，请改正或者删去"}},
		{"two rules of one id", rule(10, func(r *models.Rule) { r.ID = "county-review" }), nil, map[string]string{"rules[10].name": "规则“县级调解”和“县级签收”的编号一样"}},
		{"reminded before it began", rule(5, func(r *models.Rule) { r.Days = 7 }), nil, map[string]string{"rules[5].warnDays": "规则“村级橙色以上”的期限只有7日，不能提前7日提醒"}},
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
			for _, text := range test.whole {
				require.Contains(t, e.Message, text)
			}
			require.Equal(t, len(test.whole) > 0, strings.HasPrefix(e.Message, "规则有缺漏："), e.Message)
			fields := map[string]string{}
			for _, f := range e.Fields {
				fields[f.Field] = f.Message
			}
			for field, text := range test.fields {
				require.Equal(t, text, fields[field], "%v", fields)
			}
			require.Equal(t, len(test.fields) > 0, len(e.Fields) > 0, "%v", e.Fields)
			require.LessOrEqual(t, strings.Count(e.Message, "；")+1, 11, "no more than ten, and how many more")
			require.LessOrEqual(t, len(e.Fields), 10)
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
