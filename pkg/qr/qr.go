package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// MaxText is how long a text may be: what the smallest code holds while a quarter of it may be dirty. Capital
// letters, digits and “ $%*+-./:” are taken.
const MaxText = 16

// Sizes of the picture in pixels. It is meant to be printed LabelWidth millimetres wide: the squares are then
// as large as 300 dots per inch allow, the letters as large as those of the text.
const (
	pixels      = 10 // along one square
	squares     = 21
	labelWidth  = 420
	labelHeight = 268
	letters     = 50 // height of a line of them

	LabelWidth, LabelHeight = 36, 23
)

// Label is a picture, as PNG, of the code of a text with words under it that people can type.
func Label(text, words string) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("a code of %d characters: at most %d fit", len(text), MaxText)
	}
	how := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_ERROR_CORRECTION: decoder.ErrorCorrectionLevel_Q, gozxing.EncodeHintType_QR_VERSION: 1, gozxing.EncodeHintType_MARGIN: 0}
	code, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, how)
	if err != nil {
		return nil, fmt.Errorf("make a code: %w", err)
	}
	out := image.NewPaletted(image.Rect(0, 0, labelWidth, labelHeight), color.Palette{color.White, color.Black})
	left := (labelWidth - squares*pixels) / 2
	for y := range squares * pixels {
		for x := range squares * pixels {
			if code.Get(x/pixels, y/pixels) {
				out.SetColorIndex(left+x, y, 1)
			}
		}
	}
	if err := write(out, words); err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, out); err != nil {
		return nil, fmt.Errorf("write a code: %w", err)
	}
	return file.Bytes(), nil
}

// write puts words in the middle of the bottom line.
func write(out *image.Paletted, words string) error {
	parsed, err := opentype.Parse(gomonobold.TTF)
	if err != nil {
		return fmt.Errorf("read the letters of a code: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: letters - 4, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return fmt.Errorf("read the letters of a code: %w", err)
	}
	defer face.Close()
	drawer := font.Drawer{Dst: out, Src: image.Black, Face: face}
	drawer.Dot = fixed.Point26_6{X: (fixed.I(labelWidth) - drawer.MeasureString(words)) / 2, Y: fixed.I(labelHeight - 12)}
	drawer.DrawString(words)
	return nil
}

// MaxSide is the longest side of a picture that is read, in pixels.
const MaxSide = 2600

// maxCorners is how many things that look like a corner of a code are looked at. Every three of them could be
// one: a picture that is full of them would take hours.
const maxCorners = 200

// crowded ends the reading of a picture with more corners than that.
type crowded struct{}

// Read gives the texts of the codes in a picture, none where it sees none, or where the picture is too large or
// too full to look for them.
func Read(picture image.Image) (texts []string) {
	if b := picture.Bounds(); max(b.Dx(), b.Dy()) > MaxSide || min(b.Dx(), b.Dy()) < squares {
		return nil
	}
	defer func() {
		if stop := recover(); stop != nil {
			if _, ok := stop.(crowded); !ok {
				panic(stop)
			}
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(gozxing.NewLuminanceSourceFromImage(picture)))
	if err != nil {
		return nil
	}
	// The one reader takes a picture that was taken from aside, the other finds a code among others. What they
	// have for errors says only that there is none.
	if found, err := qrcode.NewQRCodeReader().Decode(bitmap, hints()); err == nil {
		texts = append(texts, found.GetText())
	}
	all, err := multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints())
	if err != nil {
		return texts
	}
	for _, found := range all {
		if text := found.GetText(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// hints look everywhere, and count the corners that are seen.
func hints() map[gozxing.DecodeHintType]any {
	corners := 0
	count := func(gozxing.ResultPoint) {
		if corners++; corners > maxCorners {
			panic(crowded{}) // the library has no other way out
		}
	}
	return map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(count)}
}
