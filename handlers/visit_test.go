package handlers_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// visit is a request that a route answers well when the right person sends it.
type visit struct {
	stage stage  // what the case is like, "" where the route is about none
	place bool   // the route is about a place
	list  bool   // the route lists cases: allowed means that the case is among them
	query string // %s is the place or village that is asked about
	// body is what is sent: JSON for the API, the values of a form for a page.
	body func(w *world, about target) any
	ends bool   // it ends the session
	cell bool   // the route is about a cell of a village's grid
	as   string // who may, where the judicial officer of the township may not
	// prepare makes what the visit is about anew, since an earlier visit may have used it up.
	prepare func(w *world, about target)
	below   bool              // it is for those above who has the case
	over    bool              // it is about a month that is over
	fixed   *strings.Replacer // parameters that are this visit's own, nil for none
}

// whoMay is somebody who may do what the visit is for to a fresh target.
func (v visit) whoMay() string { return cmp.Or(v.as, "judicial") }

// stage is how far a case has come.
type stage string

const (
	logged    stage = "logged"
	mediating stage = "mediating"
	paused    stage = "paused"
	sat       stage = "sat"
	agreed    stage = "agreed"
	drafted   stage = "drafted"  // with the text of an agreement that nobody has signed
	dictated  stage = "dictated" // typed for another, who has not confirmed it
	urged     stage = "urged"    // an agreement that is not kept
	pending   stage = "pending"  // handed up, not yet signed in
	attached  stage = "attached" // with one attachment
	over      stage = "over"     // closed
	filed     stage = "filed"    // filed for good
	grouped   stage = "grouped"  // the last of a group dispute that nobody has decided on: the id is the group's
)

// target is what a request is about.
type target struct {
	place   string            // code of the place
	village string            // where the dispute is, "" where the place has none of its own
	holder  models.RegionKind // which office has the case
	found   *api.Case         // nil where the route is about no case
	params  *strings.Replacer // fills the route's path
}

// monthOver is a month that is over in the small world, and of which nothing is known.
const monthOver = "2026-02"

// mediatorsMessage is the id of a message in the mediator's inbox.
const mediatorsMessage = "665f00000000000000000001/2-0/mediator"

// today is the civil day of the world.
func (w *world) today() string { return workday.OfTime(w.clock.Now()).String() }

func (w *world) tomorrow() string { return workday.OfTime(w.clock.Now()).AddDays(1).String() }

// holderOf is the account that acts for the office of a place.
func holderOf(tb testing.TB, kind models.RegionKind, village string) string {
	tb.Helper()
	role := map[models.RegionKind]models.Role{models.RegionVillage: models.RoleMediator, models.RegionTownship: models.RoleJudicial, models.RegionCounty: models.RoleCounty}[kind]
	for _, seat := range seats {
		if seat.Role == role && seat.Region == models.PlaceOf(village).Code(kind) {
			return seat.ID
		}
	}
	require.Failf(tb, "nobody sits there", "%s of %s", kind, village)
	return ""
}

// caseAt makes a case of a village that an office has, brought to a stage.
func (w *world) caseAt(tb testing.TB, village string, holder models.RegionKind, to stage) api.Case {
	tb.Helper()
	as := holderOf(tb, holder, village)
	if to == pending {
		below := map[models.RegionKind]models.RegionKind{models.RegionTownship: models.RegionVillage, models.RegionCounty: models.RegionTownship}[holder]
		lower := holderOf(tb, below, village)
		return w.act(tb, lower, w.log(tb, lower, draft(village)), "escalate", casework.EscalateForm{Reason: models.ReasonAsked, Note: "当事人要求上级处理"})
	}
	if to == paused {
		v := actionVisits()["pause"]
		return w.act(tb, as, w.caseAt(tb, village, holder, v.stage), "pause", v.body(w, target{}))
	}
	if to == grouped {
		return w.group(tb, as, village)
	}
	switch to {
	case dictated:
		form := draft(village)
		form.DictatedBy = "许来福"
		return w.log(tb, as, form)
	case drafted:
		return w.act(tb, as, w.caseAt(tb, village, holder, sat), "draft", casework.DraftForm{Form: "written", Items: []string{"付清租金"}})
	case urged:
		return w.act(tb, as, w.caseAt(tb, village, holder, agreed), "press", casework.PressForm{On: w.today(), How: "上门", Answer: "月底付"})
	}
	for after, action := range map[stage]string{attached: "attachments", over: "withdraw", filed: "filing"} {
		if to == after {
			v := actionVisits()[action]
			return w.act(tb, as, w.caseAt(tb, village, holder, v.stage), action, v.body(w, target{}))
		}
	}
	made := w.log(tb, as, draft(village))
	for _, step := range []struct {
		to     stage
		action string
		form   any
	}{
		{mediating, "accept", casework.AcceptForm{}},
		{sat, "sittings", sitting(w)},
		{agreed, "agreement", casework.AgreementForm{Form: "written", Items: []string{"付清租金"}}},
	} {
		if to == logged {
			break
		}
		made = w.act(tb, as, made, step.action, step.form)
		if to == step.to {
			break
		}
	}
	return made
}

// group logs and accepts two disputes with one transferee of their own, and gives the last one under the
// id of the group dispute that they are put to people as.
func (w *world) group(tb testing.TB, as, village string) api.Case {
	tb.Helper()
	w.made++
	form := draft(village)
	form.Households = 2
	form.Land.Transferee = fmt.Sprintf("第%d家合作社", w.made)
	var last api.Case
	for range 2 {
		last = w.act(tb, as, w.log(tb, as, form), "accept", casework.AcceptForm{})
	}
	last.ID = models.ClusterID(village, models.Root{Kind: models.RootTransferee, Text: form.Land.Transferee})
	return last
}

// path fills a route's path, and the query of its visit.
func (v visit) path(route string, about target) string {
	if v.over {
		route = strings.ReplaceAll(route, ":month", monthOver)
	}
	if v.fixed != nil {
		route = v.fixed.Replace(route)
	}
	path := about.params.Replace(route)
	if v.query != "" {
		of := about.place
		if v.stage != "" {
			of = about.village
		}
		query := v.query
		if strings.Contains(query, "%s") {
			query = fmt.Sprintf(query, of)
		}
		path += "?" + query
	}
	return path
}

// visited sends a visit. method and path are those of the route.
func (w *world) visited(tb testing.TB, method, route string, v visit, as string, about target) reply {
	tb.Helper()
	if v.prepare != nil {
		v.prepare(w, about)
	}
	var body any
	if v.body != nil {
		body = v.body(w, about)
	}
	return w.do(tb, method, v.path(route, about), as, body)
}
