package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"fengqiao/models"
)

// maxFaults bounds how many fields are told at once: a list of half a million wrong ones would make
// an answer many times as large as the body.
const maxFaults = 100

// diagnose says which fields of a body do not fit its form and how, in the order of the body. The body
// is one JSON value, as encoding/json has found.
func diagnose(body []byte, form any) error {
	d := diagnosis{rest: body}
	if d.kind() != '{' {
		return models.Errorf(models.Malformed, "json", "请提交一个JSON对象")
	}
	d.look(reflect.TypeOf(form))
	if len(d.faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: d.faults}
}

// diagnosis goes through a body once and collects what is wrong with it.
type diagnosis struct {
	rest   []byte   // what is still to be read; never cut short, as the body is valid
	path   []string // where it stands: names with the dot before them, places in lists in brackets
	faults []models.FieldError
}

func (d *diagnosis) wrong(message string) {
	if len(d.faults) < maxFaults {
		path := strings.TrimPrefix(strings.Join(d.path, ""), ".")
		d.faults = append(d.faults, models.FieldError{Field: path, Message: message})
	}
}

// kind is the first character of the next value, or the bracket that ends what it would be in.
func (d *diagnosis) kind() byte {
	for {
		switch c := d.rest[0]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			d.rest = d.rest[1:]
		default:
			return c
		}
	}
}

// take reads so many bytes.
func (d *diagnosis) take(n int) []byte {
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

// text reads a string.
func (d *diagnosis) text() string {
	end, escaped := 1, false
	for ; d.rest[end] != '"'; end++ {
		if d.rest[end] == '\\' {
			escaped = true
			end++
		}
	}
	quoted := d.take(end + 1)
	if !escaped {
		return string(quoted[1:end])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // it was read once already
	return text
}

// plain reads a number, true, false or null.
func (d *diagnosis) plain() string {
	end := bytes.IndexAny(d.rest, ",]} \t\r\n")
	if end < 0 {
		end = len(d.rest)
	}
	return string(d.take(end))
}

// each reads an object or a list and calls visit in front of each member.
func (d *diagnosis) each(visit func()) {
	d.take(1)
	for d.kind() != ']' && d.kind() != '}' {
		visit()
	}
	d.take(1)
}

// skip reads a value of any kind.
func (d *diagnosis) skip() {
	switch d.kind() {
	case '{', '[':
		d.each(d.skip) // a name of an object is a string like another
	case '"':
		d.text()
	default:
		d.plain()
	}
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// look reads the next value and finds what in it cannot be read as a type. null stands for what is
// left out.
func (d *diagnosis) look(t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	kind := d.kind()
	switch {
	case kind == 'n':
		d.plain()
	case t == timeType:
		if kind != '"' || new(time.Time).UnmarshalText([]byte(d.peekText())) != nil {
			d.wrong("应为带时区的时间，例如2026-11-24T09:30:00+08:00")
		}
		d.skip()
	case t.Kind() == reflect.Struct && kind == '{':
		d.lookInside(t)
	case t == bytesType:
		if _, err := base64.StdEncoding.DecodeString(d.peekText()); kind != '"' || err != nil {
			d.wrong("应为base64编码的文件")
		}
		d.skip()
	case t.Kind() == reflect.Slice && kind == '[':
		i := 0
		d.path = append(d.path, "")
		d.each(func() {
			d.path[len(d.path)-1] = "[" + strconv.Itoa(i) + "]"
			d.look(t.Elem())
			i++
		})
		d.path = d.path[:len(d.path)-1]
	default:
		if message := misfit(t.Kind(), kind, d.rest); message != "" {
			d.wrong(message)
		}
		d.skip()
	}
}

// peekText is the string that comes next, which stays there; "" where something else does.
func (d *diagnosis) peekText() string {
	if d.kind() != '"' {
		return ""
	}
	ahead := diagnosis{rest: d.rest}
	return ahead.text()
}

// misfit says why what begins with a character is not of a kind, and nothing when it is.
func misfit(want reflect.Kind, begins byte, rest []byte) string {
	switch want {
	case reflect.Struct:
		return "应为JSON对象"
	case reflect.Slice:
		return "应为列表"
	case reflect.String:
		if begins != '"' {
			return "应为文字，请加引号"
		}
	case reflect.Bool:
		if begins != 't' && begins != 'f' {
			return "应为true或false"
		}
	case reflect.Int, reflect.Int64:
		ahead := diagnosis{rest: rest}
		if _, err := strconv.ParseInt(ahead.plain(), 10, 64); err != nil {
			return "应为整数，不加引号，不带小数"
		}
	}
	return ""
}

// lookInside reads an object and finds what in it does not fit, the names that the struct does not
// have, and those that stand twice.
func (d *diagnosis) lookInside(t reflect.Type) {
	fields := fieldsOf(t)
	seen := make(map[string]bool, len(fields))
	d.path = append(d.path, "")
	d.each(func() {
		name := d.text()
		d.kind() // the colon
		d.path[len(d.path)-1] = "." + name
		field, known := fields[name]
		switch {
		case !known || name == "" || name == "-":
			d.wrong("没有这一项，请核对名称")
			d.skip()
		case seen[name]:
			d.wrong("这一项写了不止一次，请只写一次")
			d.skip()
		default:
			seen[name] = true
			d.look(field)
		}
	})
	d.path = d.path[:len(d.path)-1]
}

// known keeps the fields of each form: by reflect.Type, a map[string]reflect.Type.
var known sync.Map

// fieldsOf are a struct's fields by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if fields, ok := known.Load(t); ok {
		return fields.(map[string]reflect.Type)
	}
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) { // those of an embedded struct stand among its own
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[name] = f.Type
	}
	known.Store(t, fields)
	return fields
}
