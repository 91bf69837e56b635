package source

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"delfi/internal/fault"

	"golang.org/x/text/unicode/norm"
)

// Clean gives a text in Unicode normal form C, without marks that nobody sees and
// without spaces around it.
func Clean(s string) string {
	if Plain(s) || !utf8.ValidString(s) {
		return strings.TrimSpace(s)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == '\u034f' || r >= '\ufe00' && r <= '\ufe0f' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

func Plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Shortened cuts a column's name for the words of a place.
func Shortened(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Digits counts the digits that a name begins with.
func Digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// Natural orders names with numbers in them as people do: item2 before item10.
func Natural(a, b string) int {
	for a != "" && b != "" {
		x, y := Digits(a), Digits(b)
		if x > 0 && y > 0 {
			m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(a, b)
}

// Bad is a fault of an input: exit status 2.
func Bad(name, code, message string) error {
	return fault.Bad(fault.Field{Name: name, Code: code, Message: message})
}
