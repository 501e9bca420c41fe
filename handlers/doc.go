// Package handlers is the system as HTTP: one route table of API, pages and the three routes that
// operators ask, each with the permission it needs; one chain in front of it; one adapter that turns
// what a handler returns into an answer.
//
// The chain, from outside: a request id, the access log and the figures for Prometheus; recovery from
// a panic; security headers, refusal of what another site's page sends, the limit of the body. Then
// the route: who is asking, whether the role may, how often a stranger may try, the handler.
//
// A failure is logged once, here: those of ours as errors with their cause, those of the client at
// debug level by their code. No log line holds a query, a body, a path as it was typed, or a name.
package handlers
