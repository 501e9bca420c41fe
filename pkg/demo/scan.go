package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"sync"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// sheets are photos of papers that nobody wrote: lines as of writing, and a red seal.
var sheets = sync.OnceValue(func() [][]byte {
	var out [][]byte
	for variant := range 3 {
		m := image.NewRGBA(image.Rect(0, 0, 420, 594))
		draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{R: 250, G: 248, B: 240, A: 255}), image.Point{}, draw.Src)
		ink := color.RGBA{R: 60, G: 60, B: 70, A: 255}
		for row := range 14 + 2*variant {
			y := 70 + row*24
			for x := 50; x < 370-(row*37+variant*61)%140; x++ {
				if (x*7+row*13)%17 < 12 {
					m.Set(x, y+(x*3+row)%3, ink)
					m.Set(x, y+7+(x+row)%3, ink)
				}
			}
		}
		for a := 0.0; a < 2*math.Pi; a += 0.004 {
			for r := 40.0; r < 44; r++ {
				m.Set(300+int(r*math.Cos(a)), 500+int(r*math.Sin(a)), color.RGBA{R: 190, G: 30, B: 30, A: 255})
			}
		}
		var file bytes.Buffer
		if err := png.Encode(&file, m); err != nil {
			panic(err) // a picture in memory can be written
		}
		out = append(out, file.Bytes())
	}
	return out
})

// receipt is a PDF of one page with lines on it.
func receipt() []byte {
	drawing := "1 w 80 700 m 515 700 l S 80 660 m 515 660 l S 80 620 m 400 620 l S"
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(drawing), drawing),
	}
	var out strings.Builder
	out.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj%sendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return []byte(out.String())
}

// attach adds a photo or two to some cases once they were accepted: a contract, an identity paper.
func (w *world) attach(ctx context.Context, l *life, actor models.Actor) error {
	if l.random.IntN(4) > 0 {
		return nil
	}
	forms := []casework.AttachForm{{Kind: models.AttachEvidence, Name: "申请人提交的材料", File: sheets()[l.random.IntN(3)]}}
	if l.kind == models.LandTransfer {
		forms[0].Name = "土地流转合同"
		forms = append(forms, casework.AttachForm{Kind: models.AttachEvidence, Name: "合同附图", File: sheets()[l.random.IntN(3)]})
	}
	for _, form := range forms {
		if _, err := w.casework.Attach(ctx, actor, casework.Ref{ID: l.id}, form); err != nil {
			return fmt.Errorf("attach: %w", err)
		}
	}
	return nil
}

// file files most of the cases that were performed, with their receipts; to a few something is added later.
func (w *world) file(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	switch {
	case c.Filing == nil && c.Ending == models.Performed && l.random.IntN(4) > 0:
		if _, err := w.casework.Attach(ctx, actor, ref, casework.AttachForm{Kind: models.AttachReceipt, Name: "收条", File: receipt()}); err != nil {
			return fmt.Errorf("attach the receipt: %w", err)
		}
		if _, err := w.casework.File(ctx, actor, casework.Ref{ID: c.ID}, casework.FileForm{Retention: []string{"short", "long", "long", "permanent"}[l.random.IntN(4)], Known: true}); err != nil {
			return fmt.Errorf("file: %w", err)
		}
		if l.random.IntN(5) == 0 {
			w.later(l, 20+20*l.random.Float64())
		}
	case c.Filing != nil && len(c.Filing.Supplements) == 0:
		if _, err := w.casework.Addend(ctx, actor, ref, casework.AddendForm{Text: "电话回访，双方没有再起争执，对调解满意。"}); err != nil {
			return fmt.Errorf("addend: %w", err)
		}
	}
	return nil
}
