package search

import (
	"context"

	"delfi/internal/search"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Search interface {
		Find(ctx context.Context, r search.Request) (search.Page, error)
	}
}

type room struct{ Services }

// Handlers are the room's pages, for the table of routes.
type Handlers struct{ Find page.Handler }

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Find: c.find}, page.Complete("search", s)
}
