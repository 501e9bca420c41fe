package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// form is a form on the screen: what was typed, as it was typed, and what is wrong with it.
type form struct {
	Values url.Values
	Faults []models.FieldError
	Notice string // what is wrong with the whole
	Stale  bool   // somebody else changed the case meanwhile

	extraRow string // a list that is shown with an empty row more
}

func newForm() *form { return &form{Values: url.Values{}} }

// Value is what stands in a field.
func (f *form) Value(name string) string { return f.Values.Get(name) }

// Fault is what is wrong with a field, or with one item of a list that is typed in one field.
func (f *form) Fault(name string) string {
	for _, fault := range f.Faults {
		if fault.Field == name || strings.HasPrefix(fault.Field, name+"[") && !strings.Contains(fault.Field, "].") && !f.Values.Has(fault.Field) {
			return fault.Message
		}
	}
	return ""
}

// Used says whether anything is filled in, or wrong, in some fields under a path.
func (f *form) Used(path string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return f.Value(path+name) != "" || f.Fault(path+name) != "" })
}

// Place says which of several alike a fault is about: 被申请人2, 第3期; "" where there is but one.
func (f *form) Place(fault string) string {
	list, rest, _ := strings.Cut(fault, "[")
	digits, _, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(digits)
	if err != nil {
		return ""
	}
	switch list {
	case "parties":
		for _, party := range partyForms(f) {
			if party.I == i {
				return party.Title
			}
		}
	case "instalments":
		return fmt.Sprintf("第%d期", i+1)
	case "papers":
		if names := models.PaperNames(); i < len(names) {
			return names[i].Name
		}
	case "rules":
		return fmt.Sprintf("第%d条", i+1)
	case "factors":
		return fmt.Sprintf("第%d行", i+1)
	case "advice":
		if limits := screening.AdviceLimits(models.Thresholds{}); i < len(limits) {
			return limits[i].Name
		}
	case "findings":
		if len(f.Rows("findings", 1)) > 1 {
			return fmt.Sprintf("第%d条", i+1)
		}
	}
	return ""
}

// Rows are the indexes of a list's items, at least as many as asked for.
func (f *form) Rows(path string, least int) []int {
	n := rows(f.Values, path)
	if f.extraRow == path {
		n = min(n+1, maxRows)
	}
	out := make([]int, max(n, least))
	for i := range out {
		out[i] = i
	}
	return out
}

// Anchor is the element that a fault's link leads to: its field, or the one field in which its whole
// list is typed.
func (f *form) Anchor(fault string) string {
	if list, ok := strings.CutSuffix(fault, "]"); ok && !f.Values.Has(fault) {
		fault = list[:strings.LastIndex(list, "[")]
	}
	return fieldID(fault)
}

// refuse takes over what a use case found wrong. It reports false for an error that is none of the
// form's: the caller returns that.
func (f *form) refuse(err error) bool {
	e := models.AsError(err)
	switch e.Kind {
	case models.TooLarge:
		if len(e.Fields) == 0 {
			return false // the whole form was too large, and was not read
		}
		f.Faults = append(f.Faults, e.Fields...)
	case models.Invalid:
		f.Faults = append(f.Faults, e.Fields...)
		if len(f.Faults) == 0 {
			f.Notice = e.Message
		}
	case models.Conflict:
		f.Notice, f.Stale = e.Message, true
	case models.Precondition:
		f.Notice = e.Message
	default:
		return false
	}
	return true
}

// version is the version of the case that the form was made from.
func (f *form) version() (int64, error) {
	n, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || n < 1 {
		return 0, models.Errorf(models.Malformed, "form.version", "表单没有完整收到，请回到案件页面重新打开")
	}
	return n, nil
}

// field is one field on the screen.
type field struct {
	Name, ID, Label, Value, Fault, Hint string
	Type, Unit, Mode, Auto, Blank       string
	Rows, Max                           int
	Required, Private, Focus            bool
	Choices                             []choice
}

type choice struct {
	Code, Name, Note string
	Checked          bool
}

// Describe is what a screen reader reads with the field.
func (f field) Describe() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Fault != "" {
		ids = append(ids, f.ID+"-fault")
	}
	return strings.Join(ids, " ")
}

// fieldID is the element id of a field: parties[0].phone is f-parties-0-phone.
func fieldID(name string) string {
	return "f-" + strings.NewReplacer("[", "-", "].", "-", "]", "", ".", "-").Replace(name)
}

// newField makes a field for a template. Options are key=value or a word: hint, type, unit, mode,
// auto, blank (the choice of nothing), rows, max, required, private, focus.
func newField(f *form, name, label string, options ...string) (field, error) {
	out := field{Name: name, ID: fieldID(name), Label: label, Value: f.Value(name), Fault: f.Fault(name), Type: "text"}
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		var err error
		switch key {
		case "hint":
			out.Hint = value
		case "type":
			out.Type = value
		case "unit":
			out.Unit = value
		case "mode":
			out.Mode = value
		case "auto":
			out.Auto = value
		case "blank":
			out.Blank = value
		case "rows":
			out.Rows, err = strconv.Atoi(value)
		case "max":
			out.Max, err = strconv.Atoi(value)
		case "required":
			out.Required = true
		case "private":
			out.Private = true
		case "focus":
			out.Focus = true
		default:
			err = fmt.Errorf("no such option")
		}
		if err != nil {
			return field{}, fmt.Errorf("field %s: option %q: %w", name, option, err)
		}
	}
	return out, nil
}

// newChoices makes a field that is chosen from a list.
func newChoices(f *form, name, label string, list []models.Choice, options ...string) (field, error) {
	out, err := newField(f, name, label, options...)
	for _, c := range list {
		out.Choices = append(out.Choices, choice{Code: c.Code, Name: c.Name, Checked: c.Code == out.Value})
	}
	return out, err
}
