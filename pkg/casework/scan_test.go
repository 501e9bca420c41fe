package casework_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/papers/docx/docxtest"
)

// printedCodes are the codes on a Word file, in their order.
func printedCodes(t *testing.T, d casework.Document, headers ...string) []string {
	t.Helper()
	var out []string
	for _, header := range headers {
		found := regexp.MustCompile(`本页的编码 ([0-9A-Z-]+)`).FindStringSubmatch(docxtest.Part(t, d.Data, "word/"+header+".xml"))
		require.NotNil(t, found, header)
		out = append(out, found[1])
	}
	return out
}

// photoOf is a photo of a page that carries a code.
func photoOf(t *testing.T, text string) []byte {
	t.Helper()
	code, err := models.ParseSlipCode(text)
	require.NoError(t, err)
	label, err := casefile.Label(code)
	require.NoError(t, err)
	m, err := png.Decode(bytes.NewReader(label))
	require.NoError(t, err)
	page := image.NewGray(image.Rect(0, 0, 1200, 1600))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, m.Bounds().Add(image.Pt(700, 40)), m, image.Point{}, draw.Src)
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, page, &jpeg.Options{Quality: 60}))
	return out.Bytes()
}

func requireFault(t *testing.T, err error, field, words string) {
	t.Helper()
	told := models.AsError(err)
	require.Equal(t, models.Invalid, told.Kind, "%v", err)
	require.Equal(t, field, told.Fields[0].Field)
	require.Contains(t, told.Fields[0].Message, words)
}

// TestAPhotoFindsItsCase goes the whole way of a paper: printed, signed, photographed, put into the file.
func TestAPhotoFindsItsCase(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx, c := t.Context(), w.log(t)
		printed, err := w.PrintPaper(ctx, mediator, c.ID, "notice")
		require.NoError(t, err)
		code := printedCodes(t, printed, "header1")[0]
		again, err := w.PrintFile(ctx, mediator, c.ID)
		require.NoError(t, err)
		require.NotEqual(t, code, printedCodes(t, again, "header1")[0], "another paper of the same case")

		sent, err := w.SendScan(ctx, mediator, casework.SendForm{File: photoOf(t, code)})
		require.NoError(t, err)
		require.Equal(t, code, sent.Code)
		same, err := w.SendScan(ctx, chair, casework.SendForm{File: photoOf(t, code)})
		require.NoError(t, err)
		require.Equal(t, sent.ID, same.ID, "whoever of the place sends it again")
		waiting, err := w.Scans(ctx, mediator)
		require.NoError(t, err)
		require.Len(t, waiting, 1)

		match, err := w.MatchCode(ctx, mediator, sent.Code)
		require.NoError(t, err)
		require.Equal(t, c.ID, match.Case.ID)
		require.Equal(t, models.AttachNotice, match.Code.AttachmentKind())
		for _, stranger := range []models.Actor{neighbour, nextDoor, alien} {
			_, err = w.MatchCode(ctx, stranger, sent.Code)
			requireFault(t, err, "code", "没有找到")
			_, err = w.Scan(ctx, stranger, sent.ID)
			require.Equal(t, models.NotFound, models.AsError(err).Kind)
		}

		form := casework.ScanForm{Case: c.ID.Hex(), Kind: models.AttachNotice, Name: "权利义务告知书", Code: sent.Code}
		filed := did(t)(w.FileScan(ctx, mediator, sent.ID, form))
		require.Len(t, filed.Attachments, 1)
		require.Equal(t, "权利义务告知书", filed.Attachments[0].Name)
		twice := did(t)(w.FileScan(ctx, mediator, sent.ID, form))
		require.Equal(t, filed.Version, twice.Version, "sent twice, it is there once")
		_, data, err := w.OpenScan(ctx, mediator, sent.ID, false)
		require.NoError(t, err)
		_, kept, err := w.OpenAttachment(ctx, mediator, c.ID, 1, false)
		require.NoError(t, err)
		require.Equal(t, kept, data)
		waiting, err = w.Scans(ctx, mediator)
		require.NoError(t, err)
		require.Empty(t, waiting)
		done, err := w.Scan(ctx, mediator, sent.ID)
		require.NoError(t, err)
		require.Equal(t, c.ID, *done.Case)
		require.Equal(t, 1, done.Seq)

		other := w.log(t)
		form.Case = other.ID.Hex()
		_, err = w.FileScan(ctx, mediator, sent.ID, form)
		require.Equal(t, models.Precondition, models.AsError(err).Kind)
		_, err = w.LayAside(ctx, mediator, sent.ID, casework.AsideForm{Reason: "拍重了"})
		require.Equal(t, models.Precondition, models.AsError(err).Kind)
	})
}

