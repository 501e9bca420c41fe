package pages

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// The steps of logging a dispute. The server keeps nothing between them: what other steps hold
// travels in hidden fields.
const (
	stepWhat  = 1 // what and where
	stepWho   = 2 // the parties
	stepMore  = 3 // the fields of the type, money, signs of trouble
	stepCheck = 4 // read it once more, see how it is assessed, and send it
)

type logBody struct {
	Form     *form
	Step     int
	Steps    []logStep
	Hidden   []hiddenField
	Fresh    bool // just opened: nothing of it was sent
	Types    []models.Choice
	Villages []models.Choice
	Type     models.DisputeType
	Subtypes map[string][]models.Choice
	Conflict bool // the village's own collective is the respondent
	Summary  []summary
	Score    *models.Assessment // what the system would assess it as, at the last step
	Raises   []models.Choice    // that, and the levels above
	Articles []models.Article   // of the type that is chosen
	Parties  []partyForm
	Filed    *filedView // the filed case that this one goes on with, nil for none
}

// partyForm is one party's fields.
type partyForm struct {
	Form       *form
	I          int
	Title      string
	Respondent bool
	Phone      string // what the filed case has, in words; "" for nothing
	IDNumber   string
	Open       bool // something is filled in, or wrong, among the rarely used fields
}

func partyForms(f *form) []partyForm {
	out := []partyForm{}
	number := map[models.PartyRole]int{}
	for _, i := range f.Rows("parties", 0) {
		path := fmt.Sprintf("parties[%d].", i)
		role := models.PartyRole(f.Value(path + "role"))
		number[role]++
		party := partyForm{Form: f, I: i, Title: role.Name(), Respondent: role == models.Respondent}
		if number[role] > 1 {
			party.Title += strconv.Itoa(number[role])
		}
		party.Open = f.Used(path, "idNumber", "sex", "nation", "occupation", "representative", "agent", "away")
		out = append(out, party)
	}
	return out
}

type logStep struct {
	N    int
	Name string
	Here bool
}

type hiddenField struct{ Name, Value string }

func (p *Pages) logForm(c *gin.Context) error {
	f := newForm()
	actor := web.Actor(c)
	f.Values.Set("draftKey", rand.Text())
	if models.RegionKindOf(actor.Region) == models.RegionVillage {
		f.Values.Set("villageCode", actor.Region)
	}
	f.Values.Set("source", "application")
	f.Values.Set("risk", string(models.Blue))
	f.Values.Set("households", "1")
	for i, side := range []models.PartyRole{models.Applicant, models.Respondent} {
		addParty(f.Values, i, side)
	}
	if scan := c.Query("scan"); scan != "" { // typed from a paper that was photographed
		f.Values.Set("scan", scan)
	}
	if finding := c.Query("finding"); finding != "" {
		if err := p.fillFromFinding(c, f, finding); err != nil {
			return err
		}
	}
	if filed := c.Query("follows"); filed != "" {
		if err := p.fillFromFiled(c, f, filed); err != nil {
			return err
		}
	}
	return p.showLog(c, http.StatusOK, f, stepWhat)
}

func addParty(values url.Values, i int, side models.PartyRole) {
	values.Set(fmt.Sprintf("parties[%d].role", i), string(side))
	values.Set(fmt.Sprintf("parties[%d].kind", i), string(models.Person))
}

// log goes from step to step by the button that was pressed, and logs the dispute at the last.
func (p *Pages) log(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	step := stepOfPost(values)
	do, which, _ := strings.Cut(values.Get("do"), "-")
	switch do {
	case "go": // back to a step, whatever is filled in
		if n, err := strconv.Atoi(which); err == nil && n >= stepWhat && n < step {
			step = n
		}
		return p.showLog(c, http.StatusOK, f, step)
	case "resume": // a draft that the device had kept
		return p.showLog(c, http.StatusOK, f, step)
	case "add":
		if n := rows(values, "parties"); n < maxRows {
			addParty(values, n, models.PartyRole(which))
		}
		return p.showLog(c, http.StatusOK, f, stepWho)
	case "remove":
		if i, err := strconv.Atoi(which); err == nil {
			dropRow(values, "parties", i)
		}
		return p.showLog(c, http.StatusOK, f, stepWho)
	}
	in := readLog(f, web.Actor(c))
	if step < stepCheck {
		return p.nextStep(c, f, in, step)
	}
	return p.sendLog(c, f, in)
}

