package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// The villages whose grid the demo's accounts see, and whose returns of the running period wait.
const (
	northVillage = CountyCode + "101201"
	southVillage = CountyCode + "101202"
)

// Months before the demo's end: when the grids were drawn, and from when on returns are weekly.
const (
	gridMonths   = 5
	weeklyMonths = 1
)

// findingTales are findings that come to no case, by how they end; those without an end still wait.
var findingTales = []struct {
	what, where string
	kind        models.DisputeType
	households  int
	signs       []string
	end, note   string
}{
	{"两家为田埂边的水沟该谁清淤吵了几句。", "二组下垄", "neighbourhood", 2, nil, models.FindingPrevented, "当天到田头看过，约定一家清一半，双方都同意。"},
	{"承包户说合作社今年的地租晚了半个月还没到账。", "长垄片", models.LandTransfer, 4, []string{"date_near"}, models.FindingPrevented, "合作社会计当场核对，三天内补发到卡上，已回访收到。"},
	{"晒谷场被人堆了砂石，几户有意见。", "村口晒谷场", "village_affairs", 5, nil, models.FindingPrevented, "砂石主人第二天搬走。"},
	{"有户问今年分红为什么比去年少。", "三组", models.Dividend, 1, nil, models.FindingNoDispute, "只是询问，已把公示的账目讲清楚。"},
	{"邻居家狗夜里叫，老人睡不好。", "一组", "neighbourhood", 2, nil, models.FindingPrevented, "狗夜里关进后院，双方说好。"},
	{"上次报过的宅基地滴水的事，又提起来。", "二组", "homestead", 2, []string{"failed"}, models.FindingDuplicated, "与上月登记的滴水纠纷是同一件。"},
}

// waitingTales are findings that nobody has settled yet.
var waitingTales = []struct {
	what, where string
	kind        models.DisputeType
	households  int
	signs       []string
}{
	{"几户说流转合同到期了没有续，合作社还在种。", "东坡片", models.LandTransfer, 6, []string{"earlier", "petition"}},
	{"外嫁女问分红名单里没有自己，准备去镇里问。", "四组", models.Dividend, 3, []string{"collective", "petition"}},
	{"两家为新修的机耕路占了谁的地争起来。", "北垄", "forest_land", 2, nil},
}

// gridder draws the grids of the demo county and lets their cells send returns.
type gridder struct {
	w         *world
	screening *screening.Service
	random    *rand.Rand
	first     time.Time // when the grids are drawn
	tale      int
}

func newGridder(w *world, o Options) *gridder {
	day := workday.OfTime(o.Now)
	first := workday.Date{Year: day.Year, Month: day.Month - gridMonths, Day: 1}.AddDays(0)
	g := &gridder{w: w, random: rand.New(rand.NewPCG(o.Seed, 1<<32)), first: first.Start().Add(9 * time.Hour)}
	g.screening = screening.New(w.store, func() time.Time { return w.now })
	return g
}

// plan puts everything that happens to grids and returns among the events of the world.
func (g *gridder) plan() {
	for _, r := range Regions() {
		if r.Kind == models.RegionVillage {
			g.w.at(g.first, func(ctx context.Context) error { return g.draw(ctx, r) })
		}
	}
	end := workday.OfTime(g.w.end)
	change := workday.Date{Year: end.Year, Month: end.Month - weeklyMonths, Day: 1}.AddDays(0)
	g.w.at(change.AddDays(-12).Start().Add(10*time.Hour), func(ctx context.Context) error {
		kinds := []string{string(models.CellBranch), string(models.CellGroup), string(models.CellHousehold)}
		return g.screening.SetRule(ctx, g.w.staff[CountyCode], screening.RuleForm{From: change.String(), Every: models.EveryWeek, Kinds: kinds, RemindDays: 2, GraceDays: 3})
	})
	g.w.at(g.first.AddDate(0, 2, 9), g.reshuffle)
	// The periods are planned one after another, as they begin: only then is it known which they are.
	g.w.at(g.first.Add(time.Hour), g.period)
}

// headOf is who draws the grid of a village.
func (g *gridder) headOf(village string) models.Actor {
	for _, a := range Accounts() {
		if a.Region == village && a.Role == models.RoleChair {
			return a.Actor
		}
	}
	head := g.w.staff[village]
	head.Role, head.ID = models.RoleChair, "chair-"+village
	return head
}

