package pages

import (
	"context"
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

// riskVersionView is a version of the risk rules on the screen.
type riskVersionView struct {
	Key, Path, Name, Title  string
	From, Standing, Tone    string
	Published               string // by whom and when, "" where the system came with it
	Rows                    []riskRowView
	Lines                   []models.Choice // level and from which points on
	Cluster                 string
	CompareWith, Try, Draft string // paths, "" where there is nothing to do
}

type riskRowView struct {
	Measure string
	Points  int
}

func riskVersionPath(key string) string { return "/risk-rules/" + url.PathEscape(key) }

// viewRiskVersion shows a version to somebody. current is the key of the one in force, "" for none.
func viewRiskVersion(v rules.RiskVersion, current string, actor models.Actor) riskVersionView {
	out := riskVersionView{
		Key: v.Key(), Path: riskVersionPath(v.Key()), Name: v.VersionName(), Title: v.Name, From: day(v.EffectiveFrom), Standing: v.Standing.Name(),
		Tone: map[rules.Standing]string{rules.InForce: "calm", rules.Coming: "near"}[v.Standing], Lines: v.Lines(), Cluster: v.ClusterText(),
	}
	if v.PublishedAt != nil && v.PublishedBy != nil {
		out.Published = v.PublishedBy.Name + "于" + moment(*v.PublishedAt) + "发布"
	}
	for _, f := range v.Factors {
		out.Rows = append(out.Rows, riskRowView{f.Measure(), f.Points})
	}
	if current != "" && current != v.Key() {
		out.CompareWith = "/risk-rules/compare?" + url.Values{"was": {current}, "is": {v.Key()}}.Encode()
	}
	if account.Has(actor.Role, account.ManageRules) {
		out.Try, out.Draft = out.Path+"/try", "/risk-rules/new?"+url.Values{"from": {v.Key()}}.Encode()
	}
	return out
}

// riskVersions are those that matter where somebody sits, and the key of the one in force.
func (p *Pages) riskVersions(ctx context.Context, actor models.Actor) (all []rules.RiskVersion, current string, err error) {
	all, err = p.rules.RiskVersions(ctx, rules.CountyOf(actor.Region))
	for _, v := range all {
		if v.Standing == rules.InForce {
			current = v.Key()
		}
	}
	return all, current, err
}

type riskRulesBody struct {
	Place    string
	Done     string
	InForce  *riskVersionView
	Coming   []riskVersionView
	Versions []riskVersionView
	CanWrite bool
}

// riskRules shows how disputes are assessed to everybody who reads cases, and which versions there are.
func (p *Pages) riskRules(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := p.riskVersions(ctx, actor)
	if err != nil {
		return err
	}
	body := riskRulesBody{CanWrite: account.Has(actor.Role, account.ManageRules)}
	if c.Query("done") != "" {
		body.Done = "新的一版已经发布，到生效那天自动启用，所有未结的纠纷当夜重新评估。"
	}
	if body.Place, err = p.placeName(ctx, rules.CountyOf(actor.Region)); err != nil {
		return err
	}
	for _, v := range all {
		view := viewRiskVersion(v, current, actor)
		body.Versions = append(body.Versions, view)
		switch v.Standing {
		case rules.InForce:
			body.InForce = &view
		case rules.Coming:
			body.Coming = append(body.Coming, view)
		}
	}
	return p.render(c, http.StatusOK, "riskrules", "风险规则", body)
}

func (p *Pages) riskVersion(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	_, current, err := p.riskVersions(ctx, actor)
	if err != nil {
		return err
	}
	v, err := p.rules.RiskVersion(ctx, rules.CountyOf(actor.Region), c.Param("version"))
	if err != nil {
		return err
	}
	view := viewRiskVersion(v, current, actor)
	return p.render(c, http.StatusOK, "riskversion", "风险规则"+view.Name, view)
}

type riskCompareBody struct {
	Form     *form
	Versions []models.Choice
	Was, Is  *riskVersionView
	Changes  []string
}

// compareRiskRules shows what is another in one version than in an earlier one.
func (p *Pages) compareRiskRules(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := p.riskVersions(ctx, actor)
	if err != nil {
		return err
	}
	body := riskCompareBody{Form: &form{Values: c.Request.URL.Query()}}
	find := func(name string) *rules.RiskVersion {
		for _, v := range all {
			if v.Key() == body.Form.Value(name) {
				return &v
			}
		}
		return nil
	}
	for _, v := range all {
		body.Versions = append(body.Versions, models.Choice{Code: v.Key(), Name: v.VersionName() + "（" + v.Standing.Name() + "，" + day(v.EffectiveFrom) + "起）"})
	}
	if was, is := find("was"), find("is"); was != nil && is != nil {
		a, b := viewRiskVersion(*was, current, actor), viewRiskVersion(*is, current, actor)
		body.Was, body.Is, body.Changes = &a, &b, riskChanges(was.RiskPolicy, is.RiskPolicy)
	}
	return p.render(c, http.StatusOK, "riskcompare", "对比两版风险规则", body)
}

// riskChanges says what is another, one line each.
func riskChanges(was, is *models.RiskPolicy) []string {
	out := []string{}
	for _, change := range models.CompareRiskPolicies(was, is) {
		out = append(out, change.Text())
	}
	return out
}

type riskTryBody struct {
	Form    *form
	Version riskVersionView
	Trial   *riskTrialView
}

// tryRiskRules tries a version on the open cases, or on those of a year.
func (p *Pages) tryRiskRules(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	county := rules.CountyOf(actor.Region)
	_, current, err := p.riskVersions(ctx, actor)
	if err != nil {
		return err
	}
	v, err := p.rules.RiskVersion(ctx, county, c.Param("version"))
	if err != nil {
		return err
	}
	body := riskTryBody{Form: &form{Values: c.Request.URL.Query()}, Version: viewRiskVersion(v, current, actor)}
	status := http.StatusOK
	if body.Form.Values.Has("year") {
		if body.Trial, err = p.riskTrial(ctx, county, body.Form, "year", v.RiskPolicy); err != nil {
			if !body.Form.refuse(err) {
				return err
			}
			status = web.Status(models.AsError(err))
		}
	}
	return p.render(c, status, "risktry", "试算"+body.Version.Name, body)
}

// riskTrialView is a trial on the screen.
type riskTrialView struct {
	*rules.RiskTrial
	Of    string    // 现在未结的120件
	Names [2]string // of the rules in force and of the candidate
	Cases []riskTrialCase
	Left  int // cases that differ and are not listed
}

type riskTrialCase struct{ Path, Title, Number, Place, Was, Is string }

// riskTrial tries a version on the cases of the year that stands in a field; on the open ones where it
// is empty.
func (p *Pages) riskTrial(ctx context.Context, county string, f *form, field string, candidate *models.RiskPolicy) (*riskTrialView, error) {
	year, of := int64(0), "现在未结的"
	if strings.TrimSpace(f.Value(field)) != "" {
		var err error
		if year, err = parseCount(f.Value(field)); err != nil {
			return nil, models.FieldErrorf(field, "年份请写成四位数字，例如%d；不写就试算现在未结的", p.lastYear())
		}
		of = strconv.FormatInt(year, 10) + "年登记的"
	}
	current, err := p.rules.CurrentRisk(ctx, county)
	if err != nil {
		return nil, err
	}
	t, err := p.rules.TryRisk(ctx, rules.RiskTrialQuery{County: county, Year: int(year), With: candidate, Against: current, Most: trialRows})
	if err != nil {
		if e := models.AsError(err); e.Kind == models.Invalid && len(e.Fields) == 1 {
			return nil, models.FieldErrorf(field, "%s", e.Fields[0].Message)
		}
		return nil, err
	}
	view := &riskTrialView{RiskTrial: t, Of: of + strconv.Itoa(t.Cases) + "件", Names: [2]string{"现行规则", "试算的规则"}}
	for _, d := range t.Differing {
		view.Cases = append(view.Cases, riskTrialCase{Path: "/cases/" + d.ID.Hex(), Title: d.Title, Number: d.Number, Place: d.Place, Was: d.Was.Text(), Is: d.Is.Text()})
	}
	view.Left = t.Higher + t.Lower - len(view.Cases)
	return view, nil
}
