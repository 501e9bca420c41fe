package screening_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/papers/docx/docxtest"
	"fengqiao/pkg/screening"
)

func document(t *testing.T, k *kept, region, month string) []byte {
	t.Helper()
	var file bytes.Buffer
	actor := officer
	if !actor.Scope().Covers(region) {
		actor = models.Actor{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county.Code}
	}
	require.NoError(t, k.service.Document(t.Context(), actor, region, month, &file))
	return file.Bytes()
}

// TestDocumentPrints opens the Word file in LibreOffice and reads what comes out of the printer.
func TestDocumentPrints(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	sealed := k.sealedReport(t, month)
	k.lateFile(t, month)
	k.mustIssue(t, month, colleague, models.ReportSupplement, note("补录一件漏登的纠纷"))

	pages := docxtest.Printed(t, document(t, k, townships[0].Code, month), "report")
	text := regexp.MustCompile(`\s+`).ReplaceAllString(strings.Join(pages, ""), "")
	for _, s := range screening.Sections() {
		require.Contains(t, text, s.Name)
	}
	for _, words := range []string{
		"提出建议的门槛（县里没有另行设置，是系统默认的）：红色风险纠纷达到1件；", "一个村新收得多达到3件、占40%；",
		"枫溪镇司法所", papers.MonthName(month) + "矛盾纠纷排查报告", "本月总体平稳。", "编制人：何明理", "审核人：林所长", "十三个月走势", "补充说明第1号", "补录一件漏登的纠纷", "附1统计表", "人民调解员人12", "附2台账", "—1—",
	} {
		require.Contains(t, text, strings.ReplaceAll(words, " ", ""))
	}
	opened, _ := sealed.Figure("opened")
	require.Contains(t, text, fmt.Sprintf("本月新收%d件", opened.Value))
	require.Contains(t, text, sealed.Issue.Seal.Digest[:20])
	require.NotContains(t, text, "陈大山", "no party is named")
	require.Equal(t, document(t, k, townships[0].Code, month), document(t, k, townships[0].Code, month), "the same report gives the same bytes")

	records, err := k.store.Accesses(t.Context(), everything, k.now.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Len(t, records, 3, "each export is on record")
}

// TestDocumentOfEveryPlace writes reports of the county and a village, of a running month, and of one in
// which nothing happened.
func TestDocumentOfEveryPlace(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	for name, tt := range map[string]struct{ region, month, want string }{
		"county":        {county.Code, k.months()[1], "青禾县矛调中心"},
		"village":       {villages[0].Code, k.months()[1], "北坡村"},
		"running month": {townships[0].Code, monthOf(k), "本月尚未结束"},
		"empty month":   {townships[0].Code, "2020-01", "本月没有新收纠纷"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := document(t, k, tt.region, tt.month)
			require.Contains(t, docxtest.Part(t, file, "word/document.xml"), tt.want)
		})
	}
}

func TestWorkbookHasTheStatistics(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	k.seat(t, officer, colleague)
	month := k.months()[1]
	report := k.sealedReport(t, month)
	var file bytes.Buffer
	require.NoError(t, k.service.Workbook(t.Context(), officer, townships[0].Code, month, &file))
	book, err := excelize.OpenReader(&file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	rows, err := book.GetRows(papers.SheetStatistics)
	require.NoError(t, err)
	found := map[string]string{}
	for _, row := range rows {
		if len(row) > 3 {
			found[row[1]] = row[3]
		}
	}
	require.Equal(t, "12", found["人民调解员"])
	require.Equal(t, fmt.Sprint(value(t, report, "opening")+value(t, report, "opened")), found["案件总数（期初未结加新收）"])
	require.Equal(t, fmt.Sprint(value(t, report, "oral")), found["口头协议"])
	require.NotContains(t, found, "防止自杀", "what nobody knows is left to be written by hand")
}
