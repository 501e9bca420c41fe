package escalation

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

const (
	gapCounty   = "330681"
	gapTownship = "330681101"
)

// whole is a county that lacks nothing under a policy.
func whole(policy *models.Policy) CountyGrounds {
	region := func(code, name, committee, office string) *models.Region {
		return &models.Region{Code: code, Kind: models.RegionKindOf(code), Name: name, Committee: committee, Office: office}
	}
	account := func(role models.Role, region string) *models.Account {
		return &models.Account{Username: string(role) + region, Role: role, Region: region}
	}
	return CountyGrounds{
		County: region(gapCounty, "青禾县", "", "青禾县矛调中心"), Policy: policy,
		Inside: []*models.Region{region(gapTownship, "枫溪镇", "枫溪镇人民调解委员会", "枫溪镇司法所"), region(village, "北坡村", "北坡村人民调解委员会", "")},
		Accounts: []*models.Account{
			account(models.RoleChair, village), account(models.RoleJudicial, gapTownship), account(models.RoleCounty, gapCounty),
		},
		Open:  map[string]int64{models.LevelVillage: 3},
		Names: map[string]string{models.LevelOffice: "镇司法所"},
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	const (
		county = "青禾县（330681）"
		town   = "枫溪镇（330681101）"
		place  = "北坡村（330681101201）"
	)
	july, october := local("2026-07-01 10:00"), local("2026-10-01 00:00")
	standard, four := ladders()[0], ladders()[1]
	alone := func(change func(p *models.Policy)) *models.Policy {
		p := models.DefaultPolicy(start)
		change(p)
		return p
	}
	reaches := func(due string) func(g *CountyGrounds) {
		at := local(due)
		return func(g *CountyGrounds) { g.Latest = &at }
	}
	for _, test := range []struct {
		name   string
		now    time.Time
		years  []int
		policy *models.Policy
		change func(g *CountyGrounds)
		want   []string // kind, where: what
	}{
		{"nothing is missing", july, []int{2026}, standard, nil, nil},
		{"nothing is missing on the other ladder", july, []int{2026}, four, nil, nil},
		{"this year's days off", july, []int{2025}, standard, nil, []string{"calendar : 没有2026年的放假安排"}},
		{"next year's do not count before October", local("2026-09-30 23:59"), []int{2026}, standard, nil, nil},
		{"from October on next year's count", october, []int{2026}, standard, nil, []string{"calendar : 没有2027年的放假安排"}},
		{"October by the clocks of the country", october.Add(-time.Millisecond), []int{2026}, standard, nil, nil},
		{"a deadline that reaches next year", july, []int{2026}, standard, reaches("2027-01-02 00:00"), []string{"calendar : 没有2027年的放假安排"}},
		{"one that ends with this year", july, []int{2026}, standard, reaches("2027-01-01 00:00"), nil},
		{"one that reaches a year that is kept", july, []int{2026, 2027}, standard, reaches("2027-03-01 00:00"), nil},
		{"both years", october, nil, standard, nil, []string{"calendar : 没有2026年的放假安排", "calendar : 没有2027年的放假安排"}},
		{"no policy: the rest cannot be judged", july, []int{2026}, nil, func(g *CountyGrounds) { g.Accounts = nil }, []string{"policy " + county + ": 没有生效的时限规则"}},
		{"a village without a committee", july, []int{2026}, standard, func(g *CountyGrounds) { g.Inside[1].Committee = " " }, []string{"place " + place + ": 没有填写名称：人民调解委员会（村级要用）"}},
		{"a township without an office", july, []int{2026}, standard, func(g *CountyGrounds) { g.Inside[0].Office = "" }, []string{"place " + town + ": 没有填写名称：办理机构（镇级要用）"}},
		{"a township's committee is not needed by this ladder", july, []int{2026}, standard, func(g *CountyGrounds) { g.Inside[0].Committee = "" }, nil},
		{"but by the other", july, []int{2026}, four, func(g *CountyGrounds) { g.Inside[0].Committee, g.Inside[0].Office = "", "" }, []string{
			"place " + town + ": 没有填写名称：办理机构（镇司法所要用）、人民调解委员会（镇级要用）",
		}},
		{"a county without an office", july, []int{2026}, standard, func(g *CountyGrounds) { g.County.Office = "" }, []string{"place " + county + ": 没有填写名称：办理机构（县级要用）"}},
		{"this ladder has no county level", july, []int{2026}, four, func(g *CountyGrounds) { g.County.Office = "" }, nil},
		{"but the county hears of threats", july, []int{2026}, four, func(g *CountyGrounds) { g.Accounts = g.Accounts[:2] }, []string{"account " + county + ": 没有能收消息的账号（需要" + models.RoleCounty.Name() + "）"}},
		{"a village whose township is not kept", july, []int{2026}, standard, func(g *CountyGrounds) {
			g.Inside = append(g.Inside, &models.Region{Code: "330681102201", Kind: models.RegionVillage, Name: "柳塘村", Committee: "柳塘村人民调解委员会"})
			g.Accounts = append(g.Accounts, &models.Account{Role: models.RoleMediator, Region: "330681102201"})
		}, []string{"place 柳塘村（330681102201）: 没有录入它所属的地区330681102"}},
		{"nobody in the village", july, []int{2026}, standard, func(g *CountyGrounds) { g.Accounts = g.Accounts[1:] }, []string{"account " + place + ": 村级没有能办理的账号（需要人民调解员或者村调委会主任）"}},
		{"a First Secretary only reads", july, []int{2026}, standard, func(g *CountyGrounds) { g.Accounts[0].Role = models.RoleFirstSecretary }, []string{
			"account " + place + ": 村级没有能办理的账号（需要人民调解员或者村调委会主任）",
		}},
		{"an account that is disabled", july, []int{2026}, standard, func(g *CountyGrounds) { g.Accounts[1].Disabled = true }, []string{"account " + town + ": 镇级没有能办理的账号（需要司法所工作人员）"}},
		{"a second that is not", july, []int{2026}, standard, func(g *CountyGrounds) {
			g.Accounts[1].Disabled = true
			g.Accounts = append([]*models.Account{{Username: "b", Role: models.RoleJudicial, Region: gapTownship}}, g.Accounts...)
		}, nil},
		{"an account of the place next door", july, []int{2026}, standard, func(g *CountyGrounds) { g.Accounts[1].Region = "330681102" }, []string{"account " + town + ": 镇级没有能办理的账号（需要司法所工作人员）"}},
		{"a mediator does where nothing is handed up", july, []int{2026}, standard, func(g *CountyGrounds) { g.Accounts[0].Role = models.RoleMediator }, nil},
		{"but does not sign in what the group hands up", july, []int{2026}, four, func(g *CountyGrounds) { g.Accounts[0].Role = models.RoleMediator }, []string{"account " + place + ": 村级没有能办理的账号（需要村调委会主任）"}},
		{"two rungs of one place", july, []int{2026}, four, func(g *CountyGrounds) { g.Accounts = slices.Delete(g.Accounts, 1, 2) }, []string{"account " + town + ": 镇司法所、镇级没有能办理的账号（需要司法所工作人员）"}},
		{"cases on a level that is gone", july, []int{2026}, standard, func(g *CountyGrounds) {
			g.Open[models.LevelOffice], g.Open["old"], g.Open["none"] = 12, 1, 0
		}, []string{"level " + county + ": 有12件未结的案件在“镇司法所”，现行时限规则没有这一级", "level " + county + ": 有1件未结的案件在“old”，现行时限规则没有这一级"}},
		{"a level at no place of the county", july, []int{2026}, standard, func(g *CountyGrounds) { g.Inside, g.Accounts, g.Open = nil, g.Accounts[2:], nil }, []string{
			"policy " + county + ": 时限规则有“村级”一级，可是本县没有录入设这一级的地方", "policy " + county + ": 时限规则有“镇级”一级，可是本县没有录入设这一级的地方",
		}},
		{"a ladder that does not begin in the village", july, []int{2026}, alone(func(p *models.Policy) {
			p.Ladder = p.Ladder[1:]
			p.Rules = slices.DeleteFunc(p.Rules, func(r models.Rule) bool {
				return slices.Contains(r.Levels, models.LevelVillage) || r.ID == "township-review"
			})
		}), func(g *CountyGrounds) { g.Open = nil }, []string{"policy " + county + ": 时限规则没有设在村里的层级"}},
		{"a rule that is missing", july, []int{2026}, alone(func(p *models.Policy) { p.Rules = p.Rules[:len(p.Rules)-1] }), nil, []string{"policy " + county + ": 规则有缺漏：县级调解没有规则"}},
		{"a rule that fits nothing", july, []int{2026}, alone(func(p *models.Policy) {
			lost := p.Rules[len(p.Rules)-1]
			lost.ID, lost.Name, lost.Levels = "lost", "旧规则", []string{"gone"}
			p.Rules = append(p.Rules, lost)
		}), nil, []string{"policy " + county + ": 时限规则填写有误，请按提示修改；规则“旧规则”：没有“gone”这个层级"}},
		{"what hurts most comes first", october, []int{2026}, standard, func(g *CountyGrounds) {
			g.Inside[1].Committee, g.Accounts, g.Open = "", g.Accounts[1:], map[string]int64{"old": 2}
		}, []string{
			"level " + county + ": 有2件未结的案件在“old”，现行时限规则没有这一级", "calendar : 没有2027年的放假安排",
			"place " + place + ": 没有填写名称：人民调解委员会（村级要用）", "account " + place + ": 村级没有能办理的账号（需要人民调解员或者村调委会主任）",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := whole(test.policy)
			if test.change != nil {
				test.change(&g)
			}
			got := Gaps(Grounds{Now: test.now, Years: test.years, Counties: []CountyGrounds{g}})
			require.Len(t, got, len(test.want), "%+v", got)
			for i, gap := range got {
				require.Contains(t, string(gap.Kind)+" "+gap.Where+": "+gap.What, test.want[i])
				require.NotEmpty(t, gap.Hurts)
			}
		})
	}
	got := Gaps(Grounds{Now: july, Years: []int{2026}})
	require.Equal(t, []Gap{{GapPlace, "", "还没有录入县、乡镇和村", "不能登记纠纷"}}, got)
}

// What is read from the store is what the check looks at, of the counties around the scope only.
func TestFindGaps(t *testing.T) {
	t.Parallel()
	own := models.FourLevelPolicy(start.AddDate(-1, 0, 0))
	own.County = gapCounty
	general := models.DefaultPolicy(start.AddDate(-2, 0, 0))
	general.County = gapCounty
	own.Number = 2
	st := opened(t, general, own)
	for _, r := range []models.Region{
		{Code: gapCounty, Name: "青禾县", Office: "青禾县矛调中心"}, {Code: gapTownship, Name: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"},
		{Code: village, Name: "北坡村", Committee: "北坡村人民调解委员会"}, {Code: "330682", Name: "云和县", Office: "云和县矛调中心"},
	} {
		r.Kind = models.RegionKindOf(r.Code)
		require.NoError(t, st.PutRegion(t.Context(), &r))
	}
	for _, a := range []models.Account{
		{Username: "zhou", Role: models.RoleChair, Region: village}, {Username: "he", Role: models.RoleJudicial, Region: gapTownship}, {Username: "far", Role: models.RoleCounty, Region: "330682"}, {Username: "fang", Role: models.RoleCounty, Region: gapCounty},
	} {
		require.NoError(t, st.InsertAccount(t.Context(), &a))
	}
	old := climbed(t, rulesOf(general), 1, models.LevelCounty)
	keep(t, st, old, logged(t, rulesOf(own), 2, start))

	find := func(region string, now time.Time) []Gap {
		got, err := FindGaps(t.Context(), st, models.Scope{Region: region}, now)
		require.NoError(t, err)
		return got
	}
	gone := Gap{GapLevel, "青禾县（330681）", "有1件未结的案件在“县级”，现行时限规则没有这一级", "这些案件按立案时的规则继续计时，到期才上报到现行的层级"}
	next := Gap{GapCalendar, "", "没有2027年的放假安排", "经过这一年的期限都是暂定的，只跳过周末和日期固定的节日"}
	none := Gap{GapPolicy, "云和县（330682）", "没有生效的时限规则", "不能登记纠纷，到期的案件不会提醒，也不会上报"}
	require.Equal(t, []Gap{gone, next}, find(gapCounty, start))
	require.Equal(t, []Gap{gone, next}, find(gapTownship, start), "the county around it")
	require.Equal(t, []Gap{none, gone, next}, find("33", start))
	require.Equal(t, []Gap{none, next}, find("330682", start))
	require.Equal(t, []Gap{next, {GapPlace, "", "还没有录入县、乡镇和村", "不能登记纠纷"}}, find("44", start), "no county there")
	require.Equal(t, []Gap{gone}, find(gapCounty, local("2026-06-01 10:00")))
	keep(t, st, logged(t, rulesOf(own), 3, local("2026-12-31 10:00")))
	require.Equal(t, []Gap{gone, next}, find(gapCounty, local("2026-06-01 10:00")), "a deadline reaches it")
	require.Equal(t, []Gap{none}, find("330682", local("2026-06-01 10:00")), "none there does")
}
