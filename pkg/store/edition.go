package store

import (
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// The versions of each kind of rules are kept and found alike.

func editionKind(name string) *docstore.Kind {
	return &docstore.Kind{
		Name:    name,
		Fields:  []docstore.Field{{Path: "county", Type: docstore.String}, {Path: "effectiveFrom", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "county", Fields: []string{"county", "effectiveFrom"}}},
	}
}

// editionInForce asks for a county's version in force at a moment: its latest one that has taken effect.
func editionInForce(county string, now time.Time) docstore.Query {
	return docstore.Query{
		Index:  "county",
		Filter: []docstore.Condition{docstore.Equal("county", county), docstore.AtMost("effectiveFrom", now)},
		Order:  "effectiveFrom", Desc: true, Limit: 1,
	}
}

// editionsOf asks for every version of a county, the one that takes effect last first.
func editionsOf(county string) docstore.Query {
	return docstore.Query{
		Index: "county", Filter: []docstore.Condition{docstore.Equal("county", county)}, Order: "effectiveFrom", Desc: true, Limit: docstore.MaxLimit,
	}
}

// fit checks a version before it is kept: each field, then all of it together; and gives it its id.
func (s *Store) fit(p models.Ruled) error {
	if err := s.validate.Check(p); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	issue := p.Issue()
	issue.ID = models.PolicyID(issue.County, issue.Number)
	return nil
}
