// Package account says who somebody is and what they may do: passwords, sessions, throttled
// logins, the table of roles × permissions, and the first administrator.
package account
