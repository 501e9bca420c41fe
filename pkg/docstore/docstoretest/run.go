package docstoretest

import (
	"testing"

	"fengqiao/pkg/docstore"
)

// Capabilities says what the server under test is able to do. The contract demands all of it; a
// false field names a defect of the server, not of the engine that talks to it.
type Capabilities struct {
	AtomicUpdates        bool // of several changes made from one version exactly one is written
	AtomicInserts        bool // of several documents with one unique key exactly one is written
	DuplicateOnUpdate    bool // a change that takes another document's unique key is told apart from other errors
	SeveralAccumulators  bool // a tally has more than one figure: count and sums
	Explain              bool // the server tells the index it uses
	MissingFieldsInOrder bool // a document without the order field is left out by the order
	Cancellation         bool // a call whose context has ended returns its error
	LargeBlobs           bool // a blob may be larger than one document of the server
}

// All is every capability: what the contract demands.
var All = Capabilities{
	AtomicUpdates:        true,
	AtomicInserts:        true,
	DuplicateOnUpdate:    true,
	SeveralAccumulators:  true,
	Explain:              true,
	MissingFieldsInOrder: true,
	Cancellation:         true,
	LargeBlobs:           true,
}

// Run asks an engine everything. open gives a fresh, empty store at each call, on which Ensure was
// not yet called, and closes it at the end of the test; the suite may have closed it before. The
// stores of one Run are used at the same time.
func Run(t *testing.T, open func(t *testing.T) docstore.Engine, caps Capabilities) {
	s := suite{open: open, caps: caps}
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"crud", s.crud},
		{"documents", s.documents},
		{"versions", s.versions},
		{"unique keys", s.uniqueKeys},
		{"replace many", s.replaceMany},
		{"filters", s.filters},
		{"missing fields", s.missingFields},
		{"strings", s.stringsAsTheyAre},
		{"order", s.order},
		{"paging", s.paging},
		{"refused", s.refused},
		{"grams", s.grams},
		{"tally", s.tally},
		{"times", s.times},
		{"copies", s.copies},
		{"blobs", s.blobs},
		{"explain", s.explain},
		{"ensure again", s.ensureAgain},
		{"cancelled", s.cancelled},
		{"closed", s.closed},
		{"concurrency", s.concurrency},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

type suite struct {
	open func(t *testing.T) docstore.Engine
	caps Capabilities
}

// offers says whether a capability is there; if not, it prints what the run does not show.
func offers(t *testing.T, have bool, capability, hidden string) bool {
	t.Helper()
	if !have {
		t.Logf("capability not offered by the server under test: %s — not shown here: %s", capability, hidden)
	}
	return have
}
