// Package casework does what people do to a case: log it, accept it, record a sitting, an
// agreement or a failure, hand it up, review it, close it. Each use case loads the case inside the
// actor's scope, checks the form, lets models.Case.Move apply the lifecycle, and writes the one
// document back under its version. Pages and API call the same methods.
package casework
