package secretary

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/access"
	"delfi/internal/panel/application"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Access interface {
		Secretariat(ctx context.Context, actor account.Actor, slug, group string) (access.Secretariat, error)
		AppointSecretary(ctx context.Context, actor account.Actor, slug, group string, a access.Appointment) error
		Applications(ctx context.Context, actor account.Actor, slug, group string, q application.Query) (access.Applications, error)
		Chosen(ctx context.Context, actor account.Actor, slug, group string, act application.Act, chosen []uuid.UUID) (access.Applications, error)
		Decide(ctx context.Context, actor account.Actor, slug, group string, act application.Act, chosen []uuid.UUID, reason string) (application.Done, error)
	}
	Accounts interface {
		Administrations(ctx context.Context) ([]account.Administration, error)
		People(ctx context.Context, actor account.Actor, administration uuid.UUID, scope account.Scope, role account.Role) ([]account.Person, error)
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Secretariat, Appoint page.Handler // of administrators

	List, Find, Before, Decide page.Handler // of a secretary
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		Secretariat: c.secretariat, Appoint: c.appoint,
		List: c.list, Find: c.find, Before: c.before, Decide: c.decide,
	}, page.Complete("secretary", s)
}
