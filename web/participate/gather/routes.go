package gather

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/pseudonym"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Services are the use cases that this room speaks to, each by what the room asks of it; the
// services of the same names satisfy them.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
		Items(ctx context.Context, consultation uuid.UUID) ([]consultation.Item, error)
	}
	Panel interface {
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
		Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error)
	}
	Contributions Contributions
	// Needed answers who is not on the panel.
	Needed func(q *page.Request, v dossier.View) error
}

// Contributions are the use cases about contributions.
type Contributions interface {
	Contribute(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, body, lang string) (contribution.Contribution, error)
	Revise(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, seen, body, lang string) error
	Retract(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID) error
	Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]contribution.Contribution, error)
	Public(ctx context.Context, consultation uuid.UUID) ([]contribution.Contribution, contribution.Counts, error)
}

type room struct {
	Services
	loader dossier.Loader
}

// New returns the room's handlers: the page, and what is sent from it.
func New(s Services) (read, write page.Handler) {
	c := room{s, dossier.Loader{Consultations: s.Consultations, Panel: s.Panel}}
	return c.contributions, c.contribute
}

// Write draws the fields of a round that gathers contributions as its reader finds them, by the
// templates of the form itself. They are disabled, and stand in no form: nothing is sent.
func Write(c consultation.Consultation, r consultation.Round) templ.Component {
	return writing(writeView{View: dossier.View{Consultation: c}, Round: r})
}
