package draw

import (
	"context"
	"io"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Panel interface {
		Enrolled(ctx context.Context, consultation uuid.UUID) (panel.Figure, error)
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
	}
	Record interface {
		Of(ctx context.Context, consultation uuid.UUID) ([]ledger.Entry, error)
	}
	Draws interface {
		Shown(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]drawing.Public, error)
		Desk(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]drawing.Public, error)
		Own(ctx context.Context, actor account.Actor, d drawing.Draw) (drawing.Own, error)
		Fix(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, pool []drawing.Coded, one bool) error
		Prepare(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, p drawing.Plan, portfolio io.Reader) error
		Commit(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, seen string) error
		Open(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, place int, value string) error
		Paste(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, text string) error
		Call(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, n int) error
		Withdraw(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, reason string) error
	}
}

type room struct{ Services }

// MostFile is the size of a file that comes with a form: one that is a little too large
// arrives, and is refused in its field.
const MostFile = max(drawing.MostList, draw.MostPortfolio) + 1<<20

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Show page.Handler // everybody's
	// Of those who administer.
	Desk                                    page.Handler
	Fix, Prepare, Commit, Open, Paste, Call page.Handler
	BeforeWithdrawal, Withdraw              page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		Show: c.show, Desk: c.desk,
		Fix: c.fix, Prepare: c.prepare, Commit: c.commit, Open: c.open, Paste: c.paste, Call: c.call, BeforeWithdrawal: c.beforeWithdrawal, Withdraw: c.withdraw,
	}, page.Complete("draw", s)
}
