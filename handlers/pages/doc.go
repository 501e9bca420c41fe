// Package pages is what people see: HTML rendered on the server, its forms, one style sheet and one
// small script.
//
// Every page works without JavaScript. The script only keeps a draft on the device while the network
// is weak, asks before typed text is lost and changes the size of type without a reload.
//
// A form's field is named by the JSON path of the use case's form, so that a use case's fault stands
// at its field without translation. What was typed stays as it was typed until it is accepted: a
// refused form comes back with everything in it.
//
// What a template sees of a case is a view type of this package. It has no place for a sealed
// number; the page that shows numbers in the clear gets them apart, after the look is on record.
package pages
