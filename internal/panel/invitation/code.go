package invitation

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/gf32"
	"delfi/internal/panel/rowseal"
)

// Code is an invitation's code as people copy it: "K7QM-4WXR-9TDP-V". It refuses to be
// printed or logged; String, which letters need, must be called by name.
type Code struct{ text string }

// A code is tag(10 bits) ‖ secret(50 bits) ‖ check, in an alphabet of 32 without the letters
// and digits that are taken for each other. The tag is a hash of the consultation's public id:
// it tells a code of another consultation from a wrong one.
const (
	alphabet    = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	tagChars    = 2
	secretChars = 10
	codeChars   = tagChars + secretChars + 1
	groupChars  = 4
)

// String is the code as it is shown.
func (c Code) String() string {
	var b strings.Builder
	for i := 0; i < len(c.text); i += groupChars {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(c.text[i:min(i+groupChars, len(c.text))])
	}
	return b.String()
}

// Format writes a constant, whatever the verb.
func (c Code) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("invitation(hidden)")) }

// MarshalText refuses: a code in JSON would be one in a job, a page or a log.
func (c Code) MarshalText() ([]byte, error) { return nil, fmt.Errorf("a code is never marshalled") }

// spell writes the first bits of b, five a character.
func spell(b []byte, chars int) string {
	var out strings.Builder
	acc, bits := 0, 0
	for _, one := range b {
		acc, bits = acc<<8|int(one), bits+8
		for bits >= 5 && out.Len() < chars {
			bits -= 5
			out.WriteByte(alphabet[acc>>bits&31])
		}
		acc &= 1<<bits - 1
	}
	return out.String()
}

// tag is the beginning of every code of a consultation.
func tag(consultation uuid.UUID) string {
	h := sha256.Sum256(append([]byte("invitation tag v1"), consultation[:]...))
	return spell(h[:], tagChars)
}

// check is the last symbol of a code.
func check(body string) byte {
	symbols := make([]byte, len(body))
	for i := range len(body) {
		symbols[i] = byte(strings.IndexByte(alphabet, body[i]))
	}
	return alphabet[gf32.Check(0, symbols...)]
}

// codeOf is the code of an edition of an invitation.
func codeOf(key []byte, consultation, id uuid.UUID, edition int) Code {
	body := tag(consultation) + spell(rowseal.Derive(key, "invitation code v1", id[:], number(edition)), secretChars)
	return Code{body + string(check(body))}
}

// lookup is the hash under which a code is found.
func (c Code) lookup(key []byte) []byte {
	return rowseal.Derive(key, "invitation lookup v1", []byte(c.text))
}

// alike gives the character of the alphabet for which one that it lacks is taken. Where another
// was meant, the check symbol finds it.
var alike = map[rune]rune{'I': 'L', '1': 'L', '|': 'L', 'O': 'Q', '0': 'Q'}

// Check reads a typed code without looking for its invitation: nil, or the fault of readCode.
func Check(consultation uuid.UUID, typed string) error {
	_, err := readCode(consultation, typed)
	return err
}

// readCode takes a code as people type it: either case, with any spaces and dashes, and with
// characters that look alike. Invalid with field "code" names the typing error, or that the
// code is of another consultation.
func readCode(consultation uuid.UUID, typed string) (Code, error) {
	var text strings.Builder
	for _, r := range strings.ToUpper(typed) {
		if strings.ContainsRune(" -–—.\t\r\n\u00a0", r) {
			continue
		}
		if meant, ok := alike[r]; ok {
			r = meant
		}
		if r > 127 || !strings.ContainsRune(alphabet, r) {
			return Code{}, badCode("invite_character", fmt.Sprintf("no code has %q", r), map[string]any{"character": string(r)})
		}
		text.WriteRune(r)
	}
	code := text.String()
	switch {
	case code == "":
		return Code{}, badCode("invite_missing", "type the code of your letter", nil)
	case len(code) != codeChars:
		return Code{}, badCode("invite_length", fmt.Sprintf("a code has %d characters, this one %d", codeChars, len(code)), map[string]any{"want": codeChars, "have": len(code)})
	case check(code[:codeChars-1]) != code[codeChars-1]:
		return Code{}, badCode("invite_typo", "a character is wrong, or two are exchanged", nil)
	case code[:tagChars] != tag(consultation):
		return Code{}, badCode("invite_elsewhere", "this code belongs to another consultation", nil)
	}
	return Code{code}, nil
}

func badCode(code, message string, args map[string]any) error {
	return fault.Bad(fault.Field{Name: "code", Code: code, Message: message, Args: args})
}
