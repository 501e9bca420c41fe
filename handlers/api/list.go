package api

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

const (
	defaultLimit = 20
	maxLimit     = 100
)

type pageParams struct {
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" description:"每页件数"`
	After string `query:"after" description:"上一页的next"`
}

type listParams struct {
	Village     string             `query:"village" description:"村的区划代码"`
	Township    string             `query:"township" description:"乡镇的区划代码"`
	County      string             `query:"county" description:"县的区划代码"`
	State       models.State       `query:"state"`
	Level       string             `query:"level" description:"现在办理的层级"`
	Type        models.DisputeType `query:"type"`
	Risk        models.RiskLevel   `query:"risk"`
	Review      models.ReviewState `query:"review"`
	Overdue     bool               `query:"overdue" description:"true：只要期限已过的，期限最早的在前；其余都是新登记的在前"`
	Grouped     bool               `query:"grouped" description:"true：只要已确认属于群体性纠纷的"`
	OpenedMonth string             `query:"openedMonth" pattern:"^\\d{4}-\\d{2}$" description:"登记的月份，例如2026-11"`
	Query       string             `query:"q" description:"连续两个字以上的姓名、标题、卷号、地块或组织名称，或者完整的证件号码、电话"`
	Number      string             `query:"number" description:"完整的卷号"`
	pageParams
}

// CasePage is one page of a list.
type CasePage struct {
	Items []CaseItem `json:"items"`
	Next  *string    `json:"next" description:"下一页的after，最后一页为null"`
}

func (a *API) page(found store.CasePage) CasePage {
	page := CasePage{Items: itemsOf(found.Cases, a.now())}
	if found.Next != "" {
		page.Next = &found.Next
	}
	return page
}

func (a *API) list(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, listParams{})
	filter := store.CaseFilter{
		Village: q.place("village"), Township: q.place("township"), County: q.place("county"),
		State: models.State(q.choice("state", models.States())), Level: q.text("level"),
		Type: models.DisputeType(q.choice("type", models.DisputeTypes())), Risk: models.RiskLevel(q.choice("risk", models.RiskLevels())),
		Review: models.ReviewState(q.choice("review", models.ReviewStates())),
	}
	if q.yes("overdue") {
		now := a.now()
		filter.DueBefore = &now
	}
	filter.Grouped = q.yes("grouped")
	filter.LoggedFrom, filter.LoggedBefore = q.month("openedMonth")
	limit, after := q.page()
	for _, field := range []string{"q", "number"} {
		if q.text(field) == "" {
			continue
		}
		grams, err := a.cases.SearchGrams(q.text(field))
		if err != nil {
			q.fault(field, models.AsError(err))
		}
		filter.Grams = append(filter.Grams, grams...)
	}
	if err := q.err(); err != nil {
		return err
	}
	if number := q.text("number"); number != "" {
		return a.listNumber(c, filter, number)
	}
	found, err := a.cases.List(c.Request.Context(), web.Actor(c), filter, after, limit)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, a.page(found))
}

// listNumber answers with the one case of a number: among those whose words hold all its pieces.
func (a *API) listNumber(c *gin.Context, filter store.CaseFilter, number string) error {
	after := ""
	for {
		found, err := a.cases.List(c.Request.Context(), web.Actor(c), filter, after, maxLimit)
		if err != nil {
			return err
		}
		for _, one := range found.Cases {
			if one.Number != nil && one.Number.Text == number {
				return send(c, http.StatusOK, a.page(store.CasePage{Cases: []*models.Case{one}}))
			}
		}
		if after = found.Next; after == "" {
			return send(c, http.StatusOK, a.page(store.CasePage{}))
		}
	}
}

func (a *API) reviews(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, pageParams{})
	limit, after := q.page()
	if err := q.err(); err != nil {
		return err
	}
	found, err := a.cases.Reviews(c.Request.Context(), web.Actor(c), after, limit)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, a.page(found))
}

// query reads the parameters of a list and collects what is wrong with them.
type query struct {
	values url.Values
	broken error // it cannot be read; values holds a part of it
	faults []models.FieldError
}

// newQuery refuses what it cannot read, and parameters that the params do not declare or that stand
// twice: a misspelt filter must not show everything.
func newQuery(raw string, params any) *query {
	values, err := url.ParseQuery(raw)
	q := &query{values: values, broken: err}
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(params)) {
		known[f.Tag.Get("query")] = true
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case !known[name] || name == "":
			q.wrong(name, "没有这个查询条件，请核对名称")
		case len(values[name]) > 1:
			q.wrong(name, "这个查询条件写了不止一次，请只写一次")
		case !utf8.ValidString(values.Get(name)):
			q.wrong(name, "请用UTF-8编码")
		}
	}
	return q
}

func (q *query) wrong(field, message string) {
	q.faults = append(q.faults, models.FieldError{Field: field, Message: message})
}

// fault takes over what a use case says of a parameter.
func (q *query) fault(field string, err *models.Error) {
	for _, f := range err.Fields {
		q.wrong(field, f.Message)
	}
}

func (q *query) err() error {
	if q.broken != nil {
		return &models.Error{Kind: models.Malformed, Code: "query", Message: "查询条件的编码不对：请作百分号编码，以&分隔", Cause: q.broken}
	}
	if len(q.faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "查询条件有误，请按提示修改", Fields: q.faults}
}

func (q *query) text(name string) string { return q.values.Get(name) }

func (q *query) place(name string) string {
	code := q.text(name)
	if code != "" && (models.CheckRegionCode(code) != nil || string(models.RegionKindOf(code)) != name) {
		q.wrong(name, "区划代码不对：县6位，乡镇9位，村12位数字")
	}
	return code
}

func (q *query) choice(name string, choices []models.Choice) string {
	code := q.text(name)
	if code != "" && !models.HasCode(choices, code) {
		q.wrong(name, "没有这个选项")
	}
	return code
}

func (q *query) yes(name string) bool {
	switch q.text(name) {
	case "true":
		return true
	case "", "false":
	default:
		q.wrong(name, "应为true或false")
	}
	return false
}

// month is the first moment of a month and that of the next, nil where none is asked for.
func (q *query) month(name string) (from, before *time.Time) {
	text := q.text(name)
	if text == "" {
		return nil, nil
	}
	start, err := time.ParseInLocation("2006-01", text, workday.Zone)
	if err != nil {
		q.wrong(name, "请写成年-月，例如2026-11")
		return nil, nil
	}
	end := start.AddDate(0, 1, 0)
	return &start, &end
}

func (q *query) page() (limit int, after string) {
	limit = defaultLimit
	if text := q.text("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			q.wrong("limit", "每页件数应为1至100")
		}
		limit = n
	}
	return limit, q.text("after")
}