// nextStep goes on when nothing is wrong with the steps so far.
func (p *Pages) nextStep(c *gin.Context, f *form, in *casework.LogForm, step int) error {
	if err := p.Cases.CheckLog(in); err != nil && !f.refuse(err) {
		return err
	}
	f.Faults = slices.DeleteFunc(f.Faults, func(fault models.FieldError) bool { return logStepOf(fault.Field) > step })
	if len(f.Faults) > 0 {
		return p.showLog(c, http.StatusUnprocessableEntity, f, firstStep(f))
	}
	return p.showLog(c, http.StatusOK, f, step+1)
}

// sendLog logs the dispute. The same draft sent twice gives one case.
func (p *Pages) sendLog(c *gin.Context, f *form, in *casework.LogForm) error {
	if len(f.Faults) > 0 {
		return p.showLog(c, http.StatusUnprocessableEntity, f, firstStep(f))
	}
	draft := f.Value("draftKey")
	logged, _, err := p.Cases.Log(c.Request.Context(), web.Actor(c), *in, draft)
	if err != nil {
		if !f.refuse(err) {
			return err
		}
		return p.showLog(c, web.Status(models.AsError(err)), f, firstStep(f))
	}
	if scan := f.Value("scan"); scan != "" { // and now belongs to it
		return redirect(c, scanPath(scan)+"?"+url.Values{"case": {logged.ID.Hex()}, "draft": {draft}}.Encode())
	}
	return redirect(c, casePath(logged)+"?"+url.Values{"done": {"log"}, "draft": {draft}}.Encode())
}

func stepOfPost(values url.Values) int {
	n, err := strconv.Atoi(values.Get("step"))
	if err != nil || n < stepWhat || n > stepCheck {
		return stepWhat
	}
	return n
}

// logStepOf is the step in which a field stands.
func logStepOf(name string) int {
	switch name, _, _ := strings.Cut(name, "["); name {
	case "type", "subtype", "villageCode", "title", "facts", "follows", "again":
		return stepWhat
	case "parties":
		return stepWho
	case "risk":
		return stepCheck
	}
	return stepMore
}

// firstStep is the step of the first thing that is wrong; the last where it is the whole.
func firstStep(f *form) int {
	step := stepCheck
	for _, fault := range f.Faults {
		step = min(step, logStepOf(fault.Field))
	}
	return step
}

// readLog reads the form. What belongs to another type than the one chosen stays on the screen's
// hidden fields, in case the type is changed back, but is not sent.
func readLog(f *form, actor models.Actor) *casework.LogForm {
	in := &casework.LogForm{}
	f.Faults = decode(f.Values, in)
	if !models.HasCode(models.Subtypes(in.Type), in.Subtype) {
		in.Subtype = ""
	}
	drop := func(prefix string) {
		f.Faults = slices.DeleteFunc(f.Faults, func(fault models.FieldError) bool { return strings.HasPrefix(fault.Field, prefix) })
	}
	if in.Type != models.LandTransfer {
		in.Land = nil
		drop("landTransfer.")
	}
	if in.Type != models.Dividend {
		in.Dividend = nil
		drop("dividend.")
	}
	if !asksIntake(in, actor) {
		in.Intake, in.Consent = "", ""
		return in
	}
	switch {
	case in.Intake == "":
		f.Faults = append(f.Faults, models.FieldError{Field: "intake", Message: "被申请人是村集体，请选择由谁受理"})
	case in.Intake == "village" && in.Consent == "":
		f.Faults = append(f.Faults, models.FieldError{Field: "consent", Message: "请写明双方怎样同意由村里调解"})
	}
	return in
}

