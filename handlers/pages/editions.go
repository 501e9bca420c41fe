package pages

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/rules"
)

// ruleDesk is the pages of one kind of rules: its versions, one of them, two side by side, and the form of
// a new one, which can be looked through and tried before it is published. What the rules say is
// shown by the kind's own partial, with what text makes of them.
type ruleDesk[T any, P rules.Kind[T]] struct {
	*Pages
	book    *rules.Book[T, P]
	root    string // /rules
	title   string // 时限规则
	done    string // what is said of a version that was published
	pages   deskPages
	text    func(P) any
	changes func(was, is P) []models.PolicyChange

	lists   []string // of the form, whose rows can be added and taken away
	values  func(P) url.Values
	read    func(values url.Values, from P) (P, error) // from is nil where there is no version yet
	choices func(from P) any

	// trial tries a version on cases, by a year as it was typed; nil where there is nothing to try.
	trial func(ctx context.Context, county, year string, candidate P, run *rules.Run) (any, error)
	year  func() string // that stands there at first, nil for none
}

// deskPages are the names of the pages.
type deskPages struct{ list, version, compare, draft, try string }

// routes are the rows of the route table: who reads cases reads the rules.
func (d *ruleDesk[T, P]) routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	out := []web.Route{
		{Method: get, Path: d.root, Permission: account.ReadCases, Handle: d.list},
		{Method: get, Path: d.root + "/compare", Permission: account.ReadCases, Handle: d.compare},
		{Method: get, Path: d.root + "/new", Permission: account.ManageRules, Handle: d.draftForm},
		{Method: post, Path: d.root + "/new", Permission: account.ManageRules, Handle: d.saveDraft},
		{Method: get, Path: d.root + "/:version", Permission: account.ReadCases, Handle: d.version},
	}
	if d.trial != nil {
		out = append(out, web.Route{Method: get, Path: d.root + "/:version/try", Permission: account.ManageRules, Handle: d.try})
	}
	return out
}

// editionView is a version on the screen.
type editionView struct {
	Key, Path, Name, Title  string
	From, Standing, Tone    string
	Published               string // by whom and when, "" where the system came with it
	CompareWith, Try, Draft string // paths, "" where there is nothing to do
	Text                    any    // what it says, for the kind's own table
}

func (d *ruleDesk[T, P]) path(key string) string { return d.root + "/" + url.PathEscape(key) }

// view shows a version to somebody. current is the key of the one in force, "" for none.
func (d *ruleDesk[T, P]) view(v rules.Version[P], current string, actor models.Actor) editionView {
	issue := v.Issue()
	out := editionView{
		Key: v.Key(), Path: d.path(v.Key()), Name: issue.VersionName(), Title: issue.Name, From: day(issue.EffectiveFrom), Standing: v.Standing.Name(),
		Tone: map[rules.Standing]string{rules.InForce: "calm", rules.Coming: "near"}[v.Standing], Text: d.text(v.Rules),
	}
	if issue.PublishedAt != nil && issue.PublishedBy != nil {
		out.Published = issue.PublishedBy.Name + "于" + moment(*issue.PublishedAt) + "发布"
	}
	if current != "" && current != v.Key() {
		out.CompareWith = d.root + "/compare?" + url.Values{"was": {current}, "is": {v.Key()}}.Encode()
	}
	if account.Has(actor.Role, account.ManageRules) {
		out.Draft = d.root + "/new?" + url.Values{"from": {v.Key()}}.Encode()
		if d.trial != nil {
			out.Try = out.Path + "/try"
		}
	}
	return out
}

// versions are those that matter where somebody sits, and the key of the one in force.
func (d *ruleDesk[T, P]) versions(ctx context.Context, actor models.Actor) (all []rules.Version[P], current string, err error) {
	all, err = d.book.Versions(ctx, rules.CountyOf(actor.Region))
	for _, v := range all {
		if v.Standing == rules.InForce {
			current = v.Key()
		}
	}
	return all, current, err
}

type editionsBody struct {
	Place    string
	Done     string
	InForce  *editionView
	Coming   []editionView
	Versions []editionView
	CanWrite bool
}

// list shows the rules in force to everybody who reads cases, and which versions there are.
func (d *ruleDesk[T, P]) list(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := d.versions(ctx, actor)
	if err != nil {
		return err
	}
	body := editionsBody{CanWrite: account.Has(actor.Role, account.ManageRules)}
	if c.Query("done") != "" {
		body.Done = d.done
	}
	if body.Place, err = d.placeName(ctx, rules.CountyOf(actor.Region)); err != nil {
		return err
	}
	for _, v := range all {
		view := d.view(v, current, actor)
		body.Versions = append(body.Versions, view)
		switch v.Standing {
		case rules.InForce:
			body.InForce = &view
		case rules.Coming:
			body.Coming = append(body.Coming, view)
		}
	}
	return d.render(c, http.StatusOK, d.pages.list, d.title, body)
}

