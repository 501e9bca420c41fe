package demo

import (
	"context"
	"fmt"
	"slices"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// CountyCode is the invented county. No real code begins with 99.
const CountyCode = "990681"

// Password is that of every demo account.
const Password = "fengqiao-demo"

const countyName = "青禾县"

var townships = []struct {
	code, name string
	villages   []string
}{
	{"101", "枫溪镇", []string{"北坡村", "南塘村", "竹园村", "石桥村"}},
	{"102", "柳河镇", []string{"柳湾村", "东岭村", "大垄村", "双井村"}},
	{"201", "石塘乡", []string{"石塘村", "白鹭村", "茶坪村", "高岩村"}},
}

// Regions lists the places of the demo county, each after the one it lies in.
func Regions() []*models.Region {
	out := []*models.Region{{
		Code: CountyCode, Kind: models.RegionCounty, Parent: CountyCode[:4], Name: countyName, ShortName: countyName,
		Committee: countyName + "人民调解委员会", Office: countyName + "矛调中心", Households: 6_480,
	}}
	for i, t := range townships {
		code := CountyCode + t.code
		out = append(out, township(code, CountyCode, t.name, 1_900+260*i))
		for j, name := range t.villages {
			out = append(out, village(fmt.Sprintf("%s%03d", code, 201+j), code, name, 410+37*((i*5+j*3)%9)))
		}
	}
	return out
}

func township(code, parent, name string, households int) *models.Region {
	return &models.Region{
		Code: code, Kind: models.RegionTownship, Parent: parent, Name: name, ShortName: name,
		Committee: name + "人民调解委员会", Office: name + "司法所", Households: households,
	}
}

func village(code, parent, name string, households int) *models.Region {
	return &models.Region{
		Code: code, Kind: models.RegionVillage, Parent: parent, Name: name, ShortName: name,
		Committee: name + "人民调解委员会", Office: name + "村民委员会", Households: households,
	}
}

// Account is a demo login.
type Account struct {
	models.Actor
	PartyMember bool
}

// Accounts lists one login for every role, a second mediator and a second judicial officer to see what
// is hidden from them, and a colleague of the first officer, who reviews what that one has compiled.
func Accounts() []Account {
	north, south := CountyCode+"101201", CountyCode+"101202"
	fengxi, liuhe := CountyCode+"101", CountyCode+"102"
	return []Account{
		{models.Actor{ID: "mediator", Name: "张德厚", Role: models.RoleMediator, Region: north}, true},
		{models.Actor{ID: "chair", Name: "李长根", Role: models.RoleChair, Region: north}, true},
		{models.Actor{ID: "firstsecretary", Name: "周明远", Role: models.RoleFirstSecretary, Region: north}, true},
		{models.Actor{ID: "mediator2", Name: "王秀兰", Role: models.RoleMediator, Region: south}, true},
		{models.Actor{ID: "judicial", Name: "陈静", Role: models.RoleJudicial, Region: fengxi}, true},
		{models.Actor{ID: "judicial3", Name: "沈国华", Role: models.RoleJudicial, Region: fengxi}, true},
		{models.Actor{ID: "judicial2", Name: "许建平", Role: models.RoleJudicial, Region: liuhe}, false},
		{models.Actor{ID: "county", Name: "何志强", Role: models.RoleCounty, Region: CountyCode}, true},
		{models.Actor{ID: "auditor", Name: "郑文", Role: models.RoleAuditor, Region: CountyCode}, false},
		{models.Actor{ID: "admin", Name: "系统管理员", Role: models.RoleAdmin, Region: CountyCode}, false},
	}
}

// staff says who works a rung for a place: the demo account where there is one, else a colleague
// who has no login.
type staff map[string]models.Actor

func newStaff() staff {
	s := staff{}
	mediators := []string{"赵守田", "孙桂香", "吴厚德", "郑满仓", "冯秋生", "蒋玉梅", "沈有福", "韩根宝", "杨春霞", "朱立业", "秦大山", "尤小满"}
	for i, r := range Regions() {
		role := map[models.RegionKind]models.Role{models.RegionVillage: models.RoleMediator, models.RegionTownship: models.RoleJudicial, models.RegionCounty: models.RoleCounty}[r.Kind]
		s[r.Code] = models.Actor{ID: string(role) + "-" + r.Code, Name: mediators[i%len(mediators)], Role: role, Region: r.Code}
	}
	// Of several at one place the one who is listed first works the cases.
	for _, a := range slices.Backward(Accounts()) {
		if a.Role == models.RoleMediator || a.Role == models.RoleJudicial || a.Role == models.RoleCounty {
			s[a.Region] = a.Actor
		}
	}
	return s
}

func putRegions(ctx context.Context, st *store.Store, regions []*models.Region) error {
	for _, r := range regions {
		if err := st.PutRegion(ctx, r); err != nil {
			return fmt.Errorf("put region %s: %w", r.Code, err)
		}
	}
	return nil
}
