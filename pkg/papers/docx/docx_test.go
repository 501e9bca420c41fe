package docx_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/papers/docx/docxtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./pkg/papers/docx -update")
	require.Empty(t, cmp.Diff(string(want), got), "%s is not current; if the change is meant: go test ./pkg/papers/docx -update", path)
}

func write(t testing.TB, d docx.Document) []byte {
	t.Helper()
	data, err := d.Bytes()
	require.NoError(t, err)
	return data
}

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for x := range width {
		m.Set(x, x*height/width, color.Black)
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, m))
	return out.Bytes()
}

// sample has everything that a paper can have.
func sample(t testing.TB) docx.Document {
	contents := docx.Table{Widths: []int{20, 106, 30}, Header: 1, Rows: []docx.Row{
		docx.Cells(docx.CellHead, "序号", "材料名称", "页次"),
		{Cells: []docx.Box{docx.CellOf(docx.Cell, "1"), docx.CellOf(docx.Cell, "调解记录"),
			{Blocks: []docx.Block{docx.Paragraph{Style: docx.Cell, Align: docx.Center, Runs: []docx.Run{{PageRef: "sitting"}}}}}}},
		{Cells: []docx.Box{docx.CellOf(docx.Cell, "2"), docx.CellOf(docx.Cell, "调解协议书"),
			{Blocks: []docx.Block{docx.Paragraph{Style: docx.Cell, Align: docx.Center, Runs: []docx.Run{{PageRef: "agreement"}}}}}}},
	}}
	parties := docx.Table{Widths: []int{16, 24, 50, 66}, Header: 1, Rows: []docx.Row{docx.Cells(docx.CellHead, "", "", "姓名", "住址")}}
	for i := range 40 {
		side := docx.Box{Merge: docx.MergeOn}
		if i%20 == 0 {
			side = docx.CellOf(docx.CellHead, []string{"申请人", "被申请人"}[i/20])
			side.Merge = docx.MergeHead
		}
		parties.Rows = append(parties.Rows, docx.Row{Height: 9, Cells: []docx.Box{side, docx.CellOf(docx.Cell, fmt.Sprint(i+1)), docx.CellOf(docx.Cell, "欧阳某某"), docx.CellOf(docx.Cell, "枫溪镇北坡村三组，由农户代表人代表全家八口人参加调解")}})
	}
	signature := docx.Keep(
		docx.Text(docx.ItemFlat, "以上内容已向当事人宣读，无误。"),
		docx.Paragraph{Style: docx.ItemFlat, Before: 12, Tabs: []docx.Tab{{At: 80, Leader: docx.Line}}, Runs: []docx.Run{{Text: "当事人（签名、捺印）：\t"}}},
		docx.Paragraph{Style: docx.ItemFlat, Align: docx.Right, Runs: []docx.Run{{Text: "二〇二六年十一月二十四日"}}},
	)
	body := []docx.Block{docx.Paragraph{Style: docx.Title, Bookmark: "sitting", Runs: []docx.Run{{Text: "人民调解记录"}}}, docx.Text(docx.Subtitle, "〔2026〕北坡村人调字第12号"), parties}
	for range 30 {
		body = append(body, docx.Text(docx.Item, "申请人说，二〇二四年起承包地流转给被申请人种大蒜，约定每亩每年800元，租金欠了两年没有付，多次上门都说“再等等”；被申请人说（当场）收成不好，愿意分三期付清。"))
	}
	body = append(body, signature...)
	body = append(body, docx.Paragraph{Align: docx.Center, Runs: []docx.Run{{Image: &docx.Image{Data: picture(t, 300, 200), Width: 120, Height: 60, Alt: "现场照片"}}}},
		docx.Paragraph{Style: docx.Title, PageBreakBefore: true, Bookmark: "agreement", Runs: []docx.Run{{Text: "人民调解协议书"}}},
		docx.Text(docx.Heading, "一、主要事实"), docx.Text(docx.Heading2, "（一）租金"), docx.Text(docx.Body, "欠付租金人民币叁万贰仟元整。\n另起一行 & <尖括号>\x00。"),
		docx.Paragraph{Style: docx.Plain, Runs: []docx.Run{{Text: "加粗", Bold: true}, {Text: "下划线", Underline: true}}})
	return docx.Document{Title: "卷宗", Sections: []docx.Section{
		{Body: []docx.Block{docx.Text(docx.Title, "卷内目录"), contents, docx.Text(docx.Note, "附注")}},
		{FirstPage: 1, Header: docx.Text(docx.Note, "枫溪镇人民调解委员会"), Footer: docx.PageNumber(), Body: body},
		{Landscape: true, Body: []docx.Block{docx.Text(docx.Title, "附表"), docx.Table{Bare: true, KeepRows: true, Widths: []int{80, 80}, Rows: []docx.Row{docx.Cells(docx.Cell, "左", "右"), {Split: true, Cells: []docx.Box{docx.Box{}.Over(2)}}}}}},
	}}
}

