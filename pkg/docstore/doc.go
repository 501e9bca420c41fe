// Package docstore keeps documents. It knows nothing of disputes.
//
// A kind of document is declared once, as data: its name, the fields that may be asked for, the
// indexes that serve the questions, the keys that are unique. Two engines hold to the same
// contract: package mongodb stores the document natively, package embedded stores the same BSON
// bytes in one SQLite file. The suite in package docstoretest decides what both must do.
//
// # Documents
//
// A document is BSON. Its "_id" is a bson.ObjectID or a non-empty string, its "v" an int64 version
// that starts at 1 and grows by one with each change. Times are UTC, cut to the millisecond. What
// is read shares no memory with what was written.
//
// A change names the version it was made from. If the stored version is another, nothing is
// written and the caller gets ErrConflict: exactly one of several writers wins a version. There
// are no transactions over several documents and no code relies on one.
//
// # Questions
//
// A filter is a conjunction of conditions over declared fields. Each query names the declared
// index that narrows it; the engine uses that index or refuses. The conditions that narrow are
// equality on the leading fields of the index, then at most one range or the order field; whatever
// is left is checked inside the narrow set. A document whose order field is missing or null is not
// found by a query that orders by it, and a missing or null field satisfies no condition.
//
// Order is by one declared field, then by id, both in the same direction. Paging is by key: the
// cursor of the last document read is where the next page begins, so that pages neither repeat nor
// lose a document while others are written.
//
// # Errors
//
// Callers test with errors.Is: ErrNotFound, ErrConflict, ErrUnavailable, ErrNewerSchema; with
// errors.As: *DuplicateError. A cancelled context is reported as such. No error of this package
// carries the text of a driver's connection string or of a document.
package docstore
