package pages

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/subsidy"
)

const subsidyTitle = "以案定补"

type subsidiesBody struct {
	Places []caseLink // townships to choose from, none where somebody sits in one
	Place  string     // "" until one is chosen
	None   string     // why nothing is computed, "" where a table is in force
	CanAdd bool       // the actor may write the table
	Rows   []subsidyPeriodRow
}

type subsidyPeriodRow struct{ Path, Name, State, Tone string }

func subsidyPath(region, period string) string {
	return "/subsidies/" + url.PathEscape(region) + "/" + url.PathEscape(period)
}

// subsidies lists the periods of a township, or of the village where somebody sits.
func (p *Pages) subsidies(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	body := subsidiesBody{CanAdd: account.Has(actor.Role, account.ManageRules)}
	region := c.Query("region")
	if len(actor.Region) < 9 {
		townships, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionTownship)
		if err != nil {
			return err
		}
		for _, t := range townships {
			body.Places = append(body.Places, caseLink{"/subsidies?" + url.Values{"region": {t.Code}}.Encode(), t.Name})
		}
	} else if region == "" {
		region = actor.Region
	}
	if region == "" {
		if _, err := p.Store.SubsidyTableInForce(ctx, actor.Scope().County(), p.Now()); err != nil && !body.none(err) {
			return err
		}
		return p.render(c, http.StatusOK, "subsidies", subsidyTitle, body)
	}
	periods, err := p.subsidy.Periods(ctx, actor.Scope(), region)
	if err != nil && !body.none(err) {
		return err
	}
	if body.Place, err = p.placeName(ctx, region); err != nil {
		return err
	}
	for _, st := range periods {
		row := subsidyPeriodRow{Path: subsidyPath(region, st.Period.Key), Name: st.Period.Name}
		switch {
		case st.ClosedAt != nil:
			row.State, row.Tone = "已定稿，"+day(*st.ClosedAt), "calm"
		case st.Over:
			row.State, row.Tone = "等待司法所审核", "near"
		default:
			row.State = "本期还没有结束"
		}
		body.Rows = append(body.Rows, row)
	}
	return p.render(c, http.StatusOK, "subsidies", subsidyTitle, body)
}

// none takes over that no table is in force.
func (b *subsidiesBody) none(err error) bool {
	e := models.AsError(err)
	if e.Kind != models.Precondition {
		return false
	}
	b.None = e.Message
	return true
}

type subsidyBody struct {
	Form         *form
	Done         string
	Place        string
	Period       string
	Path, Back   string
	State        string
	Decides      bool // the actor decides now
	Corrects     bool // the actor may put a closed line right
	Workbook     string
	Groups       []subsidyGroup
	Totals       []subsidyTotal
	All          subsidyTotal
	Words        string // the sum in 大写
	Incomplete   []subsidyUnpaidRow
	Outside      []subsidyUnpaidRow
	Undecided    int
	Version      int64
	Decisions    []models.Choice
	CorrectForms map[string]*form
}

type subsidyGroup struct {
	Name  string
	Lines []subsidyLine
}

type subsidyTotal struct {
	Name   string
	Files  int
	Amount string
}

// subsidyLine is one file on the screen.
type subsidyLine struct {
	Key, ID, Path, Number, Place      string
	Type, Result, Grade, Amount, Kind string
	Working, Mediators, Closed        string
	State, Tone, Reason, By           string
	Fixed                             bool // decided when it was written
	Correct                           string
}

type subsidyUnpaidRow struct {
	Path, Number, Place, Of, Why string
	Missing                      []string
}

func (p *Pages) showSubsidy(c *gin.Context) error {
	sheet, err := p.subsidy.Sheet(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("period"))
	if err != nil {
		return err
	}
	return p.renderSubsidy(c, http.StatusOK, sheet, newForm(), "")
}

