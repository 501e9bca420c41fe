package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/subsidy"
)

// Deps are what the pages stand on.
type Deps struct {
	Cases    *casework.Service
	Accounts *account.Service
	Store    *store.Store
	Reports  *screening.Service
	Notices  *notify.Service
	Ring     *seal.Ring // seals what a form carries for whoever sent it
	Now      func() time.Time
	Secure   bool        // cookies are sent over HTTPS only
	Jobs     Jobs        // nil where no jobs run
	Trials   *rules.Runs // dry runs that go on behind a page; nil where each is waited for
}

// Jobs is who runs the jobs of this process.
type Jobs interface {
	Next(job string) time.Time
	RunNow(ctx context.Context, job, who string) (run string, err error)
}

// Pages answers for HTML. Safe for concurrent use.
type Pages struct {
	Deps
	rules     *rules.Service
	subsidy   *subsidy.Service
	templates templates
	assets    assets
	forms     map[string]bool // paths that can be opened with GET
}

// New parses every template and reads the static files. An error is a fault of the build.
func New(deps Deps) (*Pages, error) {
	p := &Pages{Deps: deps, rules: rules.New(deps.Store, deps.Now), subsidy: subsidy.New(deps.Store, deps.Now), forms: map[string]bool{}}
	var err error
	if p.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if p.templates, err = parseTemplates(); err != nil {
		return nil, err
	}
	for _, r := range p.Routes() {
		if r.Method == http.MethodGet {
			p.forms[r.Path] = true
		}
	}
	return p, nil
}

// Error answers a failed request with a page that says what to do. Somebody who is not logged in is
// sent to log in and comes back afterwards; of a fault of ours only the request id is shown.
func (p *Pages) Error(c *gin.Context, err error, requestID string) {
	told := web.Told(err)
	if told.Kind == models.Unauthenticated {
		c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(p.comeBack(c)))
		return
	}
	if wait := web.RetryAfter(told); wait != "" {
		c.Header("Retry-After", wait)
	}
	status := web.Status(told)
	body := errorBody{Status: status, Message: told.Message, Fields: told.Fields}
	if id, err := casework.IDOf(c.Param("id")); err == nil && told.Kind != models.NotFound {
		body.Back = "/cases/" + id.Hex()
	}
	if status >= http.StatusInternalServerError {
		body.RequestID = requestID
	}
	if err := p.render(c, status, "error", errorTitle(status), body); err != nil {
		c.String(http.StatusInternalServerError, "系统出错了，请稍后再试。编号：%s", requestID)
	}
}

type errorBody struct {
	Status    int
	Message   string
	Fields    []models.FieldError
	RequestID string
	Back      string // the case it was about, "" where it was about none
}

func errorTitle(status int) string {
	switch status {
	case http.StatusForbidden:
		return "您不能使用这个功能"
	case http.StatusNotFound:
		return "没有找到"
	case http.StatusConflict:
		return "现在不能这样办理"
	case http.StatusTooManyRequests:
		return "请稍后再试"
	}
	if status >= http.StatusInternalServerError {
		return "系统出错了"
	}
	return "没有办成"
}

// comeBack is where to go after logging in: the page that was asked for, or the form that was sent.
func (p *Pages) comeBack(c *gin.Context) string {
	switch {
	case c.Request.Method == http.MethodGet:
		return c.Request.URL.RequestURI()
	case p.forms[c.FullPath()]:
		return c.Request.URL.Path
	}
	return "/"
}

// localPath is a path of this site to go to; "/" for anything else, so that a link cannot lead away.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// redirect sends the browser to another page after something was done.
func redirect(c *gin.Context, to string) error {
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// policy is the one in force where somebody sits.
func (p *Pages) policy(ctx context.Context, actor models.Actor) (*models.Policy, error) {
	county := actor.Region
	if len(county) > 6 {
		county = county[:6]
	}
	return p.Store.PolicyInForce(ctx, county, p.Now())
}

// post is the posted form, or an error that says it could not be read.
func post(c *gin.Context) (url.Values, error) {
	if err := readUpload(c); err != nil {
		return nil, err
	}
	if err := c.Request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, &models.Error{Kind: models.Malformed, Code: "form", Message: "表单没有完整收到，请返回重新提交", Cause: err}
	}
	return c.Request.PostForm, nil
}
