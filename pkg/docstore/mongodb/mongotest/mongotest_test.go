package mongotest

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore/docstoretest"
)

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ uri, want string }{
		{"mongodb://h:1", "mongodb://h:1/test"},
		{"mongodb://h:1/", "mongodb://h:1/test"},
		{"mongodb://a:1,b:2/old?replicaSet=rs0", "mongodb://a:1,b:2/test?replicaSet=rs0"},
		{"mongodb://u:p@h:1/", "mongodb://u:p@h:1/test?authSource=admin"},
		{"mongodb://u:p@h:1/old?w=1", "mongodb://u:p@h:1/test?w=1&authSource=old"},
		{"mongodb://u:p@h:1/old?authSource=users", "mongodb://u:p@h:1/test?authSource=users"},
		{"mongodb+srv://u:p@h", "mongodb+srv://u:p@h/test?authSource=admin"},
	} {
		require.Equal(t, test.want, withDatabase(test.uri, "test"))
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		info, name string
		atomic     bool
	}{
		{`{"version":"8.0.4","modules":[],"ok":1}`, "MongoDB 8.0.4", true},
		{`{"version":"7.0.77","ferretdb":{"version":"v2.7.0","package":"docker"},"ok":1}`, "FerretDB v2.7.0 (as MongoDB 7.0.77)", true},
		{`{"version":"7.0.42","ferretdbVersion":"unknown","ferretdbFeatures":{},"ok":1}`, "FerretDB 1 (as MongoDB 7.0.42)", false},
	} {
		var info bson.Raw
		require.NoError(t, bson.UnmarshalExtJSON([]byte(test.info), false, &info))
		name, caps := capabilities(info)
		require.Equal(t, test.name, name)
		require.Equal(t, test.atomic, caps.AtomicUpdates)
		require.Equal(t, test.atomic, caps == docstoretest.All)
	}
}

// TestServer asks that there is a server, that databases are apart, and that they are gone afterwards.
func TestServer(t *testing.T) {
	t.Parallel()
	server := Find(t)
	require.NotEqual(t, server.Database(t), server.Database(t))
	require.NoError(t, server.Open(t).Ping(t.Context()))
}
