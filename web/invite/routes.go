package invite

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Panel interface {
		EnrolInvited(ctx context.Context, actor account.Actor, consultation uuid.UUID, code string) error
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
	}
}

type room struct {
	Services
	loader dossier.Loader
}

// Handlers are the room's page and its act, for the table of routes.
type Handlers struct {
	Page, Enter page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s, dossier.Loader{Consultations: s.Consultations, Panel: s.Panel}}
	return Handlers{Page: c.page, Enter: c.enter}, page.Complete("invite", s)
}
