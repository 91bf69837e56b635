package library

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/library"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Library interface {
		Listed(ctx context.Context, actor account.Actor, space uuid.UUID) ([]library.Document, error)
		Desk(ctx context.Context, actor account.Actor, space uuid.UUID) (all []library.Document, public bool, err error)
		Open(ctx context.Context, actor account.Actor, space uuid.UUID, number, version int) (library.Opened, error)
		Add(ctx context.Context, actor account.Actor, space uuid.UUID, f library.Form, file *library.Upload) (library.Added, error)
		Revise(ctx context.Context, actor account.Actor, space uuid.UUID, number, seen int, f library.Form, file *library.Upload) (library.Added, error)
		Withdraw(ctx context.Context, actor account.Actor, space uuid.UUID, number, seen int, reason string) error
	}
}

type room struct{ Services }

// MostFile is the size of a file that comes with a form: one that is a little too large
// arrives, and is refused in its field.
const MostFile = library.MaxFile + 1<<20

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	List, File page.Handler // everybody's
	// Of those who may change the library.
	Desk, Edit, Preview page.Handler
	Add, Revise         page.Handler
	BeforeWithdrawal    page.Handler
	Withdraw            page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		List: c.list, File: c.file,
		Desk: c.desk, Edit: c.edit, Preview: c.file,
		Add: c.add, Revise: c.revise, BeforeWithdrawal: c.beforeWithdrawal, Withdraw: c.withdraw,
	}, page.Complete("library", s)
}