// draw makes the grid of a village: a branch, two groups, four member households.
func (g *gridder) draw(ctx context.Context, village *models.Region) error {
	from := workday.OfTime(g.w.now).String()
	head := g.headOf(village.Code)
	name := func() string { return string(pick(g.random, []rune(surnames))) + pair(g.random, mens) }
	draw := func(form screening.CellForm) error {
		form.From = from
		if form.Account == "" {
			form.Responsible = name()
		}
		if form.Kind == models.CellHousehold {
			form.Name = form.Responsible + "中心户"
			for range 8 + g.random.IntN(5) {
				form.HouseholdNames = append(form.HouseholdNames, name())
			}
		}
		_, err := g.screening.Draw(ctx, head, village.Code, form)
		return err
	}
	// Numbers are given in this order: branch 1, groups 2 and 3, households 4 to 7.
	forms := []screening.CellForm{
		{Kind: models.CellBranch, Name: village.Name + "党支部", Households: village.Households},
		{Kind: models.CellGroup, Parent: 1, Name: "第一党小组", Households: village.Households / 2},
		{Kind: models.CellGroup, Parent: 1, Name: "第二党小组", Households: village.Households - village.Households/2},
		{Kind: models.CellHousehold, Parent: 2}, {Kind: models.CellHousehold, Parent: 2}, {Kind: models.CellHousehold, Parent: 3}, {Kind: models.CellHousehold, Parent: 3},
	}
	switch village.Code {
	case northVillage:
		forms[0].Account, forms[1].Account = "chair", "mediator"
	case southVillage:
		forms[1].Account = "mediator2"
	}
	for _, form := range forms {
		if err := draw(form); err != nil {
			return fmt.Errorf("draw the grid of %s: %w", village.Name, err)
		}
	}
	return nil
}

// reshuffle changes the grid of the demo's village: another person, a household that moves to the other
// group, one that ends.
func (g *gridder) reshuffle(ctx context.Context) error {
	head, today := g.headOf(northVillage), workday.OfTime(g.w.now)
	grid, err := g.screening.Grid(ctx, models.Scope{Region: northVillage}, northVillage)
	if err != nil {
		return err
	}
	for _, number := range []int{4, 6} {
		last := grid.Cell(number).Last()
		form := screening.CellForm{Parent: last.Parent, Name: last.Name, Responsible: last.Responsible, Households: last.Households, HouseholdNames: last.HouseholdNames, From: today.String()}
		if number == 4 {
			form.Parent, form.Reason = 3, "搬到第二党小组一片住"
		} else {
			form.Name, form.Responsible, form.Reason = "吴来福中心户", "吴来福", "原负责人外出务工"
		}
		if err := g.screening.Change(ctx, head, models.CellID(northVillage, number), 1, form); err != nil {
			return err
		}
	}
	return g.screening.EndCell(ctx, head, models.CellID(northVillage, 7), 1, screening.EndCellForm{LastDay: today.String(), Reason: "并入第二党小组，由小组直接联系"})
}

// period lets every cell send the return of the period that begins, each at its time, and itself be
// called again when the next one begins.
func (g *gridder) period(ctx context.Context) error {
	p, _, err := g.screening.PeriodNow(ctx, CountyCode)
	if err != nil {
		return err
	}
	g.w.at(p.End().Add(time.Minute), g.period)
	long := p.End().Sub(g.w.now)
	for _, r := range Regions() {
		if r.Kind != models.RegionVillage {
			continue
		}
		grid, err := g.screening.Grid(ctx, models.Scope{Region: r.Code}, r.Code)
		if err != nil {
			return err
		}
		for _, cell := range grid.Standing(p.To.String(), g.w.now.Add(time.Millisecond)) {
			at := p.Start().Add(time.Duration((0.35 + 0.6*g.random.Float64()) * float64(long)))
			switch n := g.random.IntN(100); {
			case n < 5: // never
				continue
			case n < 11: // late
				at = p.End().Add(time.Duration(8+g.random.IntN(40)) * time.Hour)
			}
			running := !p.End().Before(g.w.end)
			if cell.Account != "" && running {
				continue // what the demo's accounts have to send
			}
			// The village of the demo's accounts has a finding that waits, and a return that is missing.
			if r.Code == northVillage && cell.Number == 6 && !running && p.End().After(g.w.end.AddDate(0, 0, -8)) {
				continue
			}
			if r.Code == northVillage && cell.Number == 4 && running {
				at = p.Start().Add(g.w.end.Sub(p.Start()) / 3)
				g.w.at(at, func(ctx context.Context) error { return g.wait(ctx, r, models.CellID(r.Code, cell.Number), p) })
				continue
			}
			tale := -1
			if g.random.IntN(14) == 0 {
				tale, g.tale = g.tale%len(findingTales), g.tale+1
			}
			waits := p.End().After(g.w.end.AddDate(0, 0, -9)) && (r.Code == northVillage || g.random.IntN(9) == 0) && cell.Kind == models.CellHousehold
			g.w.at(at, func(ctx context.Context) error {
				return g.send(ctx, r, models.CellID(r.Code, cell.Number), p, tale, waits)
			})
		}
	}
	return nil
}

