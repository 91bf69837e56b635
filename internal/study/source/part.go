package source

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// What a workbook may cost who reads it: it is packed, and a few kilobytes unpack to as
// much as their author likes.
const (
	packedMost = 64 << 20  // bytes of the file
	partsMost  = 4096      // parts in it
	sheetMost  = 256 << 20 // bytes of a sheet, which is read as a stream
	othersMost = 16 << 20  // bytes of any other part: texts and styles are held in memory
	deepest    = 32        // elements within each other
)

// errLarge is the error of a part that is larger than it may be.
var errLarge = errors.New("the part is larger than any that people fill in")

// seen reads a part of a workbook as a stream and checks its sum and its size. Of a sheet
// it gives the first cell whose formula has no result.
func seen(f *zip.File) (cell string, err error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	sheet := strings.HasPrefix(f.Name, "xl/worksheets/")
	most := int64(othersMost)
	if sheet {
		most = sheetMost
	}
	m := markup{in: bufio.NewReaderSize(io.LimitReader(r, most+1), 64<<10), sheet: sheet, xml: strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels")}
	for {
		if err := m.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
	}
	if m.read > most {
		return "", fmt.Errorf("%w (%d MB)", errLarge, most>>20)
	}
	return m.uncounted, nil
}

// markup reads XML as a stream, as far as its cost goes: how deep its elements stand, how
// long a text between two signs is, how many cells a row has. Cells are kept one by one.
type markup struct {
	in         *bufio.Reader
	sheet, xml bool
	read       int64
	depth      int
	cells      int  // in the row
	within     bool // a cell
	cell       []byte
	uncounted  string // the first cell of a formula without its result
}

// next reads a text and the tag after it.
func (m *markup) next() error {
	if !m.xml {
		n, err := io.CopyN(io.Discard, m.in, 1<<20)
		m.read += n
		return err
	}
	if err := m.upTo('<'); err != nil {
		return err
	}
	if !m.within {
		m.cell = append(m.cell[:0], '<')
	}
	begun := len(m.cell) - 1
	for ended := false; !ended; { // a value in quotation marks may hold the sign
		if err := m.upTo('>'); err != nil {
			return err
		}
		ended = bytes.Count(m.cell[begun:], []byte{'"'})%2 == 0
	}
	return m.tag(m.cell[begun:])
}

// upTo reads as far as a sign.
func (m *markup) upTo(sign byte) error {
	long := 0
	for {
		part, err := m.in.ReadSlice(sign)
		m.read += int64(len(part))
		if long += len(part); long > 2*Longest {
			return fmt.Errorf("%w: a text of more than %d bytes", errLarge, 2*Longest)
		}
		if m.cell = append(m.cell, part...); len(m.cell) > 8*Longest {
			return fmt.Errorf("%w: a cell of more than %d bytes", errLarge, 8*Longest)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// tag takes a tag.
func (m *markup) tag(tag []byte) error {
	name := tag[1 : len(tag)-1]
	if len(name) == 0 || name[0] == '?' || name[0] == '!' {
		return nil
	}
	ends, alone := name[0] == '/', name[len(name)-1] == '/'
	name = bytes.Trim(name, "/")
	if n := bytes.IndexAny(name, " \t\r\n"); n >= 0 {
		name = name[:n]
	}
	name = name[bytes.IndexByte(name, ':')+1:]
	switch {
	case ends:
		m.depth--
	case !alone:
		if m.depth++; m.depth > deepest {
			return fmt.Errorf("%w: elements stand within each other more than %d deep", errLarge, deepest)
		}
	}
	if !m.sheet {
		m.cell = m.cell[:0]
		return nil
	}
	switch {
	case string(name) == "row":
		m.cells = 0
	case string(name) == "c" && !ends:
		if m.cells++; m.cells > Items {
			return fmt.Errorf("%w: a row of more than %d cells", errLarge, Items)
		}
		m.within = !alone
		return nil
	case string(name) == "c":
		m.within = false
		if m.uncounted == "" && bytes.Contains(m.cell, []byte("<f")) {
			if c := formula.FindSubmatch(m.cell); c != nil && !bytes.Contains(c[2], []byte(`t="str"`)) {
				m.uncounted = string(c[1])
			}
		}
	}
	if !m.within {
		m.cell = m.cell[:0]
	}
	return nil
}

// formula is a cell whose formula has no stored result, as programs leave them that
// write a workbook without counting; a formula may well result in an empty text.
var formula = regexp.MustCompile(`^<c r="([A-Z]+[0-9]+)"([^>]*)><f[^>]*(?:/>|>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>$`)