// TestAFormFromStockBelongsToWhoeverUsesItFirst: printed by the township, filled in in a village.
func TestAFormFromStockBelongsToWhoeverUsesItFirst(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		stock, err := w.PrintStock(ctx, judicial, "register", casework.StockForm{Copies: 3})
		require.NoError(t, err)
		codes := printedCodes(t, stock, "header1", "header3", "header5")
		require.NotEqual(t, codes[0], codes[1])

		match, err := w.MatchCode(ctx, mediator, codes[0])
		require.NoError(t, err)
		require.Nil(t, match.Case)
		_, err = w.MatchCode(ctx, nextDoor, codes[0])
		requireFault(t, err, "code", "没有找到")

		c, other := w.log(t), w.log(t)
		sent, err := w.SendScan(ctx, mediator, casework.SendForm{File: photoOf(t, codes[0])})
		require.NoError(t, err)
		form := casework.ScanForm{Case: c.ID.Hex(), Kind: models.AttachApplication, Code: codes[0]}
		did(t)(w.FileScan(ctx, mediator, sent.ID, form))
		match, err = w.MatchCode(ctx, mediator, codes[0])
		require.NoError(t, err)
		require.Equal(t, c.ID, match.Case.ID, "the second page of the same form finds it")

		// The back of the same form, with a mark on it, can go into another case only without its code.
		back, err := w.SendScan(ctx, mediator, casework.SendForm{File: scan("back")})
		require.NoError(t, err)
		require.Empty(t, back.Code)
		form.Case = other.ID.Hex()
		_, err = w.FileScan(ctx, mediator, back.ID, form)
		requireFault(t, err, "case", "另一件案件")
		form.Code = ""
		require.Len(t, did(t)(w.FileScan(ctx, mediator, back.ID, form)).Attachments, 1)

		_, err = w.PrintStock(ctx, judicial, "register", casework.StockForm{Copies: 51})
		requireFault(t, err, "copies", "50")
		_, err = w.PrintStock(ctx, judicial, "contents", casework.StockForm{Copies: 1})
		require.Equal(t, models.NotFound, models.AsError(err).Kind)
	})
}

// TestAPhotoWithoutACodeIsNotLost: what cannot be read waits, is chosen by hand, or laid aside and brought back.
func TestAPhotoWithoutACodeIsNotLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, c := t.Context(), w.log(t)
	sent, err := w.SendScan(ctx, mediator, casework.SendForm{File: photo(t)})
	require.NoError(t, err)
	require.Empty(t, sent.Code)
	_, err = w.LayAside(ctx, mediator, sent.ID, casework.AsideForm{Reason: " "})
	requireFault(t, err, "reason", "")
	aside, err := w.LayAside(ctx, mediator, sent.ID, casework.AsideForm{Reason: "拍重了"})
	require.NoError(t, err)
	require.Empty(t, aside.Waiting)
	_, data, err := w.OpenScan(ctx, mediator, sent.ID, false)
	require.NoError(t, err)
	require.NotEmpty(t, data)
	_, err = w.SendScan(ctx, mediator, casework.SendForm{File: photo(t)})
	require.NoError(t, err)
	waiting, err := w.Scans(ctx, mediator)
	require.NoError(t, err)
	require.Len(t, waiting, 1, "sent again, it waits again")

	for _, tt := range []struct {
		name, field string
		form        casework.ScanForm
	}{
		{"no case", "case", casework.ScanForm{Kind: models.AttachEvidence}},
		{"no such case", "case", casework.ScanForm{Kind: models.AttachEvidence, Case: "nonsense"}},
		{"no kind", "kind", casework.ScanForm{Case: c.ID.Hex()}},
		{"a wrong code", "code", casework.ScanForm{Kind: models.AttachEvidence, Case: c.ID.Hex(), Code: "7K3F"}},
	} {
		_, err := w.FileScan(ctx, mediator, sent.ID, tt.form)
		requireFault(t, err, tt.field, "")
	}
	handed := did(t)(w.Escalate(ctx, mediator, ref(c), casework.EscalateForm{Reason: models.ReasonAsked, Note: "当事人要求"}))
	_, err = w.FileScan(ctx, mediator, sent.ID, casework.ScanForm{Kind: models.AttachEvidence, Case: handed.ID.Hex()})
	require.Equal(t, models.Forbidden, models.AsError(err).Kind, "the case is the township's by now")

	_, err = w.SendScan(ctx, mediator, casework.SendForm{File: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")})
	requireFault(t, err, "file", "兼容性最佳")
	_, _, err = w.OpenScan(ctx, neighbour, sent.ID, false)
	require.Equal(t, models.NotFound, models.AsError(err).Kind)
}