// found is the version that an address names, as somebody sees it.
func (d *ruleDesk[T, P]) found(c *gin.Context) (rules.Version[P], editionView, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	_, current, err := d.versions(ctx, actor)
	if err != nil {
		return rules.Version[P]{}, editionView{}, err
	}
	v, err := d.book.Version(ctx, rules.CountyOf(actor.Region), c.Param("version"))
	if err != nil {
		return v, editionView{}, err
	}
	return v, d.view(v, current, actor), nil
}

func (d *ruleDesk[T, P]) version(c *gin.Context) error {
	_, view, err := d.found(c)
	if err != nil {
		return err
	}
	return d.render(c, http.StatusOK, d.pages.version, d.title+view.Name, view)
}

type compareBody struct {
	Form     *form
	Versions []models.Choice
	Was, Is  *editionView
	Changes  []string
}

// compare shows what is another in one version than in an earlier one.
func (d *ruleDesk[T, P]) compare(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := d.versions(ctx, actor)
	if err != nil {
		return err
	}
	body := compareBody{Form: &form{Values: c.Request.URL.Query()}}
	find := func(name string) *rules.Version[P] {
		for _, v := range all {
			if v.Key() == body.Form.Value(name) {
				return &v
			}
		}
		return nil
	}
	for _, v := range all {
		issue := v.Issue()
		body.Versions = append(body.Versions, models.Choice{Code: v.Key(), Name: issue.VersionName() + "（" + v.Standing.Name() + "，" + day(issue.EffectiveFrom) + "起）"})
	}
	if was, is := find("was"), find("is"); was != nil && is != nil {
		a, b := d.view(*was, current, actor), d.view(*is, current, actor)
		body.Was, body.Is, body.Changes = &a, &b, d.changeLines(was.Rules, is.Rules)
	}
	return d.render(c, http.StatusOK, d.pages.compare, "对比两版"+d.title, body)
}

// changeLines says what is another, one line each.
func (d *ruleDesk[T, P]) changeLines(was, is P) []string {
	out := []string{}
	for _, change := range d.changes(was, is) {
		out = append(out, change.Text())
	}
	return out
}

type tryBody struct {
	Form    *form
	Version editionView
	Trial   any
	Far     string // how far the trial is that has not ended
}

// lookAgain is after how many seconds a page that waits for a trial asks for itself again.
const lookAgain = 3

// ask tries a version, by the year in a field, as a run of its own: what came of it, or how far it is in
// words. The same version with the same year is the same run; only one that is on is looked at where none is to
// begin.
func (d *ruleDesk[T, P]) ask(c *gin.Context, f *form, field string, candidate P, begin bool) (trial any, far string, err error) {
	ctx, actor, year := c.Request.Context(), web.Actor(c), strings.TrimSpace(f.Value(field))
	said, err := json.Marshal(candidate)
	if err != nil {
		return nil, "", err
	}
	county := rules.CountyOf(actor.Region)
	key := fmt.Sprintf("%s %s %s %x", d.root, county, year, sha256.Sum256(said))
	do := func(ctx context.Context, run *rules.Run) (any, error) {
		return d.trial(ctx, county, year, candidate, run)
	}
	if !begin {
		do = nil
	}
	trial, at, err := d.Trials.Ask(ctx, actor.ID, key, do)
	if e := models.AsError(err); err != nil && e.Kind == models.Invalid && len(e.Fields) == 1 {
		return nil, "", models.FieldErrorf(field, "%s", e.Fields[0].Message)
	}
	if err != nil || at == nil {
		return trial, "", err
	}
	return nil, farText(*at), nil
}

// farText says how far a trial is.
func farText(at rules.Far) string {
	switch {
	case !at.Begun:
		return "前面还有人在试算，轮到以后自动开始。"
	case at.Total == 0:
		return fmt.Sprintf("正在试算：已经算了%d件。", at.Done)
	}
	return fmt.Sprintf("正在试算：已经算了%d件，一共%d件。", at.Done, at.Total)
}

// try tries a version on the cases of a year. Without a year in the address it shows the form. While a
// trial goes on, the page asks for itself again.
func (d *ruleDesk[T, P]) try(c *gin.Context) error {
	v, view, err := d.found(c)
	if err != nil {
		return err
	}
	body := tryBody{Form: &form{Values: c.Request.URL.Query()}, Version: view}
	status := http.StatusOK
	if body.Form.Values.Has("year") {
		body.Trial, body.Far, err = d.ask(c, body.Form, "year", v.Rules, c.Query("wait") == "")
		switch {
		case err != nil && !body.Form.refuse(err):
			return err
		case err != nil:
			status = web.Status(models.AsError(err))
		case body.Far != "":
			c.Header("Refresh", fmt.Sprintf("%d; url=%s/try?%s", lookAgain, view.Path, url.Values{"year": {body.Form.Value("year")}, "wait": {"1"}}.Encode()))
		}
	} else {
		body.Form.Values.Set("year", d.firstYear())
	}
	return d.render(c, status, d.pages.try, "试算"+view.Name, body)
}

func (d *ruleDesk[T, P]) firstYear() string {
	if d.year == nil {
		return ""
	}
	return d.year()
}

