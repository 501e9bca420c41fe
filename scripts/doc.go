// Package scripts holds what a developer runs by hand, and the check of the arrows between packages.
// Folders with a go.mod of their own are tools: what they need stays out of the product's go.mod.
package scripts
