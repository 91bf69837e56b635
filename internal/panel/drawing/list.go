package drawing

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/internal/panel/draw"
)

// Coded is one person of a pool as a file has them.
type Coded struct {
	Code      string // by which they are known: their fiscal code
	Cell      string
	Household string // "" for one of their own
}

// MostList bounds a file of a pool, in bytes.
const MostList = 16 << 20

// columns are the names of a file's columns, in the languages of the site.
var columns = map[string]string{
	"code": "code", "codice": "code", "codice fiscale": "code", "fiscal code": "code",
	"cell": "cell", "cella": "cell", "household": "household", "famiglia": "household",
}

// ReadList reads a pool as CSV: a head with the columns code and cell, and household where
// there are any; separators , ; or tab. The fault names the line, and repeats no code.
func ReadList(file io.Reader) ([]Coded, error) {
	bad := func(code, message string, line int) error {
		return fault.Bad(fault.Field{Name: "file", Code: code, Message: message, Args: map[string]any{"line": line, "most": draw.MostTickets}})
	}
	text, err := io.ReadAll(io.LimitReader(file, MostList+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > MostList:
		return nil, bad("draw_list_long", "the file is longer than a list may be", 0)
	case !utf8.Valid(text):
		return nil, bad("draw_list_text", "the file is not text in UTF-8", 0)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	in := csv.NewReader(bufio.NewReader(bytes.NewReader(text)))
	in.FieldsPerRecord, in.ReuseRecord, in.LazyQuotes = -1, true, true
	head, _, _ := bytes.Cut(text, []byte("\n"))
	in.Comma = ','
	for _, r := range []rune{';', '\t'} {
		if bytes.ContainsRune(head, r) {
			in.Comma = r
			break
		}
	}
	at := map[string]int{}
	first, err := in.Read()
	if err != nil {
		return nil, bad("draw_list_head", "the first line names the columns code and cell", 1)
	}
	for i, name := range first {
		if column, known := columns[strings.ToLower(strings.TrimSpace(name))]; known {
			at[column] = i
		}
	}
	for _, needed := range []string{"code", "cell"} {
		if _, ok := at[needed]; !ok {
			return nil, bad("draw_list_head", "the first line names the columns code and cell", 1)
		}
	}
	var out []Coded
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return nil, bad("draw_list_line", "a line cannot be read", line)
		}
		value := func(column string) string {
			if i, ok := at[column]; ok && i < len(fields) {
				return strings.Clone(strings.TrimSpace(fields[i]))
			}
			return ""
		}
		p := Coded{Code: normal(value("code")), Cell: value("cell"), Household: value("household")}
		if p.Code == "" {
			return nil, bad("draw_list_code", "a line has no code", line)
		}
		if len(out) == draw.MostTickets {
			return nil, bad("draw_list_long", "the file is longer than a list may be", line)
		}
		out = append(out, p)
	}
}

// normal is the one spelling of a code: capitals, without spaces.
func normal(code string) string {
	return strings.ToUpper(strings.Join(strings.Fields(code), ""))
}

// people keys a pool: what is left of a code is its ticket.
func people(key []byte, pool []Coded) []draw.Person {
	out := make([]draw.Person, len(pool))
	for i, c := range pool {
		out[i] = draw.Person{Ticket: draw.NewTicket(key, []byte(normal(c.Code))), Cell: c.Cell, Household: c.Household}
	}
	return out
}

// lines puts the faults of a pool's people under the field of their file.
func lines(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	out := make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		n, _ := field.Args["n"].(int)
		out[i] = fault.Field{Name: "file", Code: field.Code, Message: fmt.Sprintf("line %d: %s", n+1, field.Message), Args: map[string]any{"line": n + 1}}
	}
	return fault.Bad(out...)
}
