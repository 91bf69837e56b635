package source

import (
	"strings"

	"delfi/internal/study/words"
)

// Place is a cell of a table: of CSV its line and column, of a workbook its sheet
// and cell.
type Place struct {
	File   string // "" where there is one table
	sheet  string
	cell   string
	Line   int
	at     int    // the column, from 1
	column string // its name
}

func (p Place) In(w words.Words) string {
	out := ""
	if p.File != "" {
		out = p.File + ", "
	}
	switch {
	case p.cell != "":
		return out + w.T("read.cell", p.sheet, p.cell)
	case p.at == 0:
		return out + w.T("read.line", p.Line)
	}
	out += w.T("read.place", p.Line, p.at)
	if p.column != "" {
		out += " (" + p.column + ")"
	}
	return out
}

func (p Place) String() string { return p.In(words.In("en")) }

// Listed are names, of which the first are written out.
type Listed []string

func (l Listed) In(w words.Words) string {
	const most = 12
	var out []string
	for _, s := range l {
		if s != "" {
			out = append(out, Shortened(s))
		}
	}
	if n := len(out); n > most {
		return w.T("read.many", strings.Join(out[:most], ", "), n, out[n-1])
	}
	return strings.Join(out, ", ")
}

// Some lists names in English, for the words of a fault.
func Some(list []string) string { return Listed(list).In(words.In("en")) }
