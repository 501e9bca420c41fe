// Package screening is the monthly risk-screening report (月度矛盾纠纷排查报告): its figures, the
// lists of cases behind them, and the stored reports of every place and month.
//
// A figure is defined once, as a function of one case and one window of time. The number is the sum
// of that function over the cases of a place; the list behind the number is the cases for which it
// is not zero. So the two cannot differ, a county's figures are the sums of its townships', and a
// township's those of its villages.
//
// The function looks at the case's own history as it was at the window's end: events, stages,
// sittings, agreement and instalments that had been written down by then, and what never changes
// after logging (type, place, source, amount, households, parties). It never looks at where the
// case stands today. A report built a year later therefore equals the one built on the first day of
// the next month.
//
// It is also the Party grid (党建网格) and its screening returns (排查表). A village's grid is one
// document whose cells have spans by date that are added, never changed. Which returns are owed (Duty)
// follows from the county's periods and from what the grid had been when a period ended; a return is one
// document for one cell and period, with everything that was sent of it and became of its findings
// (Lead). Figures of the grid count Entries of a window, made of the same documents by the same rule.
package screening
