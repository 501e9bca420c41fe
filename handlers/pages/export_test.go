package pages

// FieldID is the element id of a field.
var FieldID = fieldID

// ActionSlugs are the forms of what is done to a case.
func ActionSlugs() []string {
	var out []string
	for _, a := range (&Pages{}).actions() {
		out = append(out, a.slug)
	}
	return out
}
