package prose

import (
	"strconv"
	"strings"
	"unicode"

	"delfi/internal/fault"
)

// Line tells whether a text may stand in a field of one line: it has no control
// character (line breaks, ESC), no format character (marks of direction, zero widths,
// soft hyphens) and no separator of lines or paragraphs. Such a text cannot begin a
// line of its own in a letter or a terminal, nor turn the words beside it round.
func Line(text string) bool { return !strings.ContainsFunc(text, apart) }

func apart(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// Flat makes one line of a text that others wrote elsewhere, and that nobody can be
// asked to mend: white space becomes single spaces, what Line refuses goes, and a text
// without a picture becomes "".
func Flat(text string) string {
	text = strings.Map(func(r rune) rune {
		if apart(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	return Clean(strings.Join(strings.Fields(text), " "))
}

// NotOneLine is the field's fault when Line refuses it.
func NotOneLine(name string) fault.Field {
	return fault.Field{Name: name, Code: "not_one_line", Message: "must be one line without invisible characters: type it again"}
}

// Printable gives a text as a program prints it: on one line, with every character
// that is not printable in the form of a Go literal ("\n", "\x1b", "\u202e"). What
// others wrote then neither steers a terminal nor begins a statement of its own.
func Printable(text string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		if unicode.IsPrint(r) || r == '\u00a0' {
			b.WriteRune(r)
			continue
		}
		literal := strconv.QuoteRune(r)
		b.WriteString(literal[1 : len(literal)-1])
	}
	return b.String()
}
