package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

type gridBody struct {
	Place, Up string
	Done      string
	Cells     []cellView
	Villages  []gridVillage
	IsVillage bool
	Draws     bool // the actor draws this grid
}

// cellView is a cell in the drawing of a grid.
type cellView struct {
	Path, Name, Kind, Number string
	Responsible              string
	HasAccount               bool
	Households               int
	Depth                    int
	Since                    string
}

// gridVillage is a village or township in a list of grids.
type gridVillage struct {
	Path, Name                   string
	Branches, Groups, Households int
}

// grid draws the Party grid of a village; of a place above it, lists those inside.
func (p *Pages) grid(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	place := c.Query("place")
	if place == "" {
		place = actor.Region
	}
	if !actor.Scope().Covers(place) {
		return models.Errorf(models.NotFound, "not_found", "没有找到这个地区")
	}
	r, err := p.Store.Region(ctx, place)
	if err != nil {
		return err
	}
	body := gridBody{Place: r.Name, IsVillage: r.Kind == models.RegionVillage, Done: gridDone[c.Query("done")]}
	if n, err := strconv.Atoi(c.Query("added")); err == nil && n > 0 {
		body.Done = fmt.Sprintf("已经导入%d个网格。", n)
	}
	if actor.Scope().Covers(r.Parent) {
		body.Up = "/grid?" + url.Values{"place": {r.Parent}}.Encode()
	}
	if !body.IsVillage {
		if body.Villages, err = p.gridVillages(ctx, actor, r); err != nil {
			return err
		}
		return p.render(c, http.StatusOK, "grid", "党建网格", body)
	}
	body.Draws = account.Has(actor.Role, account.DrawGrid)
	g, err := p.Reports.Grid(ctx, actor.Scope(), place)
	if err != nil {
		return err
	}
	for _, cell := range p.Reports.Standing(g) {
		body.Cells = append(body.Cells, viewCell(place, cell))
	}
	return p.render(c, http.StatusOK, "grid", "党建网格", body)
}

var gridDone = map[string]string{"new": "网格已经添加。", "change": "改动已经保存，原来的情况留在历史里。", "end": "网格已经撤销，历史仍然留着。"}

func viewCell(village string, cell models.StandingCell) cellView {
	return cellView{
		Path: "/grid/cells/" + models.CellID(village, cell.Number), Name: cell.Name, Kind: cell.Kind.Name(), Number: cell.NumberText(), Responsible: cell.Responsible,
		HasAccount: cell.Account != "", Households: cell.Households, Depth: min(cell.Depth, 2), Since: dateText(cell.From),
	}
}

// gridVillages lists the places directly inside one with how many cells they have.
func (p *Pages) gridVillages(ctx context.Context, actor models.Actor, r *models.Region) ([]gridVillage, error) {
	inside, err := p.Store.RegionsIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	out := make([]gridVillage, len(inside))
	for i, place := range inside {
		out[i] = gridVillage{Path: "/grid?" + url.Values{"place": {place.Code}}.Encode(), Name: place.Name}
		var grids []*models.Grid
		if place.Kind == models.RegionTownship {
			grids, err = p.Store.GridsIn(ctx, actor.Scope(), place.Code)
		} else {
			var g *models.Grid
			if g, err = p.Store.Grid(ctx, actor.Scope(), place.Code); store.IsNotFound(err) {
				continue
			}
			grids = append(grids, g)
		}
		if err != nil {
			return nil, err
		}
		for _, g := range grids {
			for _, cell := range p.Reports.Standing(g) {
				switch cell.Kind {
				case models.CellBranch:
					out[i].Branches++
				case models.CellGroup:
					out[i].Groups++
				case models.CellHousehold:
					out[i].Households++
				}
			}
		}
	}
	return out, nil
}

type cellBody struct {
	Cell           cellView
	Place          string
	GridPath       string
	Parent         string
	HouseholdNames []string
	Ended          string // its last day, "" while it stands
	History        []spanView
	Draws          bool
}

