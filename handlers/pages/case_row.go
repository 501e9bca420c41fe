package pages

import (
	"strings"
	"time"

	"fengqiao/models"
)

// row is a case in a list.
type row struct {
	Path, Number, Title, Type, Place, Parties string
	State, StateTone, Review                  string
	Risk, RiskTone                            string
	Office, Logged                            string
	Group                                     string // name of the group dispute it belongs to, "" for none
	Due                                       *deadline
	Sittings                                  int
	Why                                       string   // of an escalated case: why it came up
	From                                      string   // and from whom
	Missing                                   []string // of a returned case: what is missing
	Next                                      string   // of an agreement: what is to be performed next
}

func rowsOf(cases []*models.Case, now time.Time) []row {
	out := make([]row, len(cases))
	for i, c := range cases {
		out[i] = rowOfCase(c, now)
	}
	return out
}

func rowOfCase(c *models.Case, now time.Time) row {
	r := row{
		Path: casePath(c), Number: c.NumberText(), Title: c.Title, Type: typeName(c.Type, c.Subtype), Place: c.Place.TownshipName + c.Place.VillageName,
		Parties: sides(c), State: stateName(c), StateTone: string(c.State), Risk: c.Risk.Name(), RiskTone: string(c.Risk),
		Office: c.Office.Name, Logged: day(c.LoggedAt), Due: deadlineOf(c.DueAt, now), Sittings: len(c.Sittings),
	}
	if c.Cluster != nil {
		r.Group = c.Cluster.Name
	}
	if c.State.IsOpen() && c.Review != "" {
		r.Review = models.NameOf(models.ReviewStates(), string(c.Review))
	}
	if n := len(c.Stages); n > 1 && c.State.IsOpen() {
		below := c.Stages[n-2]
		switch c.Review {
		case models.ReviewPending:
			r.From, r.Why = below.Office.Name, reasonText(below)
		case models.ReviewReturned:
			r.From, r.Missing = below.Office.Name, below.Missing
		}
	}
	if c.State == models.Agreed {
		r.Next = nextInstalment(c.Agreement, now)
	}
	return r
}

func casePath(c *models.Case) string { return "/cases/" + c.ID.Hex() }

// sides is 张三 与 李四.
func sides(c *models.Case) string {
	var names []string
	for _, role := range []models.PartyRole{models.Applicant, models.Respondent} {
		if n := c.PartyNames(role); n != "" {
			names = append(names, n)
		}
	}
	return strings.Join(names, " 与 ")
}

// stateName is the state; a closed case also says how it ended.
func stateName(c *models.Case) string {
	if c.State == models.Closed && c.Ending != "" {
		return c.State.Name() + "（" + models.NameOf(models.ClosingReasons(), string(c.Ending)) + "）"
	}
	return c.State.Name()
}

// reasonText says why a stage handed its case up.
func reasonText(s models.Stage) string {
	if s.Reason == "" {
		return s.Note
	}
	return s.Reason.Name()
}

// nextInstalment says what is to be performed next under an agreement.
func nextInstalment(a *models.Agreement, now time.Time) string {
	if a == nil {
		return ""
	}
	for _, i := range a.Instalments {
		if i.PerformedOn == "" {
			text := dateText(i.DueOn) + "前履行"
			if i.AmountFen > 0 {
				text += " " + yuan(i.AmountFen) + " 元"
			}
			if i.DueOn < today(now) {
				text += "，已逾期"
			}
			return text
		}
	}
	return "等待登记履行"
}
