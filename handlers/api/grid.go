package api

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

type gridParams struct {
	Village string `path:"village" description:"村的区划代码，12位"`
}

type cellParams struct {
	Cell string `path:"cell" description:"网格的编号：村的区划代码、横线、网格在村里的编号，例如330681101201-3"`
}

type changeCellParams struct {
	cellParams
	IfMatch string `header:"If-Match" description:"看到的ETag，例如\"v2\"；之后有变化就不改，回答409"`
}

type cellHeaders struct {
	ETag string `header:"ETag" description:"网格的版本"`
}

type drawnHeaders struct {
	cellHeaders
	Location string `header:"Location" description:"添加的网格在哪里"`
}

// Grid is the Party grid of a village as it stands now, each cell directly followed by those below it.
type Grid struct {
	Village string `json:"village"`
	Cells   []Cell `json:"cells"`
}

// Cell is one cell of a grid.
type Cell struct {
	ID          string  `json:"id"`
	Kind        string  `json:"kind" description:"branch 村党支部，group 党小组，household 党员中心户"`
	Name        string  `json:"name"`
	Parent      *string `json:"parent" description:"上级网格的编号"`
	Responsible string  `json:"responsible"`
	Households  int     `json:"households"`
	From        string  `json:"from" description:"从哪天起是这样"`
	Version     int64   `json:"version" description:"改过几次；改动时作为ETag送回，例如\"v2\""`
}

// CellFile is a cell with all that it ever was.
type CellFile struct {
	Cell
	Ended   bool       `json:"ended" description:"已经撤销"`
	History []CellSpan `json:"history" description:"从早到晚；同一天起的两条，后一条更正前一条"`
}

// CellSpan is what a cell was from a day on.
type CellSpan struct {
	From           string    `json:"from"`
	Ended          bool      `json:"ended" description:"从这天起撤销"`
	Name           string    `json:"name"`
	Parent         *string   `json:"parent" description:"上级网格的编号"`
	Responsible    string    `json:"responsible"`
	Households     int       `json:"households"`
	HouseholdNames []string  `json:"householdNames"`
	Reason         string    `json:"reason"`
	RecordedAt     time.Time `json:"recordedAt"`
	RecordedBy     string    `json:"recordedBy"`
}

// ImportForm is a spreadsheet.
type ImportForm struct {
	File []byte `json:"file" label:"Excel文件"`
}

// Imported says how many cells were read in.
type Imported struct {
	Added int `json:"added"`
}

func cellOf(village string, cell models.StandingCell, version int) Cell {
	return Cell{
		ID: models.CellID(village, cell.Number), Kind: string(cell.Kind), Name: cell.Name, Parent: parentOf(village, cell.CellSpan),
		Responsible: cell.Responsible, Households: cell.Households, From: cell.From, Version: int64(version),
	}
}

func parentOf(village string, s models.CellSpan) *string {
	if s.Parent == 0 {
		return nil
	}
	parent := models.CellID(village, s.Parent)
	return &parent
}

func (a *API) grid(c *gin.Context) error {
	g, err := a.reports.Grid(c.Request.Context(), web.Actor(c).Scope(), c.Param("village"))
	if err != nil {
		return err
	}
	out := Grid{Village: g.Village, Cells: []Cell{}}
	for _, cell := range a.reports.Standing(g) {
		out.Cells = append(out.Cells, cellOf(g.Village, cell, len(g.Cell(cell.Number).Spans)))
	}
	return send(c, http.StatusOK, out)
}

func (a *API) cell(c *gin.Context) error { return a.sendCell(c, http.StatusOK, c.Param("cell")) }

func (a *API) sendCell(c *gin.Context, status int, id string) error {
	g, cell, err := a.reports.Cell(c.Request.Context(), web.Actor(c).Scope(), id)
	if err != nil {
		return err
	}
	last := cell.Last()
	out := CellFile{Cell: cellOf(g.Village, models.StandingCell{Number: cell.Number, Kind: cell.Kind, CellSpan: last}, len(cell.Spans)), Ended: last.Ended}
	for _, s := range cell.Spans {
		out.History = append(out.History, CellSpan{
			From: s.From, Ended: s.Ended, Name: s.Name, Parent: parentOf(g.Village, s), Responsible: s.Responsible, Households: s.Households,
			HouseholdNames: append([]string{}, s.HouseholdNames...), Reason: s.Reason, RecordedAt: s.RecordedAt, RecordedBy: s.RecordedBy.Name,
		})
	}
	c.Header("ETag", etag(out.Version))
	return send(c, status, out)
}

func (a *API) drawCell(c *gin.Context) error {
	var form screening.CellForm
	if err := read(c, &form); err != nil {
		return err
	}
	id, err := a.reports.Draw(c.Request.Context(), web.Actor(c), c.Param("village"), form)
	if err != nil {
		return err
	}
	c.Header("Location", Prefix+"/cells/"+id)
	return a.sendCell(c, http.StatusCreated, id)
}

// seenCell is the version of a cell that a change is made to: the one that If-Match names, or the one
// that is there.
func (a *API) seenCell(c *gin.Context) (int, error) {
	version, err := matched(c)
	if err != nil || version > 0 {
		return int(version), err
	}
	_, cell, err := a.reports.Cell(c.Request.Context(), web.Actor(c).Scope(), c.Param("cell"))
	if err != nil {
		return 0, err
	}
	return len(cell.Spans), nil
}

func (a *API) changeCell(c *gin.Context) error {
	var form screening.CellForm
	if err := read(c, &form); err != nil {
		return err
	}
	seen, err := a.seenCell(c)
	if err != nil {
		return err
	}
	if err := a.reports.Change(c.Request.Context(), web.Actor(c), c.Param("cell"), seen, form); err != nil {
		return err
	}
	return a.cell(c)
}

func (a *API) endCell(c *gin.Context) error {
	var form screening.EndCellForm
	if err := read(c, &form); err != nil {
		return err
	}
	seen, err := a.seenCell(c)
	if err != nil {
		return err
	}
	if err := a.reports.EndCell(c.Request.Context(), web.Actor(c), c.Param("cell"), seen, form); err != nil {
		return err
	}
	return a.cell(c)
}

// importGrid reads a list in; what is wrong with it is told line by line.
func (a *API) importGrid(c *gin.Context) error {
	var form ImportForm
	if err := read(c, &form); err != nil {
		return err
	}
	added, faults, err := a.reports.Import(c.Request.Context(), web.Actor(c), c.Param("village"), bytes.NewReader(form.File))
	if err != nil && len(faults) > 0 {
		told := *models.AsError(err)
		told.Fields = nil
		for _, f := range faults[:min(len(faults), maxFaults)] {
			fault := models.FieldError{Field: "file", Message: f.Message}
			if f.Line > 0 {
				fault.Message = fmt.Sprintf("第%d行：%s", f.Line, f.Message)
			}
			told.Fields = append(told.Fields, fault)
		}
		return &told
	}
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, Imported{added})
}
