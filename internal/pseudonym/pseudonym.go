// Package pseudonym is the only bridge from a person to a panelist or an alias,
// and the end of that bridge.
package pseudonym

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// Panelist is one anonymous member of one panel: 16 bytes of HMAC(key, account ‖ consultation).
type Panelist [16]byte

// Seat is a panelist's place in a consultation. It names no account.
type Seat struct {
	Consultation uuid.UUID
	Panelist     Panelist
	Group        string
}

// Alias is the name under which contributions and posts of one space are written.
type Alias struct {
	ID   [16]byte
	Name string // "Tiglio 27"
}

// Service makes and ends the bridge; keys lie outside the database.
type Service struct {
	db   *postgres.DB
	keys Keys
}

// Keys keeps secret keys outside the database.
type Keys interface {
	// Create makes a random key under name unless one exists, and gives it.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives the key under name; fault.NotFound when it was destroyed or never was.
	Read(ctx context.Context, name string) ([]byte, error)
	// Destroy removes it beyond recovery by the process; nil when it is gone already.
	Destroy(ctx context.Context, name string) error
}

// New makes the service on a key store (NewFileKeys in production and tests).
func New(db *postgres.DB, keys Keys) *Service { return &Service{db: db, keys: keys} }

// NewFileKeys keeps keys as 0600 files in dir (0700), wrapped by master (32 bytes).
func NewFileKeys(dir string, master []byte) (Keys, error) { panic("unwritten") }

// Prepare makes a consultation's panel key and its space's alias key, with
// check values in the caller's transaction; repeatable.
func (s *Service) Prepare(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	panic("unwritten")
}

// Seat gives the seat of an account. It only reads.
func (s *Service) Seat(ctx context.Context, consultation, account uuid.UUID, group string) (Seat, error) {
	panic("unwritten")
}

// Foreign gives the seat of a voter of an imported conversation, who has no account.
func (s *Service) Foreign(ctx context.Context, consultation uuid.UUID, voter, group string) (Seat, error) {
	panic("unwritten")
}

// Alias gives the alias of an account in a consultation's space. It only reads.
func (s *Service) Alias(ctx context.Context, consultation, account uuid.UUID) (Alias, error) {
	panic("unwritten")
}

// ForeignAlias is Alias for an author of an imported conversation.
func (s *Service) ForeignAlias(ctx context.Context, consultation uuid.UUID, author string) (Alias, error) {
	panic("unwritten")
}

// Destroy ends a consultation's panel key; the alias key lives on.
func (s *Service) Destroy(ctx context.Context, consultation uuid.UUID) error { panic("unwritten") }
