// Package docstoretest is the conformance suite of the document store: what it asks, every engine
// does. A test of an engine calls Run with a function that opens an empty store:
//
//	func TestConformance(t *testing.T) {
//		docstoretest.Run(t, func(t *testing.T) docstore.Engine { … }, docstoretest.All)
//	}
//
// Where a server cannot do what the contract demands, its test says so with Capabilities. The run
// then prints one line for each thing that it could not show, and shows all the rest.
package docstoretest
