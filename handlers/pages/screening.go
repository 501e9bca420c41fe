package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// countColumn is one number of the summary: what people read, and which rows stand behind it.
type countColumn struct {
	Key, Name string
	value     func(screening.Counts) int
	duty      func(*screening.Duty) bool // one of the two
	lead      func(*screening.Lead) bool
}

func countColumns() []countColumn {
	anyLead := func(*screening.Lead) bool { return true }
	ended := func(as string) func(*screening.Lead) bool {
		return func(l *screening.Lead) bool { return l.Outcome != nil && l.Outcome.As == as }
	}
	filed := func(d *screening.Duty) bool { return d.State.IsFiled() }
	return []countColumn{
		{"cells", "应报", func(c screening.Counts) int { return c.Cells }, func(*screening.Duty) bool { return true }, nil},
		{"returned", "已报", func(c screening.Counts) int { return c.Returned }, filed, nil},
		{"zero", "零报告", func(c screening.Counts) int { return c.Zero }, func(d *screening.Duty) bool { return d.State == screening.DutyZero }, nil},
		{"late", "迟报", func(c screening.Counts) int { return c.Late }, func(d *screening.Duty) bool { return filed(d) && d.Late }, nil},
		{"waiting", "待报", func(c screening.Counts) int { return c.Waiting }, func(d *screening.Duty) bool { return !filed(d) && d.State != screening.DutyMissing }, nil},
		{"missing", "未报", func(c screening.Counts) int { return c.Missing }, func(d *screening.Duty) bool { return d.State == screening.DutyMissing }, nil},
		{"findings", "线索", func(c screening.Counts) int { return c.Findings }, nil, anyLead},
		{"cases", "转为纠纷", func(c screening.Counts) int { return c.Cases }, nil, ended(models.FindingCase)},
		{"prevented", "就地化解", func(c screening.Counts) int { return c.Prevented }, nil, ended(models.FindingPrevented)},
		{"open", "待处理", func(c screening.Counts) int { return c.Open }, nil, func(l *screening.Lead) bool { return l.Outcome == nil }},
	}
}

type screeningBody struct {
	Unit, Kind     string
	Period, Until  string
	Ended          bool
	Prev, Next, Up string
	Columns        []string
	Total          []cell
	Rows           []reportTableRow
	Rule           string // path of the page of the rules
	Covered        string // 12/15
	Files, NoGrid  bool
	Explain        string
	Grid           string
}

func screeningPath(place, from string) string {
	return "/screening?" + url.Values{"place": {place}, "period": {from}}.Encode()
}

func screeningListPath(place, from, what string) string {
	return "/screening/list?" + url.Values{"place": {place}, "period": {from}, "what": {what}}.Encode()
}

// alone ends the name of a cell where those below it are left out.
const alone = "!"

// screening shows how the returns of a place or cell stand in a period, by what lies below it.
func (p *Pages) screening(c *gin.Context) error {
	actor := web.Actor(c)
	place := c.Query("place")
	if place == "" {
		place = actor.Region
	}
	s, err := p.Reports.Summary(c.Request.Context(), actor.Scope(), place, c.Query("period"))
	if err != nil {
		return err
	}
	from := s.Period.From.String()
	body := screeningBody{
		Unit: s.Unit.Name, Kind: s.Unit.Kind, Period: s.Period.Name(), Until: dateText(s.Period.To.String()), Ended: workday.OfTime(p.Now()).String() > s.Period.To.String(),
		Rule: "/screening/rule", Covered: fmt.Sprintf("%d/%d", s.Unit.Returned, s.Unit.Cells),
		Files: account.Has(actor.Role, account.FileReturns), NoGrid: s.Unit.Cells == 0, Grid: "/grid?" + url.Values{"place": {s.Region}}.Encode(),
		Explain: fmt.Sprintf("“待报”是还在期内，或者过期不满%d天；再不报就是“未报”，不算排查到。“零报告”是报了、没有发现，与“未报”不是一回事。", s.Period.Rule.GraceDays),
	}
	if s.Prev != "" {
		body.Prev = screeningPath(place, s.Prev)
	}
	if s.Next != "" {
		body.Next = screeningPath(place, s.Next)
	}
	if s.Up != "" {
		body.Up = screeningPath(s.Up, from)
	}
	cells := func(u screening.Unit) []cell {
		var out []cell
		for _, column := range countColumns() {
			n := column.value(u.Counts)
			one := cell{Text: grouped(int64(n))}
			if n > 0 && u.Code != "" {
				code := u.Code
				if u.Alone {
					code += alone
				}
				one.Path = screeningListPath(code, from, column.Key)
			}
			out = append(out, one)
		}
		return out
	}
	for _, column := range countColumns() {
		body.Columns = append(body.Columns, column.Name)
	}
	body.Total = cells(s.Unit)
	for _, u := range s.Units {
		row := reportTableRow{Name: u.Name, Cells: cells(u)}
		if u.Alone {
			row.Name += "本身"
		}
		if u.Inner {
			row.Path = screeningPath(u.Code, from)
		}
		body.Rows = append(body.Rows, row)
	}
	return p.render(c, http.StatusOK, "screening", "排查情况", body)
}