// spanView is one span of a cell's history, the newest first.
type spanView struct {
	From, To, What string
	Corrected      bool
	Recorded       string
}

// cell shows one cell and its history.
func (p *Pages) cell(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	g, cell, err := p.Reports.Cell(ctx, actor.Scope(), c.Param("cell"))
	if err != nil {
		return err
	}
	last := cell.Last()
	body := cellBody{
		Cell: viewCell(g.Village, models.StandingCell{Number: cell.Number, Kind: cell.Kind, CellSpan: last}), HouseholdNames: last.HouseholdNames,
		GridPath: "/grid?" + url.Values{"place": {g.Village}}.Encode(), Draws: account.Has(actor.Role, account.DrawGrid) && !last.Ended,
	}
	if body.Place, err = p.placeName(ctx, g.Village); err != nil {
		return err
	}
	if parent := g.Cell(last.Parent); parent != nil {
		body.Parent = parent.Last().Name
	}
	for i := len(cell.Spans) - 1; i >= 0; i-- {
		body.History = append(body.History, viewSpan(g, cell, i))
	}
	if last.Ended {
		body.Ended = dateText(dayBefore(last.From))
	}
	return p.render(c, http.StatusOK, "gridcell", last.Name, body)
}

// viewSpan says a span of a cell in words.
func viewSpan(g *models.Grid, cell *models.Cell, i int) spanView {
	s := cell.Spans[i]
	v := spanView{From: dateText(s.From), Recorded: fmt.Sprintf("%s于%s登记", s.RecordedBy.Name, moment(s.RecordedAt))}
	if i+1 < len(cell.Spans) {
		v.To = dateText(dayBefore(cell.Spans[i+1].From))
		v.Corrected = cell.Spans[i+1].From == s.From
	}
	if s.Ended {
		v.What = "撤销"
	} else {
		v.What = fmt.Sprintf("%s，负责人%s，%d户", s.Name, s.Responsible, s.Households)
		if parent := g.Cell(s.Parent); parent != nil {
			v.What += "，属于" + parent.Last().Name
		}
	}
	if s.Reason != "" {
		v.What += "。" + s.Reason
	}
	return v
}

func dayBefore(day string) string {
	d, err := workday.Parse(day)
	if err != nil {
		return day
	}
	return d.AddDays(-1).String()
}

type cellFormBody struct {
	Form     *form
	New      bool
	Name     string // of the cell that is changed
	Back     string
	Kinds    []models.Choice
	Parents  []models.Choice
	Accounts []models.Choice
	Today    string
}

func (p *Pages) newCellForm(c *gin.Context) error {
	f := newForm()
	f.Values.Set("from", today(p.Now()))
	f.Values.Set("parent", c.Query("parent"))
	f.Values.Set("kind", c.Query("kind"))
	return p.showCellForm(c, http.StatusOK, f, nil)
}

func (p *Pages) newCell(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.CellForm
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		_, err := p.Reports.Draw(c.Request.Context(), web.Actor(c), web.Actor(c).Region, in)
		if err == nil {
			return redirect(c, "/grid?done=new")
		}
		if !f.refuse(err) {
			return err
		}
	}
	return p.showCellForm(c, http.StatusUnprocessableEntity, f, nil)
}

// ownCell is a cell of the actor's village that may be changed.
func (p *Pages) ownCell(c *gin.Context) (*models.Cell, error) {
	_, cell, err := p.Reports.Cell(c.Request.Context(), web.Actor(c).Scope(), c.Param("cell"))
	if err != nil {
		return nil, err
	}
	if cell.Last().Ended {
		return nil, models.Errorf(models.Precondition, "grid.ended", "这个网格已经撤销，不能再改")
	}
	return cell, nil
}

