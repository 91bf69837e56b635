package source

import (
	"fmt"
	"strings"

	"delfi/internal/prose"
)

// Fault is what does not fit: the first one ends a check.
type Fault struct {
	File     string // relative to /record/
	Table    string // "" where no table is meant
	Line     int    // from 1; 0 where no line is meant
	What     string // in words, without what was found
	Found    string // "" with Expected "" when the words say it all
	Expected string
}

// Error names the place, what is wrong, what was found and what was expected, on one
// printable line of bounded length.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(Short(f.File))
	if f.Table != "" {
		b.WriteString(", table " + Short(f.Table))
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, ", line %d", f.Line)
	}
	b.WriteString(": " + UpTo(f.What, 4*Shortest))
	if f.Found != "" || f.Expected != "" {
		fmt.Fprintf(&b, ": found %s, expected %s", OrNothing(Short(f.Found)), OrNothing(Short(f.Expected)))
	}
	return prose.Printable(b.String())
}

func OrNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func Short(s string) string { return UpTo(s, Shortest) }

// Shortest is how many characters of one text a fault repeats.
const Shortest = 200

// UpTo gives at most so many characters of a text, and reads no more of it.
func UpTo(s string, most int) string {
	n := 0
	for at := range s {
		if n++; n > most {
			return s[:at] + "…"
		}
	}
	return s
}
