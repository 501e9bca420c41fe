package mongodb

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, uri, want string }{
		{"plain", "mongodb://localhost:27017/fengqiao", "mongodb://localhost:27017/fengqiao"},
		{"user and password", "mongodb://fq:hunter2@a:1,b:2/county?replicaSet=rs0", "mongodb://***@a:1,b:2/county"},
		{"service record", "mongodb+srv://fq:hunter2@cluster.example/", "mongodb+srv://***@cluster.example/"},
		{"options with secrets", "mongodb://h/?tlsCertificateKeyFilePassword=hunter2", "mongodb://h/"},
		{"at sign in the password", "mongodb://fq:hunter2@x@h/db", "mongodb://***@h/db"},
		{"slash in the password", "mongodb://fq:a/hunter2@h/db", "mongodb://***@h/db"},
		{"question mark in the password", "mongodb://fq:a?hunter2@h/db", "mongodb://***@h/db"},
		{"another scheme", "postgres://fq:hunter2@h/db", "(no MongoDB URI)"},
		{"only a password", "hunter2", "(no MongoDB URI)"},
		{"nothing", "", "(no MongoDB URI)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, Redact(test.uri))
			require.NotContains(t, Redact(test.uri), "hunter2")
		})
	}
}

func TestDatabaseOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ uri, want string }{
		{"mongodb://h", "fengqiao"},
		{"mongodb://h/", "fengqiao"},
		{"mongodb://h/?w=1", "fengqiao"},
		{"mongodb://h?w=1", "fengqiao"},
		{"mongodb://a:1,b:2/county?replicaSet=rs0", "county"},
		{"mongodb://u:p@h/county", "county"},
		{"mongodb://h/%E5%8E%BF", "县"},
		{"mongodb://h/a.b", ""},
		{"mongodb://h/a/b", ""},
		{"mongodb://h/%zz", ""},
		{"http://h/a", ""},
	} {
		t.Run(test.uri, func(t *testing.T) {
			t.Parallel()
			got, err := databaseOf(test.uri)
			require.Equal(t, test.want, got)
			require.Equal(t, test.want == "", err != nil)
		})
	}
}

// TestOpenTellsNoSecret asks that nothing of the URI is in the error of an Open that fails.
func TestOpenTellsNoSecret(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := listener.Addr().String()
	require.NoError(t, listener.Close())
	for _, test := range []struct {
		name, uri   string
		unavailable bool
	}{
		{"nobody listens", "mongodb://fq:hunter2@" + nobody + "/db?serverSelectionTimeoutMS=300", true},
		{"no such host", "mongodb://fq:hunter2@nowhere.invalid/db?serverSelectionTimeoutMS=300", true},
		{"no such service record", "mongodb+srv://fq:hunter2@nowhere.invalid/db", false},
		{"slash in the password", "mongodb://fq:hunter2/x@h/db", false},
		{"bad escape", "mongodb://fq:hunter2%zz@h/db", false},
		{"bad option", "mongodb://fq:hunter2@h/db?authMechanism=hunter2", false},
		{"no URI", "hunter2", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(t.Context(), test.uri)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), "fq")
			if test.unavailable {
				require.ErrorIs(t, err, docstore.ErrUnavailable)
			}
		})
	}

	late, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = Open(late, "mongodb://"+nobody+"/db")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