func (p *Pages) changeCellForm(c *gin.Context) error {
	cell, err := p.ownCell(c)
	if err != nil {
		return err
	}
	f, last := newForm(), cell.Last()
	for name, value := range map[string]string{
		"name": last.Name, "account": last.Account, "responsible": last.Responsible, "from": today(p.Now()), "seen": strconv.Itoa(len(cell.Spans)),
		"households": strconv.Itoa(last.Households), "householdNames": strings.Join(last.HouseholdNames, "、"), "parent": strconv.Itoa(last.Parent),
	} {
		f.Values.Set(name, value)
	}
	return p.showCellForm(c, http.StatusOK, f, cell)
}

func (p *Pages) changeCell(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	cell, err := p.ownCell(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.CellForm
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		err := p.Reports.Change(c.Request.Context(), web.Actor(c), c.Param("cell"), seenOfForm(values), in)
		if err == nil {
			return redirect(c, "/grid?done=change")
		}
		if !f.refuse(err) {
			return err
		}
	}
	if f.Stale {
		values.Set("seen", strconv.Itoa(len(cell.Spans)))
	}
	return p.showCellForm(c, http.StatusUnprocessableEntity, f, cell)
}

// seenOfForm is how often something had been written when the form was opened.
func seenOfForm(values url.Values) int {
	n, err := strconv.Atoi(values.Get("seen"))
	if err != nil {
		return -1 // it fits nothing: the form is shown again
	}
	return n
}

// showCellForm shows the form of a new cell, or of one that is changed.
func (p *Pages) showCellForm(c *gin.Context, status int, f *form, cell *models.Cell) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	g, err := p.Reports.Grid(ctx, actor.Scope(), actor.Region)
	if err != nil {
		return err
	}
	body := cellFormBody{Form: f, New: cell == nil, Back: "/grid", Kinds: models.CellKinds(), Today: dateText(today(p.Now()))}
	title := "添加网格"
	lowest := models.CellHousehold.Rank()
	if cell != nil {
		title, body.Name, body.Back = "修改网格", cell.Last().Name, "/grid/cells/"+c.Param("cell")
		lowest = cell.Kind.Rank()
	}
	for _, above := range p.Reports.Standing(g) {
		if above.Kind.Rank() < lowest && (cell == nil || above.Number != cell.Number) {
			body.Parents = append(body.Parents, models.Choice{Code: strconv.Itoa(above.Number), Name: above.Name + "（" + above.Kind.Name() + "）"})
		}
	}
	accounts, err := p.Store.AccountsAt(ctx, actor.Region)
	if err != nil {
		return err
	}
	accounts = slices.DeleteFunc(accounts, func(a *models.Account) bool { return a.Disabled })
	for _, a := range accounts {
		body.Accounts = append(body.Accounts, models.Choice{Code: a.Username, Name: a.Name + "（" + a.Role.Name() + "）"})
	}
	return p.render(c, status, "gridform", title, body)
}

type cellEndBody struct {
	Form *form
	Name string
	Back string
}

func (p *Pages) endCellForm(c *gin.Context) error {
	cell, err := p.ownCell(c)
	if err != nil {
		return err
	}
	f := newForm()
	f.Values.Set("lastDay", today(p.Now()))
	f.Values.Set("seen", strconv.Itoa(len(cell.Spans)))
	return p.render(c, http.StatusOK, "gridend", "撤销网格", cellEndBody{f, cell.Last().Name, "/grid/cells/" + c.Param("cell")})
}

func (p *Pages) endCell(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	cell, err := p.ownCell(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.EndCellForm
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		err := p.Reports.EndCell(c.Request.Context(), web.Actor(c), c.Param("cell"), seenOfForm(values), in)
		if err == nil {
			return redirect(c, "/grid?done=end")
		}
		if !f.refuse(err) {
			return err
		}
	}
	if f.Stale {
		values.Set("seen", strconv.Itoa(len(cell.Spans)))
	}
	return p.render(c, http.StatusUnprocessableEntity, "gridend", "撤销网格", cellEndBody{f, cell.Last().Name, "/grid/cells/" + c.Param("cell")})
}
