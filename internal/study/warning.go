package study

import (
	"fmt"
	"strings"

	"delfi/internal/study/words"
)

// Warning says that a study was measured as it stands and may be something else:
// answers that fit another scale better, two names of perhaps one person.
type Warning struct {
	Code    string   `json:"code"`
	Message string   `json:"message"` // in English: In gives other languages
	Place   string   `json:"place"`   // where it is first seen; "" where it is of the whole
	Items   []string `json:"items"`   // whose answers; empty where it is of no item

	remark remark
	place  *place
}

// In gives a warning in the words of a language, after its place.
func (n Warning) In(w words.Words) string {
	if n.place == nil {
		return n.remark.in(w)
	}
	return n.place.in(w) + ": " + n.remark.in(w)
}

// remark is a key of the catalogue of words, with what it is said of: places and
// lists of names are written in the language of the reader.
type remark struct {
	key  string
	args []any
}

func (n remark) in(w words.Words) string {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		switch x := a.(type) {
		case listed:
			args[i] = x.in(w)
		case place:
			args[i] = x.in(w)
		case thing:
			args[i] = w.T("thing." + string(x))
		default:
			args[i] = x
		}
	}
	return w.T(n.key, args...)
}

// thing is what a name names: panelist, group, item.
type thing string

// listed are names, of which the first are written out.
type listed []string

func (l listed) in(w words.Words) string {
	const most = 12
	var out []string
	for _, s := range l {
		if s != "" {
			out = append(out, shortened(s))
		}
	}
	if n := len(out); n > most {
		return w.T("read.many", strings.Join(out[:most], ", "), n, out[n-1])
	}
	return strings.Join(out, ", ")
}

// some lists names in English, for the words of a fault.
func some(list []string) string { return listed(list).in(words.In("en")) }

// place is a cell of a table: of CSV its line and column, of a workbook its sheet
// and cell.
type place struct {
	file   string // "" where there is one table
	sheet  string
	cell   string
	line   int
	at     int    // the column, from 1
	column string // its name
}

func (p place) in(w words.Words) string {
	out := ""
	if p.file != "" {
		out = p.file + ", "
	}
	switch {
	case p.cell != "":
		return out + w.T("read.cell", p.sheet, p.cell)
	case p.at == 0:
		return out + w.T("read.line", p.line)
	}
	out += w.T("read.place", p.line, p.at)
	if p.column != "" {
		out += " (" + p.column + ")"
	}
	return out
}

func (p place) String() string { return p.in(words.In("en")) }

// note says how the input was read.
func (s *Study) note(key string, args ...any) {
	n := remark{"read." + key, args}
	s.remarks = append(s.remarks, n)
	s.Notes = append(s.Notes, n.in(words.In("en")))
}

// warn says what may be something else; the key's words are those of its code,
// where there is no variant after a dot.
func (s *Study) warn(key string, at *place, items []string, args ...any) {
	code, _, _ := strings.Cut(key, ".")
	n := Warning{Code: code, Items: append([]string{}, items...), remark: remark{"warn." + key, args}, place: at}
	n.Message = n.remark.in(words.In("en"))
	if at != nil {
		n.Place = fmt.Sprint(*at)
	}
	s.Warnings = append(s.Warnings, n)
}

// Read says in the words of a language how the input was read.
func (r Result) Read(w words.Words) []string {
	out := make([]string, 0, len(r.remarks))
	for _, n := range r.remarks {
		out = append(out, n.in(w))
	}
	return out
}
