// Package rules keeps the rules of a county: by which deadlines are made, disputes are assessed and files
// are paid for, each a Book of versions, and the calendar of days off. It publishes a version for days to
// come, once it is in order as a whole, and tries those of deadlines and risk out on the cases of a year
// before anybody is bound by them. It loads the days off of a year, after showing what that moves.
//
// It never changes what was decided: a stored version stays as it is, a case keeps the number of the
// version that made its deadline, and a trial writes nothing. Deadlines that have not come yet follow
// the calendar, as the law on counting days demands (民法典第203条), with an event on each case.
package rules
