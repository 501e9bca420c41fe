package pages

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	clock "fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// action is one page on which something is done to a case.
type action struct {
	slug       string // last part of its path, as in the API
	page       string // template
	title      string
	permission account.Permission
	allowed    []models.Action // any of them
	maxBody    int64           // of what is sent, 0 for what is usual
	rows       []string        // lists with a row of fields for each item
	// fill writes what stands in the fresh form, nil for nothing.
	fill func(f *form, c *models.Case, actor models.Actor, now time.Time)
	// extra is what the page's own fields offer, nil for nothing.
	extra func(c *models.Case, policy *models.Policy, actor models.Actor) any
	// send reads the form and carries it out.
	send func(c *gin.Context, f *form, ref casework.Ref) (*models.Case, error)
}

type actionBody struct {
	Form    *form
	Fresh   bool // just opened: nothing of it was sent
	Case    row
	Slug    string
	Title   string
	Version int64
	Extra   any
}

// send is the usual way to carry a form out: what cannot be read is a fault at its field, all else
// is the use case's to check.
func send[F any](do func(context.Context, models.Actor, casework.Ref, F) (*models.Case, error)) func(*gin.Context, *form, casework.Ref) (*models.Case, error) {
	return func(c *gin.Context, f *form, ref casework.Ref) (*models.Case, error) {
		var in F
		if faults := decode(f.Values, &in); len(faults) > 0 {
			return nil, &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
		}
		return do(c.Request.Context(), web.Actor(c), ref, in)
	}
}

// openAction shows the fresh form of an action, or says why the case is not open to it.
func (p *Pages) openAction(c *gin.Context, a action) error {
	cs, policy, err := p.caseAndPolicy(c)
	if err != nil {
		return err
	}
	actor := web.Actor(c)
	if err := permitted(cs, policy, actor, p.Now(), a.allowed); err != nil {
		return err
	}
	f := newForm()
	f.Values.Set("version", strconv.FormatInt(cs.Version, 10))
	for _, name := range []string{"template", "seq"} { // what a link has chosen already
		if value := c.Query(name); value != "" {
			f.Values.Set(name, value)
		}
	}
	if a.fill != nil {
		a.fill(f, cs, actor, p.Now())
	}
	return p.showAction(c, http.StatusOK, a, cs, policy, f)
}

// permitted says why none of some actions is allowed, nil where one is.
func permitted(c *models.Case, policy *models.Policy, actor models.Actor, now time.Time, actions []models.Action) error {
	seating := c.Seating(policy)
	var refused error
	for _, a := range actions {
		_, err := models.Permit(seating, a, actor)
		if err == nil {
			err = clock.Bars(policy, c, a, now)
		}
		if err == nil {
			return nil
		}
		if refused == nil {
			refused = err
		}
	}
	return refused
}

// sendAction carries an action out and goes to the case. A button of the form may ask for a row more
// or less instead: do is add-LIST or remove-LIST-N. Whatever is refused comes back as it was typed.
func (p *Pages) sendAction(c *gin.Context, a action) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	if do := values.Get("do"); do != "" {
		return p.changeRows(c, a, f, do)
	}
	version, err := f.version()
	if err != nil {
		return err
	}
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	for _, list := range a.rows {
		dropEmptyRows(values, list)
	}
	changed, err := a.send(c, f, casework.Ref{ID: id, Version: version})
	if err == nil {
		return redirect(c, casePath(changed)+"?done="+a.slug)
	}
	if !f.refuse(err) && !f.refuseOutsider(err) {
		return err
	}
	cs, policy, reloadErr := p.caseAndPolicy(c)
	if reloadErr != nil {
		return errors.Join(err, reloadErr)
	}
	if f.Stale { // what was typed may be sent again, on top of what has changed
		values.Set("version", strconv.FormatInt(cs.Version, 10))
	}
	return p.showAction(c, web.Status(models.AsError(err)), a, cs, policy, f)
}

// refuseOutsider takes over that the case is another's to handle by now: what was typed stays to be
// copied out.
func (f *form) refuseOutsider(err error) bool {
	told := models.AsError(err)
	if told.Kind == models.Forbidden {
		f.Notice = told.Message
		return true
	}
	return false
}

func (p *Pages) changeRows(c *gin.Context, a action, f *form, do string) error {
	cs, policy, err := p.caseAndPolicy(c)
	if err != nil {
		return err
	}
	verb, rest, _ := strings.Cut(do, "-")
	for _, list := range a.rows {
		switch {
		case verb == "add" && rest == list:
			f.extraRow = list
		case verb == "remove" && strings.HasPrefix(rest, list+"-"):
			if i, err := strconv.Atoi(strings.TrimPrefix(rest, list+"-")); err == nil {
				dropRow(f.Values, list, i)
			}
		}
	}
	return p.showAction(c, http.StatusOK, a, cs, policy, f)
}

func (p *Pages) caseAndPolicy(c *gin.Context) (*models.Case, *models.Policy, error) {
	cs, err := p.caseOf(c)
	if err != nil {
		return nil, nil, err
	}
	policy, err := p.Cases.Policy(c.Request.Context(), cs)
	return cs, policy, err
}

func (p *Pages) showAction(c *gin.Context, status int, a action, cs *models.Case, policy *models.Policy, f *form) error {
	body := actionBody{Form: f, Fresh: c.Request.Method == http.MethodGet, Case: rowOfCase(cs, p.Now()), Slug: a.slug, Title: a.title}
	body.Version, _ = f.version() // a form that lost it is refused when it is sent
	if a.extra != nil {
		body.Extra = a.extra(cs, policy, web.Actor(c))
	}
	return p.render(c, status, a.page, a.title, body)
}

// today is the civil day, as fields of days are filled with.
func today(now time.Time) string { return workday.OfTime(now).String() }
