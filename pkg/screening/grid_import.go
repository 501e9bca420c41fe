package screening

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/workday"
)

// ImportFault is what is wrong with one line of a list that is read in.
type ImportFault struct {
	Line    int // as the spreadsheet counts; 0 for the whole
	Message string
}

// Import draws the grid of a village from a spreadsheet. Where anything is wrong nothing is read in, and
// every fault is told with its line. The cells keep the numbers of the list, so that a list that is read
// in twice is refused the second time. The village's grid is one document: nothing is half imported.
func (s *Service) Import(ctx context.Context, actor models.Actor, village string, file io.Reader) (added int, faults []ImportFault, err error) {
	if err := mayDraw(actor, village); err != nil {
		return 0, nil, err
	}
	rows, err := papers.ReadGrid(file)
	if err != nil {
		return 0, nil, err
	}
	accounts, err := s.store.AccountsAt(ctx, village)
	if err != nil {
		return 0, nil, err
	}
	now := s.now()
	err = s.redraw(ctx, actor, village, func(g *models.Grid) error {
		added, faults = 0, nil
		lines := map[int]int{} // number → line
		// Those above come first, whatever the order of the list.
		slices.SortStableFunc(rows, func(a, b papers.GridRow) int { return kindOf(a.Kind).Rank() - kindOf(b.Kind).Rank() })
		for _, row := range rows {
			found := s.importRow(g, row, lines, accounts, actor, workday.OfTime(now).String())
			for _, message := range found {
				faults = append(faults, ImportFault{Line: row.Line, Message: message})
			}
			if len(found) == 0 {
				added++
			}
		}
		if len(g.Cells) > mostCells {
			faults = append(faults, ImportFault{Message: fmt.Sprintf("一个村最多%d个网格", mostCells)})
		}
		if len(faults) > 0 {
			slices.SortStableFunc(faults, func(a, b ImportFault) int { return a.Line - b.Line })
			return models.Errorf(models.Invalid, "grid.import", "有%d处要改，什么都没有导入。请改好再选一次文件", len(faults))
		}
		slices.SortFunc(g.Cells, func(a, b models.Cell) int { return a.Number - b.Number })
		return nil
	})
	if err != nil {
		return 0, faults, err
	}
	return added, nil, nil
}

func kindOf(name string) models.CellKind {
	for _, c := range models.CellKinds() {
		if c.Name == name {
			return models.CellKind(c.Code)
		}
	}
	return ""
}

// importRow adds the cell of a line, or says what is wrong with it. A line that is wrong is added all the
// same where it has a number, so that those below it are not told of a fault that is not theirs: nothing
// is written then.
func (s *Service) importRow(g *models.Grid, row papers.GridRow, lines map[int]int, accounts []*models.Account, actor models.Actor, today string) []string {
	var found []string
	if row.Number < 1 || row.Number > 9999 {
		return []string{"编号请写1到9999的整数，一个村里不能重复"}
	}
	if line, twice := lines[row.Number]; twice {
		return []string{fmt.Sprintf("编号%d与第%d行重复", row.Number, line)}
	}
	if c := g.Cell(row.Number); c != nil {
		return []string{fmt.Sprintf("编号%d已经有了（%s），要改请在页面上改，新的请换一个编号", row.Number, c.Last().Name)}
	}
	lines[row.Number] = row.Line
	form := CellForm{
		Kind: kindOf(row.Kind), Parent: row.Parent, Name: row.Name, Account: strings.ToLower(strings.TrimSpace(row.Account)), Responsible: row.Responsible,
		Households: row.Households, HouseholdNames: row.HouseholdNames, From: row.From,
	}
	if row.Kind != "" && form.Kind == "" {
		found = append(found, fmt.Sprintf("级别“%s”不认识，请写村党支部、党小组或者党员中心户", row.Kind))
	}
	faults := append(s.faultsOf(&form, today), s.place(g, form, form.Kind, row.Number, accounts, s.now())...)
	for _, f := range faults {
		switch {
		case f.Field == "kind" && row.Kind != "":
		case f.Field == "parent" && row.Parent != 0 && g.Cell(row.Parent) == nil:
			found = append(found, fmt.Sprintf("上级编号%d找不到", row.Parent))
		default:
			found = append(found, f.Message)
		}
	}
	found = append(found, row.Faults...)
	kept := span(form, accounts, actor, s.now())
	if kept.From == "" {
		kept.From = today
	}
	g.Cells = append(g.Cells, models.Cell{Number: row.Number, Kind: form.Kind, Spans: []models.CellSpan{kept}})
	return found
}
