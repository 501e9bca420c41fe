package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Draft is a version as it is typed in: every field is text, so that nothing of it is lost when
// something is wrong. Its paths are those of models.Policy. Levels, types and risks are their Chinese
// names with 、 between them; an empty field means all.
type Draft struct {
	Name          string      `json:"name"`
	EffectiveFrom string      `json:"effectiveFrom" validate:"day"`
	Rules         []DraftRule `json:"rules"`
	AtOnce        string      `json:"atOnce"`
	ReturnMinDays string      `json:"returnMinDays"`
	ReturnMaxDays string      `json:"returnMaxDays"`
	ExtendMaxDays string      `json:"extendMaxDays"`
	PauseMaxDays  string      `json:"pauseMaxDays"`
	PoliceHours   string      `json:"policeHours"`
	VisitDays     string      `json:"visitDays"`
	VisitWarnDays string      `json:"visitWarnDays"`
	DueWarnDays   string      `json:"dueWarnDays"`
	ConfirmDays   string      `json:"confirmDays"`
}

// DraftRule is one rule as it is typed in.
type DraftRule struct {
	ID       string `json:"id"` // of the rule it was, "" for a new one
	Name     string `json:"name"`
	Levels   string `json:"levels"`
	Phase    string `json:"phase"`
	Types    string `json:"types"`
	Except   string `json:"except"`
	Subtypes string `json:"subtypes"` // of the one type
	// ExceptSubtypes are those of the one type that the rule is not for.
	ExceptSubtypes string `json:"exceptSubtypes"`
	Risks          string `json:"risks"`
	Conflict       string `json:"conflict"` // yes, no, or "" for both
	Days           string `json:"days"`
	Unit           string `json:"unit"`
	WarnDays       string `json:"warnDays"`
	// ExtendDays is the longest extension, "" for that of the version.
	ExtendDays string `json:"extendDays"`
}

// Phases lists what a rule's time can be for.
func Phases() []models.Choice {
	var out []models.Choice
	for _, p := range []models.Phase{models.PhaseAcceptance, models.PhaseReview, models.PhaseMediation} {
		out = append(out, models.Choice{Code: string(p), Name: p.Name()})
	}
	return out
}

// Units lists how days are counted.
func Units() []models.Choice {
	return []models.Choice{{Code: string(models.CalendarDays), Name: "日"}, {Code: string(models.WorkingDays), Name: "个工作日"}}
}

// Conflicts lists what a rule can ask of the conflict of interest, beside nothing.
func Conflicts() []models.Choice {
	return []models.Choice{{Code: "yes", Name: "有利益冲突"}, {Code: "no", Name: "无利益冲突"}}
}

// DraftOf writes a version as it is typed in, without a day on which it takes effect.
func DraftOf(p *models.Policy) Draft {
	after := p.AfterDays()
	d := Draft{
		VisitDays: strconv.Itoa(after.Visit), VisitWarnDays: dayText(after.VisitWarn), DueWarnDays: dayText(after.DueWarn), ConfirmDays: dayText(after.Confirm),
		Name: p.Name, AtOnce: short(p.AtOnce), ReturnMinDays: strconv.Itoa(p.ReturnMinDays), ReturnMaxDays: strconv.Itoa(p.ReturnMaxDays),
		ExtendMaxDays: strconv.Itoa(p.ExtendMaxDays), PauseMaxDays: strconv.Itoa(p.PauseMaxDays), PoliceHours: strconv.Itoa(p.PoliceHours),
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		row := DraftRule{ID: r.ID, Name: r.Name, Phase: string(r.Phase), Risks: short(r.Risks), Days: strconv.Itoa(r.Days), Unit: string(r.Unit)}
		if len(r.Levels) > 0 {
			row.Levels = p.LevelNames(r)
		}
		row.Types, row.Except = typeList(r.Types), typeList(r.Except)
		if len(r.Types) == 1 {
			row.Subtypes, row.ExceptSubtypes = models.SubtypeNames(r.Types[0], r.Subtypes), models.SubtypeNames(r.Types[0], r.ExceptSubtypes)
		}
		if r.ExtendDays != nil {
			row.ExtendDays = strconv.Itoa(*r.ExtendDays)
		}
		if r.Conflict != nil {
			row.Conflict = map[bool]string{true: "yes", false: "no"}[*r.Conflict]
		}
		row.WarnDays = dayText(r.WarnDays)
		d.Rules = append(d.Rules, row)
	}
	return d
}

