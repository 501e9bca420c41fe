package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/enclosure"
)

// read fills a form from the body of a request. No body at all is an empty form: what is missing is
// for the use case to say.
func read(c *gin.Context, form any) error {
	err := readBody(c, form)
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) && takesFile(form) {
		return enclosure.TooLarge() // it is the file, and that can be said
	}
	return err
}

func readBody(c *gin.Context, form any) error {
	if web.IsUpload(c) && takesFile(form) {
		return readUpload(c, form)
	}
	var body bytes.Buffer
	if n := c.Request.ContentLength; n > 0 && n <= 1<<20 {
		body.Grow(int(n) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(c.Request.Body); err != nil {
		return err
	}
	if body.Len() == 0 {
		return nil
	}
	if kind := c.GetHeader("Content-Type"); kind != "application/json" {
		kind, _, err := mime.ParseMediaType(kind)
		if err != nil || kind != "application/json" {
			return models.Errorf(models.Malformed, web.CodeMediaType, "请用application/json提交")
		}
	}
	return decode(body.Bytes(), form)
}

// takesFile says whether a form has a file, which may be sent as a part of its own.
func takesFile(form any) bool {
	field, ok := reflect.TypeOf(form).Elem().FieldByName("File")
	return ok && field.Type == reflect.TypeFor[[]byte]()
}

// readUpload fills a form from the parts of a body that stand beside its file. They are held to the same rules
// as JSON.
func readUpload(c *gin.Context, form any) error {
	values, files, err := web.ReadUpload(c, enclosure.MaxBytes, func(field string) bool { return field == "file" })
	if err != nil {
		return err
	}
	fields := map[string]any{"file": files["file"]}
	for name := range values {
		fields[name] = values.Get(name)
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("read an upload: %w", err)
	}
	return decode(body, form)
}

// decode reads one JSON object and nothing after it. What does not fit the form is told field by
// field: encoding/json would stop at the first, leave out where in a list it is, take names in any
// letter case and let the last of two equal names win.
func decode(body []byte, form any) error {
	if !utf8.Valid(body) {
		return models.Errorf(models.Malformed, "json", "请用UTF-8编码提交")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	var whole json.RawMessage
	if err := decoder.Decode(&whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return models.Errorf(models.Malformed, "json", "第%d个字节附近不是正确的JSON", syntax.Offset)
		}
		return models.Errorf(models.Malformed, "json", "JSON不完整")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return models.Errorf(models.Malformed, "json", "JSON对象之后还有多余的内容")
	}
	if err := diagnose(whole, form); err != nil {
		return err
	}
	if err := json.Unmarshal(whole, form); err != nil {
		return &models.Error{Kind: models.Malformed, Code: "json", Message: "提交的内容与要求的格式不符", Cause: err}
	}
	return nil
}
