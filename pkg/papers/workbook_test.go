package papers_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"fengqiao/models"
	"fengqiao/pkg/papers"
)

func ratio(value, of int64, unit string) models.Figure {
	return models.Figure{Value: value, Of: &of, Unit: unit}
}

func counted(n int64) *models.Figure { return &models.Figure{Value: n, Unit: "件"} }

// reportData is a township's month of so many cases.
func reportData(cases int) papers.ReportData {
	data := papers.ReportData{
		Title: "矛盾纠纷排查报告", Place: "枫溪镇", Month: "2026-10",
		MadeAt: time.Date(2026, 11, 1, 6, 0, 0, 0, time.FixedZone("CST", 8*60*60)),
		Figures: []papers.ReportFigure{
			{Group: "总体情况", Name: "期初未结", Unit: "件", Explain: "月初时已登记、尚在受理或调解中的纠纷。", Now: *counted(1204), Last: counted(18), LastYear: counted(25)},
			{Group: "总体情况", Name: "新收", Unit: "件", Explain: "本月登记的纠纷。", Now: *counted(31), Last: counted(28)},
			{Group: "化解情况", Name: "调解成功率", Unit: "%", Explain: "本月达成协议的纠纷，占达成协议与调解不成之和的比例。", Now: ratio(6, 7, "%"), Last: counted(0)},
			{Group: "化解情况", Name: "镇级化解率（大事不出镇）", Unit: "%", Explain: "自村级起的纠纷中，本月在村级办结或者由村级上报的，其中在村级达成协议的比例。自村级起的纠纷中，本月在村级办结或者由村级上报的，其中在村级达成协议的比例。", Now: ratio(0, 0, "%")},
			{Group: "化解情况", Name: "平均办理天数", Unit: "天", Explain: "从受理到办结。", Now: ratio(25, 2, "天")},
			{Group: "风险与规模", Name: "涉及金额", Unit: "元", Explain: "本月新收纠纷的涉及金额。", Now: models.Figure{Value: 3_500_005, Unit: "元"}},
		},
		Tables: []papers.ReportTable{
			{Key: "type", Name: "纠纷类型", Columns: []string{"期初未结", "新收", "办结", "期末未结", "超期未结", "达成协议"}, Rows: []papers.ReportRow{
				{Name: "土地流转", Values: []int64{10, 14, 12, 12, 1, 9}}, {Name: "集体分红", Values: []int64{3, 7, 5, 5, 0, 4}},
				{Name: "邻里", Values: []int64{4, 6, 6, 4, 0, 5}}, {Name: "道路交通事故", Values: []int64{1, 4, 3, 2, 1, 2}},
			}},
			{Key: "village", Name: "村", Columns: []string{"期初未结", "新收", "办结", "期末未结", "超期未结", "达成协议", "调解不成", "上报"}, Rows: []papers.ReportRow{
				{Name: "北坡村", Values: []int64{10, 14, 12, 12, 1, 9, 2, 1}}, {Name: "=1+1村", Values: []int64{3, 7, 5, 5, 0, 4, 0, 0}},
			}},
		},
	}
	for i := range 13 {
		month := time.Date(2025, 10+time.Month(i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
		data.Trend = append(data.Trend, papers.TrendPoint{Month: month, Opened: int64(20 + i*i%9), Concluded: int64(18 + i*3%11), Pending: int64(12 + i*5%7)})
	}
	for i := range cases {
		data.Ledger = append(data.Ledger, papers.LedgerRow{
			Number: fmt.Sprintf("〔2026〕北坡村人调字第%d号", i+1), Title: "北坡三组水田流转租金拖欠纠纷", Type: "土地流转", Village: "北坡村",
			Applicants: "陈大山、陈小山、林秀英", Respondents: "枫溪镇丰禾农业专业合作社", LoggedOn: "2026-10-08", AcceptedOn: "2026-10-09", DueOn: "2026-11-09",
			Level: "村级", State: "调解中", Risk: "黄", AmountFen: 1_234_567_89, Households: 12,
		})
	}
	return data
}

func write(t testing.TB, data papers.ReportData) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, papers.Workbook(&out, data))
	return out.Bytes()
}

