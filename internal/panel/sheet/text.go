package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// text gives a file as UTF-8, line by line: a line that is not is of Windows-1252.
type text struct {
	in      *bufio.Reader
	buf     []byte // what is converted and not read yet
	read    int
	windows bool
	begun   bool
	max     int // bytes
	record  int // bytes of the record so far: quotation marks join lines
	line    int // that was converted last
}

// longestRecord is the longest record that is read, in bytes, and so is the longest line.
const longestRecord = 1 << 16

// begin says that another record is asked for. A csv.Reader holds one whole, with 24 bytes and
// more for each field; it takes a line only when it needs it.
func (t *text) begin() { t.record = len(t.buf) }

// first gives the first line without taking it.
func (t *text) first() ([]byte, error) {
	err := t.fill()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return t.buf, err
}

func (t *text) Read(p []byte) (int, error) {
	if len(t.buf) == 0 {
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.buf)
	t.buf = t.buf[n:]
	return n, nil
}

// fill converts the next line.
func (t *text) fill() error {
	line, err := t.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return Refused("roll_no_text", "is no table of text: save it as CSV", nil)
	}
	if len(line) == 0 {
		return err // EOF without a line, or trouble
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if t.read += len(line); t.read > t.max {
		return Refused("roll_large", fmt.Sprintf("has more than %d megabytes", t.max>>20), map[string]any{"max": t.max >> 20})
	}
	t.line++
	if t.record += len(line); t.record > longestRecord {
		return Refused("roll_record", fmt.Sprintf("the record that reaches line %d is longer than %d kilobytes: a quotation mark may be open", t.line, longestRecord>>10), map[string]any{"line": t.line, "max": longestRecord >> 10})
	}
	if !t.begun {
		t.begun = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return Refused("roll_no_text", "is no table of text: save it as CSV", nil)
	}
	if utf8.Valid(line) {
		t.buf = append(t.buf[:0], line...)
		return nil
	}
	t.windows = true
	t.buf = t.buf[:0]
	for _, b := range line {
		t.buf = utf8.AppendRune(t.buf, windows1252(b))
	}
	return nil
}

// high are the characters of Windows-1252 between 0x80 and 0x9f; what it leaves free is
// U+FFFD. The others are those of Unicode.
var high = [...]rune{
	'€', '\ufffd', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\ufffd', 'Ž', '\ufffd',
	'\ufffd', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\ufffd', 'ž', 'Ÿ',
}

func windows1252(b byte) rune {
	if b >= 0x80 && b < 0xa0 {
		return high[b-0x80]
	}
	return rune(b)
}
