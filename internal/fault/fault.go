package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what sort of failure a Fault is; each edge maps it to one status.
type Kind int

// The kinds, with the HTTP status that the web gives them.
const (
	Internal        Kind = iota // 500: not the person's doing; never shown in detail
	Invalid                     // 422: fields to mend
	Unauthenticated             // 401: sign in first
	Forbidden                   // 403: signed in, without the role that this needs
	NotFound                    // 404: not there, or not visible to this person
	Conflict                    // 409: the state of things does not allow it (any longer)
	TooLarge                    // 413: more than is accepted
	Unavailable                 // 503: something that Delfi needs does not answer
)

// Term is an argument that is itself words: the key of a catalogue in whose place they come.
type Term string

// Terms are alternatives.
type Terms []Term

// Field is one thing to mend in what a person sent.
type Field struct {
	Name    string         // the form's or document's field, e.g. "commitment.decider" or "rounds[1].days"
	Code    string         // key of the words in the catalogues, e.g. "required", "too_long"
	Message string         // the same in English, for the command line and the log: what is wrong and the remedy
	Args    map[string]any // figures for the words, e.g. {"max": 600, "over": 84}
}

// Fault is a failure with words that are safe to show.
type Fault struct {
	Kind    Kind
	Code    string         // key of the words in the catalogues ("fault." + Code), e.g. "round_closed"
	Message string         // the same in English
	Args    map[string]any // figures for the words
	Fields  []Field        // for Invalid: at least one
	Err     error          // what caused it, for the log alone
}

// New makes a fault of a kind: code is its key in the catalogues, message the English words.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// Bad makes an Invalid fault from the fields to mend.
func Bad(fields ...Field) *Fault {
	return &Fault{Kind: Invalid, Code: "invalid", Message: "some fields need mending", Fields: fields}
}

// With returns a copy of f that carries one figure for its words.
func (f *Fault) With(key string, value any) *Fault {
	c := *f
	c.Args = make(map[string]any, len(f.Args)+1)
	for k, v := range f.Args {
		c.Args[k] = v
	}
	c.Args[key] = value
	return &c
}

// Because returns a copy of f that carries its cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.Err = err
	return &c
}

// Error gives the English words, the fields one after the other, and the cause.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Message)
	for i, d := range f.Fields {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(&b, "%s%s: %s", sep, d.Name, d.Message)
	}
	if f.Err != nil {
		fmt.Fprintf(&b, ": %v", f.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// KindOf tells the kind of err; an error that is no Fault is Internal.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}
