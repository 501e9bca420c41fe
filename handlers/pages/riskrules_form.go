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

// riskDraftBody is the form of a new version of the risk rules.
type riskDraftBody struct {
	Form    *form
	From    riskVersionView
	Kinds   []models.Choice // with their units
	Checked bool            // it was looked through, and nothing is wrong
	Against string          // the version in force, with which it was compared
	Changes []string
	Trial   *riskTrialView
}

// riskDraftForm begins a new version with the one in force, or another that was asked for.
func (p *Pages) riskDraftForm(c *gin.Context) error {
	base, err := p.riskDraftBase(c, c.Query("from"))
	if err != nil {
		return err
	}
	latest, err := p.rules.LatestRisk(c.Request.Context(), rules.CountyOf(web.Actor(c).Region))
	if err != nil {
		return err
	}
	f := &form{Values: riskValuesOf(rules.RiskDraftOf(base.RiskPolicy))}
	f.Values.Set("from", base.Key())
	f.Values.Set("base", strconv.Itoa(latest))
	return p.showRiskDraft(c, http.StatusOK, riskDraftBody{Form: f}, base)
}

// riskDraftBase is the version from which a new one is made: that of a key, or the one in force.
func (p *Pages) riskDraftBase(c *gin.Context, key string) (rules.RiskVersion, error) {
	actor := web.Actor(c)
	if key == "" {
		_, current, err := p.riskVersions(c.Request.Context(), actor)
		if err != nil {
			return rules.RiskVersion{}, err
		}
		key = current
	}
	return p.rules.RiskVersion(c.Request.Context(), rules.CountyOf(actor.Region), key)
}

func (p *Pages) showRiskDraft(c *gin.Context, status int, body riskDraftBody, base rules.RiskVersion) error {
	body.From = viewRiskVersion(base, "", web.Actor(c))
	for _, kind := range models.RiskFactorKinds() {
		if unit := models.RiskFactorKind(kind.Code).Unit(); unit != "" {
			kind.Name += "（" + unit + "）"
		}
		body.Kinds = append(body.Kinds, kind)
	}
	return p.render(c, status, "risknew", "新拟一版风险规则", body)
}

// saveRiskDraft looks a version through, tries it or publishes it, as the button says; another adds or
// takes away a row. Whatever is wrong comes back as it was typed.
func (p *Pages) saveRiskDraft(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	county := rules.CountyOf(actor.Region)
	base, err := p.riskDraftBase(c, values.Get("from"))
	if err != nil {
		return err
	}
	f := &form{Values: values}
	do := values.Get("do")
	if do == "add-factors" {
		f.extraRow = "factors"
		return p.showRiskDraft(c, http.StatusOK, riskDraftBody{Form: f}, base)
	}
	if row, ok := strings.CutPrefix(do, "remove-factors-"); ok {
		if i, err := strconv.Atoi(row); err == nil {
			dropRow(values, "factors", i)
		}
		return p.showRiskDraft(c, http.StatusOK, riskDraftBody{Form: f}, base)
	}
	dropEmptyRows(values, "factors")
	known, err := strconv.Atoi(f.Value("base"))
	if err != nil {
		return models.Errorf(models.Malformed, "policy.base", "表单没有完整收到，请回到风险规则重新打开")
	}
	var draft rules.RiskDraft
	decode(values, &draft) // every field is text: nothing of it cannot be read
	body := riskDraftBody{Form: f}
	policy, err := draft.Policy()
	if err == nil {
		if do == "publish" {
			if _, err = p.rules.PublishRisk(ctx, actor, county, policy, known); err == nil {
				return redirect(c, "/risk-rules?done=published")
			}
		} else if err = p.rules.CheckRisk(ctx, county, policy); err == nil {
			err = p.reviewRiskDraft(c, county, policy, do, &body)
		}
	}
	if err == nil {
		return p.showRiskDraft(c, http.StatusOK, body, base)
	}
	told := models.AsError(err)
	if !f.refuse(err) {
		return err
	}
	if f.Stale { // it may be sent again, on top of what came before it
		latest, err2 := p.rules.LatestRisk(ctx, county)
		if err2 != nil {
			return errors.Join(err, err2)
		}
		values.Set("base", strconv.Itoa(latest))
	}
	return p.showRiskDraft(c, web.Status(told), body, base)
}

// reviewRiskDraft says what a draft that is in order changes, and tries it where that is asked for.
func (p *Pages) reviewRiskDraft(c *gin.Context, county string, policy *models.RiskPolicy, do string, body *riskDraftBody) error {
	ctx := c.Request.Context()
	current, err := p.rules.CurrentRisk(ctx, county)
	if err != nil {
		return err
	}
	body.Checked, body.Against, body.Changes = true, current.VersionName(), riskChanges(current, policy)
	if do == "try" {
		body.Trial, err = p.riskTrial(ctx, county, body.Form, "tryYear", policy)
	}
	return err
}

// riskValuesOf is a draft as the fields of its form.
func riskValuesOf(d rules.RiskDraft) url.Values {
	values := url.Values{
		"name": {d.Name}, "effectiveFrom": {d.EffectiveFrom}, "yellowFrom": {d.YellowFrom}, "orangeFrom": {d.OrangeFrom}, "redFrom": {d.RedFrom},
		"clusterDays": {d.ClusterDays}, "clusterHouseholds": {d.ClusterHouseholds},
	}
	for i, f := range d.Factors {
		at := "factors[" + strconv.Itoa(i) + "]."
		for name, text := range map[string]string{"kind": f.Kind, "from": f.From, "points": f.Points} {
			values.Set(at+name, text)
		}
	}
	return values
}
