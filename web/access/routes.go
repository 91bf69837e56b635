package access

import (
	"context"
	"io"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/access"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/web/page"
)

// Services are the use cases that this room calls.
type Services struct {
	Access interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (access.Desk, error)
		Check(ctx context.Context, actor account.Actor, slug, group, owner string, file io.Reader) (access.Checked, error)
		Import(ctx context.Context, actor account.Actor, slug, group string, staged uuid.UUID) (roll.Roll, error)
		Invitations(ctx context.Context, actor account.Actor, slug, group string) (access.Invitations, error)
		CheckGuests(ctx context.Context, actor account.Actor, slug, group string, file io.Reader) (access.CheckedGuests, error)
		Invite(ctx context.Context, actor account.Actor, slug, group string, staged uuid.UUID) (invitation.Imported, error)
		SendAll(ctx context.Context, actor account.Actor, slug, group string) (int, error)
		Until(ctx context.Context, actor account.Actor, slug, group, day string) error
		Again(ctx context.Context, actor account.Actor, slug, group string, guest uuid.UUID, shown string) error
		Renew(ctx context.Context, actor account.Actor, slug, group string, guest uuid.UUID, shown string) error
		Revoke(ctx context.Context, actor account.Actor, slug, group string, guest uuid.UUID) error
		Print(ctx context.Context, actor account.Actor, slug, group string) (access.Invitations, []access.Printed, error)
	}
	BaseURL string // of the site, for printed letters
}

type room struct{ Services }

// MostFile is the size of a file that comes with a form: one that is a little too large
// arrives, and is refused in its field.
const (
	MostFile   = roll.MaxFile + 1<<20
	MostGuests = invitation.MaxFile + 1<<20
)

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Rolls, Check, Import page.Handler

	Invitations, CheckGuests, Invite, Send, Expire, Guest, BeforeGuest, Letters page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		Rolls: c.rolls, Check: c.check, Import: c.take,
		Invitations: c.invitations, CheckGuests: c.checkGuests, Invite: c.invite, Send: c.send, Expire: c.expire, Guest: c.guest, BeforeGuest: c.beforeGuest, Letters: c.letters,
	}, page.Complete("access", s)
}
