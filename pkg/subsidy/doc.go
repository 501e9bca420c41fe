// Package subsidy settles what a county pays for files of mediation (以案定补): per township and month
// or quarter a sheet of the files that were closed, each with its amount and the working in words, which
// the judicial office approves or refuses one by one, closes, and hands to the finance office as Excel.
//
// A file is paid for when it is closed and complete; what is missing in the others is said. A file is
// paid once, ever: a claim whose id is the case's stands for it, whatever sheets it comes onto. A closed
// sheet never changes. What was missing, refused or approved wrongly is put right by a line of its own
// on a later sheet.
//
// Money goes per file to the committee. The mediators of a file are named on its line, as the voucher
// needs it; nothing is added up, counted or put in order by persons anywhere, and no method here could.
package subsidy
