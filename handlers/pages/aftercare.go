package pages

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

type confirmationExtra struct {
	Steps []models.Choice
	By    string // last day to apply
	Hint  string
}

func confirmationOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	extra := confirmationExtra{}
	if a := c.Agreement; a != nil {
		extra.By = dateText(a.ConfirmBy)
		steps := models.ConfirmationSteps()
		switch {
		case a.Confirmation == nil:
			extra.Steps = steps[:1]
		case a.Confirmation.Decision == "":
			extra.Steps = steps[1:]
		}
	}
	if c.Type == "marriage_family" {
		extra.Hint = "确认身份关系、收养关系、婚姻关系是否成立有效的，法院不受理司法确认。"
	}
	return extra
}

func fillConfirm(f *form, c *models.Case, _ models.Actor, now time.Time) {
	f.Values.Set("on", today(now))
	f.Values.Set("step", models.ConfirmationApplied)
	if c.Agreement == nil || c.Agreement.Confirmation == nil {
		f.Values.Set("court", c.Place.CountyName+"人民法院")
		return
	}
	f.Values.Set("step", "")
	f.Values.Set("court", c.Agreement.Confirmation.Court)
	f.Values.Set("number", c.Agreement.Confirmation.Number)
}

func fillPress(f *form, c *models.Case, actor models.Actor, now time.Time) {
	fillPerform(f, c, actor, now)
}

func breachWays(c *models.Case, _ *models.Policy, _ models.Actor) any {
	ways := models.BreachWays()
	if c.Agreement == nil || !c.Agreement.Confirmation.IsConfirmed() {
		return ways[1:]
	}
	return ways
}

func reopenReasons(*models.Case, *models.Policy, models.Actor) any { return models.ReopenReasons() }

func fillReopen(f *form, c *models.Case, _ models.Actor, _ time.Time) {
	f.Values.Set("reason", "again")
	if c.State == models.Agreed {
		f.Values.Set("reason", "broken")
	}
}

type visitExtra struct {
	Ways, Satisfactions []models.Choice
	Parties             []string
	By                  string // until when it is planned
}

func visitOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	extra := visitExtra{Ways: models.VisitWays(), Satisfactions: models.Satisfactions()}
	for _, p := range c.Parties {
		extra.Parties = append(extra.Parties, p.Name)
	}
	if c.After != nil {
		extra.By = dateText(c.After.VisitBy)
	}
	return extra
}

// fillVisit writes down how far the agreement is kept, as the file has it.
func fillVisit(f *form, c *models.Case, actor models.Actor, now time.Time) {
	f.Values.Set("on", today(now))
	f.Values.Set("visitor", actor.Name)
	f.Values.Set("how", "home")
	if a := c.Agreement; a != nil {
		kept := 0
		for _, in := range a.Instalments {
			if in.PerformedOn != "" {
				kept++
			}
		}
		switch n := len(a.Instalments); {
		case n > 0 && kept == n:
			f.Values.Set("kept", "协议全部履行")
		case n > 0:
			f.Values.Set("kept", fmt.Sprintf("共%d期，已履行%d期", n, kept))
		}
	}
}

func marks(c *models.Case, _ *models.Policy, _ models.Actor) any { return models.Marks() }

func fillAffirm(f *form, c *models.Case, _ models.Actor, now time.Time) {
	f.Values.Set("by", c.Dictation.By)
	f.Values.Set("on", today(now))
}

// papersInOrder lists every paper of the file in its order, also those that the case does not speak of, so
// that the rows of a form are the same however the case changes.
func papersInOrder(c *models.Case) []models.CasePaper {
	known := map[string]models.CasePaper{}
	for _, p := range c.Papers() {
		known[p.Code] = p
	}
	var out []models.CasePaper
	for _, name := range models.PaperNames() {
		p, ok := known[name.Code]
		if !ok {
			p = models.CasePaper{Code: name.Code, Name: name.Name, State: models.PaperUnneeded, StateName: models.PaperUnneeded.Name()}
		}
		out = append(out, p)
	}
	return out
}

// sheetLabel is the code that is printed on the sheet, as a picture: a photo of the sheet finds the case by it.
func (p *Pages) sheetLabel(c *gin.Context) error {
	cs, err := p.caseOf(c)
	if err != nil {
		return err
	}
	label, err := p.Cases.SheetLabel(c.Request.Context(), cs)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "image/png", label)
	return nil
}

// sheetBody is the 确认单 in large print, which somebody signs whose words another has typed.
type sheetBody struct {
	Case              caseView
	CasePath          string
	By, Typist, Today string
	Open              bool
	Applicants, Other []string
}

// sheet shows what was typed, to be read, read out and signed.
func (p *Pages) sheet(c *gin.Context) error {
	cs, policy, err := p.caseAndPolicy(c)
	if err != nil {
		return err
	}
	if cs.Dictation == nil {
		return models.Errorf(models.NotFound, "sheet.none", "本案不是代录的，没有确认单")
	}
	body := sheetBody{
		Case: viewCase(cs, policy, p.Now()), CasePath: casePath(cs), By: cs.Dictation.By, Typist: cs.Dictation.Typist, Today: day(p.Now()), Open: cs.Dictation.IsOpen() && cs.May(policy, web.Actor(c), models.ActionAffirm),
	}
	for _, party := range cs.Parties {
		text := party.Role.Name() + "：" + party.Name
		if party.Address != "" {
			text += "，" + party.Address
		}
		body.Applicants = append(body.Applicants, text)
	}
	return p.render(c, http.StatusOK, "sheet", "本人确认单："+cs.Title, body)
}

