package mongodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"fengqiao/pkg/docstore"
)

// said stands for what a server or driver may quote: a document's text, a password.
const said = "张三 hunter2"

func rawOf(t *testing.T, json string) bson.Raw {
	t.Helper()
	var doc bson.Raw
	require.NoError(t, bson.UnmarshalExtJSON([]byte(json), false, &doc))
	return doc
}

func TestTold(t *testing.T) {
	t.Parallel()
	write := func(code int) error {
		return mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: code, Message: said}}}
	}
	command := func(code int32, labels ...string) error {
		return mongo.CommandError{Code: code, Name: "Name", Message: said, Labels: labels}
	}
	for _, test := range []struct {
		name string
		err  error
		want error // nil: refused, with the code
		text string
	}{
		{"no document", fmt.Errorf("find: %w", mongo.ErrNoDocuments), docstore.ErrNotFound, ""},
		{"no file", mongo.ErrFileNotFound, docstore.ErrNotFound, ""},
		{"told before", docstore.ErrConflict, docstore.ErrConflict, ""},
		{"newer", docstore.ErrNewerSchema, docstore.ErrNewerSchema, ""},
		{"disconnected", mongo.ErrClientDisconnected, docstore.ErrUnavailable, "closed"},
		{"stepped down", command(189), docstore.ErrUnavailable, "code 189"},
		{"not primary", command(10107, "RetryableWriteError"), docstore.ErrUnavailable, "code 10107"},
		{"shutting down, on a write", write(11600), docstore.ErrUnavailable, "code 11600"},
		{"unknown, but it passes", command(59_000, "RetryableWriteError"), docstore.ErrUnavailable, "code 59000"},
		{"majority not reached", mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64, Message: said}}, docstore.ErrUnavailable, "code 64"},
		{"network", mongo.CommandError{Message: said, Labels: []string{"NetworkError"}}, docstore.ErrUnavailable, ""},
		{"network timeout", &net.OpError{Op: "read", Err: timeout{}}, docstore.ErrUnavailable, "in time"},
		{"own limit of time", fmt.Errorf("%s: %w", said, context.DeadlineExceeded), docstore.ErrUnavailable, "in time"},
		{"max time", command(50), docstore.ErrUnavailable, "code 50"},
		{"credentials", command(18), nil, "code 18"},
		{"not authorized", command(13), nil, "code 13"},
		{"bad value", command(2), nil, "find of papers: refused by the server with code 2"},
		{"document too large", write(10334), nil, "code 10334"},
		{"something of the driver", errors.New(said), nil, "refused by the driver: *errors.errorString"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := told(t.Context(), "find", "papers", test.err)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "张三")
			require.NotContains(t, err.Error(), "hunter2")
			require.ErrorContains(t, err, test.text)
			for _, known := range []error{docstore.ErrNotFound, docstore.ErrConflict, docstore.ErrUnavailable, docstore.ErrNewerSchema} {
				require.Equal(t, known == test.want, errors.Is(err, known), "%v is %v", err, known) //nolint:errorlint // identity is meant
			}
		})
	}
	require.NoError(t, told(t.Context(), "find", "papers", nil))
}

type timeout struct{}

func (timeout) Error() string   { return said }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return false }

func TestToldContext(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := mongo.CommandError{Message: said, Labels: []string{"NetworkError"}, Wrapped: context.Canceled}
	require.Equal(t, context.Canceled, told(cancelled, "find", "papers", broken))

	limited, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	require.Equal(t, context.DeadlineExceeded, told(limited, "find", "papers", mongo.CommandError{Code: 50, Message: said}),
		"the server ended the call before the context did")
	require.ErrorIs(t, told(limited, "find", "papers", mongo.CommandError{Code: 189, Message: said}), docstore.ErrUnavailable)
}

func TestDuplicateIndex(t *testing.T) {
	t.Parallel()
	kind := &docstore.Kind{
		Name:   "papers",
		Fields: []docstore.Field{{Path: "key", Type: docstore.String}, {Path: "shelf.town", Type: docstore.String}, {Path: "shelf.number", Type: docstore.Int}},
		Indexes: []docstore.Index{
			{Name: "by_key", Fields: []string{"key"}},
			{Name: "key", Fields: []string{"key"}, Unique: true},
			{Name: "number", Fields: []string{"shelf.town", "shelf.number"}, Unique: true},
		},
	}
	insert := func(detail string) error {
		return mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: 11000, Message: said, Raw: rawOf(t, detail)}}}
	}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"id", insert(`{"index":0,"code":11000,"keyPattern":{"_id":1},"keyValue":{"_id":"张三"},"errmsg":"E11000"}`), "_id"},
		{"one field", insert(`{"index":0,"code":11000,"keyPattern":{"key":1},"keyValue":{"key":"张三"},"errmsg":"E11000"}`), "key"},
		{"two fields", insert(`{"index":0,"code":11000,"keyPattern":{"shelf.town":1,"shelf.number":1},"keyValue":{},"errmsg":"E11000"}`), "number"},
		{"of a command", mongo.CommandError{Code: 11000, Raw: rawOf(t, `{"ok":0,"code":11000,"codeName":"DuplicateKey","keyPattern":{"key":1}}`)}, "key"},
		{"not told", insert(`{"index":0,"code":11000,"errmsg":"E11000"}`), ""},
		{"not declared", insert(`{"index":0,"code":11000,"keyPattern":{"other":1}}`), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := duplicateIndex(test.err, kind)
			require.Equal(t, test.want, got)
			require.Equal(t, test.want != "", ok)
		})
	}
}
