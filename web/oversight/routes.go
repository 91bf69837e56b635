package oversight

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/correction"
	"delfi/internal/consultation/oversight"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Accounts interface {
		Own(ctx context.Context, actor account.Actor, slug string) (account.Administration, error)
		HoldersOf(ctx context.Context, actor account.Actor, slug string) ([]account.Holding, error)
	}
	Scopes interface {
		Named(ctx context.Context, scopes ...account.Scope) (map[account.Scope]consultation.Consultation, error)
	}
	Oversight interface {
		Desk(ctx context.Context, actor account.Actor, administration uuid.UUID, page int) (oversight.Desk, error)
	}
	Corrections interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, []correction.Made, error)
		Correct(ctx context.Context, actor account.Actor, slug string, x correction.Correction) error
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Desk                         page.Handler // of an administration
	Corrections, Editor, Correct page.Handler // of a consultation's texts
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Desk: c.desk, Corrections: c.corrections, Editor: c.editor, Correct: c.correct}, page.Complete("oversight", s)
}
