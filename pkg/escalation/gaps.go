package escalation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// GapKind is what a gap is about.
type GapKind string

const (
	GapPolicy   GapKind = "policy"   // no rules, or rules that cases cannot follow
	GapLevel    GapKind = "level"    // open cases on a level that the ladder in force no longer has
	GapCalendar GapKind = "calendar" // a year whose days off are not kept
	GapPlace    GapKind = "place"    // an office without a name, a place without the one around it
	GapAccount  GapKind = "account"  // an office where nobody can take a case on
)

// GapKinds lists the kinds, what hurts most first.
func GapKinds() []models.Choice {
	return []models.Choice{{Code: string(GapPolicy), Name: "时限规则"}, {Code: string(GapLevel), Name: "旧层级上的案件"}, {Code: string(GapCalendar), Name: "放假安排"}, {Code: string(GapPlace), Name: "地区和单位"}, {Code: string(GapAccount), Name: "账号"}}
}

// Gap is something that is missing and that a case will meet.
type Gap struct {
	Kind  GapKind
	Where string // place it is about, with its code; "" for the whole system
	What  string // what is missing, in plain Chinese
	Hurts string // what happens because of it
}

// Grounds are what the check for gaps looks at.
type Grounds struct {
	Now      time.Time
	Years    []int // calendar years that are kept
	Counties []CountyGrounds
}

// CountyGrounds are those of one county.
type CountyGrounds struct {
	County   *models.Region
	Policy   *models.Policy    // in force, nil for none
	Inside   []*models.Region  // its townships and villages
	Accounts []*models.Account // of the county and all inside it
	Open     map[string]int64  // open cases by level
	Names    map[string]string // of levels that earlier policies had
	Latest   *time.Time        // deadline that runs, nil for none
}

// calendarMonth is from when in a year the next one should be kept, whether a deadline reaches it or not:
// the State Council makes it known in autumn.
const calendarMonth = time.October

// Gaps names what is missing before a case meets it.
func Gaps(g Grounds) []Gap {
	var out []Gap
	if len(g.Counties) == 0 {
		out = append(out, Gap{GapPlace, "", "还没有录入县、乡镇和村", "不能登记纠纷"})
	}
	for i := range g.Counties {
		out = append(out, g.Counties[i].gaps()...)
	}
	today := workday.OfTime(g.Now)
	last := today.Year
	if today.Month >= calendarMonth {
		last++
	}
	for _, county := range g.Counties {
		if due := county.Latest; due != nil {
			last = max(last, workday.OfTime(due.Add(-time.Millisecond)).Year)
		}
	}
	for year := today.Year; year <= last; year++ {
		if !slices.Contains(g.Years, year) {
			out = append(out, Gap{GapCalendar, "", fmt.Sprintf("没有%d年的放假安排", year), "经过这一年的期限都是暂定的，只跳过周末和日期固定的节日"})
		}
	}
	slices.SortStableFunc(out, func(a, b Gap) int {
		order := func(k GapKind) int {
			return slices.IndexFunc(GapKinds(), func(c models.Choice) bool { return c.Code == string(k) })
		}
		return order(a.Kind) - order(b.Kind)
	})
	return out
}

func (g *CountyGrounds) gaps() []Gap {
	var out []Gap
	known := map[string]bool{g.County.Code: true}
	for _, r := range g.Inside {
		known[r.Code] = true
	}
	for _, r := range g.Inside {
		if around := r.Code[:map[models.RegionKind]int{models.RegionTownship: 6, models.RegionVillage: 9}[r.Kind]]; !known[around] {
			out = append(out, Gap{GapPlace, where(r), fmt.Sprintf("没有录入它所属的地区%s", around), "这个地方不能登记纠纷"})
		}
	}
	if g.Policy == nil {
		return append(out, Gap{GapPolicy, where(g.County), "没有生效的时限规则", "不能登记纠纷，到期的案件不会提醒，也不会上报"})
	}
	out = append(out, g.shape()...)
	for _, level := range slices.Sorted(maps.Keys(g.Open)) {
		if _, ok := g.Policy.Rung(level); !ok && g.Open[level] > 0 {
			name := cmp.Or(g.Names[level], level)
			out = append(out, Gap{GapLevel, where(g.County), fmt.Sprintf("有%d件未结的案件在“%s”，现行时限规则没有这一级", g.Open[level], name), "这些案件按立案时的规则继续计时，到期才上报到现行的层级"})
		}
	}
	acts := map[string]bool{} // by place and role: somebody has an account there
	for _, a := range g.Accounts {
		acts[a.Region+"/"+string(a.Role)] = acts[a.Region+"/"+string(a.Role)] || !a.Disabled
	}
	for _, r := range append([]*models.Region{g.County}, g.Inside...) {
		out = append(out, g.offices(r, acts)...)
	}
	return out
}

