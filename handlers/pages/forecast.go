package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	clock "fengqiao/pkg/escalation" // the package has a function of that name
	"fengqiao/pkg/workday"
)

const forecastTitle = "未来七天"

type forecastBody struct {
	Form    *form
	Places  []models.Choice
	Office  string // name of the one office that was asked for, "" for all
	All     string // path of the page for all offices
	Until   string
	Total   clock.OutlookCounts
	Offices []forecastOffice
	Days    []forecastDay
	Broken  int
}

type forecastOffice struct {
	Path string
	clock.OutlookOffice
}

type forecastDay struct {
	Title string // 11月25日 星期三，明天
	Count string // 5件提醒，2件自动上报; "" for nothing
	Open  bool   // its list is shown at once
	Items []forecastItem
	More  int
}

// forecastOpen is up to how many steps the lists of all days are shown at once; of more, those of
// today and tomorrow.
const forecastOpen = 20

type forecastItem struct {
	Path, Title, Number, Village, Level string
	Time, What, Why, Tone, From         string
}

// forecast shows what the clock will do within the next days.
func (p *Pages) forecast(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	body := forecastBody{Form: &form{Values: c.Request.URL.Query()}}
	var err error
	if body.Places, err = p.places(ctx, actor); err != nil {
		return err
	}
	place, office := body.Form.Value("place"), body.Form.Value("office")
	outlook, err := p.Cases.Forecast(ctx, actor, place, office)
	if err != nil {
		if !body.Form.refuse(err) {
			return err
		}
		return p.render(c, web.Status(models.AsError(err)), "forecast", forecastTitle, body)
	}
	body.fill(outlook, place, office)
	return p.render(c, http.StatusOK, "forecast", forecastTitle, body)
}

func (b *forecastBody) fill(o *clock.Outlook, place, office string) {
	b.Until, b.Total, b.Broken = moment(o.Until), o.Total, o.Broken
	if office != "" {
		b.All = forecastPath(place, "")
		b.Office = "这个单位"
	}
	for _, f := range o.Offices {
		if f.Office.ID == office {
			b.Office = f.Office.Name
		}
		b.Offices = append(b.Offices, forecastOffice{forecastPath(place, f.Office.ID), f})
	}
	for i := range o.Days {
		day := forecastDayOf(&o.Days[i], workday.OfTime(o.From))
		day.Open = day.Open || o.Total.All() <= forecastOpen
		b.Days = append(b.Days, day)
	}
}

func forecastPath(place, office string) string {
	query := url.Values{}
	for name, value := range map[string]string{"place": place, "office": office} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if len(query) == 0 {
		return "/forecast"
	}
	return "/forecast?" + query.Encode()
}

func forecastDayOf(d *clock.OutlookDay, first workday.Date) forecastDay {
	day := forecastDay{Title: fmt.Sprintf("%d月%d日 %s", d.Day.Month, d.Day.Day, weekdays[d.Day.Weekday()]), Count: countText(d.Counts), More: d.More()}
	switch d.Day {
	case first:
		day.Title, day.Open = day.Title+"，今天", true
	case first.AddDays(1):
		day.Title, day.Open = day.Title+"，明天", true
	}
	for _, item := range d.Items {
		day.Items = append(day.Items, forecastItem{
			Path: "/cases/" + item.ID.Hex(), Title: item.Title, Number: item.Number, Village: item.Village, Level: item.Level,
			Time: item.At.In(workday.Zone).Format("15:04"), What: item.What, Why: item.Why, Tone: stepTone(item.Step), From: item.From.Name,
		})
	}
	return day
}

// countText says how many steps of which kind there are.
func countText(n clock.OutlookCounts) string {
	var out []string
	for _, x := range []struct {
		n    int
		step clock.Step
	}{{n.Urge, clock.Urge}, {n.Move, clock.Move}, {n.Tell, clock.Tell}, {n.Warn, clock.Warn}, {n.Resume, clock.Resume}, {n.Remind, clock.Remind}} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("%d件%s", x.n, x.step.Name()))
		}
	}
	return strings.Join(out, "，")
}

var weekdays = [...]string{time.Sunday: "星期日", time.Monday: "星期一", time.Tuesday: "星期二", time.Wednesday: "星期三", time.Thursday: "星期四", time.Friday: "星期五", time.Saturday: "星期六"}

// stepTone is the colour beside the words of a step.
func stepTone(step clock.Step) string {
	switch step {
	case clock.Warn:
		return "near"
	case clock.Resume, clock.Remind:
		return "calm"
	}
	return "late"
}