func open(t testing.TB, file []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestWorkbookHoldsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	data := reportData(3)
	f := open(t, write(t, data))
	require.Equal(t, []string{papers.SheetOverview, papers.SheetTables, papers.SheetCharts, papers.SheetStatistics, papers.SheetLedger}, f.GetSheetList())

	overview, err := f.GetRows(papers.SheetOverview)
	require.NoError(t, err)
	require.Equal(t, "枫溪镇2026年10月矛盾纠纷排查报告", overview[0][0])
	require.Empty(t, cmp.Diff([][]string{
		{"指标", "本月", "上月", "上年同月", "单位", "指标说明"},
		{"总体情况"},
		{"期初未结", "1,204", "18", "25", "件", data.Figures[0].Explain},
		{"新收", "31", "28", "—", "件", data.Figures[1].Explain},
		{"化解情况"},
		{"调解成功率", "85.7%", "0", "—", "%", data.Figures[2].Explain},
		{"镇级化解率（大事不出镇）", "—", "—", "—", "%", data.Figures[3].Explain},
		{"平均办理天数", "12.5", "—", "—", "天", data.Figures[4].Explain},
		{"风险与规模"},
		{"涉及金额", "35,000.05", "—", "—", "元", data.Figures[5].Explain},
	}, overview[2:12]))

	tables, err := f.GetRows(papers.SheetTables)
	require.NoError(t, err)
	require.Equal(t, []string{"道路交通事故", "1", "4", "3", "2", "1", "2"}, tables[7])
	require.Equal(t, []string{"合计", "18", "31", "26", "23", "2", "20"}, tables[8])

	ledger, err := f.GetRows(papers.SheetLedger)
	require.NoError(t, err)
	require.Len(t, ledger, 3+3)
	require.Equal(t, []string{
		"3", "〔2026〕北坡村人调字第3号", "北坡三组水田流转租金拖欠纠纷", "土地流转", "北坡村", "陈大山、陈小山、林秀英", "枫溪镇丰禾农业专业合作社",
		"2026-10-08", "2026-10-09", "村级", "调解中", "", "2026-11-09", "", "黄", "1,234,567.89", "12",
	}, ledger[5])

	trend, err := f.GetCellValue(papers.SheetCharts, "C53")
	require.NoError(t, err)
	require.Equal(t, strconv.FormatInt(data.Trend[12].Concluded, 10), trend)
}

// TestWorkbookPrintsOnA4 holds the print set-up of every sheet.
func TestWorkbookPrintsOnA4(t *testing.T) {
	t.Parallel()
	f := open(t, write(t, reportData(3)))
	titles := map[string]string{}
	for _, name := range f.GetDefinedName() {
		titles[name.Scope] = name.RefersTo
	}
	for sheet, head := range map[string]int{papers.SheetOverview: 3, papers.SheetTables: 2, papers.SheetCharts: 2, papers.SheetStatistics: 3, papers.SheetLedger: 3} {
		layout, err := f.GetPageLayout(sheet)
		require.NoError(t, err)
		require.Equal(t, 9, *layout.Size, sheet)
		require.Equal(t, "landscape", *layout.Orientation, sheet)
		require.Equal(t, 1, *layout.FitToWidth, sheet)
		require.Zero(t, *layout.FitToHeight, sheet)
		panes, err := f.GetPanes(sheet)
		require.NoError(t, err)
		require.True(t, panes.Freeze, sheet)
		require.Equal(t, head, panes.YSplit, sheet)
		require.Equal(t, fmt.Sprintf("'%s'!$1:$%d", sheet, head), titles[sheet])
	}
}

