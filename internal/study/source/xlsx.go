package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/thedatashed/xlsxreader"

	"delfi/internal/unzip"
)

// xlsxSheet is one sheet of a workbook.
type xlsxSheet struct {
	file  string
	sheet string
	rows  chan xlsxreader.Row
	first *xlsxreader.Row // read to know whether there is any
	at    int
	row   []string
}

// openWorkbook opens the sheets of a workbook that were asked for, in that order;
// with none asked for, the one sheet that holds anything. A damaged file is refused
// before a row is read, for the reader takes a part that ends too early for whole.
func openWorkbook(name string, in io.Reader, asked []string) ([]Sheet, error) {
	damaged := func(err error) error {
		return Bad(name, "format", fmt.Sprintf("is a damaged workbook or none (%v): save it again as .xlsx or as \"CSV UTF-8\"", err))
	}
	content, err := io.ReadAll(io.LimitReader(in, packedMost+1))
	if err != nil {
		return nil, err
	}
	if len(content) > packedMost {
		return nil, Bad(name, "format", fmt.Sprintf("is a workbook of more than %d MB: save it as \"CSV UTF-8\"", packedMost>>20))
	}
	parts, err := unzip.Reader(bytes.NewReader(content), int64(len(content)), partsMost)
	if err != nil {
		return nil, damaged(err)
	}
	for _, f := range parts.File {
		switch cell, err := seen(f); {
		case errors.Is(err, errLarge):
			return nil, Bad(name, "format", fmt.Sprintf("%s: %v: save the sheet as \"CSV UTF-8\"", Shortened(f.Name), err))
		case err != nil:
			return nil, damaged(err)
		case cell != "":
			return nil, Bad(name, "formula", fmt.Sprintf("%s, cell %s: a formula without its result: open the workbook in a spreadsheet and save it again", f.Name, cell))
		}
	}
	book, err := xlsxreader.NewReaderZip(parts)
	if err != nil {
		return nil, damaged(err)
	}
	for _, s := range asked {
		if !slices.Contains(book.Sheets, s) {
			return nil, Bad("--sheet", "sheet", fmt.Sprintf("%s has no sheet %q: its sheets are %s", name, s, quoted(book.Sheets)))
		}
	}
	wanted := asked
	if len(asked) == 0 {
		wanted = book.Sheets
	}
	var out []Sheet
	for _, s := range wanted {
		t := &xlsxSheet{file: name, sheet: s, rows: book.ReadRows(s)}
		if row, ok := <-t.rows; ok {
			t.first = &row
		}
		if t.first != nil || len(asked) > 0 {
			out = append(out, t)
		}
	}
	if len(asked) == 0 && len(out) > 1 {
		for _, t := range out {
			t.Close()
		}
		return nil, Bad("--sheet", "sheet", fmt.Sprintf("%s has several sheets, %s: name the one to measure, or one for each round", name, quoted(book.Sheets)))
	}
	if len(out) == 0 {
		return nil, Bad(name, "empty", "the workbook is empty: it needs a header and rows of answers")
	}
	return out, nil
}

// quoted lists names.
func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strconv.Quote(s)
	}
	return strings.Join(out, ", ")
}

func (t *xlsxSheet) Next() ([]string, error) {
	row := t.first
	t.first = nil
	if row == nil {
		r, ok := <-t.rows
		if !ok {
			return nil, io.EOF
		}
		row = &r
	}
	t.at = row.Index
	if row.Error != nil {
		return nil, Bad(t.file, "sheet", fmt.Sprintf("sheet %s, row %d: %v: save the workbook again", t.sheet, row.Index, row.Error))
	}
	t.row = t.row[:0]
	for _, c := range row.Cells {
		i := c.ColumnIndex()
		if i < 0 || i >= Items {
			return nil, Bad(t.file, "sheet", fmt.Sprintf("sheet %s, row %d: a cell has no column: save the workbook again", t.sheet, row.Index))
		}
		for len(t.row) <= i {
			t.row = append(t.row, "")
		}
		t.row[i] = c.Value
		if c.Type == xlsxreader.TypeNumerical {
			t.row[i] = decimal(c.Value)
		}
	}
	return t.row, nil
}

// decimal writes a stored number as a person would: a binary fraction to the 15
// digits that a spreadsheet shows, a whole number without a point.
func decimal(stored string) string {
	f, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return stored
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		return stored
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

func (t *xlsxSheet) Line() int { return t.at }

func (t *xlsxSheet) Place(line, column int) Place {
	return Place{sheet: t.sheet, cell: fmt.Sprint(letters(column), line), Line: line, at: column + 1}
}

// letters names a column as spreadsheets do: A, B … Z, AA.
func letters(column int) string {
	out := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		out = string(rune('A'+(n-1)%26)) + out
	}
	return out
}

func (t *xlsxSheet) Name() string { return t.file }
func (t *xlsxSheet) Comma() bool  { return true }
func (t *xlsxSheet) Exact() bool  { return true }

// Close lets the reader of the rows end.
func (t *xlsxSheet) Close() {
	for range t.rows {
	}
}
