package administration

import (
	"context"

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

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	FirstRun, Found       page.Handler // the page of the first administration
	Own, Describe         page.Handler // an administration's page
	GrantRole, RevokeRole page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		FirstRun: c.first, Found: c.found,
		Own: c.own, Describe: c.describe,
		GrantRole: c.grant, RevokeRole: c.revoke,
	}, page.Complete("administration", s)
}
