package mongodb_test

import (
	"testing"

	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/mongodb/mongotest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := mongotest.Find(t)
	docstoretest.Run(t, func(t *testing.T) docstore.Engine { return server.Open(t) }, server.Capabilities)
}
