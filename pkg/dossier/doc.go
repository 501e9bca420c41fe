// Package dossier writes a case into a folder that can be checked alone, without the server and years later:
// papers, attachments, the document as JSON, the timeline, and a manifest with the hash of each.
//
//	manifest.json    every other file with its size and SHA-256
//	manifest.sha256  the SHA-256 of manifest.json
//	case.json        the document (MongoDB Extended JSON); numbers stay sealed
//	timeline.json    what was done, each entry with the hash of the one before
//	papers/          the whole file as one Word file, and each paper as one
//	attachments/     what was attached
//
// Verify says everything that does not fit: a byte that changed, a file that is missing or was added, an entry of
// the timeline that is not the one that was written, an attachment that is not the one that was attached.
package dossier
