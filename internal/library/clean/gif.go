package clean

import (
	"bufio"
	"errors"
	"io"
	"slices"
)

// The blocks of a GIF file (CompuServe, Graphics Interchange Format, 89a).
const (
	gifExtension = 0x21
	gifImage     = 0x2c
	gifEnd       = 0x3b
	gifNote      = 0xfe
	gifProgram   = 0xff
)

// gifLooks are the programs whose blocks say how a picture moves and what its colours are.
var gifLooks = []string{"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"}

// gif copies a picture within an office file without the notes and the metadata of
// programs, until its end.
func gif(in io.Reader, out *removing) error {
	r := bufio.NewReaderSize(in, 64<<10)
	head := make([]byte, 13)
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if err := gifTable(r, out, head, head[10]); err != nil {
		return err
	}
	for {
		kind, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil // many have no end
		}
		if err != nil {
			return err
		}
		switch kind {
		case gifEnd:
			_, err := out.Write([]byte{gifEnd})
			if _, more := r.ReadByte(); more == nil {
				out.remove(Picture)
			}
			return err
		case gifImage:
			place := make([]byte, 10)
			place[0] = gifImage
			if _, err := io.ReadFull(r, place[1:]); err != nil {
				return err
			}
			if err := gifTable(r, out, place, place[9]); err != nil {
				return err
			}
			size, err := r.ReadByte()
			if err != nil {
				return err
			}
			if _, err := out.Write([]byte{size}); err != nil {
				return err
			}
			if err := gifBlocks(r, out.Writer); err != nil {
				return err
			}
		case gifExtension:
			if err := gifExtended(r, out); err != nil {
				return err
			}
		default:
			return damaged
		}
	}
}

// gifTable copies a head and the table of colours that its flags announce.
func gifTable(r io.Reader, out io.Writer, head []byte, flags byte) error {
	if _, err := out.Write(head); err != nil {
		return err
	}
	if flags&0x80 == 0 {
		return nil
	}
	_, err := io.CopyN(out, r, 3<<(flags&7+1))
	return err
}

// gifExtended copies an extension that says how a picture looks.
func gifExtended(r *bufio.Reader, out *removing) error {
	label, err := r.ReadByte()
	if err != nil {
		return err
	}
	looks := label != gifNote
	if label == gifProgram {
		by, err := r.Peek(12)
		if err != nil {
			return err
		}
		looks = slices.Contains(gifLooks, string(by[1:]))
	}
	to := out.Writer
	if !looks {
		out.remove(Picture)
		to = io.Discard
	}
	if _, err := to.Write([]byte{gifExtension, label}); err != nil {
		return err
	}
	return gifBlocks(r, to)
}

// gifBlocks copies blocks until the empty one.
func gifBlocks(r *bufio.Reader, out io.Writer) error {
	for {
		size, err := r.ReadByte()
		if err != nil {
			return err
		}
		if _, err := out.Write([]byte{size}); err != nil || size == 0 {
			return err
		}
		if _, err := io.CopyN(out, r, int64(size)); err != nil {
			return err
		}
	}
}
