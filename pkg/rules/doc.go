// Package rules keeps the rules by which deadlines are made: the versions of a county's policy and the
// calendar of days off. It publishes a version for days to come, says in plain Chinese what is another
// in it, and tries it out on the cases of a year before anybody is bound by it. It loads the days off
// of a year, after showing what that moves.
//
// It never changes what was decided: a stored version stays as it is, a case keeps the number of the
// version that made its deadline, and a trial writes nothing. Deadlines that have not come yet follow
// the calendar, as the law on counting days demands (民法典第203条), with an event on each case.
package rules
