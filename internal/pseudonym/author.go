package pseudonym

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Author is an author's row in one gather round: a keyed hash of alias and round, which
// equals nothing that is ever shown.
type Author [16]byte

// Pen is a consultation's opened alias key: it seals and opens what authors write while
// a gather round is open. Close it after use; it is for one use case, never kept.
type Pen struct {
	consultation uuid.UUID
	key          []byte
	blobs        []byte // HKDF's extract of key, which the keys of blobs are expanded from
}

// Pen opens a consultation's alias key, of which it reads in the caller's transaction;
// faults as Alias's.
func (s *Service) Pen(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (*Pen, error) {
	row, err := findCheck(ctx, tx, consultation, aliasScope)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, fault.New(fault.Conflict, "no_panel", "this consultation has no panel yet")
	}
	key, err := s.checked(ctx, consultation, aliasScope, *row)
	if err != nil {
		return nil, err
	}
	blobs, err := hkdf.Extract(sha256.New, key, nil)
	if err != nil {
		return nil, err
	}
	return &Pen{consultation: consultation, key: key, blobs: blobs}, nil
}

// Close forgets the key.
func (p *Pen) Close() {
	clear(p.key)
	clear(p.blobs)
}

// Author gives the row of an alias in a round.
func (p *Pen) Author(a Alias, round uuid.UUID) Author {
	return Author(derive(p.key, "author v1", a.ID[:], round[:])[:16])
}

// Seal encrypts plain for one author and round: AES-256-GCM under HKDF-SHA256(alias
// key, author ‖ round). Equal inputs give different blobs.
func (p *Pen) Seal(a Author, round uuid.UUID, plain []byte) ([]byte, error) {
	gcm, err := expanded(p.blobs, p.info(a, round))
	if err != nil {
		return nil, err
	}
	blob := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(plain)+gcm.Overhead())
	if _, err := rand.Read(blob); err != nil {
		return nil, err
	}
	return gcm.Seal(blob, blob, plain, p.bound(a, round)), nil
}

// Open is Seal's inverse; it fails when any of the arguments differs.
func (p *Pen) Open(a Author, round uuid.UUID, blob []byte) ([]byte, error) {
	gcm, err := expanded(p.blobs, p.info(a, round))
	if err != nil {
		return nil, err
	}
	if len(blob) < Overhead {
		return nil, fmt.Errorf("sealed contributions are too short")
	}
	plain, err := gcm.Open(nil, blob[:gcm.NonceSize()], blob[gcm.NonceSize():], p.bound(a, round))
	if err != nil {
		return nil, fmt.Errorf("sealed contributions do not open: %w", err)
	}
	return plain, nil
}

func (p *Pen) info(a Author, round uuid.UUID) []byte {
	b := append(make([]byte, 0, 64), "delfi contributions v1"...)
	b = append(b, a[:]...)
	return append(b, round[:]...)
}

// bound is the additional data.
func (p *Pen) bound(a Author, round uuid.UUID) []byte {
	b := append(make([]byte, 0, 64), "contributions"...)
	b = append(b, round[:]...)
	b = append(b, a[:]...)
	return append(b, p.consultation[:]...)
}
