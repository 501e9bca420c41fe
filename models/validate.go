package models

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

// MaxMoneyFen is the largest amount accepted: a hundred thousand million yuan.
const MaxMoneyFen = 100_000_000_000_00

// Validator checks forms by their validate tags and says what is wrong in plain Chinese, with the
// label tag as the field's name and the json tags as its path.
type Validator struct{ v *validator.Validate }

// NewValidator makes a Validator with the rules of this trade: day (2006-01-02), month (2006-01),
// money (fen, from 0), village, region, phone, idnumber, creditcode, notblank.
func NewValidator() *Validator {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			return ""
		}
		return name
	})
	rule := func(tag string, ok func(string) bool) {
		// The names and the functions are constants of this file: registering cannot fail.
		if err := v.RegisterValidation(tag, func(fl validator.FieldLevel) bool { return ok(fl.Field().String()) }); err != nil {
			panic(err)
		}
	}
	rule("day", func(s string) bool {
		day, err := time.Parse(time.DateOnly, s)
		return err == nil && day.Year() >= 1900 && day.Year() <= 2200
	})
	rule("month", func(s string) bool { _, err := time.Parse("2006-01", s); return err == nil })
	rule("notblank", func(s string) bool { return strings.TrimSpace(s) != "" })
	rule("village", func(s string) bool { return CheckRegionCode(s) == nil && RegionKindOf(s) == RegionVillage })
	rule("region", func(s string) bool { return CheckRegionCode(s) == nil })
	rule("phone", func(s string) bool { _, err := CheckPhone(s); return err == nil })
	rule("idnumber", func(s string) bool { _, err := CheckIDNumber(s); return err == nil })
	rule("creditcode", func(s string) bool { _, err := CheckCreditCode(s); return err == nil })
	if err := v.RegisterValidation("money", func(fl validator.FieldLevel) bool {
		n := fl.Field().Int()
		return n >= 0 && n <= MaxMoneyFen
	}); err != nil {
		panic(err)
	}
	return &Validator{v: v}
}

// Check returns nil, or an Invalid error with one message for each wrong field.
func (v *Validator) Check(form any) error {
	err := v.v.Struct(form)
	if err == nil {
		return nil
	}
	var faults validator.ValidationErrors
	if !errors.As(err, &faults) {
		return fmt.Errorf("validate %T: %w", form, err)
	}
	out := &Error{Kind: Invalid, Code: "invalid", Message: "填写有误，请按提示修改"}
	root := reflect.TypeOf(form)
	for root.Kind() == reflect.Pointer {
		root = root.Elem()
	}
	prefix := root.Name() + "." // leads every path, unless the type has no name
	for _, f := range faults {
		path, goPath := strings.TrimPrefix(f.Namespace(), prefix), strings.TrimPrefix(f.StructNamespace(), prefix)
		if outer, rest, ok := strings.Cut(goPath, "."); ok { // JSON knows no struct that is embedded
			if field, ok := root.FieldByName(outer); ok && field.Anonymous {
				path, goPath = strings.TrimPrefix(path, outer+"."), rest
			}
		}
		out.Fields = append(out.Fields, FieldError{Field: path, Message: explain(f, labelOf(root, goPath))})
	}
	return out
}

// labelOf follows a Go path such as Parties[0].Phone to the field's label.
func labelOf(t reflect.Type, path string) string {
	label := ""
	for name := range strings.SplitSeq(path, ".") {
		name, _, _ = strings.Cut(name, "[")
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			break
		}
		field, ok := t.FieldByName(name)
		if !ok {
			break
		}
		if l := field.Tag.Get("label"); l != "" {
			label = l
		}
		t = field.Type
	}
	if label == "" {
		return "此项"
	}
	return label
}

func explain(f validator.FieldError, label string) string {
	isText := f.Kind() == reflect.String
	isList := f.Kind() == reflect.Slice
	switch f.Tag() {
	case "required", "notblank", "required_if", "required_with":
		return "请填写" + label
	case "max":
		switch {
		case isText:
			return fmt.Sprintf("%s最多%s个字，现在有%d个字", label, f.Param(), utf8.RuneCountInString(fmt.Sprint(f.Value())))
		case isList:
			return fmt.Sprintf("%s最多%s项", label, f.Param())
		}
		return fmt.Sprintf("%s不能大于%s", label, f.Param())
	case "min":
		switch {
		case isText:
			return fmt.Sprintf("%s至少%s个字", label, f.Param())
		case isList:
			return fmt.Sprintf("%s至少填写%s项", label, f.Param())
		}
		return fmt.Sprintf("%s不能小于%s", label, f.Param())
	case "gte":
		return fmt.Sprintf("%s不能小于%s", label, f.Param())
	case "lte":
		return fmt.Sprintf("%s不能大于%s", label, f.Param())
	case "gtefield": // the least of a range and its most
		return label + "不能少于前面的最少数"
	case "oneof":
		return "请从列表中选择" + label
	case "day":
		return label + "请写成年-月-日，例如2026-11-24"
	case "month":
		return label + "请写成年-月，例如2026-11"
	case "money":
		return label + "不能为负数，也不能超过一千亿元"
	case "village":
		return label + "应为12位数字的村级区划代码"
	case "region":
		return label + "应为2、4、6、9或12位数字的区划代码"
	case "phone":
		return label + "应为11位手机号码，或带区号的固定电话，请核对"
	case "idnumber":
		return label + "不正确，请照身份证逐位核对"
	case "creditcode":
		return label + "不正确，请照证书逐位核对18位代码"
	}
	return label + "格式不正确，请修改"
}
