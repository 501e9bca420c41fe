package subsidy

import (
	"context"
	"io"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/workday"
)

// Workbook writes a closed sheet of a township for the finance office, after that is on record.
func (s *Service) Workbook(ctx context.Context, actor models.Actor, township, period string, w io.Writer) error {
	if models.RegionKindOf(township) != models.RegionTownship {
		return models.Errorf(models.NotFound, "not_found", "没有找到这个乡镇")
	}
	sheet, err := s.Sheet(ctx, actor.Scope(), township, period)
	if err != nil {
		return err
	}
	if sheet.ClosedAt == nil {
		return models.Errorf(models.Precondition, "subsidy.open", "%s的结算表还没有定稿。司法所逐件核准、定稿以后，才能导出给财政", sheet.Period.Name)
	}
	if err := s.store.RecordAccess(ctx, actor, s.now(), AccessExport, sheet.ID, township); err != nil {
		return err
	}
	return papers.SubsidyWorkbook(w, papers.SubsidyData{
		Place: sheet.Place.Name, Period: sheet.Period.Name, ClosedAt: sheet.ClosedAt.In(workday.Zone), ClosedBy: sheet.ClosedBy.Name, Sheet: sheet.SubsidySheet,
	})
}
