package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"fengqiao/models"
)

// Codes of failures that HTTP itself knows, and models.Kind does not.
const (
	CodeMethod    = "http.method"     // the place exists, but not for this method
	CodeMediaType = "http.media_type" // the body is of a kind that is not read
)

// Status is the HTTP status of a failure.
func Status(err *models.Error) int {
	switch err.Code {
	case CodeMethod:
		return http.StatusMethodNotAllowed
	case CodeMediaType:
		return http.StatusUnsupportedMediaType
	}
	return statusOf(err.Kind)
}

// statusOf is the one table of kinds. A kind that is not in it is a fault of ours.
func statusOf(kind models.Kind) int {
	switch kind {
	case models.Malformed:
		return http.StatusBadRequest
	case models.Invalid:
		return http.StatusUnprocessableEntity
	case models.Unauthenticated:
		return http.StatusUnauthorized
	case models.Forbidden:
		return http.StatusForbidden
	case models.NotFound:
		return http.StatusNotFound
	case models.Conflict, models.Precondition:
		return http.StatusConflict
	case models.TooMany:
		return http.StatusTooManyRequests
	case models.TooLarge:
		return http.StatusRequestEntityTooLarge
	case models.Unavailable:
		return http.StatusServiceUnavailable
	case models.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// Told is what people are told of an error: the Error inside it. Nothing of a fault of ours is shown,
// and a body that is too large is known as such.
func Told(err error) *models.Error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &models.Error{Kind: models.TooLarge, Code: "too_large", Message: "提交的内容太大，请删减后再试", Cause: err}
	}
	told := models.AsError(err)
	if told.Kind == models.Internal {
		return &models.Error{Kind: models.Internal, Code: "internal", Message: "系统出错了，请稍后再试", Cause: err}
	}
	return told
}

// RetryAfter is the Retry-After header of a failure, "" where it is not known when to try again.
func RetryAfter(err *models.Error) string {
	switch {
	case err.Wait > 0:
		return strconv.Itoa(int(math.Ceil(err.Wait.Seconds())))
	case err.Kind == models.Unavailable:
		return "5"
	}
	return ""
}