// renderSubsidy shows a sheet with what is filled in. refused is the key of the line whose correction was
// refused, "" for none.
func (p *Pages) renderSubsidy(c *gin.Context, status int, sheet *subsidy.Sheet, f *form, refused string) error {
	actor := web.Actor(c)
	region := c.Param("region")
	body := subsidyBody{
		Form: f, Place: sheet.Place.Name, Period: sheet.Period.Name, Path: subsidyPath(region, sheet.Period.Key), Back: "/subsidies?" + url.Values{"region": {region}}.Encode(),
		Undecided: sheet.Undecided(), Version: sheet.Version, Decisions: models.SubsidyDecisions(), CorrectForms: map[string]*form{},
	}
	body.Done = map[string]string{"saved": "已经保存。", "closed": "已经定稿，不再变动。可以导出给财政。", "corrected": "更正已经列入这一期的结算表。"}[c.Query("done")]
	own := account.Has(actor.Role, account.SettleSubsidy) && actor.Region == sheet.Township && region == sheet.Township
	body.Decides, body.Corrects = own && sheet.Open(), own && sheet.ClosedAt != nil
	switch {
	case sheet.ClosedAt != nil:
		body.State = sheet.ClosedBy.Name + "于" + moment(*sheet.ClosedAt) + "定稿"
		if account.Has(actor.Role, account.ExportSubsidy) && region == sheet.Township {
			body.Workbook = body.Path + "/workbook"
		}
	case sheet.Over:
		body.State = "等待司法所逐件审核、定稿"
	default:
		body.State = "本期还没有结束，以下是到现在为止的情况，会随案件变化"
	}
	for i := range sheet.Lines {
		l := &sheet.Lines[i]
		line := viewSubsidyLine(l, i)
		if body.Decides && !line.Fixed {
			for name, text := range map[string]string{"state." + l.Key: l.State, "reason." + l.Key: l.Reason} {
				if !f.Values.Has(name) {
					f.Values.Set(name, text)
				}
			}
		}
		if body.Corrects && !line.Fixed {
			line.Correct = map[string]string{models.SubsidyApproved: "追回", models.SubsidyRefused: "重新审核"}[l.State]
		}
		body.CorrectForms[l.Key] = newForm()
		if l.Key == refused {
			body.CorrectForms[l.Key] = f
		}
		if n := len(body.Groups); n == 0 || body.Groups[n-1].Name != l.Committee {
			body.Groups = append(body.Groups, subsidyGroup{Name: l.Committee})
		}
		g := &body.Groups[len(body.Groups)-1]
		g.Lines = append(g.Lines, line)
	}
	body.totals(sheet.SubsidySheet)
	for _, u := range sheet.Unpaid {
		row := subsidyUnpaidRow{Path: "/cases/" + u.Case, Number: u.Number, Place: u.Place, Of: periodText(u.Of), Why: u.Why, Missing: u.Missing}
		if len(u.Missing) > 0 {
			body.Incomplete = append(body.Incomplete, row)
		} else {
			body.Outside = append(body.Outside, row)
		}
	}
	return p.render(c, status, "subsidy", body.Place+body.Period+subsidyTitle, body)
}

func (b *subsidyBody) totals(sheet *models.SubsidySheet) {
	each, all := sheet.Totals()
	for _, t := range each {
		b.Totals = append(b.Totals, subsidyTotal{t.Committee, t.Files, yuanOf(t.AmountFen)})
	}
	b.All = subsidyTotal{"合计", all.Files, yuanOf(all.AmountFen)}
	if all.AmountFen >= 0 {
		b.Words = models.MoneyInWords(all.AmountFen)
	}
}

// yuanOf writes an amount that may be taken back.
func yuanOf(fen int64) string {
	if fen < 0 {
		return "−" + yuan(-fen)
	}
	return yuan(fen)
}

func periodText(key string) string {
	if period, ok := models.ParseSubsidyPeriod(key); ok {
		return period.Name
	}
	return ""
}

