package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

func TestComparePolicies(t *testing.T) {
	t.Parallel()
	yes := true
	for _, test := range []struct {
		name   string
		change func(*models.Policy)
		want   []string
	}{
		{"nothing", func(*models.Policy) {}, nil},
		{"a later date is no change of a rule", func(p *models.Policy) { p.Number, p.EffectiveFrom = 2, start }, nil},
		{"days", func(p *models.Policy) { p.Rules[1].Days = 20 }, []string{"村级土地流转：30日 → 20日"}},
		{"working days", func(p *models.Policy) { p.Rules[1].Unit = models.WorkingDays }, []string{"村级土地流转：30日 → 30个工作日"}},
		{"a name", func(p *models.Policy) { p.Rules[1].Name = "村级流转" }, []string{"村级土地流转的名称：村级土地流转 → 村级流转"}},
		{"reminders", func(p *models.Policy) { p.Rules[1].WarnDays = nil }, []string{"村级土地流转的提醒：提前7日、2日 → 不提醒"}},
		{"types", func(p *models.Policy) { p.Rules[4].Except = append(p.Rules[4].Except, "traffic") },
			[]string{"村级其他纠纷的适用范围：村级调解，除土地流转、集体分红外的各类纠纷，风险蓝（低）、黄（一般） → 村级调解，除土地流转、集体分红、道路交通事故外的各类纠纷，风险蓝（低）、黄（一般）"}},
		{"conflict", func(p *models.Policy) { p.Rules[7].Conflict = &yes },
			[]string{"镇级调解的适用范围：镇级调解，各类纠纷，风险蓝（低）、黄（一般） → 镇级调解，各类纠纷，风险蓝（低）、黄（一般），有利益冲突"}},
		{"a new id under the same name", func(p *models.Policy) { p.Rules[1].ID, p.Rules[1].Days = "other", 25 }, []string{"村级土地流转：30日 → 25日"}},
		{"ids before names", func(p *models.Policy) {
			p.Rules[9].Name, p.Rules[10].Name = p.Rules[10].Name, p.Rules[9].Name
		}, []string{"县级签收的名称：县级签收 → 县级调解", "县级调解的名称：县级调解 → 县级签收"}},
		{"one more, one less", func(p *models.Policy) {
			p.Rules[0] = models.Rule{ID: "intake", Name: "登记后受理", Phase: models.PhaseAcceptance, Days: 5, Unit: models.WorkingDays, WarnDays: []int{1}}
		}, []string{"登记后受理：新增，各级受理，各类纠纷，5个工作日，提前1日", "受理：取消（原为各级受理，各类纠纷，3个工作日，提前1日）"}},
		{"all else", func(p *models.Policy) {
			p.AtOnce, p.ReturnMaxDays, p.ExtendMaxDays, p.PauseMaxDays, p.PoliceHours = nil, 10, 0, 30, 12
		}, []string{"立即上报的风险：红（高） → 没有", "退回补充的天数：5至15日 → 5至10日", "延期的最多天数：15日 → 不允许", "暂停的最多天数：60日 → 30日", "登记报告公安：24小时内 → 12小时内"}},
		{"after mediation", func(p *models.Policy) {
			p.VisitDays, p.VisitWarnDays, p.DueWarnDays, p.ConfirmDays = 15, nil, []int{5}, []int{10, 25}
		},
			[]string{"结案后回访：30日内，提前7日、当天提醒 → 15日内，不提醒", "协议履行的提醒：提前3日、当天提醒，过期次日再提醒 → 提前5日提醒，过期次日再提醒",
				"司法确认的提醒：生效后第20日、生效后第27日提醒，三十日内申请 → 生效后第10日、生效后第25日提醒，三十日内申请"}},
		{"a version without days after mediation", func(p *models.Policy) { p.VisitDays, p.VisitWarnDays, p.DueWarnDays, p.ConfirmDays = 0, nil, nil, nil }, nil},
		{"the ladder", func(p *models.Policy) {
			p.Ladder, p.Rules = p.Ladder[:2], p.Rules[:9]
			p.Ladder[1].SingleClock, p.Ladder[1].Body = true, "committee"
		}, []string{"县级签收：取消（原为县级签收，各类纠纷，5个工作日，提前2日）", "县级调解：取消（原为县级调解，各类纠纷，60日，提前7日、2日）", "层级：村级、镇级、县级 → 村级、镇级", "镇级的办理单位：乡镇的签收单位 → 乡镇人民调解委员会", "镇级的计时：受理、签收和调解分别计时 → 一个期限管到底"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			is := defaultPolicy()
			test.change(is)
			var got []string
			for _, c := range models.ComparePolicies(defaultPolicy(), is) {
				got = append(got, c.Text())
			}
			require.Equal(t, test.want, got)
		})
	}
}

// TestCompareAnotherLadder: whoever chooses “四级七天” reads what becomes of every rule.
func TestCompareAnotherLadder(t *testing.T) {
	t.Parallel()
	there, back := models.ComparePolicies(defaultPolicy(), fourLevels()), models.ComparePolicies(fourLevels(), defaultPolicy())
	said := func(list []models.PolicyChange) map[string]models.PolicyChange {
		out := map[string]models.PolicyChange{}
		for _, c := range list {
			out[c.What] = c
		}
		return out
	}
	require.Equal(t, "层级：村级、镇级、县级 → 组级、村级、镇司法所、镇级", said(there)["层级"].Text())
	require.Equal(t, "村级：新增，村级调解，各类纠纷，2个工作日，提前1日", said(there)["村级"].Text())
	require.Equal(t, "村级：取消（原为村级调解，各类纠纷，2个工作日，提前1日）", said(back)["村级"].Text())
	require.Equal(t, "镇级调解的名称：镇级调解 → 镇级", said(there)["镇级调解的名称"].Text(), "the ids are the same")
	require.Equal(t, "镇级的名称：镇级 → 镇级调解", said(back)["镇级的名称"].Text())
	require.Len(t, back, len(there))
}

func TestPolicyInWords(t *testing.T) {
	t.Parallel()
	p := defaultPolicy()
	require.Equal(t, "默认规则第1版", p.VersionName())
	p.County, p.Number = "330681", 3
	require.Equal(t, "第3版", p.VersionName())
	require.Equal(t, "红（高）", p.AtOnceNames())
	for i, want := range []struct{ levels, types, risks, conflict, period, warning string }{
		0: {"各级", "各类纠纷", "不论风险", "不论有无", "3个工作日", "提前1日"},
		1: {"村级", "土地流转", "蓝（低）、黄（一般）", "不论有无", "30日", "提前7日、2日"},
		2: {"村级", "集体分红", "蓝（低）、黄（一般）", "无", "20日", "提前7日、2日"},
		3: {"村级", "集体分红", "蓝（低）、黄（一般）", "有", "10日", "提前7日、2日"},
		4: {"村级", "除土地流转、集体分红外的各类纠纷", "蓝（低）、黄（一般）", "不论有无", "30日", "提前7日、2日"},
	} {
		r := &p.Rules[i]
		require.Equal(t, want.levels, p.LevelNames(r))
		require.Equal(t, want.types, r.TypeNames())
		require.Equal(t, want.risks, r.RiskNames())
		require.Equal(t, want.conflict, r.ConflictName())
		require.Equal(t, want.period, r.Period())
		require.Equal(t, want.warning, r.Warning())
	}
}
