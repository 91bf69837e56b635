package office

import (
	"fmt"
	"io"
	"log/slog"
)

// Attested is the part of a sign-in that no row keeps: it lies in the encrypted session, ends
// with it, and is read at an enrolment alone. "" and 0 where the provider says nothing. It is
// never printed or logged.
type Attested struct {
	FiscalCode   string // without a prefix, as the provider writes it
	Born         string // the day, "1980-01-31"
	Municipality string // of the domicile that the person declared, by name or Belfiore code
	Level        int    // of assurance of the sign-in, 1 to 3
}

const hidden = "attested(hidden)"

// Format writes a constant, whatever the verb.
func (a Attested) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue logs a constant.
func (a Attested) LogValue() slog.Value { return slog.StringValue(hidden) }