type screeningListBody struct {
	Name, Unit, Period string
	Back               string
	Duties             []dutyRow
	Leads              []leadRow
	Count              int
}

// screeningList shows what stands behind one number of the summary.
func (p *Pages) screeningList(c *gin.Context) error {
	place, single := strings.CutSuffix(c.Query("place"), alone)
	s, err := p.Reports.Summary(c.Request.Context(), web.Actor(c).Scope(), place, c.Query("period"))
	if err != nil {
		return err
	}
	for _, column := range countColumns() {
		if column.Key != c.Query("what") {
			continue
		}
		body := screeningListBody{Name: column.Name, Unit: s.Unit.Name, Period: s.Period.Name(), Back: screeningPath(place, s.Period.From.String())}
		for i := range s.Duties {
			if d := &s.Duties[i]; column.duty != nil && column.duty(d) && (!single || d.CellID() == place) {
				row := rowOfDuty(d)
				row.Cell += "（" + d.Village + "）"
				body.Duties = append(body.Duties, row)
			}
		}
		for i := range s.Leads {
			if l := &s.Leads[i]; column.lead != nil && column.lead(l) && (!single || l.Return.Cell == place) {
				body.Leads = append(body.Leads, rowOfLead(l))
			}
		}
		if err := p.nameVillages(c, body.Duties, s.Duties); err != nil {
			return err
		}
		body.Count = len(body.Duties) + len(body.Leads)
		return p.render(c, http.StatusOK, "screeninglist", body.Unit+" "+body.Name, body)
	}
	return models.Errorf(models.NotFound, "not_found", "没有这个数字，请从排查情况里点击数字查看")
}

// nameVillages writes the names of the villages into a list, where their codes stand.
func (p *Pages) nameVillages(c *gin.Context, rows []dutyRow, duties []screening.Duty) error {
	names := map[string]string{}
	for _, d := range duties {
		if _, known := names[d.Village]; known {
			continue
		}
		name, err := p.placeName(c.Request.Context(), d.Village)
		if err != nil {
			return err
		}
		names[d.Village] = name
	}
	for i := range rows {
		for code, name := range names {
			rows[i].Cell = strings.Replace(rows[i].Cell, "（"+code+"）", "（"+name+"）", 1)
		}
	}
	return nil
}

type ruleBody struct {
	Form  *form
	Rules []screeningRuleView
	Sets  bool
	Done  string
	Every []models.Choice
	Kinds []signField
}

type screeningRuleView struct {
	From, Every, Kinds, Recorded string
	RemindDays, GraceDays        int
	Now                          bool
}

// screeningRule shows how often returns are due, and to the county the form of another rule.
func (p *Pages) screeningRule(c *gin.Context) error {
	f := newForm()
	this := workday.OfTime(p.Now())
	f.Values.Set("from", workday.Date{Year: this.Year, Month: this.Month + 1, Day: 1}.AddDays(0).String())
	f.Values.Set("remindDays", "3")
	f.Values.Set("graceDays", "3")
	for i := range models.CellKinds() {
		f.Values.Set(fmt.Sprintf("kinds[%d]", i), models.CellKinds()[i].Code)
	}
	return p.renderScreeningRule(c, http.StatusOK, f)
}

func (p *Pages) setScreeningRule(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.RuleForm
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		err := p.Reports.SetRule(c.Request.Context(), web.Actor(c), in)
		if err == nil {
			return redirect(c, "/screening/rule?done=1")
		}
		if !f.refuse(err) {
			return err
		}
	}
	return p.renderScreeningRule(c, http.StatusUnprocessableEntity, f)
}

func (p *Pages) renderScreeningRule(c *gin.Context, status int, f *form) error {
	actor := web.Actor(c)
	body := ruleBody{Form: f, Sets: account.Has(actor.Role, account.ManageRules), Every: models.ScreeningPeriods()}
	if c.Query("done") != "" {
		body.Done = "已经设置，到了那天自动按新的周期。"
	}
	rules, err := p.Reports.Rules(c.Request.Context(), models.Scope{Region: actor.Region}.County())
	if err != nil {
		return err
	}
	now := screening.PeriodOn(rules, workday.OfTime(p.Now())).Rule
	for _, r := range append([]models.ScreeningRule{models.DefaultScreeningRule()}, rules...) {
		v := screeningRuleView{From: dateText(r.From), Every: models.NameOf(models.ScreeningPeriods(), r.Every), RemindDays: r.RemindDays, GraceDays: r.GraceDays, Now: r.From == now.From && r.RecordedAt.Equal(now.RecordedAt)}
		if r.RecordedBy.ID == "" {
			v.From = "一开始"
		} else {
			v.Recorded = r.RecordedBy.Name + "于" + day(r.RecordedAt) + "设置"
		}
		names := []string{}
		for _, kind := range r.Kinds {
			names = append(names, kind.Name())
		}
		v.Kinds = strings.Join(names, "、")
		body.Rules = append(body.Rules, v)
	}
	for i, kind := range models.CellKinds() {
		name := fmt.Sprintf("kinds[%d]", i)
		body.Kinds = append(body.Kinds, signField{Name: name, ID: fieldID(name), Code: kind.Code, Label: kind.Name, Checked: f.Value(name) != ""})
	}
	return p.render(c, status, "screeningrule", "排查周期", body)
}
