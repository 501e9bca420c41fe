package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/rules"
)

// TestDraftAndBack: what a version is written as is read as the same version, on every ladder.
func TestDraftAndBack(t *testing.T) {
	t.Parallel()
	narrow := models.DefaultPolicy(origin)
	narrow.Name, narrow.Rules[1].ExceptSubtypes = "分情形", []string{"rent_arrears"}
	rent := narrow.Rules[1]
	rent.ID, rent.Name, rent.ExceptSubtypes, rent.Subtypes, rent.ExtendDays = "rent", "租金", nil, []string{"rent_arrears"}, new(int)
	narrow.Rules = append(narrow.Rules, rent)
	for _, p := range []*models.Policy{models.DefaultPolicy(origin), models.FourLevelPolicy(origin), narrow} {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			d := rules.DraftOf(p)
			require.Empty(t, d.EffectiveFrom, "the day is a decision of its own")
			d.EffectiveFrom = "2027-01-01"
			got, err := d.Policy(p)
			require.NoError(t, err)
			require.Equal(t, local("2027-01-01 00:00"), got.EffectiveFrom)
			require.Empty(t, models.ComparePolicies(p, got))
			for i := range p.Rules {
				require.Equal(t, p.Rules[i].ID, got.Rules[i].ID)
			}
			require.NoError(t, got.Check())
		})
	}
	d := rules.DraftOf(models.DefaultPolicy(origin))
	require.Equal(t, rules.DraftRule{ID: "village-dividend-conflict", Name: "村级集体分红，被申请人是村集体", Levels: "村级", Phase: "mediation", Types: "集体分红", Risks: "蓝、黄", Conflict: "yes", Days: "10", Unit: "calendar", WarnDays: "7、2"}, d.Rules[3])
	require.Equal(t, "土地流转、集体分红", d.Rules[4].Except)
	require.Equal(t, "红", d.AtOnce)
}

// TestDraftAsPeopleType it.
func TestDraftAsPeopleType(t *testing.T) {
	t.Parallel()
	from := models.DefaultPolicy(origin)
	for _, test := range []struct {
		name string
		row  rules.DraftRule
		want models.Rule
	}{
		{"names with any separator", rules.DraftRule{Levels: "村级，镇级", Types: "土地流转 集体分红；邻里", Risks: "蓝,黄", Days: "20日", WarnDays: "7 2"},
			models.Rule{Levels: []string{"village", "township"}, Types: []models.DisputeType{"land_transfer", "dividend", "neighbourhood"}, Risks: []models.RiskLevel{"blue", "yellow"}, Days: 20, WarnDays: []int{7, 2}}},
		{"nothing is all", rules.DraftRule{Days: "３", WarnDays: " "}, models.Rule{Days: 3}},
		{"beginnings", rules.DraftRule{Levels: "村", Types: "土地", Risks: "橙色、红（高）", Days: " 10 个工作日", WarnDays: "提前3天"},
			models.Rule{Levels: []string{"village"}, Types: []models.DisputeType{"land_transfer"}, Risks: []models.RiskLevel{"orange", "red"}, Days: 10, WarnDays: []int{3}}},
		{"twice the same", rules.DraftRule{Types: "邻里、邻里", Days: "5", WarnDays: "2、2"}, models.Rule{Types: []models.DisputeType{"neighbourhood"}, Days: 5, WarnDays: []int{2}}},
		{"sub-types of one type", rules.DraftRule{Types: "土地流转", Subtypes: "租金、再流转", Days: "5", ExtendDays: "0"}, models.Rule{Types: []models.DisputeType{"land_transfer"}, Subtypes: []string{"rent_arrears", "sub_transfer"}, Days: 5, ExtendDays: new(int)}},
		{"but for sub-types", rules.DraftRule{Types: "集体分红", ExceptSubtypes: "成员资格", Days: "5"}, models.Rule{Types: []models.DisputeType{"dividend"}, ExceptSubtypes: []string{"membership"}, Days: 5}},
		{"with conflict", rules.DraftRule{Conflict: "yes", Except: "其他", Days: "5"}, models.Rule{Conflict: yes(true), Except: []models.DisputeType{"other"}, Days: 5}},
		{"without conflict", rules.DraftRule{Conflict: "no", Days: "5"}, models.Rule{Conflict: yes(false), Days: 5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := rules.DraftOf(from)
			d.EffectiveFrom = "2027-01-01"
			test.row.ID, test.row.Name, test.row.Phase, test.row.Unit = "x", " 名 ", "review", "working"
			d.Rules = []rules.DraftRule{test.row}
			got, err := d.Policy(from)
			require.NoError(t, err)
			test.want.ID, test.want.Name, test.want.Phase, test.want.Unit = "x", "名", models.PhaseReview, models.WorkingDays
			require.Equal(t, test.want, got.Rules[0])
		})
	}
}