func TestWrittenXML(t *testing.T) {
	t.Parallel()
	file := write(t, sample(t))
	for _, name := range []string{"word/document.xml", "word/styles.xml", "word/settings.xml", "word/fontTable.xml", "word/header3.xml", "word/footer4.xml", "word/_rels/document.xml.rels", "[Content_Types].xml", "_rels/.rels", "docProps/core.xml"} {
		requireGolden(t, strings.Trim(strings.NewReplacer("/", "-", "[", "", "]", "").Replace(name), "-"), docxtest.Part(t, file, name))
	}
	require.Equal(t, file, write(t, sample(t)), "the same document gives the same bytes")
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		block docx.Block
		want  string
	}{
		{"a picture that is none", docx.Paragraph{Runs: []docx.Run{{Image: &docx.Image{Data: []byte("GIF89a"), Width: 10, Height: 10}}}}, "neither PNG nor JPEG"},
		{"a picture without room", docx.Paragraph{Runs: []docx.Run{{Image: &docx.Image{Data: picture(t, 2, 2)}}}}, "no size"},
		{"a row that is too short", docx.Table{Widths: []int{10, 20}, Rows: []docx.Row{docx.Cells(docx.Cell, "一")}}, "row 1 of a table fills 1 of 2 columns"},
		{"a row that is too long", docx.Table{Widths: []int{10, 20}, Rows: []docx.Row{{Cells: []docx.Box{docx.Box{}.Over(3)}}}}, "row 1 of a table fills 3 of 2 columns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := docx.Document{Sections: []docx.Section{{Body: []docx.Block{tt.block}}}}.Bytes()
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestPrintedPages compares the pages that the package works out with those that LibreOffice prints.
func TestPrintedPages(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	printed := docxtest.Printed(t, write(t, doc), "sample")
	require.Len(t, printed, doc.PageCount())
	pages := doc.Pages()
	require.Contains(t, printed[pages["sitting"]], "人民调解记录", "the page before it is the list of contents, which is not counted")
	require.Contains(t, printed[pages["agreement"]], "人民调解协议书")
	require.Regexp(t, fmt.Sprintf(`调解协议书\s+%d\n`, pages["agreement"]), printed[0])
	heads, signed := 0, 0
	for _, page := range printed {
		if strings.Contains(page, "住址") {
			heads++
			require.Contains(t, page, "欧阳某某")
		}
		if strings.Contains(page, "无误") {
			signed++
			require.Contains(t, page, "二〇二六年十一月二十四日", "the signature is on the page of what is signed")
		}
	}
	require.Greater(t, heads, 1, "the head of a table is repeated on each page")
	require.Equal(t, 1, signed)
	require.Regexp(t, `—\s*1\s*—`, printed[1])
}

func TestEmptyDocument(t *testing.T) {
	t.Parallel()
	require.Contains(t, docxtest.Part(t, write(t, docx.Document{Sections: []docx.Section{{}}}), "word/document.xml"), "<w:pgSz")
}

func BenchmarkWrite(b *testing.B) {
	doc := sample(b)
	for b.Loop() {
		write(b, doc)
	}
}

// TestAPictureInTheCorner asks that a header may hold a picture, outside of its lines, in the corner of each page.
func TestAPictureInTheCorner(t *testing.T) {
	t.Parallel()
	header := docx.Paragraph{Style: docx.Note, Runs: []docx.Run{{Image: &docx.Image{Data: picture(t, 360, 230), Width: 36, Height: 23, Corner: 5, Alt: "编码"}}}}
	section := func(landscape bool) docx.Section {
		return docx.Section{Landscape: landscape, Header: header, Body: []docx.Block{docx.Text(docx.Item, "正文")}}
	}
	d := docx.Document{Sections: []docx.Section{section(false), section(true)}}
	file, err := d.Bytes()
	require.NoError(t, err)
	for part, left := range map[string]string{"header1": "6084000", "header3": "9216000"} { // 210 and 297 less 36 and 5 mm
		text := docxtest.Part(t, file, "word/"+part+".xml")
		require.Contains(t, text, "wp:anchor")
		require.NotContains(t, text, "wp:inline")
		require.Contains(t, text, left)
		require.Contains(t, docxtest.Part(t, file, "word/_rels/"+part+".xml.rels"), `Target="media/`+part+`-image1.png"`)
	}
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, f := range archive.File {
		require.False(t, seen[f.Name], "%s is there twice", f.Name)
		seen[f.Name] = true
	}
	require.True(t, seen["word/media/header3-image1.png"])
	require.Equal(t, 2, d.PageCount(), "it takes no room")
}
