// Package jobs is the clock of the system: it runs what is done by itself, the sweep, the monthly
// reports and the cleaning up, on robfig/cron.
//
// A schedule in memory forgets what it missed, so the truth is a ledger in the store: a slot of a
// schedule is one document, claimed by inserting it, and done only when it says so. A slot that
// failed, or whose process died, is taken up again. What was missed while the system was down is
// caught up by one run at start, because every job works off whatever is due.
//
// Every process has a Runner. A lease per job lets one of them do the work; the others look again
// until the slot is done. The lease saves work and nothing rests on it: a job's effects are
// idempotent under the version of each document. The context of a run ends when the process can no
// longer be sure that it holds the lease.
package jobs