// dayText writes numbers of days as they are typed in: 7、2.
func dayText(days []int) string {
	var out []string
	for _, n := range days {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, "、")
}

// short writes risks by their colours: 蓝、黄.
func short(risks []models.RiskLevel) string {
	var out []string
	for _, r := range risks {
		name, _, _ := strings.Cut(r.Name(), "（")
		out = append(out, name)
	}
	return strings.Join(out, "、")
}

// Policy reads a draft. The ladder is that of the version it was made from. What cannot be read is a
// fault at its field; whether the rules fit together is for Check.
func (d Draft) Policy(from *models.Policy) (*models.Policy, error) {
	r := reading{}
	p := &models.Policy{Edition: models.Edition{Name: strings.TrimSpace(d.Name)}, Ladder: slices.Clone(from.Ladder), Rules: make([]models.Rule, len(d.Rules))}
	p.EffectiveFrom = r.effective(d.EffectiveFrom)
	for _, risk := range r.codes("atOnce", d.AtOnce, models.RiskLevels(), "风险等级") {
		p.AtOnce = append(p.AtOnce, models.RiskLevel(risk))
	}
	p.ReturnMinDays = r.number("returnMinDays", d.ReturnMinDays, "退回补充的最少天数")
	p.ReturnMaxDays = r.number("returnMaxDays", d.ReturnMaxDays, "退回补充的最多天数")
	p.ExtendMaxDays = r.number("extendMaxDays", d.ExtendMaxDays, "延期的最多天数")
	p.PauseMaxDays = r.number("pauseMaxDays", d.PauseMaxDays, "暂停的最多天数")
	p.PoliceHours = r.number("policeHours", d.PoliceHours, "登记报告公安的小时数")
	faults := len(r.faults)
	if p.VisitDays = r.number("visitDays", d.VisitDays, "结案后回访的天数"); p.VisitDays == 0 && len(r.faults) == faults { // 0 stands for the default in a store
		r.fault("visitDays", "结案后回访的天数至少为1")
	}
	p.VisitWarnDays = r.days("visitWarnDays", d.VisitWarnDays)
	p.DueWarnDays = r.days("dueWarnDays", d.DueWarnDays)
	p.ConfirmDays = r.days("confirmDays", d.ConfirmDays)
	used := map[string]bool{}
	for _, row := range d.Rules {
		used[row.ID] = true
	}
	for i, row := range d.Rules {
		p.Rules[i] = r.rule(fmt.Sprintf("rules[%d].", i), row, from)
		for n := 1; p.Rules[i].ID == ""; n++ {
			if id := fmt.Sprintf("rule-%d", n); !used[id] {
				p.Rules[i].ID, used[id] = id, true
			}
		}
	}
	return p, r.err()
}

// reading collects what cannot be read.
type reading struct{ faults []models.FieldError }

func (r *reading) fault(field, format string, args ...any) {
	r.faults = append(r.faults, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// effective reads the day on which a version is to take effect.
func (r *reading) effective(text string) time.Time {
	day, err := workday.Parse(text)
	switch {
	case text == "":
		r.fault("effectiveFrom", "请填写生效日期")
	case err != nil:
		r.fault("effectiveFrom", "生效日期请写成年-月-日，例如2027-01-01")
	default:
		return day.Start()
	}
	return time.Time{}
}

// err is what cannot be read, nil for nothing.
func (r *reading) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: r.faults}
}

