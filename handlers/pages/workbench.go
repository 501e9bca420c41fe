package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/store"
)

// workbenchRows is how many cases a section of the workbench shows; the rest is a link away.
const workbenchRows = 6

type workbenchBody struct {
	Hello    string
	Place    string
	Buttons  []button
	Screened *screened // how the returns of this period stand, nil where there are none
	Counts   []counted
	Clusters []clusterView // group disputes that wait for a decision
	Sections []section
}

type button struct {
	Path, Name, Note string
	Main             bool
}

// screened is a line on the workbench about the returns of the running period, and those that are late.
type screened struct {
	Text, Path string
	Open       string // of findings that wait, "" for none
	Waits      bool   // there is something to do
}

// counted is one number at the top of the workbench.
type counted struct {
	Path, Name, Tone string
	N                int64
}

type section struct {
	Key, Title, Empty string
	Rows              []row
	More              string // path of the whole list, "" where it is all here
}

func (p *Pages) workbench(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	body := workbenchBody{Hello: actor.Name + "，您好", Buttons: buttonsOf(actor)}
	var err error
	if body.Place, err = p.placeName(ctx, actor.Region); err != nil {
		return err
	}
	switch {
	case account.Has(actor.Role, account.WriteCases):
		err = p.ownWork(ctx, actor, &body)
	case account.Has(actor.Role, account.ReadCases):
		err = p.watch(ctx, actor, &body)
	}
	if err == nil && account.Has(actor.Role, account.ReadCases) {
		body.Screened, err = p.screened(ctx, actor)
	}
	if err != nil {
		return err
	}
	if account.Has(actor.Role, account.ReadCases) {
		waiting, err := p.Cases.Clusters(ctx, actor, "", models.ClusterSuggested, workbenchRows)
		if err != nil {
			return err
		}
		body.Clusters = viewClusters(waiting)
	}
	return p.render(c, http.StatusOK, "workbench", "工作台", body)
}

// placeName is where somebody sits; an administrator's place need not exist.
func (p *Pages) placeName(ctx context.Context, code string) (string, error) {
	r, err := p.Store.Region(ctx, code)
	if store.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return r.Name, nil
}

func buttonsOf(actor models.Actor) []button {
	all := []struct {
		button
		permission account.Permission
	}{
		{button{"/cases/new", "登记纠纷", "把新的纠纷记下来", true}, account.WriteCases},
		{button{"/returns", "排查表", "没有发现，按一下就报", true}, account.FileReturns},
		{button{"/reviews", "待签收", "下级上报、等您处理的", false}, account.ReviewCases},
		{button{"/scans", scansTitle, "签好的文书拍一张，自己找到案件", false}, account.WriteCases},
		{button{"/cases", "纠纷列表", "查找和办理", false}, account.ReadCases},
		{button{"/forecast", "未来七天", "谁会被提醒、哪些会自动上报", false}, account.ReadCases},
		{button{"/clusters", "群体性纠纷", "几件纠纷一个起因，合起来办", false}, account.ReadCases},
		{button{"/screening", "排查情况", "各村各网格报了没有", false}, account.ReadCases},
		{button{"/grid", "网格", "党支部、党小组、中心户", false}, account.ReadCases},
		{button{"/overview", "一览", "超期、风险、化解率，各地比较", false}, account.ReadOverview},
		{button{"/reports", "月报", "本月和往月的排查报告", false}, account.ReadReports},
		{button{"/checks", "抽查核实", "随机回访，看看不寻常的卷宗", false}, account.CheckFiles},
		{button{"/subsidies", "以案定补", "哪些卷宗有补贴，还缺什么材料", false}, account.ReadCases},
		{button{"/rules", "时限规则", "期限怎么算，风险怎么评，放假安排", false}, account.ReadCases},
		{button{"/accesses", "查看记录", "谁看过完整的证件号码和电话", false}, account.ReadAccesses},
		{button{"/admin/accounts", "账号", "新建、停用、重设密码", true}, account.ManageAccounts},
		{button{"/admin/jobs", "自动任务", "到期扫描和月报的运行情况", false}, account.ManageJobs},
		{button{"/admin/gaps", "缺口检查", "缺账号、缺单位、缺放假安排，提前知道", false}, account.ManageJobs},
		{button{"/admin/messages", "发送失败", "没有发出去的通知，再发一次", false}, account.ManageJobs},
	}
	var out []button
	for _, b := range all {
		if account.Has(actor.Role, b.permission) && (b.Path != "/reviews" || hasQueue(actor)) {
			out = append(out, b.button)
		}
	}
	return out
}

// ownWork is the workbench of those who handle cases: what their office has.
func (p *Pages) ownWork(ctx context.Context, actor models.Actor, body *workbenchBody) error {
	policy, err := p.policy(ctx, actor)
	if err != nil {
		return err
	}
	now := p.Now()
	var late, near, pending, returned int64
	for _, rung := range rungsOf(policy, actor) {
		office := models.OfficeID(actor.Region, rung.Level)
		due, err := p.dueCounts(ctx, office, now)
		if err != nil {
			return err
		}
		late, near, pending, returned = late+due.late, near+due.near, pending+due.pending, returned+due.returned
		sections, err := p.officeSections(ctx, actor, office, rung.Level, now)
		if err != nil {
			return err
		}
		body.Sections = append(body.Sections, sections...)
	}
	body.Counts = []counted{{"/cases?due=late&mine=1", "已超期", "late", late}, {"/cases?due=soon&mine=1", nearName, "near", near}}
	if hasQueue(actor) {
		body.Counts = append([]counted{{"/reviews", "待签收", "wait", pending}}, body.Counts...)
	} else {
		body.Counts = append([]counted{{"/cases?review=returned&mine=1", "被退回", "wait", returned}}, body.Counts...)
	}
	return nil
}

