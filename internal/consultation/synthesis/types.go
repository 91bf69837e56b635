// Package synthesis turns the contributions of a gather round into items: the
// moderator admits, rejects with a reason, merges, and undoes until the next
// round opens. It knows authors by alias alone.
package synthesis

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// State is where a contribution stands.
type State string

// The states.
const (
	Pending   State = "pending"
	Admitted  State = "admitted"
	Rejected  State = "rejected"
	Retracted State = "withdrawn"
)

// Contribution is one free text. No date, no group, no order.
type Contribution struct {
	ID     uuid.UUID
	Alias  pseudonym.Alias
	Body   string // Markdown
	State  State
	Reason string      // of a rejection
	Items  []uuid.UUID // the items it went into
}

// Destination is where merged contributions go.
type Destination string

// The destinations.
const (
	Existing Destination = "existing" // into an item, with new words
	Fresh    Destination = "new"      // into a new item
	Said     Destination = "said"     // already said: linked, words unchanged
)

// Merge is one act of synthesis.
type Merge struct {
	Contributions []uuid.UUID
	Destination   Destination
	Item          uuid.UUID // for Existing and Said
	Text          string    // new wording, for Existing and Fresh
	LeftOut       string    // what of the contributions is left out
	Reason        string    // public
}

// Act is one act of synthesis, as the desk lists it; the last ones can be undone.
type Act struct {
	ID       uuid.UUID
	Kind     string // merge, link, reject, reword
	Summary  string // plain words built from names and numbers
	Reason   string
	Undoable bool
}

// Counts add up: Received = Admitted + Rejected + Pending.
type Counts struct{ Received, Admitted, Rejected, Pending, Items int }

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	cons   *consultation.Service
	record *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, c *consultation.Service, l *ledger.Service) *Service {
	return &Service{db: db, cons: c, record: l}
}

// Contribute stores a contribution of an alias in the open gather round (1..2000 characters).
func (s *Service) Contribute(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, body string) (Contribution, error) {
	panic("unwritten")
}

// Revise stores one's own contribution again while the gather round is open.
func (s *Service) Revise(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, body string) error {
	panic("unwritten")
}

// Retract withdraws one's own contribution while the gather round is open.
func (s *Service) Retract(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID) error {
	panic("unwritten")
}

// Own lists an alias's contributions with what became of each.
func (s *Service) Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]Contribution, error) {
	panic("unwritten")
}

// Queue lists every contribution for a moderator of the consultation, pending
// first, similar ones (shared words) next to each other, never by date. Forbidden
// to others; Conflict while the gather round is open.
func (s *Service) Queue(ctx context.Context, actor account.Actor, slug string) ([]Contribution, Counts, error) {
	panic("unwritten")
}

// Public lists what pages may show once the gather round was released: aliases, texts, states, items.
func (s *Service) Public(ctx context.Context, consultation uuid.UUID) ([]Contribution, Counts, error) {
	panic("unwritten")
}

// Merge admits contributions into an item (many to many), and gives the item.
func (s *Service) Merge(ctx context.Context, actor account.Actor, slug string, m Merge) (consultation.Item, error) {
	panic("unwritten")
}

// Reject rejects contributions with a public reason.
func (s *Service) Reject(ctx context.Context, actor account.Actor, slug string, contributions []uuid.UUID, reason string) error {
	panic("unwritten")
}

// Acts lists the acts of synthesis, newest first.
func (s *Service) Acts(ctx context.Context, actor account.Actor, slug string) ([]Act, error) {
	panic("unwritten")
}

// Undo takes an act back; until the next round opens, and not while a later act builds on it.
func (s *Service) Undo(ctx context.Context, actor account.Actor, slug string, act uuid.UUID) error {
	panic("unwritten")
}
