package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

type calendarBody struct {
	Year     int
	Years    []yearLink
	Official bool
	Source   string
	Months   []monthView
	Holidays []holidayView
	Done     string
	Load     string // path of the form that loads or corrects this year, "" for nobody
}

type yearLink struct {
	Year     int
	Path     string
	Official bool
	Here     bool
}

// monthView is one small month: weeks from Monday to Sunday.
type monthView struct {
	Name  string
	Weeks [][]dayView
}

// dayView is one day; N is 0 outside the month. Mark says in a word what the colour says.
type dayView struct {
	N          int
	Mark, Tone string
}

type holidayView struct{ Name, Days, Worked string }

// calendar shows the days off and the moved working days of a year.
func (p *Pages) calendar(c *gin.Context) error {
	years, err := p.Store.CalendarYears(c.Request.Context())
	if err != nil {
		return err
	}
	this := workday.OfTime(p.Now()).Year
	body := calendarBody{Year: this}
	if text := c.Query("year"); text != "" {
		if body.Year, err = strconv.Atoi(text); err != nil || body.Year < 1949 || body.Year > this+maxAhead {
			return models.Errorf(models.NotFound, "not_found", "没有这一年的日历")
		}
	}
	first := this
	var kept *workday.Year
	for i, y := range years {
		first = min(first, y.Year)
		if y.Year == body.Year {
			kept = &years[i]
		}
	}
	for y := first; y <= this+maxAhead; y++ {
		link := yearLink{Year: y, Path: calendarPath(y), Here: y == body.Year}
		for _, k := range years {
			link.Official = link.Official || k.Year == y
		}
		body.Years = append(body.Years, link)
	}
	if kept != nil {
		body.Official, body.Source, body.Holidays = true, kept.Source, holidaysOf(kept)
	}
	body.Months = monthsOf(workday.NewCalendar(years...), kept, body.Year)
	if account.Has(web.Actor(c).Role, account.ManageRules) && body.Year >= this {
		body.Load = "/calendar/load?year=" + strconv.Itoa(body.Year)
	}
	if done := c.Query("changed"); done != "" {
		changed, err1 := strconv.Atoi(done)
		moved, err2 := strconv.Atoi(c.Query("moved"))
		if err1 == nil && err2 == nil {
			body.Done = fmt.Sprintf("已经载入。按新的放假安排重算了%d件案件的期限，其中%d件的最后一天变了，每件的“办理经过”里都有记录。", changed, moved)
		}
	}
	return p.render(c, http.StatusOK, "calendar", fmt.Sprintf("%d年日历", body.Year), body)
}

// maxAhead is how many years ahead the calendar is shown and loaded.
const maxAhead = 2

func calendarPath(year int) string { return "/calendar?year=" + strconv.Itoa(year) }

// monthsOf draws the twelve months of a year. kept is nil for a year that was not announced.
func monthsOf(calendar *workday.Calendar, kept *workday.Year, year int) []monthView {
	worked := map[string]bool{}
	if kept != nil {
		for _, d := range kept.Days {
			worked[d.Date] = d.Work
		}
	}
	var out []monthView
	for at := (workday.Date{Year: year, Month: 1, Day: 1}); at.Year == year; {
		month := monthView{Name: fmt.Sprintf("%d月", at.Month)}
		week := make([]dayView, (int(at.Weekday())+6)%7, 7) // before the first Monday
		for this := at.Month; at.Month == this && at.Year == year; at = at.AddDays(1) {
			view := dayView{N: at.Day}
			switch why := calendar.Why(at); {
			case worked[at.String()]:
				view.Mark, view.Tone = "班", "work"
			case why == "周末":
				view.Tone = "weekend"
			case why != "":
				view.Mark, view.Tone = "休", "off"
			}
			if week = append(week, view); len(week) == 7 {
				month.Weeks, week = append(month.Weeks, week), make([]dayView, 0, 7)
			}
		}
		if len(week) > 0 {
			month.Weeks = append(month.Weeks, append(week, make([]dayView, 7-len(week))...))
		}
		out = append(out, month)
	}
	return out
}