// send files one return: zero, or with a finding that is settled some days on, or that still waits.
func (g *gridder) send(ctx context.Context, village *models.Region, cell string, p screening.Period, tale int, waits bool) error {
	if d, err := g.screening.Duty(ctx, models.Scope{Region: village.Code}, cell, p.From.String()); err != nil || d.Return != nil {
		if models.AsError(err).Kind == models.NotFound {
			return nil // it was ended meanwhile
		}
		return err
	}
	actor := g.w.staff[village.Code]
	form := screening.FileForm{Key: fmt.Sprintf("demo-%d", g.random.Uint64()), Zero: true}
	switch {
	case waits && g.tale%2 == 0:
		t := waitingTales[g.tale/2%len(waitingTales)]
		form.Zero, form.Findings = false, []screening.FindingForm{{What: t.what, Where: t.where, Households: t.households, Type: t.kind, Signs: t.signs}}
		tale = -1
		g.tale++
	case tale >= 0:
		t := findingTales[tale]
		form.Zero, form.Findings = false, []screening.FindingForm{{What: t.what, Where: t.where, Households: t.households, Type: t.kind, Signs: t.signs}}
	}
	r, _, err := g.screening.File(ctx, actor, cell, p.From.String(), form)
	if err != nil || tale < 0 {
		return err
	}
	t, finding := findingTales[tale], models.FindingID(r.ID, 1)
	g.w.at(g.w.now.Add(time.Duration(20+g.random.IntN(50))*time.Hour), func(ctx context.Context) error {
		_, err := g.screening.Settle(ctx, actor, finding, screening.SettleForm{As: t.end, Note: t.note})
		return err
	})
	return nil
}

// wait files a return with a finding that nobody settles.
func (g *gridder) wait(ctx context.Context, village *models.Region, cell string, p screening.Period) error {
	t := waitingTales[0]
	_, _, err := g.screening.File(ctx, g.w.staff[village.Code], cell, p.From.String(), screening.FileForm{
		Findings: []screening.FindingForm{{What: t.what, Where: t.where, Households: t.households, Type: t.kind, Signs: t.signs}},
	})
	return err
}

// found adds the finding to a return that a case of the demo comes from, and names it; "" where the
// village had no grid at that time.
func (g *gridder) found(ctx context.Context, village *models.Region, title string, kind models.DisputeType, households int) (string, error) {
	p, _, err := g.screening.PeriodNow(ctx, CountyCode)
	if err != nil || g.w.now.Before(g.first.Add(time.Hour)) {
		return "", err
	}
	cell := models.CellID(village.Code, 5)
	scope := models.Scope{Region: village.Code}
	d, err := g.screening.Duty(ctx, scope, cell, p.From.String())
	if err != nil {
		return "", err
	}
	form := screening.FileForm{Findings: []screening.FindingForm{{What: title + "，双方说不拢。", Households: households, Type: kind}}}
	if d.Return != nil {
		form.Seen = len(d.Return.Filings)
		for _, l := range d.Leads() {
			if l.Outcome == nil {
				f := l.Finding
				form.Findings = slices.Insert(form.Findings, 0, screening.FindingForm{Seq: f.Seq, What: f.What, Where: f.Where, Households: f.Households, Type: f.Type, Signs: f.Signs})
			}
		}
	}
	r, _, err := g.screening.File(ctx, g.w.staff[village.Code], cell, p.From.String(), form)
	if err != nil {
		return "", err
	}
	latest := r.Latest().Findings
	return models.FindingID(r.ID, latest[len(latest)-1].Seq), nil
}

// createAccounts makes the logins of the demo.
func createAccounts(ctx context.Context, accounts *account.Service, list []Account) error {
	for _, a := range list {
		_, err := accounts.Create(ctx, account.AccountForm{Username: a.ID, Name: a.Name, Role: a.Role, Region: a.Region, PartyMember: a.PartyMember, Password: Password})
		if err != nil {
			return fmt.Errorf("create account %s: %w", a.ID, err)
		}
	}
	return nil
}
