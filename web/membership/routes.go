package membership

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/panel/application"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Panel interface {
		Applied(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]application.Application, error)
		Apply(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, typed application.Applicant) error
		Withdraw(ctx context.Context, actor account.Actor, consultation, id uuid.UUID) error
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
	}
}

type room struct {
	Services
	loader dossier.Loader
}

// Handlers are the room's page and its acts, for the table of routes.
type Handlers struct {
	Page, Apply, Withdraw page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s, dossier.Loader{Consultations: s.Consultations, Panel: s.Panel}}
	return Handlers{Page: c.page, Apply: c.apply, Withdraw: c.withdraw}, page.Complete("membership", s)
}
