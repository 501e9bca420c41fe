package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
)

type idParams struct {
	ID string `path:"id" description:"案件的id"`
}

type getParams struct {
	idParams
	IfNoneMatch string `header:"If-None-Match" description:"已有的ETag；没有变化时回答304"`
}

type changeParams struct {
	idParams
	IfMatch string `header:"If-Match" description:"看到的ETag，例如\"v3\"；之后有人改过就不改，回答409"`
}

type logParams struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" description:"草稿的编号。同一账号用同一编号再次提交，得到第一次登记的案件"`
}

type caseHeaders struct {
	ETag string `header:"ETag" description:"案件的版本"`
}

type logHeaders struct {
	caseHeaders
	Location string `header:"Location" description:"登记的案件在哪里"`
}

const maxDraftKey = 200

// log writes down a new dispute; a draft that was sent before is answered with its case.
func (a *API) log(c *gin.Context) error {
	key := c.GetHeader("Idempotency-Key")
	if len(key) > maxDraftKey {
		return models.Errorf(models.Malformed, "idempotency_key", "Idempotency-Key最多%d个字节", maxDraftKey)
	}
	var form casework.LogForm
	if err := read(c, &form); err != nil {
		return err
	}
	logged, created, err := a.cases.Log(c.Request.Context(), web.Actor(c), form, key)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	c.Header("Location", Prefix+"/cases/"+logged.ID.Hex())
	return a.sendCase(c, status, logged)
}

func (a *API) get(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	found, err := a.cases.Case(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if unchanged(c, found.Version) {
		c.Header("ETag", etag(found.Version))
		c.Status(http.StatusNotModified)
		return nil
	}
	return a.sendCase(c, http.StatusOK, found)
}

// CaseItems are a few cases, all of them.
type CaseItems struct {
	Items []CaseItem `json:"items"`
}

// following lists the cases that go on with a filed one. They are no part of it: it does not change by them.
func (a *API) following(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	filed, err := a.cases.Case(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	found, err := a.cases.Following(c.Request.Context(), web.Actor(c), filed)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, CaseItems{Items: itemsOf(found, a.now())})
}

func (a *API) sendCase(c *gin.Context, status int, shown *models.Case) error {
	policy, err := a.cases.Policy(c.Request.Context(), shown)
	if err != nil {
		return err
	}
	c.Header("ETag", etag(shown.Version))
	return send(c, status, viewOf(shown, policy, web.Actor(c), a.now()))
}

// action is the row of a use case that changes a case. Its form says what the body holds.
func action[F any](
	a *API, path string, permission account.Permission, summary string,
	do func(context.Context, models.Actor, casework.Ref, F) (*models.Case, error),
) endpoint {
	handle := func(c *gin.Context) error {
		ref, err := refOf(c)
		if err != nil {
			return err
		}
		var form F
		if err := read(c, &form); err != nil {
			return err
		}
		changed, err := do(c.Request.Context(), web.Actor(c), ref, form)
		if err != nil {
			return err
		}
		return a.sendCase(c, http.StatusOK, changed)
	}
	return row(http.MethodPost, "/cases/:id/"+path, permission, handle,
		endpoint{tag: "办理", summary: summary, params: new(changeParams), in: new(F), out: new(Case), headers: new(caseHeaders), status: http.StatusOK, fails: []int{http.StatusConflict}})
}

// Revealed are the parties' numbers in the clear.
type Revealed struct {
	Parties []casework.Unsealed `json:"parties"`
}

func (a *API) reveal(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	parties, err := a.cases.Reveal(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, Revealed{Parties: parties})
}
