package enclosure

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"fengqiao/models"
	"fengqiao/pkg/qr"
)

// picture is red on its left half and blue on its right half.
func picture(width, height int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{R: 255, A: 255})
			if x >= width/2 {
				m.Set(x, y, color.RGBA{B: 255, A: 255})
			}
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, nil))
	return out.Bytes()
}

// secret stands for where a photo was taken.
const secret = "GPS 28.1234N 116.5678E"

// withExif puts an Exif block with an orientation and a secret into a JPEG.
func withExif(t testing.TB, data []byte, turn int, order binary.AppendByteOrder) []byte {
	t.Helper()
	tiff := []byte("MM\x00\x2a")
	if order == binary.LittleEndian {
		tiff = []byte("II\x2a\x00")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, uint16(turn))
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	block := append([]byte("Exif\x00\x00"), append(tiff, secret...)...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(block)+2))...)
	return append(append(out, block...), data[2:]...)
}

func red(t *testing.T, m image.Image, x, y int) bool {
	t.Helper()
	r, _, b, _ := m.At(x, y).RGBA()
	return r > b
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return m
}

// TestPhotoIsWrittenAnew asks that a photo comes out upright and without what the phone hid in it.
func TestPhotoIsWrittenAnew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		turn       int
		wide       bool
		redX, redY int // a place that is red when the picture stands upright
		blueX      int
		blueY      int
	}{
		{1, true, 5, 20, 75, 20}, {2, true, 75, 20, 5, 20}, {3, true, 75, 20, 5, 20}, {4, true, 5, 20, 75, 20},
		{5, false, 20, 5, 20, 75}, {6, false, 20, 5, 20, 75}, {7, false, 20, 75, 20, 5}, {8, false, 20, 75, 20, 5},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			sent := withExif(t, jpegOf(t, picture(80, 40)), tt.turn, order)
			require.Contains(t, string(sent), secret)
			f, err := Read(t.Context(), sent)
			require.NoError(t, err)
			require.Equal(t, models.TypeJPEG, f.Type)
			require.NotContains(t, string(f.Data), secret)
			require.NotContains(t, string(f.Data), "Exif")
			m := decoded(t, f.Data)
			require.Equal(t, tt.wide, m.Bounds().Dx() > m.Bounds().Dy(), "orientation %d", tt.turn)
			require.True(t, red(t, m, tt.redX, tt.redY), "orientation %d", tt.turn)
			require.False(t, red(t, m, tt.blueX, tt.blueY), "orientation %d", tt.turn)
		}
	}
}

func TestLargePhotoShrinks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture(4000, 1000)))
	f, err := Read(t.Context(), out.Bytes())
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, keptSide, 650), decoded(t, f.Data).Bounds())
	require.Equal(t, image.Rect(0, 0, previewSide, 225), decoded(t, f.Preview).Bounds())
}

func TestRefused(t *testing.T) {
	t.Parallel()
	var huge bytes.Buffer
	require.NoError(t, png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.White})))
	bomb := huge.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	copy(bomb[29:], []byte{0, 0, 0, 0}) // the header's checksum no longer fits: refused as broken
	for _, tt := range []struct {
		name string
		data []byte
		want string
		kind models.Kind
	}{
		{"nothing", nil, "请选择", models.Invalid},
		{"a program called photo.jpg", []byte("MZ\x90\x00 this is no picture"), "不是照片", models.Invalid},
		{"a page", []byte("<html><script>alert(1)</script>"), "不是照片", models.Invalid},
		{"an SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), "不是照片", models.Invalid},
		{"a GIF", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "不是照片", models.Invalid},
		{"a photo of an iPhone", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "依次点“设置”“相机”“格式”，选“兼容性最佳”", models.Invalid},
		{"half a photo", jpegOf(t, picture(80, 40))[:300], "打不开", models.Invalid},
		{"a picture that is larger than it is", bomb, "打不开", models.Invalid},
		{"half a PDF", []byte("%PDF-1.7\n1 0 obj"), "不完整", models.Invalid},
		{"60 MB", bytes.Repeat([]byte{0xff, 0xd8, 0xff}, 20<<20), "超过20MB", models.TooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(t.Context(), tt.data)
			told := models.AsError(err)
			require.Equal(t, tt.kind, told.Kind, "%v", err)
			require.Len(t, told.Fields, 1)
			require.Equal(t, "file", told.Fields[0].Field)
			require.Contains(t, told.Fields[0].Message, tt.want)
		})
	}
}

func TestHugePictureIsNotDecoded(t *testing.T) {
	t.Parallel()
	sent := jpegOf(t, picture(80, 40))
	at := bytes.Index(sent, []byte{0xff, 0xc0}) // start of frame: height and width follow
	binary.BigEndian.PutUint16(sent[at+5:], 60_000)
	binary.BigEndian.PutUint16(sent[at+7:], 60_000)
	_, err := Read(t.Context(), sent)
	require.Contains(t, models.AsError(err).Fields[0].Message, "尺寸太大")
}

// TestScanSeesTheCode asks that the code of a paper is seen in a photo that a phone took lying on its side.
func TestScanSeesTheCode(t *testing.T) {
	t.Parallel()
	label, err := qr.Label("FQ:A7K3F9QXM4T2", "A7K3-F9QX-M4T2")
	require.NoError(t, err)
	code, err := png.Decode(bytes.NewReader(label))
	require.NoError(t, err)
	page := image.NewGray(image.Rect(0, 0, 1600, 2200))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, code.Bounds().Add(image.Pt(1000, 60)), code, image.Point{}, draw.Src)
	sent := withExif(t, jpegOf(t, page), 6, binary.BigEndian)
	f, codes, err := Scan(t.Context(), sent)
	require.NoError(t, err)
	require.Equal(t, []string{"FQ:A7K3F9QXM4T2"}, codes)
	plain, err := Read(t.Context(), sent)
	require.NoError(t, err)
	require.Equal(t, plain, f, "what is kept is the same")

	_, codes, err = Scan(t.Context(), jpegOf(t, picture(800, 400)))
	require.NoError(t, err)
	require.Empty(t, codes)
	_, codes, err = Scan(t.Context(), []byte("%PDF-1.7\n%%EOF"))
	require.NoError(t, err)
	require.Empty(t, codes)
	_, _, err = Scan(t.Context(), []byte("MZ"))
	require.Equal(t, "file", models.AsError(err).Fields[0].Field)
}

func TestPDF(t *testing.T) {
	t.Parallel()
	sent := []byte("%PDF-1.7\n" + strings.Repeat("x", 5000) + "\n%%EOF\n")
	f, err := Read(t.Context(), sent)
	require.NoError(t, err)
	require.Equal(t, File{Type: models.TypePDF, Data: sent}, f)
}

func TestWaitingEndsWithTheRequest(t *testing.T) {
	for range cap(atOnce) {
		atOnce <- struct{}{}
	}
	defer func() {
		for range cap(atOnce) {
			<-atOnce
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Read(ctx, jpegOf(t, picture(8, 4)))
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzRead(f *testing.F) {
	f.Add(withExif(f, jpegOf(f, picture(8, 4)), 6, binary.BigEndian))
	f.Add([]byte("%PDF-1.4 %%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		if file, err := Read(t.Context(), data); err == nil {
			require.NotEmpty(t, file.Data)
		} else {
			require.NotEmpty(t, models.AsError(err).Fields)
		}
	})
}
