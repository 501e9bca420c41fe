package models

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is what sort of failure an Error is. It decides the answer's status and its log level.
type Kind int

const (
	Internal        Kind = iota // a fault of ours; nothing of it is shown
	Malformed                   // the request cannot be read
	Invalid                     // a field is wrong; Fields says which
	Unauthenticated             // nobody is logged in
	Forbidden                   // the role does not do this
	NotFound                    // it does not exist, or is outside the caller's region
	Conflict                    // somebody changed it meanwhile, or it exists already
	Precondition                // the case is not in a state that allows this
	TooMany                     // too many attempts
	TooLarge                    // the body is larger than allowed
	Unavailable                 // the store does not answer
)

// Kinds lists every kind, for tables that must cover them all.
func Kinds() []Kind {
	return []Kind{Internal, Malformed, Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Precondition, TooMany, TooLarge, Unavailable}
}

// FieldError is one fault of one input field.
type FieldError struct {
	Field   string `json:"field"`   // JSON path: "parties[0].phone"
	Message string `json:"message"` // plain Chinese, says what to do
}

// Error is a failure that people are told of. Message and Fields are plain Chinese; the cause is
// for the log alone.
type Error struct {
	Kind    Kind
	Code    string // stable and machine-readable: "case.not_found"
	Message string
	Fields  []FieldError
	Wait    time.Duration // after which it may work, 0 where that is not known
	Cause   error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, f := range e.Fields {
		b.WriteString(" " + f.Field)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error whose message is formatted.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldErrorf makes an Invalid error of one field.
func FieldErrorf(field, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: []FieldError{{Field: field, Message: message}}}
}

// AsError returns the Error inside err, however deep, or an Internal one that wraps it.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Message: "系统出错了，请稍后再试", Cause: err}
}
