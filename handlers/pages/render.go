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
	"error":      nil,
	"help":       nil,
	"login":      {"fields"},
	"setup":      {"fields"},
	"password":   {"fields"},
	"workbench":  {"cases"},
	"log":        {"fields", "party"},
	"cases":      {"fields", "cases"},
	"case":       {"case"},
	"accept":     {"fields", "action"},
	"decline":    {"fields", "action"},
	"sitting":    {"fields", "action"},
	"agreement":  {"fields", "action"},
	"perform":    {"fields", "action"},
	"fail":       {"fields", "action"},
	"withdraw":   {"fields", "action"},
	"refer":      {"fields", "action"},
	"escalate":   {"fields", "action"},
	"close":      {"fields", "action"},
	"risk":       {"fields", "action"},
	"review":     {"fields", "action"},
	"reviews":    {"cases"},
	"reports":    {"fields"},
	"report":     {"fields"},
	"figure":     {"cases"},
	"accounts":   {"fields"},
	"accountnew": {"fields"},
	"jobs":       nil,
	"accesses":   nil,
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
	larger, err := c.Cookie(largerCookie)
	f := frame{
		Title: title, Actor: actor, Links: links(actor, c.Request.URL.Path), Larger: err == nil && larger == "1", Here: "/",
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

// links is the way around for one role.
func links(actor models.Actor, path string) []link {
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
		{"/reviews", "待签收", account.ReviewCases},
		{"/reports", "月报", account.ReadReports},
		{"/accesses", "查看记录", account.ReadAccesses},
		{"/admin/accounts", "账号", account.ManageAccounts},
		{"/admin/jobs", "自动任务", account.ManageJobs},
		{"/help", "帮助", account.Public},
	} {
		if account.Check(actor, l.permission) == nil {
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