func TestWorkbookNeverReadsWordsAsFormulas(t *testing.T) {
	t.Parallel()
	evil := []string{`=HYPERLINK("http://example.invalid","x")`, "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "=1+1", "007", "1E5"}
	data := reportData(0)
	for _, words := range evil {
		data.Ledger = append(data.Ledger, papers.LedgerRow{Title: words, Applicants: words, Respondents: words, Village: words, Number: words})
		data.Tables[0].Rows = append(data.Tables[0].Rows, papers.ReportRow{Name: words, Values: make([]int64, 6)})
	}
	f := open(t, write(t, data))
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		require.NoError(t, err)
		for r, row := range rows {
			for c := range row {
				cell, err := excelize.CoordinatesToCellName(c+1, r+1)
				require.NoError(t, err)
				formula, err := f.GetCellFormula(sheet, cell)
				require.NoError(t, err)
				require.Empty(t, formula, "%s!%s", sheet, cell)
			}
		}
	}
	for i, words := range evil {
		for _, column := range []string{"B", "C", "E", "F", "G"} {
			cell := fmt.Sprintf("%s%d", column, i+4)
			value, err := f.GetCellValue(papers.SheetLedger, cell)
			require.NoError(t, err)
			require.Equal(t, words, value)
			kind, err := f.GetCellType(papers.SheetLedger, cell)
			require.NoError(t, err)
			require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind, words)
			style, err := f.GetCellStyle(papers.SheetLedger, cell)
			require.NoError(t, err)
			is, err := f.GetStyle(style)
			require.NoError(t, err)
			require.Equal(t, 49, is.NumFmt, "%s must have Excel's text format", words)
		}
	}
}

func TestWorkbookOfAnEmptyMonth(t *testing.T) {
	t.Parallel()
	f := open(t, write(t, papers.ReportData{Title: "报告", Place: "空村", Month: "2026-10", Provisional: true}))
	note, err := f.GetCellValue(papers.SheetOverview, "A2")
	require.NoError(t, err)
	require.Contains(t, note, "暂定")
}

// printed turns a workbook into a PDF, as an office would print it on A4, and gives the words of its pages.
func printed(t *testing.T, workbook []byte) []string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "report.xlsx")
	require.NoError(t, os.WriteFile(file, workbook, 0o600))
	command := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, file)
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)

	pdf := filepath.Join(dir, "report.pdf")
	if keep := os.Getenv("FENGQIAO_TEST_PAPERS"); keep != "" {
		raw, err := os.ReadFile(pdf)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(keep, t.Name()+".pdf"), raw, 0o600))
	}
	info, err := exec.CommandContext(t.Context(), "pdfinfo", pdf).CombinedOutput()
	require.NoError(t, err, "%s", info)
	require.Regexp(t, regexp.MustCompile(`Page size:\s+84[12](\.\d+)? x 59[56](\.\d+)? pts \(A4\)`), string(info))
	words, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", pdf, "-").Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimRight(string(words), "\f"), "\f")
}

// TestWorkbookOpensInLibreOffice: every sheet's columns are on one page's width, and every row is there.
func TestWorkbookOpensInLibreOffice(t *testing.T) {
	t.Parallel()
	pages := printed(t, write(t, reportData(60)))
	require.GreaterOrEqual(t, len(pages), 5)
	ledger := 0
	for _, page := range pages {
		if !strings.Contains(page, "台账") {
			continue
		}
		ledger++
		require.Contains(t, page, "卷号", "the head is repeated on every page")
		require.Contains(t, page, "户数", "the last column is on the same page as the first")
	}
	require.GreaterOrEqual(t, ledger, 2)
	require.Equal(t, 60, strings.Count(strings.Join(pages, ""), "1,234,567.89"), "every case is printed, its amount in full")
	require.NotContains(t, strings.Join(pages, ""), "###", "no column is too narrow for its numbers")
}
