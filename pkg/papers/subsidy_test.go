package papers_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/papers"
)

// subsidyData is a closed sheet of two committees with everything that can be on one.
func subsidyData(files int) papers.SubsidyData {
	sheet := &models.SubsidySheet{}
	add := func(n int, committee string, change func(*models.SubsidyLine)) {
		l := models.SubsidyLine{
			Key: fmt.Sprint(n), Case: fmt.Sprint(n), Number: fmt.Sprintf("〔2026〕北坡村人调字第%d号", n), Place: "北坡村", Committee: committee, Type: models.LandTransfer,
			Result: models.SubsidyWritten, Mediators: []string{"陈守义", "林秀英"}, Grade: "一般", AmountFen: 200_50, Kind: models.LineOwn, State: models.SubsidyApproved,
			Working: "土地流转纠纷，涉及金额17300元（5000元以上），属于“一般”；按“土地流转、集体分红”每件200.50元",
		}
		change(&l)
		sheet.Lines = append(sheet.Lines, l)
	}
	for n := range files {
		add(n+1, "北坡村人民调解委员会", func(*models.SubsidyLine) {})
	}
	add(91, "枫溪镇人民调解委员会", func(l *models.SubsidyLine) { l.Result, l.AmountFen = models.SubsidyOral, 60_00 })
	add(92, "枫溪镇人民调解委员会", func(l *models.SubsidyLine) {
		l.Kind, l.Of, l.AmountFen, l.Reason = models.LineBack, "2026-09", -50_00, "=查实重复"
	})
	add(93, "枫溪镇人民调解委员会", func(l *models.SubsidyLine) {
		l.State, l.Reason, l.Mediators = models.SubsidyRefused, "签名的日期和调解记录对不上，请核对后重新报送", nil
	})
	return papers.SubsidyData{Place: "枫溪镇", Period: "2026年10月", ClosedAt: time.Date(2026, 11, 4, 10, 0, 0, 0, time.FixedZone("CST", 8*60*60)), ClosedBy: "何明理", Sheet: sheet}
}

func writeSubsidy(t testing.TB, data papers.SubsidyData) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, papers.SubsidyWorkbook(&out, data))
	return out.Bytes()
}

func TestSubsidyWorkbook(t *testing.T) {
	t.Parallel()
	f := open(t, writeSubsidy(t, subsidyData(2)))
	require.Equal(t, []string{papers.SheetSubsidy}, f.GetSheetList())
	rows, err := f.GetRows(papers.SheetSubsidy)
	require.NoError(t, err)
	working := "土地流转纠纷，涉及金额17300元（5000元以上），属于“一般”；按“土地流转、集体分红”每件200.50元"
	require.Empty(t, cmp.Diff([][]string{
		{"枫溪镇2026年10月人民调解以案定补结算表"},
		{"2026年11月4日由何明理定稿　单位：元"},
		{"序号", "卷号", "村", "纠纷类型", "办理结果", "档次", "金额（元）", "审核", "调解员", "计算依据和说明"},
		{"北坡村人民调解委员会"},
		{"1", "〔2026〕北坡村人调字第1号", "北坡村", "土地流转", "书面协议", "一般", "200.50", "核准", "陈守义、林秀英", working},
		{"2", "〔2026〕北坡村人调字第2号", "北坡村", "土地流转", "书面协议", "一般", "200.50", "核准", "陈守义、林秀英", working},
		{"", "小计", "2件", "", "", "", "401.00"},
		{"枫溪镇人民调解委员会"},
		{"3", "〔2026〕北坡村人调字第91号", "北坡村", "土地流转", "口头协议", "一般", "60.00", "核准", "陈守义、林秀英", working},
		{"4", "〔2026〕北坡村人调字第92号", "北坡村", "土地流转", "书面协议", "一般", "-50.00", "追回", "陈守义、林秀英", "追回（2026年9月）：" + working + "；=查实重复"},
		{"", "小计", "1件", "", "", "", "10.00"},
		{"", "合计", "3件", "", "", "", "411.00"},
		{"合计（大写）：人民币肆佰壹拾壹元整"},
		nil,
		{"不予核准"},
		{"1", "〔2026〕北坡村人调字第93号", "北坡村", "土地流转", "书面协议", "一般", "—", "不予核准", "", "签名的日期和调解记录对不上，请核对后重新报送"},
		nil,
		{"制表人：　　　　　　　　　司法所审核：　　　　　　　　　　镇负责人审批：　　　　　　　　　　（盖章）"},
		{"财政所：　　　　　　　　　领款单位（各调委会签收盖章）：　　　　　　　　　　　　　　　　　年　　月　　日"},
	}, rows))
	formula, err := f.GetCellFormula(papers.SheetSubsidy, "J10")
	require.NoError(t, err)
	require.Empty(t, formula, "what people typed is never a formula")

	back := subsidyData(0)
	back.Sheet.Lines = back.Sheet.Lines[1:2]
	rows, err = open(t, writeSubsidy(t, back)).GetRows(papers.SheetSubsidy)
	require.NoError(t, err)
	require.Equal(t, []string{"合计（大写）：负人民币伍拾元整"}, rows[7])
	none := subsidyData(0)
	none.Sheet.Lines = nil
	rows, err = open(t, writeSubsidy(t, none)).GetRows(papers.SheetSubsidy)
	require.NoError(t, err)
	require.Equal(t, []string{"合计（大写）：人民币零元整"}, rows[4])
}

// TestSubsidyWorkbookOpensInLibreOffice: it prints with its head on every page, nothing cut, and the lines to
// sign on at the end.
func TestSubsidyWorkbookOpensInLibreOffice(t *testing.T) {
	t.Parallel()
	pages := printed(t, writeSubsidy(t, subsidyData(30)))
	require.GreaterOrEqual(t, len(pages), 2)
	for _, page := range pages {
		require.Contains(t, page, "卷号", "the head is repeated on every page")
		require.Contains(t, page, "计算依据", "the last column is on the same page as the first")
	}
	words := strings.Join(pages, "")
	require.Equal(t, 30, strings.Count(words, "200.50 "), "every file is printed, its amount in full")
	require.NotContains(t, words, "###", "no column is too narrow for its numbers")
	require.Contains(t, pages[len(pages)-1], "领款单位")
}
