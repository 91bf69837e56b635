package study

import (
	"fmt"
	"strings"

	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

// Warning says that a study was measured as it stands and may be something else:
// answers that fit another scale better, two names of perhaps one person.
type Warning struct {
	Code    string   `json:"code"`
	Message string   `json:"message"` // in English: In gives other languages
	Place   string   `json:"place"`   // where it is first seen; "" where it is of the whole
	Items   []string `json:"items"`   // whose answers; empty where it is of no item

	remark Remark
	place  *source.Place
}

// In gives a warning in the words of a language, after its place.
func (n Warning) In(w words.Words) string {
	if n.place == nil {
		return n.remark.in(w)
	}
	return n.place.In(w) + ": " + n.remark.in(w)
}

// Remark is a key of the catalogue of words, with what it is said of: places and
// lists of names are written in the language of the reader.
type Remark struct {
	Key  string
	Args []any
}

func (n Remark) in(w words.Words) string {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		switch x := a.(type) {
		case source.Listed:
			args[i] = x.In(w)
		case source.Place:
			args[i] = x.In(w)
		case Thing:
			args[i] = w.T("thing." + string(x))
		default:
			args[i] = x
		}
	}
	return w.T(n.Key, args...)
}

// Thing is what a name names: panelist, group, item.
type Thing string

// Note says how the input was read.
func (s *Study) Note(key string, args ...any) {
	n := Remark{"read." + key, args}
	s.remarks = append(s.remarks, n)
	s.Notes = append(s.Notes, n.in(words.In("en")))
}

// Warn says what may be something else; the key's words are those of its code,
// where there is no variant after a dot.
func (s *Study) Warn(key string, at *source.Place, items []string, args ...any) {
	code, _, _ := strings.Cut(key, ".")
	n := Warning{Code: code, Items: append([]string{}, items...), remark: Remark{"warn." + key, args}, place: at}
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
