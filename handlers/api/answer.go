package api

import (
	"encoding/json"
	"reflect"

	"github.com/gin-gonic/gin"
)

// send answers with a body. body is the answer's own: no other request may have a part of it.
func send[T any](c *gin.Context, status int, body T) error {
	fill(reflect.ValueOf(&body).Elem())
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	c.Data(status, "application/json; charset=utf-8", raw)
	return nil
}

// fill makes an empty list of every list that is missing, however deep, so that clients find a list
// wherever one can be. Documents grow fields; that none of them is null must not hang on a line here.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		if isPlain(v.Type().Elem().Kind()) {
			return
		}
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}

// isPlain says whether what is of a kind holds no lists.
func isPlain(kind reflect.Kind) bool { return kind <= reflect.Complex128 || kind == reflect.String }
