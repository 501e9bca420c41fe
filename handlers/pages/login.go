package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

// largerCookie remembers on the device that larger type is wanted.
const largerCookie = "fengqiao_larger"

const yearSeconds = 365 * 24 * 60 * 60

type loginBody struct {
	Form *form
	Next string
}

func (p *Pages) loginForm(c *gin.Context) error {
	return p.render(c, http.StatusOK, "login", "登录", loginBody{newForm(), localPath(c.Query("next"))})
}

func (p *Pages) login(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in account.Credentials
	decode(values, &in)
	in.Password = values.Get("password") // as it was typed, blanks and all
	token, _, _, err := p.Accounts.Login(c.Request.Context(), in)
	if err != nil {
		return p.refuseLogin(c, f, err)
	}
	p.setCookie(c, web.SessionCookie, token, int(account.SessionLife.Seconds()), true)
	return redirect(c, localPath(values.Get("next")))
}

// refuseLogin shows the form again with what is wrong. The password is not sent back.
func (p *Pages) refuseLogin(c *gin.Context, f *form, err error) error {
	told := models.AsError(err)
	switch told.Kind {
	case models.Unauthenticated, models.TooMany:
		f.Notice = told.Message
		if wait := web.RetryAfter(told); wait != "" {
			c.Header("Retry-After", wait)
		}
	default:
		if !f.refuse(err) {
			return err
		}
	}
	f.Values.Del("password")
	return p.render(c, web.Status(told), "login", "登录", loginBody{f, localPath(f.Value("next"))})
}

func (p *Pages) logout(c *gin.Context) error {
	if err := p.Accounts.Logout(c.Request.Context(), web.Token(c)); err != nil {
		return err
	}
	p.setCookie(c, web.SessionCookie, "", -1, true)
	return redirect(c, "/login")
}

// setCookie sets a cookie of this site. seconds below zero take it away.
func (p *Pages) setCookie(c *gin.Context, name, value string, seconds int, httpOnly bool) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: p.Secure, HttpOnly: httpOnly, SameSite: http.SameSiteLaxMode,
	})
}

// larger remembers the size of type. It is a link that says which size, so following it twice is
// following it once; the script sets the same cookie without leaving the page.
func (p *Pages) larger(c *gin.Context) error {
	if c.Query("on") == "1" {
		p.setCookie(c, largerCookie, "1", yearSeconds, false)
	} else {
		p.setCookie(c, largerCookie, "", -1, false)
	}
	return redirect(c, localPath(c.Query("next")))
}

// setupRegion is where the first administrator sits until the county is known: administrators see
// no case, so it decides nothing.
const setupRegion = "99"

func (p *Pages) setupForm(c *gin.Context) error {
	if err := p.Accounts.CheckSetup(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "setup", "设置第一位管理员", newForm())
}

func (p *Pages) setup(c *gin.Context) error {
	f, in, err := accountInput(c)
	if err != nil {
		return err
	}
	if in.Region == "" {
		in.Region = setupRegion
	}
	in.Role = models.RoleAdmin
	if in.Password != f.Value("again") {
		err = models.FieldErrorf("again", "两次输入的密码不一样，请重新输入")
	} else {
		_, err = p.Accounts.Setup(c.Request.Context(), c.Param("token"), in)
	}
	if err != nil {
		return p.refused(c, f, err, "setup", "设置第一位管理员", f)
	}
	return redirect(c, "/login")
}

// accountInput reads a form that makes an account.
func accountInput(c *gin.Context) (*form, account.AccountForm, error) {
	var in account.AccountForm
	values, err := post(c)
	if err != nil {
		return nil, in, err
	}
	decode(values, &in)
	in.Password = values.Get("password")
	return &form{Values: values}, in, nil
}

// refused shows a form again with what is wrong, without its passwords; an error that is none of
// the form's is returned.
func (p *Pages) refused(c *gin.Context, f *form, err error, page, title string, body any) error {
	if !f.refuse(err) {
		return err
	}
	for _, name := range []string{"password", "again", "old"} {
		f.Values.Del(name)
	}
	return p.render(c, web.Status(models.AsError(err)), page, title, body)
}

func (p *Pages) passwordForm(c *gin.Context) error {
	return p.render(c, http.StatusOK, "password", "修改密码", passwordBody{Form: newForm()})
}

// passwordBody is the form for one's own password, or for another's.
type passwordBody struct {
	Form *form
	Of   *models.Account // nil for one's own
}

func (p *Pages) password(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	actor := web.Actor(c)
	f := &form{Values: values}
	if err := again(values); err != nil {
		return p.refused(c, f, err, "password", "修改密码", passwordBody{Form: f})
	}
	if err := p.Accounts.Change(c.Request.Context(), actor, values.Get("old"), values.Get("password")); err != nil {
		return p.refused(c, f, err, "password", "修改密码", passwordBody{Form: f})
	}
	// The change ended every login of the account, this one too.
	p.setCookie(c, web.SessionCookie, "", -1, true)
	return redirect(c, "/login")
}

// again checks that a new password was typed twice alike.
func again(values url.Values) error {
	if values.Get("password") != values.Get("again") {
		return models.FieldErrorf("again", "两次输入的新密码不一样，请重新输入")
	}
	return nil
}

func (p *Pages) help(c *gin.Context) error {
	return p.render(c, http.StatusOK, "help", "帮助", models.States())
}
