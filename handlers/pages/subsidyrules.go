package pages

import (
	"net/url"

	"fengqiao/models"
	"fengqiao/pkg/rules"
)

// subsidyDesk is the pages of what a county pays for a file.
func (p *Pages) subsidyDesk() *ruleDesk[models.SubsidyTable, *models.SubsidyTable] {
	return &ruleDesk[models.SubsidyTable, *models.SubsidyTable]{
		Pages: p, book: p.rules.Subsidies, root: "/subsidy-rules", title: "补贴标准", done: "新的一版已经发布，到生效那天自动启用。以前结案的仍按原来的标准。",
		pages: deskPages{list: "subsidyrules", version: "subsidyversion", compare: "subsidycompare", draft: "subsidynew"},
		text:  func(t *models.SubsidyTable) any { return textOfSubsidies(t) }, changes: models.CompareSubsidyTables,
		lists: []string{"grades", "rows"}, values: func(t *models.SubsidyTable) url.Values { return subsidyValuesOf(rules.SubsidyDraftOf(t)) },
		read: func(values url.Values, _ *models.SubsidyTable) (*models.SubsidyTable, error) {
			var draft rules.SubsidyDraft
			decode(values, &draft) // every field is text: nothing of it cannot be read
			return draft.Table()
		},
		choices: func(*models.SubsidyTable) any {
			return subsidyChoices{models.SubsidyEveries(), namesOf(models.DisputeTypes())}
		},
	}
}

type subsidyChoices struct {
	Every []models.Choice
	Types string
}

// subsidyText is what a version says.
type subsidyText struct {
	Every  string
	Grades []models.Choice // name and what it takes
	Rows   []subsidyRowView
	Shares []models.Choice // by result
}

type subsidyRowView struct{ Name, Types, Grades, Amount string }

func textOfSubsidies(t *models.SubsidyTable) subsidyText {
	out := subsidyText{Every: models.NameOf(models.SubsidyEveries(), string(t.Every))}
	for i, g := range t.Grades {
		out.Grades = append(out.Grades, models.Choice{Code: g.Name, Name: t.GradeText(i)})
	}
	for _, r := range t.Rows {
		out.Rows = append(out.Rows, subsidyRowView{r.Name, r.TypeNames(), r.GradeNames(), yuan(r.AmountFen)})
	}
	for _, share := range t.ShareLines() {
		out.Shares = append(out.Shares, models.Choice{Code: models.NameOf(models.SubsidyResults(), share.Code), Name: share.Name})
	}
	return out
}

// subsidyValuesOf is a draft as the fields of its form.
func subsidyValuesOf(d rules.SubsidyDraft) url.Values {
	values := url.Values{
		"name": {d.Name}, "effectiveFrom": {d.EffectiveFrom}, "every": {d.Every}, "oralPercent": {d.OralPercent}, "workPercent": {d.WorkPercent}, "workSittings": {d.WorkSittings},
	}
	var grades, rows []map[string]string
	for _, g := range d.Grades {
		grades = append(grades, map[string]string{"name": g.Name, "households": g.Households, "amountFen": g.AmountFen, "sittings": g.Sittings})
	}
	for _, r := range d.Rows {
		rows = append(rows, map[string]string{"name": r.Name, "types": r.Types, "except": r.Except, "grades": r.Grades, "amountFen": r.AmountFen})
	}
	rowValues(values, "grades", grades)
	rowValues(values, "rows", rows)
	return values
}
