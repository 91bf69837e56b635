package words

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Words are the words of one language.
type Words struct {
	Code  string // "en", "it"
	text  map[string]string
	comma bool // decimal sign, and a space before %
}

// Codes lists the languages.
var Codes = []string{"en", "it"}

// In gives the words of a language by its code; English where it has none.
func In(code string) Words {
	if code == "it" {
		return Words{Code: "it", text: italian, comma: true}
	}
	return Words{Code: "en", text: english}
}

// T gives the words of a key with its arguments. A key without words is given
// itself; a test reads every catalogue.
func (w Words) T(key string, args ...any) string {
	text, ok := w.text[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	text = fmt.Sprintf(text, args...)
	if w.comma {
		text = strings.ReplaceAll(vowel.ReplaceAllString(text, "${1}ll’$2"), "ill’", "l’")
	}
	return text
}

// vowel finds an Italian article before a percentage that begins with a vowel when it
// is read: l’8 %, dell’11 %, all’88 %.
var vowel = regexp.MustCompile(`\b(i|a|de|da|ne|su)l ((?:1|8|11|8[0-9])(?:,[0-9]+)?\x{a0}%)`)

// has says whether a key has words.
func (w Words) has(key string) bool { return w.text[key] != "" }

// Many writes a number of things: "1 item", "12 items".
func (w Words) Many(n int, thing string) string {
	form := "many"
	if n == 1 {
		form = "one"
	}
	return w.T("count."+thing+"."+form, w.Whole(n))
}

// List joins words as a sentence does.
func (w Words) List(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " " + w.T("and") + " " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// Keys lists the keys of a language in order.
func (w Words) Keys() []string {
	var out []string
	for key := range w.text {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// first makes the first letter a capital.
func first(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
