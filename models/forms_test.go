package models_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
)

// forms are the forms of the use cases, by the folder they are declared in.
var forms = map[string][]any{
	"../pkg/account": {account.Credentials{}, account.AccountForm{}},
	"../pkg/casework": {
		casework.LogForm{}, casework.PartyForm{}, casework.AcceptForm{}, casework.DeclineForm{}, casework.SittingForm{}, casework.StatementForm{}, casework.AgreementForm{},
		casework.InstalmentForm{}, casework.PerformForm{}, casework.FailForm{}, casework.ReasonForm{}, casework.CloseForm{}, casework.ReferForm{},
		casework.EscalateForm{}, casework.ReviewForm{}, casework.RiskForm{},
		casework.PauseForm{}, casework.ExtendForm{}, casework.ResumeForm{}, casework.OrderForm{}, casework.PoliceForm{}, casework.SignsForm{}, casework.DecideForm{},
		casework.DraftForm{}, casework.SignForm{}, casework.ConfirmForm{}, casework.PressForm{}, casework.BreachForm{}, casework.ReopenForm{},
		casework.VisitForm{}, casework.AffirmForm{}, casework.CorrectForm{}, casework.CorrectPartyForm{}, casework.ReturnPaperForm{}, casework.AttachForm{}, casework.AddendForm{}, casework.FileForm{},
		casework.StockForm{}, casework.ScanForm{}, casework.AsideForm{}, casework.InvestigationForm{}, casework.DetachForm{},
	},
}

// TestFormsAreAllListed finds every struct with validate tags in the sources.
func TestFormsAreAllListed(t *testing.T) {
	t.Parallel()
	for folder, list := range forms {
		listed := map[string]bool{}
		for _, form := range list {
			listed[reflect.TypeOf(form).Name()] = true
		}
		found := 0
		require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if body, ok := spec.Type.(*ast.StructType); ok {
					for _, field := range body.Fields.List {
						if field.Tag != nil && strings.Contains(field.Tag.Value, `validate:"`) {
							found++
							require.True(t, listed[spec.Name.Name], "add %s of %s to the list", spec.Name.Name, folder)
						}
					}
				}
				return true
			})
			return nil
		}))
		require.NotZero(t, found, folder)
	}
}

// rule is one validate tag on a value of some type.
type rule struct {
	where, tag, param string
	on                reflect.Type
}

// rulesOf collects the rules of a form and of the forms inside it.
func rulesOf(t *testing.T, form reflect.Type, into *[]rule) {
	t.Helper()
	for field := range fieldsOf(form) {
		on := field.Type
		if tags := field.Tag.Get("validate"); tags != "" {
			require.NotEmpty(t, field.Tag.Get("label"), "%s.%s has no label", form.Name(), field.Name)
			for tag := range strings.SplitSeq(tags, ",") {
				tag, param, _ := strings.Cut(tag, "=")
				switch tag {
				case "omitempty":
				case "dive":
					on = on.Elem()
				default:
					*into = append(*into, rule{form.Name() + "." + field.Name, tag, param, on})
				}
			}
		}
		for on.Kind() == reflect.Pointer || on.Kind() == reflect.Slice {
			on = on.Elem()
		}
		if on.Kind() == reflect.Struct && strings.HasPrefix(on.PkgPath(), "fengqiao/") {
			rulesOf(t, on, into)
		}
	}
}

func fieldsOf(form reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range form.NumField() {
			if !yield(form.Field(i)) {
				return
			}
		}
	}
}

// violate makes a value that breaks the rule.
func (r rule) violate(t *testing.T) reflect.Value {
	t.Helper()
	v := reflect.New(r.on).Elem()
	size := func(change int) {
		limit, err := strconv.Atoi(r.param)
		require.NoError(t, err, r.where)
		switch n := limit + change; r.on.Kind() {
		case reflect.String:
			v.SetString(strings.Repeat("字", n))
		case reflect.Slice:
			v.Set(reflect.MakeSlice(r.on, n, n))
		default:
			v.SetInt(int64(n))
		}
	}
	switch r.tag {
	case "required":
	case "notblank":
		v.SetString("  ")
	case "max", "lte":
		size(+1)
	case "min", "gte":
		size(-1)
	case "money":
		v.SetInt(-1)
	case "oneof", "day", "month", "village", "region", "phone", "idnumber", "creditcode":
		v.SetString("？")
	default:
		require.Fail(t, "say what breaks this rule, and what people are told", "%s of %s", r.tag, r.where)
	}
	return v
}

// TestEveryRuleOfEveryFormHasWords: whoever breaks a rule of a form is told so in plain Chinese, by
// the field's label, in words made for that rule.
func TestEveryRuleOfEveryFormHasWords(t *testing.T) {
	t.Parallel()
	v := models.NewValidator()
	var rules []rule
	for _, list := range forms {
		for _, form := range list {
			rulesOf(t, reflect.TypeOf(form), &rules)
		}
	}
	require.Greater(t, len(rules), 100)
	for _, r := range rules {
		tag := r.tag
		if r.param != "" {
			tag += "=" + r.param
		}
		form := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Field", Type: r.on, Tag: reflect.StructTag(`json:"field" validate:"` + tag + `" label:"标签"`)}}))
		form.Elem().Field(0).Set(r.violate(t))
		err := v.Check(form.Interface())
		require.Error(t, err, "%s of %s", tag, r.where)
		fields := models.AsError(err).Fields
		require.Len(t, fields, 1, "%s of %s", tag, r.where)
		require.Equal(t, "field", fields[0].Field)
		require.Contains(t, fields[0].Message, "标签")
		require.NotContains(t, fields[0].Message, "格式不正确", "%s of %s has no words of its own", tag, r.where)
		require.NotRegexp(t, `[A-Za-z]`, fields[0].Message, "%s of %s", tag, r.where)
	}
}
