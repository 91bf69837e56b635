package translation

import (
	"context"

	"delfi/internal/account"
	"delfi/internal/consultation/translation"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Translations interface {
		Sheet(ctx context.Context, actor account.Actor, slug string) (translation.Sheet, error)
		Translate(ctx context.Context, actor account.Actor, slug string, w translation.Words) error
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct{ Sheet, Translate page.Handler }

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Sheet: c.sheet, Translate: c.translate}, page.Complete("translation", s)
}
