package handlers_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// same sends the same body to everybody.
func same(body any) func(*world, target) any { return func(*world, target) any { return body } }

// visits says how each route of the table is asked so that it does what it is for. A route that is
// missing here fails the tests that go through the table.
func visits() map[string]visit {
	all := map[string]visit{
		"GET /healthz": {}, "GET /readyz": {}, "GET /metrics": {},
		"GET /api/openapi.json":             {},
		"POST /api/v1/sessions":             {body: same(account.Credentials{Username: "mediator", Password: password})},
		"DELETE /api/v1/sessions/current":   {ends: true},
		"GET /api/v1/me":                    {},
		"POST /api/v1/cases":                {place: true, body: func(_ *world, about target) any { return draft(about.village) }},
		"GET /api/v1/cases":                 {stage: logged, list: true, query: "village=%s"},
		"GET /api/v1/cases/:id":             {stage: logged},
		"POST /api/v1/cases/:id/reveal":     {stage: logged},
		"GET /api/v1/cases/:id/handovers":   {stage: logged},
		"GET /api/v1/cases/:id/following":   {stage: logged},
		"GET /api/v1/cases/:id/settlements": {stage: logged},
		"GET /api/v1/articles":              {query: "type=land_transfer&subtype=rent_arrears"},
		"GET /cases/:id/sheet":              {stage: dictated}, "GET /cases/:id/sheet/code": {stage: dictated},
		"GET /api/v1/reviews":          {stage: pending, list: true},
		"GET /api/v1/regions":          {place: true, query: "parent=%s"},
		"GET /api/v1/cases/:id/papers": {stage: logged}, "GET /api/v1/cases/:id/papers/:paper": {stage: logged},
		"GET /api/v1/cases/:id/file": {stage: logged}, "GET /api/v1/cases/:id/file/zip": {stage: logged}, "GET /api/v1/cases/:id/attachments/:seq": {stage: attached},

		"GET /api/v1/reports/:region/:month":              {place: true},
		"POST /api/v1/reports/:region/:month":             {place: true},
		"GET /api/v1/reports/:region/:month/figures/:key": {place: true},

		"POST /api/v1/reports/:region/:month/issue": {place: true, over: true, body: same(api.IssueForm{Action: models.ReportSave, Blocks: []api.BlockForm{{Key: "overview", Text: "本月平稳。"}}})},
		"GET /api/v1/reports/:region/:month/verify": {place: true, over: true},

		"GET /login": {}, "GET /setup/:token": {}, "GET /help": {}, "GET /larger": {}, "GET /static/:sum/:file": {}, "GET /favicon.ico": {},
		"POST /login":        {body: same(url.Values{"username": {"mediator"}, "password": {password}})},
		"POST /setup/:token": {body: same(url.Values{"username": {"first"}, "name": {"孙维新"}, "password": {password}, "again": {password}})},
		"GET /":              {}, "GET /password": {},
		"POST /logout":            {ends: true, body: same(url.Values{})},
		"POST /password":          {ends: true, body: same(url.Values{"old": {password}, "password": {password}, "again": {password}})},
		"GET /cases":              {stage: logged, list: true},
		"GET /cases/new":          {},
		"POST /cases/new":         {place: true, body: func(_ *world, about target) any { return draftValues(about.village) }},
		"GET /cases/:id":          {stage: logged},
		"POST /cases/:id/reveal":  {stage: logged, body: same(url.Values{})},
		"GET /cases/:id/handover": {stage: logged},
		"GET /cases/:id/papers":   {stage: logged}, "GET /cases/:id/papers/:paper": {stage: logged}, "GET /cases/:id/papers/:paper/word": {stage: logged},
		"GET /cases/:id/file/word": {stage: logged}, "GET /cases/:id/file/zip": {stage: logged},
		"GET /cases/:id/attachments/:seq": {stage: attached}, "GET /cases/:id/attachments/:seq/file": {stage: attached},
		"GET /forms": {}, "GET /forms/:form": {}, "GET /forms/:form/word": {},
		"GET /reviews":  {stage: pending, list: true},
		"GET /reports":  {place: true, query: "region=%s"},
		"GET /overview": {place: true, query: "place=%s"},
		"GET /checks":   {place: true, query: "region=%s"},
		"POST /checks": {place: true, body: func(w *world, about target) any {
			version := int64(1)
			if check, err := w.store.Check(context.Background(), about.place, monthOver); err == nil {
				version = check.Version
			}
			return url.Values{"region": {about.place}, "month": {monthOver}, "version": {fmt.Sprint(version)}, "item": {"share-1"}, "result": {"true"}}
		}},
		"GET /forecast":           {stage: logged, list: true, query: "place=%s"},
		"GET /accesses":           {},
		"GET /admin/accounts":     {},
		"GET /admin/accounts/new": {},
		"POST /admin/accounts/new": {body: func(w *world, _ target) any {
			w.made++
			return url.Values{"username": {fmt.Sprintf("new%d", w.made)}, "name": {"新来的"}, "role": {"mediator"}, "region": {village}, "password": {password}, "again": {password}}
		}},
		"POST /admin/accounts/:username/disabled": {body: same(url.Values{"disabled": {"1"}})},
		"GET /admin/accounts/:username/password":  {},
		"POST /admin/accounts/:username/password": {body: same(url.Values{"password": {password}, "again": {password}})},
		"GET /admin/jobs":                         {},
		"GET /admin/gaps":                         {},
		"POST /admin/jobs/:job/run":               {body: same(url.Values{})},
		"GET /admin/messages":                     {},
		"POST /admin/messages/again":              {body: same(url.Values{"id": {mediatorsMessage}})},

		"GET /messages": {}, "GET /messages/settings": {},
		"POST /messages/open":            {body: same(url.Values{"id": {mediatorsMessage}})},
		"POST /messages/read":            {body: same(url.Values{"until": {"2026-03-02T01:00:00Z"}})},
		"POST /messages/settings":        {body: same(url.Values{"version": {"0"}})},
		"POST /messages/settings/office": {body: same(url.Values{"version": {"0"}, "do": {"forget-webhook"}})},
		"POST /messages/settings/test":   {body: same(url.Values{"channel": {"wecom"}})},

		"GET /risk-rules": {}, "GET /risk-rules/compare": {}, "GET /risk-rules/new": {}, "GET /risk-rules/:version": {}, "GET /risk-rules/:version/try": {query: ""},
		"POST /risk-rules/new": {body: func(w *world, _ target) any { return draftRiskRules(w) }},

		"GET /api/v1/clusters": {}, "GET /clusters": {},
		"GET /api/v1/clusters/:id": {stage: grouped}, "GET /clusters/:id": {stage: grouped},
		"POST /api/v1/clusters/:id": {stage: grouped, body: same(casework.DecideForm{State: models.ClusterConfirmed, Reason: "同一家合作社"})},
		"POST /clusters/:id":        {stage: grouped, body: same(url.Values{"version": {"1"}, "state": {"confirmed"}, "reason": {"同一家合作社"}})},

		"GET /rules": {}, "GET /rules/compare": {}, "GET /rules/new": {}, "GET /rules/:version": {}, "GET /rules/:version/try": {}, "GET /calendar": {}, "GET /calendar/load": {},
		"POST /rules/new":     {body: func(w *world, _ target) any { return draftRules(w) }},
		"POST /calendar/load": {body: same(url.Values{"year": {"2027"}, "source": {"国办发明电"}, "text": {"2027-01-01 元旦 休\n2027-05-01至2027-05-02 劳动节 休\n2027-10-01至2027-10-03 国庆节 休"}})},

		"GET /reports/:region/:month/issue": {place: true, over: true},
		"POST /reports/:region/:month/issue": {place: true, over: true, body: func(w *world, about target) any {
			report, err := w.store.Report(context.Background(), about.place, monthOver)
			version := int64(0)
			if err == nil { // there is none before the first visit
				version = report.Version
			}
			return url.Values{"do": {"save"}, "version": {fmt.Sprint(version)}, screening.Field("overview"): {"本月平稳。"}}
		}},
		"GET /reports/:region/:month/verify":  {place: true, over: true},
		"GET /reports/:region/:month":         {place: true},
		"GET /reports/:region/:month/:figure": {place: true},
	}
	for name, v := range gridVisits() {
		all[name] = v
	}
	for name, v := range subsidyVisits() {
		all[name] = v
	}
	for name, v := range scanVisits() {
		all[name] = v
	}
	for action, v := range actionVisits() {
		all["POST /api/v1/cases/:id/"+action] = v
		page := v
		page.body = formOf(action)
		all["POST /cases/:id/"+action] = page
		page.body = nil
		all["GET /cases/:id/"+action] = page
	}
	return all
}

