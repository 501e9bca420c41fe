package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"fengqiao/models"
)

// SubsidyDraft is a version of the subsidy table as it is typed in; see Draft. Amounts are in yuan.
type SubsidyDraft struct {
	Name          string              `json:"name"`
	EffectiveFrom string              `json:"effectiveFrom" validate:"day"`
	Every         string              `json:"every"`
	Grades        []SubsidyDraftGrade `json:"grades"`
	Rows          []SubsidyDraftRow   `json:"rows"`
	OralPercent   string              `json:"oralPercent"`
	WorkPercent   string              `json:"workPercent"`
	WorkSittings  string              `json:"workSittings"`
}

// SubsidyDraftGrade is one grade as it is typed in; what is empty asks for nothing.
type SubsidyDraftGrade struct {
	Name       string `json:"name"`
	Households string `json:"households"`
	AmountFen  string `json:"amountFen"`
	Sittings   string `json:"sittings"`
}

// SubsidyDraftRow is one row as it is typed in. Types and grades are names with 、 between them.
type SubsidyDraftRow struct {
	Name      string `json:"name"`
	Types     string `json:"types"`
	Except    string `json:"except"`
	Grades    string `json:"grades"`
	AmountFen string `json:"amountFen"`
}

// SubsidyDraftOf writes a version as it is typed in, without a day on which it takes effect.
func SubsidyDraftOf(t *models.SubsidyTable) SubsidyDraft {
	d := SubsidyDraft{
		Name: t.Name, Every: string(t.Every), OralPercent: strconv.Itoa(t.OralPercent), WorkPercent: strconv.Itoa(t.WorkPercent), WorkSittings: strconv.Itoa(t.WorkSittings),
	}
	some := func(n int64, text string) string {
		if n == 0 {
			return ""
		}
		return text
	}
	for _, g := range t.Grades {
		d.Grades = append(d.Grades, SubsidyDraftGrade{
			Name: g.Name, Households: some(g.Households, strconv.FormatInt(g.Households, 10)), AmountFen: some(g.AmountFen, yuan(g.AmountFen)), Sittings: some(g.Sittings, strconv.FormatInt(g.Sittings, 10)),
		})
	}
	for _, r := range t.Rows {
		d.Rows = append(d.Rows, SubsidyDraftRow{Name: r.Name, Types: typeList(r.Types), Except: typeList(r.Except), Grades: strings.Join(r.Grades, "、"), AmountFen: yuan(r.AmountFen)})
	}
	return d
}

// typeList writes types by their names.
func typeList(types []models.DisputeType) string {
	var out []string
	for _, t := range types {
		out = append(out, models.NameOf(models.DisputeTypes(), string(t)))
	}
	return strings.Join(out, "、")
}

func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// Table reads a draft. What cannot be read is a fault at its field; whether it fits together is for Check.
func (d SubsidyDraft) Table() (*models.SubsidyTable, error) {
	r := reading{}
	t := &models.SubsidyTable{Edition: models.Edition{Name: strings.TrimSpace(d.Name)}, Every: models.SubsidyEvery(d.Every)}
	t.EffectiveFrom = r.effective(d.EffectiveFrom)
	var grades []models.Choice
	for i, row := range d.Grades {
		at := fmt.Sprintf("grades[%d].", i)
		name := strings.TrimSpace(row.Name)
		t.Grades = append(t.Grades, models.SubsidyGrade{
			Name: name, Households: int64(r.some(at+"households", strings.TrimSuffix(strings.TrimSpace(row.Households), "户"), "户数")),
			AmountFen: r.fen(at+"amountFen", row.AmountFen, "涉及金额", false),
			Sittings:  int64(r.some(at+"sittings", strings.TrimSuffix(strings.TrimSpace(row.Sittings), "次"), "调解次数")),
		})
		grades = append(grades, models.Choice{Code: name, Name: name})
	}
	for i, row := range d.Rows {
		at := fmt.Sprintf("rows[%d].", i)
		next := models.SubsidyRow{
			Name: strings.TrimSpace(row.Name), Grades: r.codes(at+"grades", row.Grades, grades, "档次"), AmountFen: r.fen(at+"amountFen", row.AmountFen, "金额", true),
		}
		next.Types, next.Except = r.types(at+"types", row.Types), r.types(at+"except", row.Except)
		t.Rows = append(t.Rows, next)
	}
	percent := func(field, text, label string) int {
		return r.number(field, strings.TrimRight(strings.TrimSpace(width.Fold.String(text)), "%"), label)
	}
	t.OralPercent = percent("oralPercent", d.OralPercent, "口头协议的比例")
	t.WorkPercent = percent("workPercent", d.WorkPercent, "调解不成的比例")
	t.WorkSittings = r.number("workSittings", strings.TrimSuffix(strings.TrimSpace(d.WorkSittings), "次"), "调解不成的最少调解次数")
	return t, r.err()
}

// types reads types of disputes by their names.
func (r *reading) types(field, text string) []models.DisputeType {
	var out []models.DisputeType
	for _, code := range r.codes(field, text, models.DisputeTypes(), "纠纷类型") {
		out = append(out, models.DisputeType(code))
	}
	return slices.Clip(out)
}

// some reads a whole number that may be left off.
func (r *reading) some(field, text, label string) int {
	if strings.TrimSpace(text) == "" {
		return 0
	}
	return r.number(field, text, label)
}

// fen reads an amount in yuan, with at most two decimals.
func (r *reading) fen(field, text, label string, needed bool) int64 {
	text = strings.NewReplacer(",", "", "元", "", " ", "").Replace(strings.TrimSpace(width.Fold.String(text)))
	if text == "" {
		if needed {
			r.fault(field, "请填写%s，不补的写0", label)
		}
		return 0
	}
	whole, cents, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole+(cents + "00")[:2], 10, 48)
	if err != nil || len(cents) > 2 {
		r.fault(field, "%s请写成数字，单位是元，例如 200", label)
		return 0
	}
	return int64(n)
}
