package pages

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

// overviewBody is the dashboard of a place: what is to be done today, and how it stands.
type overviewBody struct {
	Place, At  string
	Form       *form
	Places     []models.Choice
	Counts     []counted
	Sections   []section
	Screened   *periodCoverage // of the running period, nil where no cell owes a return
	Coverage   []figureRow     // of the running month's screening
	Rates      template.HTML
	RateRows   []rateRow
	Comparison *comparison
	Report     string // path of the running month's report
	Checks     string // path of the checks of files, "" for who may not
}

// periodCoverage is how the returns of the running period stand.
type periodCoverage struct{ Name, Until, Text, Rate, Path string }

// rateRow is a month with its two rates.
type rateRow struct{ Month, Path, Village, Township string }

// comparison is the table of the places inside, ordered by one of its columns.
type comparison struct {
	Name    string
	Columns []sortColumn
	Rows    []reportTableRow
	Total   []cell // of the whole place: rates are reckoned anew, not averaged
	Order   string // what it is ordered by, in words
}

type sortColumn struct {
	Name, Path string
	Sorted     string // aria-sort, "" where the table is not ordered by it
}

// overview shows the dashboard of one's own place, or of one inside it.
func (p *Pages) overview(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	f := &form{Values: c.Request.URL.Query()}
	place := f.Value("place")
	if place == "" {
		place = actor.Region
	}
	view, err := p.Reports.Report(ctx, actor.Scope(), place, screening.MonthOf(p.Now()))
	if err != nil {
		return err
	}
	f.Values.Set("place", place)
	body := overviewBody{Place: view.Region.Name, At: moment(view.Report.BuiltAt), Form: f, Report: reportPath(place, view.Report.Month)}
	if body.Places, err = p.reportPlaces(ctx, actor); err != nil {
		return err
	}
	if account.Has(actor.Role, account.CheckFiles) {
		body.Checks = "/checks"
	}
	body.Counts = overviewCounts(view.Report)
	if err := p.overviewSections(c, view.Region, &body); err != nil {
		return err
	}
	for _, part := range screening.Outline(view) {
		if part.Key == screening.SectionScreening {
			shown, err := viewPart(view, part)
			if err != nil {
				return err
			}
			body.Coverage = shown.Rows
		}
	}
	if body.Screened, err = p.periodCoverage(c, place); err != nil {
		return err
	}
	if err := body.rates(view); err != nil {
		return err
	}
	body.Comparison = compared(view.Report, f.Value("sort"), f.Value("dir"))
	return p.render(c, http.StatusOK, "overview", body.Place+"一览", body)
}

// periodCoverage says how the returns of a place stand in the running period.
func (p *Pages) periodCoverage(c *gin.Context, place string) (*periodCoverage, error) {
	s, err := p.Reports.Summary(c.Request.Context(), web.Actor(c).Scope(), place, "")
	if err != nil || s.Unit.Cells == 0 {
		return nil, err
	}
	of := int64(s.Unit.Cells)
	return &periodCoverage{
		Name: s.Period.Name(), Until: dateText(s.Period.To.String()), Text: coverageText(s.Unit.Counts), Path: screeningPath(place, s.Period.From.String()),
		Rate: screening.Text(models.Figure{Value: int64(s.Unit.Returned), Of: &of, Unit: "%"}) + "%",
	}, nil
}

// overviewCounts are the numbers of today, each with its list.
func overviewCounts(r *models.Report) []counted {
	var out []counted
	for _, n := range []struct{ key, name, tone string }{{"pending", "未结", ""}, {"unreceived", "待签收", "wait"}, {"overdue", "已超期", "late"}, {"due_soon", nearName, "near"}, {"red", "红色风险", "late"}, {"orange", "橙色风险", "near"}} {
		f, _ := r.Figure(n.key)
		out = append(out, counted{figurePath(r, screening.Ref{Figure: n.key}), n.name, n.tone, f.Value})
	}
	return out
}

// overviewSections are the cases that cannot wait, the most urgent first.
func (p *Pages) overviewSections(c *gin.Context, region *models.Region, body *overviewBody) error {
	now := p.Now()
	soon, ever := now.AddDate(0, 0, nearDays), models.FarFuture()
	filter := func(f store.CaseFilter) store.CaseFilter {
		switch region.Kind {
		case models.RegionTownship:
			f.Township = region.Code
		case models.RegionVillage:
			f.Village = region.Code
		default:
			f.County = region.Code
		}
		return f
	}
	list := func(pairs url.Values) string {
		if region.Kind != models.RegionCounty {
			pairs.Set("place", region.Code)
		}
		return "/cases?" + pairs.Encode()
	}
	for _, plan := range []struct {
		section
		filter store.CaseFilter
		keep   func(*models.Case) bool
	}{
		{section{"red", "红色风险", "没有红色风险的纠纷。", nil, list(url.Values{"risk": {"red"}, "due": {"running"}})}, store.CaseFilter{Risk: models.Red, DueBefore: &ever}, nil},
		{section{"late", "已超期", "没有超期的纠纷。", nil, list(url.Values{"due": {"late"}})}, store.CaseFilter{DueBefore: &now}, nil},
		{section{"pending", "等待签收", "没有等待签收的上报。", nil, list(url.Values{"review": {"pending"}})}, store.CaseFilter{Review: models.ReviewPending}, nil},
		{section{"due", nearName, "没有快到期的纠纷。", nil, list(url.Values{"due": {"soon"}})}, store.CaseFilter{DueBefore: &soon}, func(c *models.Case) bool { return !c.IsOverdue(now) }},
	} {
		s, err := p.section(c.Request.Context(), web.Actor(c), plan.section, filter(plan.filter), plan.keep)
		if err != nil {
			return err
		}
		body.Sections = append(body.Sections, s)
	}
	return nil
}

