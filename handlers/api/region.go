package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
)

type regionParams struct {
	Parent string `query:"parent" description:"哪个地区；不填是自己所在的地区"`
}

// Region is a place.
type Region struct {
	Code      string            `json:"code"`
	Kind      models.RegionKind `json:"kind"`
	Parent    string            `json:"parent"`
	Name      string            `json:"name"`
	Committee string            `json:"committee" description:"人民调解委员会"`
	Office    string            `json:"office" description:"签收上报案件的单位"`
}

// RegionPage is a place, first, and the places directly inside it.
type RegionPage struct {
	Items []Region `json:"items"`
	Next  *string  `json:"next" description:"总是null"`
}

func (a *API) regions(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, regionParams{})
	if err := q.err(); err != nil {
		return err
	}
	code := q.text("parent")
	if code == "" {
		code = web.Actor(c).Region
	}
	if !web.Actor(c).Scope().Covers(code) {
		return models.Errorf(models.NotFound, "not_found", "没有找到这个地区")
	}
	ctx := c.Request.Context()
	place, err := a.store.Region(ctx, code)
	if err != nil {
		return err
	}
	inside, err := a.store.RegionsIn(ctx, code)
	if err != nil {
		return err
	}
	page := RegionPage{}
	for _, r := range append([]*models.Region{place}, inside...) {
		page.Items = append(page.Items, Region{Code: r.Code, Kind: r.Kind, Parent: r.Parent, Name: r.Name, Committee: r.Committee, Office: r.Office})
	}
	return send(c, http.StatusOK, page)
}
