package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// HandoverList are the hand-overs of one case, the first one first.
type HandoverList struct {
	Items []models.Handover `json:"items" description:"每上报一级一条；没有上报过的为空"`
}

func (a *API) handovers(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	found, err := a.cases.Case(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, HandoverList{Items: found.Handovers()})
}