// draftBody is the form of a new version.
type draftBody struct {
	Form    *form
	From    *editionView // the version it was made from, nil where it is the first
	Choices any
	Checked bool     // it was looked through, and nothing is wrong
	Against string   // the version in force, with which it was compared, "" for none
	Changes []string // what is another than in that
	Trial   any
	Far     string // how far the trial is that has not ended
}

// draftForm begins a new version with the one in force, or another that was asked for.
func (d *ruleDesk[T, P]) draftForm(c *gin.Context) error {
	base, err := d.draftBase(c, c.Query("from"))
	if err != nil {
		return err
	}
	latest, err := d.book.Latest(c.Request.Context(), rules.CountyOf(web.Actor(c).Region))
	if err != nil {
		return err
	}
	f := newForm()
	if base != nil {
		f.Values = d.values(base.Rules)
		f.Values.Set("from", base.Key())
	}
	f.Values.Set("base", strconv.Itoa(latest))
	f.Values.Set("tryYear", d.firstYear())
	return d.showDraft(c, http.StatusOK, draftBody{Form: f}, base)
}

// draftBase is the version from which a new one is made: that of a key, or the one in force; nil where
// there is none yet.
func (d *ruleDesk[T, P]) draftBase(c *gin.Context, key string) (*rules.Version[P], error) {
	actor := web.Actor(c)
	if key == "" {
		_, current, err := d.versions(c.Request.Context(), actor)
		if err != nil || current == "" {
			return nil, err
		}
		key = current
	}
	v, err := d.book.Version(c.Request.Context(), rules.CountyOf(actor.Region), key)
	return &v, err
}

func (d *ruleDesk[T, P]) showDraft(c *gin.Context, status int, body draftBody, base *rules.Version[P]) error {
	var from P
	if base != nil {
		view := d.view(*base, "", web.Actor(c))
		body.From, from = &view, base.Rules
	}
	body.Choices = d.choices(from)
	return d.render(c, status, d.pages.draft, "新拟一版"+d.title, body)
}

// saveDraft looks a version through, tries it or publishes it, as the button says; another adds or
// takes away a row. Whatever is wrong comes back as it was typed.
func (d *ruleDesk[T, P]) saveDraft(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	county := rules.CountyOf(actor.Region)
	base, err := d.draftBase(c, values.Get("from"))
	if err != nil {
		return err
	}
	f := &form{Values: values}
	do := values.Get("do")
	if d.changeRows(f, do) {
		return d.showDraft(c, http.StatusOK, draftBody{Form: f}, base)
	}
	for _, list := range d.lists {
		dropEmptyRows(values, list)
	}
	known, err := strconv.Atoi(f.Value("base"))
	if err != nil {
		return d.book.Unread()
	}
	body := draftBody{Form: f}
	var from P
	if base != nil {
		from = base.Rules
	}
	next, err := d.read(values, from)
	if err == nil {
		if do == "publish" {
			if _, err = d.book.Publish(ctx, actor, county, next, known); err == nil {
				return redirect(c, d.root+"?done=published")
			}
		} else if err = d.book.Check(ctx, county, next); err == nil {
			err = d.review(c, county, next, do, &body)
		}
	}
	if err == nil {
		return d.showDraft(c, http.StatusOK, body, base)
	}
	told := models.AsError(err)
	if !f.refuse(err) {
		return err
	}
	if strings.Contains(told.Message, "有缺漏：") {
		f.Notice = told.Message // what no rule covers stands at no field
	}
	if f.Stale { // it may be sent again, on top of what came before it
		latest, err2 := d.book.Latest(ctx, county)
		if err2 != nil {
			return errors.Join(err, err2)
		}
		values.Set("base", strconv.Itoa(latest))
	}
	return d.showDraft(c, web.Status(told), body, base)
}

// changeRows adds or takes away a row where the button says so.
func (d *ruleDesk[T, P]) changeRows(f *form, do string) bool {
	for _, list := range d.lists {
		if do == "add-"+list {
			f.extraRow = list
			return true
		}
		if row, ok := strings.CutPrefix(do, "remove-"+list+"-"); ok {
			if i, err := strconv.Atoi(row); err == nil {
				dropRow(f.Values, list, i)
			}
			return true
		}
	}
	return false
}

// review says what a draft that is in order changes, and tries it where that is asked for.
func (d *ruleDesk[T, P]) review(c *gin.Context, county string, next P, do string, body *draftBody) error {
	current, err := d.book.Current(c.Request.Context(), county)
	switch {
	case err == nil:
		body.Against, body.Changes = current.Issue().VersionName(), d.changeLines(current, next)
	case models.AsError(err).Kind != models.Precondition:
		return err
	}
	body.Checked = true
	if do == "try" && d.trial != nil {
		body.Trial, body.Far, err = d.ask(c, body.Form, "tryYear", next, true)
		return err
	}
	return nil
}

// rowValues are the fields of rows of a form's list.
func rowValues(values url.Values, list string, rows []map[string]string) {
	for i, row := range rows {
		at := list + "[" + strconv.Itoa(i) + "]."
		for name, text := range row {
			values.Set(at+name, text)
		}
	}
}
