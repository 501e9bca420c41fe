// Package models holds the documents of people's mediation and their rules: the case with its
// lifecycle, clock and timeline, the parties, the agreement, the policy, regions, accounts,
// reports and job records.
//
// Everything here is a function of its arguments. There is no clock, no store and no network;
// whatever depends on the time takes it. Times are UTC, money is int64 fen, land is int64
// hundredths of a mu, and names carry the unit.
package models
