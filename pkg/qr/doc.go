// Package qr writes and reads the square codes on printed papers.
//
// A code is small on purpose: few characters make few and large squares, which an old phone still sees. Reading
// works on pictures that were shrunk before, so that its time and memory are bounded by their sides.
package qr
