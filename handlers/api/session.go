package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

// Session is a login. The token goes into the Authorization header: Bearer, a space, the token.
type Session struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
	Account   Account   `json:"account"`
}

// Account is who is logged in.
type Account struct {
	Username string      `json:"username"`
	Name     string      `json:"name"`
	Role     models.Role `json:"role"`
	RoleName string      `json:"roleName"`
	Region   string      `json:"region" description:"所在地区的区划代码，能看到这里和它管辖的地区"`
}

func accountOf(actor models.Actor) Account {
	return Account{Username: actor.ID, Name: actor.Name, Role: actor.Role, RoleName: actor.Role.Name(), Region: actor.Region}
}

func (a *API) login(c *gin.Context) error {
	var in account.Credentials
	if err := read(c, &in); err != nil {
		return err
	}
	token, session, who, err := a.accounts.Login(c.Request.Context(), in)
	if err != nil {
		return err
	}
	return send(c, http.StatusCreated, Session{Token: token, ExpiresAt: session.ExpiresAt, Account: accountOf(who.Actor())})
}

func (a *API) logout(c *gin.Context) error {
	if err := a.accounts.Logout(c.Request.Context(), web.Token(c)); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (a *API) me(c *gin.Context) error {
	return send(c, http.StatusOK, accountOf(web.Actor(c)))
}