// correctionExtra is what the form of a correction offers.
type correctionExtra struct {
	Types   []models.Choice
	Sources []models.Choice
	Roles   []models.Choice
}

func correctionOf(*models.Case, *models.Policy, models.Actor) any {
	extra := correctionExtra{Types: models.DisputeTypes(), Sources: models.Sources()}
	for _, role := range []models.PartyRole{models.Applicant, models.Respondent, models.ThirdParty} {
		extra.Roles = append(extra.Roles, models.Choice{Code: string(role), Name: role.Name()})
	}
	return extra
}

// sendCorrect leaves out the fields of another type than the one chosen.
func (p *Pages) sendCorrect(c *gin.Context, f *form, ref casework.Ref) (*models.Case, error) {
	var in casework.CorrectForm
	faults := decode(f.Values, &in)
	if in.Type != models.LandTransfer {
		in.Land = nil
	}
	if in.Type != models.Dividend {
		in.Dividend = nil
	}
	if !models.HasCode(models.Subtypes(in.Type), in.Subtype) {
		in.Subtype = ""
	}
	if len(faults) > 0 {
		return nil, &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
	}
	return p.Cases.Correct(c.Request.Context(), web.Actor(c), ref, in)
}

// fillCorrect writes the case's fields as they are. Numbers stay empty: left so, they stay as they were.
func fillCorrect(f *form, c *models.Case, _ models.Actor, _ time.Time) {
	v := f.Values
	v.Set("type", string(c.Type))
	v.Set("subtype", c.Subtype)
	v.Set("title", c.Title)
	v.Set("facts", c.Facts)
	v.Set("requests", strings.Join(c.Requests, "\n"))
	v.Set("source", c.Source)
	if c.AmountFen > 0 {
		v.Set("amountFen", yuan(c.AmountFen))
	}
	if c.Households > 0 {
		v.Set("households", fmt.Sprint(c.Households))
	}
	encode(v, "landTransfer.", c.Land)
	encode(v, "dividend.", c.Dividend)
	for i, p := range c.Parties {
		at := fmt.Sprintf("parties[%d].", i)
		for name, text := range map[string]string{
			"was": fmt.Sprint(i + 1), "role": string(p.Role), "kind": string(p.Kind), "name": p.Name, "address": p.Address, "sex": p.Sex, "nation": p.Nation, "occupation": p.Occupation,
			"agent": p.Agent, "representative": p.Representative, "collective": ticked(p.Collective), "away": ticked(p.Away),
		} {
			if text != "" {
				v.Set(at+name, text)
			}
		}
	}
}

func ticked(is bool) string {
	if is {
		return "1"
	}
	return ""
}

// aftercareView is what is looked after when mediation is over.
type aftercareView struct {
	VisitBy string
	Visits  []visitView
}

type visitView struct {
	Seq                                     int
	On, How, Visitor, Visited, Satisfaction string
	Kept, Signs, Measures                   string
}

func viewAftercare(c *models.Case) *aftercareView {
	if c.After == nil || c.After.VisitBy == "" && len(c.After.Visits) == 0 {
		return nil
	}
	v := &aftercareView{VisitBy: dateText(c.After.VisitBy)}
	for _, visit := range c.After.Visits {
		v.Visits = append(v.Visits, visitView{
			Seq: visit.Seq, On: dateText(visit.On), How: models.NameOf(models.VisitWays(), visit.How), Visitor: visit.Visitor, Visited: strings.Join(visit.Visited, "、"),
			Satisfaction: models.NameOf(models.Satisfactions(), visit.Satisfaction), Kept: visit.Kept, Signs: visit.Signs, Measures: visit.Measures,
		})
	}
	return v
}

// roundView is an earlier mediation of a dispute that came back.
type roundView struct {
	Until, Ended, Why, Note string
	Agreement               *agreementView
}

func viewRounds(c *models.Case, now time.Time) []roundView {
	var out []roundView
	for _, r := range c.Rounds {
		v := roundView{Until: day(r.EndedAt), Ended: r.State.Name(), Why: models.NameOf(models.ReopenReasons(), r.Reason), Note: r.Note}
		if r.Ending != "" {
			v.Ended += "（" + models.NameOf(models.ClosingReasons(), string(r.Ending)) + "）"
		}
		if r.Agreement != nil {
			v.Agreement = viewAgreement(r.Agreement, now)
		}
		out = append(out, v)
	}
	return out
}

// draftView is an agreement that is not yet signed, with the versions before it.
type draftView struct {
	Seq     int
	At, By  string
	Text    *agreementView
	Missing []string
	Earlier []draftView
	Print   string // where it is shown as it is signed
	Reason  string
}

func viewDraft(c *models.Case, now time.Time) *draftView {
	if len(c.Drafts) == 0 || c.State != models.Mediating {
		return nil
	}
	one := func(d *models.AgreementDraft) draftView {
		return draftView{Seq: d.Seq, At: moment(d.At), By: d.By.Name, Text: viewAgreement(&d.Text, now), Reason: d.Reason}
	}
	last := c.Draft()
	v := one(last)
	v.Missing = c.Unsigned(&last.Text)
	v.Print = casePath(c) + "/papers/draft"
	for i := len(c.Drafts) - 2; i >= 0; i-- {
		v.Earlier = append(v.Earlier, one(&c.Drafts[i]))
	}
	return &v
}

type correctionView struct {
	At, By, Reason string
	Changes        []models.Change
}

func viewCorrections(c *models.Case) []correctionView {
	var out []correctionView
	for i := len(c.Corrections) - 1; i >= 0; i-- {
		x := c.Corrections[i]
		out = append(out, correctionView{moment(x.At), x.By.Name, x.Reason, x.Changes})
	}
	return out
}
