package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"delfi/internal/fault"
)

// Input is one file of a study: its name for the words of a fault, and its bytes.
type Input struct {
	Name string
	In   io.Reader
}

// Bounds of every study: far above what people ask a panel, far below what could fill a
// machine.
const (
	Items   = 16384    // items, and columns of a sheet
	Longest = 32 << 10 // bytes of a name or an answer: a cell of a spreadsheet holds no more
)

// Spot is a cell of an input: the number of its sheet, and its line and column from
// 1.
type Spot struct {
	Line          int32
	Sheet, Column int16
}

// Sheet is a table of texts that is read row by row: a CSV file, or one sheet of a
// workbook.
type Sheet interface {
	// next gives a row, of any length, until io.EOF; it is valid until the next call.
	Next() ([]string, error)
	// line is the line of the row in hand.
	Line() int
	// place names a cell of a line; column counts from 0.
	Place(line, column int) Place
	// name is the file's.
	Name() string
	// comma says whether a decimal comma may stand in a number, exact whether a
	// number was stored as one, so that no separator can be mistaken.
	Comma() bool
	Exact() bool
	Close()
}

// At is a fault at a cell of a line.
func At(t Sheet, line, column int, code, format string, args ...any) fault.Field {
	return fault.Field{Name: t.Name(), Code: code, Message: t.Place(line, column).String() + ": " + fmt.Sprintf(format, args...)}
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

// Open tells what an input is by its first bytes, and gives its text as UTF-8; of a
// workbook its bytes as they are.
func Open(in Input, encoding string) (text *bufio.Reader, workbook bool, err error) {
	b := bufio.NewReaderSize(in.In, 1<<20)
	head, _ := b.Peek(512) // a shorter file peeks what there is
	if bytes.HasPrefix(head, []byte(archive)) {
		if bytes.Contains(head, []byte("opendocument")) {
			return nil, false, Bad(in.Name, "format", "is an OpenDocument file: save it as .xlsx or as \"CSV UTF-8\"")
		}
		return b, true, nil
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			return nil, false, Bad(in.Name, "format", s.words)
		}
	}
	text, err = decoded(b, in.Name, encoding)
	return text, false, err
}

// Sheets opens the tables of an input: the file itself, or the sheets of a workbook
// that were asked for.
func Sheets(name string, text *bufio.Reader, workbook bool, wanted []string, step func(int64)) ([]Sheet, error) {
	if workbook {
		return openWorkbook(name, text, wanted)
	}
	if len(wanted) > 0 {
		return nil, Bad("--sheet", "format", fmt.Sprintf("%s is no workbook and has no sheets: leave --sheet out", name))
	}
	t, err := openCSV(name, text, step)
	if err != nil {
		return nil, err
	}
	return []Sheet{t}, nil
}

func NotUTF8(t Sheet, column int, what, text string) fault.Field {
	return NotUTF8At(t, t.Line(), column, what, text)
}

// NotUTF8At says how a text would read as older software writes it.
func NotUTF8At(t Sheet, line, column int, what, text string) fault.Field {
	return At(t, line, column, "encoding", "%s is not UTF-8: save the file as \"CSV UTF-8\", or add --encoding windows-1252, with which it reads %q", what, Shortened(latin(text)))
}

func Valid(s string) bool { return utf8.ValidString(s) }
