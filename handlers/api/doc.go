// Package api is the JSON interface under /api/v1: the same use cases as the pages, for programs.
//
// A body is one JSON object of at most a mebibyte, application/json in UTF-8; a field that is not
// known is refused, so that a misspelt one is not lost. A failure is a problem document (RFC 9457)
// with a code that stays and, where fields are wrong, one message in Chinese for each. Times are
// RFC 3339 in UTC, days are 2006-01-02, money is fen.
//
// A case carries its version as its ETag. If-Match makes a change only to the version that was seen:
// another one is 409 with the code conflict, not 412, and says who changed what; so is the answer of
// the pages, and of a change that loses a race without the header being sent. Logging with an
// Idempotency-Key gives, for the same account and key, the case that was logged first.
//
// A case outside the caller's region does not exist: 404. What leaves is a view type that cannot hold
// a sealed number.
//
// The endpoints are one table; routes and the OpenAPI document are both made from it.
package api
