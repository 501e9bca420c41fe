package pages

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
)

type thresholdsBody struct {
	Form    *form
	Sets    bool
	Done    string
	Advice  []adviceField
	Guards  []guardGroup
	History []string
}

// adviceField is a rule of advice with the names of its fields.
type adviceField struct {
	I                int
	Name, Unit, From string
	Shared, Rising   bool
}

// guardGroup is what belongs to one kind of look.
type guardGroup struct {
	Kind   models.CheckKind
	Text   string
	Fields []guardField
}

// Name is the kind as people say it.
func (g guardGroup) Name() string { return models.NameOf(models.CheckKinds(), string(g.Kind)) }

type guardField struct{ Name, Label, Unit string }

// guardGroups are the thresholds in the order of the page; a text shows what holds now.
func guardGroups(g models.GuardThresholds) []guardGroup {
	return []guardGroup{
		{models.CheckCall, fmt.Sprintf("每月从办结的纠纷里随机抽%d%%，至少%d件。", g.DrawPercent, g.DrawLeast), []guardField{{"drawPercent", "抽百分之几", "%"}, {"drawLeast", "至少几件", "件"}}},
		{models.CheckShare, fmt.Sprintf("看%d个月；办结%d件以上，是应有件数的%d倍以上，碰巧的可能不到万分之%d。", g.ShareMonths, g.ShareLeast, g.ShareTimes, g.ShareChance),
			[]guardField{{"shareMonths", "看几个月", "个月"}, {"shareLeast", "至少办结几件", "件"}, {"shareTimes", "是应有件数的几倍", "倍"}, {"shareChance", "碰巧的可能，不到万分之几", ""}}},
		{models.CheckSimilar, fmt.Sprintf("文字%d字以上，重合%d%%以上。", g.SimilarLeast, g.SimilarPercent), []guardField{{"similarLeast", "至少几个字", "字"}, {"similarPercent", "重合百分之几", "%"}}},
		{models.CheckFast, fmt.Sprintf("登记后不到%d分钟。", g.FastMinutes), []guardField{{"fastMinutes", "登记后不到几分钟", "分钟"}}},
		{models.CheckBatch, fmt.Sprintf("一个村%d分钟内办结%d件以上。", g.BatchMinutes, g.BatchLeast), []guardField{{"batchMinutes", "几分钟内", "分钟"}, {"batchLeast", "至少几件", "件"}}},
	}
}

const thresholdsTitle = "提示和抽查的门槛"

// thresholds shows from where on a report gives advice and files are looked into, and to the county the
// form of another version.
func (p *Pages) thresholds(c *gin.Context) error { return p.renderThresholds(c, http.StatusOK, nil) }

func (p *Pages) setThresholds(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	var in screening.ThresholdForm
	status := http.StatusUnprocessableEntity
	if f.Faults = decode(values, &in); len(f.Faults) == 0 {
		err := p.Reports.SetThresholds(c.Request.Context(), web.Actor(c), in)
		if err == nil {
			return redirect(c, "/screening/thresholds?done=1")
		}
		if !f.refuse(err) {
			return err
		}
		status = web.Status(models.AsError(err))
	}
	return p.renderThresholds(c, status, f)
}

func (p *Pages) renderThresholds(c *gin.Context, status int, f *form) error {
	actor := web.Actor(c)
	versions, err := p.Reports.Thresholds(c.Request.Context(), models.Scope{Region: actor.Region}.County())
	if err != nil {
		return err
	}
	now := models.Thresholds{Guard: models.DefaultGuard()}
	for _, v := range versions {
		now = v
	}
	limits := screening.AdviceLimits(now)
	if f == nil {
		f = newForm()
		encode(f.Values, "guard.", now.Guard)
		for i, l := range limits {
			encode(f.Values, fmt.Sprintf("advice[%d].", i), l.AdviceThreshold)
		}
	}
	if f.Value("seen") == "" || f.Stale { // sent again, it stands on what is there now
		f.Values.Set("seen", strconv.Itoa(len(versions)))
	}
	body := thresholdsBody{Form: f, Sets: account.Has(actor.Role, account.ManageRules), Guards: guardGroups(now.Guard)}
	if c.Query("done") != "" {
		body.Done = "已经设置，从本月起按新的门槛。"
	}
	for i, l := range limits {
		field := adviceField{I: i, Name: l.Name, Unit: l.Unit, Shared: l.Shared, Rising: l.Rising, From: fmt.Sprintf("%d%s", l.Least, l.Unit)}
		if l.Shared {
			field.From += fmt.Sprintf("，占%d%%", l.Share)
		}
		if l.Rising {
			field.From += fmt.Sprintf("，增加%d%%", l.Rise)
		}
		body.Advice = append(body.Advice, field)
	}
	for i := len(versions) - 1; i >= 0; i-- {
		body.History = append(body.History, versions[i].RecordedBy.Name+"于"+moment(versions[i].RecordedAt)+"设置")
	}
	return p.render(c, status, "thresholds", thresholdsTitle, body)
}