// actionVisits says for each action on a case what it needs.
func actionVisits() map[string]visit {
	return map[string]visit{
		"accept":   {stage: logged, body: same(casework.AcceptForm{})},
		"decline":  {stage: logged, body: same(casework.DeclineForm{Reason: "一方明确拒绝调解"})},
		"sittings": {stage: mediating, body: func(w *world, _ target) any { return sitting(w) }},
		"agreement": {stage: sat, body: func(w *world, _ target) any {
			return casework.AgreementForm{
				Form: "written", Items: []string{"付清租金"}, AmountFen: 480_000, Instalments: []casework.InstalmentForm{{DueOn: "2026-04-10", AmountFen: 480_000}},
				Signatures: []models.Signature{{Party: "许来福", SignedOn: w.today()}, {Party: "丰年农机合作社", SignedOn: w.today()}},
			}
		}},
		"perform": {stage: agreed, body: func(w *world, _ target) any { return casework.PerformForm{On: w.today()} }},
		"draft": {stage: mediating, body: same(casework.DraftForm{
			Form: "written", Items: []string{"付清租金"}, AmountFen: 480_000, Instalments: []casework.InstalmentForm{{DueOn: "2026-04-10", AmountFen: 480_000}},
		})},
		"sign": {stage: drafted, body: func(w *world, _ target) any { return casework.SignForm{ReachedOn: w.today(), Sealed: w.today()} }},
		"confirm": {stage: agreed, body: func(w *world, _ target) any {
			return casework.ConfirmForm{Step: "applied", On: w.today(), Court: "青禾县人民法院"}
		}},
		"press": {stage: agreed, body: func(w *world, _ target) any {
			return casework.PressForm{On: w.today(), How: "上门", Answer: "月底付"}
		}},
		"breach": {stage: urged, body: same(casework.BreachForm{Way: "sue", Told: true, Note: "不愿再付"})},
		"reopen": {stage: agreed, body: same(casework.ReopenForm{Reason: "asked", Note: "双方要求再谈"})},
		"visit": {stage: agreed, body: func(w *world, _ target) any {
			return casework.VisitForm{On: w.today(), How: "home", Visited: []string{"许来福"}, Satisfaction: "satisfied"}
		}},
		"correct": {stage: logged, body: same(casework.CorrectForm{
			Reason: "写错了", Type: "neighbourhood", Title: "屋檐滴水", Facts: "屋檐滴水到邻家院子。", Requests: []string{}, Source: "application",
			Parties: []casework.CorrectPartyForm{{Was: 1, Role: "applicant", Kind: "person", Name: "许来福"}, {Was: 2, Role: "respondent", Kind: "person", Name: "邵兴旺"}},
		})},
		"affirm": {stage: dictated, body: func(w *world, _ target) any {
			return casework.AffirmForm{By: "许来福", On: w.today(), Mark: "fingerprint"}
		}},
		"fail":     {stage: mediating, body: same(casework.FailForm{Reason: "分歧太大", RemediesTold: true})},
		"withdraw": {stage: logged, body: same(casework.ReasonForm{Reason: "双方已自行和解"})},
		"close":    {stage: agreed, body: same(casework.CloseForm{Note: "已履行"})},
		"refer":    {stage: logged, body: same(casework.ReferForm{To: "court", Reason: "涉及确权", RemediesTold: true})},
		"escalate": {stage: logged, body: same(casework.EscalateForm{Reason: models.ReasonFailed, Note: "村里调不下来"})},
		"review":   {stage: pending, body: same(casework.ReviewForm{Decision: "accept"})},
		"risk":     {stage: logged, body: same(casework.RiskForm{Risk: models.Yellow, Reason: "情绪激动"})},
		"signs":    {stage: logged, body: same(casework.SignsForm{RiskSigns: models.RiskSigns{Petition: true}})},
		"pause":    {stage: mediating, body: same(casework.PauseForm{Ground: models.PauseAbsent, Note: "当事人在外地，月底回来"})},
		"resume":   {stage: paused, body: same(casework.ResumeForm{Note: "人已回来"})},
		"extend":   {stage: mediating, body: same(casework.ExtendForm{Days: 7, Consent: "双方当面同意"})},
		"order": {stage: logged, below: true, body: func(w *world, _ target) any {
			return casework.OrderForm{Kind: "deadline", LastDay: w.tomorrow(), Note: "请尽快"}
		}},
		"attachments": {stage: mediating, body: same(casework.AttachForm{Kind: models.AttachEvidence, Name: "合同", File: scan()})},
		"detach":      {stage: attached, body: same(casework.DetachForm{Seq: 1, Reason: "附错了"})},
		"investigations": {stage: mediating, body: func(w *world, _ target) any {
			return casework.InvestigationForm{HeldAt: w.clock.Now(), Place: "田头", Asked: "邵老三", As: "neighbour", Text: "看见地界移过。"}
		}},
		"filing": {stage: over, body: same(casework.FileForm{Retention: "long", Known: true})},
		"addend": {stage: filed, body: same(casework.AddendForm{Text: "补入回访照片"})},
		"police": {stage: logged, body: func(w *world, _ target) any {
			return casework.PoliceForm{ReportedAt: w.clock.Now(), ReportedBy: "陈守义", ReportedTo: "枫溪镇派出所"}
		}},
	}
}

