package enclosure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // what is taken beside JPEG
	"net/http"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"fengqiao/models"
	"fengqiao/pkg/qr"
)

// MaxBytes is the largest file that is taken.
const MaxBytes = 20 << 20

// Sizes of a photo, along its longer side in pixels: what is kept still shows small print on A4; the preview
// fills a screen.
const (
	keptSide    = 2600
	previewSide = 900
	maxPixels   = 80_000_000 // a small file can claim to be a huge picture
)

// atOnce is how many photos are decoded at the same time: each takes some hundred megabytes.
var atOnce = make(chan struct{}, 2)

// File is what is kept of an attachment.
type File struct {
	Type    string // models.TypeJPEG or models.TypePDF
	Data    []byte
	Preview []byte // a small JPEG, nil for a PDF
}

// Scan is Read, and gives the texts of the square codes that the picture shows; a PDF shows none.
func Scan(ctx context.Context, data []byte) (File, []string, error) {
	var codes []string
	file, err := read(ctx, data, func(kept *image.RGBA) {
		// Half the size is read soonest, and evens out what is blurred.
		for _, side := range []int{keptSide / 2, keptSide} {
			if codes = qr.Read(shrink(kept, side)); len(codes) > 0 {
				return
			}
		}
	})
	return file, codes, err
}

// Read takes a file in, or refuses it with an error at the field “file”.
func Read(ctx context.Context, data []byte) (File, error) {
	return read(ctx, data, func(*image.RGBA) {})
}

// read lets see look at the photo that is kept, while it is one of the few that are worked on.
func read(ctx context.Context, data []byte, see func(*image.RGBA)) (File, error) {
	switch {
	case len(data) == 0:
		return File{}, models.FieldErrorf("file", "请选择照片或者PDF文件")
	case len(data) > MaxBytes:
		return File{}, TooLarge()
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return readPDF(data)
	}
	switch kind := http.DetectContentType(data); kind {
	case "image/jpeg", "image/png", "image/webp":
		return readPhoto(ctx, data, see)
	default:
		if isHEIC(data) {
			return File{}, models.FieldErrorf("file", "这是苹果手机的HEIC照片，这里打不开。请在手机上依次点“设置”“相机”“格式”，选“兼容性最佳”，再重新拍一张；已经拍好的，可以截屏后发送截图")
		}
		return File{}, models.FieldErrorf("file", "这个文件不是照片（JPG、PNG）也不是PDF，请换一个；名字改成.jpg的文件也不行")
	}
}

// TooLarge refuses a file that is larger than MaxBytes.
func TooLarge() error {
	return &models.Error{Kind: models.TooLarge, Code: "attachment.too_large", Message: "文件太大，请按提示修改", Fields: []models.FieldError{{
		Field: "file", Message: fmt.Sprintf("文件超过%dMB，请用手机重新拍一张普通照片，或者把PDF分成几个", MaxBytes>>20),
	}}}
}

// readPDF asks that the file ends as a PDF ends: one that was cut off on the way is refused now, not when
// somebody needs it.
func readPDF(data []byte) (File, error) {
	tail := data[max(0, len(data)-2048):]
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return File{}, models.FieldErrorf("file", "PDF文件不完整，可能没有传完，请重新选择")
	}
	return File{Type: models.TypePDF, Data: data}, nil
}

func readPhoto(ctx context.Context, data []byte, see func(*image.RGBA)) (File, error) {
	broken := func(err error) error {
		return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Cause: err, Fields: []models.FieldError{{Field: "file", Message: "照片打不开，可能没有传完或者已经损坏，请重新选择"}}}
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return File{}, broken(err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return File{}, models.FieldErrorf("file", "照片的尺寸太大（%d×%d），请用手机重新拍一张普通照片", config.Width, config.Height)
	}
	select {
	case atOnce <- struct{}{}:
		defer func() { <-atOnce }()
	case <-ctx.Done():
		return File{}, ctx.Err()
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return File{}, broken(err)
	}
	turn := orientation(data)
	kept := upright(shrink(picture, keptSide), turn)
	out, err := encode(kept, 88)
	if err != nil {
		return File{}, err
	}
	preview, err := encode(shrink(kept, previewSide), 80)
	if err != nil {
		return File{}, err
	}
	see(kept)
	return File{Type: models.TypeJPEG, Data: out, Preview: preview}, nil
}

// shrink draws a picture on white, at most so large along its longer side.
func shrink(picture image.Image, side int) *image.RGBA {
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(out, out.Bounds(), picture, b.Min, draw.Over)
	} else {
		draw.ApproxBiLinear.Scale(out, out.Bounds(), picture, b, draw.Over, nil)
	}
	return out
}

// upright turns a picture as its orientation says: what a phone writes beside a picture that it took lying on
// its side (Exif 2.3, tag 0x0112).
func upright(m *image.RGBA, turn int) *image.RGBA {
	if turn < 2 || turn > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if turn >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sx, sy int
			switch turn {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], m.Pix[m.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

func encode(m image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, errors.Join(errors.New("encode a photo"), err)
	}
	return out.Bytes(), nil
}

// isHEIC knows the photos of newer iPhones, which nothing here can read.
func isHEIC(data []byte) bool {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return false
	}
	switch string(data[8:12]) {
	case "heic", "heix", "mif1", "hevc", "msf1":
		return true
	}
	return false
}