func (r *reading) rule(at string, row DraftRule, from *models.Policy) models.Rule {
	rule := models.Rule{ID: strings.TrimSpace(row.ID), Name: strings.TrimSpace(row.Name), Phase: models.Phase(row.Phase), Unit: models.Unit(row.Unit)}
	levels := make([]models.Choice, len(from.Ladder))
	for i, rung := range from.Ladder {
		levels[i] = models.Choice{Code: rung.Level, Name: rung.Name}
	}
	rule.Levels = r.codes(at+"levels", row.Levels, levels, "层级")
	rule.Types, rule.Except = r.types(at+"types", row.Types), r.types(at+"except", row.Except)
	rule.Subtypes, rule.ExceptSubtypes = r.subtypes(at+"subtypes", row.Subtypes, rule.Types), r.subtypes(at+"exceptSubtypes", row.ExceptSubtypes, rule.Types)
	for _, risk := range r.codes(at+"risks", row.Risks, models.RiskLevels(), "风险等级") {
		rule.Risks = append(rule.Risks, models.RiskLevel(risk))
	}
	if row.Conflict != "" {
		yes := row.Conflict == "yes"
		rule.Conflict = &yes
	}
	rule.Days = r.number(at+"days", row.Days, "天数")
	if strings.TrimSpace(row.ExtendDays) != "" {
		n := r.number(at+"extendDays", row.ExtendDays, "延期的最多天数")
		rule.ExtendDays = &n
	}
	rule.WarnDays = r.days(at+"warnDays", row.WarnDays)
	return rule
}

// days reads numbers of days on which people are reminded, each once; none for no reminder.
func (r *reading) days(field, text string) []int {
	var out []int
	for _, piece := range pieces(text) {
		n, err := strconv.Atoi(strings.TrimRight(strings.TrimPrefix(piece, "提前"), "日天"))
		if err != nil {
			r.fault(field, "提前提醒的天数请写成数字，例如 7、2；不提醒就空着")
			break
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// subtypes reads names of sub-types of the one type of a rule.
func (r *reading) subtypes(field, text string, types []models.DisputeType) []string {
	switch {
	case len(pieces(text)) == 0:
		return nil
	case len(types) != 1:
		r.fault(field, "写具体情形，类型要写一种，而且只能写一种")
		return nil
	case len(models.Subtypes(types[0])) == 0:
		r.fault(field, "%s没有具体情形，这一格请空着", models.NameOf(models.DisputeTypes(), string(types[0])))
		return nil
	}
	return r.codes(field, text, models.Subtypes(types[0]), "具体情形")
}

// number reads a whole number, with 日, 天 or 小时 behind it or not.
func (r *reading) number(field, text, label string) int {
	text = strings.TrimRight(strings.TrimSpace(width.Fold.String(text)), "个工作日天小时 ")
	if text == "" {
		r.fault(field, "请填写%s", label)
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.fault(field, "%s请写成整数，例如 20", label)
	}
	return n
}

// codes reads names of a list; none for all of it. A name may be left off where it is clear which is
// meant: 蓝 for 蓝（低）.
func (r *reading) codes(field, text string, list []models.Choice, label string) []string {
	var out []string
	for _, name := range pieces(text) {
		code, ok := codeOf(name, list)
		if !ok {
			var names []string
			for _, c := range list {
				names = append(names, c.Name)
			}
			empty := "全部"
			if field == "atOnce" {
				empty = "没有"
			}
			r.fault(field, "没有“%s”这个%s，可以写：%s；不写就是%s", name, label, strings.Join(names, "、"), empty)
			return nil
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func codeOf(name string, list []models.Choice) (string, bool) {
	name = width.Fold.String(name)
	code, hits := "", 0
	for _, c := range list {
		full := width.Fold.String(c.Name)
		if full == name {
			return c.Code, true
		}
		if strings.HasPrefix(full, strings.TrimSuffix(name, "色")) {
			code = c.Code
			hits++
		}
	}
	return code, hits == 1
}

// pieces cuts what is typed in one field at 、 and the like.
func pieces(text string) []string {
	return strings.FieldsFunc(width.Fold.String(text), func(r rune) bool { return strings.ContainsRune("、,;/ \t\r\n", r) })
}
