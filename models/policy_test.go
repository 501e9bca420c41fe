package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
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
		{"sub-types of two types", rule(6, func(r *models.Rule) { r.Subtypes = []string{"plan"} }), []string{"镇级签收没有规则：集体分红（未选具体情形、成员资格、份额量化、扣发截留、公积公益金、征地补偿费分配、财务不公开）、除集体分红外的各类纠纷"}, map[string]string{"rules[6].subtypes": "规则“镇级签收”：写了具体情形，纠纷类型要写一种，而且只能写一种"}},
		{"a sub-type of another type", rule(1, func(r *models.Rule) { r.ExceptSubtypes = []string{"plan"} }), nil, map[string]string{"rules[1].exceptSubtypes": "规则“村级土地流转”：土地流转没有“plan”这个具体情形"}},
		{"a gap of sub-types", rule(1, func(r *models.Rule) { r.ExceptSubtypes = []string{"rent_arrears", "unfiled"} }),
			[]string{"村级调解没有规则：土地流转（租金拖欠、未备案），风险蓝（低）、黄（一般）"}, nil},
		{"a gap of those without a sub-type", func(p *models.Policy) {
			for _, s := range models.Subtypes(models.Dividend) {
				p.Rules[2].Subtypes = append(p.Rules[2].Subtypes, s.Code)
			}
		}, []string{"村级调解没有规则：集体分红（未选具体情形），风险蓝（低）、黄（一般），无利益冲突"}, nil},
		{"an overlap of a sub-type", func(p *models.Policy) {
			p.Rules = append(p.Rules, models.Rule{ID: "rent", Name: "租金", Phase: models.PhaseMediation, Levels: []string{models.LevelVillage}, Types: []models.DisputeType{models.LandTransfer}, Subtypes: []string{"rent_arrears"}, Risks: []models.RiskLevel{models.Blue}, Days: 5, Unit: models.WorkingDays})
		}, nil, map[string]string{"rules[11].name": "规则“租金”和“村级土地流转”重叠：村级调解，土地流转（租金拖欠），风险蓝（低）"}},
		{"an extension of a review", rule(6, func(r *models.Rule) { r.ExtendDays = new(int) }), nil, map[string]string{"rules[6].extendDays": "规则“镇级签收”：只有调解期限可以延期，签收的规则请把延期空着"}},
		{"a longer extension than the version allows", rule(1, func(r *models.Rule) { n := 16; r.ExtendDays = &n }), nil, map[string]string{"rules[1].extendDays": "规则“村级土地流转”：延期16日，超过了这一版“延期的最多天数”15日"}},
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

// subtyped is the default with ten days for rent arrears, which are not extended.
func subtyped() *models.Policy {
	p := defaultPolicy()
	rent := p.Rules[1]
	rent.ID, rent.Name, rent.Subtypes, rent.Days, rent.ExtendDays = "village-rent", "村级租金拖欠", []string{"rent_arrears"}, 10, new(int)
	p.Rules[1].ExceptSubtypes = []string{"rent_arrears"}
	p.Rules = append(p.Rules, rent)
	return p
}

// TestRulesOfSubtypes: a rule for a sub-type and one for the others cover all, and are told apart; a
// version reads from the store as it was written, and one that is older has none of it.
func TestRulesOfSubtypes(t *testing.T) {
	t.Parallel()
	p := subtyped()
	require.NoError(t, p.Check())
	require.NoError(t, models.NewValidator().Check(p))
	for subtype, want := range map[string]int{"rent_arrears": 10, "unfiled": 30, "": 30} {
		c := &models.Case{Type: models.LandTransfer, Subtype: subtype, Level: models.LevelVillage, Risk: models.Blue}
		rule, err := p.Match(c.Circumstances(models.PhaseMediation, c.Level, c.Risk))
		require.NoError(t, err)
		require.Equal(t, want, rule.Days, subtype)
		most, err := p.ExtendLimitOf(c)
		require.NoError(t, err)
		require.Equal(t, map[int]int{10: 0, 30: 15}[want], most)
	}
	require.Equal(t, "村级调解，土地流转（租金拖欠），风险蓝（低）、黄（一般）", p.Reach(&p.Rules[11]))
	require.Equal(t, "村级调解，土地流转（除租金拖欠外），风险蓝（低）、黄（一般）", p.Reach(&p.Rules[1]))

	raw, err := docstore.Marshal(p)
	require.NoError(t, err)
	var back models.Policy
	require.NoError(t, bson.Unmarshal(raw, &back))
	require.Equal(t, []any{p.Rules[11].Subtypes, p.Rules[11].ExtendDays, p.Rules[1].ExceptSubtypes}, []any{back.Rules[11].Subtypes, back.Rules[11].ExtendDays, back.Rules[1].ExceptSubtypes})
	require.Empty(t, models.ComparePolicies(p, &back))
	raw, err = docstore.Marshal(defaultPolicy())
	require.NoError(t, err)
	require.NotContains(t, string(raw), "ubtypes")
	require.NotContains(t, string(raw), "extendDays")

	var told []string
	for _, change := range models.ComparePolicies(defaultPolicy(), p) {
		told = append(told, change.Text())
	}
	require.Equal(t, []string{
		"村级土地流转的适用范围：村级调解，土地流转，风险蓝（低）、黄（一般） → 村级调解，土地流转（除租金拖欠外），风险蓝（低）、黄（一般）",
		"村级租金拖欠：新增，村级调解，土地流转（租金拖欠），风险蓝（低）、黄（一般），10日，提前7日、2日，不能延期",
	}, told)
	longer := subtyped()
	five := 5
	longer.Rules[11].ExtendDays = &five
	require.Equal(t, "村级租金拖欠的延期：不能延期 → 最多延期5日", models.ComparePolicies(p, longer)[0].Text())
	longer.ExtendMaxDays = 3
	require.Equal(t, 3, longer.ExtendLimit(&longer.Rules[11]), "never more than the version allows")
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