func yes(v bool) *bool { return &v }

// TestDraftFaults: what cannot be read is said at its field.
func TestDraftFaults(t *testing.T) {
	t.Parallel()
	from := models.DefaultPolicy(origin)
	d := rules.DraftOf(from)
	d.EffectiveFrom, d.AtOnce, d.PoliceHours, d.PauseMaxDays = "明年", "紫", "一天", ""
	d.VisitDays, d.DueWarnDays = "0", "每天"
	d.Rules[6].Subtypes, d.Rules[7].Types, d.Rules[7].ExceptSubtypes, d.Rules[8].Types, d.Rules[8].Subtypes, d.Rules[9].ExtendDays = "租金拖欠", "邻里", "租金拖欠", "集体分红", "租金拖欠", "几天"
	d.Rules[0].Days, d.Rules[1].Levels, d.Rules[2].Types, d.Rules[3].Except, d.Rules[4].Risks, d.Rules[5].WarnDays = "三", "市级", "土地流转、分家", "公路", "绿", "每天"
	_, err := d.Policy(from)
	types := "土地流转、集体分红、婚姻家庭、邻里、房屋宅基地、合同、生产经营、损害赔偿、劳动争议、村务管理、山林土地、征地拆迁、环境保护、道路交通事故、物业、医疗、消费、其他；不写就是全部"
	requireFaults(t, err, map[string]string{
		"effectiveFrom":           "生效日期请写成年-月-日，例如2027-01-01",
		"atOnce":                  "没有“紫”这个风险等级，可以写：蓝（低）、黄（一般）、橙（较高）、红（高）；不写就是没有",
		"policeHours":             "登记报告公安的小时数请写成整数，例如 20",
		"pauseMaxDays":            "请填写暂停的最多天数",
		"visitDays":               "结案后回访的天数至少为1",
		"dueWarnDays":             "提前提醒的天数请写成数字，例如 7、2；不提醒就空着",
		"rules[0].days":           "天数请写成整数，例如 20",
		"rules[1].levels":         "没有“市级”这个层级，可以写：村级、镇级、县级；不写就是全部",
		"rules[2].types":          "没有“分家”这个纠纷类型，可以写：" + types,
		"rules[3].except":         "没有“公路”这个纠纷类型，可以写：" + types,
		"rules[4].risks":          "没有“绿”这个风险等级，可以写：蓝（低）、黄（一般）、橙（较高）、红（高）；不写就是全部",
		"rules[6].subtypes":       "写具体情形，类型要写一种，而且只能写一种",
		"rules[7].exceptSubtypes": "邻里没有具体情形，这一格请空着",
		"rules[8].subtypes":       "没有“租金拖欠”这个具体情形，可以写：成员资格、份额量化、分配方案、扣发截留、公积公益金、征地补偿费分配、财务不公开；不写就是全部",
		"rules[9].extendDays":     "延期的最多天数请写成整数，例如 20",
		"rules[5].warnDays":       "提前提醒的天数请写成数字，例如 7、2；不提醒就空着",
	})
	d.EffectiveFrom = ""
	_, err = d.Policy(from)
	require.Equal(t, "请填写生效日期", models.AsError(err).Fields[0].Message)
}

// TestNewRulesGetIDs: a rule that is added has an id of its own, which no other has.
func TestNewRulesGetIDs(t *testing.T) {
	t.Parallel()
	from := models.DefaultPolicy(origin)
	d := rules.DraftOf(from)
	d.EffectiveFrom = "2027-01-01"
	d.Rules[2].ID, d.Rules[5].ID, d.Rules[7].ID = "", "", "rule-1"
	got, err := d.Policy(from)
	require.NoError(t, err)
	require.Equal(t, []string{"rule-2", "rule-3", "rule-1"}, []string{got.Rules[2].ID, got.Rules[5].ID, got.Rules[7].ID})
	require.NoError(t, got.Check())
}
