package enclosure

import "encoding/binary"

// orientation reads how a JPEG is to be turned, 1 where it does not say. Whatever is broken in there is taken
// as not said: it is thrown away with the rest.
func orientation(data []byte) int {
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker, size := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		if size < 2 || i+2+size > len(data) || marker == 0xda {
			return 1
		}
		segment := data[i+4 : i+2+size]
		if marker == 0xe1 && len(segment) > 14 && string(segment[:6]) == "Exif\x00\x00" {
			return tiffOrientation(segment[6:])
		}
		i += 2 + size
	}
	return 1
}

// tiffOrientation looks through the first directory of an Exif block.
func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder
	switch string(tiff[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int64(order.Uint16(tiff[at:]))
	for e := range entries {
		from := at + 2 + e*12
		if from+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[from:]) == 0x0112 {
			if turn := int(order.Uint16(tiff[from+8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			return 1
		}
	}
	return 1
}
