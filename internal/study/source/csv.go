package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// csvSheet is a file of separated values.
type csvSheet struct {
	file    string
	reader  *csv.Reader
	above   int // lines before the ones that the reader counts
	at      int
	rows    int
	columns []string // of the header, for the words of a place
	step    func(int64)
	bound   *Rows
}

// rowMost is how many bytes a row may have: a header of as many columns as a sheet has.
const rowMost = 512 << 10

// ErrRow is the error of a row that is longer.
var ErrRow = fmt.Errorf("the row is longer than %d bytes: a quotation mark may be open, or the separator another one", rowMost)

// Rows gives no more than a row may have before the next one begins: a reader of
// separated values holds a row whole, and an open quotation mark makes the file one.
type Rows struct {
	In   io.Reader
	read int
}

// Begin says that the next row is asked for.
func (p *Rows) Begin() { p.read = 0 }

// Read reads.
func (p *Rows) Read(b []byte) (int, error) {
	if p.read > rowMost {
		return 0, ErrRow
	}
	n, err := p.In.Read(b)
	p.read += n
	return n, err
}

// openCSV begins to read separated values: a first line "sep=;", as Excel takes it,
// names the separator, else the header tells it.
func openCSV(name string, b *bufio.Reader, step func(int64)) (*csvSheet, error) {
	t := &csvSheet{file: name, step: step}
	head, _ := b.Peek(1 << 16)
	first, rest, more := bytes.Cut(head, []byte("\n"))
	comma := rune(0)
	if s, ok := strings.CutPrefix(strings.ToLower(strings.Trim(string(first), "\r\"")), "sep="); ok {
		if s == "" {
			s = "\t"
		}
		comma, t.above = rune(s[0]), 1
		if len(s) != 1 || s[0] == '"' || s[0] == '\r' || s[0] >= 0x80 {
			return nil, Bad(name, "separator", fmt.Sprintf("line 1, column 1: %q is no separator: write sep=; or sep=,", s))
		}
		if !more {
			rest = nil
		}
		skip := len(first)
		if more {
			skip++
		}
		if _, err := b.Discard(skip); err != nil {
			return nil, err
		}
		head = rest
	}
	if comma == 0 {
		comma = separator(head)
	}
	t.bound = &Rows{In: b}
	t.reader = csv.NewReader(t.bound)
	t.reader.Comma = comma
	t.reader.ReuseRecord = true
	t.reader.FieldsPerRecord = -1
	return t, nil
}

// separator is what stands between the fields of a header: the sign that is there
// most often outside quotes. Spreadsheets write semicolons or tabs where the comma
// is for decimals.
func separator(head []byte) rune {
	quoted := false
	counts := map[byte]int{}
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return rune(best)
}

func (t *csvSheet) Next() ([]string, error) {
	t.bound.Begin()
	record, err := t.reader.Read()
	var p *csv.ParseError
	switch {
	case errors.Is(err, ErrRow):
		return nil, Bad(t.file, "row", fmt.Sprintf("row %d: %v", t.rows+1, err))
	case errors.Is(err, io.EOF):
		return nil, err
	case errors.As(err, &p):
		words := p.Err.Error() + ": put a field that holds a separator, a line break or a quotation mark in quotes, and double the marks inside"
		return nil, Bad(t.file, "csv", fmt.Sprintf("line %d, character %d: %s", p.Line+t.above, p.Column, words))
	case err != nil:
		return nil, err
	}
	t.at, _ = t.reader.FieldPos(0)
	if n := len(record); n > Items {
		return nil, Bad(t.file, "columns", fmt.Sprintf("line %d: the row has %d fields, and a table at most %d columns", t.Line(), n, Items))
	}
	if n := slices.IndexFunc(record, func(s string) bool { return len(s) > Longest }); n >= 0 {
		return nil, Bad(t.file, "long", fmt.Sprintf("%s: the field is longer than %d bytes: leave the column out, or see whether a quotation mark is open", t.Place(t.Line(), n), Longest))
	}
	if t.columns == nil {
		t.columns = make([]string, len(record))
		for i, h := range record {
			if strings.Contains(h, "\r") {
				return nil, Bad(t.file, "lines", t.Place(t.Line(), i).String()+": lines end with CR alone: save the file with LF or CRLF")
			}
			t.columns[i] = strings.Clone(Shortened(Clean(h)))
		}
	}
	if t.rows++; t.rows%(1<<16) == 0 {
		t.step(t.reader.InputOffset())
	}
	return record, nil
}

func (t *csvSheet) Line() int { return t.at + t.above }

func (t *csvSheet) Place(line, column int) Place {
	p := Place{Line: line, at: column + 1}
	if line > t.above+1 && column < len(t.columns) {
		p.column = t.columns[column]
	}
	return p
}

func (t *csvSheet) Name() string { return t.file }
func (t *csvSheet) Comma() bool  { return t.reader.Comma != ',' }
func (t *csvSheet) Exact() bool  { return false }
func (t *csvSheet) Close()       {}
