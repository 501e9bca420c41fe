// Package docx writes Word documents of official layout: A4, 宋体 bold titles, 仿宋 text, bordered tables.
//
// A Document is data: sections of blocks, which are paragraphs and tables. It is written as the same bytes
// each time. Line heights are exact and column widths fixed, so that a machine without the official fonts
// breaks lines and pages where another one does; Pages can therefore tell the page of every bookmark before
// any word processor has opened the file, and PageRef shows it.
//
//	doc := docx.Document{Title: "月报", Sections: []docx.Section{{
//		Footer: docx.PageNumber(),
//		Body: []docx.Block{
//			docx.Text(docx.Title, "枫溪镇矛盾纠纷排查月报"),
//			docx.Text(docx.Body, "本月新收12件。"),
//			docx.Table{Widths: []int{40, 116}, Header: 1, Rows: []docx.Row{
//				docx.Cells(docx.CellHead, "类型", "件数"),
//				docx.Cells(docx.Cell, "土地流转", "7"),
//			}},
//		},
//	}}}
//	_, err := doc.WriteTo(w)
//
// It knows nothing about disputes, and reads no files: pictures are handed in as bytes.
package docx
