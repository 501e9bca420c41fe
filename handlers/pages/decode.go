package pages

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
)

// maxRows bounds a list in a form, whatever index a field names.
const maxRows = 60

// decode fills a use case's form from what was posted. A field is named by its JSON path:
// title, parties[0].phone, landTransfer.areaCentiMu. Amounts are typed in yuan, areas in mu, lists of
// words in one field with 、 or line ends between them. It returns a fault for each text that cannot
// be read as what its field holds; such a field stays zero.
func decode(values url.Values, into any) []models.FieldError {
	d := decoder{values: values}
	d.fill("", reflect.ValueOf(into).Elem())
	return d.faults
}

type decoder struct {
	values url.Values
	faults []models.FieldError
}

func (d *decoder) fill(prefix string, into reflect.Value) {
	for i := range into.NumField() {
		tag := into.Type().Field(i)
		if tag.Anonymous { // its fields are the form's own
			d.fill(prefix, into.Field(i))
			continue
		}
		name, _, _ := strings.Cut(tag.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		d.set(prefix+name, tag, into.Field(i))
	}
}

var momentType = reflect.TypeFor[time.Time]()

func (d *decoder) set(path string, tag reflect.StructField, into reflect.Value) {
	text := strings.TrimSpace(d.values.Get(path))
	switch into.Kind() {
	case reflect.String:
		if isDay(tag) {
			text = tidyDay(text)
		}
		into.SetString(strings.ReplaceAll(text, "\r\n", "\n"))
	case reflect.Bool:
		into.SetBool(text != "")
	case reflect.Int, reflect.Int64:
		d.number(path, text, tag, into)
	case reflect.Pointer:
		if hasAny(d.values, path+".") {
			into.Set(reflect.New(into.Type().Elem()))
			d.fill(path+".", into.Elem())
		}
	case reflect.Slice:
		d.list(path, tag, into)
	case reflect.Struct:
		if into.Type() == momentType && text != "" {
			at, err := parseMoment(text)
			if err != nil {
				d.fault(path, tag, err)
			}
			into.Set(reflect.ValueOf(at))
		}
	}
}

// encode writes what stands in a struct as its fields are typed: the other way round than decode.
func encode(values url.Values, prefix string, from any) {
	v := reflect.ValueOf(from)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		field := v.Field(i)
		if field.IsZero() {
			continue
		}
		text := ""
		switch field.Kind() {
		case reflect.String:
			text = field.String()
		case reflect.Bool:
			text = "1"
		case reflect.Int, reflect.Int64:
			switch {
			case strings.Contains(name, "Fen"):
				text = yuan(field.Int())
			case strings.HasSuffix(name, "Mu"):
				text = mu(field.Int())
			default:
				text = strconv.FormatInt(field.Int(), 10)
			}
		}
		values.Set(prefix+name, text)
	}
}

// isDay says whether a text field holds a day, by the rule it is checked with.
func isDay(tag reflect.StructField) bool {
	return slices.Contains(strings.Split(tag.Tag.Get("validate"), ","), "day")
}

func (d *decoder) number(path, text string, tag reflect.StructField, into reflect.Value) {
	if text == "" {
		return
	}
	read := parseCount
	switch name := path[strings.LastIndex(path, ".")+1:]; {
	case strings.Contains(name, "Fen"):
		read = parseYuan
	case strings.HasSuffix(name, "Mu"):
		read = parseMu
	case name == "year":
		read = parseYear
	}
	n, err := read(text)
	if err != nil {
		d.fault(path, tag, err)
		return
	}
	into.SetInt(n)
}

func (d *decoder) fault(path string, tag reflect.StructField, err error) {
	d.faults = append(d.faults, models.FieldError{Field: path, Message: tag.Tag.Get("label") + err.Error()})
}

func (d *decoder) list(path string, tag reflect.StructField, into reflect.Value) {
	if d.values.Has(path) && into.Type().Elem().Kind() == reflect.String {
		into.Set(reflect.ValueOf(words(path, d.values.Get(path))))
		return
	}
	n := rows(d.values, path)
	into.Set(reflect.MakeSlice(into.Type(), n, n))
	for i := range n {
		at := fmt.Sprintf("%s[%d]", path, i)
		if into.Index(i).Kind() == reflect.Struct {
			d.fill(at+".", into.Index(i))
		} else {
			d.set(at, tag, into.Index(i))
		}
	}
}

// words cuts one field into the items of a list: names at 、 and the like, all else at line ends.
func words(path, text string) []string {
	ends := "\n\r"
	if path == "mediators" || path == "participants" || path == "householdNames" {
		ends += "、，,；; 　"
	}
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(ends, r) })
}

// rows is how many items of a list the posted fields name.
func rows(values url.Values, path string) int {
	n := 0
	for name := range values {
		if i, ok := rowOf(name, path); ok {
			n = max(n, i+1)
		}
	}
	return n
}

// rowOf is the index in parties[3].phone of the list parties.
func rowOf(name, path string) (int, bool) {
	rest, ok := strings.CutPrefix(name, path+"[")
	if !ok {
		return 0, false
	}
	digits, _, ok := strings.Cut(rest, "]")
	i, err := strconv.Atoi(digits)
	return i, ok && err == nil && i >= 0 && i < maxRows
}

func hasAny(values url.Values, prefix string) bool {
	for name := range values {
		if strings.HasPrefix(name, prefix) && strings.TrimSpace(values.Get(name)) != "" {
			return true
		}
	}
	return false
}

// dropRow takes an item out of a list and moves up those behind it.
func dropRow(values url.Values, path string, row int) {
	moved := url.Values{}
	for name := range values {
		i, ok := rowOf(name, path)
		if !ok || i < row || row < 0 {
			continue
		}
		if i > row {
			from := fmt.Sprintf("%s[%d]", path, i)
			moved[fmt.Sprintf("%s[%d]", path, i-1)+strings.TrimPrefix(name, from)] = values[name]
		}
		delete(values, name)
	}
	for name, value := range moved {
		values[name] = value
	}
}

// dropEmptyRows takes out the items of a list in which nothing was typed, so that a fault's index
// and a row on the screen stay the same.
func dropEmptyRows(values url.Values, path string) {
	for i := rows(values, path) - 1; i >= 0; i-- {
		row := fmt.Sprintf("%s[%d]", path, i)
		if !hasAny(values, row) {
			dropRow(values, path, i)
		}
	}
}
