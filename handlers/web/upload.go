package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"fengqiao/models"
)

// maxTyped is how much of a field beside the file is read.
const maxTyped = 64 << 10

// IsUpload says whether a request is a form that may have a file.
func IsUpload(c *gin.Context) bool {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// ReadUpload reads such a form: what was typed, and what stands in the fields that hold a file. Of a file at most
// one byte more than is taken is kept in memory, and nothing on disk.
func ReadUpload(c *gin.Context, maxFile int64, isFile func(field string) bool) (values url.Values, files map[string][]byte, err error) {
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return nil, nil, brokenUpload(err)
	}
	values, files = url.Values{}, map[string][]byte{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, nil
		}
		if err != nil {
			return nil, nil, brokenUpload(err)
		}
		limit := int64(maxTyped)
		if isFile(part.FormName()) {
			limit = maxFile + 1
		}
		data, err := io.ReadAll(io.LimitReader(part, limit))
		if err == nil {
			_, err = io.Copy(io.Discard, part)
		}
		if err != nil {
			return nil, nil, brokenUpload(err)
		}
		if isFile(part.FormName()) {
			files[part.FormName()] = data
		} else {
			values.Add(part.FormName(), string(data))
		}
	}
}

func brokenUpload(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return &models.Error{Kind: models.Malformed, Code: "form", Message: "表单没有完整收到，请返回重新提交", Cause: err}
}
