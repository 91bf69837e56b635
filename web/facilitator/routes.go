package facilitator

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/joining"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Joining interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (joining.Desk, error)
		Join(ctx context.Context, actor account.Actor, slug string, j consultation.Joining) (consultation.Item, error)
		Withdraw(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, reason string) error
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Joining, Join              page.Handler
	BeforeWithdrawal, Withdraw page.Handler // of a statement that joined
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Joining: c.joining, Join: c.join, BeforeWithdrawal: c.beforeWithdrawal, Withdraw: c.withdraw}, page.Complete("facilitator", s)
}
