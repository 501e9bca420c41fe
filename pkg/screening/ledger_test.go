package screening

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/papers"
	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/papers/docx/docxtest"
)

// TestALongLedgerPointsToTheWorkbook: up to a number of cases the Word file lists each; with one more it says
// how many there are, that they are not listed, and where they are.
func TestALongLedgerPointsToTheWorkbook(t *testing.T) {
	t.Parallel()
	text := func(cases int) string {
		var file bytes.Buffer
		_, err := docx.Document{Title: "台账", Sections: []docx.Section{ledgerPages(make([]papers.LedgerRow, cases))}}.WriteTo(&file)
		require.NoError(t, err)
		return docxtest.Part(t, file.Bytes(), "word/document.xml")
	}
	require.NotContains(t, text(ledgerInWord), "不在这里逐件列出")
	require.Contains(t, text(ledgerInWord), "卷号")
	long := text(ledgerInWord + 1)
	require.Contains(t, long, "本月台账共301件，超过300件，不在这里逐件列出")
	require.Contains(t, long, "点“下载 Excel”，看“台账”一页")
	require.NotContains(t, long, "卷号")
}