// formOf is what the page of an action sends.
func formOf(action string) func(*world, target) any {
	return func(w *world, about target) any {
		values := map[string]url.Values{
			"accept":    {"mediators": {"陈守义"}},
			"decline":   {"reason": {"一方明确拒绝调解"}},
			"sittings":  {"heldAt": {w.clock.Now().In(workday.Zone).Format("2006-01-02T15:04")}, "place": {"村委会"}, "course": {"双方陈述。"}, "result": {"continue"}},
			"agreement": {"form": {"written"}, "items": {"付清租金"}},
			"draft":     {"form": {"written"}, "items": {"付清租金"}},
			"sign":      {"reachedOn": {w.today()}, "sealed": {w.today()}},
			"confirm":   {"step": {"applied"}, "on": {w.today()}, "court": {"青禾县人民法院"}},
			"press":     {"on": {w.today()}, "how": {"上门"}, "answer": {"月底付"}},
			"breach":    {"way": {"sue"}, "told": {"1"}, "note": {"不愿再付"}},
			"reopen":    {"reason": {"asked"}, "note": {"双方要求再谈"}},
			"visit":     {"on": {w.today()}, "how": {"home"}, "visited[0]": {"许来福"}, "satisfaction": {"satisfied"}},
			"correct": {"reason": {"写错了"}, "type": {"neighbourhood"}, "title": {"屋檐滴水"}, "facts": {"屋檐滴水到邻家院子。"}, "source": {"application"},
				"parties[0].was": {"1"}, "parties[0].role": {"applicant"}, "parties[0].kind": {"person"}, "parties[0].name": {"许来福"},
				"parties[1].was": {"2"}, "parties[1].role": {"respondent"}, "parties[1].kind": {"person"}, "parties[1].name": {"邵兴旺"}},
			"affirm":         {"by": {"许来福"}, "on": {w.today()}, "mark": {"fingerprint"}},
			"perform":        {"on": {w.today()}},
			"fail":           {"reason": {"分歧太大"}, "remediesTold": {"on"}},
			"withdraw":       {"reason": {"双方已自行和解"}},
			"close":          {"note": {"已履行"}},
			"refer":          {"to": {"court"}, "reason": {"涉及确权"}, "remediesTold": {"1"}},
			"escalate":       {"reason": {"failed"}, "note": {"村里调不下来"}},
			"review":         {"decision": {"accept"}},
			"risk":           {"risk": {"yellow"}, "reason": {"情绪激动"}},
			"pause":          {"ground": {"absent"}, "note": {"当事人在外地，月底回来"}},
			"resume":         {"note": {"人已回来"}},
			"extend":         {"days": {"7"}, "consent": {"双方当面同意"}},
			"order":          {"kind": {"deadline"}, "lastDay": {w.tomorrow()}, "note": {"请尽快"}},
			"police":         {"reportedAt": {w.clock.Now().In(workday.Zone).Format("2006-01-02T15:04")}, "reportedBy": {"陈守义"}, "reportedTo": {"枫溪镇派出所"}},
			"attachments":    {"kind": {models.AttachEvidence}, "name": {"合同"}},
			"detach":         {"seq": {"1"}, "reason": {"附错了"}},
			"investigations": {"heldAt": {w.clock.Now().In(workday.Zone).Format("2006-01-02T15:04")}, "place": {"田头"}, "asked": {"邵老三"}, "as": {"neighbour"}, "text": {"看见地界移过。"}},
			"filing":         {"retention": {"long"}, "known": {"1"}},
			"addend":         {"text": {"补入回访照片"}},
			"signs":          {"petition": {"1"}},
		}[action]
		values.Set("version", fmt.Sprint(about.found.Version))
		if action == "attachments" {
			return uploadOf(values, scan())
		}
		return values
	}
}

