package drawing

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"delfi/internal/fault"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/sheet"
)

// Coded is one person of a pool as a file has them.
type Coded struct {
	Code      string // by which they are known: their fiscal code
	Cell      string
	Household string // "" for one of their own
}

// MostList bounds a file of a pool, in bytes.
const MostList = 16 << 20

// The columns of a pool.
const (
	columnCode      sheet.Field = "code"
	columnCell      sheet.Field = "cell"
	columnHousehold sheet.Field = "household"
)

// columns are the names of a file's columns, in the languages of the site.
var columns = map[string]sheet.Field{
	"code": columnCode, "codice": columnCode, "codicefiscale": columnCode, "fiscalcode": columnCode,
	"cell": columnCell, "cella": columnCell, "household": columnHousehold, "famiglia": columnHousehold,
}

// ReadList reads a pool as CSV: a head with the columns code and cell, and household where
// there are any. The fault names the line, and repeats no code.
func ReadList(file io.Reader) ([]Coded, error) {
	r := sheet.New(file, sheet.Limits{Lines: draw.MostTickets, Bytes: MostList})
	_, err := r.Head(columns)
	if sheet.IsHead(err) || err == nil && !(r.Has(columnCode) && r.Has(columnCell)) {
		return nil, sheet.Refused("draw_list_head", "the first line names the columns code and cell", nil)
	}
	if err != nil {
		return nil, err
	}
	var out []Coded
	value := func(column sheet.Field) string {
		text, _ := r.Field(column)
		return strings.Clone(text)
	}
	err = r.Each(func() {
		p := Coded{Code: normal(value(columnCode)), Cell: value(columnCell), Household: value(columnHousehold)}
		if p.Code == "" {
			r.Fault(columnCode, "", sheet.FlawMissing, "")
		}
		out = append(out, p)
	})
	if err != nil {
		return nil, err
	}
	if len(r.Flaws) == 0 {
		return out, nil
	}
	flaw := r.Flaws[0]
	if flaw.Field == columnCode {
		return nil, sheet.Refused("draw_list_code", "a line has no code", map[string]any{"line": flaw.Line})
	}
	return nil, sheet.Refused("draw_list_line", "a line cannot be read", map[string]any{"line": flaw.Line})
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
