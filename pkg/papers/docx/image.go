package docx

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the two kinds of picture that are taken
	_ "image/png"
)

// Image is a PNG or JPEG picture. It keeps its proportions and fits into Width and Height, in millimetres.
type Image struct {
	Data          []byte
	Width, Height int
	Alt           string // said to those who cannot see it
	// Corner takes the picture out of the text and puts it into the upper right corner of the page, so far from
	// its edges in millimetres; 0 leaves it in its line.
	Corner int
}

const emuPerMM = 36000

// fit is the size of the picture on paper, in EMU.
func (m *Image) fit() (width, height int64, format string, err error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(m.Data))
	if err != nil || format != "png" && format != "jpeg" {
		return 0, 0, "", errors.Join(errors.New("a picture is neither PNG nor JPEG"), err)
	}
	if config.Width <= 0 || config.Height <= 0 || m.Width <= 0 || m.Height <= 0 {
		return 0, 0, "", errors.New("a picture has no size")
	}
	scale := min(float64(m.Width)/float64(config.Width), float64(m.Height)/float64(config.Height)) * emuPerMM
	return int64(float64(config.Width) * scale), int64(float64(config.Height) * scale), format, nil
}

func (m *Image) write(w *body) {
	width, height, format, err := m.fit()
	if err != nil {
		w.fail(err)
		return
	}
	n := len(w.images) + 1
	name := fmt.Sprintf("media/%simage%d.%s", w.name, n, format)
	w.images = append(w.images, part{name: "word/" + name, data: m.Data, stored: true})
	id := w.relate(relImage, name)
	cx, cy := fmt.Sprint(width), fmt.Sprint(height)

	w.open("w:r")
	w.open("w:drawing")
	frame := "wp:inline"
	if m.Corner > 0 {
		frame = "wp:anchor"
		w.open(frame, "distT", "0", "distB", "0", "distL", "0", "distR", "0", "simplePos", "0", "relativeHeight", itoa(n), "behindDoc", "0", "locked", "0", "layoutInCell", "1", "allowOverlap", "1")
		w.empty("wp:simplePos", "x", "0", "y", "0")
		edge := int64(m.Corner) * emuPerMM
		w.offset("wp:positionH", w.pageWidth*emuPerMM-width-edge)
		w.offset("wp:positionV", edge)
	} else {
		w.open(frame, "distT", "0", "distB", "0", "distL", "0", "distR", "0")
	}
	w.empty("wp:extent", "cx", cx, "cy", cy)
	if m.Corner > 0 {
		w.empty("wp:wrapNone")
	}
	w.empty("wp:docPr", "id", itoa(n), "name", fmt.Sprintf("图片%d", n), "descr", m.Alt)
	w.open("a:graphic")
	w.open("a:graphicData", "uri", "http://schemas.openxmlformats.org/drawingml/2006/picture")
	w.open("pic:pic")
	w.open("pic:nvPicPr")
	w.empty("pic:cNvPr", "id", itoa(n), "name", fmt.Sprintf("图片%d", n))
	w.empty("pic:cNvPicPr")
	w.close("pic:nvPicPr")
	w.open("pic:blipFill")
	w.empty("a:blip", "r:embed", id)
	w.open("a:stretch")
	w.empty("a:fillRect")
	w.close("a:stretch")
	w.close("pic:blipFill")
	w.open("pic:spPr")
	w.open("a:xfrm")
	w.empty("a:off", "x", "0", "y", "0")
	w.empty("a:ext", "cx", cx, "cy", cy)
	w.close("a:xfrm")
	w.open("a:prstGeom", "prst", "rect")
	w.empty("a:avLst")
	w.close("a:prstGeom")
	w.close("pic:spPr")
	w.close("pic:pic")
	w.close("a:graphicData")
	w.close("a:graphic")
	w.close(frame)
	w.close("w:drawing")
	w.close("w:r")
}

// offset is how far a picture stands from an edge of the page, in EMU.
func (b *body) offset(axis string, emu int64) {
	b.open(axis, "relativeFrom", "page")
	b.open("wp:posOffset")
	b.text(fmt.Sprint(emu))
	b.close("wp:posOffset")
	b.close(axis)
}
