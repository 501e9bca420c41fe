// Package enclosure takes in what is attached to a case: photos and PDFs, known by their content and not by
// what they are called.
//
// A photo is decoded and written anew, upright: what a phone hides in it (where it was taken, with what, by
// whose phone) is gone, and nothing but a picture can be in it. A PDF is kept as it is. All else is refused
// with words that say what to do.
package enclosure
