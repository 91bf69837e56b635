package draft

import (
	"github.com/a-h/templ"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/template"
	"delfi/internal/consultation/steering"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Accounts      *account.Service
	Drafts        *draft.Service
	Templates     *template.Service
	Consultations *steering.Service
	Preview       func(c consultation.Consultation, items []consultation.Item) templ.Component // of the form
}

type room struct{ Services }

// MostFile is the size of a document that comes with a form: one that is a little too large
// arrives, and is refused in its field.
const MostFile = 1 << 20

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	New, Create, Step, Store   page.Handler
	Replace, Export, Duplicate page.Handler // of the whole document

	Saving, Save, Templates, Removal, Remove page.Handler // of templates
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	d := room{s}
	return Handlers{
		New: d.begin, Create: d.create, Step: d.step, Store: d.store,
		Replace: d.replace, Export: d.export, Duplicate: d.duplicate,
		Saving: d.saving, Save: d.save, Templates: d.templates, Removal: d.removal, Remove: d.remove,
	}, page.Complete("draft", s)
}
