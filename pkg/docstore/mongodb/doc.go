// Package mongodb is the engine of package docstore on a MongoDB server: one kind of document is
// one collection, a document is stored as it is.
//
// It asks for nothing but what MongoDB 5 to 8 document and a standalone server, a replica set and a
// sharded cluster all give: single-document writes, find, aggregate with $match and $group,
// createIndexes, explain. There are no transactions, change streams, server-side scripts,
// collations, partial or expiring indexes.
//
// A write is acknowledged when a majority has it in its journal; a read comes from the primary. The
// read concern is local: a change is made over the version that was read, and a version that is
// rolled back takes the change made over it along, so no change survives over a state that does not.
//
// Every query carries the declared index as its hint: a server without that index refuses. A page
// behind a cursor is asked in two parts, the documents that equal the cursor in the order and those
// beyond it, because each is one unbroken stretch of the index; then nothing depends on what a
// planner makes of an alternative.
//
// Blobs lie in the layout of GridFS, bucket "blobs", with the hash as the file's id. The bytes of a
// hash are always the same, so every part of a blob is written under an id that follows from the
// hash, and writing it again, from another process or after a crash, changes nothing.
//
// Errors are told by the server's codes, never by its words, and carry neither: a server's message
// may quote a document, a driver's the connection string.
package mongodb
