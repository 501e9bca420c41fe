package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/rules"
)

// draftBody is the form of a new version.
type draftBody struct {
	Form      *form
	From      versionView // the version it was made from, whose ladder it has
	Phases    []models.Choice
	Units     []models.Choice
	Conflicts []models.Choice
	Types     string // what can be written
	Subtypes  []term // of the types that have them
	Levels    string
	Checked   bool     // it was looked through, and nothing is wrong
	Against   string   // the version in force, with which it was compared
	Changes   []string // what is another than in that
	Trial     *trialView
}

const draftTitle = "新拟一版时限规则"

// draftForm begins a new version with the one in force, or another that was asked for.
func (p *Pages) draftForm(c *gin.Context) error {
	ctx, county := c.Request.Context(), rules.CountyOf(web.Actor(c).Region)
	base, err := p.draftBase(c, c.Query("from"))
	if err != nil {
		return err
	}
	latest, err := p.rules.Latest(ctx, county)
	if err != nil {
		return err
	}
	f := &form{Values: valuesOf(rules.DraftOf(base.Policy))}
	f.Values.Set("from", base.Key())
	f.Values.Set("base", strconv.Itoa(latest))
	f.Values.Set("tryYear", strconv.Itoa(p.lastYear()))
	return p.showDraft(c, http.StatusOK, draftBody{Form: f}, base)
}

// draftBase is the version from which a new one is made: that of a key, or the one in force.
func (p *Pages) draftBase(c *gin.Context, key string) (rules.Version, error) {
	actor := web.Actor(c)
	if key == "" {
		_, current, err := p.versions(c.Request.Context(), actor)
		if err != nil {
			return rules.Version{}, err
		}
		key = current
	}
	return p.rules.Version(c.Request.Context(), rules.CountyOf(actor.Region), key)
}

func (p *Pages) showDraft(c *gin.Context, status int, body draftBody, base rules.Version) error {
	body.From = viewVersion(base, "", web.Actor(c))
	body.Phases, body.Units, body.Conflicts = rules.Phases(), rules.Units(), rules.Conflicts()
	var types []string
	for _, t := range models.DisputeTypes() {
		types = append(types, t.Name)
		var names []string
		for _, s := range models.Subtypes(models.DisputeType(t.Code)) {
			names = append(names, s.Name)
		}
		if len(names) > 0 {
			body.Subtypes = append(body.Subtypes, term{t.Name, strings.Join(names, "、")})
		}
	}
	body.Types, body.Levels = strings.Join(types, "、"), strings.Join(body.From.Ladder, "、")
	return p.render(c, status, "rulenew", draftTitle, body)
}

// saveDraft looks a version through, tries it or publishes it, as the button says; another adds or
// takes away a row. Whatever is wrong comes back as it was typed.
func (p *Pages) saveDraft(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	county := rules.CountyOf(actor.Region)
	base, err := p.draftBase(c, values.Get("from"))
	if err != nil {
		return err
	}
	f := &form{Values: values}
	do := values.Get("do")
	if do == "add-rules" {
		f.extraRow = "rules"
		return p.showDraft(c, http.StatusOK, draftBody{Form: f}, base)
	}
	if row, ok := strings.CutPrefix(do, "remove-rules-"); ok {
		if i, err := strconv.Atoi(row); err == nil {
			dropRow(values, "rules", i)
		}
		return p.showDraft(c, http.StatusOK, draftBody{Form: f}, base)
	}
	dropEmptyRows(values, "rules")
	known, err := strconv.Atoi(f.Value("base"))
	if err != nil {
		return models.Errorf(models.Malformed, "policy.base", "表单没有完整收到，请回到时限规则重新打开")
	}
	var draft rules.Draft
	decode(values, &draft) // every field is text: nothing of it cannot be read
	body := draftBody{Form: f}
	policy, err := draft.Policy(base.Policy)
	if err == nil {
		if do == "publish" {
			if _, err = p.rules.Publish(ctx, actor, county, policy, known); err == nil {
				return redirect(c, "/rules?done=published")
			}
		} else if err = p.rules.Check(ctx, county, policy); err == nil {
			err = p.reviewDraft(c, county, policy, do, &body)
		}
	}
	if err == nil {
		return p.showDraft(c, http.StatusOK, body, base)
	}
	told := models.AsError(err)
	if !f.refuse(err) {
		return err
	}
	if len(told.Fields) > 0 && told.Code == "policy.invalid" && strings.HasPrefix(told.Message, "规则有缺漏") {
		f.Notice = told.Message // what no rule covers stands at no field
	}
	if f.Stale { // it may be sent again, on top of what came before it
		latest, err2 := p.rules.Latest(ctx, county)
		if err2 != nil {
			return errors.Join(err, err2)
		}
		values.Set("base", strconv.Itoa(latest))
	}
	return p.showDraft(c, web.Status(told), body, base)
}

// reviewDraft says what a draft that is in order changes, and tries it where that is asked for.
func (p *Pages) reviewDraft(c *gin.Context, county string, policy *models.Policy, do string, body *draftBody) error {
	ctx := c.Request.Context()
	current, err := p.rules.Current(ctx, county)
	if err != nil {
		return err
	}
	body.Checked, body.Against, body.Changes = true, current.VersionName(), changeLines(current, policy)
	if do == "try" {
		body.Trial, err = p.trial(ctx, county, body.Form, "tryYear", policy)
	}
	return err
}

// valuesOf is a draft as the fields of its form.
func valuesOf(d rules.Draft) url.Values {
	values := url.Values{
		"name": {d.Name}, "effectiveFrom": {d.EffectiveFrom}, "atOnce": {d.AtOnce}, "returnMinDays": {d.ReturnMinDays}, "returnMaxDays": {d.ReturnMaxDays},
		"extendMaxDays": {d.ExtendMaxDays}, "pauseMaxDays": {d.PauseMaxDays}, "policeHours": {d.PoliceHours},
	}
	for i, r := range d.Rules {
		at := "rules[" + strconv.Itoa(i) + "]."
		for name, text := range map[string]string{
			"id": r.ID, "name": r.Name, "levels": r.Levels, "phase": r.Phase, "types": r.Types, "except": r.Except, "risks": r.Risks,
			"conflict": r.Conflict, "days": r.Days, "unit": r.Unit, "warnDays": r.WarnDays,
			"subtypes": r.Subtypes, "exceptSubtypes": r.ExceptSubtypes, "extendDays": r.ExtendDays,
		} {
			values.Set(at+name, text)
		}
	}
	return values
}
