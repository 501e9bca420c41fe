package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

//go:embed templates
var templateFiles embed.FS

// pagePartials lists every page with the partials it uses, beside the layout.
var pagePartials = map[string][]string{
	"error":         nil,
	"help":          nil,
	"login":         {"fields"},
	"setup":         {"fields"},
	"password":      {"fields"},
	"workbench":     {"cases"},
	"log":           {"fields", "party", "facts", "terms"},
	"cases":         {"fields", "cases"},
	"case":          {"case", "papers", "risk"},
	"accept":        {"fields", "action"},
	"decline":       {"fields", "action"},
	"sitting":       {"fields", "action"},
	"investigation": {"fields", "action"},
	"detach":        {"fields", "action"},
	"agreement":     {"fields", "action", "terms"},
	"perform":       {"fields", "action"},
	"draft":         {"fields", "action", "terms"},
	"sign":          {"fields", "action", "terms", "case"},
	"confirm":       {"fields", "action"},
	"press":         {"fields", "action"},
	"breach":        {"fields", "action"},
	"reopen":        {"fields", "action"},
	"visit":         {"fields", "action"},
	"correct":       {"fields", "action", "facts"},
	"affirm":        {"fields", "action"},
	"sheet":         {"case"},
	"fail":          {"fields", "action"},
	"withdraw":      {"fields", "action"},
	"refer":         {"fields", "action"},
	"escalate":      {"fields", "action"},
	"close":         {"fields", "action"},
	"risk":          {"fields", "action"},
	"signs":         {"fields", "action", "risk"},
	"pause":         {"fields", "action"},
	"resume":        {"fields", "action"},
	"extend":        {"fields", "action"},
	"order":         {"fields", "action"},
	"police":        {"fields", "action"},
	"review":        {"fields", "action"},
	"reviews":       {"cases"},
	"reports":       {"fields"},
	"report":        nil,
	"issue":         {"fields"},
	"verify":        nil,
	"overview":      {"fields", "cases"},
	"checks":        {"fields"},
	"figure":        {"cases", "findings"},
	"accounts":      {"fields"},
	"accountnew":    {"fields"},
	"jobs":          nil,
	"accesses":      nil,
	"forecast":      {"fields"},
	"gaps":          nil,
	"handover":      nil,

	"grid":          nil,
	"gridcell":      nil,
	"gridform":      {"fields"},
	"gridend":       {"fields"},
	"gridimport":    {"fields"},
	"returns":       {"findings"},
	"return":        {"fields", "findings"},
	"findings":      {"findings"},
	"finding":       {"findings"},
	"settle":        {"fields", "findings"},
	"screening":     nil,
	"screeninglist": {"findings"},
	"screeningrule": {"fields"},
	"thresholds":    {"fields"},

	"papers":     {"papers"},
	"paper":      {"fields"},
	"scans":      {"fields"},
	"scan":       {"fields"},
	"forms":      nil,
	"attachment": nil,
	"attach":     {"fields", "action"},
	"filing":     {"fields", "action"},
	"addend":     {"fields", "action"},

	"messages":     nil,
	"notices":      {"fields"},
	"deadmessages": nil,

	"riskrules":   {"editions", "riskrules"},
	"riskversion": {"editions", "riskrules"},
	"riskcompare": {"fields", "editions", "riskrules"},
	"risktry":     {"fields", "editions", "riskrules"},
	"risknew":     {"fields", "editions", "riskrules"},

	"subsidyrules":   {"editions", "subsidyrules"},
	"subsidyversion": {"editions", "subsidyrules"},
	"subsidycompare": {"fields", "editions", "subsidyrules"},
	"subsidynew":     {"fields", "editions", "subsidyrules"},
	"subsidies":      nil,
	"subsidy":        {"fields"},

	"clusters": nil,
	"cluster":  {"fields", "cases"},

	"rules":        {"editions", "rules"},
	"ruleversion":  {"editions", "rules"},
	"rulecompare":  {"fields", "editions", "rules"},
	"ruletry":      {"fields", "editions", "rules"},
	"rulenew":      {"fields", "editions", "rules"},
	"calendar":     nil,
	"calendarload": {"fields"},
}

type templates map[string]*template.Template