const nearName = "七天内到期"

// rungsOf are the levels of the ladder that sit where somebody sits.
func rungsOf(policy *models.Policy, actor models.Actor) []models.Rung {
	return slices.DeleteFunc(slices.Clone(policy.Ladder), func(r models.Rung) bool { return r.Seat != actor.Role.Seat() })
}

type dueCounts struct{ late, near, pending, returned int64 }

// dueCounts counts what an office has: overdue, due within a week, waiting for its review, returned
// to it.
func (p *Pages) dueCounts(ctx context.Context, office string, now time.Time) (dueCounts, error) {
	var out dueCounts
	late, err1 := p.Store.CountOpen(ctx, office, now)
	near, err2 := p.Store.CountOpen(ctx, office, now.AddDate(0, 0, nearDays))
	all, err3 := p.Store.CountOpen(ctx, office, models.FarFuture())
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return out, err
		}
	}
	for _, n := range late {
		out.late += n
	}
	for _, n := range near {
		out.near += n
	}
	out.near -= out.late
	out.pending, out.returned = all[models.ReviewPending], all[models.ReviewReturned]
	return out, nil
}

// officeSections are what an office has to do, the most urgent of each kind first.
func (p *Pages) officeSections(ctx context.Context, actor models.Actor, office, level string, now time.Time) ([]section, error) {
	soon := now.AddDate(0, 0, nearDays)
	query := func(pairs ...string) string {
		values := url.Values{"level": {level}, "mine": {"1"}}
		for i := 0; i+1 < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return "/cases?" + values.Encode()
	}
	plans := []struct {
		section
		filter store.CaseFilter
		keep   func(*models.Case) bool
	}{
		{section{"returned", "被上级退回，请补充", "", nil, query("review", "returned")}, store.CaseFilter{Offices: []string{office}, Review: models.ReviewReturned}, nil},
		{section{"pending", "下级上报，等待签收", "", nil, "/reviews"}, store.CaseFilter{Offices: []string{office}, Review: models.ReviewPending}, nil},
		{section{"due", "七天内到期或已超期", "没有快到期的纠纷。", nil, query("due", "soon")}, store.CaseFilter{Offices: []string{office}, DueBefore: &soon}, unreviewed},
		{section{"logged", "等待受理", "没有等待受理的纠纷。", nil, query("state", "logged")}, store.CaseFilter{Offices: []string{office}, State: models.Logged}, unreviewed},
		{section{"mediating", "正在调解", "没有正在调解的纠纷。", nil, query("state", "mediating")}, store.CaseFilter{Offices: []string{office}, State: models.Mediating}, unreviewed},
		{section{"agreed", "协议正在履行", "", nil, "/cases?state=agreed&level=" + url.QueryEscape(level)}, store.CaseFilter{State: models.Agreed, Level: level}, nil},
	}
	var out []section
	for _, plan := range plans {
		s, err := p.section(ctx, actor, plan.section, plan.filter, plan.keep)
		if err != nil {
			return nil, err
		}
		if len(s.Rows) > 0 || s.Empty != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

// unreviewed leaves out what stands in its own section already.
func unreviewed(c *models.Case) bool {
	return c.Review != models.ReviewPending && c.Review != models.ReviewReturned
}

// section fills a section with the first cases of a list that are kept.
func (p *Pages) section(ctx context.Context, actor models.Actor, s section, filter store.CaseFilter, keep func(*models.Case) bool) (section, error) {
	more, after := s.More, ""
	s.More = ""
	for {
		page, err := p.Cases.List(ctx, actor, filter, after, 4*workbenchRows)
		if err != nil {
			return s, err
		}
		for _, c := range page.Cases {
			if keep != nil && !keep(c) {
				continue
			}
			if len(s.Rows) == workbenchRows {
				s.More = more
				return s, nil
			}
			s.Rows = append(s.Rows, rowOfCase(c, p.Now()))
		}
		if page.Next == "" {
			return s, nil
		}
		after = page.Next
	}
}

// watch is the workbench of those who read: the First Secretary and the auditor.
func (p *Pages) watch(ctx context.Context, actor models.Actor, body *workbenchBody) error {
	now := p.Now()
	soon, ever := now.AddDate(0, 0, nearDays), models.FarFuture()
	for _, plan := range []struct {
		section
		filter store.CaseFilter
		keep   func(*models.Case) bool
	}{
		{section{"late", "已超期", "没有超期的纠纷。", nil, "/cases?due=late"}, store.CaseFilter{DueBefore: &now}, nil},
		{section{"due", nearName, "没有快到期的纠纷。", nil, "/cases?due=soon"}, store.CaseFilter{DueBefore: &soon}, func(c *models.Case) bool { return !c.IsOverdue(now) }},
		{section{"pending", "已上报，等待上级签收", "没有等待签收的上报。", nil, "/cases?review=pending"}, store.CaseFilter{Review: models.ReviewPending}, nil},
		{section{"red", "风险高的纠纷", "没有红色风险的纠纷。", nil, "/cases?risk=red&due=running"}, store.CaseFilter{Risk: models.Red, DueBefore: &ever}, nil},
	} {
		s, err := p.section(ctx, actor, plan.section, plan.filter, plan.keep)
		if err != nil {
			return err
		}
		body.Sections = append(body.Sections, s)
	}
	return nil
}