// shape looks at the ladder itself: whether the cases of the county can climb it.
func (g *CountyGrounds) shape() []Gap {
	var out []Gap
	at := where(g.County)
	if err := g.Policy.Check(); err != nil {
		faults := models.AsError(err)
		what := faults.Message
		for _, f := range faults.Fields {
			what += "；" + f.Message
		}
		out = append(out, Gap{GapPolicy, at, what, "对不上规则的案件不能计时"})
	}
	seats := map[models.RegionKind]bool{models.RegionCounty: true}
	for _, r := range g.Inside {
		seats[r.Kind] = true
	}
	if _, ok := g.Policy.Intake(models.RegionVillage); !ok {
		out = append(out, Gap{GapPolicy, at, "时限规则没有设在村里的层级", "村里不能登记和办理纠纷"})
	}
	for _, rung := range g.Policy.Ladder {
		if !seats[rung.Seat] {
			out = append(out, Gap{GapPolicy, at, fmt.Sprintf("时限规则有“%s”一级，可是本县没有录入设这一级的地方", rung.Name), "没有案件能到这一级"})
		}
	}
	return out
}

// offices looks at the rungs of the ladder that sit at one place: whether each has a name and
// somebody to act for it.
func (g *CountyGrounds) offices(r *models.Region, acts map[string]bool) []Gap {
	place := models.Place{}
	switch r.Kind {
	case models.RegionCounty:
		place.County, place.CountyOffice = r.Code, r.Office
	case models.RegionTownship:
		place.Township, place.TownshipCommittee, place.TownshipOffice = r.Code, r.Committee, r.Office
	case models.RegionVillage:
		place.Village, place.VillageCommittee = r.Code, r.Committee
	}
	var nameless, empty, wanted []string
	for i, rung := range g.Policy.Ladder {
		if rung.Seat != r.Kind {
			continue
		}
		if strings.TrimSpace(models.OfficeOf(rung, place).Name) == "" {
			nameless = append(nameless, bodyName(rung)+"（"+rung.Name+"要用）")
		}
		roles := rolesFor(rung, i > 0)
		if slices.ContainsFunc(roles, func(role models.Role) bool { return acts[r.Code+"/"+string(role)] }) {
			continue
		}
		empty = append(empty, rung.Name)
		for _, role := range roles {
			if !slices.Contains(wanted, role.Name()) {
				wanted = append(wanted, role.Name())
			}
		}
	}
	var out []Gap
	if len(nameless) > 0 {
		out = append(out, Gap{GapPlace, where(r), "没有填写名称：" + strings.Join(nameless, "、"), "案件、通知和期限说明里，这个单位是空白"})
	}
	// Township and county hear of a threat that nobody reported, whatever the ladder; see watchers.
	if watcher := map[models.RegionKind]models.Role{models.RegionTownship: models.RoleJudicial, models.RegionCounty: models.RoleCounty}[r.Kind]; watcher != "" && !acts[r.Code+"/"+string(watcher)] && len(wanted) == 0 {
		out = append(out, Gap{GapAccount, where(r), fmt.Sprintf("没有能收消息的账号（需要%s）", watcher.Name()), "没有按时登记报告公安的情况时，这里没有人知道"})
	}
	if len(empty) > 0 {
		hurts := "案件到了这里没有人受理或者签收，到期又往上报"
		if top := g.Policy.Ladder[len(g.Policy.Ladder)-1]; top.Seat == r.Kind {
			hurts = "案件到了这里没有人签收，而这里已经是最高一级"
		}
		out = append(out, Gap{GapAccount, where(r), fmt.Sprintf("%s没有能办理的账号（需要%s）", strings.Join(empty, "、"), strings.Join(wanted, "或者")), hurts})
	}
	return out
}