func viewSubsidyLine(l *models.SubsidyLine, i int) subsidyLine {
	out := subsidyLine{
		Key: l.Key, ID: "l-" + strconv.Itoa(i), Path: "/cases/" + l.Case, Number: l.Number, Place: l.Place, Type: typeName(l.Type, ""),
		Result: models.NameOf(models.SubsidyResults(), string(l.Result)), Grade: l.Grade, Amount: yuanOf(l.AmountFen), Working: l.Working,
		Mediators: strings.Join(l.Mediators, "、"), Closed: dateText(l.ClosedOn), Reason: l.Reason, Fixed: l.Kind == models.LineBack,
	}
	if l.Kind != models.LineOwn {
		out.Kind = periodText(l.Of) + "的" + models.NameOf(models.SubsidyLineKinds(), string(l.Kind))
	}
	if l.State != "" {
		out.State, out.Tone = models.NameOf(models.SubsidyDecisions(), l.State), map[string]string{models.SubsidyApproved: "calm", models.SubsidyRefused: "late"}[l.State]
		if l.Kind == models.LineBack {
			out.State, out.Tone = "追回", "late"
		}
		if l.By != nil && l.At != nil {
			out.By = l.By.Name + "，" + moment(*l.At)
		}
	}
	return out
}

// decideSubsidy keeps what was decided, and closes the sheet where the button says so. Whatever is refused
// comes back as it was chosen and typed.
func (p *Pages) decideSubsidy(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(values.Get("version"), 10, 64)
	if err != nil {
		return models.Errorf(models.Malformed, "form.version", "表单没有完整收到，请重新打开结算表")
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	region, period := c.Param("region"), c.Param("period")
	decided := subsidy.DecideForm{Version: version, Close: values.Get("do") == "close"}
	for _, key := range decidedKeys(values) {
		decided.Decisions = append(decided.Decisions, subsidy.DecisionForm{Key: key, State: values.Get("state." + key), Reason: values.Get("reason." + key)})
	}
	if _, err = p.subsidy.Decide(ctx, actor, region, period, decided); err == nil {
		return redirect(c, subsidyPath(region, period)+map[bool]string{true: "?done=closed", false: "?done=saved"}[decided.Close])
	}
	f := &form{Values: values}
	if !f.refuse(err) {
		return err
	}
	for i := range f.Faults { // the page names a field by the file it is about
		field := f.Faults[i].Field
		if n, ok := rowOf(field, "decisions"); ok && n < len(decided.Decisions) {
			_, name, _ := strings.Cut(field, "].")
			f.Faults[i].Field = name + "." + decided.Decisions[n].Key
		}
	}
	return p.refusedSubsidy(c, f, err, "")
}

// decidedKeys are the files that a form has fields for, in a fixed order.
func decidedKeys(values url.Values) []string {
	var keys []string
	for name := range values {
		if key, ok := strings.CutPrefix(name, "reason."); ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (p *Pages) refusedSubsidy(c *gin.Context, f *form, err error, key string) error {
	sheet, err2 := p.subsidy.Sheet(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("period"))
	if err2 != nil {
		return err2
	}
	return p.renderSubsidy(c, web.Status(models.AsError(err)), sheet, f, key)
}

// correctSubsidy puts a line of a closed sheet right on that of the running period, and goes there.
func (p *Pages) correctSubsidy(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	region, key := c.Param("region"), values.Get("key")
	running, err := p.subsidy.Correct(c.Request.Context(), web.Actor(c), region, c.Param("period"), subsidy.CorrectForm{Key: key, Reason: values.Get("reason")})
	if err == nil {
		return redirect(c, subsidyPath(region, running.Period.Key)+"?done=corrected")
	}
	f := &form{Values: values}
	if !f.refuse(err) {
		return err
	}
	return p.refusedSubsidy(c, f, err, key)
}

// subsidyWorkbook is a closed sheet for the finance office. It is made whole before any of it is sent.
func (p *Pages) subsidyWorkbook(c *gin.Context) error {
	ctx, region, period := c.Request.Context(), c.Param("region"), c.Param("period")
	var file bytes.Buffer
	if err := p.subsidy.Workbook(ctx, web.Actor(c), region, period, &file); err != nil {
		return err
	}
	name, err := p.placeName(ctx, region)
	if err != nil {
		return err
	}
	sendFile(c, "subsidy-"+region+"-"+period+workbookSuffix, name+periodText(period)+"以案定补结算表"+workbookSuffix, workbookSuffix, file.Bytes())
	return nil
}
