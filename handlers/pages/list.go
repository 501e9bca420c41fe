package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// listRows is how many cases a page of the list shows.
const listRows = 20

type listBody struct {
	Form    *form
	Options listOptions
	Chosen  string // the filters as people say them, "" for none
	Mine    bool   // the caller has an office whose cases can be asked for
	Rows    []row
	Next    string // path of the next page, "" at the end
	First   string // path of the first page, "" where this is it
	CanLog  bool
}

// listOptions are what the list's filters offer.
type listOptions struct {
	States, Types, Levels, Risks, Reviews, Dues, Places []models.Choice
}

func (p *Pages) list(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	body := listBody{Form: &form{Values: c.Request.URL.Query()}, CanLog: account.Has(actor.Role, account.WriteCases), Mine: account.Has(actor.Role, account.WriteCases)}
	policy, err := p.policy(ctx, actor)
	if err != nil {
		return err
	}
	if body.Options, err = p.listOptions(ctx, actor, policy); err != nil {
		return err
	}
	filter, err := p.listFilter(body.Form, actor, policy)
	if err == nil {
		var page store.CasePage
		page, err = p.Cases.List(ctx, actor, filter, body.Form.Value("after"), listRows)
		body.Rows = rowsOf(page.Cases, p.Now())
		body.links(page.Next)
	}
	body.Chosen = body.chosen()
	status := http.StatusOK
	if err != nil {
		if !body.Form.refuse(err) {
			return err
		}
		status = web.Status(models.AsError(err))
	}
	return p.render(c, status, "cases", "纠纷列表", body)
}

// links makes the ways to the next and to the first page, with the filters kept.
func (b *listBody) links(next string) {
	query := url.Values{}
	for name, values := range b.Form.Values {
		if name != "after" && values[0] != "" {
			query[name] = values
		}
	}
	path := func() string {
		if len(query) == 0 {
			return "/cases"
		}
		return "/cases?" + query.Encode()
	}
	if b.Form.Value("after") != "" {
		b.First = path()
	}
	if next != "" {
		query.Set("after", next)
		b.Next = path()
	}
}

// chosen says which filters narrow the list: they are folded away, so that a phone shows what was
// found.
func (b *listBody) chosen() string {
	var names []string
	for _, filter := range []struct {
		name  string
		offer []models.Choice
	}{
		{"state", b.Options.States}, {"due", b.Options.Dues}, {"type", b.Options.Types}, {"level", b.Options.Levels},
		{"review", b.Options.Reviews}, {"risk", b.Options.Risks}, {"place", b.Options.Places},
	} {
		if value := b.Form.Value(filter.name); models.HasCode(filter.offer, value) {
			names = append(names, models.NameOf(filter.offer, value))
		}
	}
	if month := tidyMonth(b.Form.Value("month")); monthText(month) != month {
		names = append(names, monthText(month)+"登记")
	}
	if b.Form.Value("grouped") != "" {
		names = append(names, "群体性纠纷")
	}
	if b.Mine && b.Form.Value("mine") != "" {
		names = append(names, "由我们办理")
	}
	return strings.Join(names, "、")
}

// dues are what can be asked of the deadline.
func dues() []models.Choice {
	return []models.Choice{{Code: "late", Name: "已超期"}, {Code: "soon", Name: "已超期或七天内到期"}, {Code: "running", Name: "正在计时"}}
}

func (p *Pages) listOptions(ctx context.Context, actor models.Actor, policy *models.Policy) (listOptions, error) {
	o := listOptions{States: models.States(), Types: models.DisputeTypes(), Risks: models.RiskLevels(), Reviews: models.ReviewStates(), Dues: dues()}
	for _, rung := range policy.Ladder {
		o.Levels = append(o.Levels, models.Choice{Code: rung.Level, Name: rung.Name})
	}
	places, err := p.places(ctx, actor)
	o.Places = places
	return o, err
}

// places are the townships and villages somebody may choose from; none for those of one village.
func (p *Pages) places(ctx context.Context, actor models.Actor) ([]models.Choice, error) {
	var out []models.Choice
	if models.RegionKindOf(actor.Region) == models.RegionVillage {
		return out, nil
	}
	townships, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionTownship)
	if err != nil {
		return nil, err
	}
	villages, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionVillage)
	if err != nil {
		return nil, err
	}
	if len(townships) <= 1 {
		return regionChoices(villages, ""), nil
	}
	for _, t := range townships {
		out = append(out, models.Choice{Code: t.Code, Name: t.Name})
		var inside []*models.Region
		for _, v := range villages {
			if v.Parent == t.Code {
				inside = append(inside, v)
			}
		}
		out = append(out, regionChoices(inside, t.Name+" ")...)
	}
	return out, nil
}

func regionChoices(regions []*models.Region, before string) []models.Choice {
	out := make([]models.Choice, len(regions))
	for i, r := range regions {
		out[i] = models.Choice{Code: r.Code, Name: before + r.Name}
	}
	return out
}

// listFilter reads the filters of the list. What is not one of the offers asks for nothing.
func (p *Pages) listFilter(f *form, actor models.Actor, policy *models.Policy) (store.CaseFilter, error) {
	now := p.Now()
	filter := store.CaseFilter{
		State: models.State(f.Value("state")), Type: models.DisputeType(f.Value("type")), Level: f.Value("level"),
		Risk: models.RiskLevel(f.Value("risk")), Review: models.ReviewState(f.Value("review")),
	}
	switch place := f.Value("place"); models.RegionKindOf(place) {
	case models.RegionTownship:
		filter.Township = place
	case models.RegionVillage:
		filter.Village = place
	}
	filter.Grouped = f.Value("grouped") != ""
	if f.Value("mine") != "" {
		filter.Offices = officesOf(policy, actor)
	}
	switch f.Value("due") {
	case "late":
		filter.DueBefore = &now
	case "soon":
		soon := now.AddDate(0, 0, nearDays)
		filter.DueBefore = &soon
	case "running":
		ever := models.FarFuture()
		filter.DueBefore = &ever
	}
	if month := tidyMonth(f.Value("month")); month != "" {
		start, err := time.ParseInLocation("2006-01", month, workday.Zone)
		if err != nil {
			return filter, models.FieldErrorf("month", "月份请写成年-月，例如2026-11")
		}
		end := start.AddDate(0, 1, 0)
		filter.LoggedFrom, filter.LoggedBefore = &start, &end
	}
	return p.searched(filter, f.Value("q"))
}

func (p *Pages) searched(filter store.CaseFilter, q string) (store.CaseFilter, error) {
	if q == "" {
		return filter, nil
	}
	var err error
	filter.Grams, err = p.Cases.SearchGrams(q)
	return filter, err
}

// officesOf are the ids of the offices somebody sits in.
func officesOf(policy *models.Policy, actor models.Actor) []string {
	var ids []string
	for _, rung := range rungsOf(policy, actor) {
		ids = append(ids, models.OfficeID(actor.Region, rung.Level))
	}
	return ids
}

// caseOf loads the case of a path, inside what the caller sees.
func (p *Pages) caseOf(c *gin.Context) (*models.Case, error) {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return nil, err
	}
	return p.Cases.Case(c.Request.Context(), web.Actor(c), id)
}
