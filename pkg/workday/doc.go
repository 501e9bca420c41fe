// Package workday counts days the way Chinese law does: which days are worked, when a period of
// days ends, and which days were passed over and why. It owns the calendar of statutory holidays
// and moved working days (调休上班日) and refuses to guess: a year that was not announced counts
// weekends and the holidays of fixed date alone, and says that it is provisional.
//
// The day of the event does not count (民法典第201条). A period ends at 24:00 of its last day; where
// that is a statutory holiday or a day off, at 24:00 of the first working day after it (第203条). All
// days are those of Zone.
package workday
