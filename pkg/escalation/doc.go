// Package escalation is the clock: from policy, calendar and case to a deadline with its working,
// and from a case and a moment to what is to be done, with the reason anyone can read. Those are
// pure functions. The Sweep carries them out over the store.
//
// A case goes up one level at a time and gets a fresh clock from the moment of the hand-over,
// however long the system was down. Escalating moves the deadline in the same atomic write, so a
// second sweep, or a second server, finds nothing to do.
package escalation
