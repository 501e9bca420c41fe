package pages

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// deadlineDesk is the pages of the rules by which deadlines are made.
func (p *Pages) deadlineDesk() *ruleDesk[models.Policy, *models.Policy] {
	return &ruleDesk[models.Policy, *models.Policy]{
		Pages: p, book: p.rules.Deadlines, root: "/rules", title: "时限规则", done: "新的一版已经发布，到生效那天自动启用。",
		pages: deskPages{list: "rules", version: "ruleversion", compare: "rulecompare", draft: "rulenew", try: "ruletry"},
		text:  func(r *models.Policy) any { return textOfRules(r) }, changes: models.ComparePolicies,
		lists: []string{"rules"}, values: func(r *models.Policy) url.Values { return valuesOf(rules.DraftOf(r)) },
		read: func(values url.Values, from *models.Policy) (*models.Policy, error) {
			if from == nil {
				from = &models.Policy{}
			}
			var draft rules.Draft
			decode(values, &draft) // every field is text: nothing of it cannot be read
			return draft.Policy(from)
		},
		choices: func(from *models.Policy) any { return choicesOfRules(from) },
		trial: func(ctx context.Context, county, year string, candidate *models.Policy, run *rules.Run) (any, error) {
			return p.trial(ctx, county, year, candidate, run)
		},
		year: func() string { return strconv.Itoa(p.lastYear()) },
	}
}

// rulesText is what a version says.
type rulesText struct {
	Ladder []string
	Rows   []ruleView
	Terms  []term // all that is no rule
}

// ruleView is one rule in a table.
type ruleView struct{ Name, Levels, Phase, Types, Risks, Conflict, Period, Warning, Extension string }

type term struct{ Name, Value string }

func versionPath(key string) string { return "/rules/" + url.PathEscape(key) }

func textOfRules(p *models.Policy) rulesText {
	out := rulesText{Ladder: ladderOf(p), Terms: termsOf(p)}
	for i := range p.Rules {
		r := &p.Rules[i]
		out.Rows = append(out.Rows, ruleView{r.Name, p.LevelNames(r), r.Phase.Name(), r.TypeNames(), r.RiskNames(), r.ConflictName(), r.Period(), r.Warning(), p.Extension(r)})
	}
	return out
}

func ladderOf(p *models.Policy) []string {
	var names []string
	for _, rung := range p.Ladder {
		names = append(names, rung.Name)
	}
	return names
}

// termsOf is what a version says beside its rules.
func termsOf(p *models.Policy) []term {
	never := func(n int, text string) string {
		if n == 0 {
			return "不允许"
		}
		return text
	}
	terms := []term{
		{"立即上报的风险", p.AtOnceNames()},
		{"退回下级补充", fmt.Sprintf("%d至%d日，由退回的人定", p.ReturnMinDays, p.ReturnMaxDays)},
		{"延期", never(p.ExtendMaxDays, fmt.Sprintf("每级一次，最多%d日，须双方同意", p.ExtendMaxDays))},
		{"暂停", never(p.PauseMaxDays, fmt.Sprintf("一件案件累计最多%d日", p.PauseMaxDays))},
		{"登记报告公安的情况", fmt.Sprintf("%d小时内", p.PoliceHours)},
	}
	for _, t := range p.AfterTerms() {
		terms = append(terms, term{t.Code, t.Name})
	}
	return terms
}

// rulesChoices are what can be written in the form of a new version.
type rulesChoices struct {
	Phases, Units, Conflicts []models.Choice
	Types, Levels            string
	Subtypes                 []term   // of the types that have them
	Ladder                   []string // that of the version it is made from
}

func choicesOfRules(from *models.Policy) rulesChoices {
	out := rulesChoices{Phases: rules.Phases(), Units: rules.Units(), Conflicts: rules.Conflicts(), Types: namesOf(models.DisputeTypes())}
	for _, t := range models.DisputeTypes() {
		if names := namesOf(models.Subtypes(models.DisputeType(t.Code))); names != "" {
			out.Subtypes = append(out.Subtypes, term{t.Name, names})
		}
	}
	if from != nil {
		out.Ladder = ladderOf(from)
		out.Levels = strings.Join(out.Ladder, "、")
	}
	return out
}

