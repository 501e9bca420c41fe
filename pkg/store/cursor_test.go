package store

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
)

const anID = "665f00000000000000000001"

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestBrokenCursorsAreMalformed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text string }{
		{"no base64", "no cursor!"},
		{"padded", encoded("1."+anID) + "="},
		{"cut off", formatCursor(time.UnixMilli(1), bson.ObjectID{1})[:10]},
		{"nothing in it", encoded("")},
		{"no id", encoded("1700000000000")},
		{"an empty id", encoded("1700000000000.")},
		{"a short id", encoded("1700000000000.665f")},
		{"an id of other letters", encoded("1700000000000.665f0000000000000000000g")},
		{"no time", encoded("." + anID)},
		{"a time of words", encoded("soon." + anID)},
		{"a time with a tail", encoded("17x." + anID)},
		{"a blank before the time", encoded(" 17." + anID)},
		{"a fraction", encoded("1.5." + anID)},
		{"a time too large", encoded("99999999999999999999." + anID)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseCursor(test.text)
			told := models.AsError(err)
			require.Equal(t, models.Malformed, told.Kind, "%v", err)
			require.Equal(t, "翻页位置不对，请从第一页重新查看", told.Message)
		})
	}
}

// FuzzCursor asks that every text is refused, or is a place that is written back as the same place.
func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(formatCursor(time.UnixMilli(1_700_000_000_000), bson.ObjectID{1, 2, 3}))
	f.Add(encoded("-1." + anID))
	f.Add(encoded("+9223372036854775807." + anID))
	f.Fuzz(func(t *testing.T, text string) {
		cursor, err := parseCursor(text)
		if err != nil {
			require.Equal(t, models.Malformed, models.AsError(err).Kind)
			return
		}
		at, id := cursor.Value.(time.Time), cursor.ID.(bson.ObjectID)
		again, err := parseCursor(formatCursor(at, id))
		require.NoError(t, err)
		require.Equal(t, cursor, again)
	})
}