// rates draws 小事不出村 and 大事不出镇 over up to thirteen months.
func (b *overviewBody) rates(view *screening.View) error {
	lines := []papers.Line{{Name: "小事不出村"}, {Name: "大事不出镇"}}
	var months []string
	for _, r := range view.Trend {
		months = append(months, r.Month)
		row := rateRow{Month: monthText(r.Month), Path: reportPath(r.Region, r.Month)}
		for i, key := range []string{"village_rate", "township_rate"} {
			f, ok := r.Figure(key)
			text := "—"
			var value *float64
			if ok && f.Of != nil && *f.Of > 0 {
				percent := 100 * float64(f.Value) / float64(*f.Of)
				value, text = &percent, withUnit(f)
			}
			lines[i].Values = append(lines[i].Values, value)
			if i == 0 {
				row.Village = text
			} else {
				row.Township = text
			}
		}
		b.RateRows = append(b.RateRows, row)
	}
	slices.Reverse(b.RateRows)
	var err error
	b.Rates, err = papers.RateChart("rates", "小事不出村、大事不出镇（%）", months, lines)
	return err
}

// compared is the table of the places inside, with flow, risk and the two rates side by side, ordered by a
// column: by place as they come, or by a number. It compares places, never people.
func compared(r *models.Report, by, direction string) *comparison {
	flow, ok := r.Table("village")
	risk, _ := r.Table("village_risk")
	rates, _ := r.Table(screening.RatesVillage)
	name := "村"
	if !ok {
		if flow, ok = r.Table("township"); !ok {
			return nil
		}
		risk, _ = r.Table("township_risk")
		rates, _ = r.Table(screening.RatesTownship)
		name = "乡镇"
	}
	out := &comparison{Name: name, Total: []cell{}}
	type line struct {
		row    models.TableRow
		values []float64
		cells  []cell
	}
	var columns []string
	lines := make([]line, len(flow.Rows))
	for _, t := range []models.Table{flow, risk, rates} {
		for i, column := range t.Columns {
			columns = append(columns, column)
			whole, _ := r.Figure(column)
			out.Total = append(out.Total, cell{screening.Text(whole), figurePath(r, screening.Ref{Figure: column})})
			for at, row := range flow.Rows {
				lines[at].row = row
				f := models.Figure{Key: column, Unit: whole.Unit}
				if n := slices.IndexFunc(t.Rows, func(other models.TableRow) bool { return other.Code == row.Code }); n >= 0 {
					f.Value = t.Rows[n].Values[i]
					if i < len(t.Rows[n].Of) {
						f.Of = &t.Rows[n].Of[i]
					}
				}
				lines[at].values = append(lines[at].values, weight(f))
				lines[at].cells = append(lines[at].cells, cell{screening.Text(f), figurePath(r, screening.CellRef(t, row, column))})
			}
		}
	}
	sorted := slices.Index(columns, by)
	rising := direction == "up"
	if sorted >= 0 {
		slices.SortStableFunc(lines, func(a, b line) int {
			x, y := a.values[sorted], b.values[sorted]
			switch {
			case x < 0 || y < 0: // where there is no rate it stands last, either way
				return cmp.Compare(y, x)
			case rising:
				return cmp.Compare(x, y)
			}
			return cmp.Compare(y, x)
		})
	}
	link := func(column, direction string) string {
		return "/overview?" + url.Values{"place": {r.Region}, "sort": {column}, "dir": {direction}}.Encode() + "#comparison"
	}
	out.Order = "按地区顺序排列"
	for i, column := range columns {
		d, _ := screening.Define(column)
		from, to := "多", "少"
		if d.Rate {
			from, to = "高", "低"
		}
		head := sortColumn{Name: d.Name, Path: link(column, "down")}
		if i == sorted {
			head.Sorted, out.Order = "descending", "按“"+d.Name+"”从"+from+"到"+to+"排列"
			if rising {
				head.Sorted, out.Order = "ascending", "按“"+d.Name+"”从"+to+"到"+from+"排列"
			} else {
				head.Path = link(column, "up")
			}
		}
		out.Columns = append(out.Columns, head)
	}
	for _, l := range lines {
		out.Rows = append(out.Rows, reportTableRow{Name: l.row.Name, Path: "/overview?" + url.Values{"place": {l.row.Code}}.Encode(), Cells: l.cells})
	}
	return out
}

// weight is what a number is ordered by: a rate by itself, below zero where there is none.
func weight(f models.Figure) float64 {
	switch {
	case f.Of == nil:
		return float64(f.Value)
	case *f.Of == 0:
		return -1
	}
	return float64(f.Value) / float64(*f.Of)
}
