package account

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// Administration is one public body on this server.
type Administration struct {
	ID      uuid.UUID
	Slug    string // e.g. "modena"
	Name    string // e.g. "Comune di Modena"
	Address string // one line for the footer, with how to be helped
}

// Claims is what a sign-in tells about a person, after mapping.
type Claims struct {
	Issuer, Subject           string
	Name, Email, Municipality string
	Groups                    []string // "modena/moderator": administration's slug / role
}

// Person is an account as staff see it when they choose staff; never with what it answered.
type Person struct {
	ID    uuid.UUID
	Name  string
	Email string
	Roles []Role
}

// Service has the use cases of accounts.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Administrations lists every administration by name.
func (s *Service) Administrations(ctx context.Context) ([]Administration, error) { panic("unwritten") }

// Found creates an administration, or renames the one that has the slug (cmd and demonstration).
func (s *Service) Found(ctx context.Context, a Administration) (Administration, error) {
	panic("unwritten")
}

// SignIn stores or refreshes the account behind claims, its roles included
// (groups of unknown administrations or roles are ignored), and gives its id.
func (s *Service) SignIn(ctx context.Context, c Claims) (uuid.UUID, error) { panic("unwritten") }

// Actor gives the actor behind an account; NotFound when it is gone.
func (s *Service) Actor(ctx context.Context, id uuid.UUID) (Actor, error) { panic("unwritten") }

// People lists who holds role in an administration, for its administrators.
func (s *Service) People(ctx context.Context, actor Actor, administration uuid.UUID, role Role) ([]Person, error) {
	panic("unwritten")
}

// Addressees gives name, e-mail and language of accounts, for notices.
func (s *Service) Addressees(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]Addressee, error) {
	panic("unwritten")
}

// Addressee is where a notice goes.
type Addressee struct {
	Account               uuid.UUID
	Name, Email, Language string
}
