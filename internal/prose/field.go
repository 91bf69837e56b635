package prose

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
)

// Field is one field of free text in a form.
type Field struct {
	Name     string
	Max      int                 // characters
	Needed   bool                // refuses a blank one
	Line     bool                // refuses more than one line
	Rendered func(string) string // the words that a reader sees of it; nil: the text itself
}

// Read gives the text as it is stored, and appends to bad what keeps it from being
// stored, one fault of the field at most. Blank is white space alone. A text that is
// not blank and shows nothing is refused in every field, needed or not: whoever sent
// it believes to have said something.
func (f Field) Read(typed string, bad *[]fault.Field) string {
	clean := Clean(typed)
	if why := f.refuse(typed, clean); why != nil {
		why.Name = f.Name
		*bad = append(*bad, *why)
	}
	return clean
}

func (f Field) refuse(typed, clean string) *fault.Field {
	blank := strings.TrimSpace(typed) == ""
	switch n := utf8.RuneCountInString(clean); {
	case !utf8.ValidString(typed) || strings.ContainsRune(typed, 0): // Postgres stores no NUL, and no page shows half a character
		return &fault.Field{Code: "not_text", Message: "holds characters that are no text: type it again"}
	case blank && f.Needed:
		return &fault.Field{Code: "required", Message: "is needed"}
	case blank:
	case n > f.Max:
		return &fault.Field{
			Code: "too_long", Message: fmt.Sprintf("has %d characters, %d more than the %d allowed: shorten it", n, n-f.Max, f.Max),
			Args: map[string]any{"max": f.Max, "over": n - f.Max},
		}
	case !f.shows(clean):
		return &fault.Field{Code: "invisible", Message: "shows nothing that can be read: write it in words or figures"}
	case f.Line && !Line(strings.TrimSpace(typed)):
		bad := NotOneLine(f.Name)
		return &bad
	}
	return nil
}

func (f Field) shows(clean string) bool {
	if f.Rendered != nil {
		clean = f.Rendered(clean)
	}
	return Visible(clean)
}
