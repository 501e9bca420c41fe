package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/subsidy"
)

// adminRows is how many lines a page of upkeep shows.
const adminRows = 50

type accountRow struct {
	Username, Name, Role, Region string
	PartyMember, Disabled, Self  bool
}

type accountsBody struct {
	Rows []accountRow
	Next string
	Done string
}

func (p *Pages) accounts(c *gin.Context) error {
	found, err := p.Store.AccountsByName(c.Request.Context(), c.Query("after"), adminRows+1)
	if err != nil {
		return err
	}
	body := accountsBody{Done: map[string]string{"new": "账号已经新建。", "disabled": "账号状态已经修改。", "password": "密码已经重设。"}[c.Query("done")]}
	if len(found) > adminRows {
		found = found[:adminRows]
		body.Next = "/admin/accounts?" + url.Values{"after": {found[adminRows-1].Username}}.Encode()
	}
	for _, a := range found {
		place, err := p.placeName(c.Request.Context(), a.Region)
		if err != nil {
			return err
		}
		body.Rows = append(body.Rows, accountRow{
			Username: a.Username, Name: a.Name, Role: a.Role.Name(), Region: place + " " + a.Region,
			PartyMember: a.PartyMember, Disabled: a.Disabled, Self: a.Username == web.Actor(c).ID,
		})
	}
	return p.render(c, http.StatusOK, "accounts", "账号", body)
}

type accountBody struct {
	Form  *form
	Roles []models.Choice
}

func newAccountBody(f *form) accountBody {
	body := accountBody{Form: f}
	for _, r := range models.Roles() {
		body.Roles = append(body.Roles, models.Choice{Code: string(r), Name: r.Name()})
	}
	return body
}

const accountTitle = "新建账号"

func (p *Pages) accountForm(c *gin.Context) error {
	return p.render(c, http.StatusOK, "accountnew", accountTitle, newAccountBody(newForm()))
}

func (p *Pages) createAccount(c *gin.Context) error {
	f, in, err := accountInput(c)
	if err != nil {
		return err
	}
	if err = again(f.Values); err == nil {
		_, err = p.Accounts.Create(c.Request.Context(), in)
	}
	if err != nil {
		return p.refused(c, f, err, "accountnew", accountTitle, newAccountBody(f))
	}
	return redirect(c, "/admin/accounts?done=new")
}

// disableAccount closes an account, or opens it again. Nobody closes their own: the system would be
// left without somebody to open it.
func (p *Pages) disableAccount(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	username := strings.ToLower(c.Param("username"))
	if username == web.Actor(c).ID {
		return models.Errorf(models.Precondition, "account.self", "不能停用自己的账号，请由另一位管理员办理")
	}
	if err := p.Accounts.SetDisabled(c.Request.Context(), username, values.Get("disabled") == "1"); err != nil {
		return err
	}
	return redirect(c, "/admin/accounts?done=disabled")
}

const resetTitle = "重设密码"

func (p *Pages) resetForm(c *gin.Context) error {
	who, err := p.Store.Account(c.Request.Context(), c.Param("username"))
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "password", resetTitle, passwordBody{Form: newForm(), Of: who})
}

func (p *Pages) resetPassword(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	who, err := p.Store.Account(c.Request.Context(), c.Param("username"))
	if err != nil {
		return err
	}
	f := &form{Values: values}
	if err = again(values); err == nil {
		err = p.Accounts.SetPassword(c.Request.Context(), who.Username, values.Get("password"))
	}
	if err != nil {
		return p.refused(c, f, err, "password", resetTitle, passwordBody{Form: f, Of: who})
	}
	return redirect(c, "/admin/accounts?done=password")
}

// looks are the access records that are about one case.
var looks = map[string]string{
	casework.AccessReveal: "查看完整证件号码和电话", casework.AccessPapers: "打印文书", casework.AccessAttachment: "打开材料", casework.AccessExport: "导出整件案件",
}

type accessRow struct{ At, Who, Role, What, CasePath, Subject, Place string }

type accessesBody struct {
	Rows []accessRow
	Next string
}

// accesses shows who saw personal data or took data out, the newest first.
func (p *Pages) accesses(c *gin.Context) error {
	before := p.Now().Add(time.Millisecond)
	if text := c.Query("before"); text != "" {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return models.Errorf(models.Malformed, "cursor", "翻页位置不对，请从第一页重新查看")
		}
		before = at
	}
	found, err := p.Store.Accesses(c.Request.Context(), web.Actor(c).Scope(), before, adminRows)
	if err != nil {
		return err
	}
	var body accessesBody
	for _, a := range found {
		r := accessRow{At: moment(a.At), Who: a.Actor.Name, Role: a.Actor.Role.Name(), What: "导出月报", Subject: a.Case}
		if what, ok := looks[a.What]; ok {
			r.What, r.CasePath, r.Subject = what, "/cases/"+a.Case, "打开案件"
		} else if a.What == subsidy.AccessExport {
			r.What, r.CasePath, r.Subject = "导出补贴结算表", "/subsidies/"+a.Case, "打开结算表"
		}
		if a.What == screening.AccessPhoto {
			r.What, r.CasePath, r.Subject = "打开线索的照片", "/findings/"+a.Case, "打开线索"
		}
		if a.What == casework.AccessScan {
			r.What, r.Subject = "打开还没有归卷的照片", ""
		}
		if r.Place, err = p.placeName(c.Request.Context(), a.Region); err != nil {
			return err
		}
		body.Rows = append(body.Rows, r)
	}
	if len(found) == adminRows {
		body.Next = "/accesses?" + url.Values{"before": {found[adminRows-1].At.Format(time.RFC3339Nano)}}.Encode()
	}
	return p.render(c, http.StatusOK, "accesses", "查看记录", body)
}
