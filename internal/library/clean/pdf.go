package clean

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
)

// What is looked into is bounded, so that no document costs more than its length.
const (
	pdfPart    = 16 << 20  // bytes of a part that was compressed
	pdfAll     = 128 << 20 // bytes of all of them, each time they are read
	pdfRefs    = 16        // values that stand elsewhere
	pdfNest    = 500       // dictionaries within dictionaries
	pdfPackets = 5000      // packets of metadata that name somebody
	pdfHide    = 4         // objects within texts within objects
	pdfAct     = 1000      // tokens of what is done when the document opens
)

var pdfMagic = regexp.MustCompile(`^%PDF-[12]\.\d`)

// pdf blanks the names of people where they stand, byte for byte, so that nothing else of
// the document moves: its information, its metadata, the EXIF of its pictures. A name in a
// compressed part cannot be blanked so, and the document is refused; so is one that does
// something by itself.
func pdf(in io.Reader, size int64, out *removing) error {
	b := make([]byte, size)
	if _, err := io.ReadFull(in, b); err != nil {
		return err
	}
	if !pdfMagic.Match(b) {
		return another
	}
	if tail := b[max(0, len(b)-2048):]; !bytes.Contains(tail, []byte("startxref")) || !bytes.Contains(tail, []byte("%%EOF")) {
		return damaged
	}
	if pdfLocked.Match(b) {
		return encrypted // where its texts end cannot be told
	}
	d := &inspection{names: map[int]bool{}, acts: map[int]bool{}}
	if err := d.read(b); err != nil {
		return err
	}
	blanked := d.blanked
	if pictured(b) {
		out.remove(Picture)
		blanked = true
	}
	if d.blanked {
		out.remove(Author)
	}
	if blanked && d.signed {
		return signed
	}
	_, err := out.Write(b)
	return err
}

// pdfLocked announces a document that is locked, as all programs write it.
var pdfLocked = regexp.MustCompile(`/Encrypt[\x00\t\n\f\r ]*(?:\d+[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]+R\b|<<)`)

// inspection reads the objects of a document, wherever programs find them: one after the
// other, in compressed parts, and where one stands hidden in a text, a comment or a stream.
type inspection struct {
	left    int64  // bytes that compressed parts may still have
	buffer  []byte // of the one that is open
	inflate io.ReadCloser
	names   map[int]bool // objects that are names, and whether they were found
	acts    map[int]bool // objects that say what is done when the document opens, likewise
	again   bool         // this is the second pass, which finds those
	packets int          // of metadata so far
	blanked bool
	signed  bool
}

// read reads a document; what stands elsewhere than it is named is found in a second pass.
func (d *inspection) read(b []byte) error {
	for d.again = false; ; d.again = true {
		d.left, d.packets = pdfAll, 0
		if err := (&objects{inspection: d, lexer: lexer{b: b, until: len(b)}}).all(); err != nil {
			return err
		}
		if d.again || len(d.names)+len(d.acts) == 0 {
			break
		}
	}
	for _, found := range d.names {
		if !found {
			return authored
		}
	}
	for _, found := range d.acts {
		if !found {
			return action.with("what", "/OpenAction")
		}
	}
	return nil
}

// want remembers an object to be found.
func (d *inspection) want(of map[int]bool, number int, why *refusal) error {
	if _, there := of[number]; there || d.again {
		return nil
	}
	if len(of) >= pdfRefs {
		return why
	}
	of[number] = false
	return nil
}

// opened opens a compressed part, which the next one overwrites.
func (d *inspection) opened(data []byte) ([]byte, error) {
	data = bytes.TrimLeft(data, "\r\n")
	var err error
	if d.inflate == nil {
		d.inflate, err = zlib.NewReader(bytes.NewReader(data))
	} else if again, ok := d.inflate.(zlib.Resetter); ok {
		err = again.Reset(bytes.NewReader(data), nil)
	}
	if err != nil {
		d.inflate = nil
		return nil, damaged
	}
	limit := int(min(pdfPart, d.left))
	n := 0
	for {
		if n == len(d.buffer) {
			if n > limit {
				return nil, grown
			}
			more := make([]byte, max(64<<10, min(2*n, pdfPart+1)))
			copy(more, d.buffer)
			d.buffer = more
		}
		read, err := d.inflate.Read(d.buffer[n:])
		n += read
		if n > limit {
			return nil, grown
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zlib.ErrChecksum) {
			d.left -= int64(n)
			return d.buffer[:n], nil
		}
		if err != nil {
			return nil, damaged
		}
	}
}

// wipe blanks a value.
func (d *inspection) wipe(value []byte, with byte) {
	for i := range value {
		if value[i] != with {
			d.blanked = d.blanked || says(value[i:i+1])
			value[i] = with
		}
	}
}

// says tells whether a value has anything beside blanks.
func says(value []byte) bool { return len(bytes.Trim(value, pdfBlanks)) > 0 }

// pictured blanks what cameras wrote into the pictures of a document.
func pictured(b []byte) bool {
	found := false
	for _, mark := range []string{"Exif\x00\x00", "http://ns.adobe.com/xap/1.0/\x00", "Photoshop 3.0\x00"} {
		for at := 0; ; {
			n := bytes.Index(b[at:], []byte(mark))
			if n < 0 {
				break
			}
			begin := at + n
			at = begin + len(mark)
			if begin < 4 || b[begin-4] != 0xff || b[begin-3] < 0xe1 || b[begin-3] > 0xed {
				continue
			}
			end := begin - 2 + (int(b[begin-2])<<8 | int(b[begin-1]))
			if end > len(b) || end <= begin {
				continue
			}
			clear(b[begin:end])
			found = true
		}
	}
	return found
}
