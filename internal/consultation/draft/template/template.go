package template

import (
	"fmt"
	"maps"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Template is one of an administration's.
type Template struct {
	ID             uuid.UUID
	Administration uuid.UUID
	Name           string // one line; no other of the administration has it
	Form           form.Form
}

// How long a name may be, in characters, and how many an administration keeps.
const (
	NameMost = 120
	Most     = 50
)

// named reads the name of a template.
func named(typed string) (string, error) {
	var bad []fault.Field
	name := prose.Field{Name: "template_name", Max: NameMost, Needed: true, Line: true}.Read(typed, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return name, nil
}

// of gives the form of a consultation as a template has it.
func of(c consultation.Consultation) (form.Form, error) {
	f, err := form.Copied(c)
	if err != nil {
		return f, err
	}
	f.Title, f.Moderators, f.Facilitators, f.Offices = "", nil, nil, nil
	translations := map[string]map[string]string{}
	for lang, texts := range f.Translations {
		translations[lang] = maps.Clone(texts)
		delete(translations[lang], "title")
	}
	f.Translations = translations
	return f, nil
}

// errGone is of a template that is not there, or not the actor's to see.
var errGone = fault.New(fault.NotFound, "no_template", "there is no such template")

func taken() error {
	return fault.Bad(fault.Field{Name: "template_name", Code: "template_taken", Message: "another template has this name: give it another"})
}

func full() error {
	return fault.New(fault.Conflict, "templates_full", fmt.Sprintf("an administration keeps %d templates at most: remove one first", Most)).With("max", Most)
}
