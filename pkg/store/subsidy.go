package store

import (
	"context"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func subsidyTableKind() *docstore.Kind { return editionKind("subsidy_tables") }

func subsidySheetKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "subsidy_sheets",
		Fields:  []docstore.Field{{Path: "township", Type: docstore.String}, {Path: "startsAt", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "township", Fields: []string{"township", "startsAt"}}},
	}
}

func subsidyClaimKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "subsidy_claims",
		Fields:  []docstore.Field{{Path: "case", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "case", Fields: []string{"case"}}},
	}
}

const (
	subsidyTableNoun = "补贴标准"
	subsidySheetNoun = "补贴结算表"
)

// SubsidyTable returns one version.
func (s *Store) SubsidyTable(ctx context.Context, county string, number int) (*models.SubsidyTable, error) {
	t, err := s.subsidyTables.Get(ctx, models.PolicyID(county, number))
	return t, told(err, subsidyTableNoun)
}

// SubsidyTableInForce returns the table of a county at a moment. None comes with the system. It is
// shared: nobody may change it.
func (s *Store) SubsidyTableInForce(ctx context.Context, county string, now time.Time) (*models.SubsidyTable, error) {
	t, err := s.subsidiesInForce.at(ctx, county, now)
	if t == nil && err == nil {
		return nil, models.Errorf(models.Precondition, "subsidy.none", "本县还没有生效的补贴标准，所以没有计算。请县里先发布补贴标准")
	}
	return t, told(err, subsidyTableNoun)
}

// SubsidyTables returns every version of a county, the one that takes effect last first.
func (s *Store) SubsidyTables(ctx context.Context, county string) ([]*models.SubsidyTable, error) {
	found, err := s.subsidyTables.Find(ctx, editionsOf(county))
	return found, told(err, subsidyTableNoun)
}

// InsertSubsidyTable adds a version after checking it. A taken number is IsDuplicate(err, docstore.IDIndex).
func (s *Store) InsertSubsidyTable(ctx context.Context, t *models.SubsidyTable) error {
	if err := s.fit(t); err != nil {
		return err
	}
	return told(s.subsidiesInForce.insert(ctx, t), subsidyTableNoun)
}

// SubsidySheet returns a township's sheet of a period.
func (s *Store) SubsidySheet(ctx context.Context, id string) (*models.SubsidySheet, error) {
	sheet, err := s.subsidySheets.Get(ctx, id)
	return sheet, told(err, subsidySheetNoun)
}

// SubsidySheets returns a township's sheets of the periods that begin at or after a moment, in their order.
func (s *Store) SubsidySheets(ctx context.Context, township string, from time.Time) ([]*models.SubsidySheet, error) {
	found, err := s.subsidySheets.Find(ctx, docstore.Query{
		Index: "township", Filter: []docstore.Condition{docstore.Equal("township", township), docstore.AtLeast("startsAt", from)}, Order: "startsAt", Limit: docstore.MaxLimit,
	})
	return found, told(err, subsidySheetNoun)
}

// PutSubsidySheet writes a sheet: a new one of version 0 is added, else the one of its version replaced.
// IsConflict when somebody else was faster.
func (s *Store) PutSubsidySheet(ctx context.Context, sheet *models.SubsidySheet) error {
	sheet.ID = models.SubsidySheetID(sheet.Township, sheet.Period)
	if sheet.Version > 0 {
		return told(s.subsidySheets.Replace(ctx, sheet), subsidySheetNoun)
	}
	err := s.subsidySheets.Insert(ctx, sheet)
	if IsDuplicate(err, docstore.IDIndex) {
		err = docstore.ErrConflict
	}
	return told(err, subsidySheetNoun)
}

// SubsidyClaim returns the claim of a case.
func (s *Store) SubsidyClaim(ctx context.Context, id string) (*models.SubsidyClaim, error) {
	c, err := s.subsidyClaims.Get(ctx, id)
	return c, told(err, subsidySheetNoun)
}

// SubsidyClaims returns the claims of some cases, by case.
func (s *Store) SubsidyClaims(ctx context.Context, cases []string) (map[string]*models.SubsidyClaim, error) {
	out := map[string]*models.SubsidyClaim{}
	for len(cases) > 0 {
		some := cases[:min(len(cases), docstore.MaxLimit/2)]
		cases = cases[len(some):]
		found, err := s.subsidyClaims.Find(ctx, docstore.Query{Index: "case", Filter: []docstore.Condition{docstore.In("case", some...)}, Limit: docstore.MaxLimit})
		if err != nil {
			return nil, told(err, subsidySheetNoun)
		}
		for _, c := range found {
			out[c.Case] = c
		}
	}
	return out, nil
}

// InsertSubsidyClaim adds a claim. One that is there already is IsDuplicate(err, docstore.IDIndex).
func (s *Store) InsertSubsidyClaim(ctx context.Context, c *models.SubsidyClaim) error {
	c.Key = c.Case
	return told(s.subsidyClaims.Insert(ctx, c), subsidySheetNoun)
}

// ReplaceSubsidyClaim writes a claim back; IsConflict when somebody changed it meanwhile.
func (s *Store) ReplaceSubsidyClaim(ctx context.Context, c *models.SubsidyClaim) error {
	return told(s.subsidyClaims.Replace(ctx, c), subsidySheetNoun)
}
