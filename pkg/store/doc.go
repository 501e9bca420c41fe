// Package store keeps what the application keeps, one file per kind of document: cases, accounts,
// sessions, regions, policies, calendars, reports, job runs and leases, messages and how they are
// sent. It declares their kinds and indexes, states for each query the index that narrows it, and
// turns the document store's errors into those that people are told of. Every query for cases takes
// the scope of whoever asks: what lies outside does not exist.
package store
