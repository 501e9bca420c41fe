package mongodb

import (
	"errors"
	"net/url"
	"strings"
)

const defaultDatabase = "fengqiao"

var errURI = errors.New("not a usable MongoDB URI: want mongodb://host:port/database or mongodb+srv://host/database, with special characters of user and password percent-encoded")

// Redact returns a MongoDB URI that may be shown: scheme, hosts and database, without user,
// password and options. Of a text that is no such URI it shows nothing.
func Redact(uri string) string {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || scheme != "mongodb" && scheme != "mongodb+srv" {
		return "(no MongoDB URI)"
	}
	// A password with an unescaped "/", "?" or "@" ends no earlier than the last "@" of the text.
	user := strings.LastIndexByte(rest, '@')
	shown := rest[user+1:]
	shown, _, _ = strings.Cut(shown, "?")
	if user >= 0 {
		shown = "***@" + shown
	}
	return scheme + "://" + shown
}

// databaseOf returns the name of the database in the path of a URI.
func databaseOf(uri string) (string, error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || scheme != "mongodb" && scheme != "mongodb+srv" {
		return "", errURI
	}
	rest, _, _ = strings.Cut(rest, "?")
	_, path, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(name, "/\\. \"$*<>:|?@\x00") || len(name) > 63 {
		return "", errURI
	}
	if name == "" {
		return defaultDatabase, nil
	}
	return name, nil
}
