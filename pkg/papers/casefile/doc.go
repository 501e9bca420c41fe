// Package casefile makes the official papers of a case (司法部2010年人民调解文书格式): from the cover to the back of
// the file, each filled from what the case says and with a line to write on where it says nothing.
//
// A paper is data: the blocks of pkg/papers/docx. Single, Whole and Zip write them as Word files, HTML shows
// them on a page; they cannot disagree, because both read the same blocks. A paper of an empty case is the
// form to fill in by hand.
//
// Nothing here opens a sealed number: the caller hands in what the reader may see, whole or masked.
package casefile
