// Package demo invents a county that exists nowhere: its places, people and quarrels. Demo builds
// some hundred cases by the real use cases under a moving clock, so that timelines, numbers and
// deadlines are what they would be after fourteen months of use. Load makes any number of finished
// documents for measuring.
//
// Everything follows from a seed and the moment it ends at, except the ids and what is sealed.
package demo
