package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// periodOf is the first day of the period that is running in the worlds of the tests.
const periodOf = "2026-03-01"

// cellOf is a member household of a village; findingOf a finding of its return.
func cellOf(village string) string { return models.CellID(village, 3) }

func findingOf(village string) string {
	return models.FindingID(models.ReturnID(cellOf(village), periodOf), 1)
}

// placesOf fills the paths of the routes about a cell of a village.
func placesOf(village string) *strings.Replacer {
	return strings.NewReplacer(":cell", cellOf(village), ":from", periodOf, ":finding", findingOf(village), ":village", village)
}

// gridVisits says how the routes of grid and returns are asked.
func gridVisits() map[string]visit {
	drawn := func(w *world, about target) { w.drawn(about.village) }
	waiting := func(w *world, about target) { w.drawn(about.village); w.waiting(about.village) }
	return map[string]visit{
		"GET /api/v1/grids/:village": {cell: true},
		"POST /api/v1/grids/:village/cells": {cell: true, as: "chair", prepare: drawn, body: func(w *world, _ target) any {
			return screening.CellForm{Kind: models.CellHousehold, Parent: 2, Name: "新中心户", Responsible: "王五", From: w.today()}
		}},
		"POST /api/v1/grids/:village/import": {cell: true, as: "chair", prepare: drawn, body: func(w *world, _ target) any { w.made++; return api.ImportForm{File: gridSheet(w.made, w.today())} }},
		"GET /api/v1/cells/:cell":            {cell: true, prepare: drawn},
		"POST /api/v1/cells/:cell/change": {cell: true, as: "chair", prepare: drawn, body: func(w *world, _ target) any {
			return screening.CellForm{Parent: 2, Name: "新名字", Responsible: "王五", From: w.today()}
		}},
		"POST /api/v1/cells/:cell/end": {cell: true, as: "chair", prepare: drawn, body: func(w *world, _ target) any {
			return screening.EndCellForm{LastDay: w.today(), Reason: "并组"}
		}},
		"GET /api/v1/returns/:cell/:from": {cell: true, prepare: waiting},
		"POST /api/v1/returns/:cell/:from": {cell: true, as: "mediator", prepare: drawn, body: func(w *world, about target) any {
			return screening.FileForm{Seen: w.filings(about.village), Findings: []screening.FindingForm{{What: "两家为水沟争吵", Where: "北垄", Households: 2, Type: "neighbourhood", Signs: []string{"threat"}}}}
		}},
		"GET /api/v1/findings/:finding/photo":   {cell: true, prepare: waiting},
		"POST /api/v1/findings/:finding/settle": {cell: true, prepare: waiting, body: same(screening.SettleForm{As: models.FindingPrevented, Note: "当场说和"})},
		"GET /api/v1/screening/:place":          {place: true},

		"GET /grid":     {place: true, query: "place=%s"},
		"GET /grid/new": {}, "GET /grid/import": {}, "GET /grid/template.xlsx": {},
		"POST /grid/new": {prepare: drawn, body: func(w *world, _ target) any {
			return url.Values{"kind": {"branch"}, "name": {"村党支部"}, "responsible": {"周大成"}, "from": {w.today()}}
		}},
		"POST /grid/import":            {prepare: drawn, body: func(w *world, _ target) any { w.made++; return gridFile(w.made, w.today()) }},
		"GET /grid/cells/:cell":        {cell: true, prepare: drawn},
		"GET /grid/cells/:cell/change": {cell: true, prepare: drawn},
		"POST /grid/cells/:cell/change": {cell: true, prepare: drawn, body: func(w *world, _ target) any {
			return url.Values{"seen": {"1"}, "parent": {"2"}, "name": {"新名字"}, "responsible": {"周大成"}, "from": {w.today()}}
		}},
		"GET /grid/cells/:cell/end": {cell: true, prepare: drawn},
		"POST /grid/cells/:cell/end": {cell: true, prepare: drawn, body: func(w *world, _ target) any {
			return url.Values{"seen": {"1"}, "lastDay": {w.today()}, "reason": {"并组"}}
		}},
		"GET /returns":                   {},
		"GET /returns/:cell/:from":       {cell: true, prepare: waiting},
		"POST /returns/:cell/:from":      {cell: true, prepare: drawn, body: same(url.Values{"do": {"zero"}, "seen": {"1"}, "key": {"k"}})},
		"GET /findings":                  {place: true, query: "place=%s"},
		"GET /findings/:finding":         {cell: true, prepare: waiting},
		"GET /findings/:finding/photo":   {cell: true, prepare: waiting},
		"GET /findings/:finding/settle":  {cell: true, prepare: waiting},
		"POST /findings/:finding/settle": {cell: true, prepare: waiting, body: same(url.Values{"as": {"prevented"}, "note": {"当场说和"}})},
		"GET /screening":                 {place: true, query: "place=%s"},
		"GET /screening/list":            {place: true, query: "what=cells&place=%s"},
		"GET /screening/rule":            {},
		"GET /screening/thresholds":      {},
		"POST /screening/thresholds":     {body: func(w *world, _ target) any { return thresholdValues(w) }},
		"POST /screening/rule":           {body: same(url.Values{"from": {"2026-04-01"}, "every": {"month"}, "kinds[0]": {"household"}, "remindDays": {"3"}, "graceDays": {"3"}})},
	}
}

