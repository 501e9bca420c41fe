package subsidy

import (
	"context"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
)

// claim takes a file for a sheet, on which it is about to be approved. Of several sheets one gets it.
// A claim stays when the approval is taken back, or lost to another writer: until its sheet is closed
// the file waits there.
func (s *Service) claim(ctx context.Context, id, sheet string) error {
	err := s.store.InsertSubsidyClaim(ctx, &models.SubsidyClaim{Case: id, Sheet: sheet})
	if err == nil || !store.IsDuplicate(err, docstore.IDIndex) {
		return err
	}
	claim, err := s.store.SubsidyClaim(ctx, id)
	if err != nil || claim.Sheet == sheet && claim.Back == "" {
		return err
	}
	free, err := s.lapsed(ctx, claim)
	if err != nil {
		return err
	}
	was := claim.Sheet
	if claim.Sheet = sheet; free {
		err = s.store.ReplaceSubsidyClaim(ctx, claim)
	}
	if !free || store.IsConflict(err) {
		return elsewhere(was)
	}
	return err
}

// lapsed says whether a claim came to nothing: its sheet is closed, and so will never pay the file.
func (s *Service) lapsed(ctx context.Context, claim *models.SubsidyClaim) (bool, error) {
	sheet, err := s.store.SubsidySheet(ctx, claim.Sheet)
	if store.IsNotFound(err) {
		return false, nil // it is being written
	}
	if err != nil || sheet.ClosedAt == nil || claim.Back != "" {
		return false, err
	}
	return !sheet.Pays(claim.Case), nil
}

// elsewhere is told of a file that is, or may yet be, paid on another sheet.
func elsewhere(sheet string) error {
	return models.Errorf(models.Precondition, "subsidy.paid", "这件已经列入%s的结算表，一件案件只补一次。请选不予核准，写明理由", periodName(sheet))
}

// periodName is the period of a sheet as people say it.
func periodName(sheet string) string {
	_, key, _ := strings.Cut(sheet, "/")
	period, ok := models.ParseSubsidyPeriod(key)
	if !ok {
		return sheet
	}
	return period.Name
}

// unclaimed leaves out the lines of files that are paid on another sheet.
func (s *Service) unclaimed(ctx context.Context, sheet *models.SubsidySheet, lines []models.SubsidyLine) ([]models.SubsidyLine, error) {
	ids := make([]string, len(lines))
	for i := range lines {
		ids[i] = lines[i].Case
	}
	claims, err := s.store.SubsidyClaims(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []models.SubsidyLine
	for _, line := range lines {
		if claim := claims[line.Case]; claim != nil && claim.Sheet != sheet.ID {
			free, err := s.lapsed(ctx, claim)
			if err != nil {
				return nil, err
			}
			if !free {
				continue
			}
		}
		out = append(out, line)
	}
	return out, nil
}
