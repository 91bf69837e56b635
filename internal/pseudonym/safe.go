package pseudonym

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
)

// Purpose says what a sealed blob is, so that a draft cannot be passed off as a ballot.
type Purpose string

// The purposes.
const (
	BallotBlob Purpose = "ballot"
	DraftBlob  Purpose = "draft"
)

// Safe is a consultation's opened panel key: it seals and opens what panelists
// hand in. Close it after use; it is for one use case, never kept.
type Safe struct {
	consultation uuid.UUID
	key          []byte
}

// Safe opens a consultation's panel key; faults as Seat's. It only reads.
func (s *Service) Safe(ctx context.Context, consultation uuid.UUID) (*Safe, error) {
	key, err := s.key(ctx, consultation, panelScope)
	if err != nil {
		return nil, err
	}
	return &Safe{consultation: consultation, key: key}, nil
}

// Close forgets the key.
func (s *Safe) Close() { clear(s.key) }

// Overhead is how much longer a sealed blob is than what it holds: nonce and tag.
const Overhead = 12 + 16

// Seal encrypts plain for one panelist, round and purpose: AES-256-GCM under
// HKDF-SHA256(key, panelist ‖ round). Equal inputs give different blobs.
func (s *Safe) Seal(p Panelist, round uuid.UUID, purpose Purpose, plain []byte) ([]byte, error) {
	gcm, err := s.cipher(p, round)
	if err != nil {
		return nil, err
	}
	blob := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(plain)+gcm.Overhead())
	if _, err := rand.Read(blob); err != nil {
		return nil, err
	}
	return gcm.Seal(blob, blob, plain, s.bound(purpose)), nil
}

// Open is Seal's inverse; it fails when any of the arguments differs.
func (s *Safe) Open(p Panelist, round uuid.UUID, purpose Purpose, blob []byte) ([]byte, error) {
	gcm, err := s.cipher(p, round)
	if err != nil {
		return nil, err
	}
	if len(blob) < Overhead {
		return nil, fmt.Errorf("a sealed %s is too short", purpose)
	}
	plain, err := gcm.Open(nil, blob[:gcm.NonceSize()], blob[gcm.NonceSize():], s.bound(purpose))
	if err != nil {
		return nil, fmt.Errorf("a sealed %s does not open: %w", purpose, err)
	}
	return plain, nil
}

// Order gives a key for an order that nobody can foresee and everybody would
// get again: which stayers are left out of a table, in what order one reader
// meets reasons. 32 bytes.
func (s *Safe) Order(label string, parts ...[]byte) []byte {
	return derive(s.key, "order v1 "+label, parts...)
}

// Reader gives the key of a reader's own order of reasons in a round: the same
// at every visit, another for every reader. 32 bytes.
func (s *Safe) Reader(seat Seat, round uuid.UUID) []byte {
	return s.Order("reader", seat.Panelist[:], round[:])
}

func (s *Safe) cipher(p Panelist, round uuid.UUID) (cipher.AEAD, error) {
	info := make([]byte, 0, 64)
	info = append(info, "delfi ballot v1"...)
	info = append(info, p[:]...)
	info = append(info, round[:]...)
	k, err := hkdf.Key(sha256.New, s.key, nil, string(info), keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bound is the additional data: panelist and round are bound by the key already.
func (s *Safe) bound(purpose Purpose) []byte {
	return append([]byte(purpose), s.consultation[:]...)
}
