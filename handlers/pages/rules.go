package pages

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// versionView is a version of the rules on the screen.
type versionView struct {
	Key, Path, Name, Title  string
	From, Standing, Tone    string
	Published               string // by whom and when, "" where the system came with it
	Ladder                  []string
	Rows                    []ruleView
	Terms                   []term // all that is no rule
	CompareWith, Try, Draft string // paths, "" where there is nothing to do
}

// ruleView is one rule in a table.
type ruleView struct{ Name, Levels, Phase, Types, Risks, Conflict, Period, Warning, Extension string }

type term struct{ Name, Value string }

func versionPath(key string) string { return "/rules/" + url.PathEscape(key) }

// viewVersion shows a version to somebody. current is the key of the one in force, "" for none.
func viewVersion(v rules.Version, current string, actor models.Actor) versionView {
	out := versionView{
		Key: v.Key(), Path: versionPath(v.Key()), Name: v.VersionName(), Title: v.Name, From: day(v.EffectiveFrom), Standing: v.Standing.Name(),
		Tone: map[rules.Standing]string{rules.InForce: "calm", rules.Coming: "near"}[v.Standing], Terms: termsOf(v.Policy),
	}
	if v.PublishedAt != nil && v.PublishedBy != nil {
		out.Published = v.PublishedBy.Name + "于" + moment(*v.PublishedAt) + "发布"
	}
	for _, rung := range v.Ladder {
		out.Ladder = append(out.Ladder, rung.Name)
	}
	for i := range v.Rules {
		out.Rows = append(out.Rows, viewRule(v.Policy, &v.Rules[i]))
	}
	if current != "" && current != v.Key() {
		out.CompareWith = "/rules/compare?" + url.Values{"was": {current}, "is": {v.Key()}}.Encode()
	}
	if account.Has(actor.Role, account.ManageRules) {
		out.Try, out.Draft = out.Path+"/try", "/rules/new?"+url.Values{"from": {v.Key()}}.Encode()
	}
	return out
}

func viewRule(p *models.Policy, r *models.Rule) ruleView {
	return ruleView{r.Name, p.LevelNames(r), r.Phase.Name(), r.TypeNames(), r.RiskNames(), r.ConflictName(), r.Period(), r.Warning(), p.Extension(r)}
}

// termsOf is what a version says beside its rules.
func termsOf(p *models.Policy) []term {
	never := func(n int, text string) string {
		if n == 0 {
			return "不允许"
		}
		return text
	}
	return []term{
		{"立即上报的风险", p.AtOnceNames()},
		{"退回下级补充", fmt.Sprintf("%d至%d日，由退回的人定", p.ReturnMinDays, p.ReturnMaxDays)},
		{"延期", never(p.ExtendMaxDays, fmt.Sprintf("每级一次，最多%d日，须双方同意", p.ExtendMaxDays))},
		{"暂停", never(p.PauseMaxDays, fmt.Sprintf("一件案件累计最多%d日", p.PauseMaxDays))},
		{"登记报告公安的情况", fmt.Sprintf("%d小时内", p.PoliceHours)},
	}
}

type rulesBody struct {
	Place    string
	Done     string
	InForce  *versionView
	Coming   []versionView
	Versions []versionView
	CanWrite bool
}

// versions are those that matter where somebody sits, and the key of the one in force.
func (p *Pages) versions(ctx context.Context, actor models.Actor) (all []rules.Version, current string, err error) {
	all, err = p.rules.Versions(ctx, rules.CountyOf(actor.Region))
	for _, v := range all {
		if v.Standing == rules.InForce {
			current = v.Key()
		}
	}
	return all, current, err
}

// ruleList shows the rules in force to everybody who reads cases, and which versions there are.
func (p *Pages) ruleList(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := p.versions(ctx, actor)
	if err != nil {
		return err
	}
	body := rulesBody{CanWrite: account.Has(actor.Role, account.ManageRules)}
	if c.Query("done") != "" {
		body.Done = "新的一版已经发布，到生效那天自动启用。"
	}
	if body.Place, err = p.placeName(ctx, rules.CountyOf(actor.Region)); err != nil {
		return err
	}
	for _, v := range all {
		view := viewVersion(v, current, actor)
		body.Versions = append(body.Versions, view)
		switch v.Standing {
		case rules.InForce:
			body.InForce = &view
		case rules.Coming:
			body.Coming = append(body.Coming, view)
		}
	}
	return p.render(c, http.StatusOK, "rules", "时限规则", body)
}

func (p *Pages) ruleVersion(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	_, current, err := p.versions(ctx, actor)
	if err != nil {
		return err
	}
	v, err := p.rules.Version(ctx, rules.CountyOf(actor.Region), c.Param("version"))
	if err != nil {
		return err
	}
	view := viewVersion(v, current, actor)
	return p.render(c, http.StatusOK, "ruleversion", "时限规则"+view.Name, view)
}