// draftValues is the last step of logging a dispute on a page.
func draftValues(village string) url.Values {
	return url.Values{
		"step": {"4"}, "type": {"neighbourhood"}, "villageCode": {village}, "title": {"滴水纠纷"}, "facts": {"屋檐滴水到邻家院子。"}, "source": {"application"},
		"parties[0].role": {"applicant"}, "parties[0].kind": {"person"}, "parties[0].name": {"许来福"},
		"parties[1].role": {"respondent"}, "parties[1].kind": {"person"}, "parties[1].name": {"邵兴旺"},
	}
}

// draftRules is a new version of the rules that is published: the default ones, a year from now.
func draftRules(w *world) url.Values {
	values := url.Values{"do": {"publish"}, "from": {"d1"}, "name": {"新规则"}, "effectiveFrom": {workday.OfTime(w.clock.Now().AddDate(1, 0, 0)).String()}}
	d := rules.DraftOf(models.DefaultPolicy(w.clock.Now()))
	for i, r := range d.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		for name, text := range map[string]string{"id": r.ID, "name": r.Name, "levels": r.Levels, "phase": r.Phase, "types": r.Types, "except": r.Except, "risks": r.Risks, "conflict": r.Conflict, "days": r.Days, "unit": r.Unit, "warnDays": r.WarnDays, "subtypes": r.Subtypes, "exceptSubtypes": r.ExceptSubtypes, "extendDays": r.ExtendDays} {
			values.Set(at+name, text)
		}
	}
	for name, text := range map[string]string{"atOnce": d.AtOnce, "returnMinDays": d.ReturnMinDays, "returnMaxDays": d.ReturnMaxDays, "extendMaxDays": d.ExtendMaxDays, "pauseMaxDays": d.PauseMaxDays, "policeHours": d.PoliceHours, "visitDays": d.VisitDays, "visitWarnDays": d.VisitWarnDays, "dueWarnDays": d.DueWarnDays, "confirmDays": d.ConfirmDays} {
		values.Set(name, text)
	}
	own, _ := w.store.Policies(context.Background(), county) // none where a test breaks the store: then the route fails
	values.Set("base", fmt.Sprint(len(own)))
	return values
}

