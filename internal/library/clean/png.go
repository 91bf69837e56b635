package clean

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngLooks are the chunks that say how a picture looks and moves; every other one that
// it can be shown without is left out (W3C, Portable Network Graphics, 11.3).
var pngLooks = []string{
	"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "hIST", "pHYs", "sPLT", "cICP",
	"acTL", "fcTL", "fdAT",
}

// png copies a picture's chunks that are looked at, until its end.
func png(in io.Reader, out *removing) error {
	r := bufio.NewReaderSize(in, 64<<10)
	magic := make([]byte, len(pngMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != pngMagic {
		return another
	}
	if _, err := out.Write(magic); err != nil {
		return err
	}
	for first := true; ; first = false {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		length, name := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		if length > 1<<31-1 || first != (name == "IHDR") {
			return damaged
		}
		var to io.Writer = io.Discard
		if kept := slices.Contains(pngLooks, name); kept {
			to = out.Writer
			if _, err := to.Write(head[:]); err != nil {
				return err
			}
		} else if name[0]&0x20 == 0 {
			return another // a chunk that must be understood
		} else {
			out.remove(Picture)
		}
		sum := crc32.NewIEEE()
		_, _ = sum.Write(head[4:])
		if _, err := io.CopyN(io.MultiWriter(to, sum), r, length); err != nil {
			return err
		}
		var check [4]byte
		if _, err := io.ReadFull(r, check[:]); err != nil {
			return err
		}
		if binary.BigEndian.Uint32(check[:]) != sum.Sum32() {
			return damaged
		}
		if _, err := to.Write(check[:]); err != nil {
			return err
		}
		if name == "IEND" {
			if _, more := r.ReadByte(); more == nil {
				out.remove(Picture)
			}
			return nil
		}
	}
}
