package clean

import (
	"encoding/binary"
	"io"
	"slices"
)

// webpLooks are the chunks that say how a picture looks and moves (RFC 9649, 2.7).
var webpLooks = []string{"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"}

// webpExif and webpXMP are the bits of VP8X that announce such chunks.
const webpExif, webpXMP = 0x08, 0x04

// webp copies a picture's chunks that are looked at. The length at its beginning is that
// of what is kept, so that the chunks are read twice.
func webp(in io.ReadSeeker, size int64, out *removing) error {
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WEBP" {
		return another
	}
	end := int64(binary.LittleEndian.Uint32(head[4:8])) + 8
	if end > size || end < 12 {
		return damaged
	}
	if end < size {
		out.remove(Picture)
	}
	var kept [][2]int64 // where chunks begin and end
	length := int64(4)
	for at := int64(12); at < end; {
		var chunk [8]byte
		if _, err := in.Seek(at, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.ReadFull(in, chunk[:]); err != nil {
			return err
		}
		n := int64(binary.LittleEndian.Uint32(chunk[4:]))
		next := at + 8 + n + n%2
		if next > end {
			return damaged
		}
		if slices.Contains(webpLooks, string(chunk[:4])) {
			kept = append(kept, [2]int64{at, next})
			length += next - at
		} else {
			out.remove(Picture)
		}
		at = next
	}
	if len(kept) == 0 {
		return damaged
	}
	binary.LittleEndian.PutUint32(head[4:8], uint32(length))
	if _, err := out.Write(head[:]); err != nil {
		return err
	}
	for _, c := range kept {
		if _, err := in.Seek(c[0], io.SeekStart); err != nil {
			return err
		}
		chunk := make([]byte, 8, 9)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return err
		}
		if string(chunk[:4]) == "VP8X" && c[1]-c[0] > 8 {
			chunk = chunk[:9]
			if _, err := io.ReadFull(in, chunk[8:]); err != nil {
				return err
			}
			chunk[8] &^= webpExif | webpXMP
		}
		if _, err := out.Write(chunk); err != nil {
			return err
		}
		if _, err := io.CopyN(out.Writer, in, c[1]-c[0]-int64(len(chunk))); err != nil {
			return err
		}
	}
	return nil
}
