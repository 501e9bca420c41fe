package pages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

// checksBody is what a township has to look into of a month.
type checksBody struct {
	Form       *form
	Places     []models.Choice
	Place      string // "" until one is chosen
	Month      string
	Done       string
	Drawn      string // how the draw was made, "" where there is none yet
	Seed       string
	Again      string // what came of drawing again, "" where nobody asked
	AgainPath  string
	Left       int // not yet looked into
	Groups     []checkGroup
	Clear      string // what was looked for and not found
	Months     []caseLink
	Version    int64
	Results    []models.Choice
	Region, Of string
}

type checkGroup struct {
	Name, Hint string
	From       string // from where on something is listed
	Items      []checkItem
}

type checkItem struct {
	Key, ID, Ground string
	Cases           []caseLink
	Result, Tone    string
	By, Note        string
	Form            *form // with what was refused
}

// checkHints say what to do with each kind.
var checkHints = map[models.CheckKind]string{
	models.CheckCall:    "给双方当事人打电话或者上门，问有没有这次调解、结果是否属实。电话在案件页面查看，会留下记录。",
	models.CheckShare:   "数量多不等于有问题，看看是不是同一件事拆成了几件。",
	models.CheckSimilar: "看看是不是照抄的；同一起因的群体纠纷，还有接着归档的原案另立的，文字相近是正常的。",
	models.CheckFast:    "当场调好、事后补登的也会很快，请核对纸质材料。",
	models.CheckBatch:   "集中补登的也会这样，请核对调解的实际日期。",
}

const checksTitle = "抽查核实"

func checksPath(region, month string) string {
	return "/checks?" + url.Values{"region": {region}, "month": {month}}.Encode()
}

// checks shows a township's check of a month: the last one where none is named.
func (p *Pages) checks(c *gin.Context) error {
	f := &form{Values: c.Request.URL.Query()}
	body, check, err := p.checksBody(c, f.Value("region"), tidyMonth(f.Value("month")))
	if err != nil {
		return err
	}
	if c.Query("done") != "" {
		body.Done = "结果已经登记。"
	}
	if check != nil && c.Query("again") != "" {
		same, population, err := p.Reports.Redrawn(c.Request.Context(), check)
		if err != nil {
			return err
		}
		switch {
		case same:
			body.Again = "用同一个种子重新抽取，结果完全一样。"
		case population != check.Population:
			body.Again = "抽取以后又有案件计入这个月（原来" + strconv.Itoa(check.Population) + "件，现在" + strconv.Itoa(population) + "件），重新抽取的结果不同。"
		default:
			body.Again = "重新抽取的结果不同：抽查表可能被改动过，请联系系统管理员。"
		}
	}
	return p.render(c, http.StatusOK, "checks", checksTitle, body)
}

// recordCheck keeps what came of one item. Whatever is refused comes back as it was typed.
func (p *Pages) recordCheck(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	region, month := values.Get("region"), values.Get("month")
	version, err := strconv.ParseInt(values.Get("version"), 10, 64)
	if err != nil {
		return models.Errorf(models.Malformed, "form.version", "表单没有完整收到，请重新打开抽查表")
	}
	_, err = p.Reports.RecordCheck(c.Request.Context(), web.Actor(c), region, month, screening.CheckForm{Version: version, Item: values.Get("item"), Result: values.Get("result"), Note: values.Get("note")})
	if err == nil {
		return redirect(c, checksPath(region, month)+"&done=1#i-"+url.PathEscape(values.Get("item")))
	}
	f := &form{Values: values}
	if !f.refuse(err) {
		return err
	}
	body, _, reloadErr := p.checksBody(c, region, month)
	if reloadErr != nil {
		return reloadErr
	}
	body.Form.Notice, body.Form.Faults, body.Form.Stale = f.Notice, f.Faults, f.Stale
	for g := range body.Groups {
		for i := range body.Groups[g].Items {
			if item := &body.Groups[g].Items[i]; item.Key == values.Get("item") {
				item.Form = f
			}
		}
	}
	return p.render(c, web.Status(models.AsError(err)), "checks", checksTitle, body)
}

