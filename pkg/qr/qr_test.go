package qr_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"fengqiao/pkg/qr"
)

const text = "FQ:A7K3F9QXM4T2"

func label(t testing.TB, text string) image.Image {
	t.Helper()
	data, err := qr.Label(text, "A7K3-F9QX-M4T2")
	require.NoError(t, err)
	m, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return m
}

// sheet is a page of A4, five pixels to a millimetre, with text and with labels in its upper margin.
func sheet(labels ...image.Image) *image.Gray {
	page := image.NewGray(image.Rect(0, 0, 1050, 1485))
	draw.Draw(page, page.Bounds(), image.NewUniform(color.Gray{Y: 248}), image.Point{}, draw.Src)
	r := rand.New(rand.NewPCG(1, 1))
	for y := 170; y < 1350; y += 45 {
		for x := 140; x < 920; x += 25 {
			for range 6 {
				at := image.Pt(x+r.IntN(18), y+r.IntN(18))
				size := image.Pt(9, 2)
				if r.IntN(2) == 0 {
					size = image.Pt(2, 9)
				}
				draw.Draw(page, image.Rectangle{at, at.Add(size)}, image.NewUniform(color.Gray{Y: 40}), image.Point{}, draw.Src)
			}
		}
	}
	for i, label := range labels {
		left := 1050 - 14*5 - (i+1)*qr.LabelWidth*5 - i*40
		draw.ApproxBiLinear.Scale(page, image.Rect(left, 20, left+qr.LabelWidth*5, 20+qr.LabelHeight*5), label, label.Bounds(), draw.Src, nil)
	}
	return page
}

// taken is how a phone took a page.
type taken struct {
	name          string
	turn          float64 // degrees
	aside         float64 // how much nearer one edge is than the other
	noise, blurry int
	quality       int
	width, height int
}

// photo takes the page: turned and from aside, on a dark table, with light from one side, grain and blur, and
// pressed hard as JPEG.
func photo(t testing.TB, page *image.Gray, how taken) image.Image {
	t.Helper()
	out := image.NewGray(image.Rect(0, 0, how.width, how.height))
	r := rand.New(rand.NewPCG(2, 2))
	sin, cos := math.Sincos(how.turn * math.Pi / 180)
	w, h := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	across, down := math.Abs(w*cos)+math.Abs(h*sin), math.Abs(w*sin)+math.Abs(h*cos)
	scale := min(float64(how.width)/across, float64(how.height)/down) * (0.95 - how.aside)
	for y := range how.height {
		for x := range how.width {
			fx, fy := float64(x-how.width/2), float64(y-how.height/2)
			near := 1 + how.aside*(fy/float64(how.height)+fx/float64(how.width)/2)
			fx, fy = fx/near/scale, fy/near/scale
			px, py := int(fx*cos+fy*sin+w/2), int(-fx*sin+fy*cos+h/2)
			light := 70.0
			if image.Pt(px, py).In(page.Rect) {
				light = float64(page.Pix[py*page.Stride+px])
			}
			light *= 0.5 + 0.5*float64(x)/float64(how.width)
			if how.noise > 0 {
				light += float64(r.IntN(2*how.noise+1) - how.noise)
			}
			out.Pix[y*out.Stride+x] = uint8(max(0, min(255, light)))
		}
	}
	if how.blurry > 1 {
		small := image.NewGray(image.Rect(0, 0, how.width/how.blurry, how.height/how.blurry))
		draw.BiLinear.Scale(small, small.Rect, out, out.Rect, draw.Src, nil)
		draw.BiLinear.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
	}
	var file bytes.Buffer
	require.NoError(t, jpeg.Encode(&file, out, &jpeg.Options{Quality: how.quality}))
	m, err := jpeg.Decode(&file)
	require.NoError(t, err)
	return m
}

func TestReadsWhatAPhoneTakes(t *testing.T) {
	t.Parallel()
	page := sheet(label(t, text))
	for _, how := range []taken{
		{"flat, large", 0, 0, 0, 0, 90, 1950, 2600},
		{"small picture", 2, 0, 8, 0, 70, 1200, 1600},
		{"a little askew, grainy", -9, 0.05, 25, 0, 50, 1200, 1600},
		{"on its side", 90, 0, 15, 0, 60, 1600, 1200},
		{"upside down", 181, 0.05, 15, 0, 60, 1200, 1600},
		{"aslant", 45, 0, 10, 0, 60, 1200, 1600},
		{"from aside", 5, 0.3, 10, 0, 60, 1200, 1600},
		{"blurred", 12, 0.05, 10, 3, 60, 1950, 2600},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, qr.Read(photo(t, page, how)), text)
		})
	}
}

// TestFindsACodeAmongOthers: a paper may carry the code of a bank or of a health office as well.
func TestFindsACodeAmongOthers(t *testing.T) {
	t.Parallel()
	page := sheet(label(t, "OTHER:12345"), label(t, text))
	found := qr.Read(photo(t, page, taken{"", 3, 0, 10, 0, 70, 1200, 1600}))
	require.Contains(t, found, text)
	require.Contains(t, found, "OTHER:12345")
}

func TestSeesNoneWhereThereIsNone(t *testing.T) {
	t.Parallel()
	require.Empty(t, qr.Read(photo(t, sheet(), taken{"", 3, 0, 10, 0, 70, 1200, 1600})))
	require.Empty(t, qr.Read(image.NewGray(image.Rect(0, 0, 1, 1))))
	require.Empty(t, qr.Read(image.NewGray(image.Rect(0, 0, qr.MaxSide+1, 30))))
}

// TestACrowdEndsTheReading: a picture full of corners is given up, and soon.
func TestACrowdEndsTheReading(t *testing.T) {
	t.Parallel()
	page := image.NewGray(image.Rect(0, 0, qr.MaxSide, qr.MaxSide))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	for y := 10; y+60 < qr.MaxSide; y += 60 {
		for x := 10; x+60 < qr.MaxSide; x += 60 {
			for i, c := range []*image.Uniform{image.Black, image.White, image.Black} {
				draw.Draw(page, image.Rect(x+5*i, y+5*i, x+35-5*i, y+35-5*i), c, image.Point{}, draw.Src)
			}
		}
	}
	began := time.Now()
	require.Empty(t, qr.Read(page))
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestLabel(t *testing.T) {
	t.Parallel()
	m := label(t, text)
	require.Equal(t, []string{text}, qr.Read(m), "as it is printed, without anything around it")
	require.InDelta(t, float64(qr.LabelWidth)/float64(qr.LabelHeight), float64(m.Bounds().Dx())/float64(m.Bounds().Dy()), 0.02)
	dark := 0
	for y := 215; y < m.Bounds().Dy(); y++ {
		for x := range m.Bounds().Dx() {
			if r, _, _, _ := m.At(x, y).RGBA(); r == 0 {
				dark++
				require.True(t, x > 2 && x < m.Bounds().Dx()-3 && y < m.Bounds().Dy()-2, "the words stay inside")
			}
		}
	}
	require.Greater(t, dark, 1000, "the words under the code")

	_, err := qr.Label(strings.Repeat("A", qr.MaxText+1), "A")
	require.ErrorContains(t, err, fmt.Sprint(qr.MaxText))
}