type compareBody struct {
	Form     *form
	Versions []models.Choice
	Was, Is  *versionView
	Changes  []string
}

// compareRules shows what is another in one version than in an earlier one.
func (p *Pages) compareRules(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	all, current, err := p.versions(ctx, actor)
	if err != nil {
		return err
	}
	body := compareBody{Form: &form{Values: c.Request.URL.Query()}}
	find := func(name string) *rules.Version {
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
		a, b := viewVersion(*was, current, actor), viewVersion(*is, current, actor)
		body.Was, body.Is, body.Changes = &a, &b, changeLines(was.Policy, is.Policy)
	}
	return p.render(c, http.StatusOK, "rulecompare", "对比两版时限规则", body)
}

// changeLines says what is another, one line each.
func changeLines(was, is *models.Policy) []string {
	out := []string{}
	for _, change := range models.ComparePolicies(was, is) {
		out = append(out, change.Text())
	}
	return out
}

type tryBody struct {
	Form    *form
	Version versionView
	Trial   *trialView
}

// tryRules tries a version on the cases of a year. Without a year it asks for one.
func (p *Pages) tryRules(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	county := rules.CountyOf(actor.Region)
	_, current, err := p.versions(ctx, actor)
	if err != nil {
		return err
	}
	v, err := p.rules.Version(ctx, county, c.Param("version"))
	if err != nil {
		return err
	}
	body := tryBody{Form: &form{Values: c.Request.URL.Query()}, Version: viewVersion(v, current, actor)}
	status := http.StatusOK
	if body.Form.Values.Has("year") {
		if body.Trial, err = p.trial(ctx, county, body.Form, "year", v.Policy); err != nil {
			if !body.Form.refuse(err) {
				return err
			}
			status = web.Status(models.AsError(err))
		}
	} else {
		body.Form.Values.Set("year", strconv.Itoa(p.lastYear()))
	}
	return p.render(c, status, "ruletry", "试算"+body.Version.Name, body)
}

// lastYear is the latest year that is over.
func (p *Pages) lastYear() int { return workday.OfTime(p.Now()).Year - 1 }

// trialRows is how many cases that differ a page lists.
const trialRows = 500

// trialView is a trial on the screen.
type trialView struct {
	*rules.Trial
	Names [2]string // of the rules in force and of the candidate
	Parts []trialPart
	Chart template.HTML
	Cases []trialCase
	Left  int // cases that differ and are not listed
}

type trialPart struct {
	Name string
	Rows []rules.TrialRow
}

type trialCase struct{ Path, Title, Number, Place, Type, Logged, Way, Was, Is string }

// trial tries a version on the cases of the year that stands in a field.
func (p *Pages) trial(ctx context.Context, county string, f *form, field string, candidate *models.Policy) (*trialView, error) {
	year, err := parseCount(f.Value(field))
	if err != nil {
		return nil, models.FieldErrorf(field, "年份请写成四位数字，例如%d", p.lastYear())
	}
	current, err := p.rules.Current(ctx, county)
	if err != nil {
		return nil, err
	}
	t, err := p.rules.Try(ctx, rules.TrialQuery{County: county, Year: int(year), With: candidate, Against: current, Most: trialRows})
	if err != nil {
		if e := models.AsError(err); e.Kind == models.Invalid && len(e.Fields) == 1 {
			return nil, models.FieldErrorf(field, "%s", e.Fields[0].Message)
		}
		return nil, err
	}
	view := &trialView{Trial: t, Names: [2]string{"现行规则", "试算的规则"}}
	for _, part := range []trialPart{{"上报的月份", t.Months}, {"乡镇", t.Townships}, {"纠纷类型", t.Types}, {"开始的层级", t.Levels}} {
		if len(part.Rows) > 0 {
			view.Parts = append(view.Parts, part)
		}
	}
	var bars []papers.PairBar
	for _, row := range t.Months {
		bars = append(bars, papers.PairBar{Name: row.Name, Was: int64(row.Was), Is: int64(row.Is)})
	}
	if len(bars) > 0 {
		if view.Chart, err = papers.PairChart("trial", "各月到期上报的件数", view.Names, bars); err != nil {
			return nil, err
		}
	}
	for _, d := range t.Differing {
		view.Cases = append(view.Cases, trialCase{
			Path: "/cases/" + d.ID.Hex(), Title: d.Title, Number: d.Number, Place: d.Place, Type: typeName(d.Type, ""), Logged: dateText(d.LoggedOn),
			Way: d.Way.Name(), Was: trialDays(d.Was), Is: trialDays(d.Is),
		})
	}
	view.Left = t.More + t.Fewer + t.Moved - len(view.Cases)
	return view, nil
}

// trialDays writes the days of an end as people read them.
func trialDays(e rules.End) string {
	return strings.Replace(e.Text(), e.LastDay, dateText(e.LastDay), 1)
}
