package store

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// formatCursor makes the opaque text of a place in a list that is ordered by a time.
func formatCursor(at time.Time, id bson.ObjectID) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", at.UnixMilli(), id.Hex()))
}

func parseCursor(text string) (*docstore.Cursor, error) {
	broken := models.Errorf(models.Malformed, "cursor", "翻页位置不对，请从第一页重新查看")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, broken
	}
	millis, hex, ok := strings.Cut(string(raw), ".")
	at, err := strconv.ParseInt(millis, 10, 64)
	if !ok || err != nil {
		return nil, broken
	}
	id, err := bson.ObjectIDFromHex(hex)
	if err != nil {
		return nil, broken
	}
	return &docstore.Cursor{Value: time.UnixMilli(at).UTC(), ID: id}, nil
}
