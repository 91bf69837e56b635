package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// Type is the content type of the file.
const Type = "text/csv; charset=utf-8"

// mark is UTF-8's byte order mark, by which spreadsheets recognise the encoding.
const mark = "\ufeff"

// Table is a CSV file in the making: RFC 4180 with a byte order mark.
type Table struct {
	body bytes.Buffer
	csv  *csv.Writer
}

// New begins a table with its header. Its cells are separated as spreadsheets of the
// language do: by semicolons in Italian, where the comma parts decimals, else by commas.
func New(language string, header ...string) *Table {
	t := &Table{}
	t.body.WriteString(mark)
	t.csv = csv.NewWriter(&t.body)
	t.csv.UseCRLF = true
	if language == "it" {
		t.csv.Comma = ';'
	}
	t.Row(header...)
	return t
}

// Row adds a row of cells. A cell that a spreadsheet would take for a formula gets an
// apostrophe before it.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = defuse(cell)
	}
	_ = t.csv.Write(row) // a buffer takes everything
}

// Bytes returns the file.
func (t *Table) Bytes() []byte {
	t.csv.Flush()
	return t.body.Bytes()
}

// defuse returns a cell that is text whatever it begins with.
func defuse(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
