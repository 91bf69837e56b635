package ui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"delfi/internal/fault"
	"delfi/web/page"
)

// Problems are what is to be mended in a form that came back, with the labels
// under which the person knows each field.
type Problems struct {
	fields []fault.Field
	labels map[string]string
}

// ProblemsOf takes the fields out of an Invalid fault; nil and every other error
// have none.
func ProblemsOf(err error) Problems {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return Problems{fields: f.Fields}
	}
	return Problems{}
}

// Labelled adds the labels by which the summary names fields.
func (p Problems) Labelled(labels map[string]string) Problems {
	p.labels = labels
	return p
}

// Any tells whether anything is to be mended.
func (p Problems) Any() bool { return len(p.fields) > 0 }

// Has tells whether the field of that name is to be mended.
func (p Problems) Has(name string) bool { return len(p.of(name)) > 0 }

// of gives the first thing to mend in the field of that name.
func (p Problems) of(name string) []fault.Field {
	for _, f := range p.fields {
		if f.Name == name {
			// One sentence per field: its id is one, and mending goes one by one.
			return []fault.Field{f}
		}
	}
	return nil
}

func (p Problems) labelled(q *page.Request, f fault.Field) string {
	if l := p.labels[f.Name]; l != "" {
		return l + ": " + q.Field(f)
	}
	return q.Field(f)
}

// ID is the id in the page of the field of that name.
func ID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
}

// choiceID is the id of the i-th of several inputs of one name; the first is ID.
func choiceID(name string, i int) string {
	if i == 0 {
		return ID(name)
	}
	return fmt.Sprintf("%s-%d", ID(name), i)
}

// aria ties a field to its hint and its error.
func aria(f Field, p Problems) templ.Attributes {
	var by []string
	if f.Hint != "" {
		by = append(by, ID(f.Name)+"-hint")
	}
	a := templ.Attributes{}
	if p.Has(f.Name) {
		by = append(by, ID(f.Name)+"-error")
		a["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	return a
}

// leading keeps the first line break of a text: HTML drops the one that directly
// follows the opening tag of a text area.
func leading(value string) string {
	if strings.HasPrefix(value, "\n") || strings.HasPrefix(value, "\r") {
		return "\n" + value
	}
	return value
}

// reached counts the steps up to the current one.
func reached(steps []Step) int {
	n := 0
	for i, s := range steps {
		if s.Done || s.Now {
			n = i + 1
		}
	}
	return n
}
