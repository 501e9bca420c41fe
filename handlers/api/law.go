package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

type articleParams struct {
	Type    string `query:"type" description:"纠纷类型的代码" required:"true"`
	Subtype string `query:"subtype" description:"具体情形的代码；不写就是这一类的全部"`
}

// ArticleList are articles in our own words, those that are asked for first.
type ArticleList struct {
	Items []models.Article `json:"items"`
}

// SettlementList are the templates that fit a case, the best first.
type SettlementList struct {
	Items []Settlement `json:"items"`
}

// Settlement is a usual settlement, filled from the case. It may be sent back as a draft, changed or not.
type Settlement struct {
	Code string           `json:"code"`
	Name string           `json:"name"`
	Text models.Agreement `json:"text"`
}

func (a *API) articles(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, articleParams{})
	kind, subtype := models.DisputeType(q.text("type")), q.text("subtype")
	if err := q.err(); err != nil {
		return err
	}
	if !models.HasCode(models.DisputeTypes(), string(kind)) {
		return models.FieldErrorf("type", "请从列表中选择纠纷类型")
	}
	return send(c, http.StatusOK, ArticleList{Items: models.ArticlesFor(kind, subtype)})
}

func (a *API) settlements(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	found, err := a.cases.Case(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	list := SettlementList{}
	for _, choice := range models.SettlementsFor(found) {
		text, _ := models.Settle(found, choice.Code, workday.OfTime(a.now()).String())
		list.Items = append(list.Items, Settlement{Code: choice.Code, Name: choice.Name, Text: text})
	}
	return send(c, http.StatusOK, list)
}