// bodyName is which name of a place a rung takes; see models.OfficeOf.
func bodyName(rung models.Rung) string {
	if rung.Seat == models.RegionCounty || rung.Seat == models.RegionTownship && rung.Body == "office" {
		return "办理机构"
	}
	return "人民调解委员会"
}

// rolesFor are the roles that take a case on at a rung: where cases are handed up to it, those that
// sign in.
func rolesFor(rung models.Rung, above bool) []models.Role {
	action := models.ActionAccept
	if above {
		action = models.ActionReceive
	}
	var out []models.Role
	for _, row := range models.Lifecycle() {
		if row.Action == action {
			out = slices.DeleteFunc(slices.Clone(row.Roles), func(role models.Role) bool { return role.Seat() != rung.Seat })
		}
	}
	return out
}

func where(r *models.Region) string { return r.Name + "（" + r.Code + "）" }

// FindGaps looks at the counties of a scope, or the one it lies in.
func FindGaps(ctx context.Context, st *store.Store, scope models.Scope, now time.Time) ([]Gap, error) {
	g := Grounds{Now: now}
	years, err := st.CalendarYears(ctx)
	if err != nil {
		return nil, err
	}
	for _, y := range years {
		g.Years = append(g.Years, y.Year)
	}
	counties, err := st.Counties(ctx)
	if err != nil {
		return nil, err
	}
	for _, county := range counties {
		if !scope.Covers(county.Code) && !strings.HasPrefix(scope.Region, county.Code) {
			continue
		}
		one, err := groundsOf(ctx, st, county, now)
		if err != nil {
			return nil, fmt.Errorf("county %s: %w", county.Code, err)
		}
		g.Counties = append(g.Counties, one)
	}
	return Gaps(g), nil
}

func groundsOf(ctx context.Context, st *store.Store, county *models.Region, now time.Time) (CountyGrounds, error) {
	g := CountyGrounds{County: county, Names: map[string]string{}}
	scope := models.Scope{Region: county.Code}
	var err error
	for _, kind := range []models.RegionKind{models.RegionTownship, models.RegionVillage} {
		inside, err := st.RegionsOf(ctx, scope, kind)
		if err != nil {
			return g, err
		}
		g.Inside = append(g.Inside, inside...)
	}
	for len(g.Accounts)%accountBatch == 0 {
		var after *models.Account
		if n := len(g.Accounts); n > 0 {
			after = g.Accounts[n-1]
		}
		page, err := st.AccountsIn(ctx, scope, after, accountBatch)
		if err != nil {
			return g, err
		}
		if g.Accounts = append(g.Accounts, page...); len(page) == 0 {
			break
		}
	}
	if g.Open, err = st.CountLevels(ctx, county.Code); err != nil {
		return g, err
	}
	if g.Latest, err = st.LatestDeadline(ctx, county.Code); err != nil {
		return g, err
	}
	g.Policy, err = st.PolicyInForce(ctx, county.Code, now)
	var none *models.Error
	if errors.As(err, &none) && none.Kind == models.Precondition {
		return g, nil
	}
	if err != nil {
		return g, err
	}
	return g, g.earlierNames(ctx, st)
}

// accountBatch is how many accounts are read together.
const accountBatch = 500

// earlierNames learns what levels were called that the ladder in force does not have.
func (g *CountyGrounds) earlierNames(ctx context.Context, st *store.Store) error {
	for _, county := range []string{"", g.County.Code} {
		for number := 1; ; number++ {
			p, err := st.Policy(ctx, county, number)
			if store.IsNotFound(err) {
				break
			}
			if err != nil {
				return err
			}
			for _, rung := range p.Ladder {
				g.Names[rung.Level] = rung.Name
			}
		}
	}
	return nil
}
