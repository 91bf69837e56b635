package clean

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// The markers of a JPEG file (ISO/IEC 10918-1, annex B).
const (
	jpegStart = 0xd8
	jpegEnd   = 0xd9
	jpegScan  = 0xda
	jpegApp0  = 0xe0
	jpegApp1  = 0xe1
	jpegApp2  = 0xe2
	jpegApp14 = 0xee
	jpegApp15 = 0xef
	jpegNote  = 0xfe
)

// jpeg copies a picture without its segments of applications, but for those without which
// it would look otherwise: JFIF, the colours' profile, Adobe's transform, and which side is
// up. What stands behind its end is left out.
func jpeg(in io.Reader, out *removing) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || head != [2]byte{0xff, jpegStart} {
		return another
	}
	if _, err := out.Write(head[:]); err != nil {
		return err
	}
	for {
		marker, err := jpegMarker(r)
		if err != nil {
			return err
		}
		if marker == jpegEnd {
			_, err := out.Write([]byte{0xff, jpegEnd})
			if _, more := r.ReadByte(); more == nil {
				out.remove(Picture) // previews of a camera, with their own notes
			}
			return err
		}
		segment, err := jpegSegment(r)
		if err != nil {
			return err
		}
		if segment = jpegKept(marker, segment, out); segment != nil {
			head := []byte{0xff, marker, 0, 0}
			binary.BigEndian.PutUint16(head[2:], uint16(len(segment)+2))
			if _, err := out.Write(append(head, segment...)); err != nil {
				return err
			}
		}
		if marker == jpegScan {
			if err := jpegData(r, out); err != nil {
				return err
			}
		}
	}
}

// jpegMarker reads a marker, which bytes of 0xff may precede.
func jpegMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	if b != 0xff {
		return 0, damaged
	}
	for b == 0xff {
		if b, err = r.ReadByte(); err != nil {
			return 0, err
		}
	}
	if b == 0 || b >= 0xd0 && b <= jpegStart || b == 1 {
		return 0, damaged // these have no segment, and stand in data alone
	}
	return b, nil
}

func jpegSegment(r *bufio.Reader) ([]byte, error) {
	var n [2]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint16(n[:]))
	if length < 2 {
		return nil, damaged
	}
	segment := make([]byte, length-2)
	_, err := io.ReadFull(r, segment)
	return segment, err
}

// jpegData copies what is coded until the next marker, which stays unread.
func jpegData(r *bufio.Reader, out *removing) error {
	for {
		b, err := r.Peek(2)
		if err != nil {
			return err
		}
		if b[0] == 0xff && b[1] != 0 && (b[1] < 0xd0 || b[1] > 0xd7) {
			if b[1] != 0xff {
				return nil
			}
			if _, err := r.Discard(1); err != nil { // filling before a marker
				return err
			}
			continue
		}
		n := 1
		if b[0] == 0xff {
			n = 2
		} else if line, err := r.Peek(r.Buffered()); err == nil {
			if n = bytes.IndexByte(line, 0xff); n < 0 {
				n = len(line)
			}
		}
		if _, err := io.CopyN(out.Writer, r, int64(n)); err != nil {
			return err
		}
	}
}

// jpegKept gives what is kept of a segment; nil for nothing.
func jpegKept(marker byte, segment []byte, out *removing) []byte {
	switch {
	case marker == jpegApp0 && bytes.HasPrefix(segment, []byte("JFIF\x00")) && len(segment) >= 14:
		segment = segment[:14:14]
		segment[12], segment[13] = 0, 0 // without its thumbnail
		return segment
	case marker == jpegApp2 && bytes.HasPrefix(segment, []byte("ICC_PROFILE\x00")),
		marker == jpegApp14 && bytes.HasPrefix(segment, []byte("Adobe")):
		return segment
	case marker == jpegApp1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")):
		out.remove(Picture)
		if up := orientation(segment[6:]); up > 1 {
			return append([]byte("Exif\x00\x00"), upright(up)...)
		}
		return nil
	case marker >= jpegApp0 && marker <= jpegApp15, marker == jpegNote:
		out.remove(Picture)
		return nil
	}
	return segment
}

// orientation gives the tag of an EXIF block that says which side is up, 1 to 8; 0 for none.
func orientation(tiff []byte) uint16 {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00\x2a")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II\x2a\x00")):
		return 0
	}
	if len(tiff) < 8 {
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if up := order.Uint16(tiff[entry+8:]); up <= 8 {
				return up
			}
		}
	}
	return 0
}

// upright is an EXIF block that says which side is up, and nothing else.
func upright(up uint16) []byte {
	return []byte{'M', 'M', 0, 0x2a, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(up), 0, 0, 0, 0, 0, 0}
}
