package web

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// TestEveryKindHasItsStatus also asks that a kind that is new is given a status here on purpose.
func TestEveryKindHasItsStatus(t *testing.T) {
	t.Parallel()
	want := map[models.Kind]int{
		models.Internal: http.StatusInternalServerError, models.Malformed: http.StatusBadRequest, models.Invalid: http.StatusUnprocessableEntity,
		models.Unauthenticated: http.StatusUnauthorized, models.Forbidden: http.StatusForbidden, models.NotFound: http.StatusNotFound,
		models.Conflict: http.StatusConflict, models.Precondition: http.StatusConflict, models.TooMany: http.StatusTooManyRequests,
		models.TooLarge: http.StatusRequestEntityTooLarge, models.Unavailable: http.StatusServiceUnavailable,
	}
	require.Len(t, want, len(models.Kinds()))
	for _, kind := range models.Kinds() {
		err := models.Errorf(kind, "code", "说明")
		require.Equal(t, want[kind], Status(Told(err)), "kind %d", kind)
		require.Equal(t, want[kind], Status(Told(fmt.Errorf("load case 12: %w", fmt.Errorf("open: %w", err)))), "kind %d, wrapped", kind)
	}
	require.Equal(t, http.StatusInternalServerError, statusOf(models.Kind(len(models.Kinds()))), "a kind that nobody knows")
}

// TestTold asks that people are told what is meant for them, and of our own faults one fixed sentence.
func TestTold(t *testing.T) {
	t.Parallel()
	fixed := models.Error{Kind: models.Internal, Code: "internal", Message: "系统出错了，请稍后再试"}
	for _, test := range []struct {
		name   string
		err    error
		want   models.Error // its cause is not looked at
		status int
	}{
		{"an error from anywhere", errors.New("dial tcp 10.0.0.1: refused"), fixed, 500},
		{"one of ours that says too much", models.Errorf(models.Internal, "seal", "许来福的电话打不开"), fixed, 500},
		{"with fields", &models.Error{Kind: models.Internal, Code: "x", Fields: []models.FieldError{{Field: "phone", Message: "13812345678"}}}, fixed, 500},
		{"one for people", models.Errorf(models.Conflict, "conflict", "已被修改"), models.Error{Kind: models.Conflict, Code: "conflict", Message: "已被修改"}, 409},
		{"a method", models.Errorf(models.NotFound, CodeMethod, "不支持"), models.Error{Kind: models.NotFound, Code: CodeMethod, Message: "不支持"}, 405},
		{"a media type", models.Errorf(models.Malformed, CodeMediaType, "不支持"), models.Error{Kind: models.Malformed, Code: CodeMediaType, Message: "不支持"}, 415},
		{"too large a body", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), models.Error{Kind: models.TooLarge, Code: "too_large", Message: "提交的内容太大，请删减后再试"}, 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Told(test.err)
			require.Equal(t, test.status, Status(got))
			require.ErrorIs(t, got, test.err, "the log keeps what happened")
			bare := *got
			bare.Cause = nil
			require.Equal(t, test.want, bare)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  models.Error
		want string
	}{
		{"it is not known when", models.Error{Kind: models.Conflict}, ""},
		{"whole seconds", models.Error{Kind: models.TooMany, Wait: 30 * time.Second}, "30"},
		{"rounded up, never to a moment too early", models.Error{Kind: models.TooMany, Wait: 1500 * time.Millisecond}, "2"},
		{"less than a second", models.Error{Kind: models.TooMany, Wait: time.Nanosecond}, "1"},
		{"the store does not answer", models.Error{Kind: models.Unavailable}, "5"},
		{"the store says when", models.Error{Kind: models.Unavailable, Wait: time.Minute}, "60"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, RetryAfter(&test.err))
		})
	}
}
