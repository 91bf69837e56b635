package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"delfi/internal/fault"
)

const (
	// mostFlaws is how many flaws are listed; all are counted.
	mostFlaws = 200
	// longestText is how much of a field a flaw shows, in characters.
	longestText = 60
)

// Field names a column.
type Field string

// FieldLine is of no column: the whole line.
const FieldLine Field = "line"

// Flaw names what is wrong with a field; "" is nothing.
type Flaw string

// Flaws of any field, and of whole lines.
const (
	FlawMissing Flaw = "missing"
	FlawExcel   Flaw = "excel_number" // a spreadsheet made a number of a text
	FlawTwice   Flaw = "twice"        // the same as in an earlier line
	FlawQuotes  Flaw = "quotes"       // quotation marks that do not fit
)

// FlawAt is what is wrong with one field of one line.
type FlawAt struct {
	Line  int // in the file, from 1
	Field Field
	Text  string // as written, cut to a length
	Flaw  Flaw
	Hint  string // what it may have been: a status, a day (2023-11-01), the number of a line; "" for nothing
}

// Sheet is a file, read. Its flaws show what stands in it: they are for the page of whoever
// sent the file and lie nowhere.
type Sheet struct {
	Separator rune   // ';', ',' or a tab
	Encoding  string // "UTF-8" or "Windows-1252"
	Lines     int    // of people
	Bad       int    // lines with a flaw
	Flaws     []FlawAt
}

// Good counts the lines without a flaw.
func (s Sheet) Good() int { return s.Lines - s.Bad }

// Limits bound a file: people, and bytes.
type Limits struct{ Lines, Bytes int }

// Reader reads one file. Sheet grows with it, and is whole once Each has returned.
type Reader struct {
	Sheet
	limits Limits
	in     *text
	csv    *csv.Reader
	at     map[Field]int // columns by their place

	line   int
	bad    bool
	fields []string
}

// New reads a file within limits; Head is next.
func New(file io.Reader, limits Limits) *Reader {
	return &Reader{limits: limits, in: &text{in: bufio.NewReaderSize(file, longestRecord), max: limits.Bytes}}
}

// Refused is Invalid in field "file".
func Refused(code, message string, args map[string]any) error {
	return fault.Bad(fault.Field{Name: "file", Code: code, Message: message, Args: args})
}

// errHead is of a file whose first line names no columns; a reader knows which are needed.
var errHead = errors.New("sheet: the first line cannot be read")

// IsHead tells whether Head found a first line that is none.
func IsHead(err error) bool { return errors.Is(err, errHead) }

// Head reads the names of the columns, which are looked up without case, blanks and marks;
// others are skipped. It gives the bare names in their order. A column that stands twice is
// Invalid in field "file".
func (r *Reader) Head(columns map[string]Field) ([]string, error) {
	first, err := r.in.first()
	if err != nil {
		return nil, err
	}
	r.Separator = separator(first)
	r.csv = csv.NewReader(r.in)
	r.csv.Comma, r.csv.FieldsPerRecord, r.csv.ReuseRecord = r.Separator, -1, true
	names, err := r.csv.Read()
	if errors.Is(err, io.EOF) || errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		return nil, errHead
	}
	if err != nil {
		return nil, err
	}
	r.at = map[Field]int{}
	var found []string
	for i, name := range names {
		name := Bare(name)
		found = append(found, name)
		if f, ok := columns[name]; ok {
			if _, twice := r.at[f]; twice {
				return nil, Refused("roll_column_twice", fmt.Sprintf("has the column %q twice", names[i]), map[string]any{"column": names[i]})
			}
			r.at[f] = i
		}
	}
	return found, nil
}

// Has tells whether the file has a column.
func (r *Reader) Has(f Field) bool {
	_, ok := r.at[f]
	return ok
}

// Each calls person for each line of a person; rows of separators alone, as spreadsheets leave
// them, are skipped. A file without people, or with too many, is Invalid in field "file".
func (r *Reader) Each(person func()) error {
	for {
		r.in.begin()
		fields, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if err != nil && !errors.As(err, &parse) {
			return err
		}
		if parse == nil && !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		if r.Lines++; r.Lines > r.limits.Lines {
			return Refused("roll_too_long", fmt.Sprintf("has more than %d people", r.limits.Lines), map[string]any{"max": r.limits.Lines})
		}
		r.bad = false
		if parse != nil {
			r.line = parse.Line
			r.Fault(FieldLine, "", FlawQuotes, "")
		} else {
			r.line, _ = r.csv.FieldPos(0)
			r.fields = fields
			person()
		}
		if r.bad {
			r.Bad++
		}
	}
	if r.Lines == 0 {
		return Refused("roll_empty", "has no line of a person under the names of the columns", nil)
	}
	r.Encoding = "UTF-8"
	if r.in.windows {
		r.Encoding = "Windows-1252"
	}
	return nil
}

// Line is the number of the person's line in the file, from 1.
func (r *Reader) Line() int { return r.line }

// Faulty tells whether the person's line has a flaw.
func (r *Reader) Faulty() bool { return r.bad }

// Field gives a field of the person's line; false where the file has no such column.
func (r *Reader) Field(f Field) (string, bool) {
	at, ok := r.at[f]
	if !ok {
		return "", false
	}
	if at >= len(r.fields) {
		return "", true
	}
	return strings.TrimSpace(strings.ReplaceAll(r.fields[at], "\u00a0", " ")), true
}

// Fault notes a flaw in the person's line.
func (r *Reader) Fault(f Field, text string, flaw Flaw, hint string) {
	r.bad = true
	if len(r.Flaws) >= mostFlaws {
		return
	}
	if c := []rune(text); len(c) > longestText {
		text = string(c[:longestText]) + "…"
	}
	r.Flaws = append(r.Flaws, FlawAt{r.line, f, strings.Clone(text), flaw, hint})
}

// Bare leaves letters and digits of a word, small.
func Bare(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(s))
}

// Scientific tells whether a spreadsheet made a large number of a text: "6,02E+15".
func Scientific(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E+")
	return ok && mantissa != "" && exponent != "" && strings.Trim(mantissa, "0123456789,.") == "" && strings.Trim(exponent, "0123456789") == ""
}

// separator is the likeliest in the line of names.
func separator(line []byte) rune {
	best, most := ';', 0
	for _, c := range ";,\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
