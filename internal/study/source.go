package study

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"delfi/internal/fault"
)

// Input is one file of a study: its name for the words of a fault, and its bytes.
type Input struct {
	Name string
	In   io.Reader
}

// spot is a cell of an input: the number of its sheet, and its line and column from
// 1.
type spot struct{ sheet, line, column int32 }

// sheet is a table of texts that is read row by row: a CSV file, or one sheet of a
// workbook.
type sheet interface {
	// next gives a row, of any length, until io.EOF; it is valid until the next call.
	next() ([]string, error)
	// line is the line of the row in hand.
	line() int
	// place names a cell of a line; column counts from 0.
	place(line, column int) place
	// name is the file's.
	name() string
	// comma says whether a decimal comma may stand in a number, exact whether a
	// number was stored as one, so that no separator can be mistaken.
	comma() bool
	exact() bool
	close()
}

// at is a fault at a cell of a line.
func at(t sheet, line, column int, code, format string, args ...any) fault.Field {
	return fault.Field{Name: t.name(), Code: code, Message: t.place(line, column).String() + ": " + fmt.Sprintf(format, args...)}
}

// The signatures of files that are no text.
var signatures = []struct{ magic, words string }{
	{"\xd0\xcf\x11\xe0", "is an old Excel file (.xls) or one with a password: save it as .xlsx or as \"CSV UTF-8\""},
	{"\x1f\x8b", "is compressed: unpack it first"},
	{"$FL2", "is an SPSS file: export it as CSV, with numbers instead of labels"},
	{"%PDF", "is a PDF: give the answers as CSV or .xlsx"},
	{"<", "is HTML or XML, whatever its name says: open it and save it as .xlsx or as \"CSV UTF-8\""},
}

const archive = "PK\x03\x04"

// open tells what an input is by its first bytes, and gives its text as UTF-8; of a
// workbook its bytes as they are.
func open(in Input, o Options) (text *bufio.Reader, workbook bool, err error) {
	b := bufio.NewReaderSize(in.In, 1<<20)
	head, _ := b.Peek(512) // a shorter file peeks what there is
	if bytes.HasPrefix(head, []byte(archive)) {
		if bytes.Contains(head, []byte("opendocument")) {
			return nil, false, bad(in.Name, "format", "is an OpenDocument file: save it as .xlsx or as \"CSV UTF-8\"")
		}
		return b, true, nil
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			return nil, false, bad(in.Name, "format", s.words)
		}
	}
	text, err = decoded(b, in.Name, o.Encoding)
	return text, false, err
}

// sheets opens the tables of an input: the file itself, or the sheets of a workbook
// that were asked for.
func sheets(name string, text *bufio.Reader, workbook bool, o Options, step func(int64)) ([]sheet, error) {
	if workbook {
		return openWorkbook(name, text, o.Sheets)
	}
	if len(o.Sheets) > 0 {
		return nil, bad("--sheet", "format", fmt.Sprintf("%s is no workbook and has no sheets: leave --sheet out", name))
	}
	t, err := openCSV(name, text, step)
	if err != nil {
		return nil, err
	}
	return []sheet{t}, nil
}