func namesOf(list []models.Choice) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return strings.Join(names, "、")
}

// valuesOf is a draft as the fields of its form.
func valuesOf(d rules.Draft) url.Values {
	values := url.Values{
		"name": {d.Name}, "effectiveFrom": {d.EffectiveFrom}, "atOnce": {d.AtOnce}, "returnMinDays": {d.ReturnMinDays}, "returnMaxDays": {d.ReturnMaxDays},
		"extendMaxDays": {d.ExtendMaxDays}, "pauseMaxDays": {d.PauseMaxDays}, "policeHours": {d.PoliceHours},
		"visitDays": {d.VisitDays}, "visitWarnDays": {d.VisitWarnDays}, "dueWarnDays": {d.DueWarnDays}, "confirmDays": {d.ConfirmDays},
	}
	var rows []map[string]string
	for _, r := range d.Rules {
		rows = append(rows, map[string]string{
			"id": r.ID, "name": r.Name, "levels": r.Levels, "phase": r.Phase, "types": r.Types, "except": r.Except, "risks": r.Risks,
			"conflict": r.Conflict, "days": r.Days, "unit": r.Unit, "warnDays": r.WarnDays,
			"subtypes": r.Subtypes, "exceptSubtypes": r.ExceptSubtypes, "extendDays": r.ExtendDays,
		})
	}
	rowValues(values, "rules", rows)
	return values
}

// lastYear is the latest year that is over.
func (p *Pages) lastYear() int { return workday.OfTime(p.Now()).Year - 1 }

// trialRows is how many cases that differ a page lists.
const trialRows = 500

// trialView is a trial on the screen.
type trialView struct {
	*rules.Trial
	Names [2]string // of the rules in force and of the candidate
	Parts []trialPart
	Chart template.HTML
	Cases []trialCase
	Left  int // cases that differ and are not listed
}

type trialPart struct {
	Name string
	Rows []rules.TrialRow
}

type trialCase struct{ Path, Title, Number, Place, Type, Logged, Way, Was, Is string }

// trial tries a version on the cases of a year.
func (p *Pages) trial(ctx context.Context, county, typed string, candidate *models.Policy, run *rules.Run) (*trialView, error) {
	year, err := parseCount(typed)
	if err != nil {
		return nil, models.FieldErrorf("year", "年份请写成四位数字，例如%d", p.lastYear())
	}
	current, err := p.rules.Deadlines.Current(ctx, county)
	if err != nil {
		return nil, err
	}
	t, err := p.rules.Try(ctx, rules.TrialQuery{County: county, Year: int(year), With: candidate, Against: current, Most: trialRows, Counted: run.Counted, Progress: run.Progress})
	if err != nil {
		return nil, err
	}
	view := &trialView{Trial: t, Names: [2]string{"现行规则", "试算的规则"}}
	for _, part := range []trialPart{{"层级", t.Levels}, {"原因", t.Reasons}, {"上报的月份", t.Months}, {"乡镇", t.Townships}, {"纠纷类型", t.Types}} {
		if len(part.Rows) > 0 {
			view.Parts = append(view.Parts, part)
		}
	}
	var bars []papers.PairBar
	for _, row := range t.Months {
		bars = append(bars, papers.PairBar{Name: row.Name, Was: int64(row.Was), Is: int64(row.Is)})
	}
	if len(bars) > 0 {
		if view.Chart, err = papers.PairChart("trial", "各月自动上报的件次", view.Names, bars); err != nil {
			return nil, err
		}
	}
	for _, d := range t.Differing {
		view.Cases = append(view.Cases, trialCase{
			Path: "/cases/" + d.ID.Hex(), Title: d.Title, Number: d.Number, Place: d.Place, Type: typeName(d.Type, ""), Logged: dateText(d.LoggedOn),
			Way: d.Way.Name(), Was: d.Was.Text(dateText), Is: d.Is.Text(dateText),
		})
	}
	view.Left = t.More + t.Fewer + t.Moved - len(view.Cases)
	return view, nil
}