// asksIntake says whether the village would judge in its own house and has to say who takes the
// case.
func asksIntake(in *casework.LogForm, actor models.Actor) bool {
	return actor.Role.Seat() == models.RegionVillage && slices.ContainsFunc(in.Parties, func(party casework.PartyForm) bool {
		return party.Role == models.Respondent && party.Collective
	})
}

func (p *Pages) showLog(c *gin.Context, status int, f *form, step int) error {
	actor := web.Actor(c)
	// Reading again fills the view; the faults that stand are those that were found before.
	in := readLog(&form{Values: f.Values}, actor)
	body := logBody{
		Form: f, Step: step, Fresh: c.Request.Method == http.MethodGet, Types: models.DisputeTypes(), Type: in.Type, Conflict: asksIntake(in, actor),
		Subtypes: map[string][]models.Choice{string(models.LandTransfer): models.Subtypes(models.LandTransfer), string(models.Dividend): models.Subtypes(models.Dividend)},
	}
	for i, name := range []string{"什么纠纷", "当事人", "详细情况", "核对提交"} {
		body.Steps = append(body.Steps, logStep{i + 1, name, i+1 == step})
	}
	var err error
	if body.Villages, err = p.villages(c.Request.Context(), actor); err != nil {
		return err
	}
	filed, err := p.filedOf(c, f)
	if err != nil {
		return err
	}
	if filed != nil {
		body.Filed = &filedView{casePath(filed), filed.NumberText(), dateText(filed.Filing.On), in.Again}
	}
	body.Parties = partyForms(f)
	for i := range body.Parties {
		body.Parties[i].keep(in, filed)
	}
	if step == stepMore && (in.Type == models.LandTransfer || in.Type == models.Dividend) {
		body.Articles = models.ArticlesFor(in.Type, in.Subtype)
	}
	if step == stepCheck {
		body.Summary = summarise(in, body.Villages, filed)
		if body.Score, err = p.Cases.Scored(c.Request.Context(), actor, *in); err != nil {
			if models.AsError(err).Kind != models.Invalid {
				return err
			}
			body.Score = &models.Assessment{Level: models.Blue} // what is wrong stands at its field
		}
		body.Raises = raises(body.Score.Level)
	}
	body.Hidden = hiddenFields(f.Values, step)
	return p.render(c, status, "log", "登记纠纷", body)
}

// raises lists that the system's level is right, and the levels above it.
func raises(scored models.RiskLevel) []models.Choice {
	out := []models.Choice{{Code: string(models.Blue), Name: "按系统评估：" + scored.Name()}}
	for _, level := range models.RiskLevels() {
		if models.RiskLevel(level.Code).Rank() > scored.Rank() {
			out = append(out, models.Choice{Code: level.Code, Name: "提高为" + level.Name})
		}
	}
	return out
}

// hiddenFields are those of the other steps.
func hiddenFields(values url.Values, step int) []hiddenField {
	var out []hiddenField
	for name := range values {
		if name == "do" || name == "step" || name == "draftKey" || !slices.Contains([]string{"finding", "scan", "follows"}, name) && logStepOf(name) == step {
			continue
		}
		out = append(out, hiddenField{name, values.Get(name)})
	}
	slices.SortFunc(out, func(a, b hiddenField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// villages are those somebody may log a dispute for.
func (p *Pages) villages(ctx context.Context, actor models.Actor) ([]models.Choice, error) {
	villages, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionVillage)
	if err != nil {
		return nil, err
	}
	if models.RegionKindOf(actor.Region) != models.RegionCounty {
		return regionChoices(villages, ""), nil
	}
	townships, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionTownship)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, t := range townships {
		names[t.Code] = t.Name + " "
	}
	out := make([]models.Choice, len(villages))
	for i, v := range villages {
		out[i] = models.Choice{Code: v.Code, Name: names[v.Parent] + v.Name}
	}
	return out, nil
}