// holidaysOf lists the holidays of a year in words: those off, and those worked for them.
func holidaysOf(y *workday.Year) []holidayView {
	var out []holidayView
	at := map[string]int{}
	for i := 0; i < len(y.Days); {
		first := y.Days[i]
		last := first
		for i++; i < len(y.Days) && y.Days[i].Name == first.Name && y.Days[i].Work == first.Work && follows(last.Date, y.Days[i].Date); i++ {
			last = y.Days[i]
		}
		text := shortDay(first.Date)
		if last != first {
			text += "至" + shortDay(last.Date)
		}
		n, known := at[first.Name]
		if !known {
			n = len(out)
			at[first.Name] = n
			out = append(out, holidayView{Name: first.Name})
		}
		into := &out[n].Days
		if first.Work {
			into = &out[n].Worked
		}
		if *into != "" {
			*into += "、"
		}
		*into += text
	}
	return out
}

// follows says whether a day comes right after another.
func follows(a, b string) bool {
	d, err := workday.Parse(a)
	return err == nil && d.AddDays(1).String() == b
}

func shortDay(date string) string {
	d, err := workday.Parse(date)
	if err != nil {
		return date
	}
	return fmt.Sprintf("%d月%d日", d.Month, d.Day)
}

// loadBody is the form that loads a year, and what that would do.
type loadBody struct {
	Form    *form
	Year    string
	Plan    *rules.YearPlan
	Rows    []shiftView
	Left    int  // shifts that are not listed
	Changed bool // the text is not the one that was looked at
}

// shiftView is a case whose deadline another calendar moves.
type shiftView struct{ Path, Title, Number, Place, Office, Was, Is, Phase string }

// shiftRows is how many of them are listed.
const shiftRows = 300

const loadTitle = "录入放假安排"

// loadForm begins with the days that are kept of a year, if any.
func (p *Pages) loadForm(c *gin.Context) error {
	f := newForm()
	year, err := strconv.Atoi(c.Query("year"))
	if err != nil {
		year = workday.OfTime(p.Now()).Year + 1
	}
	f.Values.Set("year", strconv.Itoa(year))
	years, err := p.Store.CalendarYears(c.Request.Context())
	if err != nil {
		return err
	}
	for _, y := range years {
		if y.Year == year {
			f.Values.Set("text", y.Lines())
		}
	}
	return p.render(c, http.StatusOK, "calendarload", loadTitle, loadBody{Form: f})
}

// loadYear first shows what loading a year would move; what was looked at is then loaded with a second
// button. A text that was changed meanwhile is shown again.
func (p *Pages) loadYear(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	f := &form{Values: values}
	body := loadBody{Form: f}
	var in rules.YearForm
	decode(values, &in)
	y, err := p.rules.ParseYear(in)
	if err == nil && values.Get("do") == "load" {
		version, versionErr := strconv.ParseInt(f.Value("version"), 10, 64)
		if body.Changed = versionErr != nil || f.Value("seen") != seenOf(y); !body.Changed {
			var loaded rules.Loaded
			if loaded, err = p.rules.LoadYear(ctx, actor, y, version); err == nil {
				query := url.Values{"year": {strconv.Itoa(y.Year)}, "changed": {strconv.Itoa(loaded.Changed)}, "moved": {strconv.Itoa(loaded.Moved)}}
				return redirect(c, "/calendar?"+query.Encode())
			}
		}
	}
	status := http.StatusOK
	if err != nil {
		if !f.refuse(err) {
			return err
		}
		status = web.Status(models.AsError(err))
	}
	if len(f.Faults) > 0 {
		return p.render(c, status, "calendarload", loadTitle, body)
	}
	if body.Plan, err = p.rules.PlanYear(ctx, actor.Scope(), y); err != nil {
		return err
	}
	values.Set("seen", seenOf(y))
	values.Set("version", strconv.FormatInt(body.Plan.Version, 10))
	for _, s := range body.Plan.Shifts[:min(len(body.Plan.Shifts), shiftRows)] {
		body.Rows = append(body.Rows, shiftView{
			Path: "/cases/" + s.ID.Hex(), Title: s.Title, Number: s.Number, Place: s.Place.TownshipName + s.Place.VillageName, Office: s.Office.Name,
			Was: dateText(s.Was.String()), Is: dateText(s.Is.String()), Phase: s.Phase.Name(),
		})
	}
	body.Left = len(body.Plan.Shifts) - len(body.Rows)
	return p.render(c, status, "calendarload", loadTitle, body)
}

// seenOf names the days of a year, so that it can be told whether others were looked at.
func seenOf(y workday.Year) string { return workday.NewCalendar(y).Version() }
