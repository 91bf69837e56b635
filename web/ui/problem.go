package ui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
	form   string            // on a page of several: the one that they are of
	pages  map[string]string // addresses of fields that stand on other pages, by name
}

// ProblemsOf takes the fields out of an Invalid fault; nil and every other error
// have none.
func ProblemsOf(err error) Problems {
	var f *fault.Fault
	if errors.As(err, &f) && f != nil && f.Kind == fault.Invalid {
		return Problems{fields: firsts(f.Fields)}
	}
	return Problems{}
}

// firsts gives the first thing to mend in each field: mending goes one by one.
func firsts(all []fault.Field) []fault.Field {
	var out []fault.Field
	for _, f := range all {
		if !slices.ContainsFunc(out, func(o fault.Field) bool { return o.Name == f.Name }) {
			out = append(out, f)
		}
	}
	return out
}

// Labelled adds the labels by which the summary names fields.
func (p Problems) Labelled(labels map[string]string) Problems {
	p.labels = labels
	return p
}

// Label adds one such label.
func (p Problems) Label(name, label string) Problems {
	p.labels = maps.Clone(p.labels)
	if p.labels == nil {
		p.labels = map[string]string{}
	}
	p.labels[name] = label
	return p
}

// In says which of a page's forms they are of: fields of that Form alone have them.
func (p Problems) In(form string) Problems {
	p.form = form
	return p
}

// Lead says at which address a field stands, for a page that does not have it.
func (p Problems) Lead(name, address string) Problems {
	p.pages = maps.Clone(p.pages)
	if p.pages == nil {
		p.pages = map[string]string{}
	}
	p.pages[name] = address
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

// href leads from the summary to a field.
func (p Problems) href(f fault.Field) string {
	if address, elsewhere := p.pages[f.Name]; elsewhere {
		return address
	}
	return "#" + idIn(p.form, f.Name)
}

// at gives the problems that a field has to show.
func (p Problems) at(f Field) Problems {
	if f.Form != p.form {
		return Problems{}
	}
	return p
}

// idIn is ID for a field of one of several forms of a page.
func idIn(form, name string) string {
	if form == "" {
		return ID(name)
	}
	return ID(form + "-" + name)
}

func (f Field) id() string { return idIn(f.Form, f.Name) }

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

// choiceID is the id of the i-th of several inputs of one field; the first has the field's.
func choiceID(f Field, i int) string {
	if i == 0 {
		return f.id()
	}
	return fmt.Sprintf("%s-%d", f.id(), i)
}

// aria ties a field to its hint and its error.
func aria(f Field, p Problems) templ.Attributes {
	a := described(f, p)
	if p.at(f).Has(f.Name) {
		a["aria-invalid"] = "true"
	}
	return a
}

// described is aria for a group of fields, which is not invalid itself.
func described(f Field, p Problems) templ.Attributes {
	var by []string
	if f.Hint != "" {
		by = append(by, f.id()+"-hint")
	}
	if p.at(f).Has(f.Name) {
		by = append(by, f.id()+"-error")
	}
	if len(by) == 0 {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-describedby": strings.Join(by, " ")}
}

// Invalid marks one of several inputs of a field, or a field that a room draws itself.
func Invalid(f Field, p Problems) templ.Attributes {
	if !p.at(f).Has(f.Name) {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": f.id() + "-error"}
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

// Current marks what is current among others: "page", "step"; an attribute without a value
// would say that it is not.
func Current(is bool, what string) templ.Attributes {
	if !is {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-current": what}
}