// drawn draws the grid of a village as it is at the beginning. Where a test has broken the store it does
// nothing: then the route fails.
func (w *world) drawn(village string) {
	ctx, at := context.Background(), w.clock.Now().AddDate(0, 0, -20).UTC()
	g := &models.Grid{Village: village}
	for i, kind := range []models.CellKind{models.CellBranch, models.CellGroup, models.CellHousehold} {
		g.Cells = append(g.Cells, models.Cell{Number: i + 1, Kind: kind, Spans: []models.CellSpan{{
			From: workday.OfTime(at).String(), Name: kind.Name(), Parent: i, Responsible: "陈守义", Households: 10, RecordedAt: at, RecordedBy: seats[1],
		}}})
	}
	if old, err := w.store.Grid(ctx, models.Scope{Region: village}, village); err == nil {
		g.Version = old.Version
	} else if !store.IsNotFound(err) {
		return
	}
	_ = w.store.PutGrid(ctx, g) // a fault shows in the route that needs it
}

// waiting makes the return of a village's household with one finding that waits.
func (w *world) waiting(village string) {
	ctx, at := context.Background(), w.clock.Now().UTC()
	r := &models.Return{
		ID: models.ReturnID(cellOf(village), periodOf), Cell: cellOf(village), CellName: "党员中心户", Village: village, Township: village[:9], From: periodOf, To: "2026-03-31",
	}
	hash, err := w.store.KeepFile(ctx, shot())
	if err != nil {
		return
	}
	r.Append(models.Submission{At: at, By: seats[0], Findings: []models.Finding{{Seq: 1, What: "两家为水沟争吵", Households: 2, Type: "neighbourhood", Photo: &models.FindingPhoto{Hash: hash, Preview: hash}}}})
	if old, err := w.store.Return(ctx, models.Scope{Region: village}, r.ID); err == nil {
		r.Version = old.Version
		_ = w.store.ReplaceReturn(ctx, r)
	} else if store.IsNotFound(err) {
		_ = w.store.InsertReturn(ctx, r)
	}
}

// shot is a photo.
func shot() []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 90, 60)), nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// filings is how often the return of a village's household was sent.
func (w *world) filings(village string) int {
	r, err := w.store.Return(context.Background(), models.Scope{Region: village}, models.ReturnID(cellOf(village), periodOf))
	if err != nil {
		return 0
	}
	return len(r.Filings)
}

// gridFile is a spreadsheet with one branch of a number that is not taken.
func gridFile(n int, today string) upload {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "grid.xlsx")
	if err != nil {
		panic(err)
	}
	if _, err := part.Write(gridSheet(n, today)); err != nil {
		panic(err)
	}
	if err := form.Close(); err != nil {
		panic(err)
	}
	return upload{form.FormDataContentType(), body.String()}
}

// gridSheet is that spreadsheet itself.
func gridSheet(n int, today string) []byte {
	f := excelize.NewFile()
	for i, row := range [][]any{{"级别", "编号", "名称", "上级编号", "负责人", "负责人账号", "户数", "户主名单", "起始日期"}, {"村党支部", 100 + n, "支部", nil, "周大成", nil, 3, nil, today}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			panic(err)
		}
	}
	var sheet bytes.Buffer
	if err := f.Write(&sheet); err != nil {
		panic(err)
	}
	return sheet.Bytes()
}

// TestCellsElsewhereAreNowhere asks, of every route about a cell or finding, that one outside the region is
// answered as one that does not exist.
func TestCellsElsewhereAreNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	w.waiting(farVillage)
	for name, v := range gridVisits() {
		if !v.cell {
			continue
		}
		method, route := http.MethodGet, name[len("GET "):]
		if name[0] == 'P' {
			method, route = http.MethodPost, name[len("POST "):]
		}
		for _, at := range []string{farVillage, "330681109209"} {
			about := target{village: at, params: placesOf(at)}
			require.Equal(t, http.StatusNotFound, w.visited(t, method, route, v, "chair", about).status, "%s at %s", name, at)
		}
	}
}

// thresholdValues are the thresholds of the county as they are, sent as another version.
func thresholdValues(w *world) url.Values {
	values := url.Values{}
	for i, l := range screening.AdviceLimits(models.Thresholds{}) {
		at := fmt.Sprintf("advice[%d].", i)
		values.Set(at+"key", l.Key)
		values.Set(at+"least", fmt.Sprint(l.Least))
		values.Set(at+"share", fmt.Sprint(l.Share))
		values.Set(at+"rise", fmt.Sprint(l.Rise))
	}
	g := reflect.ValueOf(models.DefaultGuard())
	for i := range g.NumField() {
		values.Set("guard."+g.Type().Field(i).Tag.Get("json"), fmt.Sprint(g.Field(i).Int()))
	}
	if settings, err := w.store.ScreeningSettings(context.Background(), county); err == nil {
		values.Set("seen", fmt.Sprint(len(settings.Thresholds)))
	}
	return values
}
