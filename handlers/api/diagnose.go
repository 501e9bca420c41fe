package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
)

// maxFaults bounds how many fields are told at once: a list of half a million wrong ones would make
// an answer many times as large as the body.
const maxFaults = 100

// diagnose says which fields of a body do not fit its form and how, in the order of the body.
func diagnose(body []byte, form any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	value, err := next(decoder)
	if err != nil { // it was read once already
		return &models.Error{Kind: models.Malformed, Code: "json", Message: "提交的内容不是正确的JSON", Cause: err}
	}
	if _, ok := value.(object); !ok {
		return models.Errorf(models.Malformed, "json", "请提交一个JSON对象")
	}
	d := diagnosis{}
	d.look(value, reflect.TypeOf(form), "")
	if len(d.faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: d.faults}
}

// object is a JSON object with every name it holds, in their order, those that stand twice too.
type object []member

type member struct {
	name  string
	value any
}

// next reads one value: an object, a list, or what the decoder makes of the rest. How deep it may go
// the decoder has checked.
func next(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	var value any
	switch token {
	case json.Delim('{'):
		all := object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			inner, err := next(decoder)
			if err != nil {
				return nil, err
			}
			all = append(all, member{fmt.Sprint(name), inner})
		}
		value = all
	case json.Delim('['):
		all := []any{}
		for decoder.More() {
			inner, err := next(decoder)
			if err != nil {
				return nil, err
			}
			all = append(all, inner)
		}
		value = all
	default:
		return token, nil
	}
	_, err = decoder.Token() // the closing bracket
	return value, err
}

// diagnosis collects what is wrong with a body.
type diagnosis struct{ faults []models.FieldError }

func (d *diagnosis) wrong(path, message string) {
	if len(d.faults) < maxFaults {
		d.faults = append(d.faults, models.FieldError{Field: path, Message: message})
	}
}

var timeType = reflect.TypeFor[time.Time]()

// look finds what in a JSON value cannot be read as a type. null stands for what is left out.
func (d *diagnosis) look(value any, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value == nil {
		return
	}
	if t == timeType {
		text, _ := value.(string)
		if new(time.Time).UnmarshalText([]byte(text)) != nil {
			d.wrong(path, "应为带时区的时间，例如2026-11-24T09:30:00+08:00")
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		if o, ok := value.(object); ok {
			d.lookInside(o, t, path)
		} else {
			d.wrong(path, "应为JSON对象")
		}
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			d.wrong(path, "应为列表")
		}
		for i, item := range list {
			d.look(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.String:
		if _, ok := value.(string); !ok {
			d.wrong(path, "应为文字，请加引号")
		}
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			d.wrong(path, "应为true或false")
		}
	case reflect.Int, reflect.Int64:
		number, _ := value.(json.Number)
		if _, err := strconv.ParseInt(number.String(), 10, 64); err != nil {
			d.wrong(path, "应为整数，不加引号，不带小数")
		}
	}
}

// lookInside finds what in an object does not fit, the names that the struct does not have, and those
// that stand twice.
func (d *diagnosis) lookInside(o object, t reflect.Type, path string) {
	if path != "" {
		path += "."
	}
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) { // those of an embedded struct stand among its own
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[name] = f.Type
	}
	seen := map[string]bool{}
	for _, m := range o {
		field, known := fields[m.name]
		switch {
		case !known || m.name == "" || m.name == "-":
			d.wrong(path+m.name, "没有这一项，请核对名称")
		case seen[m.name]:
			d.wrong(path+m.name, "这一项写了不止一次，请只写一次")
		default:
			seen[m.name] = true
			d.look(m.value, field, path+m.name)
		}
	}
}