// checksBody fills the page; the check is nil where there is none, or no township is chosen yet.
func (p *Pages) checksBody(c *gin.Context, region, month string) (checksBody, *models.FileCheck, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	if month == "" {
		month = screening.AddMonths(screening.MonthOf(p.Now()), -1)
	}
	body := checksBody{Form: newForm(), Month: monthText(month), Of: month, Results: models.CheckResults()}
	townships, err := p.Store.RegionsOf(ctx, actor.Scope(), models.RegionTownship)
	if err != nil {
		return body, nil, err
	}
	for _, t := range townships {
		body.Places = append(body.Places, models.Choice{Code: t.Code, Name: t.Name})
	}
	switch {
	case region == "" && len(body.Places) == 1:
		region = body.Places[0].Code
	case region == "" || region == actor.Region && models.RegionKindOf(region) == models.RegionCounty:
		return body, nil, nil
	}
	body.Form.Values.Set("region", region)
	body.Form.Values.Set("month", month)
	check, err := p.Reports.Check(ctx, actor.Scope(), region, month)
	if store.IsNotFound(err) && models.HasCode(body.Places, region) {
		err, check = nil, nil
	}
	if err != nil {
		return body, nil, err
	}
	body.Region, body.Place = region, models.NameOf(body.Places, region)
	earlier, err := p.Store.Checks(ctx, region, 13)
	if err != nil {
		return body, nil, err
	}
	for _, e := range earlier {
		if e.Month != month {
			body.Months = append(body.Months, caseLink{checksPath(region, e.Month), monthText(e.Month)})
		}
	}
	if check != nil {
		body.fill(check)
	}
	return body, check, nil
}

func (b *checksBody) fill(check *models.FileCheck) {
	b.Version, b.Seed, b.AgainPath = check.Version, check.Seed, checksPath(check.Region, check.Month)+"&again=1"
	calls, clear := 0, []string{}
	limits := guardGroups(check.Thresholds())
	for _, kind := range models.CheckKinds() {
		group := checkGroup{Name: kind.Name, Hint: checkHints[models.CheckKind(kind.Code)]}
		for _, limit := range limits {
			if string(limit.Kind) == kind.Code {
				group.From = limit.Text
			}
		}
		for i := range check.Items {
			if check.Items[i].Kind == models.CheckKind(kind.Code) {
				group.Items = append(group.Items, viewCheckItem(&check.Items[i], check.Month))
			}
		}
		if kind.Code == string(models.CheckCall) {
			calls = len(group.Items)
		}
		if len(group.Items) > 0 {
			b.Groups = append(b.Groups, group)
		} else {
			clear = append(clear, group.Name)
		}
	}
	b.Clear = strings.Join(clear, "、")
	for i := range check.Items {
		if check.Items[i].Result == "" {
			b.Left++
		}
	}
	b.Drawn = moment(check.BuiltAt) + "从" + strconv.Itoa(check.Population) + "件办结的纠纷中抽取" + strconv.Itoa(calls) + "件回访"
}

func viewCheckItem(i *models.CheckItem, month string) checkItem {
	out := checkItem{Key: i.Key, ID: "i-" + i.Key, Ground: i.Ground + "。", Note: i.Note, Form: newForm()}
	if i.Kind == models.CheckCall {
		out.Ground = "" // all have the same, and the group says what to do
	}
	if village, ok := strings.CutPrefix(i.Key, string(models.CheckShare)+"-"); ok {
		out.Cases = append(out.Cases, caseLink{reportPath(village, month), i.Place + "的月报"})
	}
	for _, c := range i.Cases {
		name := c.Number
		if name == "" {
			name = c.Village + "（未受理）"
		}
		out.Cases = append(out.Cases, caseLink{"/cases/" + c.ID, name})
	}
	if i.Result != "" {
		out.Result, out.By = models.NameOf(models.CheckResults(), i.Result), i.By.Name+"，"+moment(*i.At)
		out.Tone = map[string]string{"true": "calm", "false": "late"}[i.Result]
		if out.Tone == "" {
			out.Tone = "near"
		}
	}
	out.Form.Values.Set("result", i.Result)
	out.Form.Values.Set("note", i.Note)
	return out
}
