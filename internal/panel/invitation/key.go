package invitation

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/panel/rowseal"
)

// Keys keeps secret keys outside the database, as pseudonym.Keys does.
type Keys interface {
	// Create makes a random key of 32 bytes under name unless one exists, and gives it.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives the key under name; fault.NotFound when it never was.
	Read(ctx context.Context, name string) ([]byte, error)
	// Destroy removes it beyond recovery; nil when it is gone already.
	Destroy(ctx context.Context, name string) error
}

func keyName(consultation uuid.UUID) string { return "invitation-" + consultation.String() }

func number(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// proof is what the database keeps of a key: enough to tell another one.
func proof(key []byte, consultation uuid.UUID) []byte {
	return rowseal.Derive(key, "invitation check v1", consultation[:])[:16]
}

// key gives the key of a consultation's invitations: that of the lists that there are, or the
// first one. Conflict "key_destroyed" after the end, Unavailable when this server holds another.
func (s *Service) key(ctx context.Context, consultation uuid.UUID, in map[string]list) ([]byte, error) {
	if len(in) == 0 {
		key, err := s.keys.Create(ctx, keyName(consultation))
		if err != nil {
			return nil, fmt.Errorf("invitation: make the key: %w", err)
		}
		return key, nil
	}
	key, err := s.keys.Read(ctx, keyName(consultation))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Unavailable, "invitation_key_missing", "this server does not hold the key of this consultation's invitations: nobody can enrol by them").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("invitation: read the key: %w", err)
	}
	for _, l := range in {
		if subtle.ConstantTimeCompare(l.proof, proof(key, consultation)) != 1 {
			clear(key)
			return nil, fault.New(fault.Unavailable, "invitation_key_differs", "this server holds another key than the one of this consultation's invitations: nobody can enrol by them")
		}
	}
	return key, nil
}

// dataDomain is that of what is kept of guests.
const dataDomain = "invitation data v1"

func seal(key []byte, row uuid.UUID, text []byte) ([]byte, error) {
	guests, err := rowseal.New(key, dataDomain)
	if err != nil {
		return nil, err
	}
	return guests.Seal(row, text)
}

func open(key []byte, row uuid.UUID, sealed []byte) ([]byte, error) {
	guests, err := rowseal.New(key, dataDomain)
	if err != nil {
		return nil, err
	}
	return guests.Open(row, sealed)
}
