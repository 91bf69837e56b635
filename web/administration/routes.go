package administration

import (
	"context"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/web/page"
)

// Services are the use cases that the room's pages call.
type Services struct {
	Accounts interface {
		FirstOpen(ctx context.Context) (bool, error)
		FoundFirst(ctx context.Context, actor account.Actor, code string, a account.Administration) (account.Administration, error)
		Own(ctx context.Context, actor account.Actor, slug string) (account.Administration, error)
		Describe(ctx context.Context, actor account.Actor, slug string, told account.Administration, version string) (account.Administration, error)
		HoldersOf(ctx context.Context, actor account.Actor, slug string) ([]account.Holding, error)
		Appoint(ctx context.Context, actor account.Actor, slug string, role account.Role, scope account.Scope, who string) (account.Holding, error)
		Dismiss(ctx context.Context, actor account.Actor, slug string, role account.Role, scope account.Scope, who string) (account.Holding, error)
	}
	Scopes interface {
		Choices(ctx context.Context, actor account.Actor, administration uuid.UUID) ([]consultation.Consultation, error)
		Named(ctx context.Context, scopes ...account.Scope) (map[account.Scope]consultation.Consultation, error)
	}
}

type room struct{ Services }

// Routes puts the room's routes on r. A code is tried as seldom as a panel's.
func Routes(r chi.Router, app *page.App, s Services) {
	c := room{s}
	r.Get("/first-run", app.Handle(c.first, page.SignedIn))
	r.Post("/first-run", app.Handle(c.found, page.SignedIn, page.LimitCodes))
	r.Get("/administrations/{slug}", app.Handle(c.own, page.SignedIn))
	r.Post("/administrations/{slug}", app.Handle(c.describe, page.SignedIn))
	r.Post("/administrations/{slug}/grant", app.Handle(c.grant, page.SignedIn))
	r.Post("/administrations/{slug}/revoke", app.Handle(c.revoke, page.SignedIn))
}
