package papers

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"fengqiao/models"
)

// GridRow is one line of a village's grid as somebody typed it into a spreadsheet.
type GridRow struct {
	Line           int // as the spreadsheet counts
	Number, Parent int
	Kind, Name     string
	Responsible    string
	Account        string
	Households     int
	HouseholdNames []string
	From           string   // 2006-01-02
	Faults         []string // cells that cannot be read
}

// gridColumns are the heads of the list, in the order of the template. Those with a star must be filled.
var gridColumns = []string{"级别*", "编号*", "名称*", "上级编号", "负责人", "负责人账号", "户数", "户主名单", "起始日期*"}

const (
	sheetGrid     = "网格"
	sheetGridHelp = "怎么填"
	mostGridLines = 1000
)

// GridTemplate writes the empty list that ReadGrid reads, with three lines as an example of people who do
// not exist.
func GridTemplate(w io.Writer, today string) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", sheetGrid); err != nil {
		return err
	}
	style, err := newStyles(f)
	if err != nil {
		return err
	}
	lines := [][]any{
		{"村党支部", 1, "某某村党支部", nil, "张三", nil, 320, nil, today},
		{"党小组", 2, "第一党小组", 1, "李四", nil, 110, nil, today},
		{"党员中心户", 3, "王五中心户", 2, "王五", nil, nil, "赵六、钱七、孙八", today},
	}
	for i, head := range gridColumns {
		column, err1 := excelize.ColumnNumberToName(i + 1)
		err := errors.Join(err1, f.SetCellValue(sheetGrid, column+"1", head), f.SetCellStyle(sheetGrid, column+"1", column+"1", style.head),
			f.SetColWidth(sheetGrid, column, column, []float64{14, 9, 20, 11, 12, 14, 9, 44, 14}[i]),
			f.SetCellStyle(sheetGrid, column+"2", column+strconv.Itoa(mostGridLines), style.text))
		for j, line := range lines {
			err = errors.Join(err, f.SetCellValue(sheetGrid, column+strconv.Itoa(j+2), line[i]))
		}
		if err != nil {
			return err
		}
	}
	kinds := excelize.NewDataValidation(true)
	kinds.Sqref = "A2:A" + strconv.Itoa(mostGridLines)
	names := []string{}
	for _, c := range models.CellKinds() {
		names = append(names, c.Name)
	}
	err = errors.Join(kinds.SetDropList(names), f.AddDataValidation(sheetGrid, kinds),
		f.SetPanes(sheetGrid, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	if err != nil {
		return err
	}
	if _, err := f.NewSheet(sheetGridHelp); err != nil {
		return err
	}
	for i, text := range []string{
		"把前面一页里的三行例子改成本村的，一行一个网格。带*的必须填。",
		"级别：村党支部、党小组、党员中心户，三选一。",
		"编号：1到9999，一个村里不重复。上级编号：党小组写它的村党支部的编号，党员中心户写它的党小组的编号，村党支部不写。",
		"负责人：写姓名；有系统账号的，再写账号（用户名），到期会提醒他。两样至少写一样。",
		"户数：写数字。户主名单：可以不写，要写就用顿号隔开；写了名单可以不写户数。",
		"不要填写身份证号码和电话。",
	} {
		if err := errors.Join(f.SetCellValue(sheetGridHelp, "A"+strconv.Itoa(i+1), text)); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(sheetGridHelp, "A", "A", 110); err != nil {
		return err
	}
	return f.Write(w)
}

// errNotSheet is told of a file that is no spreadsheet we can read.
func errNotSheet(cause error) error {
	return &models.Error{Kind: models.Invalid, Code: "grid.file", Message: "这个文件打不开。请用下载的模板填写，保存为.xlsx格式，不要加密码", Cause: cause,
		Fields: []models.FieldError{{Field: "file", Message: "这个文件打不开。请用下载的模板填写，保存为.xlsx格式，不要加密码"}}}
}

// ReadGrid reads the list that GridTemplate makes. What a cell holds that cannot be read is a fault of its
// line; a file that is no such list is an Invalid error of the field file.
func ReadGrid(file io.Reader) ([]GridRow, error) {
	f, err := excelize.OpenReader(file, excelize.Options{UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 32 << 20, RawCellValue: true})
	if err != nil {
		return nil, errNotSheet(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		return nil, errNotSheet(err)
	}
	columns, err := gridHeads(rows)
	if err != nil {
		return nil, err
	}
	var out []GridRow
	for i, cells := range rows[1:] {
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		out = append(out, gridRow(i+2, cells, columns))
	}
	switch {
	case len(out) == 0:
		return nil, models.FieldErrorf("file", "表里没有内容：第一行是表头，从第二行起一行写一个网格")
	case len(out) > mostGridLines:
		return nil, models.FieldErrorf("file", "表里有%d行，一次最多%d行", len(out), mostGridLines)
	}
	return out, nil
}

// gridHeads finds the columns by their heads, in whatever order they stand.
func gridHeads(rows [][]string) (map[string]int, error) {
	columns := map[string]int{}
	if len(rows) > 0 {
		for i, head := range rows[0] {
			columns[strings.TrimRight(strings.TrimSpace(head), "*＊")] = i
		}
	}
	for _, head := range gridColumns {
		if _, ok := columns[strings.TrimSuffix(head, "*")]; !ok {
			return nil, models.FieldErrorf("file", "第一行里没有“%s”这一列。请用下载的模板填写", strings.TrimSuffix(head, "*"))
		}
	}
	return columns, nil
}

func gridRow(line int, cells []string, columns map[string]int) GridRow {
	row := GridRow{Line: line}
	text := func(head string) string {
		if i := columns[head]; i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	number := func(head string) int {
		typed := text(head)
		if typed == "" {
			return 0
		}
		n, err := strconv.ParseFloat(typed, 64)
		if err != nil || n != float64(int(n)) || n < 0 || n > 1e6 {
			row.Faults = append(row.Faults, fmt.Sprintf("“%s”请写整数", head))
			return 0
		}
		return int(n)
	}
	row.Kind, row.Name, row.Responsible, row.Account = text("级别"), text("名称"), text("负责人"), text("负责人账号")
	row.Number, row.Parent, row.Households = number("编号"), number("上级编号"), number("户数")
	row.HouseholdNames = strings.FieldsFunc(text("户主名单"), func(r rune) bool { return strings.ContainsRune("、，,；; 　\n\r", r) })
	var err error
	if row.From, err = gridDay(text("起始日期")); err != nil {
		row.Faults = append(row.Faults, err.Error())
	}
	return row
}

// gridDay reads a day, typed or as the spreadsheet keeps it.
func gridDay(typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	if serial, err := strconv.ParseFloat(typed, 64); err == nil && serial > 20_000 && serial < 80_000 {
		at, err := excelize.ExcelDateToTime(serial, false)
		if err == nil {
			return at.Format("2006-01-02"), nil
		}
	}
	var y, m, d int
	for _, form := range []string{"%d-%d-%d", "%d/%d/%d", "%d.%d.%d", "%d年%d月%d日"} {
		if n, err := fmt.Sscanf(typed, form, &y, &m, &d); err == nil && n == 3 {
			return fmt.Sprintf("%04d-%02d-%02d", y, m, d), nil
		}
	}
	return typed, errors.New("“起始日期”请写成年-月-日，例如2026-11-24")
}
