package argument

import (
	"context"

	"delfi/internal/account"
	"delfi/internal/consultation/strongest"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Strongest interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (strongest.Desk, error)
		Mark(ctx context.Context, actor account.Actor, slug string, m strongest.Mark) error
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct{ Desk, Find, Mark page.Handler }

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Desk: c.desk, Find: c.find, Mark: c.mark}, page.Complete("argument", s)
}