// draftRiskRules is a new version of the risk rules that is published.
func draftRiskRules(w *world) url.Values {
	d := rules.RiskDraftOf(models.DefaultRiskPolicy(w.clock.Now()))
	values := url.Values{
		"do": {"publish"}, "from": {"d1"}, "name": {"新规则"}, "effectiveFrom": {workday.OfTime(w.clock.Now().AddDate(1, 0, 0)).String()},
		"yellowFrom": {d.YellowFrom}, "orangeFrom": {d.OrangeFrom}, "redFrom": {d.RedFrom}, "clusterDays": {d.ClusterDays}, "clusterHouseholds": {d.ClusterHouseholds},
	}
	for i, f := range d.Factors {
		at := fmt.Sprintf("factors[%d].", i)
		values.Set(at+"kind", f.Kind)
		values.Set(at+"from", f.From)
		values.Set(at+"points", f.Points)
	}
	own, _ := w.store.RiskPolicies(context.Background(), county)
	values.Set("base", fmt.Sprint(len(own)))
	return values
}

// requireVisits asks that the table of visits and the table of routes are the same. One test does so:
// the others go through the routes that are in both.
func requireVisits(tb testing.TB, w *world) map[string]visit {
	tb.Helper()
	all := visits()
	var missing, gone []string
	there := map[string]bool{}
	for _, route := range w.routes() {
		name := route.Method + " " + route.Path
		there[name] = true
		if _, ok := all[name]; !ok {
			missing = append(missing, name)
		}
	}
	for name := range all {
		if !there[name] {
			gone = append(gone, name)
		}
	}
	require.Empty(tb, missing, "new routes: say in visits() how they are asked, and look at the access matrix")
	require.Empty(tb, gone, "routes that are no more")
	return all
}
