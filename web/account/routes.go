package account

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/login"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/pseudonym"
	"delfi/web/page"
)

// Services are the use cases by which somebody signs in, sees what is stored of them, and
// leaves; the services of the same names satisfy them.
type Services struct {
	Login *login.Client
	Ends  interface { // sessions that are not the request's; page.App has them
		SignOutEverywhere(ctx context.Context, id uuid.UUID) error
		LoggedOut(ctx context.Context, l page.Logout) error
	}
	Accounts interface {
		SignIn(ctx context.Context, c account.Claims) (uuid.UUID, error)
		Profile(ctx context.Context, actor account.Actor) (account.Profile, error)
		Leave(ctx context.Context, actor account.Actor) error
		Stay(ctx context.Context, actor account.Actor) error
	}
	Panel interface {
		Applications(ctx context.Context, actor account.Actor) (map[uuid.UUID][]application.Application, error)
		Enrolments(ctx context.Context, actor account.Actor) ([]panel.Enrolment, error)
		Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error)
	}
	Consultations interface {
		Steers(ctx context.Context, actor account.Actor) ([]consultation.Consultation, error)
		Some(ctx context.Context, ids []uuid.UUID) ([]consultation.Consultation, error)
	}
	Scopes interface {
		Named(ctx context.Context, scopes ...account.Scope) (map[account.Scope]consultation.Consultation, error)
	}
	Ballots interface {
		TakeBack(ctx context.Context, seat pseudonym.Seat, round int) error
	}
	BaseURL string // where the provider leads back to after signing out, without a path
}

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	SignIn, Callback, Ended    page.Handler
	SignOut, SignOutEverywhere page.Handler
	Me, TakeBack, Leave, Stay  page.Handler

	BeforeTakingBack, BeforeLeaving page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	return Handlers{
		SignIn: s.begin, Callback: s.finish, Ended: s.ended,
		SignOut: s.leave, SignOutEverywhere: s.leaveEverywhere,
		Me: s.kept, TakeBack: s.takeBack, Leave: s.goodbye, Stay: s.stay,
		BeforeTakingBack: s.beforeTakingBack, BeforeLeaving: s.beforeLeaving,
	}, page.Complete("account", s)
}
