package access

import (
	"context"
	"io"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/access"
	"delfi/internal/panel/roll"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Access interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (access.Desk, error)
		Check(ctx context.Context, actor account.Actor, slug, group, owner string, file io.Reader) (access.Checked, error)
		Import(ctx context.Context, actor account.Actor, slug, group string, staged uuid.UUID) (roll.Roll, error)
	}
}

type room struct{ Services }

// MostFile is the size of a file that comes with a form: one that is a little too large
// arrives, and is refused in its field.
const MostFile = roll.MaxFile + 1<<20

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Rolls, Check, Import page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Rolls: c.rolls, Check: c.check, Import: c.take}, page.Complete("access", s)
}