func parseTemplates() (templates, error) {
	layout, err := template.New("").Funcs(functions()).ParseFS(templateFiles, "templates/layout.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	all := templates{}
	for name, partials := range pagePartials {
		t, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		files := []string{"templates/pages/" + name + ".html"}
		for _, partial := range partials {
			files = append(files, "templates/partials/"+partial+".html")
		}
		if all[name], err = t.ParseFS(templateFiles, files...); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return all, nil
}

// frame is what stands around every page.
type frame struct {
	Title   string
	Actor   models.Actor
	Links   []link
	Larger  bool
	Here    string // path and query, to come back to
	CSS, JS string
	Icon    string
	Body    any
}

type link struct {
	Path, Name string
	Here       bool
}

// render writes a whole page, or nothing and an error: a template's failure is never half a page.
func (p *Pages) render(c *gin.Context, status int, page, title string, body any) error {
	actor := web.Actor(c)
	unread, err := p.unread(c, page)
	if err != nil {
		return err
	}
	larger, err := c.Cookie(largerCookie)
	f := frame{
		Title: title, Actor: actor, Links: links(actor, c.Request.URL.Path, unread), Larger: err == nil && larger == "1", Here: "/",
		CSS: p.assets.path("style.css"), JS: p.assets.path("app.js"), Icon: p.assets.path("icon.svg"), Body: body,
	}
	if c.Request.Method == http.MethodGet {
		f.Here = c.Request.URL.RequestURI()
	} else if p.forms[c.FullPath()] {
		f.Here = c.Request.URL.Path
	}
	var out bytes.Buffer
	if err := p.templates[page].ExecuteTemplate(&out, "layout", f); err != nil {
		return fmt.Errorf("render page %s: %w", page, err)
	}
	c.Header("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", out.Bytes())
	return nil
}

// unread is how many messages wait for somebody. The page that tells of an error does without: what it
// asks may be what failed.
func (p *Pages) unread(c *gin.Context, page string) (int64, error) {
	if actor := web.Actor(c); actor.ID != "" && page != "error" {
		return p.Notices.Unread(c.Request.Context(), actor)
	}
	return 0, nil
}

// links is the way around for one role. unread is how many messages wait.
func links(actor models.Actor, path string, unread int64) []link {
	if actor.ID == "" {
		return nil
	}
	var out []link
	for _, l := range []struct {
		path, name string
		permission account.Permission
	}{
		{"/", "工作台", account.LoggedIn},
		{"/cases", "纠纷", account.ReadCases},
		{"/cases/new", "登记", account.WriteCases},
		{"/scans", scansTitle, account.WriteCases},
		{"/reviews", "待签收", account.ReviewCases},
		{"/returns", "排查表", account.FileReturns},
		{"/screening", "排查情况", account.ReadCases},
		{"/grid", "网格", account.ReadCases},
		{"/forecast", "未来七天", account.ReadCases},
		{"/overview", "一览", account.ReadOverview},
		{"/reports", "月报", account.ReadReports},
		{"/checks", "抽查", account.CheckFiles},
		{"/rules", "时限规则", account.ReadCases},
		{"/messages", inboxName(unread), account.LoggedIn},
		{"/accesses", "查看记录", account.ReadAccesses},
		{"/admin/accounts", "账号", account.ManageAccounts},
		{"/admin/jobs", "自动任务", account.ManageJobs},
		{"/admin/messages", "发送失败", account.ManageJobs},
		{"/admin/gaps", "缺口检查", account.ManageJobs},
		{"/help", "帮助", account.Public},
	} {
		if account.Check(actor, l.permission) == nil && (l.path != "/reviews" || hasQueue(actor)) {
			out = append(out, link{l.path, l.name, false})
		}
	}
	best := -1
	for i, l := range out {
		under := path == l.Path || l.Path != "/" && strings.HasPrefix(path, l.Path+"/")
		if under && (best < 0 || len(l.Path) > len(out[best].Path)) {
			best = i
		}
	}
	if best >= 0 {
		out[best].Here = true
	}
	return out
}

// hasQueue says whether somebody has a queue of escalated cases worth a place in the menu. A chair
// signs cases in only where a village has more than one rung, and finds them on the workbench.
func hasQueue(actor models.Actor) bool {
	return account.Has(actor.Role, account.ReviewCases) && actor.Role.Seat() != models.RegionVillage
}

// inboxName is the link to the inbox, with how much of it is new.
func inboxName(unread int64) string {
	switch {
	case unread == 0:
		return "消息"
	case unread > 99:
		return "消息（99+）"
	}
	return fmt.Sprintf("消息（%d）", unread)
}
