// Package embedded keeps documents in one SQLite file. It is the engine of an office that has one
// PC and no MongoDB server.
//
// # What the file holds
//
// A kind of document is two tables. The first is narrow: a row number, the id, the version and one
// column for each declared field that is not an array, under the field's own path; the declared
// indexes are SQL indexes on it, each but the unique ones ending with the id. The second has the
// BSON bytes by row number, so that filters and tallies never touch them. An index with an array
// is a table of its own, with one row for each distinct element of each document, ordered by the
// fields of the index and the id. Times are milliseconds, booleans 0 and 1, an ObjectID is a blob
// of twelve bytes. A long document may have zeros behind it, so that it takes the same room among its
// neighbours when it has grown. What a kind declares is written beside it; a changed declaration is rebuilt
// from the documents when Ensure meets it.
//
// # Writing
//
// One connection writes. Whoever of the waiting callers gets hold of it applies every write that waits in
// one transaction, and answers them after the commit, which is durable: many writers share one fsync. Each
// write has its own result. Only the first statement of a write can meet a taken key, and SQLite undoes
// that statement alone, so that a write that fails harms no other. A write whose context ends before it is
// taken is not applied; once taken, the caller learns its outcome.
//
// Several processes of one machine may have the file open. Nothing is remembered from one
// transaction to the next but the declarations, and those are compared whenever another process
// has changed the schema.
//
// # Reading
//
// Readers have connections of their own and see the last commit. Every query names its index to
// SQLite as well, which refuses what the index cannot serve. Where a query asks for one of several
// values and an order, one ordered walk per value is merged; nothing is sorted. A search for
// several elements of an array walks the rarest of them and looks the others up.
package embedded
